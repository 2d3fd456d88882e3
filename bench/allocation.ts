// With `out`, a call should leave nothing behind: bytes of JavaScript's heap per call, over a hundred thousand calls, after
// warm-up.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ASKED, sizeOf } from './cases.js';
import { onContainer } from './contenders.js';
import { KINDS, type Kind } from './nonlin.js';
import { problemOf } from './ordinary.js';
import type { Op } from './plain.js';
import type { Finding } from './record.js';

const CALLS = 100_000;
/** Few enough calls that the heap is hardly ever collected within one batch, and enough that reading its size costs little. */
const BATCH = 2000;
/** How many times as many calls warm up as are measured: with one, the first row was sometimes still being compiled. */
const WARM_UP_ROUNDS = 3;

export interface AllocationCase {
  readonly fn: string;
  readonly op: Op;
  readonly rows: number;
  readonly units: number;
  readonly kind: Kind;
}

export const ALLOCATION_CASES: readonly AllocationCase[] = KINDS.flatMap((kind) =>
  (
    [
      ['sigmoid', 'value'],
      ['elu', 'backward'],
      ['softmax', 'value'],
      ['softmax', 'backward'],
    ] as const
  ).map(([fn, op]) => ({ fn, op, rows: 4, units: 4, kind })),
);

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** How much the heap grew in a batch, however often; batches in which it was cleaned do not count. */
function grown(batch: () => void): number {
  let [sum, counted] = [0, 0];
  for (let done = 0; done < CALLS; done += BATCH) {
    const before = process.memoryUsage().heapUsed;
    batch();
    const after = process.memoryUsage().heapUsed;
    if (after < before) continue;
    sum += after - before;
    counted += BATCH;
  }
  return sum / counted;
}

export function measureAllocation(test: AllocationCase, title: string): Finding {
  const contender = onContainer(test.kind, problemOf(test));
  const calls = () => void contender.run(BATCH);
  // Reading the size of the heap allocates, too.
  const looking = () => undefined;
  grown(looking);
  collect();
  const idle = grown(looking);
  collect();
  // The warm-up is measured in the same way: the engine compiles the calls again after a collection, and its code lies on the
  // heap, too.
  for (let round = 0; round < WARM_UP_ROUNDS; round++) grown(calls);
  const bytes = grown(calls);
  contender.dispose?.();
  return {
    section: 'allocation',
    table: 'allocation',
    row: `${title} ${sizeOf(test)}`,
    column: test.kind,
    got: Math.max(0, bytes - idle),
    unit: 'bytes',
    asked: ASKED.allocation,
  };
}
