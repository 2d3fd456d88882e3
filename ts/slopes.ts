// Slopes of functions at a point, from below and from above, by Richardson's extrapolation of differences, each with an estimate
// of its error. Steps begin large, where digits are kept, and become smaller if a kink or a singularity is near.

/** A number, and by how much it may be wrong. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** The slope of one result with respect to one element of x. */
export interface Slope {
  /** From below and from above: they differ only at a kink, and not if one of them does not exist. */
  readonly left: Estimate;
  readonly right: Estimate;
  readonly kink: boolean;
}

/** Slopes that differ by more than this belong to a kink. */
export const KINK = 1e-6;
/** The error up to which the estimates of both sides can decide whether they agree. */
const MAX_ERROR_TO_COMPARE = 1e-5;
/** With an error above this, a side counts as having no slope, as where f jumps. */
const NO_SLOPE = 1e-3;

const LEVELS = 14;
const FIRST_STEP = 0.25;
/**
 * The factor from the first step of one series to that of the next: the series overlap, so that the smallest steps of one are
 * among the first of the next.
 */
const NEXT_SERIES = 2 ** -10;

/** The result of one series of steps. */
interface Series {
  /** The largest step of the next series. */
  readonly next: number;
  readonly left: Estimate;
  readonly right: Estimate;
  /** From differences between x − h and x + h, which converge faster where f is smooth. */
  readonly both: Estimate;
  /** How far results deviate from a smooth function, at the smallest steps. */
  readonly noise: number;
}

/** The search for one slope, from series to series. */
interface Search {
  readonly x: number;
  readonly here: number;
  /** The series whose sides did not agree. */
  readonly apart: Series[];
  /** The best estimate so far among series whose sides agree. */
  smooth: Estimate | undefined;
  found: Slope | undefined;
  /** The largest step that is too small to tell anything. */
  lowest: number;
}

/**
 * The unit by which x is moved: 1, or for a large x about a 65,536th of it. A power of two, so that x + h has almost no rounding
 * error; large enough for x² to keep its digits, and small enough for a sine.
 */
export const unitOf = (x: number): number => Math.max(1, 2 ** Math.floor(Math.log2(Math.abs(x)) - 16));

/**
 * The slope of each result of `f`, whose argument is by how many units x is moved; result i is differentiated with respect to
 * `xOf(i)`. Steps become smaller until both sides agree and the error, relative to the larger of 1 and the slope, is at most
 * `goal`.
 */
export function slopesOf(f: (units: number) => Float64Array, xOf: (i: number) => number, goal: number): Slope[] {
  const searches = Array.from(f(0), (here, i) => searchFrom(xOf(i), here));
  for (let first = FIRST_STEP; ; first *= NEXT_SERIES) {
    const open = [...searches.entries()].filter(([, { found, x, lowest }]) => !found && first * unitOf(x) > lowest);
    if (open.length === 0) return searches.map((search) => search.found ?? bestGuess(search));
    const steps = Array.from({ length: LEVELS }, (_, level) => first / 2 ** level);
    const [up, down] = [steps.map((step) => f(step)), steps.map((step) => f(-step))];
    for (const [i, search] of open) {
      const [above, below] = [up.map((values) => values[i] as number), down.map((values) => values[i] as number)];
      const moves = steps.map((step) => step * unitOf(search.x));
      if (areSingle([search.here, ...above, ...below])) search.lowest = Math.abs(search.x) * 2 ** -20;
      decide(search, seriesOf(moves, above, below, search.here), goal);
    }
  }
}

/**
 * Whether results have only the digits of float32, and so do not change with much smaller steps; too few different numbers, as
 * from a step function, prove nothing.
 */
const areSingle = (results: readonly number[]): boolean =>
  results.every((value) => Math.fround(value) === value) && new Set(results).size > 4;

function searchFrom(x: number, here: number): Search {
  // From 0 every step is large. From any other x, the first step of a series spans at least 10 bits of x, and none is subnormal.
  const lowest = x === 0 ? 2 ** -60 : Math.max(Math.abs(x) * 2 ** -42, 2 ** -1000);
  const found = Number.isNaN(here) ? { left: UNKNOWN, right: UNKNOWN, kink: false } : undefined;
  return { x, here, apart: [], smooth: undefined, found, lowest };
}

const scaleOf = ({ value }: Estimate): number => Math.max(1, Math.abs(value));

const UNKNOWN: Estimate = { value: Number.NaN, error: Number.POSITIVE_INFINITY };

const mostCertain = (estimates: readonly Estimate[]): Estimate =>
  estimates.reduce((a, b) => (b.error < a.error ? b : a), UNKNOWN);

const isWithin = (error: number, ...estimates: readonly Estimate[]): boolean =>
  estimates.every((estimate) => estimate.error <= error * scaleOf(estimate));

const distance = (a: Estimate, b: Estimate): number => Math.abs(a.value - b.value);

/** Whether the two sides differ by more than noise. */
const differ = (left: Estimate, right: Estimate): boolean =>
  distance(left, right) > KINK * scaleOf(left) + 8 * (left.error + right.error);

/** Ends the search if a series of steps decides it. */
function decide(search: Search, series: Series, goal: number): void {
  const { left, right, noise, next } = series;
  if (!isWithin(MAX_ERROR_TO_COMPARE, left, right) || differ(left, right)) {
    search.apart.push(series);
    return;
  }
  const here = confirmed(series);
  // If a kink is near, larger steps keep more digits on the side away from it.
  const before = search.apart.flatMap((other) => [other.left, other.right]);
  const same = before.filter((one) => distance(one, here) <= KINK * scaleOf(here) + here.error);
  const smooth = mostCertain([search.smooth ?? here, here, ...same]);
  search.smooth = smooth;
  // Smaller steps are useless where they would only add noise.
  if (isWithin(goal, smooth) || noise / next >= smooth.error) search.found = { left: smooth, right: smooth, kink: false };
}

/**
 * The estimate of a series whose sides agree. Where f″ has a kink, the error of two-sided differences contains odd powers of the
 * step, too: they then agree with each other far less well than one-sided ones do, beyond what noise explains. The error is at
 * least the difference between the best and the other estimate, since in noise some agree by chance.
 */
function confirmed({ left, right, both }: Series): Estimate {
  const side = mostCertain([left, right]);
  const [best, other] = both.error > 1e4 * side.error ? [side, side === left ? right : left] : [both, side];
  return { value: best.value, error: Math.max(best.error, distance(best, other)) };
}

/** The answer when steps cannot become smaller. */
function bestGuess({ x, smooth, apart }: Search): Slope {
  if (smooth) return { left: smooth, right: smooth, kink: false };
  const left = mostCertain(apart.map((sides) => sides.left));
  const right = mostCertain(apart.map((sides) => sides.right));
  // A kink as near to x as 0 is taken to be at 0 itself: the slope is that of the side on which x is.
  const own = x < 0 ? left : right;
  if (x !== 0 && Math.abs(x) < KINK && isWithin(NO_SLOPE, own)) return { left: own, right: own, kink: false };
  const [hasLeft, hasRight] = [isWithin(NO_SLOPE, left), isWithin(NO_SLOPE, right)];
  if (hasLeft !== hasRight) {
    const only = hasLeft ? left : right;
    return { left: only, right: only, kink: true };
  }
  // This is noise, not a kink.
  if (!hasLeft || !differ(left, right)) {
    const best = mostCertain(apart.flatMap((sides) => [sides.both, sides.left, sides.right]));
    return { left: best, right: best, kink: false };
  }
  return { left, right, kink: true };
}

function seriesOf(steps: readonly number[], above: readonly number[], below: readonly number[], here: number): Series {
  const right = steps.map((step, k) => difference(above[k] as number, here, step));
  const left = steps.map((step, k) => difference(here, below[k] as number, step));
  const both = extrapolated(
    steps.map((step, k) => difference(above[k] as number, below[k] as number, 2 * step)),
    2,
  );
  const [first = 0] = steps;
  const noise = both.scatter * first * 2 ** (1 - LEVELS);
  return { next: first * NEXT_SERIES, left: extrapolated(left, 1), right: extrapolated(right, 1), both, noise };
}

/**
 * The slope between two values, each of which may be wrong by half a unit in its last place. Between two equal infinities the
 * slope is 0.
 */
function difference(to: number, from: number, step: number): Estimate {
  if (to === from && !Number.isFinite(to)) return { value: 0, error: 0 };
  return { value: (to - from) / step, error: (2 ** -53 * (Math.abs(to) + Math.abs(from))) / step };
}

/**
 * Richardson's extrapolation of estimates whose steps halve and whose error contains the powers `order`, 2·`order`, … of the
 * step. Of all entries of the table it takes the one that differs least from its two neighbours; that difference is its error.
 * After C. Ridders, Accurate computation of F′(x) and F′(x)F″(x), 1982. In noise, neighbours may agree by chance, so an error is
 * at least the noise at its step, which follows from how much the last estimates differ (`scatter`) and grows as steps halve.
 */
function extrapolated(estimates: readonly Estimate[], order: number): Estimate & { readonly scatter: number } {
  const table: number[][] = [];
  for (const { value } of estimates) {
    const row = [value];
    const before = table[table.length - 1] ?? [];
    for (let k = 0; k < before.length; k++) {
      const here = row[k] as number;
      row.push(here + (here - (before[k] as number)) / (2 ** (order * (k + 1)) - 1));
    }
    table.push(row);
  }
  const last = table.slice(-3).map((row) => row[3] as number);
  const scatter = Math.max(...last) - Math.min(...last);
  let { value: best, error: least } = UNKNOWN;
  for (let level = 1; level < table.length; level++) {
    const [row, before] = [table[level] as number[], table[level - 1] as number[]];
    const noise = Math.max(scatter * 2 ** (level + 1 - table.length), (estimates[level] as Estimate).error);
    for (let k = 1; k < row.length; k++) {
      const next = row[k] as number;
      const error = Math.max(Math.abs(next - (row[k - 1] as number)), Math.abs(next - (before[k - 1] as number)), noise);
      if (error < least) [best, least] = [next, error];
    }
  }
  return { value: best, error: least, scatter };
}
