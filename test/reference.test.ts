// Against correctly rounded values made with MPFR, at every stored input, in real ULP.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gelu, softmax } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { distance, mismatch, same } from './support/bits.js';
import { file, group, groupsOf, manifest, RESOLUTION, score, softmaxRows, type Wanted } from './support/reference.js';
import { limitOf, rows, softmaxLimits, title } from './table.js';

/** Throws for the worst element when it is beyond the limit; returns the worst error. */
function check(what: string, got: ArrayLike<number>, wanted: Wanted, limit: number, input: (i: number) => string): number {
  expect(got.length, what).toBe(wanted.values.length);
  let [worst, at] = [-1, 0];
  for (let i = 0; i < wanted.values.length; i++) {
    const error = score(got[i] as number, wanted.values[i] as number, wanted.residuals[i] as number);
    if (error > worst) [worst, at] = [error, i];
  }
  const [a, b] = [got[at] as number, wanted.values[at] as number];
  if (worst > limit + RESOLUTION) throw new Error(mismatch(what, input(at), a, b, `${worst.toFixed(3)} ULP, limit ${limit}`));
  return worst;
}

const groups = rows.flatMap((row) => groupsOf(row).map((group) => [title(row, group.options), row, group] as const));

describe.each(groups)('%s', (title, row, { options, reference }) => {
  const { x, column } = group(reference);
  for (const [of, limit] of [
    ['value', limitOf(row, 'value')],
    ['deriv', limitOf(row, 'deriv')],
  ] as const) {
    test(`${of} within ${limit} ULP of the reference`, () => {
      const got = of === 'value' ? row.fn(x, options) : row.fn.deriv(x, options);
      const wanted = column(of === 'value' ? reference : `${reference}_deriv`);
      check(of === 'value' ? title : `${title} derivative`, got, wanted, limit, (i) => `x = ${x[i]}`);
      for (let i = 0; i < x.length; i++) {
        const [a, b] = [got[i] as number, wanted.values[i] as number];
        if (a === 0 && b === 0 && !same(a, b)) throw new Error(mismatch(`${title} ${of}, sign of zero`, `x = ${x[i]}`, a, b));
        if (limit === 0.5 && distance(a, b) > 0)
          throw new Error(mismatch(`${title} ${of}, correctly rounded`, `x = ${x[i]}`, a, b));
      }
    });
  }
});

describe('softmax', () => {
  const stored = softmaxRows();

  test(`every row within ${softmaxLimits.value} ULP of the reference`, () => {
    for (const [i, { x, temperature, softmax: wanted }] of stored.entries()) {
      check(
        `softmax, stored row ${i}, temperature ${temperature}`,
        softmax(x, { temperature }),
        wanted,
        softmaxLimits.value,
        (at) => `entry ${at} of [${x}]`,
      );
    }
  });

  test(`every Jacobian within ${softmaxLimits.jacobian} ULP of the reference`, () => {
    for (const [i, { x, temperature, jacobian: wanted }] of stored.entries()) {
      if (!wanted) continue;
      const got = softmax.deriv(x, { temperature });
      const at = (k: number) => `entry (${Math.floor(k / x.length)}, ${k % x.length}) of [${x}]`;
      check(`softmax Jacobian, stored row ${i}, temperature ${temperature}`, got, wanted, softmaxLimits.jacobian, at);
    }
  });
});

test('the tanh form of gelu has 0.044715 as a real number', () => {
  // x, then f and f′, each with its residual: with the float64 beside 0.044715 they are 4 to 300 ulp away.
  const stored = [
    [-5, -2.291796196629506e-7, -64, -0.0000015463619875325946, 25],
    [-6, -8.439646700762297e-11, -12, -7.709973930953696e-10, 109],
    [-8, -3.1077829375011112e-21, -16, -4.7147845041068414e-20, -95],
    [-12, -1.635985449353481e-61, 39, -5.290403352522559e-60, 73],
    [-17.079675173399007, -9.908288966481567e-166, -125, -6.3396300183347024e-164, -122],
    [-20, -3.3754509563109673e-261, -37, -2.9424328724945027e-259, -78],
    [-21, -6.016648487631484e-301, -94, -5.773008639270406e-299, -61],
  ] as const;
  const x = Float64Array.from(stored, ([at]) => at);
  const form = gelu.with({ approximate: 'tanh' });
  const wanted = (column: 1 | 3): Wanted => ({
    values: Float64Array.from(stored, (row) => row[column]),
    residuals: Int8Array.from(stored, (row) => row[column === 1 ? 2 : 4]),
  });
  check('gelu, approximate tanh', form(x), wanted(1), 1, (i) => `x = ${x[i]}`);
  check('gelu, approximate tanh, derivative', form.deriv(x), wanted(3), 1, (i) => `x = ${x[i]}`);
});

test('every group belongs to a row', () => {
  expect(groups.map(([, , { reference }]) => reference).sort()).toEqual(Object.keys(manifest.groups).sort());
});

test('the stored values are the ones that were made', () => {
  for (const entry of [...Object.values(manifest.groups), manifest.softmax]) {
    expect(
      createHash('sha256')
        .update(readFileSync(file(entry.file)))
        .digest('hex'),
      entry.file,
    ).toBe(entry.sha256);
  }
});
