// The allocator of the module under a random workload; `./build.sh soak` does the same for any length of time.

import { expect, test } from 'vitest';
import { Exercise, makeAllocator } from './support/allocator.js';

test.each([1, 2])('buffers are zeros when new, lie apart, and keep what is in them: workload %i', (seed) => {
  const exercise = new Exercise(seed);
  for (let i = 0; i < 30_000; i++) exercise.step();
  expect(exercise.peak).toBeGreaterThan(2 ** 24);
  exercise.finish();
  expect(exercise.live).toBe(0);
});

test('small buffers that are freed serve others as small again, and a large one makes the memory grow once', () => {
  const { memory, allocate, release } = makeAllocator();
  const small = () => Array.from({ length: 1000 }, () => allocate(1024));
  const first = small();
  const { byteLength } = memory.buffer;
  for (const handle of first) release(handle);
  const second = small();
  expect(memory.buffer.byteLength, 'after as many again').toBe(byteLength);
  for (const handle of second) release(handle);
  // The memory grew in pieces, and rlsf 0.2.3 does not merge them; if this fails, its comment in crate/wasm/lib.rs is out of
  // date. This is larger than any of the pieces, the last of which are an eighth of the memory.
  const large = 307_200;
  release(allocate(large));
  const grown = memory.buffer.byteLength;
  expect(grown, 'after one of a third of what is free').toBeGreaterThan(byteLength);
  expect(grown - byteLength, 'by no more than it takes').toBeLessThan(8 * large + 2 ** 17);
  release(allocate(large));
  expect(memory.buffer.byteLength, 'after another of that size').toBe(grown);
});

test('many new buffers make the memory grow a few times, by an eighth of it or 1 MB', () => {
  const { memory, allocate } = makeAllocator();
  const [count, elements] = [2000, 10_000];
  let [grown, buffer] = [0, memory.buffer];
  for (let i = 0; i < count; i++) {
    expect(allocate(elements)).toBe(i + 1);
    if (memory.buffer !== buffer) grown++;
    buffer = memory.buffer;
  }
  // Growing from 1 MB to 8 MB by 9/8 each time takes 18 steps, and from there to 160 MB by 1 MB each time takes 152.
  expect(grown).toBeLessThan(200);
  expect(memory.buffer.byteLength).toBeLessThan(1.2 * count * elements * 8);
});

test('a freed handle is the next one that is given, whatever others are in use', () => {
  const { allocate, release } = makeAllocator();
  const handles = Array.from({ length: 300 }, () => allocate(3));
  expect(handles).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  for (const handle of [17, 250, 3]) release(handle);
  release(250);
  release(301);
  expect([allocate(3), allocate(3), allocate(3), allocate(3)]).toEqual([3, 250, 17, 301]);
});
