// What is measured on ordinary inputs, and all targets in one place. Ratios say how many times faster nonlin is.

import { POINTWISE } from './nonlin.js';
import { hasForms, type Op } from './plain.js';
import type { OrdinaryRow } from './record.js';

export interface Case {
  readonly fn: string;
  readonly op: Op;
  readonly rows: number;
  readonly units: number;
}

const EXP = ['sigmoid', 'tanh'];
const LIGHT = ['relu', 'lrelu'];

const POINTWISE_OPS: readonly Op[] = ['value', 'deriv', 'valueAndDeriv', 'backward', 'backwardY'];
const POINTWISE_SIZES = [
  [4, 4],
  [32, 16],
  [256, 128],
  [1024, 1024],
] as const;
const ROW_OPS: readonly Op[] = ['value', 'backward', 'backwardY', 'jacobian'];
const ROW_SIZES = [
  [4, 4],
  [32, 10],
  [64, 1000],
] as const;

const size = (rows: number, units: number) => `${rows}x${units}`;
export const sizeOf = ({ rows, units }: { rows: number; units: number }): string => `${rows}×${units}`;

/** Every case for which there is plain JavaScript to compare with. */
export const CASES: readonly Case[] = [
  ...POINTWISE.flatMap((fn) =>
    POINTWISE_OPS.filter((op) => hasForms(fn, op)).flatMap((op) =>
      POINTWISE_SIZES.map(([rows, units]) => ({ fn, op, rows, units })),
    ),
  ),
  ...ROW_OPS.flatMap((op) =>
    ROW_SIZES.filter(([, units]) => op !== 'jacobian' || units <= 10).map(([rows, units]) => ({
      fn: 'softmax',
      op,
      rows,
      units,
    })),
  ),
  { fn: 'hadamard', op: 'product', rows: 256, units: 128 },
  { fn: 'hadamard', op: 'contraction', rows: 64, units: 10 },
];

/** fn/op/rowsxunits, in which `--only` looks for its words. */
export const idOf = ({ fn, op, rows, units }: Case): string => `${fn}/${op}/${size(rows, units)}`;

/** The cases that `--quick` leaves out. */
export const isLong = ({ op, rows, units }: Case): boolean =>
  rows * units < 32 || rows * units > 2 ** 16 || op === 'backwardY' || op === 'valueAndDeriv' || (op === 'deriv' && rows === 32);

export interface Ask {
  readonly on: 'arrays' | 'tensors';
  readonly against: string;
  readonly asked: number;
}

/** Targets on arrays, copies included, against the best plain loop that receives its containers as arguments. */
function askedOfArrays({ fn, op, rows, units }: Case): number | undefined {
  const count = rows * units;
  // identity only copies, so it cannot be faster than a copy.
  if (fn === 'identity' || op === 'valueAndDeriv' || op === 'product' || op === 'contraction') return undefined;
  if (count < 32) return ['value', 'deriv', 'backward'].includes(op) ? 1 / 2 : undefined;
  if (op === 'backwardY' || op === 'jacobian' || LIGHT.includes(fn)) return 1;
  if (EXP.includes(fn)) return 3;
  if (fn === 'softmax') return 2.5;
  if (fn === 'elu') return count < 256 * 128 ? 1.5 : 2.5;
  return undefined;
}

/** Targets on tensors, against PyTorch's native kernels. */
function askedOfTorch({ fn, op, rows, units }: Case): number | undefined {
  if (op !== 'value' || rows * units < 256 * 128) return undefined;
  if (LIGHT.includes(fn)) return 0.9;
  return [...EXP, 'elu', 'softmax'].includes(fn) ? 1 : undefined;
}

/** All targets of a case. */
export function asksOf(test: Case): Ask[] {
  const { fn, op, rows, units } = test;
  const count = rows * units;
  const asks: Ask[] = [];
  const ask = (on: Ask['on'], against: string, asked: number | undefined) => {
    if (asked !== undefined) asks.push({ on, against, asked });
  };
  ask('arrays', 'handed', askedOfArrays(test));
  // Nothing is copied on tensors, so they have to match the loop that V8 specialises.
  ask('tensors', 'closure', count < 32 || fn === 'identity' ? undefined : 1);
  ask('tensors', 'PyTorch', askedOfTorch(test));
  ask('tensors', 'copy', LIGHT.includes(fn) && op === 'value' && rows === 1024 ? 0.9 : undefined);
  ask('tensors', 'EpyNN', fn === 'softmax' && op === 'backward' && units === 1000 ? 1000 : 1);
  return asks;
}

/** The ratio that a target is about, if its contender was measured. */
export const askedRatio = (row: OrdinaryRow, { on, against }: Ask): number | undefined => row[on][against];

/** Upper limits, unless the name says otherwise. */
export const ASKED = {
  /** Nanoseconds of `f(0.3)`, `f.deriv(0.3)` and `f.backward(1, { x: 0.3 })`. */
  number: 40,
  /** Nanoseconds that a call on `{ data, shape }` takes beyond the same call on typed arrays. */
  strided: 150,
  /**
   * The least ratio to plain JavaScript on the same container: typed arrays, number[] and nested arrays, by the number of
   * elements.
   */
  atLeastTyped: (count: number): number | undefined => (count < 4 ? undefined : count < 32 ? 1 / 2 : 1),
  atLeastArrays: (count: number): number => (count < 64 ? 1 / 2.5 : 1),
  /** The least ratio of Float32Array and Float16Array to Float64Array, and to the float32 of tfjs. */
  atLeastFloat64: 1,
  atLeastTfjs: (fn: string): number => (fn === 'tanh' ? 1 : 1 / 1.5),
  /** The least ratio to one core: a pool on shared memory, 4096×1024 elements, functions with an exponential. */
  parallel: 1.7,
  /** The worst placing of arrays in their page, as a multiple of the best one. */
  placing: 1.3,
  /** Milliseconds from an imported module to the first result. */
  start: 6,
  /** The same for gelu, whose table is the largest. */
  startOfGelu: 12,
  /** Bytes per call with `out`. */
  allocation: 1,
} as const;
