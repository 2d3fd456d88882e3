// Derivatives held against numeric ones (slopes.ts), of functions of this package or a caller's own: which slopes each number
// that a derivative gives should be made of, and which numbers are not.

import { orderOf, takeInOrder } from './containers/order.js';
import { normalAxis } from './containers/shape.js';
import { expected, fail, isObject, wrongType } from './errors.js';
import { fieldOf, hasOwn, readPlainOptions } from './keys.js';
import { type Estimate, KINK, type Slope, slopesOf, unitOf } from './slopes.js';
import { tag } from './typed.js';

type Vector = readonly number[] | Float64Array;

/** What can be checked: a function of a vector, with what it has of derivatives. A loss returns a number. */
export interface Differentiable {
  (x: Float64Array, options?: never): unknown;
  /**
   * f′, element by element; of a function along rows their Jacobians; of one that gives fewer numbers than it takes, as a loss,
   * its gradient.
   */
  readonly deriv?: (x: Float64Array, options?: never) => unknown;
  /** f″, element by element. */
  readonly deriv2?: (x: Float64Array, options?: never) => unknown;
  /** dx from dy. */
  readonly backward?: (dy: never, from: { x: Float64Array }, options?: never) => unknown;
  readonly name: string;
}

/** How a gradient is checked. */
export interface CheckOptions {
  /** The largest |got − expected|, relative to the larger of 1 and |expected|: a number > 0, 1e-9 by default. */
  readonly tolerance?: number | undefined;
  /** What every call of the function gets as its options. */
  readonly options?: object | undefined;
}

/** What one derivative gave at one place. */
export interface Difference {
  /** Which derivative. */
  readonly of: 'deriv' | 'deriv2' | 'backward';
  /** The element of its result. */
  readonly index: number;
  readonly expected: number;
  readonly got: number;
  /** |got − expected|, relative to the larger of 1 and |expected|. */
  readonly error: number;
}

/** What a check found. */
export interface GradientReport {
  /** Whether the function has a derivative, and each that it has is within the tolerance. */
  readonly passed: boolean;
  /** Where the largest error is; undefined where there was nothing to check. */
  readonly worst: Difference | undefined;
  /** The worst of each derivative that the function has; none where x has no elements. */
  readonly checks: readonly Difference[];
  /** The elements of x at a kink. */
  readonly kinks: readonly number[];
  /** All of it in a sentence. */
  readonly message: string;
}

/**
 * Checks `deriv`, `deriv2` and `backward` of a function against numeric derivatives at x, which are accurate to 1e-9 for
 * functions that are smooth around x. Where they are less accurate, because f has large rounding errors or x is very close to a
 * kink or a singularity, their estimated error, up to 1e-6, is added to the tolerance.
 *
 * Takes functions of this package (softmax with its Jacobian too), your own functions, and losses, of one row or of several.
 * `options: { shape, axis }` says where the rows are; the axis may also be a default of f. The number of elements of `deriv`
 * decides what they are compared with. If there are as many as results, each is the derivative of a result with respect to its
 * own x. If there are as many as elements of x but more than results, each is the sum over the results. Otherwise they are the
 * Jacobian, whole or one for each row. At a kink of an element-wise function the slope from below is right, which is the
 * convention of this package; where an element of x affects other results too, as in `sparsemax`, or there are fewer results than
 * elements, the slope from either side is right. Where x affects no result except NaN, its derivative may be NaN; the derivative
 * of an infinite result is not compared. A function that accepts a number is assumed to be element-wise; any other costs one pass
 * for every element of x.
 *
 * @param f the function, called with a `Float64Array`.
 * @param x the point: a flat array of finite numbers.
 * @param options `tolerance` (default 1e-9), and `options`, those of every call of f.
 * @returns whether all is within the tolerance, the worst element, and what was expected and received there.
 * @throws `ERR_DTYPE` for what is no function of x alone or no flat array, `ERR_OPTION` for a tolerance that is no number > 0,
 *   and for other options, `ERR_SHAPE` for a derivative of another length, or of rows without a `shape`, `ERR_AXIS` where rows
 *   are along another axis than f's; what f throws.
 * @example
 * ```ts
 * import { checkGradient, softmax, tanh } from 'nonlin';
 * checkGradient(tanh, [-1, 0, 2]).passed; // → true
 * checkGradient(softmax, [1, 2, 3, 4], { options: { shape: [2, 2] } }).passed; // → true
 * ```
 */
export function checkGradient(f: Differentiable, x: Vector, options?: CheckOptions): GradientReport;
export function checkGradient(f: Differentiable, x: Vector, settings: unknown = {}): GradientReport {
  const [tolerance = 1e-9, given] = readPlainOptions(settings, 'checkGradient', ['tolerance', 'options']);
  // Functions differ in what options they take: their own checks decide.
  const options = given as never;
  checkFunction(f);
  if (!(typeof tolerance === 'number' && tolerance > 0)) expected('ERR_OPTION', 'tolerance', 'a number > 0', tolerance);
  const at = readVector(x);
  const slopes = numericSlopes((point) => flat('f', f(point, options)), at, isElementwise(f, at, options), tolerance);
  const found: Found[] = [];
  const compare = (of: Difference['of'], wanted: readonly Wanted[], result: unknown): void => {
    found.push(...worstOf(of, wanted, flat(of, result)));
  };
  let { kinks } = slopes;
  if (f.deriv) {
    const result = flat('deriv', f.deriv(at, options));
    compare(
      'deriv',
      wantedDeriv(slopes, result.length, () => rowsOf(f, options, at.length)),
      result,
    );
  }
  if (f.deriv2 && f.deriv) {
    const { deriv } = f;
    const second = numericSlopes((point) => flat('deriv', deriv(point, options)), at, true, tolerance);
    kinks = new Set([...kinks, ...second.kinks]);
    compare('deriv2', ownSlopes(second), f.deriv2(at, options));
  }
  if (f.backward) {
    const dy = Float64Array.from(slopes.here, (_, i) => 0.5 + ((i * 0.618) % 1));
    const loss = typeof f(at, options) === 'number';
    const result = f.backward((loss ? dy[0] : dy) as never, { x: at }, options);
    compare(
      'backward',
      Array.from(at, (_, j) => weighted(slopes, j, dy)),
      result,
    );
  }
  return report(f, at, found, kinks, tolerance);
}

/**
 * Functions that have another argument beside x, and what to check instead. They are known by name: to import them here would
 * load them.
 */
const WITH_MORE: Readonly<Record<string, string>> = {
  prelu: 'prelu(x, { alpha })',
  lstmGates: 'lstmGates(x, { c }).h',
  gruGates: 'gruGates(x, { h })',
  softmaxCrossEntropy: 'softmaxCrossEntropy(x, labels)',
  sigmoidCrossEntropy: 'sigmoidCrossEntropy(x, targets)',
  hadamard: 'hadamard(x, other)',
};

function checkFunction(f: unknown): void {
  if (typeof f !== 'function') wrongType('ERR_DTYPE', 'f', 'a function', f);
  for (const method of ['deriv', 'deriv2', 'backward']) {
    const own: unknown = (f as unknown as Record<string, unknown>)[method];
    if (own !== undefined && typeof own !== 'function') wrongType('ERR_DTYPE', method, 'a function', own);
  }
  // Those of this package are frozen.
  if (!Object.isFrozen(f) || !hasOwn.call(WITH_MORE, f.name)) return;
  const instead = `(x) => ${WITH_MORE[f.name]}, with its deriv or backward as properties`;
  fail(TypeError, 'ERR_DTYPE', `"f" expected a function of x alone, got ${f.name}; write ${instead}`);
}

function readVector(x: unknown): Float64Array {
  const hint = '; give it as one flat array, and its shape by options: { shape }';
  if (!Array.isArray(x) && tag(x) === undefined) wrongType('ERR_DTYPE', 'x', 'a vector of numbers', x, isObject(x) ? hint : '');
  const numbers = x as ArrayLike<unknown>;
  return Float64Array.from(numbers, (value) => {
    if (isObject(value)) wrongType('ERR_DTYPE', 'x', 'a vector of numbers', value, ` in it${hint}`);
    return Number.isFinite(value) ? (value as number) : expected('ERR_DTYPE', 'x', 'finite numbers', value);
  });
}

/** The numbers of a result: of a number, of arrays, nested ones too. */
function flat(of: string, result: unknown): Float64Array {
  const numbers: number[] = [];
  const add = (value: unknown): void => {
    if (typeof value === 'number') numbers.push(value);
    else if (Array.isArray(value) || tag(value)) for (const each of value as unknown[]) add(each);
    // With nothing to compare every derivative would pass.
    else wrongType('ERR_DTYPE', of, 'to return a number or an array of numbers', value);
  };
  add(result);
  return Float64Array.from(numbers);
}

function isElementwise(f: Differentiable, at: Float64Array, options: object | undefined): boolean {
  // A number has no shape of its own.
  const others = options && { ...options, shape: undefined };
  try {
    const ofNumber = typeof (f as unknown as (x: number, options?: object) => unknown)(0.5, others) === 'number';
    return ofNumber && flat('f', f(at, options as never)).length === at.length;
  } catch {
    return false;
  }
}

/** The slopes of all results by every element of x. */
interface Slopes {
  /** The results at x. */
  readonly here: Float64Array;
  readonly units: number;
  readonly elementwise: boolean;
  /** Whether x[j] moves no result but the one in its place. */
  readonly isOwn: (j: number) => boolean;
  /** The slope of result i by x[j]. */
  readonly at: (i: number, j: number) => Slope;
  readonly kinks: ReadonlySet<number>;
}

const ZERO: Estimate = { value: 0, error: 0 };
const NOTHING: Estimate = { value: Number.NaN, error: 0 };
const FLAT: Slope = { left: ZERO, right: ZERO, kink: false };

function numericSlopes(f: (x: Float64Array) => Float64Array, x: Float64Array, elementwise: boolean, tolerance: number): Slopes {
  // A sum of several is to be within the tolerance too.
  const goal = tolerance / 8;
  const xOf = (i: number): number => x[i] as number;
  const shared = { here: f(x), units: x.length, elementwise };
  if (elementwise) {
    const own = slopesOf((by) => f(x.map((value) => value + by * unitOf(value))), xOf, goal);
    const kinks = new Set([...own.keys()].filter((i) => own[i]?.kink));
    return { ...shared, at: (i, j) => (i === j ? (own[i] as Slope) : FLAT), isOwn: () => true, kinks };
  }
  const columns = Array.from(x, (value, j) => {
    const moved = (by: number): Float64Array => {
      // A plain copy: this runs for every step of every element, and `map` over thousands of them takes longer than f.
      const point = x.slice();
      point[j] = value + by * unitOf(value);
      return point;
    };
    return slopesOf(
      (by) => f(moved(by)),
      () => value,
      goal,
    );
  });
  const own = columns.map((column, j) => shared.here.length === x.length && !column.some((slope, i) => i !== j && moves(slope)));
  const kinks = new Set([...columns.keys()].filter((j) => columns[j]?.some(({ kink }) => kink)));
  return { ...shared, at: (i, j) => columns[j]?.[i] ?? FLAT, isOwn: (j) => own[j] as boolean, kinks };
}

/** Whether x moves the result. It does not where there is no slope, as of NaN. */
const moves = ({ left, right }: Slope): boolean => Math.abs(left.value) > 0 || Math.abs(right.value) > 0;

/** What a number may be: one of these, or anything where there are none. */
type Wanted = readonly Estimate[];

/** The slope of result i by x[j]: at a kink that from below, or, where x[j] moves other results too, that from either side. */
function wantedSlope({ here, at, isOwn }: Slopes, i: number, j: number): Wanted {
  const { left, right } = at(i, j);
  if (Math.abs(here[i] as number) === Number.POSITIVE_INFINITY) return [];
  return isOwn(j) ? [left] : [left, right];
}

const ownSlopes = (slopes: Slopes): Wanted[] => Array.from(slopes.here, (_, i) => wantedSlope(slopes, i, i));

/** What `deriv` should be, by the number of its elements. */
function wantedDeriv(slopes: Slopes, count: number, rows: () => Rows): Wanted[] {
  const { here, units } = slopes;
  const { length: size } = here;
  if (count === size && size === units) return ownSlopes(slopes);
  if (count === units) return Array.from({ length: count }, (_, j) => weighted(slopes, j, new Float64Array(size).fill(1)));
  if (count === size * units)
    return Array.from({ length: count }, (_, k) => wantedSlope(slopes, Math.floor(k / units), k % units));
  const row = count / size;
  if (size !== units || !Number.isInteger(units / row)) {
    fail(RangeError, 'ERR_SHAPE', `"deriv" expected ${units} numbers, or ${size * units} of a Jacobian, got ${count}`);
  }
  return jacobians(slopes, row, rows());
}

/** Σ weights[i]·∂result[i]/∂x[j]. */
function weighted({ here, units, elementwise, at, isOwn }: Slopes, j: number, weights: Float64Array): Wanted {
  // Results that are NaN say nothing: where x[j] moves others, they are those of other rows.
  const numbers = [...here.keys()].filter((i) => !Number.isNaN(here[i]));
  const sum = (side: 'left' | 'right'): Estimate =>
    numbers.map((i) => times(at(i, j)[side], weights[i] as number)).reduce(plus, ZERO);
  const sums = isOwn(j) ? [sum('left')] : [sum('left'), sum('right')];
  if (numbers.some((i) => moves(at(i, j)))) return sums;
  // The loss of a row may be infinite for a constant part, which hides what moves.
  if ((elementwise || here.length < units) && numbers.some((i) => !Number.isFinite(here[i]))) return [];
  if (numbers.length === here.length) return sums;
  return numbers.length === 0 ? [NOTHING] : [...sums, NOTHING];
}

const plus = (a: Estimate, b: Estimate): Estimate => ({ value: a.value + b.value, error: a.error + b.error });
const times = ({ value, error }: Estimate, by: number): Estimate => ({ value: value * by, error: error * Math.abs(by) });

/** The places of elements, those of a row side by side, and how many a row has. */
interface Rows {
  readonly places: Float64Array;
  readonly row: number;
}

/** The rows that options and defaults of `f` tell of, in the order of Jacobians: the other axes in order, then those of the row. */
function rowsOf(f: object, options: object = {}, units: number): Rows {
  const shape = fieldOf(options, 'shape') as readonly number[] | undefined;
  if (shape === undefined)
    fail(TypeError, 'ERR_SHAPE', '"shape" expected the shape of x in the options of f, as "deriv" is that of several rows');
  const { defaults } = f as { readonly defaults?: unknown };
  const axis = fieldOf(options, 'axis') ?? (isObject(defaults) ? fieldOf(defaults, 'axis') : undefined) ?? -1;
  const along = (typeof axis === 'number' ? [axis] : Array.from(axis as ArrayLike<number>)).map((each) =>
    normalAxis(each, shape.length),
  );
  const axes = [...shape.keys()].sort((a, b) => Number(along.includes(a)) - Number(along.includes(b)));
  const row = along.reduce((product, each) => product * (shape[each] as number), 1);
  const places = new Float64Array(units);
  const numbers = Float64Array.from({ length: units }, (_, i) => i);
  takeInOrder(numbers, orderOf(shape, axes).there, 0, units, places);
  return { places, row };
}

function jacobians(slopes: Slopes, row: number, { places, row: along }: Rows): Wanted[] {
  if (row !== along) {
    fail(
      RangeError,
      'ERR_AXIS',
      `"axis" expected that along which f has rows of ${row}, as "deriv" is that of these, got rows of ${along}`,
    );
  }
  const { here, at } = slopes;
  const wanted: Wanted[] = [];
  for (let start = 0; start < places.length; start += row) {
    const members = places.subarray(start, start + row);
    for (const i of members) for (const j of members) wanted.push(wantedSlope(slopes, i, j));
    for (const j of members) {
      const moved = here.findIndex((_, i) => !members.includes(i) && at(i, j).left.value !== 0);
      if (moved >= 0 && !Number.isNaN(here[moved]))
        fail(
          RangeError,
          'ERR_AXIS',
          `"axis" expected that of the rows of f, got one along which x[${j}] moves another row's result ${moved}`,
        );
    }
  }
  return wanted;
}

/** The worst of a derivative, and by how much it is off beyond what is not known of the numeric one. */
interface Found {
  readonly worst: Difference;
  readonly excess: number;
}

const isWorse = (a: Found, b: Found): boolean => (a.excess - b.excess || a.worst.error - b.worst.error) > 0;

/** The worst element of a derivative; none where it has none that can be compared. */
function worstOf(of: Difference['of'], wanted: readonly Wanted[], got: Float64Array): readonly Found[] {
  if (wanted.length !== got.length) {
    fail(RangeError, 'ERR_SHAPE', `"${of}" expected ${wanted.length} numbers, got ${got.length}`);
  }
  let worst: Found | undefined;
  for (const [index, value] of got.entries()) {
    const [first, ...others] = (wanted[index] as Wanted).map((each) => compared(of, index, each, value));
    if (first === undefined) continue;
    const found = others.reduce((a, b) => (isWorse(a, b) ? b : a), first);
    if (worst === undefined || isWorse(found, worst)) worst = found;
  }
  return worst ? [worst] : [];
}

function compared(of: Difference['of'], index: number, { value: expected, error: unknown }: Estimate, got: number): Found {
  const scale = Math.max(1, Math.abs(expected));
  const off = Object.is(got, expected) ? 0 : Math.abs(got - expected) / scale;
  const error = Number.isNaN(off) ? Number.POSITIVE_INFINITY : off;
  return { worst: { of, index, expected, got, error }, excess: Math.max(0, error - Math.min(unknown / scale, KINK)) };
}

function report(
  f: Differentiable,
  at: Float64Array,
  found: readonly Found[],
  kinks: ReadonlySet<number>,
  tolerance: number,
): GradientReport {
  const name = f.name || 'f';
  const [first, ...others] = found;
  const most = first && others.reduce((a, b) => (isWorse(b, a) ? b : a), first);
  const has = f.deriv !== undefined || f.backward !== undefined;
  // A derivative may have nothing to compare, but there must be one: it is what the caller asked about.
  const passed = most === undefined ? has || at.length === 0 : most.excess <= tolerance;
  const worst = most?.worst;
  const where = worst && `${name}.${worst.of}, element ${worst.index}: expected ${worst.expected}, got ${worst.got}`;
  const nothing =
    at.length === 0
      ? 'x has no elements to check'
      : `${name} has no ${has ? 'finite value to compare with' : 'derivative to check: neither deriv nor backward'}`;
  const message = where === undefined ? nothing : `${passed ? 'passed; the worst is' : 'failed:'} ${where}`;
  return { passed, worst, checks: found.map(({ worst: each }) => each), kinks: [...kinks].sort((a, b) => a - b), message };
}
