// How properties are run: seeded, so that a failure can be repeated; a small number of runs in the ordinary test, and in
// `./build.sh soak` as many as its time allows.

import fc from 'fast-check';
import { test } from 'vitest';

/** `./build.sh soak` sets both: the seconds for each property, and what its random numbers begin with. */
const seconds = Number(process.env['SOAK_SECONDS'] ?? 0);
const seed = Number(process.env['SOAK_SEED'] ?? 14);

/** A test that `property` holds in so many runs. What failed is printed with its seed and, made as small as can be, its values. */
export function holds<T>(name: string, arbitrary: fc.Arbitrary<T>, runs: number, property: (value: T) => void): void {
  const options = seconds > 0 ? { numRuns: 1e9, interruptAfterTimeLimit: seconds * 1000 } : { numRuns: runs };
  test(name, { timeout: (seconds + 120) * 1000 }, () => {
    fc.assert(fc.property(arbitrary, property), { seed, ...options });
  });
}
