// What calls do differently above a block of 4096 elements, or in longer series: integers, known rows, strides and axes that
// merge, masks.

import { elu, hadamard, lrelu, relu, sigmoidCrossEntropy, softmax, Tensor } from 'nonlin';
import { describe, expect, test } from 'vitest';

const SIZE = 10_007;
const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => ((i * 37 + from) % 101) / 8 - 6);
const nested = (rows: number, units: number, from = 0): number[][] =>
  Array.from({ length: rows }, (_, row) => numbers(units, from + row * units));

describe('integers above a block', () => {
  const KINDS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array] as const;
  test.each(KINDS)('%o', (Class) => {
    const whole = (Class as typeof Int8Array).from({ length: SIZE + 5 }, (_, i) => ((i * 7919) % 256) - 128);
    for (const x of [whole, whole.subarray(3, SIZE + 3)]) {
      const wanted = elu(Float64Array.from(x));
      const out = new Float64Array(x.length);
      for (let i = 0; i < 2; i++) expect(elu(x, { out })).toEqual(wanted);
      x[5000] = 77;
      expect(elu(x, { out })[5000]).toBe(77);
      expect(elu.backward(x, { x }, { out })).toEqual(elu.backward(Float64Array.from(x), { x: Float64Array.from(x) }));
    }
  });
});

describe('nested arrays above a block', () => {
  const ROWS = 2100;
  const wanted = (x: readonly (readonly number[])[]): number[][] => x.map((row) => row.map((value) => relu(value)));
  const again = () => {
    const [x, out] = [nested(ROWS, 2), nested(ROWS, 2, 50)];
    for (let i = 0; i < 3; i++) expect(relu(x, { out })).toBe(out);
    expect(out).toEqual(wanted(x));
    return { x, out };
  };

  test('have other rows in the next call', () => {
    const { x, out } = again();
    x[2000] = [5, -5];
    out[1999] = [7, 7];
    expect(relu(x, { out })).toEqual(wanted(x));
  });

  test.each([
    ['a row of out twice', (_: number[][], out: number[][]) => out.splice(2000, 1, out[3] as number[])],
    ['the row of another place', (x: number[][], out: number[][]) => out.splice(2000, 1, x[3] as number[])],
    ['a row of x that is one of out', (x: number[][], out: number[][]) => x.splice(7, 1, out[2000] as number[])],
    ['a row less', (x: number[][]) => x.pop()],
    ['a longer row', (_: number[][], out: number[][]) => out[2000]?.push(1)],
  ] as const)('%s is refused, after as many calls without it', (_, change) => {
    const { x, out } = again();
    change(x, out);
    const before = JSON.stringify([x, out]);
    for (let i = 0; i < 2; i++) expect(() => relu(x, { out })).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
    expect(JSON.stringify([x, out])).toBe(before);
  });

  test('in place, and with rows in another order', () => {
    const { x } = again();
    const before = wanted(x);
    for (let i = 0; i < 2; i++) expect(relu(x, { out: x })).toEqual(before);
    expect(() => relu(x, { out: [...x].reverse() })).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
  });

  test('with rows of one buffer', () => {
    const buffer = new Float64Array(ROWS * 4);
    const rows = (from: number) => Array.from({ length: ROWS }, (_, i) => buffer.subarray(4 * i + from, 4 * i + from + 2));
    const [x, out] = [rows(0), rows(2)];
    buffer.set(numbers(ROWS * 4));
    const right = x.map((row) => relu(row));
    for (let i = 0; i < 2; i++) expect(relu(x, { out })).toEqual(right);
    out[9] = buffer.subarray(37, 39);
    expect(() => relu(x, { out })).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
  });

  test('many small pairs in turn', () => {
    const pairs = Array.from({ length: 150 }, (_, i) => [nested(8, 3, i), nested(8, 3)] as const);
    for (let round = 0; round < 3; round++)
      for (const [x, out] of pairs) {
        (x[5] as number[])[1] = round - 1.5;
        expect(relu(x, { out })).toEqual(wanted(x));
      }
  });
});

/** The elements of strided data in order. */
function elementsOf(data: ArrayLike<number>, shape: readonly number[], stride: readonly number[], offset: number): number[] {
  let places = [offset];
  shape.forEach((count, axis) => {
    places = places.flatMap((place) => Array.from({ length: count }, (_, i) => place + i * (stride[axis] as number)));
  });
  return places.map((place) => data[place] as number);
}

test.each([
  ['an axis of length 1 last', [12, 16, 1], [1, 12, 1], 0],
  ['an axis of length 1 with any stride', [12, 1, 16], [1, 999, 12], 3],
  ['only such axes, and one', [1, 5, 1], [7, 2, 3], 1],
  ['axes that go on', [3, 4, 5], [40, 10, 2], 0],
  ['channels last', [2, 4, 5, 3], [60, 5, 1, 20], 0],
  ['backwards', [24], [-1], 23],
  ['backwards and on', [4, 6], [-6, -1], 23],
  ['in order, with an offset', [4, 4], [4, 1], 5],
] as const)('strides: %s', (_, shape, stride, offset) => {
  for (const Class of [Float64Array, Float32Array, Int16Array, Array]) {
    const data = (Class as typeof Float64Array).from(numbers(300), (value) => Math.round(4 * value));
    const x = { data, shape, stride, offset };
    const wanted = elementsOf(data, shape, stride, offset);
    expect([...elu(x).data]).toEqual([...elu(Float64Array.from(wanted))]);
    const out = { data: new Float64Array(300).fill(9), shape, stride, offset };
    expect(elu(x, { out })).toBe(out);
    expect(elementsOf(out.data, shape, stride, offset)).toEqual([...elu(Float64Array.from(wanted))]);
    expect(out.data.filter((value) => value === 9).length).toBeGreaterThanOrEqual(300 - wanted.length);
    if (Class !== Float64Array) continue;
    const right = elu(Float64Array.from(wanted));
    expect(elementsOf(elu(x, { out: x }).data, shape, stride, offset)).toEqual([...right]);
  }
});

test.each([
  [
    [3, 4, 5],
    [0, 2],
  ],
  [
    [3, 1, 5, 2],
    [0, 2],
  ],
  [
    [3, 4, 5, 2],
    [1, 3],
  ],
  [
    [3, 4, 5, 2],
    [3, 0],
  ],
  [
    [1, 4, 1, 2],
    [1, 3],
  ],
  [
    [24, 20, 30],
    [0, 2],
  ],
] as [number[], number[]][])('softmax of %o along %o', (shape, axis) => {
  const x = { data: Float64Array.from(numbers(shape.reduce((a, b) => a * b))), shape };
  const rest = shape.map((_, i) => i).filter((i) => !axis.some((one) => one === i));
  const sums = new Map<string, number>();
  const key = (place: number): string => {
    const indices = shape.map((count, i) => Math.floor(place / shape.slice(i + 1).reduce((a, b) => a * b, 1)) % count);
    return rest.map((i) => indices[i]).join();
  };
  for (const [i, value] of x.data.entries()) sums.set(key(i), (sums.get(key(i)) ?? 0) + Math.exp(value));
  const wanted = Array.from(x.data, (value, i) => Math.exp(value) / (sums.get(key(i)) as number));
  const { data } = softmax(x, { axis });
  for (const [i, value] of data.entries()) expect(value).toBeCloseTo(wanted[i] as number, 12);
  const tensor = Tensor.from(x.data, shape);
  for (let i = 0; i < 2; i++) expect(softmax(tensor, { axis, out: tensor.reshape(shape) }).size).toBe(data.length);
  const out = { data: new Float64Array(data.length), shape };
  expect(softmax(x, { axis, out }).data).toEqual(data);
  tensor.dispose();
});

describe('a mask', () => {
  const [rows, units] = [70, 67];
  const kept = Array.from({ length: rows * units }, (_, i) => (i * i) % 7 < 3 || i % units === 0);
  const x = nested(rows, units);
  const wanted = softmax(x.map((row, r) => row.map((value, i) => (kept[r * units + i] ? value : Number.NEGATIVE_INFINITY))));
  const lines = <T>(of: (value: boolean) => T): T[][] =>
    x.map((_, row) => kept.slice(row * units, (row + 1) * units).map((value) => of(value)));
  const shape = [rows, units];
  const typed = [Uint8Array, Int8Array, Uint8ClampedArray, Int32Array, Float32Array, Float64Array] as const;

  test.each([
    ['nested booleans', lines((value) => value)],
    ['nested numbers', lines(Number)],
    ['nested bytes', lines(Number).map((row) => Uint8Array.from(row))],
    ['booleans with a shape', { data: kept, shape }],
    ...typed.map((Class) => [Class.name, { data: (Class as typeof Float64Array).from(kept, Number), shape }] as const),
    ['bytes with an offset', { data: Uint8Array.from([1, 0, ...kept.map(Number)]), shape, offset: 2 }],
    [
      'bytes the other way round',
      { data: Uint8Array.from(kept, Number).reverse(), shape, stride: [-units, -1], offset: rows * units - 1 },
    ],
    ['a tensor', Tensor.from(Float64Array.from(kept, Number), shape)],
  ] as const)('of %s', (_, mask) => {
    expect(softmax(x, { mask: mask as never })).toEqual(wanted);
  });

  test.each([
    [
      [1, 5],
      [1, 0, 1, 1, 0],
    ],
    [
      [4, 1],
      [1, 0, 1, 1],
    ],
    [
      [3, 1, 1],
      [1, 0, 1],
    ],
    [[3, 1, 5], numbers(15).map((_, i) => Number(i % 4 > 0))],
    [[1], [1]],
  ] as const)('of shape %o is broadcast', (own, values) => {
    const full = [3, 4, 5];
    const at = (place: number): number => {
      const indices = [Math.floor(place / 20), Math.floor(place / 5) % 4, place % 5].slice(3 - own.length);
      return own.reduce((sum: number, length, i) => sum * length + (length > 1 ? (indices[i] as number) : 0), 0);
    };
    const data = Float64Array.from(numbers(60));
    const filled = data.map((value, i) => (values[at(i)] ? value : Number.NEGATIVE_INFINITY));
    const mask = { data: Uint8Array.from(values), shape: own };
    for (const axis of [2, 1, 0, [0, 2]])
      expect(softmax({ data, shape: full }, { mask, axis })).toEqual(softmax({ data: filled, shape: full }, { axis }));
  });

  test.each([
    [Uint8Array.of(1, 0, 2, 1), 'mask[2]" expected true, false, 0 or 1, got 2'],
    [Int8Array.of(1, 0, 0, -1), 'mask[3]" expected true, false, 0 or 1, got -1'],
    [Float64Array.of(1, 0.5, 0, 1), 'mask[1]" expected true, false, 0 or 1, got 0.5'],
    [[true, false, 'yes', true], 'mask[2]" expected true, false, 0 or 1, got "yes"'],
  ])('of %o is refused', (mask, message) => {
    expect(() => softmax([1, 2, 3, 4], { mask: mask as never })).toThrow(message);
  });
});

describe('a number with options', () => {
  test('one hyperparameter, none, and those that are undefined', () => {
    expect(elu(-1, { alpha: 0.5 })).toBe(elu.with({ alpha: 0.5 })(-1));
    expect(lrelu(-1, { negativeSlope: 0.25 })).toBe(-0.25);
    expect(elu.backward(2, { x: -1 }, { alpha: 3 })).toBe(elu.with({ alpha: 3 }).backward(2, { x: -1 }));
    expect(elu.backward(2, { y: -0.5 }, { alpha: 3 })).toBe(5);
    for (const options of [{}, { alpha: undefined }]) expect(elu(-1, options)).toBe(elu(-1));
    expect(elu.valueAndDeriv(-1, { alpha: 2 })).toEqual({ value: elu(-1, { alpha: 2 }), deriv: elu.deriv(-1, { alpha: 2 }) });
    expect(hadamard(3, -0)).toBe(-0);
    expect(sigmoidCrossEntropy(0.3, 0.5)).toBe(sigmoidCrossEntropy([0.3], [0.5])[0]);
    expect(sigmoidCrossEntropy.deriv(0.3, 0.5)).toBe(sigmoidCrossEntropy.deriv([0.3], [0.5])[0]);
  });

  test('is refused as ever, and a getter runs once', () => {
    const code = (name: string) => expect.objectContaining({ code: name });
    expect(() => elu(1, { alpha: Number.NaN })).toThrow('"alpha" expected a finite number, got NaN');
    expect(() => elu(1, { apha: 1 } as never)).toThrow(code('ERR_OPTION'));
    expect(() => lrelu(1, { alpha: 1, negativeSlope: 1 } as never)).toThrow(code('ERR_OPTION'));
    expect(() => elu.backward(1, { y: 1 }, { alpha: -1 })).toThrow('pass x instead');
    let runs = 0;
    const options = {
      get alpha() {
        runs++;
        elu(2, { alpha: 7 });
        return 0.5;
      },
    };
    expect(elu(-1, options)).toBe(elu(-1, { alpha: 0.5 }));
    expect(runs).toBe(1);
  });

  test('is not what stands on Object.prototype', () => {
    Object.defineProperty(Object.prototype, 'alpha', { value: 9, enumerable: true, configurable: true, writable: true });
    try {
      expect(elu(-1, {})).toBe(elu(-1));
      expect(elu(-1, { alpha: 0.5 })).toBe(elu.with({ alpha: 0.5 })(-1));
    } finally {
      Reflect.deleteProperty(Object.prototype, 'alpha');
    }
  });
});
