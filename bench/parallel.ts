// A pool against the calling thread in the same rounds: how much two and more cores gain, and from how many elements on.

import { cpus } from 'node:os';
import { createPool, type Pool } from 'nonlin/parallel';
import { ASKED } from './cases.js';
import { ordinary } from './inputs.js';
import { type Contender, difference, measure, type Pace } from './measure.js';
import { activation } from './nonlin.js';
import type { Finding } from './record.js';

/** Numbers of elements, as rows of `UNITS`; the last one is the size for which there is a target. */
const SIZES = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096].map((rows) => rows * 1024);
const UNITS = 1024;
const LARGEST = 4096 * 1024;

/** A gain that is worthwhile: less may be chance. */
const PAYS = 1.1;

export interface ParallelCase {
  readonly fn: string;
  readonly method: 'value' | 'backward';
  /** Whether it computes an exponential: the speed of other functions is that of memory, which all cores share. */
  readonly heavy: boolean;
}

export const PARALLEL_CASES: readonly ParallelCase[] = [
  ...['relu', 'elu', 'sigmoid', 'tanh', 'softmax'].map((fn): ParallelCase => ({ fn, method: 'value', heavy: fn !== 'relu' })),
  ...['relu', 'tanh', 'softmax'].map((fn): ParallelCase => ({ fn, method: 'backward', heavy: fn !== 'relu' })),
];

export const titleOf = ({ fn, method }: ParallelCase): string => (method === 'value' ? fn : `${fn} ${method}`);

const onBuffer = (from: Float64Array, shared: boolean): Float64Array => {
  const array = new Float64Array(shared ? new SharedArrayBuffer(from.byteLength) : new ArrayBuffer(from.byteLength));
  array.set(from);
  return array;
};

/** The same call on the calling thread, on a pool with shared memory, and on a pool that has to copy. */
function contenders({ fn, method }: ParallelCase, size: number, pool: Pool): Contender[] {
  const f = activation(fn);
  const shape = 'axis' in f.defaults ? { shape: [size / UNITS, UNITS] } : {};
  const from = ordinary(LARGEST);
  const make = (name: string, shared: boolean, on?: Pool): Contender => {
    const x = onBuffer(from.x.subarray(0, size), shared);
    const dy = onBuffer(from.dy.subarray(0, size), shared);
    const out = onBuffer(new Float64Array(size), shared);
    const options = { ...shape, out };
    const call = (): unknown => {
      if (on)
        return method === 'value'
          ? on.run(f as never, x, options as never)
          : on.backward(f as never, dy, { x } as never, options as never);
      return method === 'value' ? f(x, options) : f.backward(dy, { x }, options);
    };
    return {
      name,
      read: () => out,
      async run(times) {
        for (let time = 0; time < times; time++) await call();
      },
    };
  };
  return [make('one core', false), make('shared', true, pool), make('copied', false, pool)];
}

/** Gains at every size, and the size from which on they last. */
export async function measureParallel(test: ParallelCase, pace: Pace, quick: boolean): Promise<Finding[]> {
  const pool = await createPool({ threads: cpus().length, minimum: 0 });
  const gains: { size: number; shared: number; copied: number }[] = [];
  for (const size of quick ? SIZES.filter((_, i) => i % 4 === 0) : SIZES) {
    const all = contenders(test, size, pool);
    for (const each of all) await each.run(1);
    const [one, ...others] = all as [Contender, ...Contender[]];
    for (const { name, read } of others) {
      if (difference(read(), one.read(), 0) !== 0) throw new Error(`${titleOf(test)} on a pool, ${name}, gives other bits`);
    }
    const timings = await measure(all, pace);
    gains.push({ size, shared: timings.ratio('shared', 'one core'), copied: timings.ratio('copied', 'one core') });
  }
  await pool.dispose();
  const found = (column: string, got: number, rest: Partial<Finding> = {}): Finding => ({
    section: 'parallel',
    table: 'parallel',
    row: titleOf(test),
    column,
    got,
    unit: '×',
    ...rest,
  });
  return (['shared', 'copied'] as const).flatMap((way) => {
    const last = gains.map((gain) => gain[way] < PAYS).lastIndexOf(true);
    const from = gains[last + 1]?.size;
    const largest = gains.at(-1)?.[way] ?? Number.NaN;
    const asked = test.heavy && way === 'shared' ? { asked: ASKED.parallel, atLeast: true } : {};
    return [
      found(`${way} at 4096×1024`, largest, asked),
      ...(from === undefined ? [] : [found(`${way}, gains from`, from, { unit: 'elements' })]),
    ];
  });
}
