// The truth that the page measures errors against: the stored reference values, which MPFR gave, are its nearest floats.

import { expect, test } from 'vitest';
import { errorInUlp, type Real, real } from '../../test/support/exact.js';
import { group, groupsOf } from '../../test/support/reference.js';
import { rows } from '../../test/table.js';

/** Every so many of the inputs: exact arithmetic takes a tenth of a millisecond each. */
const STRIDE = 17;

const cases = rows.flatMap((row) => groupsOf(row).map((group) => ({ title: group.reference, row, ...group })));

test('there are functions with stored values', () => expect(cases.length).toBeGreaterThanOrEqual(6));

test.each(cases)('$title', ({ row, options, reference }) => {
  const definition = row.definition(options);
  const { x, column } = group(reference);
  for (const [order, name] of [reference, `${reference}_deriv`].entries()) {
    const { values } = column(name);
    let compared = 0;
    for (let i = 0; i < x.length; i += STRIDE) {
      const at = x[i] as number;
      if (!Number.isFinite(at)) continue;
      const error = errorInUlp(values[i] as number, definition.at(real(at))[order] as Real);
      if (!(error <= 0.5)) throw new Error(`${name} at ${at}: the stored ${values[i]} is off by ${error} ULP`);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(80);
  }
});
