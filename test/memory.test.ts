// The memory that calls use: nothing per call in the steady state, a bounded heap over many allocations, and the safety net for
// forgotten tensors. Each test runs in a Node process of its own, with access to the garbage collector.

import { describe, expect, test } from 'vitest';
import { run } from './support/child.js';

describe('with out, 10^5 calls after warm-up allocate less than a byte each', () => {
  // The young generation is made so large that nothing is collected between the two readings.
  const flags = ['--expose-gc', '--max-semi-space-size=64', '--min-semi-space-size=64'];
  const prelude = `
    import * as nonlin from 'nonlin';
    const { Tensor, hadamard, softmax } = nonlin;
    const elementwise = ['identity', 'relu', 'lrelu', 'elu', 'sigmoid', 'tanh'].map((name) => [name, nonlin[name]]);
    const count = 100_000;
    const worst = {};
    const measure = (name, call) => {
      for (let i = 0; i < 30_000; i++) call();
      let least = Infinity;
      for (let round = 0; round < 12 && least >= count; round++) {
        gc();
        const before = process.memoryUsage().heapUsed;
        for (let i = 0; i < count; i++) call();
        least = Math.min(least, process.memoryUsage().heapUsed - before);
      }
      worst[name] = least / count;
    };
    // The engine's own work on this loop is over after it.
    measure('nothing', () => 0);
    measure('nothing', () => 1);
    const wasm = () => nonlin.memory().capacity;`;

  const program = (make: string, shape: string) => `${prelude}
    const make = ${make};
    const shape = ${shape};
    const x = make(), dy = make(), y = make();
    const out = make(), pair = { value: make(), deriv: make() };
    softmax(make(), shape);
    const before = wasm();
    for (const [name, f] of elementwise) {
      const options = { out }, both = { out: pair }, fromX = { x }, fromY = { y };
      measure(name, () => f(x, options));
      measure(name + '.deriv', () => f.deriv(x, options));
      measure(name + '.backward from x', () => f.backward(dy, fromX, options));
      measure(name + '.backward from y', () => f.backward(dy, fromY, options));
      measure(name + '.valueAndDeriv', () => f.valueAndDeriv(x, both));
    }
    {
      const options = { out, ...shape }, fromX = { x }, fromY = { y };
      measure('softmax', () => softmax(x, options));
      measure('softmax.backward from x', () => softmax.backward(dy, fromX, options));
      measure('softmax.backward from y', () => softmax.backward(dy, fromY, options));
      const product = { out };
      measure('hadamard', () => hadamard(x, dy, product));
    }
    worst['wasm memory'] = wasm() - before;
    console.log(JSON.stringify(worst));`;

  const expectNone = (bytes: Record<string, number>) => {
    const over = Object.entries(bytes).filter(([, each]) => !(each < 1));
    expect(over, 'bytes a call').toEqual([]);
    expect(Object.keys(bytes).length).toBeGreaterThan(30);
  };

  test('Float64Arrays', () => {
    expectNone(run(program('() => Float64Array.from({ length: 32 }, (_, i) => i / 8 - 2)', '{ shape: [4, 8] }'), flags));
  });

  test('tensors', () => {
    expectNone(run(program('() => Tensor.from(Float64Array.from({ length: 32 }, (_, i) => i / 8 - 2), [4, 8])', '{}'), flags));
  });
});

test('memory of an elementwise call on a JavaScript array is bounded by the block', () => {
  const program = `
    import { memory, sigmoid, tanh } from 'nonlin';
    sigmoid(new Float64Array(10));
    const small = memory().capacity;
    const x = new Float64Array(5_000_000);
    sigmoid(x, { out: x });
    tanh.backward(x, { x }, { out: x });
    tanh.valueAndDeriv(x);
    console.log(JSON.stringify({ small, large: memory().capacity }));`;
  const { small, large } = run<{ small: number; large: number }>(program);
  expect(large).toBe(small);
});

test('a million mixed allocations with a peak over 64 MB stay within 1.5 times the peak', () => {
  const program = `
    import { memory, Tensor } from 'nonlin';
    let state = 1;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const live = [];
    let [bytes, peak] = [0, 0];
    const drop = () => {
      const at = Math.floor(random() * live.length);
      const last = live.pop();
      const tensor = at < live.length ? live[at] : last;
      if (at < live.length) live[at] = last;
      bytes -= tensor.size * 8;
      tensor.dispose();
    };
    for (let i = 0; i < 1_000_000; i++) {
      // Sizes from 1 to 16,384, log-uniform; the live set swells and shrinks.
      const size = Math.floor(2 ** (random() * 14));
      const limit = (48 + 32 * Math.sin(i / 60_000)) * 2 ** 20;
      while (bytes + size * 8 > limit) drop();
      live.push(Tensor.zeros(size));
      bytes += size * 8;
      peak = Math.max(peak, bytes);
    }
    const { capacity, bytes: counted, tensors } = memory();
    console.log(JSON.stringify({ capacity, peak, counted, bytes, tensors, live: live.length }));`;
  const got = run<Record<'capacity' | 'peak' | 'counted' | 'bytes' | 'tensors' | 'live', number>>(program);
  expect(got.peak).toBeGreaterThan(64 * 2 ** 20);
  expect(got.capacity / got.peak, `capacity ${got.capacity}, peak ${got.peak}`).toBeLessThanOrEqual(1.5);
  expect(got.tensors).toBe(got.live);
  expect(got.counted).toBeGreaterThanOrEqual(got.bytes);
  expect(got.counted).toBeLessThanOrEqual(got.bytes + 8 * got.live);
});

test('forgotten tensors are reclaimed after garbage collection', () => {
  const program = `
    import { setTimeout } from 'node:timers/promises';
    import { memory, Tensor, sigmoid } from 'nonlin';
    const kept = Tensor.zeros(10);
    const before = memory();
    const made = (() => {
      for (let i = 0; i < 500; i++) { const t = Tensor.zeros(10_000); sigmoid(t); t.reshape(100, 100); }
      return memory();
    })();
    let after = memory();
    for (let i = 0; i < 50 && after.bytes > before.bytes; i++) { await setTimeout(10); gc(); after = memory(); }
    console.log(JSON.stringify({ before, made, after, kept: kept.data.length }));`;
  type Memory = { tensors: number; bytes: number; capacity: number };
  const { before, made, after, kept } = run<{ before: Memory; made: Memory; after: Memory; kept: number }>(program, [
    '--expose-gc',
  ]);
  expect(made.bytes - before.bytes).toBeGreaterThan(500 * 80_000);
  expect({ tensors: after.tensors, bytes: after.bytes }).toEqual({ tensors: before.tensors, bytes: before.bytes });
  expect(kept).toBe(10);
});

test.each([1_000_000, 1_000_001])('softmax of a row of %i takes some rows of its length, not a tile of them', (units) => {
  const program = `
    import { memory, softmax } from 'nonlin';
    const x = new Float64Array(${units});
    softmax(x, { out: x });
    console.log(JSON.stringify({ capacity: memory().capacity, first: x[0] * ${units} }));`;
  const { capacity, first } = run<{ capacity: number; first: number }>(program, []);
  expect(first).toBeCloseTo(1, 12);
  expect(capacity).toBeLessThan(8 * 8 * units);
});
