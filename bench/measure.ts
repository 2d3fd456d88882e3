// Measures in interleaved rounds: in each round every contender runs once, in rotating order, so that a slow moment of the
// machine affects all of them. A ratio is the median over the rounds of the ratios within one round.

import { performance } from 'node:perf_hooks';

/** Something that is timed. */
export interface Contender {
  readonly name: string;
  /** Makes `times` calls, one after the other. */
  run(times: number): void | Promise<void>;
  /** Nanoseconds of `times` calls, if another process measures the time. */
  time?(times: number): Promise<number>;
  /** All numbers of the last result in a row: they are checked before a time counts. */
  read(): ArrayLike<number>;
  /**
   * Whether this is a loop of JavaScript: the engine compiles one in its best form only after a few hundred calls, however long a
   * call takes.
   */
  readonly settles?: boolean;
  dispose?(): void;
}

/**
 * How long a measurement takes: `warmUp` milliseconds untimed for each contender, then `rounds` rounds of about `milliseconds`
 * each. Many short rounds are better than few long ones: if something else runs on the machine, most of them are then
 * undisturbed, and with them the median.
 */
export interface Pace {
  readonly rounds: number;
  readonly milliseconds: number;
  readonly warmUp: number;
  /** If calls take longer than a round: no more rounds than fit into this many milliseconds, but at least three. */
  readonly longest?: number;
  /** The most milliseconds that a contender that `settles` is given for that. */
  readonly settle?: number;
}

/**
 * The number of calls after which V8 has replaced the code it compiled in the middle of a loop by code for the whole function.
 */
const SETTLED = 300;

const LEAST_ROUNDS = 3;
const MOST_CALLS = 1e7;
const LONG = 5e7;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * Compiles `call`, JavaScript that uses the names in `scope`, for this contender alone: types and inlining of other contenders do
 * not disturb its call site, as in a program that makes this call in one place.
 */
export function repeated(call: string, scope: Readonly<Record<string, unknown>>): (times: number) => void {
  const loop = new Function(...Object.keys(scope), 'times', `for (let round = 0; round < times; round++) { ${call} }`);
  const values = Object.values(scope);
  return (times) => loop(...values, times);
}

/** Nanoseconds of `times` calls. */
const clock = async (contender: Contender, times: number): Promise<number> =>
  contender.time ? contender.time(times) : timed(contender, times);

/** The same, measured by the clock of this process. */
export async function timed(contender: Contender, times: number): Promise<number> {
  const started = performance.now();
  const waiting = contender.run(times);
  if (waiting) await waiting;
  return (performance.now() - started) * 1e6;
}

/** The result of `measure`: nanoseconds per call, with one sample for each round. */
export class Timings {
  readonly #samples = new Map<string, number[]>();

  add(name: string, nanoseconds: number): void {
    const samples = this.#samples.get(name);
    if (samples) samples.push(nanoseconds);
    else this.#samples.set(name, [nanoseconds]);
  }

  has(name: string): boolean {
    return this.#samples.has(name);
  }

  samples(name: string): readonly number[] {
    const samples = this.#samples.get(name);
    if (!samples) throw new Error(`nobody called ${name} was timed`);
    return samples;
  }

  median(name: string): number {
    return median(this.samples(name));
  }

  fastest(name: string): number {
    return Math.min(...this.samples(name));
  }

  /** How many times faster `mine` is than `other`: the median of the ratios of the rounds. */
  ratio(mine: string, other: string): number {
    const others = this.samples(other);
    return median(this.samples(mine).map((sample, round) => (others[round] ?? Number.NaN) / sample));
  }

  /** The contender with the smallest median. */
  best(names: readonly string[]): string {
    const [first, ...rest] = names;
    if (first === undefined) throw new Error('nobody to choose from');
    return rest.reduce((best, name) => (this.median(name) < this.median(best) ? name : best), first);
  }
}

/** Calls the contender until the optimising compilers of the engine have finished with it. */
async function warmed(contender: Contender, { warmUp, settle = 0 }: Pace): Promise<void> {
  const most = contender.settles ? settle * 1e6 : 0;
  let [spent, made] = [0, 0];
  for (let calls = 1; spent < warmUp * 1e6 || (spent < most && made < SETTLED); calls = Math.min(calls * 2, MOST_CALLS)) {
    spent += await clock(contender, calls);
    made += calls;
  }
}

/** How many calls take about `wanted` nanoseconds, and how long they take. */
async function calibrated(contender: Contender, wanted: number): Promise<{ times: number; spent: number }> {
  for (let times = 1; ; times *= 2) {
    let spent = await clock(contender, times);
    // Something else may have run at the same time: a contender that looks slow gets two more chances, unless that would take
    // long.
    for (let again = 0; again < 2 && spent > wanted / 4 && spent < LONG; again++)
      spent = Math.min(spent, await clock(contender, times));
    if (spent <= wanted / 4 && times < MOST_CALLS) continue;
    const fitted = Math.max(1, Math.round((times * wanted) / spent));
    return { times: fitted, spent: (spent / times) * fitted };
  }
}

/** Times the contenders, whose names must differ. */
export async function measure(contenders: readonly Contender[], pace: Pace): Promise<Timings> {
  const entrants: { contender: Contender; times: number }[] = [];
  let roundTakes = 0;
  for (const contender of contenders) {
    await warmed(contender, pace);
    const { times, spent } = await calibrated(contender, pace.milliseconds * 1e6);
    entrants.push({ contender, times });
    roundTakes += spent;
  }
  const fitting = Math.floor(((pace.longest ?? Number.POSITIVE_INFINITY) * 1e6) / roundTakes);
  const rounds = Math.min(pace.rounds, Math.max(LEAST_ROUNDS, fitting));
  const timings = new Timings();
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < entrants.length; k++) {
      const entrant = entrants[(k + round) % entrants.length];
      if (!entrant) continue;
      const { contender, times } = entrant;
      // The caches still hold the data of other contenders.
      if (times > 1) await clock(contender, 1);
      timings.add(contender.name, (await clock(contender, times)) / times);
    }
  }
  return timings;
}

/**
 * The largest |got − want| / (|want| + floor) over the elements; Infinity if one of them is not a number. With floor 0, a result
 * of 0 means the same bits.
 */
export function difference(got: ArrayLike<number>, want: ArrayLike<number>, floor: number): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    const [mine, other] = [got[i] ?? Number.NaN, want[i] ?? Number.NaN];
    if (Object.is(mine, other)) continue;
    const error = Math.abs(mine - other) / (Math.abs(other) + floor);
    if (Number.isNaN(error)) return Number.POSITIVE_INFINITY;
    if (error > worst) worst = error;
  }
  return worst;
}
