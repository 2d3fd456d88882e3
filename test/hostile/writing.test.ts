// Plain arrays as `out` that refuse a result in the middle: the elements written before are put back.

import { logSumExp, Tensor } from 'nonlin';
import { describe, expect, test } from 'vitest';
import type { Loose } from '../support/functions.js';
import { at, elu, hadamard, relu, softmax } from '../support/hostile.js';

const x = Float64Array.of(-2, -1, 0.5, 3, 1, -4);
const reduced = logSumExp as unknown as Loose;

/** Numbers, a string and a hole: the contents of an `out` do not matter until a call fails. */
function content(): unknown[] {
  const array: unknown[] = [7, 7.5, 'seven', -7, 7, 7];
  delete array[4];
  return array;
}

const OWN = new Error('of the caller');

/** The obstacle at element 3, and what a call then throws: an error of the library, or one of the caller. */
const obstacles: readonly [what: string, make: () => unknown[], error: unknown][] = [
  [
    'a read-only element',
    () => Object.defineProperty(content(), 3, { writable: false }),
    {
      name: 'TypeError',
      code: 'ERR_DTYPE',
      message: expect.stringMatching(/^"out[.\w]*" expected writable arrays, got one with/),
    },
  ],
  [
    'an element without a setter',
    () => Object.defineProperty(content(), 3, { get: () => -7 }),
    { name: 'TypeError', code: 'ERR_DTYPE' },
  ],
  ['a hole in an array that takes no more', () => Object.preventExtensions(content()), { name: 'TypeError', code: 'ERR_DTYPE' }],
  ['a setter that throws', () => Object.defineProperty(content(), 3, { get: () => -7, set: fails }), OWN],
  [
    'a setter that throws, and a read-only element after it',
    () => Object.defineProperties(content(), { 3: { get: () => -7, set: failsByType }, 5: { writable: false } }),
    { name: 'TypeError', message: 'of the caller' },
  ],
  [
    'a proxy that throws',
    () => new Proxy(content(), { set: (array, key, value) => (key === '3' ? fails() : Reflect.set(array, key, value)) }),
    OWN,
  ],
  [
    'a proxy that says no',
    () => new Proxy(content(), { set: (array, key, value) => key !== '3' && Reflect.set(array, key, value) }),
    { name: 'TypeError' },
  ],
];

function fails(): never {
  throw OWN;
}

function failsByType(): never {
  throw new TypeError('of the caller');
}

const nested = (row: unknown[]): unknown[] => [[1, 2, 3, 4, 5, 6], row];
const long = (row: unknown[]): unknown[] => Array.from({ length: 1000 }, (_, i) => (i === 999 ? row : [1, 2, 3, 4, 5, 6]));
const rowsOfX = (count: number): number[][] => Array.from({ length: count }, () => [...x]);
const matrix = { data: Float64Array.of(...x, ...x), shape: [2, 6] };

/** Calls that write to an array: where it stands in an `out`, and the other containers that are written to. */
const calls: readonly [what: string, call: (array: unknown[]) => { out: unknown[]; call: () => unknown }][] = [
  ['typed into flat', (array) => ({ out: [array], call: () => relu(x, { out: array }) })],
  ['plain into flat', (array) => ({ out: [array], call: () => softmax([...x], { out: array }) })],
  ['backward', (array) => ({ out: [array], call: () => at(elu, 'backward')(x, { x }, { out: array }) })],
  ['a product', (array) => ({ out: [array], call: () => hadamard(x, x, { out: array }) })],
  ['with a shape', (array) => ({ out: [array], call: () => softmax(x, { shape: [2, 3], out: array }) })],
  ['data', (array) => ({ out: [array], call: () => relu({ data: x, shape: [2, 3] }, { out: { data: array, shape: [2, 3] } }) })],
  [
    'data backwards',
    (array) => ({
      out: [array],
      call: () => relu(x.subarray(0, 5), { out: { data: array, shape: [5], stride: [-1], offset: 4 } }),
    }),
  ],
  [
    'some of data',
    (array) => ({
      out: [array],
      call: () => relu(x.subarray(0, 3), { out: { data: array, shape: [3], stride: [1], offset: 2 } }),
    }),
  ],
  [
    'rows',
    (array) => {
      const out = nested(array);
      return { out, call: () => relu(rowsOfX(2), { out }) };
    },
  ],
  [
    'rows beside a typed one',
    (array) => {
      const out = [new Float64Array(6).fill(7), array];
      return { out, call: () => relu(rowsOfX(2), { out }) };
    },
  ],
  [
    'rows of several blocks',
    (array) => {
      const out = long(array);
      return { out, call: () => relu(rowsOfX(1000), { out }) };
    },
  ],
  [
    'a value and its derivative',
    (array) => {
      const out = { value: [1, 2, 3, 4, 5, 6], deriv: array };
      return { out: [out.value, array], call: () => at(elu, 'valueAndDeriv')(x, { out }) };
    },
  ],
  [
    'a typed value and its derivative',
    (array) => {
      const out = { value: new Float64Array(6).fill(7), deriv: array };
      return { out: [out.value, array], call: () => at(elu, 'valueAndDeriv')(x, { out }) };
    },
  ],
  [
    'a value and a typed derivative',
    (array) => {
      const out = { value: array, deriv: new Float32Array(6).fill(7) };
      return { out: [out.deriv, array], call: () => at(elu, 'valueAndDeriv')(x, { out }) };
    },
  ],
  [
    'a softmax and its Jacobian',
    (array) => {
      const rows = [...nested(array).slice(1), ...Array.from({ length: 5 }, () => [1, 2, 3, 4, 5, 6])];
      const out = { value: new Float64Array(6).fill(7), deriv: rows };
      return { out: [out.value, ...rows], call: () => at(softmax, 'valueAndDeriv')(x, { out }) };
    },
  ],
  [
    'a masked softmax',
    (array) => ({ out: [array], call: () => softmax(x, { mask: [true, true, false, true, true, true], out: array }) }),
  ],
  [
    'along two axes that do not lie side by side',
    (array) => ({
      out: [array],
      call: () => softmax({ data: x, shape: [1, 2, 3] }, { axis: [0, 2], out: { data: array, shape: [1, 2, 3] } }),
    }),
  ],
  [
    'sums and their derivatives',
    (array) => {
      const out = { value: new Float64Array(2).fill(7), deriv: nested(array) };
      return { out: [out.value, ...out.deriv], call: () => at(reduced, 'valueAndDeriv')(matrix, { out }) };
    },
  ],
];

/** The contents of arrays, read without running their own code. */
const held = (arrays: readonly unknown[]): string =>
  JSON.stringify(
    arrays.map((array) =>
      Array.from({ length: (array as unknown[]).length }, (_, i) =>
        i in (array as unknown[]) ? (array as unknown[])[i] : 'a hole',
      ),
    ),
  );

describe.each(calls)('%s', (_, prepare) => {
  test.each(obstacles)('%s', (_, make, error) => {
    const { out, call } = prepare(make());
    const before = held(out);
    let thrown: unknown;
    try {
      call();
    } catch (caught) {
      thrown = caught;
    }
    if (error === OWN) expect(thrown).toBe(OWN);
    else expect(thrown).toMatchObject(error as object);
    expect(held(out)).toBe(before);
    expect(relu([1, -1, 2])).toEqual([1, 0, 2]);
  });
});

test('a tensor beside an array that fails is as it was', () => {
  const value = Tensor.from([1, 2, 3, 4, 5, 6]);
  const deriv = { data: Object.defineProperty(content(), 3, { writable: false }), shape: [6] };
  expect(() => at(elu, 'valueAndDeriv')({ data: x, shape: [6] }, { out: { value, deriv } })).toThrow(
    expect.objectContaining({ code: 'ERR_DTYPE', cause: expect.any(TypeError) }),
  );
  expect(value.toArray()).toEqual([1, 2, 3, 4, 5, 6]);
  value.dispose();
});

test('what a setter changed before it failed is its own affair', () => {
  const out: unknown[] = [1, 2, 3, 4, 5, 6];
  Object.defineProperty(out, 3, {
    set: () => {
      out.length = 2;
      throw OWN;
    },
    configurable: true,
  });
  expect(() => relu(x, { out })).toThrow(OWN);
  expect(out.slice(0, 2)).toEqual([1, 2]);
});
