// Every public type: containers, results, options, hyperparameters, and the functions themselves. A container in is the same
// container out. Nothing here runs, and nothing here is imported but the class of tensors, as a type.

import type { Tensor } from './containers/tensor.js';

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

/** Plain arrays, nested to any depth. */
export type NestedNumbers = number[] | NestedNumbers[];

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

// ---- Hyperparameters ----

/** A named number of a function: its default, its range, and another name where the field has one. */
export interface Hparam<Name extends string = string, Alias extends string = never> {
  readonly name: Name;
  readonly initial: number;
  readonly alias: Alias | undefined;
  readonly range: Range;
  /** The range in which `backward` can tell the branch from a saved y; undefined where that needs no narrower one. */
  readonly rangeFromY: Range | undefined;
}

type AnyHparam = Hparam<string, string>;

/** The numbers a hyperparameter may be. */
export interface Range {
  readonly says: string;
  readonly holds: (value: number) => boolean;
}

/** `{ alpha?: number }` for one hyperparameter; with an alias, one of the two names. */
type Named<H> =
  H extends Hparam<infer Name, infer Alias>
    ? [Alias] extends [never]
      ? { readonly [K in Name]?: number | undefined }
      :
          | ({ readonly [K in Name]?: number | undefined } & { readonly [K in Alias]?: undefined })
          | ({ readonly [K in Alias]?: number | undefined } & { readonly [K in Name]?: undefined })
    : never;

/** The options that set the hyperparameters `H`. */
export type HparamOptions<H extends readonly AnyHparam[]> = H extends readonly [
  infer First,
  ...infer Rest extends readonly AnyHparam[],
]
  ? Named<First> & HparamOptions<Rest>
  : unknown;

/** The hyperparameters `H` by name, each with its number. */
export type HparamValues<H extends readonly AnyHparam[]> = { readonly [K in H[number]['name']]: number };

// ---- Functions ----

/** An element-wise function: itself f(x), with its derivative and what goes with it. `Activation` alone is what all have in common. */
export interface Activation<Name extends string = string, H extends readonly Hparam<string, string>[] = readonly []>
  extends Elementwise<HparamOptions<H> & CallOptions> {
  /** f′(x), element by element. */
  readonly deriv: Elementwise<HparamOptions<H> & CallOptions>;
  /** dx = dy · f′, from x or from a saved y = f(x); dy and x (or y) have the same shape. */
  readonly backward: Backward<HparamOptions<H> & CallOptions>;
  /** f(x) and f′(x) in one pass over the data, the same bits as the two alone. */
  readonly valueAndDeriv: ValueAndDeriv<HparamOptions<H> & CallOptions>;
  /** The same function with other defaults. */
  readonly with: (values: H extends readonly [] ? Record<string, never> : HparamOptions<H>) => Activation<Name, H>;
  readonly name: Name;
  /** The hyperparameters where a call does not say another. */
  readonly defaults: HparamValues<H>;
}

/** One number for each of x; the result is in the container of x, or in `out`. */
export type Elementwise<Options> = <X extends Container, O extends Output | undefined = undefined>(
  x: X,
  options?: Options & Into<O>,
) => Returned<O, Result<X>>;

/** One number for each of dy; the result is in the container of dy, or in `out`. */
export type Backward<Options> = <D extends Container, O extends Output | undefined = undefined>(
  dy: D,
  saved: Saved<Container>,
  options?: Options & Into<O>,
) => Returned<O, Result<D>>;

/** Two numbers for each of x; the results are in containers like x, or in those of `out`. */
export type ValueAndDeriv<Options> = <X extends Container, O extends OutputPair | undefined = undefined>(
  x: X,
  options?: Options & Into<O>,
) => Returned<O, { value: Result<X>; deriv: Result<X> }>;

/** What a call of softmax may say. */
export interface SoftmaxOptions {
  /** Divides x before the exponential: finite and > 0. */
  readonly temperature?: number | undefined;
  /** The axis that sums to 1; negative counts from the end. */
  readonly axis?: number | undefined;
}

/** Softmax: itself the value, with its Jacobian and its gradient. */
export interface Softmax {
  /** e^(xᵢ/T) / Σ e^(xⱼ/T) along `axis`. */
  <X extends ArrayContainer, O extends Output | undefined = undefined>(
    x: X,
    options?: SoftmaxOptions & CallOptions & Into<O>,
  ): Returned<O, Result<X>>;
  /** The Jacobian (diag(s) − s sᵀ)/T: the other axes in order, then (U, U). */
  readonly deriv: <X extends ArrayContainer, O extends Output | undefined = undefined>(
    x: X,
    options?: SoftmaxOptions & CallOptions & Into<O>,
  ) => Returned<O, Jacobian<X>>;
  /** dx = J·dy in O(M·U), from x or from a saved y = softmax(x); dy and x (or y) have the same shape. */
  readonly backward: <D extends ArrayContainer, O extends Output | undefined = undefined>(
    dy: D,
    saved: Saved<ArrayContainer>,
    options?: SoftmaxOptions & CallOptions & Into<O>,
  ) => Returned<O, Result<D>>;
  /** The value and the Jacobian from one softmax. */
  readonly valueAndDeriv: <X extends ArrayContainer, O extends OutputPair | undefined = undefined>(
    x: X,
    options?: SoftmaxOptions & CallOptions & Into<O>,
  ) => Returned<O, { value: Result<X>; deriv: Jacobian<X> }>;
  /** The same function with other defaults. */
  readonly with: (values: SoftmaxOptions) => Softmax;
  readonly name: 'softmax';
  /** The axis and the temperature where a call does not say another. */
  readonly defaults: { readonly axis: number; readonly temperature: number };
}

/** The type of `hadamard`. */
export type Hadamard = <X extends Container, O extends Output | undefined = undefined>(
  dA: X,
  dLinear: Container,
  options?: Into<O>,
) => Returned<O, Result<X>>;

// ---- Errors and memory ----

/** The `code` of every error this library throws. */
export type ErrorCode = 'ERR_DTYPE' | 'ERR_SHAPE' | 'ERR_AXIS' | 'ERR_OPTION' | 'ERR_DISPOSED' | 'ERR_MEMORY' | 'ERR_ENVIRONMENT';

/** An error thrown by this library: a `TypeError`, a `RangeError` or (for the environment) an `Error`, with a code. */
export interface NonlinError extends Error {
  readonly code: ErrorCode;
}

/** What tensors and the library hold in wasm memory. */
export interface MemoryUse {
  /** Tensors that are not disposed. */
  readonly tensors: number;
  /** Bytes of their elements; tensors on the same memory count it once. */
  readonly bytes: number;
  /** Bytes of the whole wasm memory, which grows and never shrinks; 0 before the first call. */
  readonly capacity: number;
}

/**
 * A `WebAssembly.Module`. TypeScript's own type has no members and would take anything; this one refuses arrays, promises, functions
 * and strings, and needs no library of the browser.
 */
export interface WasmModule {
  readonly length?: never;
  readonly then?: never;
}

/** The bytes of nonlin's wasm file. */
export type WasmBytes = ArrayBufferLike | ArrayBufferView;

/** What `fetch` gives, as far as it is used. */
export interface WasmResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What `init` takes: a compiled module, its bytes, a response that has them, or the address of the file (a string or a `URL`). */
export type WasmSource = WasmModule | WasmBytes | WasmResponse | string | { readonly href: string };
