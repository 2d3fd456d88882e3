// The numbers on which functions are timed, seeded: ordinary ones, and hard ones, none of which may cost much more.

import type { Op } from './plain.js';

export interface Inputs {
  readonly x: Float64Array;
  readonly dy: Float64Array;
  /** A saved result, for the operations from y. */
  readonly y?: Float64Array;
}

/** Numbers in [0, 1), the same ones for the same seed. */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** Numbers of normal(0, 1), the same ones for the same seed. */
export function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const made = new Map<string, Inputs>();

/** x of normal(0, 1)·3 and dy of normal(0, 1), made once; `count` is dy's, x has more where it holds Jacobians. */
export function ordinary(count: number, xCount = count): Inputs {
  const key = `${count} ${xCount}`;
  const before = made.get(key);
  if (before) return before;
  const normal = normals(12345);
  const [x, dy] = [new Float64Array(xCount), new Float64Array(count)];
  for (let i = 0; i < xCount; i++) x[i] = 3 * normal();
  for (let i = 0; i < count; i++) dy[i] = normal();
  made.set(key, { x, dy });
  return { x, dy };
}

/** The most that hard inputs may cost, as a multiple of the ordinary time; more at the ends of the range. */
const HARD = 2.5;
const ENDS = 20;

export interface Hard {
  readonly name: string;
  /** The most it may cost, as a multiple of the ordinary time. */
  readonly asked: number;
  /** The operations that the change affects. */
  readonly ops: readonly Op[];
  /** Hyperparameters other than the defaults, by name. */
  readonly options?: Readonly<Record<string, number>>;
  x?(value: number, index: number, units: number): number;
  dy?(value: number, index: number, units: number): number;
  y?(value: number, index: number, units: number): number;
}

const FROM_X: readonly Op[] = ['value', 'deriv', 'backward'];
const FROM_Y: readonly Op[] = ['backwardY'];
const BACKWARD: readonly Op[] = ['backward', 'backwardY'];
const ALL: readonly Op[] = ['value', 'deriv', 'backward', 'backwardY'];
const sign = (index: number): number => (index % 2 ? -1 : 1);

const lower = (_: number, index: number): number => -700 - ((index * 7) % 45);

/** Inputs of element-wise functions. Each is the ordinary input with the elements changed that `x`, `dy` or `y` change. */
export const HARD_ELEMENTS: readonly Hard[] = [
  // Beyond the tables of all functions, but before anything under- or overflows; one in each run of 128.
  { name: 'one of 128 at ±45', asked: HARD, ops: FROM_X, x: (v, i) => (i % 128 === 77 ? 45 * sign(i >> 7) : v) },
  { name: 'one of 128 at −750', asked: HARD, ops: FROM_X, x: (v, i) => (i % 128 === 77 ? -750 : v) },
  { name: 'half at ±45', asked: HARD, ops: FROM_X, x: (v, i) => (i % 2 ? 45 * sign(i >> 1) : v) },
  { name: 'half at −750', asked: HARD, ops: FROM_X, x: (v, i) => (i % 2 ? -750 : v) },
  { name: 'all ±(45 to 700)', asked: HARD, ops: FROM_X, x: (_, i) => sign(i) * (45 + ((i * 37) % 655)) },
  { name: 'all −(700 to 745)', asked: HARD, ops: FROM_X, x: lower },
  { name: 'all ±800', asked: HARD, ops: FROM_X, x: (_, i) => 800 * sign(i) },
  // The result of large weights: near, far and limits in any order.
  { name: 'normal·15', asked: HARD, ops: FROM_X, x: (v) => v * 5 },
  { name: 'normal·60', asked: HARD, ops: FROM_X, x: (v) => v * 20 },
  { name: 'normal·120', asked: HARD, ops: FROM_X, x: (v) => v * 40 },
  { name: 'all ±1e300', asked: HARD, ops: FROM_X, x: (v) => v * 1e300 },
  { name: 'all ±1e-310', asked: HARD, ops: FROM_X, x: (v) => v * 1e-310 },
  // Their squares are subnormal.
  { name: 'all ±1e-157', asked: HARD, ops: FROM_X, x: (v) => v * 1e-157 },
  // Here, their fourth powers are.
  { name: 'all ±1e-80', asked: HARD, ops: FROM_X, x: (v) => v * 1e-80 },
  { name: 'all 0', asked: HARD, ops: FROM_X, x: () => 0 },
  { name: 'one of 128 NaN', asked: HARD, ops: FROM_X, x: (v, i) => (i % 128 === 77 ? Number.NaN : v) },
  { name: 'all NaN', asked: HARD, ops: FROM_X, x: () => Number.NaN },
  { name: 'all ±∞', asked: HARD, ops: FROM_X, x: (_, i) => sign(i) * Number.POSITIVE_INFINITY },
  { name: 'dy·1e-310', asked: HARD, ops: BACKWARD, dy: (v) => v * 1e-310 },
  { name: 'one of 128 dy·1e-310', asked: HARD, ops: BACKWARD, dy: (v, i) => (i % 128 === 77 ? v * 1e-310 : v) },
  { name: 'dy·1e300', asked: HARD, ops: BACKWARD, dy: (v) => v * 1e300 },
  // As sigmoid of −720, of normal·100, and of x far below 0.
  { name: 'one of 100 y·1e-313', asked: HARD, ops: FROM_Y, y: (v, i) => (i % 100 === 77 ? v * 1e-313 : v) },
  { name: 'half y 1 to 1e-400', asked: HARD, ops: FROM_Y, y: (v, i) => (i % 2 ? v * 10 ** -((i * 61) % 400) : v) },
  { name: 'all y·1e-310', asked: HARD, ops: FROM_Y, y: (v) => v * 1e-310 },
  { name: 'NaN in dy', asked: HARD, ops: BACKWARD, dy: (v, i) => (i % 128 === 77 ? Number.NaN : v) },
];

/** The same with other values of a hyperparameter; compared with the time at its default. */
export const hardValues = (hyperparameter: string): readonly Hard[] =>
  [0.7, -2, 0, 1e-160, 1e-300, 1e300].flatMap((value) => {
    const common = { asked: HARD, ops: FROM_X, options: { [hyperparameter]: value } };
    const alone = { ...common, ops: ALL, name: `hyperparameter ${value}` };
    // Between the others in what it does to far x.
    if (value === 1e-160) return [alone];
    return [
      alone,
      { ...common, name: `hyperparameter ${value}, half at −750`, x: (v: number, i: number) => (i % 2 ? -750 : v) },
      { ...common, name: `hyperparameter ${value}, all −(700 to 745)`, x: lower },
    ];
  });

const lowered = (v: number, i: number): number => (i % 2 ? v - 720 : v);

const oddRow = (i: number, units: number): boolean => Math.floor(i / units) % 2 === 1;
const secondHalf = (i: number, units: number): boolean => i % units >= units / 2;

/** Operations along rows that softmax does not have. */
const LAYER: readonly Op[] = [...ALL, 'valueAndDeriv'];
const TINY: readonly Hard[] = [
  { name: 'x·1e-160', asked: HARD, ops: LAYER, x: (v) => v * 1e-160 },
  { name: 'x·1e-310', asked: ENDS, ops: LAYER, x: (v) => v * 1e-310 },
];

/** Inputs of gated units: their gates are far from 0, or next to it. */
export const HARD_GATES: readonly Hard[] = [
  { name: 'normal·15', asked: HARD, ops: LAYER, x: (v) => v * 5 },
  { name: 'normal·120', asked: HARD, ops: LAYER, x: (v) => v * 40 },
  { name: 'all −(700 to 745)', asked: HARD, ops: LAYER, x: lower },
  ...TINY,
];

/** Inputs of functions other than softmax that take logits. */
export const HARD_LOGITS: readonly Hard[] = [
  { name: 'half 720 lower', asked: HARD, ops: LAYER, x: lowered },
  { name: 'logits·100', asked: HARD, ops: LAYER, x: (v) => v * 100 },
  ...TINY,
];

/** Inputs of softmax. A row that is masked completely is NaN. */
export const HARD_ROWS: readonly Hard[] = [
  { name: 'logits + 1e7', asked: HARD, ops: FROM_X, x: (v) => v + 1e7 },
  { name: 'logits − 1e15', asked: HARD, ops: FROM_X, x: (v) => v - 1e15 },
  { name: 'logits·1e5', asked: HARD, ops: FROM_X, x: (v) => v * 1e5 },
  { name: 'logits·1e300', asked: ENDS, ops: FROM_X, x: (v) => v * 1e300 },
  { name: 'logits·1e-310', asked: ENDS, ops: FROM_X, x: (v) => v * 1e-310 },
  { name: 'half 720 lower', asked: HARD, ops: ALL, x: lowered },
  { name: 'one of 16 720 lower', asked: HARD, ops: ALL, x: (v, i) => (i % 16 === 7 ? v - 720 : v) },
  { name: 'logits·100', asked: HARD, ops: ALL, x: (v) => v * 100 },
  { name: 'half of the logits·1e-310', asked: ENDS, ops: FROM_X, x: (v, i) => (i % 2 ? v * 1e-310 : v) },
  { name: 'logits·1e-157', asked: HARD, ops: FROM_X, x: (v) => v * 1e-157 },
  { name: 'equal logits', asked: HARD, ops: FROM_X, x: () => 1.5 },
  { name: 'logits −800 to 800', asked: HARD, ops: FROM_X, x: (v) => v * 90 },
  { name: 'T 0.7', asked: HARD, ops: ALL, options: { temperature: 0.7 } },
  { name: 'T 1e-5', asked: HARD, ops: ALL, options: { temperature: 1e-5 } },
  { name: 'T 1e-30', asked: HARD, ops: ALL, options: { temperature: 1e-30 } },
  { name: 'T 1e30', asked: HARD, ops: ALL, options: { temperature: 1e30 } },
  { name: 'T 1e-300', asked: ENDS, ops: ALL, options: { temperature: 1e-300 } },
  { name: 'T 1e300', asked: ENDS, ops: ALL, options: { temperature: 1e300 } },
  {
    name: 'odd rows half −1e9',
    asked: HARD,
    ops: FROM_X,
    x: (v, i, units) => (oddRow(i, units) && secondHalf(i, units) ? -1e9 : v),
  },
  {
    name: 'odd rows half −∞',
    asked: HARD,
    ops: FROM_X,
    x: (v, i, units) => (oddRow(i, units) && secondHalf(i, units) ? Number.NEGATIVE_INFINITY : v),
  },
  {
    name: 'odd rows half less 1e9',
    asked: HARD,
    ops: FROM_X,
    x: (v, i, units) => (oddRow(i, units) && secondHalf(i, units) ? v - 1e9 : v),
  },
  { name: 'odd rows all −1e9', asked: HARD, ops: FROM_X, x: (v, i, units) => (oddRow(i, units) ? -1e9 : v) },
  { name: 'odd rows less 1e9', asked: HARD, ops: FROM_X, x: (v, i, units) => (oddRow(i, units) ? v - 1e9 : v) },
  { name: 'odd units −∞', asked: HARD, ops: FROM_X, x: (v, i) => (i % 2 ? Number.NEGATIVE_INFINITY : v) },
  { name: 'odd rows all −∞', asked: HARD, ops: FROM_X, x: (v, i, units) => (oddRow(i, units) ? Number.NEGATIVE_INFINITY : v) },
  { name: 'all −∞', asked: HARD, ops: FROM_X, x: () => Number.NEGATIVE_INFINITY },
  { name: 'one left, others −∞', asked: HARD, ops: FROM_X, x: (v, i, units) => (i % units === 3 ? v : Number.NEGATIVE_INFINITY) },
  { name: 'one class 40 ahead', asked: HARD, ops: FROM_X, x: (v, i, units) => (i % units === 3 ? 40 : v) },
  { name: 'one class 900 ahead', asked: HARD, ops: FROM_X, x: (v, i, units) => (i % units === 3 ? 900 : v) },
  { name: 'NaN in a logit', asked: HARD, ops: FROM_X, x: (v, i, units) => (i % units === 3 ? Number.NaN : v) },
  { name: 'a logit of +∞', asked: HARD, ops: FROM_X, x: (v, i, units) => (i % units === 3 ? Number.POSITIVE_INFINITY : v) },
  { name: 'dy·1e-70', asked: HARD, ops: BACKWARD, dy: (v) => v * 1e-70 },
  { name: 'dy·1e60', asked: HARD, ops: BACKWARD, dy: (v) => v * 1e60 },
  { name: 'dy·1e-300', asked: ENDS, ops: BACKWARD, dy: (v) => v * 1e-300 },
  { name: 'dy·1e300', asked: ENDS, ops: BACKWARD, dy: (v) => v * 1e300 },
  { name: 'dy −1e-310 to 1e300', asked: ENDS, ops: BACKWARD, dy: (v, i) => v * 10 ** (((i * 61) % 610) - 310) },
  { name: 'dy + 1e9', asked: HARD, ops: BACKWARD, dy: (v) => v + 1e9 },
  { name: 'dy 0', asked: HARD, ops: BACKWARD, dy: () => 0 },
  { name: 'dy one-hot', asked: HARD, ops: BACKWARD, dy: (_, i, units) => (i % units === 5 ? -1 : 0) },
  { name: 'NaN in dy', asked: HARD, ops: BACKWARD, dy: (v, i, units) => (i % units === 7 % units ? Number.NaN : v) },
];

/** The ordinary inputs, changed. */
export function hardened(hard: Hard, { x, dy, y }: Inputs, units: number): Inputs {
  const change = (data: Float64Array, how: Hard['x']) => (how ? data.map((value, index) => how(value, index, units)) : data);
  return { x: change(x, hard.x), dy: change(dy, hard.dy), ...(y && { y: change(y, hard.y) }) };
}
