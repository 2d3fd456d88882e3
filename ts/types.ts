// Every public type: what goes in, what comes out, options, and the functions themselves. Nothing here runs, and nothing is
// imported but the class of tensors, as a type. Any TypeScript from 5.4 on reads these declarations, whatever its `lib`: a name
// that an older one lacks is looked up by a conditional type, and is `never` where it is missing.

import type { Tensor } from './containers/tensor.js';

// ---- Typed arrays ----

/** What `new Float64Array(0)` is: `Float64Array<ArrayBuffer>` from TypeScript 5.7 on, where results can go wherever one is wanted. */
export type NewFloat64Array = ReturnType<Float64ArrayConstructor['of']>;

/** What `new Float32Array(0)` is. */
export type NewFloat32Array = ReturnType<Float32ArrayConstructor['of']>;

/** What `new Float16Array(0)` is, where `lib` has that class. */
export type NewFloat16Array = typeof globalThis extends { readonly Float16Array: { of(...items: number[]): infer Made } }
  ? Made
  : never;

/** `Float16Array`, where `lib` has it. */
export type AnyFloat16Array = typeof globalThis extends { readonly Float16Array: { readonly prototype: infer Any } }
  ? Any
  : never;

/** Typed arrays of floating-point numbers; results are of the same type, rounded once. */
export type FloatArray = Float64Array | Float32Array | AnyFloat16Array;

/** Typed arrays of integers; results are of type `Float64Array`. */
export type IntegerArray = Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** Typed arrays whose elements are numbers. */
export type NumberArray = FloatArray | IntegerArray;

// ---- Containers: what goes in ----

/** Arrays of numbers, nested to any depth; the innermost rows may be typed arrays. All rows at one depth have the same length. */
export type NestedArray =
  | readonly number[]
  | readonly (NumberArray | NestedArray)[]
  // Makes TypeScript count the elements of a literal: a ragged one can then be refused.
  | readonly [];

interface Strided<Data> {
  readonly data: Data;
  /** How many elements of `data` apart neighbours along each axis are; negative and zero are allowed. Row by row if absent. */
  readonly stride?: ArrayLike<number> | undefined;
  /** Another name for `stride`. */
  readonly strides?: ArrayLike<number> | undefined;
  /** The index in `data` of the first element: 0 if absent. */
  readonly offset?: number | undefined;
  /** `'row-major'` or `'column-major'`; must agree with the strides. */
  readonly order?: unknown;
  /** NumPy's word for a column-major order. */
  readonly fortran_order?: unknown;
  /** The type of the elements; must agree with `data`. */
  readonly dtype?: unknown;
  /** Another name for `dtype`. */
  readonly type?: unknown;
}

interface WithShape<Data> extends Strided<Data> {
  /** How many elements there are along each axis. */
  readonly shape: ArrayLike<number>;
  /** Another name for `shape`. */
  readonly dims?: ArrayLike<number> | undefined;
}

interface WithDims<Data> extends Strided<Data> {
  /** How many elements there are along each axis. */
  readonly dims: ArrayLike<number>;
  /** Another name for `dims`. */
  readonly shape?: ArrayLike<number> | undefined;
}

/** Numbers with a shape, as ndarray, stdlib, vectorious, onnxruntime and others have them. */
export type StridedArray = WithShape<NumberArray | readonly number[]> | WithDims<NumberArray | readonly number[]>;

/** Everything a function takes that has an axis. */
export type ArrayContainer = NumberArray | NestedArray | StridedArray | Tensor;

/** Everything a function takes. */
export type Container = number | ArrayContainer;

/** `unknown`; for a literal whose rows differ in length or depth the text of the error. `x: X & Rectangular<X>` refuses that. */
export type Rectangular<X> = IsRagged<X> extends true ? 'all rows must have the same length and depth' : unknown;

// The first condition is there for the type parameter of a caller's own generic function: TypeScript decides whether `X` goes
// where `X & Rectangular<X>` is asked for by trying `any`, which so leaves one possible answer.
type IsRagged<X> = [0] extends [1 & X] ? false : X extends readonly unknown[] ? RowsDiffer<RowsOf<X>> : false;

/** Whether literals of one depth have several lengths, here or further in; `Row` is the union of them. */
type RowsDiffer<Row> = [Row] extends [never] ? false : IsUnion<LengthOf<Row>> extends true ? true : RowsDiffer<RowsOf<Row>>;

/** The elements of typed arrays, and of arrays whose length TypeScript knows. */
type RowsOf<Row> = Row extends NumberArray
  ? number
  : Row extends readonly unknown[]
    ? number extends Row['length']
      ? never
      : Row[number]
    : never;

/** The length of an array where it is known; a number has none. What may have any length says nothing. */
type LengthOf<Row> = Row extends number
  ? 'none'
  : Row extends readonly unknown[]
    ? number extends Row['length']
      ? never
      : Row['length']
    : never;

type IsUnion<Type, Whole = Type> = [Type] extends [never]
  ? false
  : Type extends unknown
    ? [Whole] extends [Type]
      ? false
      : true
    : never;

// ---- Results: what comes out ----

/** The result for a container with a shape of its own that is neither nested nor a tensor: row by row, without gaps. */
export interface ShapedArray {
  data: NewFloat64Array;
  shape: number[];
}

/** The container of the result for a container `X`. */
export type Result<X> = 0 extends 1 & X // any stays any
  ? X
  : X extends number
    ? number
    : X extends Tensor
      ? Tensor
      : X extends Float64Array | IntegerArray
        ? NewFloat64Array
        : X extends Float32Array
          ? NewFloat32Array
          : X extends AnyFloat16Array
            ? NewFloat16Array
            : X extends readonly (infer Row)[]
              ? [Row] extends [number]
                ? number[]
                : Result<Row>[]
              : ShapedArray;

/** The container of the Jacobian for a container `X`: nested arrays get one level deeper, all others stay as they are. */
export type Jacobian<X> = 0 extends 1 & X
  ? X
  : X extends readonly (infer Row)[]
    ? [Row] extends [number]
      ? number[]
      : Result<X>[]
    : Result<X>;

/** Plain arrays, nested to any depth. */
export type NestedNumbers = number[] | NestedNumbers[];

// ---- `out`: where results go ----

/** Arrays to write to, nested to any depth; the innermost rows may be typed arrays. */
export type NestedOutput = number[] | FloatArray[] | NestedOutput[];

/** A view to write to; its strides are honoured. */
export type StridedOutput = WithShape<FloatArray | number[]> | WithDims<FloatArray | number[]>;

/** Everything that `out` takes, whatever the result, but for nested arrays. */
export type FlatOutput = FloatArray | number[] | StridedOutput | Tensor;

/** Everything that `out` takes: it has as many elements as the result and, where it has a shape, the result's shape. */
export type Output = FlatOutput | NestedOutput;

/** What `out` takes where the result without it is of type `New`: nested arrays are as deep as those of the result. */
export type OutputFor<New> =
  | FlatOutput
  | (New extends readonly (infer Row)[] ? ([Row] extends [number] ? NestedOutput : RowsFor<Row>[]) : NestedOutput);

type RowsFor<Row> = Row extends readonly (infer Inner)[]
  ? [Inner] extends [number]
    ? number[] | FloatArray
    : RowsFor<Inner>[]
  : number[] | FloatArray;

/** What `out` takes where a call has two results. */
export interface OutputPair<Value = Output, Deriv = Output> {
  readonly value: Value;
  readonly deriv: Deriv;
}

/** Where the result goes. */
export interface Into<Out> {
  /** The call writes into this and returns it. It may be an input itself, but not for a Jacobian. */
  readonly out?: Out;
}

/**
 * What a call returns: `out`, or a new result where there is none. `Given` is there so that TypeScript takes `Out` from `out` alone,
 * and not from what the caller does with the result.
 */
export type Returned<Out, New> = NoInfer<Out> extends infer Given ? (Given extends undefined ? New : Given) : never;

// ---- Options ----

/** The options of every call that are not hyperparameters. */
export interface CallOptions<Out = Output | undefined> extends Into<Out> {
  /** Reads a flat array as one of this shape; the result stays flat. */
  readonly shape?: readonly number[] | undefined;
}

declare const none: unique symbol;

/** For functions without hyperparameters. */
export interface NoHyperparameters {
  /** Nothing has this key: it is there because TypeScript lets every option pass where a type is empty. */
  readonly [none]?: never;
}

/** Hyperparameters by name; what a call does not give is the default. */
export type Hyperparameters<Names extends string> = { readonly [Name in Names]?: number | undefined };

/** The hyperparameter of `elu`. */
export interface EluOptions {
  /** −f(−∞); any finite number, 1 by default. */
  readonly alpha?: number | undefined;
}

/** The hyperparameter of `lrelu`, under one of its two names. */
export type LreluOptions =
  | {
      /** The slope for x ≤ 0; any finite number, 0.3 by default. */
      readonly alpha?: number | undefined;
      readonly negativeSlope?: undefined;
    }
  | {
      readonly alpha?: undefined;
      /** The slope for x ≤ 0; any finite number, 0.3 by default. */
      readonly negativeSlope?: number | undefined;
    };

/** The hyperparameter and the axes of the softmax family. */
export interface SoftmaxOptions {
  /** Divides x before the exponential: finite and > 0, 1 by default. */
  readonly temperature?: number | undefined;
  /** The axis of a row, or several whose elements together are one row: negative counts from the end, −1 by default. */
  readonly axis?: number | readonly number[] | undefined;
}

/** Booleans, nested to any depth. */
export type NestedBooleans = readonly boolean[] | readonly NestedBooleans[];

/** What a mask is: booleans, or numbers 0 and 1. Its shape is that of x, or broadcasts to it as NumPy's shapes do. */
export type Mask = ArrayContainer | NestedBooleans | { readonly data: readonly boolean[]; readonly shape: ArrayLike<number> };

/** What the rows of a call leave out. */
export interface RowOptions {
  /** Which elements count: those that are false or 0 are left out, as −∞ is (in softmin ∞). */
  readonly mask?: Mask | undefined;
  /**
   * Leaves out later keys: of the last two axes, queries and keys, query r keeps the first r + 1 keys, as `is_causal` of PyTorch and JAX
   * does. The rows run along the last axis. False by default.
   */
  readonly causal?: boolean | undefined;
  /** What a row of which nothing is left is: NaN by default, or 0, its gradients too. */
  readonly emptyRow?: 'nan' | 'zero' | undefined;
}

/** Hyperparameters by name, each with its number. */
export type Defaults<Names extends string> = { readonly [Name in Names]: number };

// ---- Functions ----

/** The input that `backward` goes back from. */
export interface FromX<X> {
  /** The input of the forward pass. */
  readonly x: X;
  readonly y?: undefined;
}

/** The saved result that `backward` goes back from. */
export interface FromY<Y> {
  readonly x?: undefined;
  /** The result of the forward pass: y = f(x). */
  readonly y: Y;
}

/** What `backward` goes back from: the input x, or a saved result y = f(x). */
export type Saved<Array> = FromX<Array> | FromY<Array>;

/** One number for each of x; the result is in a container like x, or in `out`. */
export type Elementwise<Options> = <X extends Container, Out extends OutputFor<Result<X>> | undefined = undefined>(
  x: X & Rectangular<X>,
  options?: Options & CallOptions<Out>,
) => Returned<Out, Result<X>>;

/** One number for each of dy; the result is in a container like dy, or in `out`. */
export type Backward<Options, From = Saved<Container>> = <
  Dy extends Container,
  Out extends OutputFor<Result<Dy>> | undefined = undefined,
>(
  dy: Dy & Rectangular<Dy>,
  from: From,
  options?: Options & CallOptions<Out>,
) => Returned<Out, Result<Dy>>;

/** Two numbers for each of x; the results are in containers like x, or in those of `out`. */
export type ValueAndDeriv<Options> = <
  X extends Container,
  Out extends OutputPair<OutputFor<Result<X>>, OutputFor<Result<X>>> | undefined = undefined,
>(
  x: X & Rectangular<X>,
  options?: Options & CallOptions<Out>,
) => Returned<Out, { value: Result<X>; deriv: Result<X> }>;

/** An element-wise function: itself f(x), with its derivative and what goes with it. `Names` are its hyperparameters. */
export interface ElementwiseFunction<Options = NoHyperparameters, Names extends string = keyof Options & string>
  extends Elementwise<Options> {
  /** f′(x), element by element. */
  readonly deriv: Elementwise<Options>;
  /** dx = dy · f′(x); dy and x have the same shape. */
  readonly backward: Backward<Options, FromX<Container>>;
  /** f(x) and f′(x) in one pass over the data, the same bits as the two alone. */
  readonly valueAndDeriv: ValueAndDeriv<Options>;
  /** The same function with other defaults. */
  readonly with: (values: Options) => ElementwiseFunction<Options, Names>;
  readonly name: string;
  /** The hyperparameters of a call that does not give them. */
  readonly defaults: Defaults<Names>;
}

/** An element-wise function whose derivative can be had from its value. */
export interface InvertibleFunction<Options = NoHyperparameters, Names extends string = keyof Options & string>
  extends ElementwiseFunction<Options, Names> {
  /** dx = dy · f′, from x or from a saved y = f(x); dy and x (or y) have the same shape. */
  readonly backward: Backward<Options>;
  /** The same function with other defaults. */
  readonly with: (values: Options) => InvertibleFunction<Options, Names>;
}

/** The defaults of the softmax family. */
export type SoftmaxDefaults = { readonly axis: number | readonly number[]; readonly temperature: number };

/** A function along rows: itself the value, with its gradient. */
export interface RowFunction {
  /** The value, like x. */
  <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: SoftmaxOptions & RowOptions & CallOptions<Out>,
  ): Returned<Out, Result<X>>;
  /** dx = J·dy in O(M·U), from x or from a saved y; dy and x (or y) have the same shape. */
  readonly backward: <Dy extends ArrayContainer, Out extends OutputFor<Result<Dy>> | undefined = undefined>(
    dy: Dy & Rectangular<Dy>,
    from: Saved<ArrayContainer>,
    options?: SoftmaxOptions & RowOptions & CallOptions<Out>,
  ) => Returned<Out, Result<Dy>>;
  /** The same function with other defaults. */
  readonly with: (values: SoftmaxOptions) => RowFunction;
  readonly name: string;
  /** The axis and the temperature of a call that does not give them. */
  readonly defaults: SoftmaxDefaults;
}

/** The result of a function that gives one number a row, for a container `X` and one axis; flat arrays are one row. */
export type Reduced<X> = 0 extends 1 & X
  ? X
  : X extends Tensor
    ? Tensor
    : X extends NumberArray
      ? number
      : X extends readonly (infer Row)[]
        ? [Row] extends [number]
          ? number
          : Result<Row>
        : ShapedArray;

/** What a function that gives one number a row takes. */
export interface ReductionOptions {
  /** Whether the axis stays, with length 1. False by default. */
  readonly keepDims?: boolean | undefined;
}

/** The result for options of the type `Options`: of several axes, or where the type does not tell, any of the possible ones. */
export type ReducedWith<X, Options> = Options extends { readonly keepDims: true } | { readonly shape: readonly number[] }
  ? Result<X>
  : Options extends { readonly axis: readonly number[] } | { readonly keepDims: boolean }
    ? X extends Tensor
      ? Tensor
      : X extends NumberArray
        ? number | Result<X>
        : X extends readonly unknown[]
          ? number | Result<X> | NestedNumbers | FloatArray
          : ShapedArray
    : Reduced<X>;

/** `logSumExp`: one number a row, with its derivative and its gradient. */
export interface LogSumExp {
  /** ln Σ e^(x/T), of the shape of x without the axis. */
  <
    X extends ArrayContainer,
    const Options extends SoftmaxOptions & RowOptions & ReductionOptions & CallOptions = Record<never, never>,
  >(
    x: X & Rectangular<X>,
    options?: Options,
  ): ReducedResult<X, Options>;
  /** softmax(x/T)/T, like x. */
  readonly deriv: <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: ReductionOptions & SoftmaxOptions & RowOptions & CallOptions<Out>,
  ) => Returned<Out, Result<X>>;
  /** dx = dy·softmax(x/T)/T, like x; dy has the shape of the value. */
  readonly backward: <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    dy: Container,
    from: FromX<X>,
    options?: ReductionOptions & SoftmaxOptions & RowOptions & CallOptions<Out>,
  ) => Returned<Out, Result<X>>;
  /** The value and the derivative from one pass. */
  readonly valueAndDeriv: <
    X extends ArrayContainer,
    const Options extends SoftmaxOptions & RowOptions & ReductionOptions & CallOptions<OutputPair | undefined> = Record<
      never,
      never
    >,
  >(
    x: X & Rectangular<X>,
    options?: Options,
  ) => Options extends { readonly out: infer Out extends OutputPair }
    ? Out
    : { value: ReducedWith<X, Options>; deriv: Result<X> };
  /** The same function with other defaults. */
  readonly with: (values: SoftmaxOptions) => LogSumExp;
  readonly name: string;
  /** The axis and the temperature of a call that does not give them. */
  readonly defaults: SoftmaxDefaults;
}

type ReducedResult<X, Options> = Options extends { readonly out: infer Out extends Output } ? Out : ReducedWith<X, Options>;

/** Softmax: itself the value, with its Jacobian and its gradient. */
export interface Softmax {
  /** e^(xᵢ/T) / Σ e^(xⱼ/T) along `axis`. */
  <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: SoftmaxOptions & RowOptions & CallOptions<Out>,
  ): Returned<Out, Result<X>>;
  /** The Jacobian (diag(s) − s sᵀ)/T: the other axes in order, then (U, U). */
  readonly deriv: <X extends ArrayContainer, Out extends OutputFor<Jacobian<X>> | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: SoftmaxOptions & RowOptions & CallOptions<Out>,
  ) => Returned<Out, Jacobian<X>>;
  /** dx = J·dy in O(M·U), from x or from a saved y = softmax(x); dy and x (or y) have the same shape. */
  readonly backward: <Dy extends ArrayContainer, Out extends OutputFor<Result<Dy>> | undefined = undefined>(
    dy: Dy & Rectangular<Dy>,
    from: Saved<ArrayContainer>,
    options?: SoftmaxOptions & RowOptions & CallOptions<Out>,
  ) => Returned<Out, Result<Dy>>;
  /** The value and the Jacobian from one softmax. */
  readonly valueAndDeriv: <
    X extends ArrayContainer,
    Out extends OutputPair<OutputFor<Result<X>>, OutputFor<Jacobian<X>>> | undefined = undefined,
  >(
    x: X & Rectangular<X>,
    options?: SoftmaxOptions & RowOptions & CallOptions<Out>,
  ) => Returned<Out, { value: Result<X>; deriv: Jacobian<X> }>;
  /** The same function with other defaults. */
  readonly with: (values: SoftmaxOptions) => Softmax;
  readonly name: string;
  /** The axis and the temperature of a call that does not give them. */
  readonly defaults: SoftmaxDefaults;
}

/**
 * Any activation function of this package, element-wise or softmax, as programs store and pass it: every container but a number
 * goes in, and hyperparameters are set by `with`.
 */
export interface ActivationFunction {
  <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: CallOptions<Out>,
  ): Returned<Out, Result<X>>;
  /** The derivative, like x; of softmax the Jacobian, where nested arrays are one level deeper. */
  readonly deriv: <X extends ArrayContainer, Out extends FlatOutput | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: CallOptions<Out>,
  ) => Returned<Out, Result<X> | Jacobian<X>>;
  /** dx = dy · ∂f/∂x; dy and x have the same shape. */
  readonly backward: <Dy extends ArrayContainer, Out extends OutputFor<Result<Dy>> | undefined = undefined>(
    dy: Dy & Rectangular<Dy>,
    from: FromX<ArrayContainer>,
    options?: CallOptions<Out>,
  ) => Returned<Out, Result<Dy>>;
  /** The value and the derivative in one pass over the data. */
  readonly valueAndDeriv: <
    X extends ArrayContainer,
    Out extends OutputPair<OutputFor<Result<X>>, FlatOutput> | undefined = undefined,
  >(
    x: X & Rectangular<X>,
    options?: CallOptions<Out>,
  ) => Returned<Out, { value: Result<X>; deriv: Result<X> | Jacobian<X> }>;
  /** The same function with other defaults; those that it does not have are refused when the program runs. */
  with(values: Readonly<Record<string, number | undefined>>): ActivationFunction;
  readonly name: string;
  /** The hyperparameters of a call that does not give them, and the axis where there is one. */
  readonly defaults: Readonly<Record<string, number | readonly number[]>>;
}

/** The type of `hadamard`. */
export type Hadamard = <X extends Container, Out extends OutputFor<Result<X>> | undefined = undefined>(
  dA: X & Rectangular<X>,
  dLinear: Container,
  options?: Into<Out>,
) => Returned<Out, Result<X>>;

// ---- The wasm module ----

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

// ---- Tensors, memory and errors ----

/** `dispose` under the name that `using` calls, `Symbol.dispose`, where `lib` has that symbol. */
export type DisposeMethod = SymbolConstructor extends { readonly dispose: infer Key extends symbol }
  ? { readonly [Name in Key]: () => void }
  : object;

/** What tensors and the library hold in wasm memory. */
export interface MemoryUse {
  /** Tensors that are not disposed. */
  readonly tensors: number;
  /** Bytes of their elements; tensors on the same memory count it once. */
  readonly bytes: number;
  /** Bytes of the whole wasm memory, which grows and never shrinks; 0 before the first call. */
  readonly capacity: number;
}

/** The `code` of every error this library throws. */
export type ErrorCode =
  | 'ERR_DTYPE'
  | 'ERR_SHAPE'
  | 'ERR_AXIS'
  | 'ERR_OPTION'
  | 'ERR_DISPOSED'
  | 'ERR_MEMORY'
  | 'ERR_ENVIRONMENT'
  | 'ERR_WORKER';

/** An error thrown by this library: a `TypeError`, a `RangeError` or (for the environment) an `Error`, with a code. */
export interface NonlinError extends Error {
  readonly code: ErrorCode;
}
