// Arbitrary numbers for properties: ordinary ones, the neighbours of what is special, every bit pattern.

import fc from 'fast-check';
import { neighbour, Random, SPECIALS } from './bits.js';

export const numbers: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -40, max: 40, noNaN: true }) },
  { weight: 2, arbitrary: fc.constantFrom(...SPECIALS) },
  { weight: 1, arbitrary: fc.double({ min: -800, max: 800, noNaN: true }) },
  { weight: 1, arbitrary: fc.integer({ min: -1280, max: 1280 }).map((k) => k / 32) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...SPECIALS), fc.integer({ min: -3, max: 3 })).map(([x, n]) => beside(x, n)) },
  { weight: 1, arbitrary: fc.double() },
);

const beside = (x: number, steps: number): number => (Number.isFinite(x) ? neighbour(x, steps) : x);

export const finite: fc.Arbitrary<number> = numbers.filter(Number.isFinite);

/** As many elements as a shape needs, drawn from a few numbers: those shrink, whatever the shape. */
export interface Palette {
  readonly from: readonly number[];
  readonly seed: number;
}

export const palettesOf = (of: fc.Arbitrary<number>): fc.Arbitrary<Palette> =>
  fc.record({ from: fc.array(of, { minLength: 1, maxLength: 12 }), seed: fc.nat(1000) });

export const palettes: fc.Arbitrary<Palette> = palettesOf(numbers);

export function drawn({ from, seed }: Palette, count: number): Float64Array {
  const random = new Random(seed);
  return Float64Array.from({ length: count }, () => (from.length === 1 ? from[0] : random.pick(from)) as number);
}
