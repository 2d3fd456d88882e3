// Plain JavaScript, the bar to clear: for each operation three or more forms, tuned in good faith; the fastest one whose result
// is right counts.
//
// Each form is timed in two places. `handed`: in a function that receives its containers as arguments, as in a library or a layer
// of a network. `closure`: in a closure over typed arrays that never change, whose addresses and lengths V8 knows when it
// compiles: as fast as plain JavaScript gets, and possible for programs with a fixed set of arrays. Each form is compiled on its
// own, so that the types and the inlining of other forms do not disturb it.

import { type Contender, measure, repeated } from './measure.js';

export type Op = 'value' | 'deriv' | 'valueAndDeriv' | 'backward' | 'backwardY' | 'jacobian' | 'product' | 'contraction';
export type Place = 'handed' | 'closure';

/** One operation on one input, as given to every contender. */
export interface Problem {
  readonly fn: string;
  readonly op: Op;
  readonly rows: number;
  readonly units: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly dy: Float64Array;
  readonly alpha: number;
}

type Forms = Partial<Record<Op, readonly string[]>>;

const whereAbove = (above: string, below: string) => `v > 0 ? ${above} : ${below}`;

/**
 * name → operation → the forms, over v = x[i] (or y[i]), d = dy[i] and alpha `a`: an expression or, in braces, statements that
 * assign the result to `$`; those of valueAndDeriv assign the derivative to `$$`, from one exponential if there is one. A form
 * that ends in `;` processes the whole array.
 */
const POINTWISE: Readonly<Record<string, Forms>> = {
  identity: { value: ['v', '{ $ = v; }', 'out.set(x);'] },
  hadamard: { product: ['v * d', 'd * v', '{ const p = v * d; $ = p; }'] },
  relu: {
    value: ['v > 0 ? v : 0', 'Math.max(v, 0)', '(v + Math.abs(v)) * 0.5', 'v * +(v > 0)'],
    deriv: ['v > 0 ? 1 : 0', '+(v > 0)', '(Math.sign(v) + 1) >> 1'],
    valueAndDeriv: [
      '{ const g = v > 0; $ = g ? v : 0; $$ = g ? 1 : 0; }',
      '{ $ = Math.max(v, 0); $$ = +(v > 0); }',
      '{ $ = (v + Math.abs(v)) * 0.5; $$ = +(v > 0); }',
      '{ const g = +(v > 0); $ = g * v; $$ = g; }',
    ],
    backward: ['v > 0 ? d : 0', 'd * +(v > 0)', 'd * ((Math.sign(v) + 1) >> 1)'],
    backwardY: ['v > 0 ? d : 0', 'd * +(v > 0)', 'd * Math.sign(v)'],
  },
  lrelu: {
    value: ['v > 0 ? v : a * v', 'Math.max(v, a * v)', '(1 + a) * 0.5 * v + (1 - a) * 0.5 * Math.abs(v)'],
    deriv: ['v > 0 ? 1 : a', 'a + (1 - a) * +(v > 0)', '(1 + a) * 0.5 + (1 - a) * 0.5 * Math.sign(v)'],
    valueAndDeriv: [
      '{ const g = v > 0 ? 1 : a; $ = g * v; $$ = g; }',
      '{ const g = a + (1 - a) * +(v > 0); $ = g * v; $$ = g; }',
      '{ $ = Math.max(v, a * v); $$ = a + (1 - a) * +(v > 0); }',
    ],
    backward: ['v > 0 ? d : a * d', 'd * (a + (1 - a) * +(v > 0))', 'd * ((1 + a) * 0.5 + (1 - a) * 0.5 * Math.sign(v))'],
    backwardY: ['v > 0 ? d : a * d', 'd * (a + (1 - a) * +(v > 0))', 'd * ((1 + a) * 0.5 + (1 - a) * 0.5 * Math.sign(v))'],
  },
  elu: {
    value: [
      whereAbove('v', 'a * Math.expm1(v)'),
      whereAbove('v', 'a * (Math.exp(v) - 1)'),
      'Math.max(v, 0) + a * (Math.exp(Math.min(v, 0)) - 1)',
    ],
    deriv: [
      whereAbove('1', 'a * Math.exp(v)'),
      whereAbove('1', 'a * Math.expm1(v) + a'),
      '+(v > 0) + a * Math.exp(v) * +(v <= 0)',
    ],
    valueAndDeriv: [
      '{ if (v > 0) { $ = v; $$ = 1; } else { const e = a * Math.expm1(v); $ = e; $$ = e + a; } }',
      '{ if (v > 0) { $ = v; $$ = 1; } else { const e = a * Math.exp(v); $ = e - a; $$ = e; } }',
      '{ const e = a * Math.exp(Math.min(v, 0)); $ = Math.max(v, 0) + (e - a); $$ = v > 0 ? 1 : e; }',
    ],
    backward: [
      whereAbove('d', 'd * a * Math.exp(v)'),
      whereAbove('d', 'd * (a * Math.expm1(v) + a)'),
      'd * (v > 0 ? 1 : a * Math.exp(v))',
    ],
    backwardY: [whereAbove('d', 'd * (v + a)'), 'd * (v > 0 ? 1 : v + a)', 'd * Math.min(v + a, 1)'],
  },
  sigmoid: {
    value: [
      '1 / (1 + Math.exp(-v))',
      '0.5 + 0.5 * Math.tanh(0.5 * v)',
      'v < 0 ? 1 - 1 / (1 + Math.exp(v)) : 1 / (1 + Math.exp(-v))',
    ],
    deriv: [
      '{ const s = 1 / (1 + Math.exp(-v)); $ = s * (1 - s); }',
      '{ const e = Math.exp(-Math.abs(v)); const f = 1 + e; $ = e / (f * f); }',
      '{ const t = Math.tanh(0.5 * v); $ = 0.25 - 0.25 * t * t; }',
    ],
    valueAndDeriv: [
      '{ const s = 1 / (1 + Math.exp(-v)); $ = s; $$ = s * (1 - s); }',
      '{ const e = Math.exp(-Math.abs(v)); const r = 1 / (1 + e); $ = v < 0 ? e * r : r; $$ = e * r * r; }',
      '{ const t = Math.tanh(0.5 * v); $ = 0.5 + 0.5 * t; $$ = 0.25 - 0.25 * t * t; }',
    ],
    backward: [
      '{ const s = 1 / (1 + Math.exp(-v)); $ = d * s * (1 - s); }',
      '{ const e = Math.exp(-Math.abs(v)); const f = 1 + e; $ = (d * e) / (f * f); }',
      '{ const t = Math.tanh(0.5 * v); $ = d * (0.25 - 0.25 * t * t); }',
    ],
    backwardY: ['d * v * (1 - v)', 'd * (v - v * v)', 'v * (1 - v) * d'],
  },
  tanh: {
    value: [
      'Math.tanh(v)',
      '1 - 2 / (Math.exp(2 * v) + 1)',
      '{ const e = Math.exp(-2 * Math.abs(v)); $ = Math.sign(v) * (1 - e) / (1 + e); }',
    ],
    deriv: [
      '{ const t = Math.tanh(v); $ = 1 - t * t; }',
      '{ const e = Math.exp(-2 * Math.abs(v)); const f = 1 + e; $ = (4 * e) / (f * f); }',
      '{ const c = Math.cosh(v); $ = 1 / (c * c); }',
    ],
    valueAndDeriv: [
      '{ const t = Math.tanh(v); $ = t; $$ = 1 - t * t; }',
      '{ const e = Math.exp(-2 * Math.abs(v)); const r = 1 / (1 + e); $ = Math.sign(v) * (1 - e) * r; $$ = 4 * e * r * r; }',
      '{ const t = 1 - 2 / (Math.exp(2 * v) + 1); $ = t; $$ = 1 - t * t; }',
    ],
    backward: [
      '{ const t = Math.tanh(v); $ = d * (1 - t * t); }',
      '{ const e = Math.exp(-2 * Math.abs(v)); const f = 1 + e; $ = (d * 4 * e) / (f * f); }',
      '{ const c = Math.cosh(v); $ = d / (c * c); }',
    ],
    backwardY: ['d * (1 - v * v)', 'd - d * v * v', 'd * (1 - v) * (1 + v)'],
  },
};

const ROW_MAX = 'let m = x[o]; for (let j = 1; j < u; j++) { const v = x[o + j]; if (v > m) m = v; }';
const ROW_MAX_FREE = 'let m = x[o]; for (let j = 1; j < u; j++) m = Math.max(m, x[o + j]);';
const exponentials = (max: string, then: string) =>
  `${max} let sum = 0; for (let j = 0; j < u; j++) { const e = Math.exp(x[o + j] - m); s[j] = e; sum += e; } ${then}`;
const BY_INVERSE = 'const inv = 1 / sum; for (let j = 0; j < u; j++) s[j] *= inv;';
const BY_DIVISION = 'for (let j = 0; j < u; j++) s[j] /= sum;';
const GRADIENT =
  'let dot = 0; for (let j = 0; j < u; j++) dot += s[j] * dy[o + j]; for (let j = 0; j < u; j++) out[o + j] = s[j] * (dy[o + j] - dot);';
const GRADIENT_ONE_PASS =
  'let t = 0; for (let j = 0; j < u; j++) { const p = s[j] * dy[o + j]; g[j] = p; t += p; } for (let j = 0; j < u; j++) out[o + j] = g[j] - s[j] * t;';
const STORE = 'for (let j = 0; j < u; j++) out[o + j] = s[j];';
const JACOBIAN =
  'for (let i = 0, k = o * u; i < u; i++) { const si = s[i]; for (let j = 0; j < u; j++, k++) out[k] = i === j ? si * (1 - si) : -si * s[j]; }';
const JACOBIAN_PATCHED =
  'for (let i = 0, k = o * u; i < u; i++) { const si = -s[i]; for (let j = 0; j < u; j++) out[k + j] = si * s[j]; out[k + i] -= si; k += u; }';

/**
 * softmax and the contraction: the work on one row, over x, dy and out from offset o on, with the row length u and the scratch
 * rows s and g.
 */
const ROWS: Forms = {
  value: [
    exponentials(ROW_MAX, `${BY_INVERSE} ${STORE}`),
    `${ROW_MAX} let sum = 0; for (let j = 0; j < u; j++) { const e = Math.exp(x[o + j] - m); out[o + j] = e; sum += e; } const inv = 1 / sum; for (let j = 0; j < u; j++) out[o + j] *= inv;`,
    `${ROW_MAX_FREE} let sum = 0; for (let j = 0; j < u; j++) sum += out[o + j] = Math.exp(x[o + j] - m); for (let j = 0; j < u; j++) out[o + j] /= sum;`,
  ],
  backward: [
    exponentials(ROW_MAX, BY_INVERSE + GRADIENT),
    exponentials(ROW_MAX_FREE, BY_DIVISION + GRADIENT_ONE_PASS),
    `${ROW_MAX} let sum = 0, dot = 0; for (let j = 0; j < u; j++) { const e = Math.exp(x[o + j] - m); s[j] = e; sum += e; dot += e * dy[o + j]; } const inv = 1 / sum; dot *= inv; for (let j = 0; j < u; j++) out[o + j] = s[j] * inv * (dy[o + j] - dot);`,
  ],
  backwardY: [
    'let dot = 0; for (let j = 0; j < u; j++) dot += x[o + j] * dy[o + j]; for (let j = 0; j < u; j++) out[o + j] = x[o + j] * (dy[o + j] - dot);',
    'let dot = 0; for (let j = o; j < o + u; j++) dot += x[j] * dy[j]; for (let j = o; j < o + u; j++) out[j] = x[j] * (dy[j] - dot);',
    'let a = 0, b = 0, j = 0; for (; j + 1 < u; j += 2) { a += x[o + j] * dy[o + j]; b += x[o + j + 1] * dy[o + j + 1]; } if (j < u) a += x[o + j] * dy[o + j]; const dot = a + b; for (j = 0; j < u; j++) out[o + j] = x[o + j] * (dy[o + j] - dot);',
  ],
  jacobian: [
    exponentials(ROW_MAX, BY_INVERSE + JACOBIAN),
    exponentials(ROW_MAX, BY_INVERSE + JACOBIAN_PATCHED),
    exponentials(ROW_MAX_FREE, BY_DIVISION + JACOBIAN_PATCHED),
  ],
  contraction: [
    'for (let j = 0; j < u; j++) { let sum = 0; for (let i = 0, k = o * u + j; i < u; i++, k += u) sum += dy[o + i] * x[k]; out[o + j] = sum; }',
    'for (let j = 0; j < u; j++) out[o + j] = 0; for (let i = 0, k = o * u; i < u; i++) { const d = dy[o + i]; for (let j = 0; j < u; j++, k++) out[o + j] += d * x[k]; }',
    `s.fill(0); for (let i = 0, k = o * u; i < u; i++, k += u) { const d = dy[o + i]; for (let j = 0; j < u; j++) s[j] += d * x[k + j]; } ${STORE}`,
  ],
};

const alongRows = (fn: string, op: Op) => fn === 'softmax' || op === 'contraction';

/** A form that processes the whole array in one call, like `out.set(x)`: for typed arrays only. */
const isWhole = (form: string) => !form.startsWith('{') && form.endsWith(';');

/** The forms of an operation; none if nobody has written any. */
const formsOf = (fn: string, op: Op): readonly string[] => (alongRows(fn, op) ? ROWS : POINTWISE[fn])?.[op] ?? [];

/** Whether there is something to compare with. */
export const hasForms = (fn: string, op: Op): boolean => formsOf(fn, op).length > 0;

/** Everything a form may read or write, by the name it has there. */
interface Containers {
  readonly x: unknown;
  readonly dy: unknown;
  readonly out: unknown;
  readonly outDeriv?: unknown;
}

/** A form as a statement that writes to `to` (and to `andTo`, the derivative). */
function statement(form: string, to: string, andTo = ''): string {
  const assigning = form.startsWith('{') ? form : `$ = ${form};`;
  return assigning.replaceAll('$$ =', `${andTo} =`).replaceAll('$ =', `${to} =`);
}

/** Assigns v and d, without reading a dy that the form does not use. */
const variables = (form: string, v: string, d: string) => `const v = ${v}; ${/\bd\b/.test(form) ? `const d = ${d};` : ''}`;

/** The whole loop over flat containers x and dy into out (and outDeriv). */
function flatLoop(fn: string, op: Op, form: string): string {
  if (isWhole(form) && !alongRows(fn, op)) return form;
  if (alongRows(fn, op)) return `const rows = dy.length / u; for (let r = 0, o = 0; r < rows; r++, o += u) { ${form} }`;
  const body = statement(form, 'out[i]', 'outDeriv[i]');
  return `for (let i = 0; i < out.length; i++) { ${variables(form, 'x[i]', 'dy[i]')} ${body} }`;
}

/** The same over arrays of rows xs and dys into outs. */
function nestedLoop(fn: string, op: Op, form: string): string {
  const body = alongRows(fn, op)
    ? `const o = 0; ${form}`
    : `for (let i = 0; i < out.length; i++) { ${variables(form, 'x[i]', 'dy[i]')} ${statement(form, 'out[i]')} }`;
  return `for (let r = 0; r < outs.length; r++) { const x = xs[r], dy = dys[r], out = outs[r]; ${body} }`;
}

let closures = 0;

/** The forms of a problem in one place, over these containers; `nested` if they are arrays of rows. */
function contenders(
  { fn, op, units, alpha }: Problem,
  place: Place,
  { x, dy, out, outDeriv }: Containers,
  nested: boolean,
  read: () => ArrayLike<number>,
): Contender[] {
  const data = nested ? { xs: x, dys: dy, outs: out } : { x, dy, out, outDeriv };
  const scope = { ...data, a: alpha, u: units, s: new Float64Array(units), g: new Float64Array(units) };
  const names = Object.keys(scope);
  const usable = formsOf(fn, op).filter((form) => alongRows(fn, op) || !isWhole(form) || out instanceof Float64Array);
  return usable.map((form, index) => {
    const loop = (nested ? nestedLoop : flatLoop)(fn, op, form);
    const name = `${place === 'closure' ? 'closure' : 'plain JS'} ${index + 1}`;
    if (place === 'handed')
      return { name, run: repeated(`f(${names.join(', ')});`, { f: new Function(...names, loop), ...scope }), read };
    // The number makes each text unique: V8 shares one function among equal texts, and specialises a function for one closure
    // only.
    const closure: unknown = new Function(...names, `return () => { ${loop} }; // ${closures++}`)(...Object.values(scope));
    return { name, run: repeated('f();', { f: closure }), read };
  });
}

/** The parts of a result, one after the other. */
export function joined(parts: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

const inputOf = ({ op, x, y }: Problem) => (op === 'backwardY' ? y : x);

/** The forms over Float64Arrays, each of which writes into an array of its own. */
export function plainForms(problem: Problem, place: Place): Contender[] {
  const { op, dy, units } = problem;
  const out = new Float64Array(op === 'jacobian' ? dy.length * units : dy.length);
  const containers = { x: inputOf(problem), dy, out };
  if (op !== 'valueAndDeriv') return contenders(problem, place, containers, false, () => out);
  const outDeriv = new Float64Array(dy.length);
  return contenders(problem, place, { ...containers, outDeriv }, false, () => joined([out, outDeriv]));
}

/** The forms over number[], as arguments. */
export function plainOnArrays(problem: Problem): Contender[] {
  const [x, dy, out] = [inputOf(problem), problem.dy, problem.dy].map((data) => Array.from(data));
  return contenders(problem, 'handed', { x, dy, out }, false, () => out ?? []);
}

/** A flat array as an array of rows. */
export function nestedRows(data: ArrayLike<number>, units: number): number[][] {
  const flat = Array.from(data);
  return Array.from({ length: flat.length / units }, (_, row) => flat.slice(row * units, (row + 1) * units));
}

/** The forms over arrays of rows, as arguments. */
export function plainOnNested(problem: Problem): Contender[] {
  const [x, dy] = [inputOf(problem), problem.dy].map((data) => nestedRows(data, problem.units));
  const out = nestedRows(problem.dy, problem.units);
  return contenders(problem, 'handed', { x, dy, out }, true, () => joined(out));
}

/** The forms for one number at a time: each call of `run` goes over all of x and sums, so that no call is idle. */
export function plainOnNumbers(problem: Problem): Contender[] {
  const { fn, op, alpha, dy } = problem;
  const x = inputOf(problem);
  return formsOf(fn, op)
    .filter((form) => !isWhole(form))
    .map((form, index) => {
      const returning = (form.startsWith('{') ? form : `$ = ${form};`).replaceAll('$ =', 'return');
      const f = new Function('v', 'd', 'a', returning);
      const sum = { value: 0 };
      const loop = 'let total = 0; for (let i = 0; i < x.length; i++) total += f(x[i], dy[i], a); sum.value = total;';
      return { name: `plain JS ${index + 1}`, run: repeated(loop, { f, x, dy, a: alpha, sum }), read: () => [sum.value] };
    });
}

/** The fastest of the forms in a brief trial. */
export async function fastest(forms: readonly Contender[]): Promise<Contender | undefined> {
  if (forms.length < 2) return forms[0];
  const timings = await measure(forms, { rounds: 11, milliseconds: 0.3, warmUp: 8, longest: 100, settle: 40 });
  const best = timings.best(forms.map(({ name }) => name));
  return forms.find(({ name }) => name === best);
}
