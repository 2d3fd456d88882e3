// Accuracy where no stored value reaches: every case of hyperparameters, extreme alphas and temperatures, derivatives from a
// saved y. The truth is computed here to more than 200 bits, from the definitions in the table.

import { softmax } from 'nonlin';
import { describe, test } from 'vitest';
import { MIN, mismatch, Random, same } from './support/bits.js';
import { div, errorInUlp, mul, neg, type Real, real, round } from './support/exact.js';
import { inputs } from './support/inputs.js';
import type { Jet } from './support/jets.js';
import { expectGradient, gradient, gradientFromValue, softmaxRow } from './support/softmax.js';
import {
  hyperparameters,
  limitOf,
  type Measured,
  type Options,
  type Row,
  rows,
  softmaxLimits,
  TEMPERATURES,
  tellsFromY,
  title,
} from './table.js';

/** A derivative of f, by its position in a jet. */
const ORDERS = { value: 0, deriv: 1, deriv2: 2 } as const;

/** Throws for the first result beyond its limit, or with the wrong sign. */
function measure(row: Row, options: Options, of: Measured, x: Float64Array, exact: readonly Real[], got: Float64Array): void {
  const all = hyperparameters(row, options);
  const limit = limitOf(row, of);
  for (const [i, truth] of exact.entries()) {
    const [at, result] = [x[i] as number, got[i] as number];
    const error = errorInUlp(result, truth, row.leastUnit(of, at, all));
    const correct = limit > 0.5 || (result === 0 && truth.m === 0n) || same(result, round(truth));
    const sign = truth.m === 0n || (result < 0 || Object.is(result, -0)) === truth.m < 0n;
    if (error > limit || !correct || !sign) {
      const [what, note] = [`${title(row, options)} ${of}`, `${error.toFixed(3)} ULP, limit ${limit}`];
      throw new Error(mismatch(what, `${of === 'fromValue' ? 'y' : 'x'} = ${at}`, result, round(truth), note));
    }
  }
}

describe.each(rows.flatMap((row) => row.cases.map((options, i) => [title(row, options), row, options, i] as const)))(
  '%s',
  (_title, row, options, i) => {
    const definition = row.definition(hyperparameters(row, options));

    const x = inputs(row, { cells: i < 2, random: i < 2 ? 1500 : 300 });
    let exact: readonly Jet[] | undefined;
    for (const [of, order] of Object.entries(ORDERS)) {
      test(`${of} within the limit of the table`, () => {
        exact ??= Array.from(x, (at) => definition.at(real(at)));
        const truths = exact.map((jet) => jet[order]);
        const got = of === 'value' ? row.fn(x, options) : row.fn[of as 'deriv' | 'deriv2'](x, options);
        measure(row, options, of as keyof typeof ORDERS, x, truths, got);
      });
    }

    const { fromValue } = definition;
    if (fromValue === undefined || !tellsFromY(row, hyperparameters(row, options))) return;
    test('the factor of backward from y within the limit of the table', () => {
      const results = row.fn(inputs(row, { cells: false }), options).filter(Number.isFinite);
      const y = Float64Array.of(...new Set([...results, ...inputs(row, { cells: false, random: 300 })]));
      const ones = y.map(() => 1);
      const exact = Array.from(y, (at) => fromValue(real(at)));
      measure(row, options, 'fromValue', y, exact, row.fn.backward(ones, { y }, options));
    });
  },
);

// Rows of many lengths, spreads and kinds, each for a temperature.
function* logits(random: Random, temperature: number): Generator<Float64Array> {
  const scaled = (value: number) => Math.max(-1e308, Math.min(1e308, value * temperature));
  for (const units of [1, 2, 3, 4, 5, 10, 33, 100]) {
    for (const spread of [0.01, 1, 20, 200, 800]) {
      yield Float64Array.from({ length: units }, () => scaled(random.normal(spread)));
    }
    yield Float64Array.from({ length: units }, () => random.normal(3));
    yield Float64Array.from({ length: units }, () => random.pick([1e308, -1e308, 0, random.normal(1e308 / 4)]));
    yield Float64Array.from({ length: units }, (_, i) =>
      i === units - 1 || random.below(2) ? scaled(random.normal(2)) : Number.NEGATIVE_INFINITY,
    );
    yield Float64Array.from({ length: units }, (_, i) => scaled(i === 0 ? 30 : random.normal(0.5)));
    yield Float64Array.from({ length: units }, () => random.magnitude(MIN, 1e-300));
  }
}

describe.each(TEMPERATURES.map((temperature) => ({ temperature })))('softmax, temperature $temperature', ({ temperature }) => {
  const options = { temperature };

  test(`value within ${softmaxLimits.value} ULP, Jacobian within ${softmaxLimits.jacobian}`, () => {
    for (const x of logits(new Random(31), temperature)) {
      const { s, rest } = softmaxRow(x, temperature);
      const what = (name: string, at: string) =>
        [`softmax ${name}, temperature ${temperature}`, `entry ${at} of [${x}]`] as const;
      const value = softmax(x, options);
      for (const [i, exact] of s.entries()) {
        const error = errorInUlp(value[i] as number, exact);
        if (error > softmaxLimits.value)
          throw new Error(mismatch(...what('value', `${i}`), value[i] as number, round(exact), `${error.toFixed(3)} ULP`));
      }
      if (x.length > 10) continue;
      const jacobian = softmax.deriv(x, options);
      for (const [i, a] of s.entries()) {
        for (const [j, b] of s.entries()) {
          const exact = div(i === j ? mul(a, rest[i] as Real) : neg(mul(a, b)), real(temperature));
          const got = jacobian[i * x.length + j] as number;
          const error = errorInUlp(got, exact);
          if (error > (i === j ? softmaxLimits.diagonal : softmaxLimits.jacobian))
            throw new Error(mismatch(...what('Jacobian', `(${i}, ${j})`), got, round(exact), `${error.toFixed(3)} ULP`));
        }
      }
    }
  });

  test(`backward within ${softmaxLimits.backward} units of 2^-53 of the sum of the absolute terms, from y too`, () => {
    const random = new Random(32);
    for (const x of logits(random, temperature)) {
      const dy = x.map(() => (random.below(10) ? random.normal() : random.magnitude(1e-30, 1e30)));
      const y = softmax(x, options);
      const fromX = softmax.backward(dy, { x }, options);
      const fromY = softmax.backward(dy, { y }, options);
      expectGradient(
        `softmax backward from x, temperature ${temperature}`,
        gradient(x, dy, temperature),
        fromX,
        softmaxLimits.backward,
        { x, dy },
      );
      expectGradient(
        `softmax backward from y, temperature ${temperature}`,
        gradientFromValue(y, dy, temperature),
        fromY,
        softmaxLimits.fromValue,
        { y, dy },
      );
    }
  });
});

test('softmax of long rows, of any spread, within its limit', () => {
  const random = new Random(34);
  for (const [units, spread] of [
    [1000, 1],
    [1001, 100],
    [4097, 5],
    [100_000, 1],
  ] as const) {
    const x = Float64Array.from({ length: units }, () => random.normal(spread));
    const got = softmax(x);
    const { s } = softmaxRow(x, 1);
    for (const [i, exact] of s.entries()) {
      const error = errorInUlp(got[i] as number, exact);
      if (error > softmaxLimits.value) {
        throw new Error(
          mismatch(
            'softmax',
            `entry ${i}, x = ${x[i]}, of ${units} normal(0, ${spread})`,
            got[i] as number,
            round(exact),
            `${error.toFixed(3)} ULP`,
          ),
        );
      }
    }
  }
});
