// The worst inputs that `./build.sh accuracy --rows` has found, with the right results: they stay within the limits. And every
// function has been measured, by it or by the long run.

import * as nonlin from 'nonlin';
import { describe, expect, test } from 'vitest';
import { fromBits, ulp } from './support/bits.js';
import { text } from './support/files.js';
import { rowLimits } from './table.js';

/**
 * A line of docs/accuracy-rows.json. Numbers of `at` are bit patterns in hexadecimal, the exact result is `value` and `residual`
 * 254ths of its ulp.
 */
interface Line {
  readonly function: string;
  readonly op: string;
  readonly class: string;
  readonly reason: string | null;
  readonly worst: number | null;
  readonly ordinary: number;
  readonly at: {
    readonly temperature?: string;
    readonly inputs?: Readonly<Record<string, readonly string[]>>;
    readonly entry?: number;
    readonly value: string;
    readonly residual: number;
    readonly unit: string;
  } | null;
}

type Results = ArrayLike<number>;
type Inputs = (name: string) => Float64Array;

/** What computes the results of each operation, in the order of the record. */
const CALLS: Readonly<Record<string, Readonly<Record<string, (of: Inputs, temperature: number) => Results>>>> = {
  softmin: {
    value: (of, temperature) => nonlin.softmin(of('x'), { temperature }),
    jacobian: (of, temperature) => nonlin.softmin.deriv(of('x'), { temperature }).filter((_, i) => i % (of('x').length + 1) > 0),
    diagonal: (of, temperature) =>
      nonlin.softmin.deriv(of('x'), { temperature }).filter((_, i) => i % (of('x').length + 1) === 0),
    backward: (of, temperature) => nonlin.softmin.backward(of('dy'), { x: of('x') }, { temperature }),
    fromValue: (of, temperature) => nonlin.softmin.backward(of('dy'), { y: of('y') }, { temperature }),
  },
  ...Object.fromEntries(
    [nonlin.logSoftmax, nonlin.sparsemax].map((f) => [
      f.name,
      {
        value: (of: Inputs, temperature: number) => f(of('x'), { temperature }),
        backward: (of: Inputs, temperature: number) => f.backward(of('dy'), { x: of('x') }, { temperature }),
        fromValue: (of: Inputs, temperature: number) => f.backward(of('dy'), { y: of('y') }, { temperature }),
      },
    ]),
  ),
  logSumExp: {
    value: (of, temperature) => [nonlin.logSumExp(of('x'), { temperature })],
    deriv: (of, temperature) => nonlin.logSumExp.deriv(of('x'), { temperature }),
    backward: (of, temperature) => nonlin.logSumExp.backward(of('dy')[0] as number, { x: of('x') }, { temperature }),
  },
  softmaxCrossEntropy: {
    valueOfClass: (of, temperature) => [nonlin.softmaxCrossEntropy(of('x'), of('class')[0] as number, { temperature })],
    derivOfClass: (of, temperature) => nonlin.softmaxCrossEntropy.deriv(of('x'), of('class')[0] as number, { temperature }),
    value: (of, temperature) => [nonlin.softmaxCrossEntropy(of('x'), of('labels'), { temperature })],
    deriv: (of, temperature) => nonlin.softmaxCrossEntropy.deriv(of('x'), of('labels'), { temperature }),
  },
  sigmoidCrossEntropy: {
    value: (of) => nonlin.sigmoidCrossEntropy(of('x'), of('t')),
    deriv: (of) => nonlin.sigmoidCrossEntropy.deriv(of('x'), of('t')),
  },
  ...Object.fromEntries(
    [nonlin.glu, nonlin.swiglu, nonlin.geglu, nonlin.reglu].map((f) => {
      const x = (of: Inputs) => Float64Array.of(...of('a'), ...of('b'));
      return [
        f.name,
        {
          value: (of: Inputs) => f(x(of)),
          backwardA: (of: Inputs) => f.backward(of('dy'), { x: x(of) }).slice(0, 1),
          backwardB: (of: Inputs) => f.backward(of('dy'), { x: x(of) }).slice(1),
        },
      ];
    }),
  ),
  lstmGates: {
    h: (of) => lstm(of).next.h,
    c: (of) => lstm(of).next.c,
    backwardGates: (of) => lstm(of).back.gates,
    backwardC: (of) => lstm(of).back.c,
  },
  gruGates: {
    value: (of) => gru(of).next,
    backwardGates: (of) => gru(of).back.gates,
    backwardH: (of) => gru(of).back.h,
    backwardHn: (of) => gru(of).back.hn,
  },
  prelu: {
    value: (of) => nonlin.prelu(of('x'), { alpha: of('alpha') }, { axis: 0, shape: [1, of('x').length] }),
    deriv: (of) => nonlin.prelu.deriv(of('x'), { alpha: of('alpha') }, { axis: 0, shape: [1, of('x').length] }),
    backward: (of) =>
      nonlin.prelu.backward(of('dy'), { x: of('x'), alpha: of('alpha') }, { axis: 0, shape: [1, of('x').length] }).x,
    backwardAlpha: (of) =>
      nonlin.prelu.backward(of('dy'), { x: of('x'), alpha: of('alpha') }, { axis: 0, shape: [1, of('x').length] }).alpha,
  },
  hadamard: {
    value: (of) => nonlin.hadamard(of('a'), of('b')),
    contraction: (of) => nonlin.hadamard(of('a'), of('matrix')),
  },
};

function lstm(of: Inputs) {
  const gates = Float64Array.of(...['i', 'f', 'g', 'o'].flatMap((name) => [...of(name)]));
  const back = nonlin.lstmGates.backward({ h: of('dh'), c: of('dc') }, { gates, c: of('c') });
  return { next: nonlin.lstmGates(gates, { c: of('c') }), back };
}

function gru(of: Inputs) {
  const gates = Float64Array.of(...['r', 'z', 'n'].flatMap((name) => [...of(name)]));
  const back = nonlin.gruGates.backward(of('dh'), { gates, h: of('h'), hn: of('hn') });
  return { next: nonlin.gruGates(gates, { h: of('h'), hn: of('hn') }), back };
}

const record = (name: string) => (JSON.parse(text('docs', name)) as { results: Line[] }).results;
const number = (bits: string): number => fromBits(BigInt(`0x${bits}`));
const lines = record('accuracy-rows.json');

describe.each([...new Set(lines.map((line) => line.function))])('%s', (name) => {
  const own = lines.filter((line) => line.function === name);

  test('the record has the limits of test/limits.json, and keeps them', () => {
    for (const { op, worst, ordinary, reason } of own) {
      expect(ordinary, `${name} ${op}`).toBe(rowLimits(name, op));
      if (reason === null) expect(worst, `${name} ${op}`).toBeLessThanOrEqual(ordinary);
    }
  });

  test('the worst inputs', () => {
    let tried = 0;
    for (const { op, class: kind, at, ordinary, reason } of own) {
      if (at?.inputs === undefined || reason !== null) continue;
      const { inputs, entry = 0, temperature = '3ff0000000000000' } = at;
      const of = (part: string) => Float64Array.from(inputs[part] ?? [], number);
      const call = CALLS[name]?.[op];
      if (!call) throw new Error(`no call for ${name} ${op}`);
      const got = call(of, number(temperature))[entry] as number;
      const exact = number(at.value);
      const error = Math.abs(got - exact - (at.residual / 254) * ulp(exact)) / number(at.unit);
      expect(error, `${name} ${op}, ${kind}: ${got} for ${exact}`).toBeLessThanOrEqual(ordinary + 0.01);
      tried++;
    }
    expect(tried).toBeGreaterThan(0);
  });
});

test('every function has been measured', () => {
  const measured = new Set([...lines, ...record('accuracy.json')].map((line) => line.function));
  const functions = Object.values(nonlin).filter((f) => typeof f === 'function' && ('backward' in f || 'deriv' in f));
  expect(functions.length).toBeGreaterThan(30);
  expect([...functions, nonlin.hadamard].map((f) => f.name).filter((name) => !measured.has(name))).toEqual([]);
});
