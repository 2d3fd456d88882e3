// Against correctly rounded values made with MPFR, at every stored input, in real ULP.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { logSoftmax, softmax } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { distance, mismatch, same } from './support/bits.js';
import { file, group, groupsOf, manifest, RESOLUTION, score, softmaxRows, stepsNear, type Wanted } from './support/reference.js';
import { limitOf, rows, softmaxLimits, title } from './table.js';

/** Throws for the worst element when it is beyond the limit; returns the worst error. */
function check(
  what: string,
  got: ArrayLike<number>,
  wanted: Wanted,
  limit: number,
  input: (i: number) => string,
  steps: (i: number) => number = () => 1,
): number {
  expect(got.length, what).toBe(wanted.values.length);
  let [worst, at] = [-1, 0];
  for (let i = 0; i < wanted.values.length; i++) {
    const error = score(got[i] as number, wanted.values[i] as number, wanted.residuals[i] as number) / steps(i);
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
      const name = of === 'value' ? reference : `${reference}_deriv`;
      const wanted = column(name);
      const steps = (i: number) => stepsNear(name, x[i] as number, wanted.values[i] as number);
      check(of === 'value' ? title : `${title} derivative`, got, wanted, limit, (i) => `x = ${x[i]}`, steps);
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

  test('every logarithm within 1 ULP of the reference', () => {
    for (const [i, { x, temperature, logSoftmax: wanted }] of stored.entries()) {
      const got = logSoftmax(x, { temperature });
      check(`logSoftmax, stored row ${i}, temperature ${temperature}`, got, wanted, 1, (at) => `entry ${at} of [${x}]`);
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
