// Float32 results beside a point halfway between two float32, through every way in: short and long arrays, nested ones, strides, value and
// derivative together, an `out` of another type. What is right is MPFR's, from docs/accuracy-float32.json (crate/tests/narrow.rs has more).

import { gelu, sigmoid, silu, squareplus } from 'nonlin';
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
    const mixed = call([given, Float64Array.from(given)] as unknown as Float64Array[]) as unknown[];
    expect(mixed[1]).toEqual(both);
  });

  test('value and derivative together', () => {
    if (op === 'deriv2') return;
    const { value, deriv } = f.valueAndDeriv(floats(x, x));
    expect(bitsOf(op === 'value' ? value : deriv)).toEqual([right, right]);
  });
});
