// The allocator of the module under a random workload; `./build.sh soak` does the same for as long as one likes.

import { expect, test } from 'vitest';
import { Exercise } from './support/allocator.js';

test.each([1, 2])('buffers are zeros when new, lie apart, and keep what is in them: workload %i', (seed) => {
  const exercise = new Exercise(seed);
  for (let i = 0; i < 30_000; i++) exercise.step();
  expect(exercise.peak).toBeGreaterThan(2 ** 24);
  exercise.finish();
  expect(exercise.live).toBe(0);
});
