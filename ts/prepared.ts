// A call that has been read and checked, but not computed: the interface between a function and nonlin/parallel, which is a file
// of its own. Imports nothing above the types of arrays.

import type { FloatArray, NumberArray } from './typed.js';

/** The name of the symbol (`Symbol.for`) under which every activation function keeps its `Preparing`. @internal */
export const PREPARE = 'nonlin/prepare';

/** @internal */
export interface Preparing {
  /** Reads and checks a call as the function itself does, and makes its result. `args` are x, or dy and `{ x }` or `{ y }`. */
  prepare(method: Method, args: readonly unknown[], options: unknown): Prepared;
  /** The compiled module and its parts, for workers; undefined if the host does not hand the module out. */
  modules(): readonly WebAssembly.Module[] | undefined;
}

/** `value`, or the name of a method. @internal */
export type Method = 'value' | 'deriv' | 'deriv2' | 'backward' | 'valueAndDeriv';

/** @internal */
export interface Prepared {
  readonly work: Work;
  /** The number of slices, which can be computed separately and in any order; 0 if nothing is left to compute. */
  readonly slices: number;
  /** The number of elements of the largest array that takes part. */
  readonly size: number;
  /** Computes the call now, on this thread, and returns its result. */
  here(): unknown;
  /** What is needed to compute the call elsewhere. */
  parts(): Parts;
}

/** What is to be computed, in the form in which it is sent to a worker. @internal */
export interface Work {
  readonly name: string;
  readonly method: Method;
  readonly hyperparameters: Readonly<Record<string, number | string>>;
  /** What `backward` starts from. */
  readonly from: 'x' | 'y';
  /** For functions along rows: the elements of a row, and how far apart they are. */
  readonly row: readonly [units: number, inner: number] | undefined;
}

/** @internal */
export interface Parts {
  /** x or y, and dy. */
  readonly inputs: readonly Part<NumberArray>[];
  /** Where the results go: the value and, if there is one, the derivative. */
  readonly outputs: readonly Part<FloatArray>[];
  /** To be called when the results are there; returns the result of the call. */
  finish(): unknown;
}

/** All elements of an array in order, and how many of them belong to a slice. @internal */
export interface Part<Elements> {
  readonly array: Elements;
  readonly width: number;
}
