// Elements of plain arrays are read once, whatever happens meanwhile: reading them may run code of the caller.

import { Tensor } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { grow, lose } from '../support/events.js';
import { at, elu, hadamard, relu, softmax } from '../support/hostile.js';

const numbers = [-2, -1, 0.5, 3];

/** An array that counts how often its elements are read, and runs `action` during that. */
function counted(action: () => void = () => undefined, values: readonly number[] = numbers) {
  const reads = values.map(() => 0);
  const array: number[] = [];
  for (const [i, value] of values.entries()) {
    Object.defineProperty(array, i, {
      get: () => {
        reads[i] = (reads[i] as number) + 1;
        action();
        return value;
      },
    });
  }
  return { array, reads };
}

const once = numbers.map(() => 1);

describe.each([
  ['nothing happens', () => undefined],
  ['the memory grows', grow],
  ['another call is made', () => void softmax([1, 2, 3])],
] as [string, () => void][])('%s', (_, action) => {
  test.each([
    ['flat', (array: number[]) => relu(array), relu(numbers)],
    ['with a shape', (array: number[]) => softmax(array, { shape: [2, 2] }), softmax(numbers, { shape: [2, 2] })],
    ['a masked one', (array: number[]) => softmax(array, { mask: [1, 1, 1, 1] }), softmax(numbers)],
    ['dy', (array: number[]) => at(elu, 'backward')(array, { x: numbers }), at(elu, 'backward')(numbers, { x: numbers })],
    [
      'x of backward',
      (array: number[]) => at(elu, 'backward')(numbers, { x: array }),
      at(elu, 'backward')(numbers, { x: numbers }),
    ],
    ['a row', (array: number[]) => relu([[1, 2, 3, 4], array]), relu([[1, 2, 3, 4], numbers])],
    ['into an array', (array: number[]) => relu(array, { out: [...numbers] }), relu(numbers)],
    ['softmax into an array', (array: number[]) => softmax(array, { out: [...numbers] }), softmax(numbers)],
    [
      'the first row into rows',
      (array: number[]) => relu([array, numbers], { out: [[...numbers], [...numbers]] }),
      relu([numbers, numbers]),
    ],
    [
      'a row of dy into rows',
      (array: number[]) =>
        at(softmax, 'backward')([numbers, array], { x: [numbers, numbers] }, { out: [[...numbers], [...numbers]] }),
      at(softmax, 'backward')([numbers, numbers], { x: [numbers, numbers] }),
    ],
    ['data', (array: number[]) => relu({ data: array, shape: [2, 2] }), relu({ data: numbers, shape: [2, 2] })],
    ['both of a product', (array: number[]) => hadamard(array, [1, 1, 1, 1]), numbers],
    [
      'what is contracted',
      (array: number[]) =>
        hadamard(
          [array],
          [at(softmax, 'deriv')(numbers)].map((J) => fold(J as number[])),
        ),
      hadamard([numbers], [fold(at(softmax, 'deriv')(numbers) as number[])]),
    ],
    [
      'a row that is contracted',
      (array: number[]) => hadamard(array, at(softmax, 'deriv')(numbers)),
      hadamard(numbers, at(softmax, 'deriv')(numbers)),
    ],
  ] as [string, (array: number[]) => unknown, unknown][])('%s', (_, call, wanted) => {
    const { array, reads } = counted(action);
    expect(call(array)).toEqual(wanted);
    expect(reads).toEqual(once);
  });
});

/** Sixteen numbers as four rows. */
function fold(flat: readonly number[]): number[][] {
  return [0, 4, 8, 12].map((start) => flat.slice(start, start + 4));
}

test('an array that loses its memory meanwhile is refused, and nothing is read again', () => {
  const x = Float64Array.from(numbers);
  const { array, reads } = counted(() => x.length > 0 && structuredClone(x.buffer, { transfer: [x.buffer] }));
  expect(() => at(elu, 'backward')(array, { x })).toThrow(expect.objectContaining({ code: 'ERR_DTYPE' }));
  expect(reads).toEqual(once);
});

test.each(['between', 'after'])('rows that are views of wasm memory, and %s them a plain one that makes it grow', (where) => {
  const tensor = Tensor.from([numbers, numbers]);
  const { array, reads } = counted(grow);
  const [one, two] = [tensor.data.subarray(0, 4), tensor.data.subarray(4)];
  const y = relu(where === 'between' ? [one, array, two] : [one, two, array]) as ArrayLike<number>[];
  expect(y.map((row) => Array.from(row))).toEqual([numbers, numbers, numbers].map((row) => relu(row)));
  expect(reads).toEqual(once);
  tensor.dispose();
});

test('a typed row that loses its memory while one before it is read is refused', () => {
  const row = new Float64Array(4);
  const { array } = counted(() => row.length > 0 && structuredClone(row.buffer, { transfer: [row.buffer] }));
  expect(() => relu([array, row])).toThrow(expect.objectContaining({ code: 'ERR_DTYPE' }));
});

test('a full stack inside a getter, which costs the instance, does not change what was read', () => {
  const { array, reads } = counted(lose, numbers);
  expect(relu(array)).toEqual(relu(numbers));
  expect(reads).toEqual(once);
});
