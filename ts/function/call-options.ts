// The options of one call, once they have been read.

import type { Values } from '../engine/kernels.js';

/** The options of one call. */
export interface Options {
  out: unknown;
  shape: unknown;
  axis: number;
  /** Several axes, if they were given as a list. */
  axes: readonly number[] | undefined;
  more: RowOptions | undefined;
  values: Values;
  /** Room for the hyperparameters that this call sets. */
  readonly own: Values;
}

/** Options that only some functions have. */
export interface MoreOptions {
  readonly names: readonly string[];
  /** Reads one of them, or an axis that may be a list. */
  readonly read: (to: Options, key: string, value: unknown) => void;
}

/** What a call along rows leaves out, and how it reports rows. */
export interface RowOptions {
  readonly mask: unknown;
  readonly causal: boolean;
  /** Whether a row with nothing left gives 0, not NaN. */
  readonly emptyIsZero: boolean;
  /** Whether an axis that is reduced stays, with length 1. */
  readonly keepDims: boolean;
}
