// A mask is what −∞ in its place is (∞ in softmin), whatever its kind and however many axes it repeats along.

import fc from 'fast-check';
import * as nonlin from 'nonlin';
import { describe } from 'vitest';
import { expectSameBits } from '../support/bits.js';
import { product } from '../support/containers.js';
import { drawn, palettes } from '../support/elements.js';
import type { Loose } from '../support/functions.js';
import { holds } from '../support/properties.js';

const { logSoftmax, logSumExp, softmax, softmin, sparsemax } = nonlin as unknown as Readonly<Record<string, Loose>>;

/** The loss and its gradient for labels of one in every entry, also in those that a mask leaves out. */
const lossOf = ((x: { readonly data: Float64Array; readonly shape: readonly number[] }, options?: object) => {
  const labels = { data: new Float64Array(x.data.length).fill(1), shape: x.shape };
  const { value, deriv } = nonlin.softmaxCrossEntropy.valueAndDeriv(x, labels, options);
  return { data: Float64Array.of(...value.data, ...deriv.data) };
}) as unknown as Loose;

const cases = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
  palette: palettes,
  kept: fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
  /** How many of the leading axes the mask repeats along. */
  repeats: fc.nat(2),
  asNumbers: fc.boolean(),
});

describe.each([
  [softmax, Number.NEGATIVE_INFINITY],
  [softmin, Number.POSITIVE_INFINITY],
  [logSoftmax, Number.NEGATIVE_INFINITY],
  [sparsemax, Number.NEGATIVE_INFINITY],
  [logSumExp, Number.NEGATIVE_INFINITY],
  [lossOf, Number.NEGATIVE_INFINITY],
] as [Loose, number][])('%o', (f, masked) => {
  holds('a mask', cases, 150, ({ shape, palette, kept, repeats, asNumbers }) => {
    const own = shape.slice(Math.min(repeats, shape.length - 1));
    const size = product(own);
    const keeps = (i: number) => kept[(i % size) % kept.length] as boolean;
    const x = drawn(palette, product(shape));
    const data = Array.from({ length: size }, (_, i) => (asNumbers ? Number(keeps(i)) : keeps(i)));
    const replaced = x.map((value, i) => (keeps(i) ? value : masked));
    const got = f({ data: x, shape }, { mask: { data, shape: own } }) as { data: Float64Array };
    const wanted = f({ data: replaced, shape }) as { data: Float64Array };
    expectSameBits('masked', got.data, wanted.data);
  });
});
