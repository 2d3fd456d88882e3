// Inputs that people pass but a random generator never makes: rows of equal numbers, of integers, with a single 1, gradients that
// add up to 0. Numbers that cancel, tie or lie on a grid reach code that random ones never do.

import { MIN, neighbour } from './bits.js';

type Pattern = (i: number, count: number) => number;

/** Logits, or inputs of element-wise functions, by their place. */
export const INPUTS: Readonly<Record<string, Pattern>> = {
  zeros: () => 0,
  'zeros of both signs': (i) => (i % 2 ? -0 : 0),
  ones: () => 1,
  equal: () => -2.5,
  integers: (i) => (i % 41) - 20,
  alternating: (i) => (i % 2 ? 3 : -3),
  sorted: (i, count) => (60 * i) / count - 30,
  'one of them 1': (i) => Number(i === 1),
  'one of them far': (i) => (i === 1 ? 50 : 0),
  'the largest several times': (i) => (i % 3 ? -1 : 5),
  sparse: (i) => (i % 10 ? 0 : 2),
  'powers of two': (i) => 2 ** ((i % 40) - 20),
  'grid points': (i) => ((i % 640) - 320) / 16,
  'between grid points': (i) => ((i % 640) - 320) / 16 + 1 / 32,
  kinks: (i) => [0, 1, -1, 0.5, -0.5, 3, -3, 6][i % 8] as number,
  'beside kinks': (i) => neighbour([0, 1, -1, 0.5, -0.5, 3, -3, 6][i % 8] as number, i & 8 ? 1 : -1),
  'ends of ranges': (i) => [0, -708, -745, -36, -38, -40, -44, -20][i % 8] as number,
  'far from one': (i) => (i === 0 ? 0 : -800),
  subnormal: (i) => MIN * ((i % 5) - 2),
};

/** Gradients, or labels, for a row whose softmax is `s`. */
export const GRADIENTS: Readonly<Record<string, (s: Float64Array) => Float64Array>> = {
  zeros: (s) => s.map(() => 0),
  ones: (s) => s.map(() => 1),
  'one of them 1': (s) => s.map((_, i) => Number(i === 1)),
  'of a loss': (s) => s.map((p, i) => p - Number(i === 0)),
  'of the mean of losses': (s) => s.map((p, i) => (p - Number(i === 0)) / 3),
  'itself softmax': (s) => s.slice(),
  alternating: (s) => s.map((_, i) => (i % 2 ? -1 : 1)),
  'pairs of tenths': (s) => s.map((_, i) => (i % 2 ? -0.1 : 0.1)),
  'tenths that add up to 0': (s) => s.map((_, i) => [0.1, 0.2, -0.3][i % 3] as number),
  'free of their mean': (s) => s.map((_, i) => i - (s.length - 1) / 2),
  'large ones cancel': (s) => s.map((_, i) => [2 ** 54, -(2 ** 54), 1][i % 3] as number),
  'huge ones cancel': (s) => s.map((_, i) => [2 ** 900, -(2 ** 900), 2 ** 600][i] ?? 0),
  'huge ones cancel down to a tiny one': (s) => s.map((_, i) => [2 ** 500, -(2 ** 500), 2 ** -500][i] ?? 0),
  'tiny ones cancel': (s) => s.map((_, i) => (i % 2 ? -1e-310 : 1e-310)),
  sparse: (s) => s.map((_, i) => Number(i % 10 === 4)),
};

/** `count` inputs of a pattern. */
export const inputsOf = (pattern: Pattern, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => pattern(i, count));
