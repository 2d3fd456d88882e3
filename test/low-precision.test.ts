// Float32 results next to the midpoint between two float32 numbers, through every kind of call: short and long arrays, nested
// ones, strides, value and derivative together, an `out` of another type. The right results come from MPFR, by
// docs/accuracy-float32.json (crate/tests/rounded.rs has more).

import { compose, defineActivation, elu, gelu, identity, lrelu, relu, sigmoid, silu, softmax, squareplus } from 'nonlin';
import { describe, expect, test } from 'vitest';

type Case = readonly [name: string, f: unknown, op: 'value' | 'deriv' | 'deriv2', x: number, right: number];

// Bits of x and of the result.
const CASES: readonly Case[] = [
  ['sigmoid', sigmoid, 'value', 0x34c00000, 0x3f000001],
  ['sigmoid', sigmoid, 'value', 0xb6860000, 0x3effffdf],
  ['sigmoid', sigmoid, 'deriv2', 0x0000000c, 0x80000001],
  ['silu', silu, 'value', 0x00000009, 0x00000005],
  ['silu', silu, 'deriv', 0x36ce0000, 0x3f000033],
  ['gelu', gelu, 'value', 0x003d0011, 0x001e8009],
  ['squareplus', squareplus, 'deriv', 0xb60c0000, 0x3effffef],
];

const floats = (...bits: number[]) => new Float32Array(Uint32Array.from(bits).buffer);
const bitsOf = (results: Float32Array) => [...new Uint32Array(results.buffer, results.byteOffset, results.length)];

describe.each(CASES)('%s', (_, given, op, x, right) => {
  // Their types differ in hyperparameters only, and none is passed here.
  const f = given as typeof sigmoid;
  const call: typeof sigmoid.deriv = op === 'value' ? f : f[op].bind(f);

  test.each([1, 5, 33, 5000])('%i of them', (count) => {
    const given = floats(...new Array<number>(count).fill(x));
    expect(new Set(bitsOf(call(given)))).toEqual(new Set([right]));
    expect(new Set(bitsOf(call(given, { out: given })))).toEqual(new Set([right]));
  });

  test('other containers', () => {
    const given = floats(x, x, x);
    expect(call([given, given]).map(bitsOf)).toEqual([
      [right, right, right],
      [right, right, right],
    ]);
    const out = { data: new Float32Array(6), shape: [3], stride: [2] };
    call({ data: given, shape: [3] }, { out });
    expect(bitsOf(out.data)).toEqual([right, 0, right, 0, right, 0]);
    expect(bitsOf(call(Float64Array.from(given), { out: new Float32Array(3) }))).toEqual([right, right, right]);
    // An f64 result stays the nearest f64, beside an f32 too.
    const wide = new Float64Array(3);
    const both = call(Float64Array.from(given));
    expect(call(given, { out: wide })).toEqual(both);
  });

  test('nested rows of several types, each rounded to its own', () => {
    const given = floats(x, x, x);
    const exact = [...call(Float64Array.from(given))];
    type Rows = (Float32Array | Float64Array | number[])[];
    const nested: Rows = [given, Float64Array.from(given), [...given], given, given];
    const right3 = [right, right, right];
    const bits = (rows: Rows) => rows.map((row) => (row instanceof Float32Array ? bitsOf(row) : [...row]));
    const wanted = [right3, exact, exact, right3, right3];
    const on = call as unknown as (x: Rows, options?: { out: Rows }) => Rows;
    expect(bits(on(nested))).toEqual(wanted);
    // The rows of an `out` decide.
    const out: Rows = [new Float64Array(3), new Float32Array(3), new Float32Array(3), [0, 0, 0], new Float32Array(3)];
    expect(bits(on(nested, { out }))).toEqual([exact, right3, right3, exact, right3]);
    // More than a block, with a change in the middle of one.
    const many = Array.from({ length: 3000 }, (_, i) => (i < 1900 ? given : Float64Array.from(given)));
    const results = on(many);
    expect(new Set(results.slice(0, 1900).flatMap((row) => bitsOf(row as Float32Array)))).toEqual(new Set([right]));
    expect(new Set(results.slice(1900).flatMap((row) => [...row]))).toEqual(new Set(exact));
    if (op === 'deriv2') return;
    const pair = f.valueAndDeriv as unknown as (x: Rows, options?: { out: unknown }) => { value: Rows; deriv: Rows };
    expect(bits(pair(nested)[op])).toEqual(wanted);
    const swapped = [...nested].reverse();
    const both = { value: nested.map((row) => row.slice()), deriv: swapped.map((row) => row.slice()) };
    expect(bits(pair(nested, { out: both })[op])).toEqual(op === 'value' ? wanted : [...wanted].reverse());
  });

  test('value and derivative together', () => {
    if (op === 'deriv2') return;
    const { value, deriv } = f.valueAndDeriv(floats(x, x));
    expect(bitsOf(op === 'value' ? value : deriv)).toEqual([right, right]);
  });
});

test('a composition is computed in float64 and rounded once, at the end', () => {
  const f = compose(sigmoid, squareplus);
  const x = Float32Array.from({ length: 5000 }, (_, i) => i / 250 - 10);
  const wide = Float64Array.from(x);
  for (const op of [f, f.deriv, f.deriv2]) expect(op(x)).toEqual(Float32Array.from(op(wide)));
  // Not f of a rounded g(x).
  expect(f(x)).not.toEqual(sigmoid(squareplus(x)));
  const { value, deriv } = f.valueAndDeriv(x);
  expect([value, deriv]).toEqual([f(x), f.deriv(x)]);
  expect(f.backward(new Float32Array(5000).fill(3), { x })).toEqual(Float32Array.from(f.deriv(wide), (slope) => 3 * slope));
  const own = defineActivation({ name: 'third', value: (v) => v / 3, deriv: () => 1 / 3 });
  const g = compose(own, sigmoid);
  expect(g(x)).toEqual(Float32Array.from(g(wide)));
});

describe('with an out of the same kind, which goes by a way of its own', () => {
  type Narrow = { new (length: number): Float32Array; from(numbers: ArrayLike<number>): Float32Array };
  const kinds = [Float32Array, (globalThis as { Float16Array?: unknown }).Float16Array].filter(Boolean) as Narrow[];
  const text = (array: Float32Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex');

  test.each(kinds)('%o', (Kind) => {
    // About a few elements, a piece, and blocks.
    for (const count of [1, 8, 9, 32, 33, 511, 513, 2048, 2049, 5000]) {
      const [x, dy] = [new Kind(count).map((_, i) => Math.sin(i) * 6), new Kind(count).map((_, i) => Math.cos(i))];
      for (const f of [relu, identity, lrelu, elu, sigmoid, silu]) {
        const backward = (x: Float32Array, options?: { out: Float32Array }) => f.backward(dy, { x }, options);
        for (const way of [f, f.deriv, f.deriv2, backward] as (typeof backward)[]) {
          const wanted = text(way(x));
          const out = new Kind(count + 2).fill(7);
          expect(text(way(x, { out: out.subarray(1, count + 1) }))).toBe(wanted);
          expect([out[0], out[count + 1]]).toEqual([7, 7]);
          const same = x.slice();
          expect(text(way(same, { out: same }))).toBe(wanted);
        }
        const same = dy.slice();
        expect(text(f.backward(same, { x }, { out: same }))).toBe(text(backward(x)));
      }
    }
  });

  test.each(kinds)('%o along rows', (Kind) => {
    for (const [rows, units] of [
      [1, 4],
      [2, 4],
      [4, 8],
      [32, 10],
      [3, 1365],
      [5, 1000],
    ] as const) {
      const [x, dy] = [Math.sin, Math.cos].map((wave) => new Kind(rows * units).map((_, i) => 3 * wave(i))) as [
        Float32Array,
        Float32Array,
      ];
      for (const shape of rows === 1 ? [undefined, [rows, units]] : [[rows, units]]) {
        const options = shape && { shape };
        const out = new Kind(rows * units);
        expect(text(softmax(x, { ...options, out }))).toBe(text(softmax(x, options)));
        expect(text(softmax.backward(dy, { x }, { ...options, out }))).toBe(text(softmax.backward(dy, { x }, options)));
        expect(out).toEqual(Kind.from(softmax.backward(Float64Array.from(dy), { x: Float64Array.from(x) }, options)));
      }
    }
  });

  test('special values', () => {
    const specials = [0, -0, 1, -1, Infinity, -Infinity, NaN, 3.4e38, -3.4e38, 1e-45, -1e-45, 1.2e-38, -3.3];
    const [x, dy] = [0, 1].map((side) => Float32Array.from(specials.flatMap((a) => specials.map((b) => (side ? b : a))))) as [
      Float32Array,
      Float32Array,
    ];
    for (const f of [relu, identity, lrelu]) {
      const out = new Float32Array(x.length);
      expect(f(x, { out })).toEqual(Float32Array.from(f(Float64Array.from(x))));
      expect(f.backward(dy, { x }, { out })).toEqual(
        Float32Array.from(f.backward(Float64Array.from(dy), { x: Float64Array.from(x) })),
      );
    }
  });

  test('overlaps, sizes and types that differ are left to the general way', () => {
    const x = new Float32Array(9).fill(-1);
    expect(() => elu(x.subarray(1), { out: x.subarray(0, 8) })).toThrow('overlap');
    expect(() => elu.backward(x.subarray(1), { x: new Float32Array(8) }, { out: x.subarray(0, 8) })).toThrow('overlap');
    expect(() => elu(x, { out: new Float32Array(8) })).toThrow('"out" expected');
    expect(() => elu.backward(new Float32Array(8), { x }, { out: x })).toThrow('"dy" expected');
    expect(elu.backward(new Float64Array(9).fill(2), { x }, { out: x })).toEqual(new Float32Array(9).fill(2 * Math.exp(-1)));
    expect(relu(new Float32Array(0), { out: new Float32Array(0) })).toEqual(new Float32Array(0));
  });
});
