// What the documentation of a function says of its curve: odd, even, rising. It is read there, so that a claim is never untested.

import fc from 'fast-check';
import * as nonlin from 'nonlin';
import { describe, expect, test } from 'vitest';
import { distance, neighbour, same, show } from '../support/bits.js';
import { finite, numbers } from '../support/elements.js';
import { text } from '../support/files.js';
import { holds } from '../support/properties.js';

type Curve = ((x: number) => number) & { deriv(x: number): number };
const curves = nonlin as unknown as Readonly<Record<string, Curve>>;

/** The documentation of each exported constant of the table of activations. */
const documents = [...text('ts', 'activations.ts').matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export const (\w+)/g)].map(
  ([, words = '', name = '']) => ({ name, words: words.replace(/\s+\*?\s*/g, ' '), f: curves[name] as Curve }),
);

const saying = (claim: RegExp) => documents.filter(({ words }) => claim.test(words));

test('the documentation is found, and makes each of the claims somewhere', () => {
  expect(documents.length).toBeGreaterThanOrEqual(7);
  expect(saying(/\bf is odd/).map(({ name }) => name)).toContain('tanh');
  expect(saying(/f′ (is )?even/).map(({ name }) => name)).toEqual(expect.arrayContaining(['sigmoid', 'tanh']));
  expect(saying(/may fall by one ulp/).map(({ name }) => name)).toEqual(expect.arrayContaining(['elu', 'tanh']));
});

function expectSame(what: string, x: number, got: number, wanted: number): void {
  if (!same(got, wanted)) throw new Error(`${what} at ${show(x)}: got ${show(got)}, wanted ${show(wanted)}`);
}

describe('odd', () => {
  for (const { name, f } of [...saying(/\bf is odd/), ...documents.filter((each) => each.name === 'identity')])
    holds(name, numbers, 500, (x) => expectSame(name, x, f(-x), -f(x)));
});

describe('even', () => {
  for (const { name, f } of saying(/f′ (is )?even/))
    holds(`${name}′`, numbers, 500, (x) => expectSame(`${name}′`, x, f.deriv(-x), f.deriv(x)));
});

describe('rising, from a number to the next and to any other', () => {
  const steps = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 ** 40 }));
  const falls = saying(/may fall by one ulp/).map(({ name, f }) => [name, f, 1] as const);
  const never = ['identity', 'relu', 'lrelu', 'sigmoid'].map((name) => [name, curves[name] as Curve, 0] as const);
  for (const [name, f, most] of [...never, ...falls]) {
    holds(name, fc.tuple(finite, steps), 1000, ([x, count]) => {
      const next = neighbour(x, count);
      if (!Number.isFinite(next)) return;
      const [low, high] = [f(x), f(next)];
      if (low > high && distance(low, high) > most)
        throw new Error(`${name} falls from ${show(x)} to ${show(next)}: ${show(low)}, ${show(high)}`);
    });
  }
});
