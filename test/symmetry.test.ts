// Even functions are even and odd ones odd, to the last bit, wherever an element stands.

import { identity, sigmoid, tanh } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { expectSameBits, Random, SPECIALS } from './support/bits.js';

const random = new Random(101);
// Dense where the functions bend, cell borders, all magnitudes, and what is special.
const positive = [
  ...Array.from({ length: 46_080 }, (_, i) => (i + 0.5) / 1152),
  ...Array.from({ length: 1300 }, (_, i) => i / 64),
  ...Array.from({ length: 20_000 }, () => Math.abs(random.normal(12))),
  ...Array.from({ length: 5000 }, () => 2 ** (random.below(2000) - 1010) * (1 + random.below(1000) / 1000)),
  0.0527,
  3.4531250000000155,
  3.453125000000016,
  ...SPECIALS.map(Math.abs),
];
const x = Float64Array.from(positive);
const mirrored = x.map((value) => -value);
const ones = x.map(() => 1);

describe('even', () => {
  test.each([
    ['sigmoid′', sigmoid.deriv(x), sigmoid.deriv(mirrored)],
    ['tanh′', tanh.deriv(x), tanh.deriv(mirrored)],
    ['sigmoid backward', sigmoid.backward(ones, { x }), sigmoid.backward(ones, { x: mirrored })],
    ['tanh backward', tanh.backward(ones, { x }), tanh.backward(ones, { x: mirrored })],
    ['tanh backward from y', tanh.backward(ones, { y: tanh(x) }), tanh.backward(ones, { y: tanh(mirrored) })],
  ])('%s', (name, left, right) => {
    expectSameBits(name, left, right, (i) => `x = ±${x[i]}`);
  });
});

test.each([
  ['tanh', tanh],
  ['identity', identity],
])('odd: %s', (name, f) => {
  expectSameBits(
    name,
    f(mirrored),
    f(x).map((value) => -value),
    (i) => `x = −${x[i]}`,
  );
  expect(Object.is(f(-0), -0)).toBe(true);
  expect(Object.is(f(0), 0)).toBe(true);
});
