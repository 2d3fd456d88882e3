// Every function that JAX, Keras, SciPy or NumPy have, too, compared with their results (test/recordings/libraries).

import * as nonlin from 'nonlin';
import { describe, expect, test } from 'vitest';
import { text } from './support/files.js';
import type { Loose } from './support/functions.js';

interface Numbers {
  readonly data: readonly number[];
  readonly shape: readonly number[];
}
type Shaped = { data: Float64Array; shape: number[] };

interface Case {
  readonly library: string;
  readonly function: string;
  readonly name: string;
  readonly options: object;
  readonly inputs: Readonly<Record<'x', Numbers> & Partial<Record<'dy' | 'labels', Numbers>>>;
  readonly results: Readonly<Partial<Record<'value' | 'deriv' | 'deriv2' | 'back', Numbers>>>;
}

const { source, cases } = JSON.parse(text('test', 'recordings', 'libraries', 'functions.json')) as {
  source: string;
  cases: readonly Case[];
};

const shaped = ({ data, shape }: Numbers): Shaped => ({ data: Float64Array.from(data), shape: [...shape] });

const functions = new Map<string, unknown>(Object.entries(nonlin));

/** The same results as were recorded. */
function compute({ name, options, inputs, results }: Case): Record<string, unknown> {
  const f = functions.get(name) as Loose & Record<'deriv' | 'deriv2' | 'backward' | 'valueAndDeriv', Loose>;
  const x = shaped(inputs.x);
  if (inputs.labels) return f.valueAndDeriv(x, shaped(inputs.labels), options) as Record<string, unknown>;
  return {
    value: f(x, options),
    ...(results.deriv ? { deriv: f.deriv(x, options) } : {}),
    ...(results.deriv2 ? { deriv2: f.deriv2(x, options) } : {}),
    ...(inputs.dy ? { back: f.backward(shaped(inputs.dy), { x }, options) } : {}),
  };
}

/** Where terms cancel, the libraries round those, which are as large as x; along rows as the largest number that takes part. */
const LIMIT = 2e-14;

function expectNear(got: Shaped, wanted: Numbers, x: Numbers, what: string): void {
  expect(got.shape, what).toEqual(wanted.shape);
  const along = x.shape.length > 1;
  const largest = Math.max(1, ...[...wanted.data, ...x.data].map(Math.abs));
  for (const [i, value] of got.data.entries()) {
    const want = wanted.data[i] ?? Number.NaN;
    const scale = along ? largest : Math.max(1, Math.abs(want), Math.abs(x.data[i] ?? 0));
    expect(Math.abs(value - want), `${what}[${i}]: ${value} for ${want}`).toBeLessThanOrEqual(LIMIT * scale);
  }
}

describe(source, () => {
  test.each(cases.map((each, i) => [`${i}: ${each.library}, ${each.function} ${JSON.stringify(each.options)}`, each] as const))(
    '%s',
    (_, each) => {
      const got = compute(each);
      expect(Object.keys(got).sort()).toEqual(Object.keys(each.results).sort());
      for (const [key, wanted] of Object.entries(each.results)) {
        expectNear(got[key] as Shaped, wanted, each.inputs.x, `${each.name} ${key}`);
      }
    },
  );
});

test('what was recorded is of all four libraries', () => {
  const libraries = new Set(cases.map(({ library }) => library.split(' ')[0]));
  expect([...libraries].sort()).toEqual(['JAX', 'Keras', 'NumPy', 'SciPy']);
});
