// Float32 results beside a point halfway between two float32, through every way in: short and long arrays, nested ones, strides, value and
// derivative together, an `out` of another type. What is right is MPFR's, from docs/accuracy-float32.json (crate/tests/narrow.rs has more).

import { compose, defineActivation, gelu, sigmoid, silu, squareplus } from 'nonlin';
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
    // Of an out it is its rows that count.
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
