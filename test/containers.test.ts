// Every container in and out, shapes, axes, strides, empties; inputs are never changed.

import * as nonlin from 'nonlin';
import { describe, expect, test } from 'vitest';
import { awkward, expectSameBits, Random } from './support/bits.js';
import { flatten, moveAxisLast, nest, product, strided } from './support/containers.js';
import { rows } from './table.js';

const { elu, hadamard, relu, sigmoid, softmax, tanh } = nonlin;
const SHAPES = [[1], [7], [1, 1], [3, 4], [4, 1], [1, 5], [2, 3, 4], [3, 1, 2], [2, 2, 2, 3], [1, 2, 1, 2, 3]].map((shape) => ({
  shape,
}));
const random = new Random(61);
const values = (shape: readonly number[]) => Float64Array.from({ length: product(shape) }, () => random.normal(3));
const kind = (x: unknown) => Object.prototype.toString.call(x).slice(8, -1);

describe.each(rows.map((row) => [row.name, row.fn] as const))('%s', (name, fn) => {
  // One implementation serves all containers, so this test uses the types of the specification, not those of one function.
  const f = fn as unknown as typeof sigmoid;

  test('flat arrays and numbers', () => {
    const x = awkward(random, 33);
    const wanted = fn(x);
    expect(kind(wanted)).toBe('Float64Array');
    expectSameBits(`${name} of number[]`, f([...x]), wanted);
    expect(Array.isArray(f([...x]))).toBe(true);
    for (const [i, at] of x.entries()) expectSameBits(`${name} of a number`, [f(at)], [wanted[i] as number]);
    expectSameBits(`${name} with a shape`, fn(x, { shape: [3, 11] }), wanted);
    expectSameBits(`${name} with a shape`, f([...x], { shape: [11, 3, 1] }), wanted);
  });

  test('Float32Array is rounded once', () => {
    const x = Float32Array.from(awkward(random, 200));
    const [wide, dy] = [Float64Array.from(x), Float32Array.from(x, () => random.normal())];
    const check = (got: unknown, wanted: Float64Array) => {
      expect(kind(got)).toBe('Float32Array');
      // Next to the midpoint between two float32 numbers, the float64 does not decide: see low-precision.test.ts.
      const rounded = Float32Array.from(wanted, (y, i) =>
        Object.is(Math.fround(y * (1 - 2 ** -44)), Math.fround(y * (1 + 2 ** -44))) ? y : ((got as Float32Array)[i] as number),
      );
      expectSameBits(`${name} of Float32Array`, got as Float32Array, rounded, (i) => `x = ${x[i]}`);
    };
    check(f(x), fn(wide));
    check(f.deriv(x), fn.deriv(wide));
    check(f.backward(dy, { x }), fn.backward(Float64Array.from(dy), { x: wide }));
    check(f.valueAndDeriv(x).value, fn(wide));
    check(f.valueAndDeriv(x).deriv, fn.deriv(wide));
  });

  test('integer arrays give Float64Array', () => {
    for (const type of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array]) {
      const x = type.from([0, 1, 2, 3, 100, 255, -1, -5]);
      const got = f(x);
      expect(kind(got), type.name).toBe('Float64Array');
      expectSameBits(`${name} of ${type.name}`, got, fn(Float64Array.from(x)));
      expect(kind(f.deriv(x)), type.name).toBe('Float64Array');
    }
  });

  test.each(SHAPES)('nested and { data, shape } of shape $shape', ({ shape }) => {
    const x = values(shape);
    const dy = values(shape);
    const [value, deriv, back] = [fn(x), fn.deriv(x), fn.backward(dy, { x })];
    const sized = { data: x, shape };
    const nested = nest(x, shape) as number[][];
    expect(f(nested)).toEqual(nest(value, shape));
    expect(f.deriv(nested)).toEqual(nest(deriv, shape));
    expect(f.backward(nest(dy, shape) as number[][], { x: nested })).toEqual(nest(back, shape));
    expect(f.valueAndDeriv(nested)).toEqual({ value: nest(value, shape), deriv: nest(deriv, shape) });
    expect(f(sized)).toEqual({ data: value, shape });
    expect(f.deriv(sized)).toEqual({ data: deriv, shape });
    expect(f.valueAndDeriv(sized)).toEqual({ value: { data: value, shape }, deriv: { data: deriv, shape } });
    expect(f.backward({ data: dy, shape }, { x: sized })).toEqual({ data: back, shape });
    expect(f(sized).shape).not.toBe(shape);
  });

  test('strides: any order of axes, negative, zero, gaps, an offset', () => {
    for (const { shape } of SHAPES) {
      const x = values(shape);
      const axes = [...shape.keys()];
      for (const order of [axes, [...axes].reverse(), [...axes.slice(1), ...axes.slice(0, 1)]]) {
        for (const reversed of [[], axes, axes.slice(0, 1)]) {
          const view = strided(x, shape, order, reversed, 1 + random.below(3));
          const got = f(view);
          expect(got.shape).toEqual(shape);
          expect(Object.keys(got).sort()).toEqual(['data', 'shape']);
          expectSameBits(`${name} of strides ${view.stride}`, got.data, fn(x));
        }
      }
    }
    const repeated = { data: Float64Array.of(-1, 2, 3), shape: [2, 3], stride: [0, 1] };
    expectSameBits('stride 0', f(repeated).data, fn(Float64Array.of(-1, 2, 3, -1, 2, 3)));
  });

  test('empty containers give empty results', () => {
    expect(fn(new Float64Array(0))).toEqual(new Float64Array(0));
    expect(f([])).toEqual([]);
    expect(f([[], []])).toEqual([[], []]);
    expect(f({ data: new Float64Array(0), shape: [0, 3] })).toEqual({ data: new Float64Array(0), shape: [0, 3] });
    expect(f({ data: [], shape: [2, 0] })).toEqual({ data: new Float64Array(0), shape: [2, 0] });
    expect(f.deriv([[], []])).toEqual([[], []]);
    expect(f.backward([], { x: [] })).toEqual([]);
    expect(f.valueAndDeriv([])).toEqual({ value: [], deriv: [] });
  });
});

describe('{ data, shape }', () => {
  test('data may be any array of numbers, and is read once per element', () => {
    for (const data of [[-1, 0, 1], Float32Array.of(-1, 0, 1), Int8Array.of(-1, 0, 1)]) {
      const got = sigmoid({ data, shape: [3] });
      expect(kind(got.data)).toBe('Float64Array');
      expectSameBits('sigmoid', got.data, sigmoid(Float64Array.of(-1, 0, 1)));
    }
  });

  test('an ndarray of scijs: a class with data, shape, stride, offset', () => {
    class NdArray {
      readonly data = Float64Array.of(9, 1, 2, 3, 4, 5, 6);
      readonly shape = [3, 2];
      readonly stride = [1, 3];
      readonly offset = 1;
      get size(): number {
        return 6;
      }
    }
    // The transpose of [[1, 2, 3], [4, 5, 6]].
    const got = relu(new NdArray());
    expect(got).toEqual({ data: Float64Array.of(1, 4, 2, 5, 3, 6), shape: [3, 2] });
    expect(Object.getPrototypeOf(got)).toBe(Object.prototype);
  });

  test('backward: dy, x and y may lie in memory in different ways', () => {
    const shape = [2, 3, 2];
    const [x, dy] = [values(shape), values(shape)];
    const wanted = tanh.backward(dy, { x });
    expectSameBits(
      'tanh',
      tanh.backward(strided(dy, shape, [2, 0, 1], [0]), { x: strided(x, shape, [1, 2, 0], [2], 2) }).data,
      wanted,
    );
    expectSameBits('tanh', tanh.backward({ data: dy, shape }, { x: nest(x, shape) as number[][][] }).data, wanted);
    expectSameBits('tanh', tanh.backward(dy, { x: [...x] }), wanted);
    const soft = softmax.backward({ data: dy, shape }, { x: { data: x, shape } });
    expectSameBits(
      'softmax',
      softmax.backward(strided(dy, shape, [2, 0, 1], [0]), { x: strided(x, shape, [1, 2, 0], [2], 2) }).data,
      soft.data,
    );
  });

  test('inputs are never changed', () => {
    const view = strided(values([3, 4]), [3, 4], [1, 0], [0], 2);
    const dy = values([3, 4]);
    const nested = nest(dy, [3, 4]) as number[][];
    const before = JSON.stringify([view.data, view, dy, nested]);
    for (const f of [elu, softmax as unknown as typeof elu]) {
      f(view);
      f.deriv(view);
      f.backward({ data: dy, shape: [3, 4] }, { x: view });
      f.valueAndDeriv(view);
      f(nested);
      f.deriv(nested);
      f.backward(nested, { y: nested });
    }
    hadamard(nested, nested);
    expect(JSON.stringify([view.data, view, dy, nested])).toBe(before);
    const frozen = Object.freeze([Object.freeze([1, 2]), Object.freeze([3, 4])]);
    expect(relu(frozen)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});

describe('softmax', () => {
  test.each(SHAPES)('any axis of $shape has the bits of that axis moved last', ({ shape }) => {
    const [x, dy] = [values(shape), values(shape)];
    for (let axis = 0; axis < shape.length; axis++) {
      const units = shape[axis] as number;
      const last = moveAxisLast(x, shape, axis);
      const lastDy = moveAxisLast(dy, shape, axis).values;
      const restore = (moved: Float64Array) => {
        const result = new Float64Array(moved.length);
        for (const [i, k] of last.back.entries()) result[k] = moved[i] as number;
        return result;
      };
      for (const options of [{ axis }, { axis: axis - shape.length }, { axis, temperature: 0.4 }]) {
        const { axis: _, ...rest } = options as { axis: number; temperature?: number };
        const what = `softmax of shape [${shape}], axis ${options.axis}`;
        const flat = { ...rest, shape: last.shape };
        const value = restore(softmax(last.values, flat));
        expectSameBits(what, softmax(x, { ...options, shape }), value);
        expectSameBits(what, softmax({ data: x, shape }, options).data, value);
        expectSameBits(what, flatten(softmax(nest(x, shape) as number[][], options)), value);
        const backward = restore(softmax.backward(lastDy, { x: last.values }, flat));
        expectSameBits(`${what}, backward`, softmax.backward(dy, { x }, { ...options, shape }), backward);
        const fromY = restore(softmax.backward(lastDy, { y: softmax(last.values, flat) }, flat));
        expectSameBits(`${what}, backward from y`, softmax.backward(dy, { y: value }, { ...options, shape }), fromY);
        // The Jacobian: the other axes in their order, then (units, units).
        const jacobian = softmax.deriv(last.values, flat);
        expectSameBits(`${what}, Jacobian`, softmax.deriv(x, { ...options, shape }), jacobian);
        const wantedShape = [...last.shape.slice(0, -1), units, units];
        const sized = softmax.deriv({ data: x, shape }, options);
        expect(sized.shape).toEqual(wantedShape);
        expectSameBits(`${what}, Jacobian`, sized.data, jacobian);
        const nestedShape = shape.length > 1 ? wantedShape : [units * units];
        expect(softmax.deriv(nest(x, shape) as number[][], options)).toEqual(nest(jacobian, nestedShape));
        const both = softmax.valueAndDeriv({ data: x, shape }, options);
        expect([both.value.shape, both.deriv.shape]).toEqual([shape, wantedShape]);
        expectSameBits(`${what}, valueAndDeriv`, both.value.data, value);
        expectSameBits(`${what}, valueAndDeriv`, both.deriv.data, jacobian);
      }
    }
  });

  test('containers: the same kind out', () => {
    const x = [-1, 0.5, 2];
    const wanted = softmax(Float64Array.from(x));
    expect(kind(wanted)).toBe('Float64Array');
    expectSameBits('softmax of number[]', softmax(x), wanted);
    expectSameBits('softmax of Float32Array', softmax(Float32Array.from(x)), Float32Array.from(wanted));
    expect(kind(softmax(Float32Array.from(x)))).toBe('Float32Array');
    expect(kind(softmax(Int16Array.of(1, 2)))).toBe('Float64Array');
    expect(kind(softmax.deriv(Float32Array.from(x)))).toBe('Float32Array');
    expect(softmax.deriv(Float64Array.from(x))).toHaveLength(9);
    expectSameBits('flat in, flat out', softmax.deriv(x), softmax.deriv(Float64Array.from(x)));
    expect(softmax.deriv([x])).toEqual(nest(softmax.deriv(Float64Array.from(x)), [1, 3, 3]));
    expect(softmax.deriv(Float64Array.from([...x, ...x]), { shape: [2, 3] })).toHaveLength(18);
  });

  test('empties', () => {
    expect(softmax([])).toEqual([]);
    expect(softmax([[], []])).toEqual([[], []]);
    expect(softmax.deriv([])).toEqual([]);
    expect(softmax.deriv([[], []])).toEqual([[], []]);
    expect(softmax.deriv({ data: [], shape: [3, 0] })).toEqual({ data: new Float64Array(0), shape: [3, 0, 0] });
    expect(softmax.deriv({ data: [], shape: [0, 3] })).toEqual({ data: new Float64Array(0), shape: [0, 3, 3] });
    expect(softmax.deriv({ data: [], shape: [0, 3] }, { axis: 0 })).toEqual({ data: new Float64Array(0), shape: [3, 0, 0] });
    expect(softmax.backward([[], []], { x: [[], []] })).toEqual([[], []]);
    expect(softmax({ data: [], shape: [0, 3] }, { axis: 0 })).toEqual({ data: new Float64Array(0), shape: [0, 3] });
    expect(softmax.valueAndDeriv(new Float64Array(0))).toEqual({ value: new Float64Array(0), deriv: new Float64Array(0) });
  });
});

describe('hadamard', () => {
  test('equal shapes multiply; the container is that of dA', () => {
    const [a, b] = [values([3, 4]), values([3, 4])];
    const wanted = a.map((x, i) => x * (b[i] as number));
    expectSameBits('Float64Array', hadamard(a, b), wanted);
    expectSameBits('number[]', hadamard([...a], b), wanted);
    expect(Array.isArray(hadamard([...a], b))).toBe(true);
    expect(hadamard(nest(a, [3, 4]) as number[][], { data: b, shape: [3, 4] })).toEqual(nest(wanted, [3, 4]));
    expect(hadamard({ data: a, shape: [3, 4] }, nest(b, [3, 4]) as number[][])).toEqual({ data: wanted, shape: [3, 4] });
    const narrow = Float32Array.from(a);
    expectSameBits(
      'Float32Array',
      hadamard(narrow, b),
      Float32Array.from(narrow, (x, i) => x * (b[i] as number)),
    );
    expect(hadamard(2, 3)).toBe(6);
    expect(hadamard([], [])).toEqual([]);
    expectSameBits('strides', hadamard(strided(a, [3, 4], [1, 0], [1], 2), strided(b, [3, 4], [0, 1], [0])).data, wanted);
  });

  test.each([[2, 3], [2, 2, 3], [4, 1], [3]].map((shape) => ({ shape })))(
    'contracts a Jacobian: dA of shape $shape',
    ({ shape }) => {
      const units = shape.at(-1) as number;
      const [dA, x] = [values(shape), values(shape)];
      const jacobian = softmax.deriv({ data: x, shape });
      const got = hadamard({ data: dA, shape }, jacobian);
      expect(got.shape).toEqual(shape);
      const size = product(shape) / units;
      for (let m = 0; m < size; m++) {
        const row = hadamard(
          { data: dA.slice(m * units, (m + 1) * units), shape: [units] },
          { data: jacobian.data.slice(m * units * units, (m + 1) * units * units), shape: [units, units] },
        );
        expectSameBits(`row ${m}`, got.data.subarray(m * units, (m + 1) * units), row.data);
      }
      expect(hadamard(nest(dA, shape) as number[][], nest(jacobian.data, [...shape, units]) as number[][][])).toEqual(
        nest(got.data, shape),
      );
    },
  );

  test('empties', () => {
    expect(hadamard({ data: [], shape: [3, 0] }, { data: [], shape: [3, 0, 0] })).toEqual({
      data: new Float64Array(0),
      shape: [3, 0],
    });
    expect(hadamard([[], []], [[], []])).toEqual([[], []]);
  });

  test('a vector in a plain array with nested rows of a Jacobian, into a plain out that was there before and into itself', () => {
    const out = [0, 0];
    for (let i = 0; i < 3; i++) {
      expect(
        hadamard(
          [1, 2],
          [
            [1, 2],
            [3, 4],
          ] as never,
          { out },
        ),
      ).toBe(out);
      expect(out).toEqual([7, 10]);
      expect(hadamard([1, 2], [Float64Array.of(1, 2), Float64Array.of(3, 4)] as never, { out: [0, 0] })).toEqual([7, 10]);
      expect(hadamard([1, 2], [3, 4], { out })).toEqual([3, 8]);
      expect(hadamard([2], [[3]] as never, { out: [0] })).toEqual([6]);
      const own = [1, 2];
      expect(
        hadamard(
          own,
          [
            [1, 2],
            [3, 4],
          ] as never,
          { out: own },
        ),
      ).toEqual([7, 10]);
    }
  });

  test('each element of a plain second factor is read once', () => {
    for (const out of [
      [0, 0],
      [0, 0],
    ]) {
      let reads = 0;
      const counted = Object.defineProperty([3, 4], 0, { get: () => ++reads });
      expect(hadamard([5, 2], counted, { out })).toEqual([5, 8]);
      expect(reads).toBe(1);
    }
  });
});

test('results of one call are not touched by the next', () => {
  const first = sigmoid(values([100]));
  const copy = first.slice();
  for (let i = 0; i < 20; i++) tanh(values([100 + i]));
  expectSameBits('kept result', first, copy);
});

test('a large call after a small one, and a small one after', () => {
  const small = Float64Array.of(-1, 2);
  const wanted = elu(small);
  const large = Float64Array.from({ length: 3_000_000 }, (_, i) => ((i * 37) % 2000) / 100 - 10);
  for (let round = 0; round < 2; round++) {
    const got = elu(large);
    expectSameBits('elu, large', got.subarray(2_999_000), elu(large.slice(2_999_000)));
    expectSameBits('elu, small', elu(small), wanted);
    expectSameBits('softmax, small', softmax(small), softmax(Float64Array.of(-1, 2)));
  }
});
