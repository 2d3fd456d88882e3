// Gated units, recurrent cells and losses against what PyTorch gave (test/recordings/pytorch).

import { geglu, glu, gruGates, lstmGates, reglu, sigmoidCrossEntropy, softmaxCrossEntropy, swiglu } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { text } from './support/files.js';

interface Numbers {
  readonly data: readonly number[];
  readonly shape: readonly number[];
}
type Named = Readonly<Record<string, Numbers>>;

interface Case {
  readonly name: 'glu' | 'swiglu' | 'geglu' | 'reglu' | 'lstmGates' | 'gruGates' | 'softmaxCrossEntropy' | 'sigmoidCrossEntropy';
  readonly options: object;
  readonly inputs: Named;
  readonly labels?: Numbers;
  readonly results: Named;
  /** The gradients of the results, and what came back for the inputs. */
  readonly gradients: Named;
  readonly back: Named;
}

const { source, cases } = JSON.parse(text('test', 'recordings', 'pytorch', 'layers.json')) as {
  source: string;
  cases: readonly Case[];
};

type Shaped = { data: Float64Array; shape: number[] };

function part(of: Named, name: string): Shaped {
  const found = of[name];
  if (!found) throw new Error(`no ${name} was recorded`);
  return { data: Float64Array.from(found.data), shape: [...found.shape] };
}

/** PyTorch rounds the terms of each result: its error is relative to the largest number that takes part. */
function expectNear(got: Shaped, wanted: Numbers | undefined, largest: number, what: string): void {
  expect(got.shape, what).toEqual(wanted?.shape);
  for (const [i, value] of got.data.entries()) {
    const error = Math.abs(value - (wanted?.data[i] ?? Number.NaN));
    expect(error, `${what}[${i}]: ${value} for ${wanted?.data[i]}`).toBeLessThanOrEqual(2e-15 * largest);
  }
}

const sum = (a: Shaped, b: Shaped): Shaped => ({ data: a.data.map((value, i) => value + (b.data[i] ?? 0)), shape: a.shape });

const UNITS = { glu, swiglu, geglu, reglu };

/** The results, and the gradients of the inputs. */
function compute({ name, options, inputs, labels, gradients }: Case): [Record<string, Shaped>, Record<string, Shaped>] {
  const input = (key: string) => part(inputs, key);
  switch (name) {
    case 'lstmGates': {
      const saved = { gates: input('gates'), c: input('c') };
      const dy = { h: part(gradients, 'h'), c: part(gradients, 'c') };
      return [lstmGates(saved.gates, { c: saved.c }), lstmGates.backward(dy, saved)];
    }
    case 'gruGates': {
      // The hidden side's part of n was h itself: both gradients are h's.
      const saved = { gates: input('gates'), h: input('h'), hn: input('h') };
      const { gates, h, hn } = gruGates.backward(part(gradients, 'value'), saved);
      return [{ value: gruGates(saved.gates, { h: saved.h, hn: saved.hn }) }, { gates, h: sum(h, hn) }];
    }
    case 'softmaxCrossEntropy':
    case 'sigmoidCrossEntropy': {
      const [x, dy, t] = [input('x'), part(gradients, 'value'), part({ labels: labels as Numbers }, 'labels')];
      const soft = name === 'softmaxCrossEntropy';
      const { value, deriv } = soft ? softmaxCrossEntropy.valueAndDeriv(x, t, options) : sigmoidCrossEntropy.valueAndDeriv(x, t);
      const width = deriv.data.length / value.data.length;
      const back = deriv.data.map((slope, i) => slope * (dy.data[Math.floor(i / width)] ?? 0));
      return [{ value }, { x: { data: back, shape: deriv.shape } }];
    }
    default: {
      const x = input('x');
      const f = UNITS[name];
      return [{ value: f(x, options) }, { x: f.backward(part(gradients, 'value'), { x }, options) }];
    }
  }
}

describe(source, () => {
  test.each(cases.map((each, i) => [`${i}: ${each.name} ${JSON.stringify(each.options)}`, each] as const))('%s', (_, each) => {
    const [results, back] = compute(each);
    const largest = Math.max(
      1,
      ...Object.values({ ...each.inputs, ...each.results, ...each.back }).flatMap(({ data }) => data.map(Math.abs)),
    );
    expect(Object.keys(results).sort()).toEqual(Object.keys(each.results).sort());
    for (const [key, got] of Object.entries(results)) expectNear(got, each.results[key], largest, key);
    for (const key of Object.keys(each.back)) expectNear(back[key] as Shaped, each.back[key], largest, `gradient of ${key}`);
  });
});
