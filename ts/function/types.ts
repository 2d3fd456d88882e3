// The types of functions: containers with tensors among them, results, options, and the functions themselves. Nothing here runs.

import type { Tensor } from '../containers/tensor.js';
import type {
  AnyFloat16Array,
  FloatArray,
  IntegerArray,
  NestedArray,
  NestedNumbers,
  NestedOutput,
  NewFloat16Array,
  NewFloat32Array,
  NewFloat64Array,
  NumberArray,
  Rectangular,
  ShapedArray,
  StridedArray,
  StridedOutput,
} from '../types.js';

// ---- Containers: what goes in ----

/** Everything a function takes that has an axis. */
export type ArrayContainer = NumberArray | NestedArray | StridedArray | Tensor;

/** Everything a function takes. */
export type Container = number | ArrayContainer;

// ---- Results: what comes out ----

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

/** The container of the Jacobian for a container `X`: nested arrays become one level deeper, all others stay as they are. */
export type Jacobian<X> = 0 extends 1 & X
  ? X
  : X extends readonly (infer Row)[]
    ? [Row] extends [number]
      ? number[]
      : Result<X>[]
    : Result<X>;

// ---- `out`: where results go ----

/** Everything that `out` accepts, whatever the result, except nested arrays. */
export type FlatOutput = FloatArray | number[] | StridedOutput | Tensor;

/** Everything that `out` accepts: it has as many elements as the result and, where it has a shape, the result's shape. */
export type Output = FlatOutput | NestedOutput;

/** What `out` accepts where the result without it is of type `New`: nested arrays are as deep as those of the result. */
export type OutputFor<New> =
  | FlatOutput
  | (New extends readonly (infer Row)[] ? ([Row] extends [number] ? NestedOutput : RowsFor<Row>[]) : NestedOutput);

type RowsFor<Row> = Row extends readonly (infer Inner)[]
  ? [Inner] extends [number]
    ? number[] | FloatArray
    : RowsFor<Inner>[]
  : number[] | FloatArray;

/** What `out` accepts where a call has two results. */
export interface OutputPair<Value = Output, Deriv = Output> {
  readonly value: Value;
  readonly deriv: Deriv;
}

/** Where the result goes. */
export interface Into<Out> {
  /** The call writes into this container and returns it. It may be an input itself, except for a Jacobian. */
  readonly out?: Out;
}

/**
 * What a call returns: `out`, or a new result if there is none. `Given` makes TypeScript infer `Out` from `out` alone, and not
 * from what the caller does with the result.
 */
export type Returned<Out, New> = NoInfer<Out> extends infer Given ? (Given extends undefined ? New : Given) : never;

// ---- Options ----

/** The options that every call accepts in addition to hyperparameters. */
export interface CallOptions<Out = Output | undefined> extends Into<Out> {
  /** The shape of a flat array; the result stays flat. */
  readonly shape?: readonly number[] | undefined;
}

declare const none: unique symbol;

/** For functions without hyperparameters. */
export interface NoHyperparameters {
  /** No object has this key. It exists because TypeScript would accept any option for an empty type. */
  readonly [none]?: never;
}

/** Hyperparameters by name; those that a call omits take their defaults. */
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
  /** The axis of a row, or several that together form one row; a negative axis counts from the end. −1 by default. */
  readonly axis?: number | readonly number[] | undefined;
}

/** Booleans, nested to any depth. */
export type NestedBooleans = readonly boolean[] | readonly NestedBooleans[];

/** A mask: booleans, or the numbers 0 and 1. Its shape is that of x, or broadcasts to it as in NumPy. */
export type Mask = ArrayContainer | NestedBooleans | { readonly data: readonly boolean[]; readonly shape: ArrayLike<number> };

/** Options that leave elements out of the rows of a call. */
export interface RowOptions {
  /** Which elements to keep: false or 0 leaves one out, as −∞ does (in softmin, ∞). */
  readonly mask?: Mask | undefined;
  /**
   * Leaves out later keys: the last two axes are queries and keys, and query r keeps the first r + 1 keys, like `is_causal` in
   * PyTorch and JAX. Rows must run along the last axis. False by default.
   */
  readonly causal?: boolean | undefined;
  /** The result and the gradients of a row in which no element is left: NaN by default, or 0. */
  readonly emptyRow?: 'nan' | 'zero' | undefined;
}

/** The hyperparameters `Names` of `Options`, each with the type of its default. */
export type Defaults<Options, Names extends string = keyof Options & string> = {
  readonly [Name in Names]: Name extends keyof Options ? NonNullable<Options[Name]> : number;
};

// ---- Functions ----

/** The input from which `backward` computes gradients. */
export interface FromX<X> {
  /** The input of the forward pass. */
  readonly x: X;
  readonly y?: undefined;
}

/** The saved result from which `backward` computes gradients. */
export interface FromY<Y> {
  readonly x?: undefined;
  /** The result of the forward pass: y = f(x). */
  readonly y: Y;
}

/** What `backward` computes gradients from: the input x, or a saved result y = f(x). */
export type Saved<Array> = FromX<Array> | FromY<Array>;

/** One number for each element of x; the result is in a container like x, or in `out`. */
export type Elementwise<Options> = <X extends Container, Out extends OutputFor<Result<X>> | undefined = undefined>(
  x: X & Rectangular<X>,
  options?: Options & CallOptions<Out>,
) => Returned<Out, Result<X>>;

/** One number for each element of dy; the result is in a container like dy, or in `out`. */
export type Backward<Options, From = Saved<Container>> = <
  Dy extends Container,
  Out extends OutputFor<Result<Dy>> | undefined = undefined,
>(
  dy: Dy & Rectangular<Dy>,
  from: From,
  options?: Options & CallOptions<Out>,
) => Returned<Out, Result<Dy>>;

/** Two numbers for each element of x; the results are in containers like x, or in those of `out`. */
export type ValueAndDeriv<Options> = <
  X extends Container,
  Out extends OutputPair<OutputFor<Result<X>>, OutputFor<Result<X>>> | undefined = undefined,
>(
  x: X & Rectangular<X>,
  options?: Options & CallOptions<Out>,
) => Returned<Out, { value: Result<X>; deriv: Result<X> }>;

/** An element-wise function with its first derivative. Calling it gives f(x). `Names` are its hyperparameters. */
export interface FirstOrderFunction<Options = NoHyperparameters, Names extends string = keyof Options & string>
  extends Elementwise<Options> {
  /** f′(x), element by element. */
  readonly deriv: Elementwise<Options>;
  /** dx = dy · f′(x); dy and x have the same shape. */
  readonly backward: Backward<Options, FromX<Container>>;
  /** f(x) and f′(x) in one pass over the data, bit for bit the results of the two separate calls. */
  readonly valueAndDeriv: ValueAndDeriv<Options>;
  /** The same function with other defaults. */
  readonly with: (values: Options) => FirstOrderFunction<Options, Names>;
  readonly name: string;
  /** The values of hyperparameters that a call omits. */
  readonly defaults: Defaults<Options, Names>;
}

/** An element-wise function f(x) with its first and second derivatives. `Names` are its hyperparameters. */
export interface ElementwiseFunction<Options = NoHyperparameters, Names extends string = keyof Options & string>
  extends FirstOrderFunction<Options, Names> {
  /** f″(x), element by element. */
  readonly deriv2: Elementwise<Options>;
  /** The same function with other defaults. */
  readonly with: (values: Options) => ElementwiseFunction<Options, Names>;
}

/** An element-wise function whose derivative can be computed from its value. */
export interface InvertibleFunction<Options = NoHyperparameters, Names extends string = keyof Options & string>
  extends ElementwiseFunction<Options, Names> {
  /** dx = dy · f′, from x or from a saved y = f(x); dy and x (or y) have the same shape. */
  readonly backward: Backward<Options>;
  /** The same function with other defaults. */
  readonly with: (values: Options) => InvertibleFunction<Options, Names>;
}

/** The defaults of the softmax family. */
export type SoftmaxDefaults = { readonly axis: number | readonly number[]; readonly temperature: number };

/** A function along rows. Calling it gives the value; it has a gradient, too. */
export interface RowFunction {
  /** The value, in a container like x. */
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
  /** The default axis and temperature of a call. */
  readonly defaults: SoftmaxDefaults;
}

/** The result of a function that gives one number per row, for a container `X` and one axis; a flat array is one row. */
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

/** The options of a function that gives one number per row. */
export interface ReductionOptions {
  /** Whether to keep the axis, with length 1. False by default. */
  readonly keepDims?: boolean | undefined;
}

/**
 * The result for options of type `Options`; for several axes, or where the type does not decide, the union of the possible
 * results.
 */
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

/** `logSumExp`: one number per row, with its derivative and its gradient. */
export interface LogSumExp {
  /** ln Σ e^(x/T), with the shape of x without the axis. */
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
  /** The default axis and temperature of a call. */
  readonly defaults: SoftmaxDefaults;
}

/** The result for these options, or `out` where they contain it. */
export type ReducedResult<X, Options> = Options extends { readonly out: infer Out extends Output }
  ? Out
  : ReducedWith<X, Options>;

/** The axis of a gated unit. */
export interface GatedOptions {
  /** The axis that contains both halves; a negative one counts from the end. −1 by default. */
  readonly axis?: number | undefined;
}

/** A gated unit. Calling it gives the value; it has a gradient, too. */
export interface GatedUnit {
  /** a·act(b), half as long as x along the axis. */
  <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: GatedOptions & CallOptions<Out>,
  ): Returned<Out, Result<X>>;
  /** The gradient of both halves, like x; dy has the shape of the value. */
  readonly backward: <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    dy: ArrayContainer,
    from: FromX<X>,
    options?: GatedOptions & CallOptions<Out>,
  ) => Returned<Out, Result<X>>;
  /** The same function with another axis. */
  readonly with: (values: GatedOptions) => GatedUnit;
  readonly name: string;
  /** The axis of a call that omits it. */
  readonly defaults: { readonly axis: number };
}

/** A call with x and the slopes of its channels. */
export type SlopedCall = <X extends Container, Out extends OutputFor<Result<X>> | undefined = undefined>(
  x: X & Rectangular<X>,
  parameters: { readonly alpha: Container },
  options?: GatedOptions & CallOptions<Out>,
) => Returned<Out, Result<X>>;

/** `prelu`: x if x > 0, else alpha·x, with its derivatives and both gradients. */
export interface Prelu extends SlopedCall {
  /** 1 if x > 0, else alpha. */
  readonly deriv: SlopedCall;
  /** 0 on both branches. */
  readonly deriv2: SlopedCall;
  /** The value and the derivative from one pass. */
  readonly valueAndDeriv: <X extends Container, Out extends OutputPair<OutputFor<Result<X>>> | undefined = undefined>(
    x: X & Rectangular<X>,
    parameters: { readonly alpha: Container },
    options?: GatedOptions & CallOptions<Out>,
  ) => Returned<Out, { value: Result<X>; deriv: Result<X> }>;
  /** The gradients of x and of alpha. */
  readonly backward: <
    Dy extends Container,
    Alpha extends Container,
    Out extends { readonly x: Output; readonly alpha: Output } | undefined = undefined,
  >(
    dy: Dy & Rectangular<Dy>,
    inputs: { readonly x: Container; readonly alpha: Alpha },
    options?: GatedOptions & CallOptions<Out>,
  ) => Returned<Out, { x: Result<Dy>; alpha: Result<Alpha> }>;
  /** The same function with another axis. */
  readonly with: (values: GatedOptions) => Prelu;
  readonly name: string;
  /** The axis of a call that omits it. */
  readonly defaults: { readonly axis: number };
}

/** The options of a loss along rows. */
export type LossOptions = SoftmaxOptions & Pick<RowOptions, 'mask' | 'emptyRow'>;

/** `softmaxCrossEntropy`: the loss of each row, with its gradient. */
export interface SoftmaxCrossEntropy {
  /** One loss per row, in the shape of the logits without the axis. */
  <X extends ArrayContainer, const Options extends LossOptions & CallOptions = Record<never, never>>(
    logits: X & Rectangular<X>,
    labels: Container,
    options?: Options,
  ): ReducedResult<X, Options>;
  /** The gradient with respect to the logits, like them. */
  readonly deriv: <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    logits: X & Rectangular<X>,
    labels: Container,
    options?: LossOptions & CallOptions<Out>,
  ) => Returned<Out, Result<X>>;
  /** The losses and the gradient in one pass. */
  readonly valueAndDeriv: <
    X extends ArrayContainer,
    const Options extends LossOptions & CallOptions<OutputPair | undefined> = Record<never, never>,
  >(
    logits: X & Rectangular<X>,
    labels: Container,
    options?: Options,
  ) => Options extends { readonly out: infer Out extends OutputPair }
    ? Out
    : { value: ReducedWith<X, Options>; deriv: Result<X> };
  /** The same function with other defaults. */
  readonly with: (values: SoftmaxOptions) => SoftmaxCrossEntropy;
  readonly name: string;
  /** The default axis and temperature of a call. */
  readonly defaults: SoftmaxDefaults;
}

/** `sigmoidCrossEntropy`: the loss of each element, with its gradient. */
export interface SigmoidCrossEntropy {
  /** One loss per element. */
  <X extends Container, Out extends OutputFor<Result<X>> | undefined = undefined>(
    logits: X & Rectangular<X>,
    targets: Container,
    options?: CallOptions<Out>,
  ): Returned<Out, Result<X>>;
  /** The gradient with respect to the logits. */
  readonly deriv: <X extends Container, Out extends OutputFor<Result<X>> | undefined = undefined>(
    logits: X & Rectangular<X>,
    targets: Container,
    options?: CallOptions<Out>,
  ) => Returned<Out, Result<X>>;
  /** The losses and the gradient in one pass. */
  readonly valueAndDeriv: <X extends Container, Out extends OutputPair<OutputFor<Result<X>>> | undefined = undefined>(
    logits: X & Rectangular<X>,
    targets: Container,
    options?: CallOptions<Out>,
  ) => Returned<Out, { value: Result<X>; deriv: Result<X> }>;
  /** The same function: it has no hyperparameters. */
  readonly with: (values: NoHyperparameters) => SigmoidCrossEntropy;
  readonly name: string;
  readonly defaults: Readonly<Record<never, never>>;
}

/** `lstmGates`: the next states of an LSTM cell, with the gradient. */
export interface LstmGates {
  /** h′ and c′, each like c. */
  <C extends ArrayContainer, Out extends { readonly h: Output; readonly c: Output } | undefined = undefined>(
    gates: ArrayContainer,
    state: { readonly c: C },
    options?: CallOptions<Out>,
  ): Returned<Out, { h: Result<C>; c: Result<C> }>;
  /** The gradients of the gates and of c, from those of h′ and c′. */
  readonly backward: <
    Gates extends ArrayContainer,
    C extends ArrayContainer,
    Out extends { readonly gates: Output; readonly c: Output } | undefined = undefined,
  >(
    dy: { readonly h: ArrayContainer; readonly c?: ArrayContainer | undefined },
    inputs: { readonly gates: Gates; readonly c: C },
    options?: CallOptions<Out>,
  ) => Returned<Out, { gates: Result<Gates>; c: Result<C> }>;
  readonly name: string;
  readonly defaults: Readonly<Record<never, never>>;
}

/** `gruGates`: the next state of a GRU cell, with the gradient. */
export interface GruGates {
  /** h′, like h. */
  <H extends ArrayContainer, Out extends OutputFor<Result<H>> | undefined = undefined>(
    gates: ArrayContainer,
    state: { readonly h: H; readonly hn?: ArrayContainer | undefined },
    options?: CallOptions<Out>,
  ): Returned<Out, Result<H>>;
  /** The gradients of the gates, of h and, where it is given, of hn. */
  readonly backward: <
    Gates extends ArrayContainer,
    H extends ArrayContainer,
    Hn extends ArrayContainer | undefined = undefined,
    Out extends { readonly gates: Output; readonly h: Output; readonly hn?: Output } | undefined = undefined,
  >(
    dy: ArrayContainer,
    inputs: { readonly gates: Gates; readonly h: H; readonly hn?: Hn },
    options?: CallOptions<Out>,
  ) => Returned<
    Out,
    [Hn] extends [undefined] ? { gates: Result<Gates>; h: Result<H> } : { gates: Result<Gates>; h: Result<H>; hn: Result<Hn> }
  >;
  readonly name: string;
  readonly defaults: Readonly<Record<never, never>>;
}

/** Softmax. Calling it gives the value; it has its Jacobian and its gradient, too. */
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
  /** The default axis and temperature of a call. */
  readonly defaults: SoftmaxDefaults;
}

/**
 * Any activation function of this package, element-wise or softmax: the type for storing one or passing it on. It accepts every
 * container except a number, and `with` sets hyperparameters.
 */
export interface ActivationFunction {
  <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: CallOptions<Out>,
  ): Returned<Out, Result<X>>;
  /** The derivative, like x; for softmax the Jacobian, where nested arrays are one level deeper. */
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
  /** The same function with other defaults. Names that the function does not have are refused at run time. */
  with(values: Readonly<Record<string, number | string | undefined>>): ActivationFunction;
  readonly name: string;
  /** The hyperparameters, and the axis if there is one, of a call that omits them. */
  readonly defaults: Readonly<Record<string, number | string | readonly number[]>>;
}

/** The type of `hadamard`. */
export type Hadamard = <X extends Container, Out extends OutputFor<Result<X>> | undefined = undefined>(
  dA: X & Rectangular<X>,
  dLinear: Container,
  options?: Into<Out>,
) => Returned<Out, Result<X>>;
