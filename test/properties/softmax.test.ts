// What softmax is, whatever the logits: a distribution that follows them.

import fc from 'fast-check';
import { softmax } from 'nonlin';
import { expect } from 'vitest';
import { distance, show } from '../support/bits.js';
import { finite } from '../support/elements.js';
import { abs, compare, mul, ONE, real, sub, sum } from '../support/exact.js';
import { holds } from '../support/properties.js';
import { softmaxLimits, TEMPERATURES } from '../table.js';

const logits = fc.oneof({ weight: 9, arbitrary: finite }, { weight: 1, arbitrary: fc.constant(Number.NEGATIVE_INFINITY) });
const rows = fc
  .record({
    x: fc.array(logits, { minLength: 1, maxLength: 40 }),
    temperature: fc.oneof(fc.constantFrom(...TEMPERATURES), fc.double({ min: 1e-3, max: 1e3, noNaN: true })),
    seed: fc.nat(1000),
  })
  .filter(({ x }) => x.some(Number.isFinite));

holds('a row adds up to 1 within n·2^-53, and no entry is outside of 0 to 1', rows, 400, ({ x, temperature }) => {
  const s = softmax(Float64Array.from(x), { temperature });
  expect(s.every((value) => value >= 0 && value <= 1)).toBe(true);
  const error = abs(sub(sum([...s].map(real)), ONE));
  expect(compare(error, mul(real(x.length), real(2 ** -53))), `the sum of [${s}]`).toBeLessThanOrEqual(0);
});

holds('masks are exactly 0', rows, 300, ({ x, temperature }) => {
  const s = softmax(Float64Array.from(x), { temperature });
  for (const [i, value] of x.entries()) if (value === Number.NEGATIVE_INFINITY) expect(Object.is(s[i], 0)).toBe(true);
});

holds('a row with NaN or +∞, or of masks only, is NaN throughout', rows, 200, ({ x, temperature, seed }) => {
  for (const spoil of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const spoilt = Float64Array.from(x);
    spoilt[seed % x.length] = spoil;
    expect(softmax(spoilt, { temperature }).every(Number.isNaN)).toBe(true);
  }
  expect(softmax(new Float64Array(x.length).fill(Number.NEGATIVE_INFINITY)).every(Number.isNaN)).toBe(true);
});

holds('the order of the logits is that of the results', rows, 500, ({ x, temperature }) => {
  const s = softmax(Float64Array.from(x), { temperature });
  const order = [...x.keys()].sort((i, j) => (x[i] as number) - (x[j] as number) || 0);
  for (let k = 1; k < order.length; k++) {
    const [i, j] = [order[k - 1] as number, order[k] as number];
    const [low, high] = [s[i] as number, s[j] as number];
    if (low > high || (x[i] === x[j] && low !== high))
      throw new Error(`logits ${show(x[i] as number)} and ${show(x[j] as number)}: ${show(low)} and ${show(high)}`);
  }
});

// The sum has an order, so that the last bit may differ: each of the two results is within its limit of the exact one.
holds('in another order the row has the same results, within the limit of both', rows, 400, ({ x, temperature, seed }) => {
  const turned = [...x.keys()].sort((i, j) => ((i * 7919 + seed) % 41) - ((j * 7919 + seed) % 41));
  const s = softmax(Float64Array.from(x), { temperature });
  const other = softmax(
    Float64Array.from(turned, (i) => x[i] as number),
    { temperature },
  );
  for (const [at, i] of turned.entries()) {
    const [a, b] = [s[i] as number, other[at] as number];
    expect(distance(a, b), `${show(a)} and ${show(b)}`).toBeLessThanOrEqual(Math.ceil(2 * softmaxLimits.value));
  }
});
