// A pool of workers as programs see it: chooses function, options, and whether a call runs on workers or on this thread.

import { expected, isObject, labelled, refuseName, wrongType } from '../errors.js';
import { hasOwn, isNamed, readPlainOptions } from '../keys.js';
import type { Method, Prepared } from '../prepared.js';
import { Crew, disposed } from './crew.js';
import { cores } from './host.js';
import { type Call, isInPlace, Job, sizeOf } from './job.js';
import { preparingOf, takeOut } from './options.js';
import { enough } from './threshold.js';
import type { Pool, PoolOptions, Progress, Signal } from './types.js';

/**
 * Starts workers that compute functions of this package on all cores, with results bit-for-bit identical to those of one.
 *
 * `pool.run(f, x, options)` computes `f(x, options)`; `deriv`, `deriv2`, `backward` and `valueAndDeriv` call the function's
 * methods of those names; `map` runs f on many arrays. All accept the options of the function, and `signal` and `onProgress`.
 * Calls that are too small to gain run on the calling thread.
 *
 * @param options `threads`, an integer >= 1 (default: the number of cores); `minimum`, the number of elements from which on a
 *   call goes to the workers (default: as measured for each function); `worker`, the address of dist/parallel.worker.js, for
 *   pages that forbid workers from `blob:`.
 * @throws (as a rejection) `ERR_OPTION` for a wrong option, `ERR_ENVIRONMENT` if no worker can be started. Calls reject with the
 *   errors of the function; with `ERR_WORKER` if a worker died while computing them; with `ERR_DISPOSED` after `dispose`; and
 *   with the reason of their signal.
 * @example
 * ```ts
 * import { sigmoid } from 'nonlin';
 * import { createPool } from 'nonlin/parallel';
 * const pool = await createPool({ threads: 2 });
 * const y = await pool.run(sigmoid, new Float64Array(1_000_000));
 * y[999_999]; // → 0.5
 * await pool.dispose();
 * ```
 */
export async function createPool(options: PoolOptions = {}): Promise<Pool> {
  const [threads = cores(), minimum, worker] = readPlainOptions(options, 'createPool', ['threads', 'minimum', 'worker']);
  checkInteger('threads', threads, 1);
  if (minimum !== undefined) checkInteger('minimum', minimum, 0);
  const address = isObject(worker) ? (worker as { href?: unknown }).href : worker;
  const isAddress = typeof address === 'string' || worker === undefined;
  const crew = new Crew(
    threads,
    isAddress ? (address as string | undefined) : wrongType('ERR_OPTION', 'worker', 'an address', worker),
  );
  try {
    await crew.begin();
  } catch (reason) {
    await crew.end();
    const words = `nonlin/parallel could not start a worker (${isObject(reason) ? (reason as Error).message : reason})`;
    throw labelled(
      Error,
      'ERR_ENVIRONMENT',
      `${words}: on a page, the Content-Security-Policy needs "worker-src blob:", or pass { worker }`,
      reason,
    );
  }
  return new WorkerPool(crew, minimum) as unknown as Pool;
}

function checkInteger(label: string, value: unknown, least: number): asserts value is number {
  if (!Number.isInteger(value) || (value as number) < least) expected('ERR_OPTION', label, `an integer >= ${least}`, value);
}

type AnyOptions = Readonly<Record<string, unknown>> | undefined;

/** The options of a call that the pool handles itself, before the function sees the others. */
interface Watched {
  readonly signal: Signal | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly rest: unknown;
}

class WorkerPool {
  private readonly crew: Crew;
  private readonly minimum: number | undefined;

  constructor(crew: Crew, minimum: number | undefined) {
    this.crew = crew;
    this.minimum = minimum;
    if (Symbol.asyncDispose) Object.defineProperty(this, Symbol.asyncDispose, { value: this.dispose });
  }

  get threads(): number {
    return this.crew.threads;
  }

  run(f: unknown, x: unknown, options?: AnyOptions): Promise<unknown> {
    return this.one(f, 'value', [x], options);
  }

  deriv(f: unknown, x: unknown, options?: AnyOptions): Promise<unknown> {
    return this.one(f, 'deriv', [x], options);
  }

  deriv2(f: unknown, x: unknown, options?: AnyOptions): Promise<unknown> {
    return this.one(f, 'deriv2', [x], options);
  }

  backward(f: unknown, dy: unknown, from: unknown, options?: AnyOptions): Promise<unknown> {
    return this.one(f, 'backward', [dy, from], options);
  }

  valueAndDeriv(f: unknown, x: unknown, options?: AnyOptions): Promise<unknown> {
    return this.one(f, 'valueAndDeriv', [x], options);
  }

  async map(f: unknown, arrays: Iterable<unknown>, options?: AnyOptions): Promise<unknown[]> {
    if (!isObject(arrays) || !(Symbol.iterator in arrays)) wrongType('ERR_DTYPE', 'arrays', 'an iterable of arrays', arrays);
    // One place for all results would keep the last one alone.
    if (isNamed(options) && hasOwn.call(options, 'out') && options['out'] !== undefined)
      refuseName('out', 'an option of map', ['signal', 'onProgress']);
    return this.all(
      f,
      'value',
      Array.from(arrays, (x) => [x]),
      options,
    );
  }

  /** The calls that go to the workers: those with something to compute, or none where that is not enough to gain. */
  private moved(prepared: readonly Prepared[]): Call[] {
    const some = prepared.filter(({ slices }) => slices > 0);
    const size = sizeOf(some);
    const name = some[0]?.work.name ?? '';
    if (size < (this.minimum ?? enough(name, 'shared'))) return [];
    const calls = some.map(({ work, slices, size, parts }): Call => ({ work, slices, size, parts: parts() }));
    return this.minimum !== undefined || size >= enough(name, 'copied') || calls.every(isInPlace) ? calls : [];
  }

  readonly dispose = (): Promise<void> => this.crew.end();

  private async one(f: unknown, method: Method, args: readonly unknown[], options: AnyOptions): Promise<unknown> {
    return (await this.all(f, method, [args], options))[0];
  }

  private async all(f: unknown, method: Method, calls: readonly (readonly unknown[])[], options: AnyOptions): Promise<unknown[]> {
    if (this.crew.disposed) throw disposed();
    const preparing = preparingOf(f, method);
    const { signal, onProgress, rest } = watched(f, options);
    if (signal?.aborted) throw signal.reason;
    const prepared = calls.map((args) => preparing.prepare(method, args, rest));
    const modules = preparing.modules();
    const moved = modules === undefined ? [] : this.moved(prepared);
    if (modules === undefined || moved.length === 0) {
      const results = prepared.map((each) => each.here());
      onProgress?.({ done: 1, total: 1 });
      return results;
    }
    const job = new Job(moved, this.crew.threads, onProgress);
    const abort = (): void => job.fail(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      const results = (await this.crew.run(job, modules)).values();
      return prepared.map((each) => (each.slices > 0 ? results.next().value : each.here()));
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}

/** Takes the pool's own options out, and leaves all else as it is, so that the function finds what is wrong with it. */
function watched(f: unknown, options: AnyOptions): Watched {
  if (!isNamed(options)) return { signal: undefined, onProgress: undefined, rest: options };
  const { values, rest } = takeOut(options, f, ['signal', 'onProgress']);
  const [signal, onProgress] = values;
  if (signal !== undefined && !isSignal(signal)) wrongType('ERR_OPTION', 'signal', 'an AbortSignal', signal);
  if (onProgress !== undefined && typeof onProgress !== 'function')
    wrongType('ERR_OPTION', 'onProgress', 'a function', onProgress);
  return { signal, onProgress: onProgress as Watched['onProgress'], rest };
}

const isSignal = (value: unknown): value is Signal =>
  isObject(value) && typeof (value as Signal).aborted === 'boolean' && typeof (value as Signal).addEventListener === 'function';
