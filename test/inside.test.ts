// Calls inside a call, made by a getter of the caller: each has its own working memory, gives it back, and never touches that of
// another.

import { elu, memory, prelu, sigmoid, sigmoidCrossEntropy, softmaxCrossEntropy, Tensor, tanh } from 'nonlin';
import { expect, test } from 'vitest';

const FLOATS_OF_A_CALL = 2 * 4096;

/** Calls sigmoid within sigmoid, `depth` deep; the innermost runs `last`. */
function nested(depth: number, last: () => number): number {
  const x = [0, 0];
  Object.defineProperty(x, 0, { get: () => (depth > 1 ? nested(depth - 1, last) : last()), enumerable: true });
  return sigmoid(x)[0] as number;
}

test('each has the right result', () => {
  let wanted = 0.25;
  for (let i = 0; i < 40; i++) wanted = sigmoid(wanted);
  expect(nested(40, () => 0.25)).toBe(wanted);
});

test('their memory is free afterwards, for tensors', () => {
  const depth = 300;
  nested(depth, () => 0);
  const { capacity, tensors } = memory();
  // As large as one of the two buffers of a call, so that they fit where those were.
  const made = Array.from({ length: 2 * (depth - 4) }, () => Tensor.zeros(FLOATS_OF_A_CALL / 2));
  expect(memory().capacity - capacity).toBeLessThan((8 * FLOATS_OF_A_CALL * depth) / 4);
  for (const tensor of made) tensor.dispose();
  expect(memory().tensors).toBe(tensors);
});

test('what was given back is not given back again, by a call that ends early', () => {
  nested(6, () => 1);
  // Tensors are now where the buffers of the calls were.
  const kept = Array.from({ length: 24 }, (_, i) => Tensor.from(new Float64Array(FLOATS_OF_A_CALL / 2).fill(i)));
  // At the depth of one of those calls, before it has buffers.
  expect(() => nested(4, () => softmaxCrossEntropy([1, 2], 0, { temperature: -1 }))).toThrow('temperature');
  const others = Array.from({ length: 24 }, () => Tensor.from(new Float64Array(FLOATS_OF_A_CALL / 2).fill(-1)));
  kept.forEach((tensor, i) => {
    expect(new Set(tensor.data), `tensor ${i}`).toEqual(new Set([i]));
    expect(new Set(tanh(tensor).data), `tanh of tensor ${i}`).toEqual(new Set([tanh(i)]));
  });
  for (const tensor of [...kept, ...others]) tensor.dispose();
});

test('of functions along rows too', () => {
  const wanted = softmaxCrossEntropy([[1, 2]], [0]);
  const { capacity } = memory();
  for (let round = 0; round < 300; round++) {
    const losses: number[][] = [[0]];
    const out: number[] = [0];
    // Written to while the outer call is on its way.
    Object.defineProperty(out, 0, { set: () => losses.push(softmaxCrossEntropy([[1, 2]], [0])), get: () => 0, enumerable: true });
    softmaxCrossEntropy([[3, 4]], [1], { out });
    expect(losses[1]).toEqual(wanted);
  }
  expect(memory().capacity - capacity).toBeLessThan(300 * 8 * FLOATS_OF_A_CALL);
  expect(elu([1])).toEqual([1]);
});

/** An array that runs `action` when its first element is read. */
function acting(action: () => void): number[] {
  const list = [0, 0];
  const get = () => {
    action();
    return 0.5;
  };
  return Object.defineProperty(list, 0, { get, enumerable: true });
}

test('an input that a getter of another input disposes is told', () => {
  const before = memory();
  const calls = [
    (t: Tensor, other: number[]) => sigmoidCrossEntropy(t, other),
    (t: Tensor, other: number[]) => prelu(t, { alpha: other }, { axis: 0 }),
    (t: Tensor, other: number[]) => softmaxCrossEntropy(t, other),
  ];
  for (const call of calls) {
    const t = Tensor.from([1, 2]);
    expect(() =>
      call(
        t,
        acting(() => t.dispose()),
      ),
    ).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
  }
  expect(memory().tensors).toBe(before.tensors);
});

test('a view of memory that a getter of another input makes grow is read where it is then', () => {
  const tensor = Tensor.from([1, 2]);
  const wanted = sigmoidCrossEntropy([1, 2], [0.5, 0]);
  const made: Tensor[] = [];
  const grow = () => {
    for (const { capacity } = memory(); memory().capacity === capacity; ) made.push(Tensor.zeros(100_000));
  };
  expect(sigmoidCrossEntropy(tensor.data, acting(grow))).toEqual(Float64Array.from(wanted));
  for (const one of [tensor, ...made]) one.dispose();
});
