// Neighbours of an element, or of a row, change nothing: f(a, b) = f(a), f(b), also across the borders of vectors and blocks.

import fc from 'fast-check';
import { describe } from 'vitest';
import { expectSameBits } from '../support/bits.js';
import { drawn, palettes } from '../support/elements.js';
import { elementwiseOperations, type Operation, resultsOf, rowOperations } from '../support/functions.js';
import { holds } from '../support/properties.js';

// Around the length of a vector, of a block of kernels and of one of calls.
const counts = fc.oneof(fc.nat(9), fc.nat(300), fc.constantFrom(127, 128, 129, 2047, 4095, 4096, 4097, 9001));

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const arraysOf = (operation: Operation, returned: unknown) => resultsOf(operation, returned) as Float64Array[];

describe('element by element', () => {
  for (const operation of elementwiseOperations) {
    holds(operation.name, fc.tuple(palettes, palettes, counts, counts), 12, ([x, dy, m, n]) => {
      const [first, second] = [drawn(x, m), drawn(dy, n)];
      const [left, right] = [drawn(dy, m), drawn(x, n)];
      const whole = arraysOf(operation, operation.call(joined([first, second]), joined([left, right]), undefined));
      const [a, b] = [operation.call(first, left, undefined), operation.call(second, right, undefined)];
      const parts = [arraysOf(operation, a), arraysOf(operation, b)] as const;
      for (const [i, got] of whole.entries())
        expectSameBits(operation.name, got, joined([parts[0][i] as Float64Array, parts[1][i] as Float64Array]));
    });
  }
});

describe('row by row', () => {
  for (const operation of rowOperations) {
    const units = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(10, 33, 64));
    const options = (rows: number, of: number) => ({ shape: [rows, of] });
    holds(operation.name, fc.tuple(palettes, palettes, units, fc.nat(5), fc.nat(40)), 25, ([x, dy, length, m, n]) => {
      const [first, second] = [drawn(x, m * length), drawn(dy, n * length)];
      const [left, right] = [drawn(dy, m * length), drawn(x, n * length)];
      const both = operation.call(joined([first, second]), joined([left, right]), options(m + n, length));
      const parts = [
        arraysOf(operation, operation.call(first, left, options(m, length))),
        arraysOf(operation, operation.call(second, right, options(n, length))),
      ] as const;
      for (const [i, got] of arraysOf(operation, both).entries())
        expectSameBits(operation.name, got, joined([parts[0][i] as Float64Array, parts[1][i] as Float64Array]));
    });
  }
});
