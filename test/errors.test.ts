// Every check: the class, code and message of its error; and that a refused call wrote nothing and broke nothing.

import * as nonlin from 'nonlin';
import { describe, expect, test } from 'vitest';
import { expectSameBits } from './support/bits.js';
import { rows } from './table.js';

// This file is about wrong calls, so the functions are used without their types.
type Loose = {
  (...args: unknown[]): unknown;
  deriv: Loose;
  backward: Loose;
  valueAndDeriv: Loose;
  with: (...args: unknown[]) => Loose;
};
type Name = 'elu' | 'hadamard' | 'identity' | 'lrelu' | 'relu' | 'sigmoid' | 'silu' | 'softmax' | 'softplus' | 'tanh';
const { elu, hadamard, identity, lrelu, relu, sigmoid, silu, softmax, softplus, tanh } = nonlin as unknown as Record<Name, Loose>;
const functions: Record<string, Loose> = {
  ...Object.fromEntries(rows.map((row) => [row.name, row.fn as unknown as Loose])),
  softmax,
};

type Case = readonly [what: string, call: () => unknown, message: RegExp];
type Class = typeof TypeError | typeof RangeError;

/** The buffers every case may use; refilled before each and compared after. */
const data = {
  x: new Float64Array(12),
  y: new Float64Array(12),
  out: new Float64Array(40),
  plain: [0],
  nested: [[0]],
  narrow: new Float32Array(12),
};

function refill(): void {
  for (let i = 0; i < 12; i++) [data.x[i], data.y[i], data.narrow[i]] = [i - 5.5, i / 12, i - 5.5];
  data.out.fill(-77);
  data.plain.splice(0, data.plain.length, 1, 2, 3);
  data.nested.splice(0, data.nested.length, [1, 2, 3], [4, 5, 6]);
}
refill();
const snapshot = () => JSON.stringify([...data.x, ...data.y, ...data.out, ...data.narrow, data.plain, data.nested]);

const probe = Float64Array.of(-1, 0.5, 3);
const healthy = () => Object.values(functions).map((f) => f(probe) as Float64Array);
const wantedHealthy = healthy();

function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/**
 * Each case throws an error of exactly this class with this code and a message like this, changes nothing, and the next call
 * works.
 */
function refuses(code: string, type: Class, cases: readonly Case[]): void {
  test.each(cases)(`${type.name} ${code}: %s`, (_, call, message) => {
    refill();
    const before = snapshot();
    const error = thrown(call) as Error & { code?: unknown };
    expect(error.constructor, `${error}`).toBe(type);
    expect(error.code, error.message).toBe(code);
    expect(error.message).toMatch(message);
    expect(snapshot(), 'a refused call changed its arguments').toBe(before);
    for (const [i, result] of healthy().entries()) expectSameBits('the next call', result, wantedHealthy[i] as Float64Array);
  });
}

const { x, y, out, plain, nested, narrow } = data;
const f64 = (length: number) => new Float64Array(length);
const sized = (shape: number[]) => ({ data: x, shape });
class Point {
  readonly at = 3;
}

describe('elements and containers', () => {
  const hole = [1, 2, 3];
  delete hole[1];
  const containers: [string, unknown, RegExp][] = [
    ['nothing', undefined, /^"x" expected .+, got undefined/],
    ['null', null, /^"x" expected .+, got null/],
    ['a string', '123', /^"x" expected .+, got .*(string|"123")/],
    ['a boolean', true, /^"x" expected .+, got .*(boolean|true)/],
    ['a bigint', 1n, /^"x" expected .+, got .*(bigint|1n)/],
    ['a symbol', Symbol('s'), /^"x" expected .+, got .*symbol/i],
    ['a function', () => 1, /^"x" expected .+, got .*function/],
    ['an object', {}, /^"x" expected .+, got/],
    ['a class instance', new Point(), /^"x" expected .+, got/],
    ['a Date', new Date(0), /^"x" expected .+, got/],
    ['a Map', new Map(), /^"x" expected .+, got/],
    ['a number object', Object(3), /^"x" expected .+, got/],
    ['an ArrayBuffer', new ArrayBuffer(8), /^"x" expected .+, got/],
    ['a DataView', new DataView(new ArrayBuffer(8)), /^"x" expected .+, got .*DataView/],
    ['a BigInt64Array', new BigInt64Array(2), /^"x" expected .+, got .*BigInt64Array/],
    ['a BigUint64Array', new BigUint64Array(2), /^"x" expected .+, got .*BigUint64Array/],
    ['a string among numbers', [1, '2', 3], /^"x.* expected .+, got .*(string|"2")/],
    ['null among numbers', [1, null], /^"x.* expected .+, got null/],
    ['undefined among numbers', [undefined, 1], /^"x.* expected .+, got undefined/],
    ['a hole', hole, /^"x.* expected .+, got .*(hole|undefined|missing|empty)/],
    ['a bigint among numbers', [1, 2n], /^"x.* expected .+, got .*(bigint|2n)/],
    ['an object among numbers', [1, {}], /^"x.* expected .+, got/],
    [
      'a boolean deep inside',
      [
        [1, 2],
        [3, true],
      ],
      /^"x.* expected .+, got .*(boolean|true)/,
    ],
    ['a hole deep inside', [[1, 2, 3], hole], /^"x.* expected .+, got .*(hole|undefined|missing|empty)/],
    ['a string for data', { data: '123', shape: [3] }, /^"x.* expected .+, got/],
    ['BigInts for data', { data: new BigInt64Array(3), shape: [3] }, /^"x.* expected .+, got/],
    ['a string in data', { data: [1, 'b', 3], shape: [3] }, /^"x.* expected .+, got/],
    ['nested data', { data: [[1], [2]], shape: [2] }, /^"x.* expected .+, got/],
    ['data too, that is missing', { data: undefined, shape: [3] }, /^"x.* expected .+, got/],
  ];
  for (const [name, f] of Object.entries(functions)) {
    // Every function and every operation goes through the same checks: one of them is tried with all cases, the others with some.
    const few = name === 'sigmoid' || name === 'softmax' ? containers : containers.filter((_, i) => i % 5 === 0);
    refuses(
      'ERR_DTYPE',
      TypeError,
      few.map(([what, value, message]) => [`${name}(${what})`, () => f(value), message]),
    );
  }
  refuses(
    'ERR_DTYPE',
    TypeError,
    containers.flatMap(([what, value, message]): Case[] => {
      const named = (name: string) => new RegExp(message.source.replace('"x', `"${name}`), message.flags);
      return [
        [`deriv(${what})`, () => elu.deriv(value), message],
        [`valueAndDeriv(${what})`, () => elu.valueAndDeriv(value), message],
        [`backward, dy ${what}`, () => elu.backward(value, { x }), named('dy')],
        [`softmax.backward, dy ${what}`, () => softmax.backward(value, { x }), named('dy')],
        ...(value === undefined
          ? []
          : [
              [`backward, x ${what}`, () => elu.backward(x, { x: value }), message] as Case,
              [`backward, y ${what}`, () => elu.backward(x, { y: value }), named('y')] as Case,
            ]),
        [`hadamard, dA ${what}`, () => hadamard(value, x), named('dA')],
        [`hadamard, dLinear ${what}`, () => hadamard(x, value), named('dLinear')],
        ...(value === undefined
          ? []
          : [[`out ${what}`, () => elu(x, { out: value }), /^"out.* expected .+, got/] as Case].filter(
              () => !Array.isArray(value) && !(value as { data?: unknown } | null)?.data,
            )),
      ];
    }),
  );
  refuses('ERR_DTYPE', TypeError, [
    ['out is a number', () => elu(x, { out: 3 }), /^"out" expected .+, got .*(number|3)/],
    ['out holds integers', () => elu(x, { out: new Int32Array(12) }), /^"out" expected .+, got .*Int32Array/],
    [
      'out holds bytes, shaped',
      () => elu(sized([12]), { out: { data: new Uint8Array(12), shape: [12] } }),
      /^"out.* expected .+, got .*Uint8Array/,
    ],
    [
      'out.value is a string',
      () => elu.valueAndDeriv(x, { out: { value: 'a', deriv: out.subarray(0, 12) } }),
      /^"out\.value" expected .+, got/,
    ],
  ]);
});

describe('shapes', () => {
  const bad: [string, unknown, RegExp][] = [
    ['ragged', [[1, 2], [3]], /^"x.* expected .+, got/],
    ['ragged, longer', [[1], [2, 3]], /^"x.* expected .+, got/],
    [
      'ragged, deep',
      [
        [[1], [2]],
        [[3], [4, 5]],
      ],
      /^"x.* expected .+, got/,
    ],
    ['an empty row beside a full one', [[], [1]], /^"x.* expected .+, got/],
    ['too little data for the shape', { data: f64(5), shape: [2, 3] }, /^"x.* expected .+, got/],
    ['a negative length', { data: f64(6), shape: [-2, -3] }, /^"x.*shape.* expected .+, got .*-2/],
    ['a fractional length', { data: f64(6), shape: [1.5, 4] }, /^"x.*shape.* expected .+, got .*1\.5/],
    ['a NaN length', { data: f64(6), shape: [Number.NaN] }, /^"x.*shape.* expected .+, got .*NaN/],
    ['an infinite length', { data: f64(6), shape: [Number.POSITIVE_INFINITY] }, /^"x.*shape.* expected .+, got .*Infinity/],
    ['too few strides', { data: f64(6), shape: [2, 3], stride: [1] }, /^"x.*stride.* expected .+, got/],
    ['a fractional stride', { data: f64(6), shape: [2], stride: [0.5] }, /^"x.*stride.* expected .+, got .*0\.5/],
    ['a NaN stride', { data: f64(6), shape: [2], stride: [Number.NaN] }, /^"x.*stride.* expected .+, got .*NaN/],
    ['a stride past the end', { data: f64(6), shape: [2, 3], stride: [4, 1] }, /^"x.* expected .+, got/],
    ['a stride before the start', { data: f64(6), shape: [3], stride: [-1] }, /^"x.* expected .+, got/],
    ['a negative offset', { data: f64(6), shape: [3], offset: -1 }, /^"x.*offset.* expected .+, got .*-1/],
    ['a fractional offset', { data: f64(6), shape: [3], offset: 0.5 }, /^"x.*offset.* expected .+, got .*0\.5/],
    ['an offset past the end', { data: f64(6), shape: [3], offset: 4 }, /^"x.* expected .+, got/],
    ['an offset of NaN', { data: f64(6), shape: [3], offset: Number.NaN }, /^"x.*offset.* expected .+, got .*NaN/],
  ];
  const named = (message: RegExp, name: string) => new RegExp(message.source.replace('"x', `"${name}`), message.flags);
  refuses(
    'ERR_SHAPE',
    RangeError,
    bad.flatMap(([what, value, message]): Case[] => [
      [`sigmoid(${what})`, () => sigmoid(value), message],
      [`softmax(${what})`, () => softmax(value), message],
      [`softmax.deriv(${what})`, () => softmax.deriv(value), message],
      [`valueAndDeriv(${what})`, () => elu.valueAndDeriv(value), message],
      [`backward, dy ${what}`, () => elu.backward(value, { x: value }), named(message, '(dy|x)')],
      [`hadamard, dA ${what}`, () => hadamard(value, value), named(message, '(dA|dLinear)')],
    ]),
  );
  refuses('ERR_SHAPE', TypeError, [
    ['shape is a number', () => relu({ data: f64(3), shape: 3 }), /^"x.*shape.* expected .+, got .*(number|3)/],
    ['shape is a string', () => relu({ data: f64(3), shape: '3' }), /^"x.*shape.* expected .+, got .*(string|"3")/],
    ['shape holds a string', () => relu({ data: f64(3), shape: ['3'] }), /^"x.*shape.* expected .+, got/],
    ['shape is null', () => relu({ data: f64(3), shape: null }), /^"x.*shape.* expected .+, got null/],
    ['shape holds a bigint', () => relu({ data: f64(3), shape: [3n] }), /^"x.*shape.* expected .+, got/],
    ['stride is a number', () => relu({ data: f64(3), shape: [3], stride: 1 }), /^"x.*stride.* expected .+, got/],
    ['offset is a string', () => relu({ data: f64(3), shape: [3], offset: '0' }), /^"x.*offset.* expected .+, got/],
    ['options.shape is a number', () => softmax(x, { shape: 12 }), /^"shape" expected .+, got .*(number|12)/],
    ['options.shape is a string', () => softmax(x, { shape: '3,4' }), /^"shape" expected .+, got/],
    ['options.shape holds a string', () => softmax(x, { shape: [3, '4'] }), /^"shape.* expected .+, got/],
    ['options.shape holds undefined', () => softmax(x, { shape: [3, undefined] }), /^"shape.* expected .+, got/],
    ['options.shape is null', () => softmax(x, { shape: null }), /^"shape" expected .+, got null/],
  ]);
  refuses('ERR_SHAPE', RangeError, [
    ['options.shape of another size', () => softmax(x, { shape: [3, 5] }), /^"shape" expected .+, got/],
    ['options.shape with a negative length', () => softmax(x, { shape: [-3, -4] }), /^"shape.* expected .+, got .*-3/],
    ['options.shape with a fraction', () => softmax(x, { shape: [1.5, 8] }), /^"shape.* expected .+, got .*1\.5/],
    ['options.shape for nested arrays', () => softmax(nested, { shape: [2, 3] }), /shape/],
    ['options.shape for { data, shape }', () => softmax(sized([3, 4]), { shape: [3, 4] }), /shape/],
    ['options.shape for a number', () => relu(3, { shape: [1] }), /shape/],
    ['options.shape of a huge size', () => relu(x, { shape: [2 ** 40, 2 ** 40] }), /^"shape.* expected .+, got/],
    ['deriv: options.shape of another size', () => softmax.deriv(x, { shape: [5, 5] }), /^"shape" expected .+, got/],
    ['backward: x longer than dy', () => elu.backward(x.subarray(1), { x }), /expected .+, got/],
    ['backward: x shorter than dy', () => elu.backward(x, { x: x.subarray(1) }), /expected .+, got/],
    ['backward: y of another shape', () => elu.backward(sized([3, 4]), { y: sized([4, 3]) }), /expected .+, got/],
    ['backward: no broadcasting of a row', () => elu.backward(nested, { x: [1, 2, 3] }), /expected .+, got/],
    ['backward: no broadcasting of a number', () => elu.backward(1, { x: [1, 2, 3] }), /expected .+, got/],
    ['backward: a number for x', () => elu.backward(x, { x: 1 }), /expected .+, got/],
    ['softmax.backward: other shapes', () => softmax.backward(sized([3, 4]), { x: sized([4, 3]) }), /expected .+, got/],
    ['hadamard: other lengths', () => hadamard(x, x.subarray(1)), /expected .+, got/],
    ['hadamard: other shapes', () => hadamard(sized([3, 4]), sized([4, 3])), /expected .+, got/],
    ['hadamard: no broadcasting', () => hadamard(nested, [1, 2, 3]), /expected .+, got/],
    [
      'hadamard: a Jacobian of other units',
      () =>
        hadamard(nested, [
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        ]),
      /expected .+, got/,
    ],
    [
      'hadamard: a Jacobian of too few rows',
      () =>
        hadamard(nested, [
          [
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ],
        ]),
      /expected .+, got/,
    ],
    ['hadamard: two dimensions too many', () => hadamard([1], [[[1]]]), /expected .+, got/],
  ]);
});

describe('out', () => {
  const buffer = new Float64Array(30);
  const array = [1, 2, 3, 4];
  refuses('ERR_SHAPE', RangeError, [
    ['too short', () => elu(x, { out: out.subarray(0, 11) }), /^"out" expected .+, got/],
    ['too long', () => elu(x, { out: out.subarray(0, 13) }), /^"out" expected .+, got/],
    ['number[] too short', () => elu(x, { out: plain }), /^"out" expected .+, got/],
    ['empty', () => elu(x, { out: [] }), /^"out" expected .+, got/],
    ['another shape', () => elu(sized([3, 4]), { out: { data: f64(12), shape: [4, 3] } }), /^"out.* expected .+, got/],
    ['nested, another shape', () => elu([1, 2], { out: [[1], [2]] }), /^"out.* expected .+, got/],
    [
      'nested, ragged',
      () =>
        elu(
          [
            [1, 2],
            [3, 4],
          ],
          { out: [[1, 2], [3]] },
        ),
      /^"out.* expected .+, got/,
    ],
    ['another size with a shape', () => elu(nested, { out: { data: f64(4), shape: [2, 2] } }), /^"out.* expected .+, got/],
    ['less data than its shape', () => elu(nested, { out: { data: f64(5), shape: [2, 3] } }), /^"out.* expected .+, got/],
    [
      'strides past its end',
      () => elu(nested, { out: { data: f64(6), shape: [2, 3], stride: [4, 1] } }),
      /^"out.* expected .+, got/,
    ],
    ['for a number', () => elu(3, { out: f64(2) }), /^"out" expected .+, got/],
    ['of a value for a Jacobian', () => softmax.deriv(x.subarray(0, 3), { out: f64(3) }), /^"out" expected .+, got/],
    [
      'a Jacobian of another shape',
      () => softmax.deriv([[1, 2, 3]], { out: { data: f64(9), shape: [3, 3] } }),
      /^"out.* expected .+, got/,
    ],
    [
      'valueAndDeriv: value too short',
      () => elu.valueAndDeriv(x, { out: { value: f64(11), deriv: out.subarray(0, 12) } }),
      /^"out\.value" expected .+, got/,
    ],
    [
      'valueAndDeriv: deriv too short',
      () => elu.valueAndDeriv(x, { out: { value: out.subarray(0, 12), deriv: f64(11) } }),
      /^"out\.deriv" expected .+, got/,
    ],
    ['hadamard: too short', () => hadamard(x, y, { out: f64(11) }), /^"out" expected .+, got/],
    ['elements on one place', () => elu(x.subarray(0, 3), { out: { data: f64(3), shape: [3], stride: [0] } }), /^"out.*/],
  ]);
  refuses('ERR_SHAPE', RangeError, [
    [
      'x one element further',
      () => elu(buffer.subarray(0, 12), { out: buffer.subarray(1, 13) }),
      /^"out".*(overlap|share|memory|bytes)/,
    ],
    [
      'x one element back',
      () => elu(buffer.subarray(1, 13), { out: buffer.subarray(0, 12) }),
      /^"out".*(overlap|share|memory|bytes)/,
    ],
    [
      'half a byte range',
      () => elu(buffer.subarray(0, 12), { out: buffer.subarray(11, 23) }),
      /^"out".*(overlap|share|memory|bytes)/,
    ],
    [
      'the same bytes as other elements',
      () => elu(x, { out: new Float32Array(x.buffer, 0, 12) }),
      /^"out".*(overlap|share|memory|bytes)/,
    ],
    [
      'other bytes as other elements',
      () => elu(narrow.subarray(0, 4), { out: new Float64Array(narrow.buffer, 8, 4) }),
      /^"out".*(overlap|share|memory|bytes)/,
    ],
    [
      'the same bytes in another order',
      () => elu({ data: x, shape: [3], stride: [-1], offset: 2 }, { out: x.subarray(0, 3) }),
      /^"out".*(overlap|share|memory|bytes)/,
    ],
    [
      'the same data, transposed',
      () => elu(sized([3, 4]), { out: { data: x, shape: [3, 4], stride: [1, 3] } }),
      /^"out".*(overlap|share|memory|bytes)/,
    ],
    [
      'a number[] further on',
      () => elu({ data: array, shape: [3], offset: 0 }, { out: { data: array, shape: [3], offset: 1 } }),
      /^"out".*(overlap|share|memory|bytes|element)/,
    ],
    [
      'dy further on',
      () => elu.backward(buffer.subarray(0, 12), { x }, { out: buffer.subarray(3, 15) }),
      /^"out".*(overlap|share|memory|bytes)/,
    ],
    [
      'y further on',
      () => elu.backward(x, { y: buffer.subarray(0, 12) }, { out: buffer.subarray(3, 15) }),
      /^"out".*(overlap|share|memory|bytes)/,
    ],
    [
      'a Jacobian in place',
      () => softmax.deriv(x.subarray(0, 1), { out: x.subarray(0, 1) }),
      /^"out".*(overlap|share|memory|bytes|place)/,
    ],
    [
      'a Jacobian over x',
      () => softmax.deriv(out.subarray(0, 3), { out: out.subarray(2, 11) }),
      /^"out".*(overlap|share|memory|bytes|place)/,
    ],
    [
      'value and deriv in one',
      () => elu.valueAndDeriv(x, { out: { value: out.subarray(0, 12), deriv: out.subarray(0, 12) } }),
      /^"out.*(overlap|share|memory|bytes)/,
    ],
    [
      'value over deriv',
      () => elu.valueAndDeriv(x, { out: { value: out.subarray(0, 12), deriv: out.subarray(5, 17) } }),
      /^"out.*(overlap|share|memory|bytes)/,
    ],
    [
      'valueAndDeriv: deriv over x',
      () => elu.valueAndDeriv(buffer.subarray(0, 12), { out: { value: f64(12), deriv: buffer.subarray(1, 13) } }),
      /^"out.*(overlap|share|memory|bytes)/,
    ],
    [
      'softmax.valueAndDeriv: Jacobian over x',
      () => softmax.valueAndDeriv(out.subarray(0, 3), { out: { value: f64(3), deriv: out.subarray(2, 11) } }),
      /^"out.*(overlap|share|memory|bytes)/,
    ],
    [
      'hadamard: further on',
      () => hadamard(buffer.subarray(0, 12), x, { out: buffer.subarray(1, 13) }),
      /^"out".*(overlap|share|memory|bytes)/,
    ],
    [
      'hadamard: over the Jacobian',
      () => hadamard([1, 2], { data: out, shape: [2, 2], offset: 0 }, { out: out.subarray(0, 2) }),
      /^"out".*(overlap|share|memory|bytes)/,
    ],
  ]);
  test('nothing is written into an out that cannot be written', () => {
    for (const frozen of [
      Object.freeze([1, 2, 3]),
      Object.freeze([Object.freeze([1, 2, 3])]),
      Object.freeze([Object.freeze([1]), Object.freeze([2]), Object.freeze([3])]),
    ]) {
      const before = JSON.stringify(frozen);
      const input = Array.isArray(frozen[0]) ? (frozen.length === 1 ? [[7, 8, 9]] : [[7], [8], [9]]) : [7, 8, 9];
      expect(() => relu(input, { out: frozen })).toThrow(TypeError);
      expect(JSON.stringify(frozen)).toBe(before);
    }
    // A frozen row after one that could be written.
    const half = [[1, 2], Object.freeze([3, 4])];
    expect(() =>
      relu(
        [
          [7, 8],
          [9, 10],
        ],
        { out: half },
      ),
    ).toThrow(TypeError);
    expect(half).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(relu([-1, 2])).toEqual([0, 2]);
  });
});

describe('axis', () => {
  refuses('ERR_AXIS', RangeError, [
    ['past the last', () => softmax(nested, { axis: 2 }), /^"axis" expected .+, got 2/],
    ['before the first', () => softmax(nested, { axis: -3 }), /^"axis" expected .+, got -3/],
    ['a fraction', () => softmax(nested, { axis: 0.5 }), /^"axis" expected .+, got 0\.5/],
    ['NaN', () => softmax(nested, { axis: Number.NaN }), /^"axis" expected .+, got NaN/],
    ['infinite', () => softmax.deriv(nested, { axis: Number.NEGATIVE_INFINITY }), /^"axis" expected .+, got -Infinity/],
    ['1 of a vector', () => softmax.backward(x, { x }, { axis: 1 }), /^"axis" expected .+, got 1/],
    ['a number has none', () => softmax(3), /axis/],
    ['a number has none: deriv', () => softmax.deriv(3), /axis/],
    ['a number has none: valueAndDeriv', () => softmax.valueAndDeriv(3), /axis/],
    ['a number has none: backward', () => softmax.backward(3, { x: 3 }), /axis/],
    ['a preset out of range', () => softmax.with({ axis: 4 })(nested), /^"axis" expected .+, got 4/],
    ['with: a fraction', () => softmax.with({ axis: 1.5 }), /^"axis" expected .+, got 1\.5/],
  ]);
  refuses('ERR_AXIS', TypeError, [
    ['a string', () => softmax(nested, { axis: '0' }), /^"axis" expected .+, got .*(string|"0")/],
    ['null', () => softmax(nested, { axis: null }), /^"axis" expected .+, got null/],
    ['a boolean', () => softmax(nested, { axis: true }), /^"axis" expected .+, got .*(boolean|true)/],
    ['a bigint', () => softmax(nested, { axis: 1n }), /^"axis" expected .+, got .*(bigint|1n)/],
    ['an object', () => softmax.valueAndDeriv(nested, { axis: { 0: 0 } }), /^"axis" expected .+, got/],
    ['with: a string', () => softmax.with({ axis: '1' }), /^"axis" expected .+, got/],
  ]);
});

describe('options', () => {
  const hyper = [
    ['elu', elu, 'alpha'],
    ['lrelu', lrelu, 'alpha'],
    ['lrelu', lrelu, 'negativeSlope'],
    ['softmax', softmax, 'temperature'],
  ] as [string, Loose, string][];
  for (const [name, f, key] of hyper) {
    for (const [how, call] of [
      ['', (options: unknown) => f(x, options)],
      ['.deriv', (options: unknown) => f.deriv(x, options)],
      ['.backward', (options: unknown) => f.backward(x, { x }, options)],
      ['.valueAndDeriv', (options: unknown) => f.valueAndDeriv(x, options)],
      ['.with', (options: unknown) => f.with(options)],
    ] as [string, (options: unknown) => unknown][]) {
      const naming = (got: string) => new RegExp(`^"(${key}|alpha)" expected .+, got .*${got}`);
      refuses('ERR_OPTION', RangeError, [
        [`${name}${how}: ${key} NaN`, () => call({ [key]: Number.NaN }), naming('NaN')],
        [`${name}${how}: ${key} Infinity`, () => call({ [key]: Number.POSITIVE_INFINITY }), naming('Infinity')],
        [`${name}${how}: ${key} -Infinity`, () => call({ [key]: Number.NEGATIVE_INFINITY }), naming('-Infinity')],
        ...(key === 'temperature'
          ? [
              [`${name}${how}: temperature 0`, () => call({ temperature: 0 }), naming('0')] as Case,
              [`${name}${how}: temperature -0`, () => call({ temperature: -0 }), naming('-?0')] as Case,
              [`${name}${how}: temperature -1`, () => call({ temperature: -1 }), naming('-1')] as Case,
            ]
          : []),
      ]);
      refuses('ERR_OPTION', TypeError, [
        [`${name}${how}: ${key} a string`, () => call({ [key]: '1' }), naming('(string|"1")')],
        [`${name}${how}: ${key} null`, () => call({ [key]: null }), naming('null')],
        [`${name}${how}: ${key} a bigint`, () => call({ [key]: 1n }), naming('(bigint|1n)')],
        [`${name}${how}: ${key} an array`, () => call({ [key]: [1] }), naming('')],
        [`${name}${how}: ${key} a number object`, () => call({ [key]: Object(1) }), naming('')],
      ]);
    }
  }
  test('the message of the specification, to the letter', () => {
    expect(() => elu([1], { alpha: Number.NaN })).toThrow('"alpha" expected a finite number, got NaN');
    expect(() => elu([1], { apha: 1 })).toThrow('"apha" is not an option of elu; did you mean "alpha"?');
  });
  refuses('ERR_OPTION', TypeError, [
    ['a misspelt option', () => elu(x, { apha: 1 }), /^"apha" is not an option of elu; did you mean "alpha"\?$/],
    [
      'a misspelt temperature',
      () => softmax(x, { temprature: 1 }),
      /^"temprature" is not an option of softmax; did you mean "temperature"\?$/,
    ],
    ['in capitals', () => elu(x, { Alpha: 1 }), /^"Alpha" is not an option of elu; did you mean "alpha"\?$/],
    ['another function’s option', () => sigmoid(x, { alpha: 1 }), /^"alpha" is not an option of sigmoid/],
    ['alpha for softmax', () => softmax(x, { alpha: 1 }), /^"alpha" is not an option of softmax/],
    ['negativeSlope for elu', () => elu(x, { negativeSlope: 1 }), /^"negativeSlope" is not an option of elu/],
    ['axis for an elementwise function', () => relu(x, { axis: 0 }), /^"axis" is not an option of relu/],
    ['temperature for tanh.deriv', () => tanh.deriv(x, { temperature: 1 }), /^"temperature" is not an option of tanh/],
    ['an unknown option of backward', () => relu.backward(x, { x }, { foo: 1 }), /^"foo" is not an option of relu/],
    ['an unknown option of valueAndDeriv', () => identity.valueAndDeriv(x, { foo: 1 }), /^"foo" is not an option of identity/],
    ['an unknown option that is undefined', () => elu(x, { foo: undefined }), /^"foo" is not an option of elu/],
    ['an option of hadamard', () => hadamard(x, x, { alpha: 1 }), /^"alpha" is not an option of hadamard/],
    ['with: shape', () => softmax.with({ shape: [3] }), /^"shape" is not an option of softmax\.with; it belongs in a call$/],
    ['with: out', () => elu.with({ out: x }), /^"out" is not an option of elu\.with; it belongs in a call$/],
    ['with: an unknown name', () => elu.with({ beta: 1 }), /^"beta" is not an option of elu/],
    ['with: axis of an elementwise function', () => elu.with({ axis: 0 }), /^"axis" is not an option of elu/],
    ['options are a number', () => elu(x, 0.3), /^"options" expected .+, got .*(number|0\.3)/],
    ['options are null', () => elu(x, null), /^"options" expected .+, got null/],
    ['options are a string', () => softmax(x, 'axis'), /^"options" expected .+, got/],
    ['options are a boolean', () => elu.deriv(x, true), /^"options" expected .+, got/],
    ['options are a function', () => elu.valueAndDeriv(x, () => 1), /^"options" expected .+, got/],
    ['with: a number', () => elu.with(0.3), /^"options" expected .+, got/],
    ['with: null', () => elu.with(null), /^"options" expected .+, got null/],
    ['hadamard: options are null', () => hadamard(x, x, null), /^"options" expected .+, got null/],
    ['backward: neither x nor y', () => elu.backward(x, {}), /x.*y/],
    ['backward: nothing saved', () => elu.backward(x), /x.*y/],
    ['backward: null saved', () => elu.backward(x, null), /x.*y/],
    ['backward: a number saved', () => elu.backward(x, 3), /x.*y/],
    ['silu.backward: y', () => silu.backward(x, { y }), /^silu\.backward expected \{ x \}, got \{ y \}.*pass x/],
    [
      'silu.backward: y beside an undefined x',
      () => silu.backward(x, { x: undefined, y }),
      /^silu\.backward expected \{ x \}, got \{ y \}/,
    ],
    ['silu.backward: neither', () => silu.backward(x, {}), /^silu\.backward expected \{ x \}, got none/],
    [
      'silu.backward: the array itself',
      () => silu.backward(x, x),
      /"silu\.backward" expected \{ x \}.*pass the input as \{ x \}/,
    ],
    ['backward: the array itself', () => elu.backward(x, x), /x.*y/],
    ['backward: undefined x', () => elu.backward(x, { x: undefined }), /x.*y/],
    ['softmax.backward: neither', () => softmax.backward(x, {}), /x.*y/],
    ['valueAndDeriv: out is an array', () => elu.valueAndDeriv(x, { out: f64(12) }), /^"out" expected .*value.*deriv.*, got/],
    [
      'valueAndDeriv: out without deriv',
      () => elu.valueAndDeriv(x, { out: { value: f64(12) } }),
      /^"out" expected .*value.*deriv.*, got/,
    ],
  ]);
  refuses('ERR_OPTION', RangeError, [
    ['alpha and negativeSlope', () => lrelu(x, { alpha: 0.1, negativeSlope: 0.1 }), /alpha.*negativeSlope|negativeSlope.*alpha/],
    [
      'with: alpha and negativeSlope',
      () => lrelu.with({ alpha: 0.1, negativeSlope: 0.2 }),
      /alpha.*negativeSlope|negativeSlope.*alpha/,
    ],
    ['backward: both x and y', () => elu.backward(x, { x, y }), /x.*y/],
    ['softmax.backward: both x and y', () => softmax.backward(x, { x, y }), /x.*y/],
    ['softplus with beta 0', () => softplus(x, { beta: 0 }), /^"beta" expected a finite number other than 0, got 0$/],
    ['elu from y with a negative alpha', () => elu.backward(x, { y }, { alpha: -1 }), /"alpha" expected .+, got -1.*x/s],
    ['lrelu from y with a negative alpha', () => lrelu.backward(x, { y }, { alpha: -0.1 }), /"alpha" expected .+, got -0\.1.*x/s],
    ['lrelu from y with a negative slope', () => lrelu.backward(x, { y }, { negativeSlope: -0.1 }), /expected .+, got -0\.1.*x/s],
    ['elu from y with a preset negative alpha', () => elu.with({ alpha: -2 }).backward(x, { y }), /expected .+, got -2.*x/s],
  ]);
});

describe('memory', () => {
  const endless = { data: f64(1), shape: [2 ** 33], stride: [0] };
  refuses('ERR_MEMORY', RangeError, [
    ['a result no array can hold', () => relu(endless), /memory|elements|bytes/],
    ['a Jacobian beyond the memory', () => softmax.deriv(new Float64Array(200_000)), /memory|elements|bytes/],
    [
      'a Jacobian of many rows',
      () => softmax.valueAndDeriv({ data: f64(1), shape: [70_000, 70_000], stride: [0, 0] }),
      /memory|elements|bytes/,
    ],
  ]);
});

describe('what a caller throws passes through unchanged', () => {
  const mine = new Error('mine');
  const boom = (): never => {
    throw mine;
  };
  const trap = <T extends object>(target: T): T =>
    new Proxy(target, { get: boom, ownKeys: boom, has: boom, getOwnPropertyDescriptor: boom, getPrototypeOf: boom });
  const lazy = (name: string) => Object.defineProperty({}, name, { get: boom, enumerable: true });
  const cases: [string, () => unknown][] = [
    ['a getter among the options', () => elu(x, lazy('alpha'))],
    ['a getter for out', () => elu(x, lazy('out'))],
    ['a getter for axis', () => softmax(x, lazy('axis'))],
    ['a proxy for options', () => elu(x, trap({}))],
    ['a getter for saved x', () => elu.backward(x, lazy('x'))],
    ['a proxy for saved', () => elu.backward(x, trap({}))],
    ['a getter for data', () => elu(Object.assign(lazy('data'), { shape: [3] }))],
    ['a getter for shape', () => elu(Object.assign(lazy('shape'), { data: f64(3) }))],
    ['a getter for stride', () => elu(Object.assign(lazy('stride'), { data: f64(3), shape: [3] }))],
    ['a getter for offset', () => elu(Object.assign(lazy('offset'), { data: f64(3), shape: [3] }))],
    ['an element of an array', () => elu(Object.defineProperty([1, 2, 3], 1, { get: boom }))],
    ['an element of a nested array', () => softmax([[1, 2], Object.defineProperty([1, 2], 1, { get: boom })])],
    ['an element of data', () => elu({ data: Object.defineProperty([1, 2, 3], 2, { get: boom }), shape: [3] })],
    ['an element of shape', () => elu({ data: f64(3), shape: Object.defineProperty([3], 0, { get: boom }) })],
    ['an element of options.shape', () => softmax(x, { shape: Object.defineProperty([3, 4], 1, { get: boom }) })],
    ['a proxy of an array', () => elu(trap([1, 2, 3]))],
    ['the second of two inputs', () => elu.backward(x, { x: Object.defineProperty([...x], 7, { get: boom }) })],
    ['dLinear of hadamard', () => hadamard(x, Object.defineProperty([...x], 11, { get: boom }))],
    ['a getter of with', () => elu.with(lazy('alpha'))],
    ['out.value', () => elu.valueAndDeriv(x, { out: lazy('value') })],
  ];
  test.each(cases)('%s', (_, call) => {
    refill();
    const before = snapshot();
    for (let i = 0; i < 3; i++) expect(thrown(call)).toBe(mine);
    expect(snapshot()).toBe(before);
    for (const [i, result] of healthy().entries()) expectSameBits('the next call', result, wantedHealthy[i] as Float64Array);
  });
});

describe('getters that do more than read', () => {
  const inputs = [-3, -2, -1, 0, 1, 2, 3, 4];
  const wanted = new Map(Object.entries(functions).map(([name, f]) => [name, f(Float64Array.from(inputs)) as Float64Array]));

  test('one that calls the library in the middle of a call', () => {
    for (const [name, f] of Object.entries(functions)) {
      for (let at = 0; at < inputs.length; at++) {
        const x = Object.defineProperty([...inputs], at, {
          get() {
            for (const inner of Object.values(functions)) inner(new Float64Array(5000).fill(9));
            softmax.deriv(new Float64Array(100));
            return inputs[at];
          },
        });
        expectSameBits(
          `${name} of an array whose element ${at} calls the library`,
          f(x) as number[],
          wanted.get(name) as Float64Array,
        );
        const dy = Float64Array.from(inputs, () => 2);
        expectSameBits(
          `${name}.backward likewise`,
          f.backward(dy, { x }) as Float64Array,
          f.backward(dy, { x: Float64Array.from(inputs) }) as Float64Array,
        );
      }
      const options = {
        get out() {
          f(new Float64Array(4000));
          return undefined;
        },
      };
      expectSameBits(name, f([...inputs], options) as number[], wanted.get(name) as Float64Array);
    }
  });

  test('one that shortens its array', () => {
    const x: number[] = [1, 2, 3, 4];
    Object.defineProperty(x, 1, {
      configurable: true,
      get() {
        x.length = 2;
        return 5;
      },
    });
    expect(() => elu(x)).toThrow(TypeError);
    const rowsOf: number[][] = [
      [1, 2],
      [3, 4],
    ];
    Object.defineProperty(rowsOf[0] as number[], 0, {
      get() {
        rowsOf.length = 1;
        return 5;
      },
    });
    expect(() => softmax(rowsOf)).toThrow();
    expect(elu([1, 2])).toEqual([1, 2]);
  });

  test('a shape that changes between reads is read once', () => {
    let reads = 0;
    const shape = Object.defineProperty([4], 0, { get: () => (reads++ === 0 ? 4 : 1e9) });
    const got = relu({ data: f64(4), shape }) as { data: Float64Array; shape: number[] };
    expect(got.data).toHaveLength(4);
    expect(got.shape).toEqual([4]);
    let offsets = 0;
    const shifting = {
      data: Float64Array.of(1, 2, 3),
      shape: [2],
      get offset() {
        return offsets++ === 0 ? 1 : 1e6;
      },
    };
    expect((relu(shifting) as { data: Float64Array }).data).toEqual(Float64Array.of(2, 3));
  });

  test('a proxy of an array is an array', () => {
    expect(relu(new Proxy([-1, 2], {}))).toEqual([0, 2]);
    expect(relu({ data: new Proxy([-1, 2], {}), shape: new Proxy([2], {}) })).toEqual({
      data: Float64Array.of(0, 2),
      shape: [2],
    });
  });

  test('an input whose buffer was given away', () => {
    const gone = new Float64Array(4);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    for (const call of [
      () => relu(gone),
      () => relu({ data: gone, shape: [0] }),
      () => elu.backward(x, { x: gone }),
      () => relu(x, { out: gone }),
    ]) {
      expect(thrown(call)).toMatchObject({ name: 'TypeError', code: 'ERR_DTYPE' });
    }
    const late = new Float64Array(4);
    const options = {
      get out() {
        structuredClone(late.buffer, { transfer: [late.buffer] });
        return undefined;
      },
    };
    expect(() => relu({ data: late, shape: [4] }, options)).not.toThrow(ReferenceError);
    expect(relu([-1, 2])).toEqual([0, 2]);
  });
});
