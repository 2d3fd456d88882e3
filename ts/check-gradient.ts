// Derivatives held against numeric ones, of functions of this package or a caller's own, by Richardson's extrapolation of differences.

import { expected, fail, wrongType } from './errors.js';
import { fieldOf, readPlainOptions } from './keys.js';
import { tag } from './typed.js';

type Vector = readonly number[] | Float64Array;

/** What can be checked: a function of a vector, with what it has of derivatives. A loss returns a number. */
export interface Differentiable {
  (x: Float64Array, options?: never): unknown;
  /** f′, element by element; of a function along a row its Jacobian; of a loss its gradient. */
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
  /** Whether every derivative is within the tolerance. */
  readonly passed: boolean;
  /** Where the largest error is; undefined where there was nothing to check. */
  readonly worst: Difference | undefined;
  /** The worst of each derivative that the function has; none where x has no elements. */
  readonly checks: readonly Difference[];
  /** The elements of x at a kink: there the slope from below is what counts. */
  readonly kinks: readonly number[];
  /** All of it in a sentence. */
  readonly message: string;
}

const LEVELS = 14;
const FIRST_STEP = 0.25;
/** Slopes from both sides that differ by more are those of a kink. */
const KINK = 1e-6;

/**
 * Checks `deriv`, `deriv2` and `backward` of a function against numeric derivatives at x, which are good to 1e-9 for functions that
 * are smooth around x.
 *
 * Takes functions of this package (softmax with its Jacobian too), a caller's own, and losses, which return a number. Several rows are
 * read by `options: { shape }`, along the last axis. At a kink the slope from below counts, which is the convention of this package.
 * A function that takes a number is taken to be element-wise; any other costs one pass for every element of x.
 *
 * @param f the function, called with a `Float64Array`.
 * @param x the point: a vector of finite numbers.
 * @param options `tolerance` (default 1e-9), and `options`, those of every call of f.
 * @returns whether all is within the tolerance, the worst element, and what was expected and received there.
 * @throws `ERR_DTYPE` for what is no function or no vector, `ERR_OPTION` for a tolerance that is no number > 0, and for other options; what f throws.
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
  if (typeof f !== 'function') wrongType('ERR_DTYPE', 'f', 'a function', f);
  if (!(typeof tolerance === 'number' && tolerance > 0)) expected('ERR_OPTION', 'tolerance', 'a number > 0', tolerance);
  if (!Array.isArray(x) && tag(x) === undefined) wrongType('ERR_DTYPE', 'x', 'a vector of numbers', x);
  for (const value of x) if (!Number.isFinite(value)) expected('ERR_DTYPE', 'x', 'finite numbers', value);
  const at = Float64Array.from(x);
  const value = (point: Float64Array) => flat(f(point, options));
  const kinks = new Set<number>();
  const jacobian = columnsOf(value, at, isElementwise(f, options), kinks);
  const checks: Difference[] = [];
  if (f.deriv) {
    const got = flat(f.deriv(at, options));
    checks.push(...worstOf('deriv', derivativeOf(jacobian, at.length, got.length, options), got));
  }
  if (f.deriv2 && f.deriv) {
    const { deriv } = f;
    const second = columnsOf((point) => flat(deriv(point, options)), at, true, kinks);
    checks.push(...worstOf('deriv2', second.own, flat(f.deriv2(at, options))));
  }
  if (f.backward) {
    const { size } = jacobian;
    const dy = Float64Array.from({ length: size }, (_, i) => 0.5 + ((i * 0.618) % 1));
    const loss = typeof f(at, options) === 'number';
    const got = flat(f.backward((loss ? dy[0] : dy) as never, { x: at }, options));
    checks.push(
      ...worstOf(
        'backward',
        Float64Array.from(at, (_, j) => jacobian.times(dy, j)),
        got,
      ),
    );
  }
  const worst = checks.reduce<Difference | undefined>((a, b) => (a === undefined || b.error > a.error ? b : a), undefined);
  const passed = worst === undefined || worst.error <= tolerance;
  const where = worst && `${f.name}.${worst.of}, element ${worst.index}: expected ${worst.expected}, got ${worst.got}`;
  const nothing = at.length === 0 ? 'x has no elements to check' : `${f.name} has no derivative to check`;
  const message = where === undefined ? nothing : `${passed ? 'passed; the worst is' : 'failed:'} ${where}`;
  return { passed, worst, checks, kinks: [...kinks].sort((a, b) => a - b), message };
}

/** The numbers of a result: of a number, of arrays, of what has `data`. */
function flat(result: unknown): Float64Array {
  if (typeof result === 'number') return Float64Array.of(result);
  return Float64Array.from(result as ArrayLike<number>);
}

function isElementwise(f: Differentiable, options: object | undefined): boolean {
  try {
    return typeof (f as unknown as (x: number, options?: object) => unknown)(0.5, options) === 'number';
  } catch {
    return false;
  }
}

/** Numeric derivatives of all results by every element of x. */
interface Columns {
  /** How many results there are. */
  readonly size: number;
  /** The derivative of result i by x[j]. */
  readonly entry: (i: number, j: number) => number;
  /** Σ dy[i]·∂result[i]/∂x[j]. */
  readonly times: (dy: Float64Array, j: number) => number;
  /** The derivative of each result by its own x. */
  readonly own: Float64Array;
}

function columnsOf(f: (x: Float64Array) => Float64Array, x: Float64Array, elementwise: boolean, kinks: Set<number>): Columns {
  const { length: size } = f(x);
  if (elementwise) {
    const own = slopes(
      (step) => f(x.map((value) => value + step)),
      size,
      (i) => kinks.add(i),
    );
    const entry = (i: number, j: number) => (i === j ? (own[i] as number) : 0);
    return { size, entry, own, times: (dy, j) => (dy[j] as number) * (own[j] as number) };
  }
  const columns = Array.from(x, (value, j) => {
    const moved = (step: number): Float64Array => f(x.map((other, k) => (k === j ? value + step : other)));
    return slopes(moved, size, () => kinks.add(j));
  });
  const entry = (i: number, j: number): number => columns[j]?.[i] ?? 0;
  const times = (dy: Float64Array, j: number): number => dy.reduce((sum, value, i) => sum + value * entry(i, j), 0);
  return { size, entry, times, own: Float64Array.from({ length: size }, (_, i) => entry(i, i)) };
}

/** The derivatives at 0 of the results of `f`, in the order that `deriv` has: like x, or Jacobians of rows. */
function derivativeOf(jacobian: Columns, units: number, count: number, options: object | undefined): Float64Array {
  const { size } = jacobian;
  // A loss: its gradient.
  if (size === 1) return Float64Array.from({ length: count }, (_, j) => jacobian.entry(0, j));
  if (count === size) return jacobian.own;
  const shape = fieldOf(options ?? {}, 'shape') as readonly number[] | undefined;
  const row = shape?.[shape.length - 1] ?? units;
  return Float64Array.from({ length: count }, (_, k) => {
    const [start, i, j] = [Math.floor(k / (row * row)) * row, Math.floor(k / row) % row, k % row];
    return jacobian.entry(start + i, start + j);
  });
}

/**
 * The derivative of each of `size` results by a step at 0; where the slopes of both sides differ, that from below, and `kink` is told. Where
 * f jumps to the left there is none from below, and that from above counts.
 */
function slopes(f: (step: number) => Float64Array, size: number, kink: (i: number) => void): Float64Array {
  const here = f(0);
  const steps = Array.from({ length: LEVELS }, (_, level) => FIRST_STEP / 2 ** level);
  const [up, down] = [steps.map((step) => f(step)), steps.map((step) => f(-step))];
  return Float64Array.from({ length: size }, (_, i) => {
    const [above, below] = [up.map((values) => values[i] as number), down.map((values) => values[i] as number)];
    const one = here[i] as number;
    const right = extrapolated(
      steps.map((step, k) => ((above[k] as number) - one) / step),
      1,
    );
    const left = extrapolated(
      steps.map((step, k) => (one - (below[k] as number)) / step),
      1,
    );
    if (Math.abs(right.best - left.best) > KINK * Math.max(1, Math.abs(left.best))) {
      kink(i);
      return left.least > 1 && right.least < KINK ? right.best : left.best;
    }
    const both = extrapolated(
      steps.map((step, k) => ((above[k] as number) - (below[k] as number)) / (2 * step)),
      2,
    );
    // Where f″ has a kink, the error of differences of both sides has odd powers of the step, too: they agree by far more than noise less than those
    // of one.
    const apart = both.least > 1e4 * left.least && both.least > 1e-7 * Math.max(1, Math.abs(both.best));
    return apart ? left.best : both.best;
  });
}

/**
 * Richardson's extrapolation of estimates whose steps halve and whose error has powers `order`, 2·`order`, … of the step: of all entries
 * of the table the one that differs least from its two neighbours, and by how much. After C. Ridders, Accurate computation of F′(x) and F′(x)F″(x), 1982.
 */
function extrapolated(estimates: readonly number[], order: number): { readonly best: number; readonly least: number } {
  let [best, least] = [Number.NaN, Number.POSITIVE_INFINITY];
  let previous: number[] = [];
  for (const estimate of estimates) {
    const row = [estimate];
    for (const [k, above] of previous.entries()) {
      const here = row[k] as number;
      const next = here + (here - above) / (2 ** (order * (k + 1)) - 1);
      const error = Math.max(Math.abs(next - here), Math.abs(next - above));
      if (error < least) [best, least] = [next, error];
      row.push(next);
    }
    previous = row;
  }
  return { best, least };
}

/** The worst element of a derivative; none where it has no elements. */
function worstOf(of: Difference['of'], wanted: Float64Array, got: Float64Array): readonly Difference[] {
  if (wanted.length !== got.length) {
    fail(RangeError, 'ERR_SHAPE', `"${of}" expected ${wanted.length} numbers, got ${got.length}`);
  }
  let worst: Difference | undefined;
  for (const [index, value] of got.entries()) {
    const expected = wanted[index] as number;
    const off = Object.is(value, expected) ? 0 : Math.abs(value - expected) / Math.max(1, Math.abs(expected));
    const error = Number.isNaN(off) ? Number.POSITIVE_INFINITY : off;
    if (worst === undefined || error > worst.error) worst = { of, index, expected, got: value, error };
  }
  return worst ? [worst] : [];
}
