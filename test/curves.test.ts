// How the demo samples a curve: jumps are found and cut.

import { expect, test } from 'vitest';
import { sample } from '../examples/digits/curves.js';

test('a jump cuts its curve in two, exactly where it is, and no other curve', () => {
  const step = (x: number) => (x > 0.123456789 ? 1 : 0);
  const smooth = (x: number) => 10 * Math.tanh(x);
  const { x, pieces } = sample([step, smooth], -1, 1);
  expect(x).toEqual([...x].sort((a, b) => a - b));
  const [before, after] = pieces[0] as [(number | null)[], (number | null)[]];
  expect(pieces.map((of) => of.length)).toEqual([2, 1]);
  const first = after.findIndex((value) => value !== null);
  expect([before[first - 1], before[first], after[first - 1], after[first]]).toEqual([0, null, null, 1]);
  expect(x[first - 1]).toBe(0.123456789);
  expect(pieces[1]?.[0]).not.toContain(null);
});

test('a jump at 0 is found between 0 and the smallest number', () => {
  const { x, pieces } = sample([(at) => (at > 0 ? 1 : 0.3)], -6, 6);
  const first = pieces[0]?.[1]?.findIndex((value) => value !== null) as number;
  expect([x[first - 1], x[first]]).toEqual([0, Number.MIN_VALUE]);
});

test('steep is not a jump, and infinities are left out', () => {
  const steep = sample([(x) => Math.tanh(1000 * x)], -6, 6).pieces[0];
  expect(steep?.length).toBe(1);
  expect(steep?.[0]).not.toContain(null);
  const values = sample([(x) => (x === 0 ? Number.POSITIVE_INFINITY : 1)], -6, 6).pieces.flat(2);
  expect(values.filter((value) => value !== null && value !== 1)).toEqual([]);
});
