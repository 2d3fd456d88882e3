// The worst inputs that the long accuracy run (./build.sh accuracy) has found, with the right results: they stay within the
// limits.

import { softmax } from 'nonlin';
import { expect, test } from 'vitest';
import { fromBits, mismatch, ulp } from './support/bits.js';
import { text } from './support/files.js';
import { RESOLUTION, score } from './support/reference.js';
import { expectGradient, gradient, gradientFromValue } from './support/softmax.js';
import { hyperparameters, limitOf, type Measured, type Options, type Row, rows, softmaxLimits } from './table.js';

/**
 * Numbers are bit patterns in hexadecimal; `value` and `residual` are as in test/reference. Hyperparameters stand in it by their
 * names.
 */
interface Worst {
  readonly function: string;
  readonly op: string;
  readonly temperature?: string;
  readonly x?: string;
  readonly row?: readonly string[];
  readonly dy?: readonly string[];
  readonly entry?: readonly [number, number];
  readonly value: string;
  readonly residual: number;
}

const number = (bits: string): number => fromBits(BigInt(`0x${bits}`));
const numbers = (bits: readonly string[] = []): Float64Array => Float64Array.from(bits, number);
const all = JSON.parse(text('test', 'reference', 'worst.json')) as Worst[];

/** The hyperparameters of an input. */
function optionsOf({ defaults }: Row, one: Worst): Options {
  const named = Object.entries(one).filter(([key]) => key in defaults) as [string, string][];
  return Object.fromEntries(named.map(([key, value]) => [key, typeof defaults[key] === 'string' ? value : number(value)]));
}

/** `least` is the least unit of an error. */
function expectWithin(what: string, input: string, got: number, one: Worst, limit: number, least = 0): void {
  const value = number(one.value);
  const steps = score(got, value, one.residual);
  const error = least > ulp(value) ? (steps * ulp(value)) / least : steps;
  if (error > limit + RESOLUTION)
    throw new Error(mismatch(what, input, got, number(one.value), `${error.toFixed(3)} ULP, limit ${limit}`));
}

test.each(rows.map((row) => [row.name, row] as const))('%s', (name, row) => {
  const { fn } = row;
  for (const one of all.filter((each) => each.function === name)) {
    const options = optionsOf(row, one);
    const x = Float64Array.of(number(one.x ?? ''));
    const op = one.op as Measured;
    const got =
      op === 'value'
        ? fn(x, options)
        : op === 'fromValue'
          ? fn.backward(Float64Array.of(1), { y: x }, options)
          : fn[op](x, options);
    const least = row.leastUnit(op, x[0] as number, hyperparameters(row, options));
    expectWithin(`${name} ${op} ${JSON.stringify(options)}`, `${x[0]}`, got[0] as number, one, limitOf(row, op), least);
  }
});

test('softmax', () => {
  for (const one of all.filter((each) => each.function === 'softmax')) {
    const temperature = one.temperature === undefined ? 1 : number(one.temperature);
    const [x, dy] = [numbers(one.row), numbers(one.dy)];
    const [i, j] = one.entry ?? [0, 0];
    const what = `softmax ${one.op}, temperature ${temperature}`;
    const input = `entry (${i}, ${j}) of [${x}]`;
    if (one.op === 'backward') {
      const got = softmax.backward(dy, { x }, { temperature });
      expectGradient(what, gradient(x, dy, temperature), got, softmaxLimits.backward, { x, dy });
    } else if (one.op === 'fromValue') {
      const got = softmax.backward(dy, { y: x }, { temperature });
      expectGradient(what, gradientFromValue(x, dy, temperature), got, softmaxLimits.fromValue, { y: x, dy });
    } else if (one.op === 'value') {
      expectWithin(what, input, softmax(x, { temperature })[i] as number, one, softmaxLimits.value);
    } else {
      const limit = one.op === 'diagonal' ? softmaxLimits.diagonal : softmaxLimits.jacobian;
      expectWithin(what, input, softmax.deriv(x, { temperature })[i * x.length + j] as number, one, limit);
    }
  }
});

test('every row is of a function and an operation that there is', () => {
  const known = new Set([
    ...rows.flatMap(({ name }) => ['value', 'deriv', 'deriv2', 'fromValue'].map((op) => `${name} ${op}`)),
    ...Object.keys(softmaxLimits).map((op) => `softmax ${op}`),
  ]);
  expect(all.map((one) => `${one.function} ${one.op}`).filter((name) => !known.has(name))).toEqual([]);
});
