import { expect, test } from 'vitest';
import { differentiated, sample } from '../source/curves';

test('a jump interrupts the line of its curve, exactly where it is, and no other', () => {
  const step = (x: number) => (x > 0.123456789 ? 1 : 0);
  const smooth = (x: number) => 10 * Math.tanh(x);
  const { x, values } = sample([step, smooth], -1, 1);
  expect(x).toEqual([...x].sort((a, b) => a - b));
  const gaps = values[0]?.flatMap((value, index) => (value === null ? [index] : [])) ?? [];
  expect(gaps.length).toBe(1);
  const gap = gaps[0] as number;
  expect([values[0]?.[gap - 1], values[0]?.[gap + 1]]).toEqual([0, 1]);
  expect([x[gap - 1], x[gap]]).toEqual([0.123456789, 0.123456789]);
  expect(values[1]?.includes(null)).toBe(false);
});

test('a jump of 0 at 0 is found between 0 and the smallest number', () => {
  const { x, values } = sample([(at) => (at > 0 ? 1 : 0.3)], -6, 6);
  const gap = values[0]?.indexOf(null) as number;
  expect([x[gap], x[gap + 1]]).toEqual([0, Number.MIN_VALUE]);
});

test('steep is not a jump, and infinities are left out', () => {
  expect(sample([(x) => Math.tanh(1000 * x)], -6, 6).values[0]).not.toContain(null);
  const { values } = sample([(x) => (x === 0 ? Number.POSITIVE_INFINITY : 1)], -6, 6);
  expect(values[0]?.filter((value) => value !== null && value !== 1)).toEqual([]);
});

test('the numeric derivative is close where there is one, and NaN at a kink', () => {
  const slope = differentiated(Math.tanh);
  for (const x of [-20, -3, -0.1, 0, 2]) expect(slope(x)).toBeCloseTo(1 / Math.cosh(x) ** 2, 6);
  expect(differentiated(Math.abs)(0)).toBeNaN();
  expect(differentiated((x) => (x > 0 ? 1 : 0))(0)).toBeNaN();
});
