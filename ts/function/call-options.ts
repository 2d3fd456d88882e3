// What the options of one call say, once they are read.

import type { Values } from '../engine/kernels.js';

/** The options of one call. */
export interface Options {
  out: unknown;
  shape: unknown;
  axis: number;
  /** Several axes, where they were given as a list. */
  axes: readonly number[] | undefined;
  more: RowOptions | undefined;
  values: Values;
  /** Where hyperparameters of this call are put. */
  readonly own: Values;
}

/** Options that only some functions have. */
export interface MoreOptions {
  readonly names: readonly string[];
  /** Reads one of them, or an axis that may be a list. */
  readonly read: (to: Options, key: string, value: unknown) => void;
}

/** What a call along rows leaves out. */
export interface RowOptions {
  readonly mask: unknown;
  readonly causal: boolean;
  /** Whether a row of which nothing is left is 0, not NaN. */
  readonly emptyIsZero: boolean;
  /** Whether an axis that is summed up stays, with length 1. */
  readonly keepDims: boolean;
}
