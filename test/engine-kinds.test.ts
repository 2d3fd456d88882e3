// How V8 represents the arrays of the caller. It keeps an array of fractions as plain doubles, but turns it for good into an
// array of objects if one place of a program reads both from such arrays and from arrays of arrays: whoever uses it then takes
// several times as long.

import { setFlagsFromString } from 'node:v8';
import {
  type ActivationFunction,
  glu,
  hadamard,
  logSoftmax,
  prelu,
  relu,
  sigmoid,
  sigmoidCrossEntropy,
  softmax,
  softmaxCrossEntropy,
  Tensor,
} from 'nonlin';
import { expect, test } from 'vitest';

setFlagsFromString('--allow-natives-syntax');
const holdsDoubles = new Function('array', 'return %HasDoubleElements(array)') as (array: unknown) => boolean;

const FUNCTIONS: readonly ActivationFunction[] = [relu, sigmoid, softmax];
const COUNT = 64;
const numbers = (): number[] => {
  const array: number[] = [];
  for (let i = 0; i < COUNT; i++) array.push(Math.sin(i) * 5 + 0.1);
  return array;
};
const MASK = numbers().map((value) => value > 0);
const nested = (): number[][] => Array.from({ length: 4 }, numbers);

test('arrays of fractions stay arrays of doubles, flat ones and rows, in every call', () => {
  const flat = [numbers(), numbers(), numbers(), numbers()] as const;
  const rows = [nested(), nested(), nested(), nested()] as const;
  // The types of calls are tested elsewhere.
  const both = [flat, rows as unknown as typeof flat];
  const results: unknown[] = [];
  // Often enough for the optimising compiler to have run.
  for (let round = 0; round < 2500; round++) {
    results.length = 0;
    for (const [x, dy, out, deriv] of both) {
      for (const f of FUNCTIONS) {
        f(x, { out });
        f.backward(dy, { x }, { out });
        results.push(f(x), f.backward(dy, { x }));
      }
      sigmoid.backward(dy, { y: out }, { out: deriv });
      softmax.backward(dy, { y: out }, { out: deriv });
      sigmoid.valueAndDeriv(x, { out: { value: out, deriv } });
      results.push(
        sigmoid.deriv(x),
        logSoftmax(x),
        glu(x),
        glu.backward(glu(x), { x }),
        hadamard(x, dy),
        softmax(x, { mask: MASK }),
      );
    }
    const [[a, b], [c, d]] = [flat, rows];
    results.push(sigmoidCrossEntropy.deriv(a, b), sigmoidCrossEntropy.deriv(c, d), softmaxCrossEntropy.deriv(c, [0, 1, 2, 3]));
    results.push(prelu(c, { alpha: 0.2 }), relu({ data: a, shape: [8, 8] }, { out: { data: b, shape: [8, 8] } }));
    if (round % 100 === 0) {
      const tensor = Tensor.from(rows[0]);
      results.push(tensor.toArray(), (tensor.reshape(4 * COUNT) as Tensor).toArray());
      tensor.dispose();
    }
  }
  const tensor = Tensor.from(rows[0]);
  results.push(tensor.toArray());
  tensor.dispose();

  const all = [...flat, ...rows, ...results].filter((one): one is unknown[] => Array.isArray(one));
  const objects = all.flatMap((one): unknown[] => (Array.isArray(one[0]) ? one : [one])).filter((array) => !holdsDoubles(array));
  expect(objects).toEqual([]);
});
