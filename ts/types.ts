// What goes in and what comes out, as types: a container in is the same container out.

import type { Tensor } from './tensor.js';

/** Typed arrays of integers; their results are `Float64Array`s. */
export type IntegerArray = Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** Typed arrays that are read as numbers. */
export type NumberArray = Float64Array | Float32Array | IntegerArray;

/** Arrays of numbers, nested to any depth; every row of one depth has the same length. */
export type NestedArray = readonly number[] | readonly NestedArray[];

/** Numbers with a shape, as scijs `ndarray` and others have them; row-major and from the start unless it says otherwise. */
export interface StridedArray {
  readonly data: NumberArray | readonly number[];
  readonly shape: readonly number[];
  /** In elements; negative and zero are allowed. */
  readonly stride?: readonly number[] | undefined;
  /** The element of `data` where the first one is. */
  readonly offset?: number | undefined;
}

/** Everything a function takes. */
export type Container = number | NumberArray | NestedArray | StridedArray | Tensor;

/** Everything a function takes that has an axis. */
export type ArrayContainer = Exclude<Container, number>;

/** The result for a container with a shape of its own that is neither nested nor a tensor. */
export interface ShapedArray {
  data: Float64Array;
  shape: number[];
}

/** The container of the result for a container `X`. */
export type Result<X> = X extends number
  ? number
  : X extends Tensor
    ? Tensor
    : X extends Float32Array
      ? Float32Array
      : X extends Float64Array | IntegerArray
        ? Float64Array
        : X extends readonly (infer E)[]
          ? [E] extends [number]
            ? number[]
            : Result<E>[]
          : ShapedArray;

/** The container of the Jacobian for a container `X`: flat stays flat, nested gets one level deeper. */
export type Jacobian<X> = X extends readonly (infer E)[] ? ([E] extends [number] ? number[] : Deeper<E>[]) : Result<X>;

type Deeper<X> = X extends readonly (infer E)[] ? ([E] extends [number] ? number[][] : Deeper<E>[]) : never;

/** Arrays to write to, nested to any depth. */
export type NestedOutput = number[] | NestedOutput[];

/** A view to write to; its strides are honoured. */
export interface StridedOutput {
  readonly data: Float64Array | Float32Array | number[];
  readonly shape: readonly number[];
  readonly stride?: readonly number[] | undefined;
  readonly offset?: number | undefined;
}

/** Everything `options.out` takes: as many elements as the result and, where it has a shape, the result's shape. */
export type Output = Float64Array | Float32Array | NestedOutput | StridedOutput | Tensor;

/** What `options.out` takes where a call has two results. */
export interface OutputPair {
  readonly value: Output;
  readonly deriv: Output;
}

/** The options of every call that are no hyperparameters. */
export interface CallOptions {
  /** Reads a flat container as one of this shape; the result stays flat. */
  readonly shape?: readonly number[] | undefined;
}

/** Where the result goes; the call returns that very object. It may be an input itself, but not for a Jacobian. */
export interface Into<O> {
  readonly out?: O;
}

/** What a call returns: `out`, or where there may be none a new result. O is what `out` is, not what the caller hopes for. */
export type Returned<O, New> = NonNullable<NoInfer<O>> | (undefined extends NoInfer<O> ? New : never);

/** What `backward` goes back from: the input x, or a saved result y = f(x). */
export type Saved<X> = { readonly x: X; readonly y?: undefined } | { readonly x?: undefined; readonly y: X };
