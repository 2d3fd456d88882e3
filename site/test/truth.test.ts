// The truth that the page measures errors against: the stored reference values, which MPFR gave, are its nearest floats.

import { expect, test } from 'vitest';
import { errorInUlp, real } from '../../test/support/exact.js';
import { group } from '../../test/support/reference.js';
import { rows } from '../../test/table.js';

/** Every so many of the inputs: exact arithmetic takes a tenth of a millisecond each. */
const STRIDE = 17;

const cases = rows.flatMap((row) =>
  row.cases.flatMap(({ options, reference }) =>
    reference ? [{ title: reference, row, options: { ...row.defaults, ...options }, reference }] : [],
  ),
);

test('there are functions with stored values', () => expect(cases.length).toBeGreaterThanOrEqual(6));

test.each(cases)('$title', ({ row, options, reference }) => {
  const alpha = options['negativeSlope'] ?? options['alpha'];
  const definition = row.definition(alpha === undefined ? options : { ...options, alpha });
  const { x, column } = group(reference);
  for (const [operation, name] of [
    ['value', reference],
    ['deriv', `${reference}_deriv`],
  ] as const) {
    const { values } = column(name);
    let compared = 0;
    for (let i = 0; i < x.length; i += STRIDE) {
      const at = x[i] as number;
      if (!Number.isFinite(at)) continue;
      const error = errorInUlp(values[i] as number, definition[operation](real(at)));
      if (!(error <= 0.5)) throw new Error(`${name} at ${at}: the stored ${values[i]} is off by ${error} ULP`);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(80);
  }
});
