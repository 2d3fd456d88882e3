// Plain JavaScript, the bar to clear: for each operation three written forms, tuned in good faith; the fastest right one counts.
// Each form is compiled on its own, so that no form's types or inlining disturb another's.

import { joined } from './contenders.mjs';

const USES_DY = /\bd\b/;

const loop = (expression, parameters) =>
  new Function(
    'x',
    'dy',
    'out',
    ...parameters,
    `for (let i = 0; i < out.length; i++) { const v = x[i]; ${USES_DY.test(expression) ? 'const d = dy[i];' : ''} out[i] = ${expression}; }`,
  );

const block = (body, parameters) =>
  new Function(
    'x',
    'dy',
    'out',
    ...parameters,
    `for (let i = 0; i < out.length; i++) { const v = x[i]; ${USES_DY.test(body) ? 'const d = dy[i];' : ''} ${body} }`,
  );

const whole = (body, parameters) => new Function('x', 'dy', 'out', ...parameters, body);

const pair = (body, parameters) =>
  new Function('x', 'value', 'deriv', ...parameters, `for (let i = 0; i < value.length; i++) { const v = x[i]; ${body} }`);

/**
 * name → operation → the forms, as JavaScript over v = x[i] (or y[i]), d = dy[i] and alpha `a`; those of valueAndDeriv write both, from one
 * exponential where there is one. A form that ends in `;` does the whole array.
 */
export const FORMS = {
  identity: { value: ['v', '{ out[i] = v; }', 'out.set(x);'] },
  hadamard: { product: ['v * d', 'd * v', '{ const p = v * d; out[i] = p; }'] },
  relu: {
    value: ['v > 0 ? v : 0', 'Math.max(v, 0)', '(v + Math.abs(v)) * 0.5'],
    deriv: ['v > 0 ? 1 : 0', '+(v > 0)', '(Math.sign(v) + 1) >> 1'],
    valueAndDeriv: [
      'const g = v > 0; value[i] = g ? v : 0; deriv[i] = g ? 1 : 0;',
      'value[i] = Math.max(v, 0); deriv[i] = +(v > 0);',
      'const g = +(v > 0); value[i] = g * v; deriv[i] = g;',
    ],
    backward: ['v > 0 ? d : 0', 'd * +(v > 0)', 'd * ((Math.sign(v) + 1) >> 1)'],
    backwardY: ['v > 0 ? d : 0', 'd * +(v > 0)', 'd * Math.sign(v)'],
  },
  lrelu: {
    value: ['v > 0 ? v : a * v', 'Math.max(v, a * v)', '(1 + a) * 0.5 * v + (1 - a) * 0.5 * Math.abs(v)'],
    deriv: ['v > 0 ? 1 : a', 'a + (1 - a) * +(v > 0)', '(1 + a) * 0.5 + (1 - a) * 0.5 * Math.sign(v)'],
    valueAndDeriv: [
      'const g = v > 0 ? 1 : a; value[i] = g * v; deriv[i] = g;',
      'const g = a + (1 - a) * +(v > 0); value[i] = g * v; deriv[i] = g;',
      'const g = (1 + a) * 0.5 + (1 - a) * 0.5 * Math.sign(v); value[i] = g * v; deriv[i] = g;',
    ],
    backward: ['v > 0 ? d : a * d', 'd * (a + (1 - a) * +(v > 0))', 'd * ((1 + a) * 0.5 + (1 - a) * 0.5 * Math.sign(v))'],
    backwardY: ['v > 0 ? d : a * d', 'd * (a + (1 - a) * +(v > 0))', 'd * ((1 + a) * 0.5 + (1 - a) * 0.5 * Math.sign(v))'],
  },
  elu: {
    value: [
      'v > 0 ? v : a * Math.expm1(v)',
      'v > 0 ? v : a * (Math.exp(v) - 1)',
      'Math.max(v, 0) + a * (Math.exp(Math.min(v, 0)) - 1)',
    ],
    deriv: ['v > 0 ? 1 : a * Math.exp(v)', 'v > 0 ? 1 : a * Math.expm1(v) + a', '+(v > 0) + a * Math.exp(v) * +(v <= 0)'],
    valueAndDeriv: [
      'if (v > 0) { value[i] = v; deriv[i] = 1; } else { const e = a * Math.expm1(v); value[i] = e; deriv[i] = e + a; }',
      'if (v > 0) { value[i] = v; deriv[i] = 1; } else { const e = a * Math.exp(v); value[i] = e - a; deriv[i] = e; }',
      'const e = a * Math.exp(Math.min(v, 0)); value[i] = Math.max(v, 0) + (e - a); deriv[i] = v > 0 ? 1 : e;',
    ],
    backward: ['v > 0 ? d : d * a * Math.exp(v)', 'v > 0 ? d : d * (a * Math.expm1(v) + a)', 'd * (v > 0 ? 1 : a * Math.exp(v))'],
    backwardY: ['v > 0 ? d : d * (v + a)', 'd * (v > 0 ? 1 : v + a)', 'd * Math.min(v + a, 1)'],
  },
  sigmoid: {
    value: [
      '1 / (1 + Math.exp(-v))',
      '0.5 + 0.5 * Math.tanh(0.5 * v)',
      'v < 0 ? 1 - 1 / (1 + Math.exp(v)) : 1 / (1 + Math.exp(-v))',
    ],
    deriv: [
      '{ const s = 1 / (1 + Math.exp(-v)); out[i] = s * (1 - s); }',
      '{ const e = Math.exp(-Math.abs(v)); const f = 1 + e; out[i] = e / (f * f); }',
      '{ const t = Math.tanh(0.5 * v); out[i] = 0.25 - 0.25 * t * t; }',
    ],
    valueAndDeriv: [
      'const s = 1 / (1 + Math.exp(-v)); value[i] = s; deriv[i] = s * (1 - s);',
      'const e = Math.exp(-Math.abs(v)); const r = 1 / (1 + e); value[i] = v < 0 ? e * r : r; deriv[i] = e * r * r;',
      'const t = Math.tanh(0.5 * v); value[i] = 0.5 + 0.5 * t; deriv[i] = 0.25 - 0.25 * t * t;',
    ],
    backward: [
      '{ const s = 1 / (1 + Math.exp(-v)); out[i] = d * s * (1 - s); }',
      '{ const e = Math.exp(-Math.abs(v)); const f = 1 + e; out[i] = (d * e) / (f * f); }',
      '{ const t = Math.tanh(0.5 * v); out[i] = d * (0.25 - 0.25 * t * t); }',
    ],
    backwardY: ['d * v * (1 - v)', 'd * (v - v * v)', 'v * (1 - v) * d'],
  },
  tanh: {
    value: [
      'Math.tanh(v)',
      '1 - 2 / (Math.exp(2 * v) + 1)',
      '{ const e = Math.exp(-2 * Math.abs(v)); out[i] = Math.sign(v) * (1 - e) / (1 + e); }',
    ],
    deriv: [
      '{ const t = Math.tanh(v); out[i] = 1 - t * t; }',
      '{ const e = Math.exp(-2 * Math.abs(v)); const f = 1 + e; out[i] = (4 * e) / (f * f); }',
      '{ const c = Math.cosh(v); out[i] = 1 / (c * c); }',
    ],
    valueAndDeriv: [
      'const t = Math.tanh(v); value[i] = t; deriv[i] = 1 - t * t;',
      'const e = Math.exp(-2 * Math.abs(v)); const r = 1 / (1 + e); value[i] = Math.sign(v) * (1 - e) * r; deriv[i] = 4 * e * r * r;',
      'const t = 1 - 2 / (Math.exp(2 * v) + 1); value[i] = t; deriv[i] = 1 - t * t;',
    ],
    backward: [
      '{ const t = Math.tanh(v); out[i] = d * (1 - t * t); }',
      '{ const e = Math.exp(-2 * Math.abs(v)); const f = 1 + e; out[i] = (d * 4 * e) / (f * f); }',
      '{ const c = Math.cosh(v); out[i] = d / (c * c); }',
    ],
    backwardY: ['d * (1 - v * v)', 'd - d * v * v', 'd * (1 - v) * (1 + v)'],
  },
};

const ROW_MAX = 'let m = x[o]; for (let j = 1; j < u; j++) { const v = x[o + j]; if (v > m) m = v; }';
const ROW_MAX_FREE = 'let m = x[o]; for (let j = 1; j < u; j++) m = Math.max(m, x[o + j]);';
const rows = (body) => `const rows = dy.length / u; for (let r = 0, o = 0; r < rows; r++, o += u) { ${body} }`;
const SOFT = (max, scale) =>
  `${max} let sum = 0; for (let j = 0; j < u; j++) { const e = Math.exp(x[o + j] - m); s[j] = e; sum += e; } ${scale}`;
const BY_INVERSE = 'const inv = 1 / sum; for (let j = 0; j < u; j++) s[j] *= inv;';
const BY_DIVISION = 'for (let j = 0; j < u; j++) s[j] /= sum;';
const GRADIENT =
  'let dot = 0; for (let j = 0; j < u; j++) dot += s[j] * dy[o + j]; for (let j = 0; j < u; j++) out[o + j] = s[j] * (dy[o + j] - dot);';
const GRADIENT_ONE_PASS =
  'let t = 0; for (let j = 0; j < u; j++) { const p = s[j] * dy[o + j]; g[j] = p; t += p; } for (let j = 0; j < u; j++) out[o + j] = g[j] - s[j] * t;';
const GRADIENT_Y =
  'let dot = 0; for (let j = 0; j < u; j++) dot += x[o + j] * dy[o + j]; for (let j = 0; j < u; j++) out[o + j] = x[o + j] * (dy[o + j] - dot);';
const STORE = 'for (let j = 0; j < u; j++) out[o + j] = s[j];';
const JACOBIAN =
  'for (let i = 0, k = o * u; i < u; i++) { const si = s[i]; for (let j = 0; j < u; j++, k++) out[k] = i === j ? si * (1 - si) : -si * s[j]; }';
const JACOBIAN_PATCHED =
  'for (let i = 0, k = o * u; i < u; i++) { const si = -s[i]; for (let j = 0; j < u; j++) out[k + j] = si * s[j]; out[k + i] -= si; k += u; }';

/** The row functions, as bodies over x, dy, out, the row length u and the scratch rows s and g; for `contraction` x holds the Jacobians. */
export const ROW_FORMS = {
  value: [
    rows(SOFT(ROW_MAX, `${BY_INVERSE} ${STORE}`)),
    rows(
      `${ROW_MAX} let sum = 0; for (let j = 0; j < u; j++) { const e = Math.exp(x[o + j] - m); out[o + j] = e; sum += e; } const inv = 1 / sum; for (let j = 0; j < u; j++) out[o + j] *= inv;`,
    ),
    rows(
      `${ROW_MAX_FREE} let sum = 0; for (let j = 0; j < u; j++) sum += out[o + j] = Math.exp(x[o + j] - m); for (let j = 0; j < u; j++) out[o + j] /= sum;`,
    ),
  ],
  backward: [
    rows(SOFT(ROW_MAX, BY_INVERSE + GRADIENT)),
    rows(SOFT(ROW_MAX_FREE, BY_DIVISION + GRADIENT_ONE_PASS)),
    rows(
      `${ROW_MAX} let sum = 0, dot = 0; for (let j = 0; j < u; j++) { const e = Math.exp(x[o + j] - m); s[j] = e; sum += e; dot += e * dy[o + j]; } const inv = 1 / sum; dot *= inv; for (let j = 0; j < u; j++) out[o + j] = s[j] * inv * (dy[o + j] - dot);`,
    ),
  ],
  backwardY: [
    rows(GRADIENT_Y),
    rows(
      'let dot = 0; for (let j = o; j < o + u; j++) dot += x[j] * dy[j]; for (let j = o; j < o + u; j++) out[j] = x[j] * (dy[j] - dot);',
    ),
    rows(
      'let a = 0, b = 0, j = 0; for (; j + 1 < u; j += 2) { a += x[o + j] * dy[o + j]; b += x[o + j + 1] * dy[o + j + 1]; } if (j < u) a += x[o + j] * dy[o + j]; const dot = a + b; for (j = 0; j < u; j++) out[o + j] = x[o + j] * (dy[o + j] - dot);',
    ),
  ],
  jacobian: [
    rows(SOFT(ROW_MAX, BY_INVERSE + JACOBIAN)),
    rows(SOFT(ROW_MAX, BY_INVERSE + JACOBIAN_PATCHED)),
    rows(SOFT(ROW_MAX_FREE, BY_DIVISION + JACOBIAN_PATCHED)),
  ],
  contraction: [
    rows(
      'for (let j = 0; j < u; j++) { let sum = 0; for (let i = 0, k = o * u + j; i < u; i++, k += u) sum += dy[o + i] * x[k]; out[o + j] = sum; }',
    ),
    rows(
      'for (let j = 0; j < u; j++) out[o + j] = 0; for (let i = 0, k = o * u; i < u; i++) { const d = dy[o + i]; for (let j = 0; j < u; j++, k++) out[o + j] += d * x[k]; }',
    ),
    rows(
      `s.fill(0); for (let i = 0, k = o * u; i < u; i++, k += u) { const d = dy[o + i]; for (let j = 0; j < u; j++) s[j] += d * x[k + j]; } ${STORE}`,
    ),
  ],
};

/** The runners of a case: [{ name, call, read }]. */
export function plainForms({ fn, op, x, y, dy, units, alpha }) {
  const input = op === 'backwardY' ? y : x;
  if (op === 'valueAndDeriv') {
    const [value, deriv] = [new Float64Array(x.length), new Float64Array(x.length)];
    return FORMS[fn][op].map((form, index) => {
      const compiled = pair(form, ['a']);
      return { name: `plain JS ${index + 1}`, call: () => compiled(x, value, deriv, alpha), read: () => joined([value, deriv]) };
    });
  }
  const out = new Float64Array(op === 'jacobian' ? dy.length * units : dy.length);
  const read = () => out;
  if (ROW_FORMS[op] && !FORMS[fn]?.[op]) {
    const s = new Float64Array(units);
    const g = new Float64Array(units);
    return ROW_FORMS[op].map((form, index) => {
      const compiled = new Function('x', 'dy', 'out', 'u', 's', 'g', form);
      return { name: `plain JS ${index + 1}`, call: () => compiled(input, dy, out, units, s, g), read };
    });
  }
  return FORMS[fn][op].map((form, index) => {
    const make = form.endsWith(';') ? whole : form.startsWith('{') ? block : loop;
    const compiled = make(form, ['a']);
    return { name: `plain JS ${index + 1}`, call: () => compiled(input, dy, out, alpha), read };
  });
}
