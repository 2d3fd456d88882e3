// The objects of array libraries: their names for shape and strides, their layouts, their rows. A layout is honoured or refused,
// never ignored. The objects here are made as the libraries make them: classes with getters, matrices of typed rows.

import { hadamard, relu, sigmoid, softmax, Tensor, tanh } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { expectSameBits, Random } from './support/bits.js';

// This file is about layouts beyond those that the types allow.
type Loose = (...args: unknown[]) => unknown;
const loose = <F>(f: F) => f as unknown as Loose & { deriv: Loose; backward: Loose; valueAndDeriv: Loose };
const random = new Random(83);
const floats = (...numbers: number[]) => Float64Array.from(numbers);
const data = (result: unknown) => [...(result as { data: Float64Array }).data];

/** stdlib's ndarray: a class whose properties are getters of the prototype. */
class StdlibArray {
  readonly #data: Float64Array;
  readonly #shape: number[];
  readonly #strides: number[];
  readonly #offset: number;
  constructor(values: Float64Array, shape: number[], strides: number[], offset = 0) {
    this.#data = values;
    this.#shape = shape;
    this.#strides = strides;
    this.#offset = offset;
  }
  get data() {
    return this.#data;
  }
  get shape() {
    return this.#shape;
  }
  get strides() {
    return this.#strides;
  }
  get offset() {
    return this.#offset;
  }
  get order() {
    return 'row-major';
  }
  get dtype() {
    return 'float64';
  }
}

describe('strides', () => {
  const transposed = () => new StdlibArray(floats(1, 2, 3, 4), [2, 2], [1, 2]);

  test('under the name of stdlib, vectorious and NumPy, in every place an input can be', () => {
    expect(data(loose(relu)(transposed()))).toEqual([1, 3, 2, 4]);
    expect(data(loose(relu)({ data: [1, 2, 3, 4], shape: [2, 2], strides: [1, 2] }))).toEqual([1, 3, 2, 4]);
    expect(data(loose(softmax)(transposed()))).toEqual([...softmax(floats(1, 3, 2, 4), { shape: [2, 2] })]);
    expect(data(loose(softmax)(transposed(), { axis: 0 }))).toEqual([...softmax(floats(1, 3, 2, 4), { shape: [2, 2], axis: 0 })]);
    expect([...Tensor.from(transposed() as never).toFloat64Array()]).toEqual([1, 3, 2, 4]);
    const x = { data: floats(1, 1, 1, 1), shape: [2, 2] };
    expect(data(loose(relu).backward(transposed(), { x }))).toEqual([1, 3, 2, 4]);
    expect(data(loose(relu).backward(x, { x: transposed() }))).toEqual([1, 1, 1, 1]);
    expect(data(loose(hadamard)(transposed(), x))).toEqual([1, 3, 2, 4]);
    expect(data(loose(hadamard)(x, transposed()))).toEqual([1, 3, 2, 4]);
  });

  test('a column as out leaves its neighbours alone', () => {
    const matrix = floats(0, 0, 0, 0, 0, 0);
    const column = new StdlibArray(matrix, [3], [2], 1);
    expect(loose(relu)([1, 2, 3], { out: column })).toBe(column);
    expect([...matrix]).toEqual([0, 1, 0, 2, 0, 3]);
  });

  test('of an axis of one element count for nothing; so do those of nothing at all', () => {
    expect(data(loose(relu)({ data: floats(1, 2), shape: [1, 2], strides: [99, 1] }))).toEqual([1, 2]);
    expect(data(loose(relu)({ data: floats(), shape: [0, 2], strides: [99, 1] }))).toEqual([]);
  });

  test('larger than a block, and of many dimensions', () => {
    const [m, n] = [130, 70];
    const values = Float64Array.from({ length: m * n }, () => random.normal(2));
    const turned = Float64Array.from(values, (_, i) => values[(i % m) * n + Math.floor(i / m)] as number);
    const view = { data: values, shape: [n, m], strides: [1, n] };
    expectSameBits('sigmoid', (loose(sigmoid)(view) as { data: Float64Array }).data, sigmoid(turned));
    expectSameBits('softmax', (loose(softmax)(view) as { data: Float64Array }).data, softmax(turned, { shape: [n, m] }));
    const out = { data: new Float64Array(m * n), shape: [n, m], strides: [1, n] };
    loose(sigmoid)({ data: turned, shape: [n, m] }, { out });
    expectSameBits('sigmoid into columns', out.data, sigmoid(values));
  });
});

describe('outs', () => {
  test('views that interleave on one buffer share nothing', () => {
    const buffer = floats(1, 0, -2, 0, 3, 0);
    const x = { data: buffer, shape: [3], strides: [2] };
    const out = { data: buffer, shape: [3], strides: [2], offset: 1 };
    expect(loose(relu)(x, { out })).toBe(out);
    expect([...buffer]).toEqual([1, 1, -2, 0, 3, 3]);
    const columns = { data: floats(1, 2, 3, 4, 5, 6), shape: [3, 1], strides: [2, 1] };
    loose(relu)(columns, { out: { ...columns, offset: 1 } });
    expect([...columns.data]).toEqual([1, 1, 3, 3, 5, 5]);
  });

  test('two elements on one place, or two results in one container, are refused', () => {
    const row = [0];
    const typed = floats(0, 0);
    const tensor = Tensor.zeros(2);
    const refused = expect.objectContaining({ name: 'RangeError', code: 'ERR_SHAPE' });
    expect(() => loose(relu)([[1], [2]], { out: [row, row] })).toThrow(refused);
    expect(() => loose(relu)([[1, 2]], { out: { data: typed, shape: [1, 2], strides: [2, 0] } })).toThrow(refused);
    expect(() => loose(relu).valueAndDeriv([1, 2], { out: { value: typed, deriv: typed } })).toThrow(refused);
    expect(() => loose(relu).valueAndDeriv(floats(1, 2), { out: { value: typed, deriv: typed } })).toThrow(refused);
    expect(() => loose(relu).valueAndDeriv([1], { out: { value: row, deriv: row } })).toThrow(refused);
    const x = Tensor.from([1, 2]);
    expect(() => loose(relu).valueAndDeriv(x, { out: { value: tensor, deriv: tensor } })).toThrow(refused);
    expect(() => loose(relu).valueAndDeriv(x, { out: { value: tensor, deriv: tensor.reshape(2) } })).toThrow(refused);
    expect(() => loose(softmax).deriv(x, { out: x.reshape(2) })).toThrow(refused);
    expect([row, [...typed], tensor.toArray()]).toEqual([[0], [0, 0], [0, 0]]);
  });
});

describe('other names', () => {
  test('dims is shape (onnxruntime)', () => {
    expect(loose(relu)({ data: Float32Array.of(-1, 2), dims: [1, 2], type: 'float32' })).toEqual({
      data: floats(0, 2),
      shape: [1, 2],
    });
    const out = { data: new Float32Array(2), dims: [2] };
    expect(loose(relu)([-1, 2], { out })).toBe(out);
    expect([...out.data]).toEqual([0, 2]);
  });

  const refused: [string, object, RegExp][] = [
    [
      'shape and dims that disagree',
      { data: floats(1, 2), shape: [2], dims: [1, 2] },
      /"x\.dims" expected the same as "x\.shape"/,
    ],
    [
      'stride and strides that disagree',
      { data: floats(1, 2), shape: [2], stride: [1], strides: [2] },
      /^"x\.strides" expected the same as "x\.stride", \(1\), got \(2\)$/,
    ],
    ['too few numbers in stride', { data: floats(1, 2), shape: [1, 2], stride: [1] }, /^"x\.stride" expected 2 numbers, got 1$/],
    [
      'too few numbers in strides',
      { data: floats(1, 2), shape: [1, 2], strides: [1] },
      /^"x\.strides" expected 2 numbers, got 1$/,
    ],
    [
      'strides of half an element, beside stride',
      { data: floats(1, 2), shape: [2], stride: [1], strides: [1.5] },
      /^"x\.strides\[0\]" expected an integer, got 1\.5$/,
    ],
    [
      'column-major without strides',
      { data: floats(1, 2, 3, 4), shape: [2, 2], order: 'column-major' },
      /"x\.order" expected row-major.*pass strides/,
    ],
    ['order F', { data: floats(1, 2, 3, 4), shape: [2, 2], order: 'F' }, /"x\.order"/],
    ['fortran_order', { data: floats(1, 2, 3, 4), shape: [2, 2], fortran_order: true }, /"x\.fortran_order"/],
    ['fortranOrder', { data: floats(1, 2, 3, 4), shape: [2, 2], fortranOrder: true }, /"x\.fortranOrder"/],
    [
      'column-major with the strides of row-major',
      { data: [1, 2, 3, 4], shape: [2, 2], strides: [2, 1], order: 'column-major' },
      /^"x\.order" expected row-major data, according to its strides \(2, 1\), got "column-major"$/,
    ],
    [
      'C with the strides of Fortran',
      { data: floats(1, 2, 3, 4), shape: [2, 1, 2], stride: [1, 9, 2], order: 'C' },
      /^"x\.order" expected column-major data, according to its strides \(1, 9, 2\), got "C"$/,
    ],
    [
      'fortran_order with the strides of C',
      { data: floats(1, 2, 3, 4), shape: [2, 2], strides: [2, 1], fortran_order: true },
      /^"x\.fortran_order" expected row-major data, according to its strides \(2, 1\), got true$/,
    ],
    [
      'no fortranOrder with the strides of Fortran',
      { data: floats(1, 2, 3, 4), shape: [2, 2], strides: [1, 2], fortranOrder: false },
      /^"x\.fortranOrder" expected column-major data, according to its strides \(1, 2\), got false$/,
    ],
    [
      'data with an element too many',
      { data: floats(1, 2, 3, 4, 5), shape: [2, 2] },
      /"x\.data" expected 4 elements for its shape \(2, 2\), got 5/,
    ],
    [
      'data with an element too few',
      { data: floats(1, 2, 3), shape: [2, 2] },
      /"x\.data" expected 4 elements for its shape \(2, 2\), got 3/,
    ],
  ];
  test.each(refused)('%s is refused', (_, x, message) => {
    expect(() => loose(relu)(x)).toThrow(
      expect.objectContaining({ name: 'RangeError', code: 'ERR_SHAPE', message: expect.stringMatching(message) }),
    );
  });

  const wrong: [string, object][] = [
    ['float16 in a Uint16Array', { data: Uint16Array.of(1, 2), shape: [2], dtype: 'float16' }],
    ['float32 in a Float64Array', { data: floats(1, 2), shape: [2], dtype: 'float32' }],
    ['type float16 in a Uint16Array', { data: Uint16Array.of(1, 2), dims: [2], type: 'float16' }],
    ['complex128', { data: floats(1, 2), shape: [2], dtype: 'complex128' }],
    ['big-endian', { data: floats(1, 2), shape: [2], dtype: '>f8' }],
    ['int32 in a plain array', { data: [1, 2], shape: [2], dtype: 'int32' }],
    ['float32 in a plain array', { data: [1, 2], shape: [2], dtype: 'float32' }],
    ['type uint8 in a plain array', { data: [1, 2], dims: [2], type: 'uint8' }],
    ['<f4 in a plain array', { data: [1, 2], shape: [2], dtype: '<f4' }],
    ['complex128 in a plain array', { data: [1, 2], shape: [2], dtype: 'complex128' }],
    ['bfloat16', { data: Uint16Array.of(1, 2), shape: [2], dtype: 'bfloat16' }],
  ];
  test.each(wrong)('an element type that the data does not have is refused: %s', (_, x) => {
    expect(() => loose(relu)(x)).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_DTYPE', message: expect.stringMatching(/^"x\.data" expected/) }),
    );
  });

  test('bytes are what booleans of ONNX Runtime and NumPy are held in', () => {
    const bytes = { data: Uint8Array.of(1, 0), dims: [1, 2], type: 'bool' };
    expect(softmax([[1, 2]], { mask: bytes })).toEqual([[1, 0]]);
    expect(softmax([[1, 2]], { mask: { data: Uint8Array.of(1, 0), shape: [1, 2], dtype: '|b1' } })).toEqual([[1, 0]]);
    expect(() => loose(relu)({ data: Int8Array.of(1, 0), shape: [2], dtype: 'bool' })).toThrow('"bool"');
  });

  test('what agrees, and what has nothing to do with it, passes', () => {
    for (const more of [
      { dtype: 'float64' },
      { dtype: '<f8' },
      { dtype: 'double', order: 'C', fortran_order: false },
      { order: [1, 0] },
      { type: 'DenseMatrix', dtype: undefined },
      { dims: [2, 1], shape: [2, 1] },
      { strides: [1], order: 'column-major' },
      { stride: [1], strides: [1], offset: 0 },
    ]) {
      const x = { data: floats(-1, 2), shape: [2], ...more };
      expect(data(loose(relu)(x))).toEqual([0, 2]);
    }
    // Strides that say the same, those of a view, which are of neither order, and those of no element.
    for (const [shape, strides, order] of [
      [[2, 2], [1, 2], 'column-major'],
      [[2, 2], [2, 1], 'row-major'],
      [[1, 4], [4, 1], 'column-major'],
      [[2, 2], [1, 3], 'row-major'],
      [[2, 2], [-2, -1], 'column-major'],
      [[2, 2], [2, 1], 'K'],
      [[0, 2], [2, 1], 'column-major'],
    ] as const) {
      const size = shape[0] * shape[1];
      const x = { data: floats(1, 1, 1, 1, 1), shape, strides, order, offset: strides[0] < 0 ? 3 : 0 };
      expect(data(loose(relu)(x))).toEqual(new Array(size).fill(1));
    }
    for (const dtype of ['array', 'generic', 'float64', 'double', '<f8', 'DenseMatrix']) {
      expect(data(loose(relu)({ data: [-1, 2], shape: [2], dtype }))).toEqual([0, 2]);
    }
    for (const dtype of ['array', 'generic'])
      expect(data(loose(relu)({ data: floats(-1, 2), shape: [2], dtype }))).toEqual([0, 2]);
  });
});

describe('rows that are typed arrays (ml-matrix)', () => {
  const rows = () => [floats(-1, 2), floats(3, -4)];
  const kinds = (result: unknown) => (result as object[]).map((row) => Object.prototype.toString.call(row).slice(8, -1));

  test('in every place, and each result row is of the type of its input row', () => {
    expect(loose(relu)(rows())).toEqual([floats(0, 2), floats(3, 0)]);
    expect(loose(relu).backward(rows(), { x: rows() })).toEqual([floats(-0, 2), floats(3, -0)]);
    expect(
      loose(relu).backward(
        [
          [1, 1],
          [1, 1],
        ],
        { y: rows() },
      ),
    ).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(loose(relu).valueAndDeriv(rows())).toEqual({
      value: [floats(0, 2), floats(3, 0)],
      deriv: [floats(0, 1), floats(1, 0)],
    });
    expect(kinds(loose(softmax)([Float32Array.of(1, 2), floats(1, 2), [1, 2], Int8Array.of(1, 2)]))).toEqual([
      'Float32Array',
      'Float64Array',
      'Array',
      'Float64Array',
    ]);
    expect(loose(softmax)(rows())).toEqual([softmax(floats(-1, 2)), softmax(floats(3, -4))]);
    const jacobian = loose(softmax).deriv([Float32Array.of(1, 2), floats(1, 2)]) as object[][];
    expect(jacobian.map(kinds)).toEqual([
      ['Float32Array', 'Float32Array'],
      ['Float64Array', 'Float64Array'],
    ]);
    expect(Tensor.from(rows() as never).shape).toEqual([2, 2]);
    expect(
      loose(hadamard)(rows(), [
        [1, 2],
        [3, 4],
      ]),
    ).toEqual([floats(-1, 4), floats(9, -16)]);
    expect(loose(relu)([[floats(-1)], [floats(2)]])).toEqual([[floats(0)], [floats(2)]]);
  });

  test('long rows, and more of them than a block has', () => {
    const many = Array.from({ length: 90 }, () => Float64Array.from({ length: 77 }, () => random.normal(2)));
    const flat = Float64Array.from(many.flatMap((row) => [...row]));
    const wanted = tanh(flat);
    const got = loose(tanh)(many) as Float64Array[];
    for (const [i, row] of got.entries()) expectSameBits(`row ${i}`, row, wanted.subarray(i * 77, i * 77 + 77));
    const narrow = many.map((row) => Float32Array.from(row));
    const out = narrow.map((row) => row.slice());
    expect(loose(tanh)(narrow, { out })).toBe(out);
    const single = tanh(Float32Array.from(flat));
    for (const [i, row] of out.entries()) expectSameBits(`row ${i}`, row, single.subarray(i * 77, i * 77 + 77));
  });

  test('as out: in place, and every fault', () => {
    const own = rows();
    expect(loose(relu)(own, { out: own })).toBe(own);
    expect(own).toEqual([floats(0, 2), floats(3, 0)]);
    const line = floats(1, 2, 3, 4);
    const halves = [line.subarray(0, 2), line.subarray(2)];
    loose(relu)(
      [
        [-1, 5],
        [6, -1],
      ],
      { out: halves },
    );
    expect([...line]).toEqual([0, 5, 6, 0]);
    for (const [out, code] of [
      [[Int8Array.of(1, 2), Int8Array.of(3, 4)], 'ERR_DTYPE'],
      [[floats(1, 2), Int8Array.of(3, 4)], 'ERR_DTYPE'],
      [[floats(1, 2), floats(3)], 'ERR_SHAPE'],
      [[line.subarray(0, 2), line.subarray(1, 3)], 'ERR_SHAPE'],
      [[halves[1], halves[0]], 'ERR_SHAPE'],
    ] as [object, string][]) {
      const before = JSON.stringify(out);
      expect(() => loose(relu)(halves, { out }), before).toThrow(expect.objectContaining({ code }));
      expect(JSON.stringify(out)).toBe(before);
    }
    expect(() => loose(relu)([floats(1), BigInt64Array.of(1n)])).toThrow(expect.objectContaining({ code: 'ERR_DTYPE' }));
  });
});

// Node 24 and newer, Firefox and Chromium have it.
const Half = (
  globalThis as unknown as {
    Float16Array?: { from(values: Iterable<number>): Float32Array; of(...values: number[]): Float32Array };
  }
).Float16Array;

describe.runIf(Half)('Float16Array', () => {
  test('in and out, rounded once', () => {
    if (!Half) return;
    for (const length of [3, 70, 500, 9000]) {
      const x = Half.from(Array.from({ length }, () => random.normal(3)));
      const got = loose(sigmoid)(x) as Float32Array;
      expect(Object.prototype.toString.call(got)).toBe('[object Float16Array]');
      expect([...got]).toEqual([...Half.from(sigmoid(Float64Array.from(x)))]);
      expect(loose(sigmoid)(x, { out: x })).toBe(x);
      expect([...x]).toEqual([...got]);
    }
  });
});

describe('hadamard', () => {
  test('a flat vector with a flat Jacobian, or one of (U, U), is one row', () => {
    const x = [0.5, -1, 2];
    const jacobian = softmax.deriv(x);
    const wanted = softmax.backward([1, 2, 3], { x });
    for (const linear of [
      jacobian,
      floats(...jacobian),
      [jacobian.slice(0, 3), jacobian.slice(3, 6), jacobian.slice(6)],
      { data: jacobian, shape: [3, 3] },
    ]) {
      const got = loose(hadamard)([1, 2, 3], linear) as number[];
      expect(Array.isArray(got)).toBe(true);
      for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i] as number, 15);
    }
    expect(hadamard([2], [3])).toEqual([6]);
    expect(() => hadamard([1, 2, 3], [1, 2])).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
  });
});
