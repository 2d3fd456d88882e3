// A call that is read and checked, but not computed: what nonlin/parallel, which is in a file of its own, has of a function. Below
// all of it.

import type { FloatArray, NumberArray } from './typed.js';

/** Under the symbol of this name, `Symbol.for`, every activation function has its `Preparing`. @internal */
export const PREPARE = 'nonlin/prepare';

/** @internal */
export interface Preparing {
  /** Reads and checks a call as the function does, and makes what it returns. `args` are x, or dy and `{ x }` or `{ y }`. */
  prepare(method: Method, args: readonly unknown[], options: unknown): Prepared;
  /** The compiled module and its parts, for workers; undefined where the host keeps it to itself. */
  modules(): readonly WebAssembly.Module[] | undefined;
}

/** `value`, or the name of a method. @internal */
export type Method = 'value' | 'deriv' | 'deriv2' | 'backward' | 'valueAndDeriv';

/** @internal */
export interface Prepared {
  readonly work: Work;
  /** Slices that are computed apart from each other, in any order; 0 where nothing is left to compute. */
  readonly slices: number;
  /** Elements of the largest array that takes part. */
  readonly size: number;
  /** Computes it now, in this thread, and gives the result. */
  here(): unknown;
  /** What it takes to compute it elsewhere. */
  parts(): Parts;
}

/** What is computed, as it is sent to a worker. @internal */
export interface Work {
  readonly name: string;
  readonly method: Method;
  readonly hyperparameters: Readonly<Record<string, number | string>>;
  /** What `backward` goes back from. */
  readonly from: 'x' | 'y';
  /** For functions along rows: the elements of a row, and how far apart they are. */
  readonly row: readonly [units: number, inner: number] | undefined;
}

/** @internal */
export interface Parts {
  /** x or y, and dy. */
  readonly inputs: readonly Part<NumberArray>[];
  /** Where the results go: the value, and the derivative. */
  readonly outputs: readonly Part<FloatArray>[];
  /** To be called when the results are there: the result of the call. */
  finish(): unknown;
}

/** All elements of an array in order, and how many of them belong to a slice. @internal */
export interface Part<Elements> {
  readonly array: Elements;
  readonly width: number;
}
