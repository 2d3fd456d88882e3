// One row an activation: what the tests must know of it. Every elementwise test loops over this table, so a new row gets every check.

import * as nonlin from 'nonlin';
import { MAX, MIN, MIN_NORMAL } from './support/bits.js';
import { abs, add, div, exp, expm1, mul, neg, ONE, type Real, real, scale, sub, ZERO } from './support/exact.js';
import { text } from './support/files.js';

export type Options = Readonly<Record<string, number>>;

/** What the tests call: the surface every elementwise function has, over the container it is fastest on. */
export interface Elementwise {
  (x: Float64Array, options?: object): Float64Array;
  deriv(x: Float64Array, options?: object): Float64Array;
  backward(dy: Float64Array, saved: { x: Float64Array } | { y: Float64Array }, options?: object): Float64Array;
  valueAndDeriv(x: Float64Array, options?: object): { value: Float64Array; deriv: Float64Array };
  readonly name: string;
  readonly defaults: Options;
}

/** The definition over real numbers; `fromValue` is the derivative expressed in y. */
export interface Definition {
  value(x: Real): Real;
  deriv(x: Real): Real;
  fromValue(y: Real): Real;
}

/** An interval of x where a limit does not hold, and why. A test fails when the ordinary limit holds there after all. */
export interface Exception {
  readonly function: string;
  readonly op: 'value' | 'deriv' | 'fromValue';
  readonly interval: readonly [number, number];
  readonly limit: number;
  readonly reason: string;
}

/** Largest error in ULP; 0.5 asks for the correctly rounded result. */
export interface Limits {
  readonly value: number;
  readonly deriv: number;
  readonly fromValue: number;
}

/**
 * The one table of limits, test/limits.json, which the long accuracy run reads too. Softmax looks along a row, so its own stand
 * apart: `value`, `jacobian` and `diagonal` in ULP, `backward` in units of 2^-53 of the sum of the absolute terms, `fromValue` in
 * units of 2^-53·y(|dy| + sum of y·|dy|)/T.
 */
const limits = JSON.parse(text('test', 'limits.json')) as Readonly<Record<string, Limits>>;
export const softmaxLimits = limits['softmax'] as unknown as Readonly<
  Record<'value' | 'jacobian' | 'diagonal' | 'backward' | 'fromValue', number>
>;
export const exceptions = limits['exceptions'] as unknown as readonly Exception[];

export function limitsOf(name: string): Limits {
  const found = limits[name];
  if (!found) throw new Error(`test/limits.json has no limits of ${name}`);
  return found;
}

export interface Row {
  readonly name: string;
  readonly fn: Elementwise;
  readonly defaults: Options;
  /** Hyperparameters to test with; `reference` names the columns of test/reference that belong to them. */
  readonly cases: readonly { readonly options: Options; readonly reference?: string }[];
  readonly definition: (hyperparameters: Options) => Definition;
  readonly kinks: readonly number[];
  /** Where f is smooth enough for a central difference. */
  readonly intervals: readonly (readonly [number, number])[];
  /** Thresholds of the code and overflow edges: their neighbours are tested too. */
  readonly edges: readonly number[];
  /** [x, f(x), f'(x)], to the bit. */
  readonly specials: (hyperparameters: Options) => readonly (readonly [number, number, number])[];
}

const INF = Number.POSITIVE_INFINITY;
const NAN = Number.NaN;
const { identity, relu, lrelu, elu, sigmoid, tanh } = nonlin;

const positive = (x: Real): boolean => x.m > 0n;
const step = (below: Real) => (x: Real) => (positive(x) ? ONE : below);
/** e^-|x|, for the forms that cannot overflow. */
const decay = (x: Real): Real => exp(neg(abs(x)));
const number = (options: Options, name: string): number => options[name] as number;

/** sigma and 1 - sigma. */
function sigmas(x: Real): [Real, Real] {
  const e = decay(x);
  const [large, small] = [div(ONE, add(ONE, e)), div(e, add(ONE, e))];
  return positive(x) ? [large, small] : [small, large];
}

/** tanh x without cancellation: expm1(2x) / (expm1(2x) + 2), with the sign taken out. */
function tangent(x: Real): Real {
  if (x.m === 0n) return ZERO;
  const m = expm1(scale(neg(abs(x)), 1));
  const y = div(neg(m), add(m, real(2)));
  return positive(x) ? y : neg(y);
}

const logistic = (y: Real): Real => mul(y, sub(ONE, y));
const ALPHAS = [0, -0, 0.1, 1.7, 3, -0.5, -2, MIN, -MIN, 1e-310, MIN_NORMAL, 1e-300, 1e16, 1e300, -1e300, MAX, -MAX];
const alphas = (references: readonly { options: Options; reference?: string }[]) => [
  ...references,
  ...ALPHAS.map((alpha) => ({ options: { alpha } })),
];
// Below each of these e^x, or a product with it, is a subnormal, or zero.
const UNDERFLOW = [-708.3964185322641, -709, -744.4400719213812, -745.1332191019411, -746, -1454.5];

export const rows: readonly Row[] = [
  {
    name: 'identity',
    fn: identity as unknown as Elementwise,
    defaults: {},
    cases: [{ options: {} }],
    definition: () => ({ value: (x) => x, deriv: () => ONE, fromValue: () => ONE }),
    kinks: [],
    intervals: [[-1e3, 1e3]],
    edges: [],
    specials: () => [
      [0, 0, 1],
      [-0, -0, 1],
      [INF, INF, 1],
      [-INF, -INF, 1],
      [NAN, NAN, NAN],
      [MIN, MIN, 1],
      [-MAX, -MAX, 1],
    ],
  },
  {
    name: 'relu',
    fn: relu as unknown as Elementwise,
    defaults: {},
    cases: [{ options: {}, reference: 'relu' }],
    definition: () => ({ value: (x) => (positive(x) ? x : ZERO), deriv: step(ZERO), fromValue: step(ZERO) }),
    kinks: [0],
    intervals: [
      [-1e3, -1e-3],
      [1e-3, 1e3],
    ],
    edges: [],
    specials: () => [
      [0, 0, 0],
      [-0, 0, 0],
      [INF, INF, 1],
      [-INF, 0, 0],
      [NAN, NAN, NAN],
      [MIN, MIN, 1],
      [-MIN, 0, 0],
      [MAX, MAX, 1],
      [-MAX, 0, 0],
    ],
  },
  {
    name: 'lrelu',
    fn: lrelu as unknown as Elementwise,
    defaults: { alpha: 0.3 },
    cases: alphas([
      { options: {}, reference: 'lrelu_0.3' },
      { options: { alpha: 0.01 }, reference: 'lrelu_0.01' },
      { options: { negativeSlope: 0.01 }, reference: 'lrelu_0.01' },
    ]),
    definition: (options) => {
      const alpha = real(number(options, 'alpha'));
      return { value: (x) => (positive(x) ? x : mul(alpha, x)), deriv: step(alpha), fromValue: step(alpha) };
    },
    kinks: [0],
    intervals: [
      [-1e3, -1e-3],
      [1e-3, 1e3],
    ],
    edges: [],
    specials: ({ alpha: a = NAN }) => [
      [0, a * 0, a],
      [-0, a * -0, a],
      [INF, INF, 1],
      [-INF, a * -INF, a],
      [NAN, NAN, NAN],
      [MIN, MIN, 1],
      [-MIN, a * -MIN, a],
      [MAX, MAX, 1],
      [-MAX, a * -MAX, a],
    ],
  },
  {
    name: 'elu',
    fn: elu as unknown as Elementwise,
    defaults: { alpha: 1 },
    cases: alphas([
      { options: {}, reference: 'elu_1' },
      { options: { alpha: 0.5 }, reference: 'elu_0.5' },
    ]),
    definition: (options) => {
      const alpha = real(number(options, 'alpha'));
      return {
        value: (x) => (positive(x) ? x : mul(alpha, expm1(x))),
        deriv: (x) => (positive(x) ? ONE : mul(alpha, exp(x))),
        fromValue: (y) => (positive(y) ? ONE : add(y, alpha)),
      };
    },
    kinks: [0],
    intervals: [
      [-30, -1e-3],
      [1e-3, 30],
    ],
    edges: [-36.04, -37.43, -38, -40, ...UNDERFLOW],
    specials: ({ alpha: a = NAN }) => [
      [0, a * 0, a],
      [-0, a * -0, a],
      [INF, INF, 1],
      [-INF, -a, a * 0],
      [NAN, NAN, NAN],
      [MIN, MIN, 1],
      [-MIN, a * -MIN, a],
      [MAX, MAX, 1],
      [-MAX, -a, a * 0],
      [-1e4, -a, a * 0],
    ],
  },
  {
    name: 'sigmoid',
    fn: sigmoid as unknown as Elementwise,
    defaults: {},
    cases: [{ options: {}, reference: 'sigmoid' }],
    definition: () => ({
      value: (x) => sigmas(x)[0],
      deriv: (x) => mul(...sigmas(x)),
      fromValue: logistic,
    }),
    kinks: [],
    intervals: [[-20, 20]],
    edges: [36.04, 36.74, -36.74, 37.43, 40, -40, 708.3964185322641, 745.1332191019411, ...UNDERFLOW],
    specials: () => [
      [0, 0.5, 0.25],
      [-0, 0.5, 0.25],
      [INF, 1, 0],
      [-INF, 0, 0],
      [NAN, NAN, NAN],
      [MIN, 0.5, 0.25],
      [-MIN, 0.5, 0.25],
      [MAX, 1, 0],
      [-MAX, 0, 0],
      [-740, 85 * MIN, 85 * MIN],
      [740, 1, 85 * MIN],
      [-746, 0, 0],
      [40, 1, 4.248354255291589e-18],
    ],
  },
  {
    name: 'tanh',
    fn: tanh as unknown as Elementwise,
    defaults: {},
    cases: [{ options: {}, reference: 'tanh' }],
    definition: () => ({
      value: tangent,
      deriv: (x) => scale(mul(...sigmas(scale(x, 1))), 2),
      fromValue: (y) => sub(ONE, mul(y, y)),
    }),
    kinks: [],
    intervals: [[-12, 12]],
    edges: [19.0615, -19.0615, 20, -20, 22, -22, 354.2, 372.57, -354.2, -372.57, 2 ** -27, 2 ** -28],
    specials: () => [
      [0, 0, 1],
      [-0, -0, 1],
      [INF, 1, 0],
      [-INF, -1, 0],
      [NAN, NAN, NAN],
      [MIN, MIN, 1],
      [-MIN, -MIN, 1],
      [MAX, 1, 0],
      [-MAX, -1, 0],
      [-710, -1, 0],
      [1e-200, 1e-200, 1],
      [370, 1, 339 * MIN],
      [373, 1, MIN],
      [374, 1, 0],
    ],
  },
];

export const TEMPERATURES = [1, 0.7, 4, 1e-3, 1e3, MIN, 1e-310, MIN_NORMAL, 1e-300, 1e300, MAX] as const;

/** All hyperparameters of a case by their canonical name. */
export function hyperparameters(row: Row, options: Options): Options {
  const { negativeSlope, ...rest } = options;
  return { ...row.defaults, ...rest, ...(negativeSlope === undefined ? {} : { alpha: negativeSlope }) };
}

export function title(row: Row, options: Options = {}): string {
  const text = Object.entries(options).map(([key, value]) => `${key} ${Object.is(value, -0) ? '-0' : value}`);
  return text.length ? `${row.name}(${text.join(', ')})` : row.name;
}
