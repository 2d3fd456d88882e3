// Plain JavaScript for what consists of more than one function: gated units, the gates of recurrent cells, losses, a caller's own
// activations, and compositions. Loops as programs write them, which receive their arrays as arguments; the fastest one whose
// result is right counts.

import { type Contender, repeated } from './measure.js';
import { joined, type Problem } from './plain.js';

const SIGMOID = (x: string) => `1 / (1 + Math.exp(-${x}))`;

/** The halves a and b of each row, and what is done with them. */
const halves = (body: string) =>
  `const h = u / 2; for (let r = 0, o = 0, k = 0; r < rows; r++, o += u) for (let j = 0; j < h; j++, k++) { const a = x[o + j], b = x[o + h + j]; ${body} }`;

const each = (body: string) => `for (let i = 0; i < out.length; i++) { const v = x[i]; ${body} }`;

const ROW_SUM =
  'let m = x[o]; for (let j = 1; j < u; j++) if (x[o + j] > m) m = x[o + j]; let sum = 0; for (let j = 0; j < u; j++) { const e = Math.exp(x[o + j] - m); out[o + j] = e; sum += e; }';

/**
 * The loops by the name of the layer and its operation: from x, y (a state, labels or targets) and dy to out, and to `also` if
 * there are two results.
 */
const LOOPS: Readonly<Record<string, readonly string[]>> = {
  'glu value': [halves(`out[k] = a * (${SIGMOID('b')});`), halves('out[k] = a / (1 + Math.exp(-b));')],
  'glu backward': [halves(`const s = ${SIGMOID('b')}, d = dy[k]; out[o + j] = d * s; out[o + h + j] = d * a * s * (1 - s);`)],
  'swiglu value': [halves('out[k] = a * b / (1 + Math.exp(-b));')],
  'swiglu backward': [
    halves(`const s = ${SIGMOID('b')}, d = dy[k]; out[o + j] = d * b * s; out[o + h + j] = d * a * s * (1 + b * (1 - s));`),
  ],
  'lstmGates value': [
    `const n = u / 4; for (let r = 0, o = 0, k = 0; r < rows; r++, o += u) for (let j = 0; j < n; j++, k++) { const c = ${SIGMOID('x[o + n + j]')} * y[k] + ${SIGMOID('x[o + j]')} * Math.tanh(x[o + 2 * n + j]); also[k] = c; out[k] = ${SIGMOID('x[o + 3 * n + j]')} * Math.tanh(c); }`,
  ],
  'gruGates value': [
    `const n = u / 3; for (let r = 0, o = 0, k = 0; r < rows; r++, o += u) for (let j = 0; j < n; j++, k++) { const z = ${SIGMOID('x[o + n + j]')}; out[k] = (1 - z) * Math.tanh(x[o + 2 * n + j]) + z * y[k]; }`,
  ],
  'softmaxCrossEntropy valueAndDeriv': [
    `for (let r = 0, o = 0; r < rows; r++, o += u) { ${ROW_SUM} also[r] = Math.log(sum) - (x[o + y[r]] - m); const inv = 1 / sum; for (let j = 0; j < u; j++) out[o + j] *= inv; out[o + y[r]] -= 1; }`,
  ],
  'sigmoidCrossEntropy valueAndDeriv': [
    each(`also[i] = Math.max(v, 0) - v * y[i] + Math.log1p(Math.exp(-Math.abs(v))); out[i] = ${SIGMOID('v')} - y[i];`),
    each(
      'const e = Math.exp(-Math.abs(v)), s = 1 / (1 + e); also[i] = Math.max(v, 0) - v * y[i] + Math.log1p(e); out[i] = (v < 0 ? e * s : s) - y[i];',
    ),
  ],
  'own value': [each('out[i] = v / (1 + Math.abs(v));')],
  'own backward': [
    each('out[i] = dy[i] / (1 + Math.abs(v)) ** 2;'),
    each('const w = 1 + Math.abs(v); out[i] = dy[i] / (w * w);'),
  ],
  'compose value': [
    each('out[i] = Math.tanh(Math.log1p(Math.exp(v)));'),
    each('out[i] = Math.tanh(Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))));'),
  ],
  'compose backward': [each(`const t = Math.tanh(Math.log1p(Math.exp(v))); out[i] = dy[i] * (1 - t * t) * (${SIGMOID('v')});`)],
};

/** The arrays that are written: the result, and a second one if there is one. */
export function resultsOf({ fn, op, rows, units }: Problem): [out: number, also: number] {
  const count = rows * units;
  switch (fn) {
    case 'lstmGates':
      return [count / 4, count / 4];
    case 'gruGates':
      return [count / 3, 0];
    case 'softmaxCrossEntropy':
      return [count, rows];
    case 'sigmoidCrossEntropy':
      return [count, count];
    default:
      return [fn.endsWith('glu') && op === 'value' ? count / 2 : count, 0];
  }
}

/** The loops of a layer, each writing into arrays of its own. */
export function plainLayers(problem: Problem): Contender[] {
  const { fn, op, rows, units: u, x, y, dy } = problem;
  const [out, also] = resultsOf(problem).map((count) => new Float64Array(count));
  const scope = { x, y, dy, out, also, rows, u };
  const names = Object.keys(scope);
  return (LOOPS[`${fn} ${op}`] ?? []).map((loop, index) => ({
    name: `plain JS ${index + 1}`,
    run: repeated(`f(${names.join(', ')});`, { f: new Function(...names, loop), ...scope }),
    read: () => joined([out ?? [], also ?? []]),
  }));
}
