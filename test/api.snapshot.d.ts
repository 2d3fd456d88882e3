// The public API, made by scripts/api.ts from dist/; accept a change with 'npx tsx scripts/api.ts --accept'.
// biome-ignore-all lint: declarations of several files in one

// nonlin exports:
//   ActivationFunction
//   ActivationOf
//   AnyFloat16Array
//   ArrayContainer
//   ArrayFunction
//   Backward
//   CallOptions
//   CheckOptions
//   Composable
//   ComposableTwice
//   Composed
//   Container
//   Defaults
//   Difference
//   Differentiable
//   DisposeMethod
//   Elementwise
//   ElementwiseFunction
//   EluOptions
//   ErrorCode
//   FirstOrderFunction
//   FlatOutput
//   FloatArray
//   FromX
//   FromY
//   GatedOptions
//   GatedUnit
//   GradientReport
//   GruGates
//   Hadamard
//   Hyperparameters
//   IntegerArray
//   Into
//   InvertibleFunction
//   Jacobian
//   LogSumExp
//   LossOptions
//   LreluOptions
//   LstmGates
//   Mask
//   MemoryUse
//   NamedHyperparameters
//   NestedArray
//   NestedBooleans
//   NestedNumbers
//   NestedOutput
//   NewFloat16Array
//   NewFloat32Array
//   NewFloat64Array
//   NoHyperparameters
//   NonlinError
//   NumberArray
//   NumberFunction
//   Output
//   OutputFor
//   OutputPair
//   OwnActivation
//   OwnActivationTwice
//   OwnDefaults
//   OwnFunction
//   OwnFunctionTwice
//   OwnOptions
//   Prelu
//   Rectangular
//   Reduced
//   ReducedWith
//   ReductionOptions
//   Result
//   Returned
//   RowFunction
//   RowOptions
//   Saved
//   ShapedArray
//   SigmoidCrossEntropy
//   Softmax
//   SoftmaxCrossEntropy
//   SoftmaxDefaults
//   SoftmaxOptions
//   StridedArray
//   StridedOutput
//   Tensor
//   ValueAndDeriv
//   WasmBytes
//   WasmModule
//   WasmResponse
//   WasmSource
//   activation
//   activations
//   celu
//   checkGradient
//   compose
//   defineActivation
//   elu
//   geglu
//   gelu
//   glu
//   gruGates
//   hadamard
//   hardShrink
//   hardSigmoid
//   hardSwish
//   hardTanh
//   identity
//   init
//   initSync
//   leakyRelu
//   logSigmoid
//   logSoftmax
//   logSumExp
//   lrelu
//   lstmGates
//   memory
//   mish
//   prelu
//   quickGelu
//   reglu
//   relu
//   relu6
//   reluSquared
//   scope
//   selu
//   shrink
//   sigmoid
//   sigmoidCrossEntropy
//   silu
//   snake
//   softShrink
//   softmax
//   softmaxCrossEntropy
//   softmin
//   softplus
//   softsign
//   sparsePlus
//   sparsemax
//   squareplus
//   swiglu
//   swish
//   tanh
//   tanhShrink
//   threshold
//   thresholdedRelu

export interface ActivationFunction {
  <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: CallOptions<Out>,
  ): Returned<Out, Result<X>>;
  readonly deriv: <X extends ArrayContainer, Out extends FlatOutput | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: CallOptions<Out>,
  ) => Returned<Out, Result<X> | Jacobian<X>>;
  readonly backward: <Dy extends ArrayContainer, Out extends OutputFor<Result<Dy>> | undefined = undefined>(
    dy: Dy & Rectangular<Dy>,
    from: FromX<ArrayContainer>,
    options?: CallOptions<Out>,
  ) => Returned<Out, Result<Dy>>;
  readonly valueAndDeriv: <
    X extends ArrayContainer,
    Out extends OutputPair<OutputFor<Result<X>>, FlatOutput> | undefined = undefined,
  >(
    x: X & Rectangular<X>,
    options?: CallOptions<Out>,
  ) => Returned<
    Out,
    {
      value: Result<X>;
      deriv: Result<X> | Jacobian<X>;
    }
  >;
  with(values: Readonly<Record<string, number | string | undefined>>): ActivationFunction;
  readonly name: string;
  readonly defaults: Readonly<Record<string, number | string | readonly number[]>>;
}

export type ArrayContainer = NumberArray | NestedArray | StridedArray | Tensor;

export type NumberArray = FloatArray | IntegerArray;

export type FloatArray = Float64Array | Float32Array | AnyFloat16Array;

export type AnyFloat16Array = typeof globalThis extends {
  readonly Float16Array: {
    readonly prototype: infer Any;
  };
}
  ? Any
  : never;

export type IntegerArray = Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array;

export type NestedArray = readonly number[] | readonly (NumberArray | NestedArray)[] | readonly [];

export type StridedArray = WithShape<NumberArray | readonly number[]> | WithDims<NumberArray | readonly number[]>;

interface WithShape<Data> extends Strided<Data> {
  readonly shape: ArrayLike<number>;
  readonly dims?: ArrayLike<number> | undefined;
}

interface Strided<Data> {
  readonly data: Data;
  readonly stride?: ArrayLike<number> | undefined;
  readonly strides?: ArrayLike<number> | undefined;
  readonly offset?: number | undefined;
  readonly order?: unknown;
  readonly fortran_order?: unknown;
  readonly dtype?: unknown;
  readonly type?: unknown;
}

interface WithDims<Data> extends Strided<Data> {
  readonly dims: ArrayLike<number>;
  readonly shape?: ArrayLike<number> | undefined;
}

export declare class Tensor {
  #private;
  readonly dispose: () => void;
  readonly shape: readonly number[];
  readonly data: NewFloat64Array;
  private constructor();
  static from(x: number | NumberArray | NestedArray | StridedArray | Tensor, shape?: readonly number[]): Tensor;
  static zeros(...shape: number[] | [shape: readonly number[]]): Tensor;
  get size(): number;
  get disposed(): boolean;
  reshape(...shape: number[] | [shape: readonly number[]]): Tensor;
  toFloat64Array(): NewFloat64Array;
  toArray(): number | NestedNumbers;
  toJSON(): {
    shape: number[];
    data: number[];
  };
  get [Symbol.toStringTag](): 'Tensor';
}

export interface Tensor extends DisposeMethod {}

export type DisposeMethod = SymbolConstructor extends {
  readonly dispose: infer Key extends symbol;
}
  ? {
      readonly [Name in Key]: () => void;
    }
  : object;

export type NewFloat64Array = ReturnType<Float64ArrayConstructor['of']>;

export type NestedNumbers = number[] | NestedNumbers[];

export type OutputFor<New> =
  | FlatOutput
  | (New extends readonly (infer Row)[] ? ([Row] extends [number] ? NestedOutput : RowsFor<Row>[]) : NestedOutput);

export type FlatOutput = FloatArray | number[] | StridedOutput | Tensor;

export type StridedOutput = WithShape<FloatArray | number[]> | WithDims<FloatArray | number[]>;

export type NestedOutput = number[] | FloatArray[] | NestedOutput[];

type RowsFor<Row> = Row extends readonly (infer Inner)[]
  ? [Inner] extends [number]
    ? number[] | FloatArray
    : RowsFor<Inner>[]
  : number[] | FloatArray;

export type Result<X> = 0 extends 1 & X
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

export type NewFloat32Array = ReturnType<Float32ArrayConstructor['of']>;

export type NewFloat16Array = typeof globalThis extends {
  readonly Float16Array: {
    of(...items: number[]): infer Made;
  };
}
  ? Made
  : never;

export interface ShapedArray {
  data: NewFloat64Array;
  shape: number[];
}

export type Rectangular<X> = IsRagged<X> extends true ? 'all rows must have the same length and depth' : unknown;

type IsRagged<X> = [0] extends [1 & X] ? false : X extends readonly unknown[] ? RowsDiffer<RowsOf<X>> : false;

type RowsDiffer<Row> = [Row] extends [never] ? false : IsUnion<LengthOf<Row>> extends true ? true : RowsDiffer<RowsOf<Row>>;

type IsUnion<Type, Whole = Type> = [Type] extends [never]
  ? false
  : Type extends unknown
    ? [Whole] extends [Type]
      ? false
      : true
    : never;

type LengthOf<Row> = Row extends number
  ? 'none'
  : Row extends readonly unknown[]
    ? number extends Row['length']
      ? never
      : Row['length']
    : never;

type RowsOf<Row> = Row extends NumberArray
  ? number
  : Row extends readonly unknown[]
    ? number extends Row['length']
      ? never
      : Row[number]
    : never;

export interface CallOptions<Out = Output | undefined> extends Into<Out> {
  readonly shape?: readonly number[] | undefined;
}

export type Output = FlatOutput | NestedOutput;

export interface Into<Out> {
  readonly out?: Out;
}

export type Returned<Out, New> = NoInfer<Out> extends infer Given ? (Given extends undefined ? New : Given) : never;

export type Jacobian<X> = 0 extends 1 & X
  ? X
  : X extends readonly (infer Row)[]
    ? [Row] extends [number]
      ? number[]
      : Result<X>[]
    : Result<X>;

export interface FromX<X> {
  readonly x: X;
  readonly y?: undefined;
}

export interface OutputPair<Value = Output, Deriv = Output> {
  readonly value: Value;
  readonly deriv: Deriv;
}

export type ActivationOf<Name extends string> = Plain<Name> extends keyof ByName ? ByName[Plain<Name>] : ActivationFunction;

type Plain<Name extends string> = Name extends `${infer Head}${'-' | '_' | ' '}${infer Rest}`
  ? Plain<`${Head}${Rest}`>
  : Lowercase<Name>;

type ByName = {
  readonly [Name in keyof Table as Plain<Name>]: Table[Name];
};

type Table = ReturnType<typeof table>;

declare function table(): {
  readonly celu: InvertibleFunction<Hyperparameters<'alpha'>, 'alpha'>;
  readonly elu: InvertibleFunction<EluOptions, 'alpha'>;
  readonly gelu: ElementwiseFunction<
    {
      readonly approximate?: 'tanh' | 'none' | undefined;
    },
    'approximate'
  >;
  readonly hardShrink: InvertibleFunction<Hyperparameters<'lambda'>, 'lambda'>;
  readonly hardSigmoid: ElementwiseFunction<Hyperparameters<'alpha' | 'beta'>, 'alpha' | 'beta'>;
  readonly hardSwish: ElementwiseFunction<NoHyperparameters, never>;
  readonly hardTanh: ElementwiseFunction<Hyperparameters<'min' | 'max'>, 'min' | 'max'>;
  readonly identity: InvertibleFunction<NoHyperparameters, never>;
  readonly logSigmoid: ElementwiseFunction<NoHyperparameters, never>;
  readonly lrelu: InvertibleFunction<LreluOptions, 'alpha'>;
  readonly mish: ElementwiseFunction<NoHyperparameters, never>;
  readonly quickGelu: ElementwiseFunction<NoHyperparameters, never>;
  readonly relu: InvertibleFunction<NoHyperparameters, never>;
  readonly relu6: ElementwiseFunction<NoHyperparameters, never>;
  readonly reluSquared: ElementwiseFunction<NoHyperparameters, never>;
  readonly selu: InvertibleFunction<NoHyperparameters, never>;
  readonly shrink: ElementwiseFunction<Hyperparameters<'lambda' | 'bias'>, 'lambda' | 'bias'>;
  readonly sigmoid: InvertibleFunction<NoHyperparameters, never>;
  readonly silu: ElementwiseFunction<Hyperparameters<'beta'>, 'beta'>;
  readonly snake: ElementwiseFunction<Hyperparameters<'alpha'>, 'alpha'>;
  readonly softplus: ElementwiseFunction<Hyperparameters<'beta'>, 'beta'>;
  readonly softShrink: ElementwiseFunction<Hyperparameters<'lambda'>, 'lambda'>;
  readonly softsign: InvertibleFunction<NoHyperparameters, never>;
  readonly sparsePlus: ElementwiseFunction<NoHyperparameters, never>;
  readonly squareplus: ElementwiseFunction<Hyperparameters<'b'>, 'b'>;
  readonly tanh: InvertibleFunction<NoHyperparameters, never>;
  readonly tanhShrink: ElementwiseFunction<NoHyperparameters, never>;
  readonly threshold: ElementwiseFunction<Hyperparameters<'threshold' | 'value'>, 'threshold' | 'value'>;
  readonly thresholdedRelu: InvertibleFunction<Hyperparameters<'alpha'>, 'alpha'>;
  readonly leakyRelu: InvertibleFunction<LreluOptions, 'alpha'>;
  readonly swish: ElementwiseFunction<Hyperparameters<'beta'>, 'beta'>;
  readonly softmax: Softmax;
  readonly softmin: Softmax;
  readonly logSoftmax: RowFunction;
  readonly sparsemax: RowFunction;
  readonly linear: InvertibleFunction<NoHyperparameters, never>;
  readonly softmax2d: Softmax;
  readonly expit: InvertibleFunction<NoHyperparameters, never>;
  readonly logistic: InvertibleFunction<NoHyperparameters, never>;
  readonly gelu_python: ElementwiseFunction<
    {
      readonly approximate?: 'tanh' | 'none' | undefined;
    },
    'approximate'
  >;
  readonly gelu_python_tanh: ElementwiseFunction<
    {
      readonly approximate?: 'tanh' | 'none' | undefined;
    },
    'approximate'
  >;
  readonly gelu_new: ElementwiseFunction<
    {
      readonly approximate?: 'tanh' | 'none' | undefined;
    },
    'approximate'
  >;
  readonly gelu_fast: ElementwiseFunction<
    {
      readonly approximate?: 'tanh' | 'none' | undefined;
    },
    'approximate'
  >;
  readonly gelu_accurate: ElementwiseFunction<
    {
      readonly approximate?: 'tanh' | 'none' | undefined;
    },
    'approximate'
  >;
  readonly gelu_pytorch_tanh: ElementwiseFunction<
    {
      readonly approximate?: 'tanh' | 'none' | undefined;
    },
    'approximate'
  >;
  readonly gelu_tanh: ElementwiseFunction<
    {
      readonly approximate?: 'tanh' | 'none' | undefined;
    },
    'approximate'
  >;
  readonly relu2: ElementwiseFunction<NoHyperparameters, never>;
  readonly hard_silu: ElementwiseFunction<NoHyperparameters, never>;
  readonly sparse_sigmoid: ElementwiseFunction<Hyperparameters<'alpha' | 'beta'>, 'alpha' | 'beta'>;
};

export interface InvertibleFunction<Options = NoHyperparameters, Names extends string = keyof Options & string>
  extends ElementwiseFunction<Options, Names> {
  readonly backward: Backward<Options>;
  readonly with: (values: Options) => InvertibleFunction<Options, Names>;
}

export interface NoHyperparameters {
  readonly [none]?: never;
}

declare const none: unique symbol;

export interface ElementwiseFunction<Options = NoHyperparameters, Names extends string = keyof Options & string>
  extends FirstOrderFunction<Options, Names> {
  readonly deriv2: Elementwise<Options>;
  readonly with: (values: Options) => ElementwiseFunction<Options, Names>;
}

export interface FirstOrderFunction<Options = NoHyperparameters, Names extends string = keyof Options & string>
  extends Elementwise<Options> {
  readonly deriv: Elementwise<Options>;
  readonly backward: Backward<Options, FromX<Container>>;
  readonly valueAndDeriv: ValueAndDeriv<Options>;
  readonly with: (values: Options) => FirstOrderFunction<Options, Names>;
  readonly name: string;
  readonly defaults: Defaults<Options, Names>;
}

export type Elementwise<Options> = <X extends Container, Out extends OutputFor<Result<X>> | undefined = undefined>(
  x: X & Rectangular<X>,
  options?: Options & CallOptions<Out>,
) => Returned<Out, Result<X>>;

export type Container = number | ArrayContainer;

export type Backward<Options, From = Saved<Container>> = <
  Dy extends Container,
  Out extends OutputFor<Result<Dy>> | undefined = undefined,
>(
  dy: Dy & Rectangular<Dy>,
  from: From,
  options?: Options & CallOptions<Out>,
) => Returned<Out, Result<Dy>>;

export type Saved<Array> = FromX<Array> | FromY<Array>;

export interface FromY<Y> {
  readonly x?: undefined;
  readonly y: Y;
}

export type ValueAndDeriv<Options> = <
  X extends Container,
  Out extends OutputPair<OutputFor<Result<X>>, OutputFor<Result<X>>> | undefined = undefined,
>(
  x: X & Rectangular<X>,
  options?: Options & CallOptions<Out>,
) => Returned<
  Out,
  {
    value: Result<X>;
    deriv: Result<X>;
  }
>;

export type Defaults<Options, Names extends string = keyof Options & string> = {
  readonly [Name in Names]: Name extends keyof Options ? NonNullable<Options[Name]> : number;
};

export type Hyperparameters<Names extends string> = {
  readonly [Name in Names]?: number | undefined;
};

export interface EluOptions {
  readonly alpha?: number | undefined;
}

export type LreluOptions =
  | {
      readonly alpha?: number | undefined;
      readonly negativeSlope?: undefined;
    }
  | {
      readonly alpha?: undefined;
      readonly negativeSlope?: number | undefined;
    };

export interface Softmax {
  <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: SoftmaxOptions & RowOptions & CallOptions<Out>,
  ): Returned<Out, Result<X>>;
  readonly deriv: <X extends ArrayContainer, Out extends OutputFor<Jacobian<X>> | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: SoftmaxOptions & RowOptions & CallOptions<Out>,
  ) => Returned<Out, Jacobian<X>>;
  readonly backward: <Dy extends ArrayContainer, Out extends OutputFor<Result<Dy>> | undefined = undefined>(
    dy: Dy & Rectangular<Dy>,
    from: Saved<ArrayContainer>,
    options?: SoftmaxOptions & RowOptions & CallOptions<Out>,
  ) => Returned<Out, Result<Dy>>;
  readonly valueAndDeriv: <
    X extends ArrayContainer,
    Out extends OutputPair<OutputFor<Result<X>>, OutputFor<Jacobian<X>>> | undefined = undefined,
  >(
    x: X & Rectangular<X>,
    options?: SoftmaxOptions & RowOptions & CallOptions<Out>,
  ) => Returned<
    Out,
    {
      value: Result<X>;
      deriv: Jacobian<X>;
    }
  >;
  readonly with: (values: SoftmaxOptions) => Softmax;
  readonly name: string;
  readonly defaults: SoftmaxDefaults;
}

export interface SoftmaxOptions {
  readonly temperature?: number | undefined;
  readonly axis?: number | readonly number[] | undefined;
}

export interface RowOptions {
  readonly mask?: Mask | undefined;
  readonly causal?: boolean | undefined;
  readonly emptyRow?: 'nan' | 'zero' | undefined;
}

export type Mask =
  | ArrayContainer
  | NestedBooleans
  | {
      readonly data: readonly boolean[];
      readonly shape: ArrayLike<number>;
    };

export type NestedBooleans = readonly boolean[] | readonly NestedBooleans[];

export type SoftmaxDefaults = {
  readonly axis: number | readonly number[];
  readonly temperature: number;
};

export interface RowFunction {
  <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: SoftmaxOptions & RowOptions & CallOptions<Out>,
  ): Returned<Out, Result<X>>;
  readonly backward: <Dy extends ArrayContainer, Out extends OutputFor<Result<Dy>> | undefined = undefined>(
    dy: Dy & Rectangular<Dy>,
    from: Saved<ArrayContainer>,
    options?: SoftmaxOptions & RowOptions & CallOptions<Out>,
  ) => Returned<Out, Result<Dy>>;
  readonly with: (values: SoftmaxOptions) => RowFunction;
  readonly name: string;
  readonly defaults: SoftmaxDefaults;
}

export type ArrayFunction<D> = (x: Float64Array, hyperparameters: Readonly<D>) => Float64Array | readonly number[];

export interface CheckOptions {
  readonly tolerance?: number | undefined;
  readonly options?: object | undefined;
}

export interface Composable {
  (x: number): number;
  readonly deriv: (x: number) => number;
  readonly backward: (
    dy: number,
    from: {
      readonly x: number;
    },
  ) => number;
  readonly name: string;
}

export interface ComposableTwice extends Composable {
  readonly deriv2: (x: number) => number;
}

export type Composed<Fs extends readonly unknown[]> = Fs extends readonly ComposableTwice[]
  ? ElementwiseFunction
  : FirstOrderFunction;

export interface Difference {
  readonly of: 'deriv' | 'deriv2' | 'backward';
  readonly index: number;
  readonly expected: number;
  readonly got: number;
  readonly error: number;
}

export interface Differentiable {
  (x: Float64Array, options?: never): unknown;
  readonly deriv?: (x: Float64Array, options?: never) => unknown;
  readonly deriv2?: (x: Float64Array, options?: never) => unknown;
  readonly backward?: (
    dy: never,
    from: {
      x: Float64Array;
    },
    options?: never,
  ) => unknown;
  readonly name: string;
}

export type ErrorCode =
  | 'ERR_DTYPE'
  | 'ERR_SHAPE'
  | 'ERR_AXIS'
  | 'ERR_OPTION'
  | 'ERR_DISPOSED'
  | 'ERR_MEMORY'
  | 'ERR_ENVIRONMENT'
  | 'ERR_WORKER';

export interface GatedOptions {
  readonly axis?: number | undefined;
}

export interface GatedUnit {
  <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: GatedOptions & CallOptions<Out>,
  ): Returned<Out, Result<X>>;
  readonly backward: <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    dy: ArrayContainer,
    from: FromX<X>,
    options?: GatedOptions & CallOptions<Out>,
  ) => Returned<Out, Result<X>>;
  readonly with: (values: GatedOptions) => GatedUnit;
  readonly name: string;
  readonly defaults: {
    readonly axis: number;
  };
}

export interface GradientReport {
  readonly passed: boolean;
  readonly worst: Difference | undefined;
  readonly checks: readonly Difference[];
  readonly kinks: readonly number[];
  readonly message: string;
}

export interface GruGates {
  <H extends ArrayContainer, Out extends OutputFor<Result<H>> | undefined = undefined>(
    gates: ArrayContainer,
    state: {
      readonly h: H;
      readonly hn?: ArrayContainer | undefined;
    },
    options?: CallOptions<Out>,
  ): Returned<Out, Result<H>>;
  readonly backward: <
    Gates extends ArrayContainer,
    H extends ArrayContainer,
    Hn extends ArrayContainer | undefined = undefined,
    Out extends
      | {
          readonly gates: Output;
          readonly h: Output;
          readonly hn?: Output;
        }
      | undefined = undefined,
  >(
    dy: ArrayContainer,
    inputs: {
      readonly gates: Gates;
      readonly h: H;
      readonly hn?: Hn;
    },
    options?: CallOptions<Out>,
  ) => Returned<
    Out,
    [Hn] extends [undefined]
      ? {
          gates: Result<Gates>;
          h: Result<H>;
        }
      : {
          gates: Result<Gates>;
          h: Result<H>;
          hn: Result<Hn>;
        }
  >;
  readonly name: string;
  readonly defaults: Readonly<Record<never, never>>;
}

export type Hadamard = <X extends Container, Out extends OutputFor<Result<X>> | undefined = undefined>(
  dA: X & Rectangular<X>,
  dLinear: Container,
  options?: Into<Out>,
) => Returned<Out, Result<X>>;

export interface LogSumExp {
  <
    X extends ArrayContainer,
    const Options extends SoftmaxOptions & RowOptions & ReductionOptions & CallOptions = Record<never, never>,
  >(
    x: X & Rectangular<X>,
    options?: Options,
  ): ReducedResult<X, Options>;
  readonly deriv: <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    x: X & Rectangular<X>,
    options?: ReductionOptions & SoftmaxOptions & RowOptions & CallOptions<Out>,
  ) => Returned<Out, Result<X>>;
  readonly backward: <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    dy: Container,
    from: FromX<X>,
    options?: ReductionOptions & SoftmaxOptions & RowOptions & CallOptions<Out>,
  ) => Returned<Out, Result<X>>;
  readonly valueAndDeriv: <
    X extends ArrayContainer,
    const Options extends SoftmaxOptions & RowOptions & ReductionOptions & CallOptions<OutputPair | undefined> = Record<
      never,
      never
    >,
  >(
    x: X & Rectangular<X>,
    options?: Options,
  ) => Options extends {
    readonly out: infer Out extends OutputPair;
  }
    ? Out
    : {
        value: ReducedWith<X, Options>;
        deriv: Result<X>;
      };
  readonly with: (values: SoftmaxOptions) => LogSumExp;
  readonly name: string;
  readonly defaults: SoftmaxDefaults;
}

export interface ReductionOptions {
  readonly keepDims?: boolean | undefined;
}

export type ReducedResult<X, Options> = Options extends {
  readonly out: infer Out extends Output;
}
  ? Out
  : ReducedWith<X, Options>;

export type ReducedWith<X, Options> = Options extends
  | {
      readonly keepDims: true;
    }
  | {
      readonly shape: readonly number[];
    }
  ? Result<X>
  : Options extends
        | {
            readonly axis: readonly number[];
          }
        | {
            readonly keepDims: boolean;
          }
    ? X extends Tensor
      ? Tensor
      : X extends NumberArray
        ? number | Result<X>
        : X extends readonly unknown[]
          ? number | Result<X> | NestedNumbers | FloatArray
          : ShapedArray
    : Reduced<X>;

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

export type LossOptions = SoftmaxOptions & Pick<RowOptions, 'mask' | 'emptyRow'>;

export interface LstmGates {
  <
    C extends ArrayContainer,
    Out extends
      | {
          readonly h: Output;
          readonly c: Output;
        }
      | undefined = undefined,
  >(
    gates: ArrayContainer,
    state: {
      readonly c: C;
    },
    options?: CallOptions<Out>,
  ): Returned<
    Out,
    {
      h: Result<C>;
      c: Result<C>;
    }
  >;
  readonly backward: <
    Gates extends ArrayContainer,
    C extends ArrayContainer,
    Out extends
      | {
          readonly gates: Output;
          readonly c: Output;
        }
      | undefined = undefined,
  >(
    dy: {
      readonly h: ArrayContainer;
      readonly c?: ArrayContainer | undefined;
    },
    inputs: {
      readonly gates: Gates;
      readonly c: C;
    },
    options?: CallOptions<Out>,
  ) => Returned<
    Out,
    {
      gates: Result<Gates>;
      c: Result<C>;
    }
  >;
  readonly name: string;
  readonly defaults: Readonly<Record<never, never>>;
}

export interface MemoryUse {
  readonly tensors: number;
  readonly bytes: number;
  readonly capacity: number;
}

export type NamedHyperparameters = Readonly<Record<string, number | string | boolean | readonly number[] | undefined>>;

export interface NonlinError extends Error {
  readonly code: ErrorCode;
}

export type NumberFunction<D> = (x: number, hyperparameters: Readonly<D>) => number;

export type OwnActivation<D> = OfNumbers<D> | OfArrays<D>;

interface OfNumbers<D> extends Own<D, NumberFunction<D>> {
  readonly arrays?: false | undefined;
}

interface Own<D, F> {
  readonly name: string;
  readonly defaults?: D;
  readonly value: F;
  readonly deriv: F;
  readonly deriv2?: F | undefined;
}

interface OfArrays<D> extends Own<D, ArrayFunction<D>> {
  readonly arrays: true;
}

export type OwnActivationTwice<D> =
  | (OfNumbers<D> & {
      readonly deriv2: NumberFunction<D>;
    })
  | (OfArrays<D> & {
      readonly deriv2: ArrayFunction<D>;
    });

export type OwnDefaults = Readonly<Record<string, number>>;

export type OwnFunction<D> = NoInfer<D> extends infer Given ? FirstOrderFunction<OwnOptions<Given>, keyof Given & string> : never;

export type OwnOptions<D> = [keyof D] extends [never] ? NoHyperparameters : Hyperparameters<keyof D & string>;

export type OwnFunctionTwice<D> =
  NoInfer<D> extends infer Given ? ElementwiseFunction<OwnOptions<Given>, keyof Given & string> : never;

export interface Prelu extends SlopedCall {
  readonly deriv: SlopedCall;
  readonly deriv2: SlopedCall;
  readonly valueAndDeriv: <X extends Container, Out extends OutputPair<OutputFor<Result<X>>> | undefined = undefined>(
    x: X & Rectangular<X>,
    parameters: {
      readonly alpha: Container;
    },
    options?: GatedOptions & CallOptions<Out>,
  ) => Returned<
    Out,
    {
      value: Result<X>;
      deriv: Result<X>;
    }
  >;
  readonly backward: <
    Dy extends Container,
    Alpha extends Container,
    Out extends
      | {
          readonly x: Output;
          readonly alpha: Output;
        }
      | undefined = undefined,
  >(
    dy: Dy & Rectangular<Dy>,
    inputs: {
      readonly x: Container;
      readonly alpha: Alpha;
    },
    options?: GatedOptions & CallOptions<Out>,
  ) => Returned<
    Out,
    {
      x: Result<Dy>;
      alpha: Result<Alpha>;
    }
  >;
  readonly with: (values: GatedOptions) => Prelu;
  readonly name: string;
  readonly defaults: {
    readonly axis: number;
  };
}

export type SlopedCall = <X extends Container, Out extends OutputFor<Result<X>> | undefined = undefined>(
  x: X & Rectangular<X>,
  parameters: {
    readonly alpha: Container;
  },
  options?: GatedOptions & CallOptions<Out>,
) => Returned<Out, Result<X>>;

export interface SigmoidCrossEntropy {
  <X extends Container, Out extends OutputFor<Result<X>> | undefined = undefined>(
    logits: X & Rectangular<X>,
    targets: Container,
    options?: CallOptions<Out>,
  ): Returned<Out, Result<X>>;
  readonly deriv: <X extends Container, Out extends OutputFor<Result<X>> | undefined = undefined>(
    logits: X & Rectangular<X>,
    targets: Container,
    options?: CallOptions<Out>,
  ) => Returned<Out, Result<X>>;
  readonly valueAndDeriv: <X extends Container, Out extends OutputPair<OutputFor<Result<X>>> | undefined = undefined>(
    logits: X & Rectangular<X>,
    targets: Container,
    options?: CallOptions<Out>,
  ) => Returned<
    Out,
    {
      value: Result<X>;
      deriv: Result<X>;
    }
  >;
  readonly with: (values: NoHyperparameters) => SigmoidCrossEntropy;
  readonly name: string;
  readonly defaults: Readonly<Record<never, never>>;
}

export interface SoftmaxCrossEntropy {
  <X extends ArrayContainer, const Options extends LossOptions & CallOptions = Record<never, never>>(
    logits: X & Rectangular<X>,
    labels: Container,
    options?: Options,
  ): ReducedResult<X, Options>;
  readonly deriv: <X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    logits: X & Rectangular<X>,
    labels: Container,
    options?: LossOptions & CallOptions<Out>,
  ) => Returned<Out, Result<X>>;
  readonly valueAndDeriv: <
    X extends ArrayContainer,
    const Options extends LossOptions & CallOptions<OutputPair | undefined> = Record<never, never>,
  >(
    logits: X & Rectangular<X>,
    labels: Container,
    options?: Options,
  ) => Options extends {
    readonly out: infer Out extends OutputPair;
  }
    ? Out
    : {
        value: ReducedWith<X, Options>;
        deriv: Result<X>;
      };
  readonly with: (values: SoftmaxOptions) => SoftmaxCrossEntropy;
  readonly name: string;
  readonly defaults: SoftmaxDefaults;
}

export type WasmBytes = ArrayBufferLike | ArrayBufferView;

export interface WasmModule {
  readonly length?: never;
  readonly then?: never;
}

export interface WasmResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export type WasmSource =
  | WasmModule
  | WasmBytes
  | WasmResponse
  | string
  | {
      readonly href: string;
    };

export declare function activation<Name extends string>(name: Name, hyperparameters?: NamedHyperparameters): ActivationOf<Name>;

export declare function activations(): string[];

export declare const celu: InvertibleFunction<Hyperparameters<'alpha'>, 'alpha'>;

export declare function checkGradient(f: Differentiable, x: Vector, options?: CheckOptions): GradientReport;

type Vector = readonly number[] | Float64Array;

export declare function compose<F extends AnyFunction, G extends AnyFunction, More extends readonly AnyFunction[]>(
  f: F & NotAlongRows<F>,
  g: G & NotAlongRows<G>,
  ...more: {
    readonly [I in keyof More]: More[I] & NotAlongRows<More[I]>;
  }
): Composed<readonly [F, G, ...More]>;

type AnyFunction = Composable | ActivationFunction;

export type NotAlongRows<F> = F extends {
  readonly defaults: {
    readonly axis: unknown;
  };
}
  ? never
  : unknown;

export declare function defineActivation<D extends OwnDefaults = Record<never, never>>(
  definition: OwnActivationTwice<D>,
): OwnFunctionTwice<D>;

export declare function defineActivation<D extends OwnDefaults = Record<never, never>>(
  definition: OwnActivation<D>,
): OwnFunction<D>;

export declare const elu: InvertibleFunction<EluOptions>;

export declare const geglu: GatedUnit;

export declare const gelu: ElementwiseFunction<
  {
    readonly approximate?: 'tanh' | 'none' | undefined;
  },
  'approximate'
>;

export declare const glu: GatedUnit;

export declare const gruGates: GruGates;

export declare const hadamard: Hadamard;

export declare const hardShrink: InvertibleFunction<Hyperparameters<'lambda'>, 'lambda'>;

export declare const hardSigmoid: ElementwiseFunction<Hyperparameters<'alpha' | 'beta'>, 'alpha' | 'beta'>;

export declare const hardSwish: ElementwiseFunction<NoHyperparameters, never>;

export declare const hardTanh: ElementwiseFunction<Hyperparameters<'min' | 'max'>, 'min' | 'max'>;

export declare const identity: InvertibleFunction<NoHyperparameters, never>;

export declare function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void>;

export declare function initSync(module: WasmModule | WasmBytes): void;

export declare const leakyRelu: InvertibleFunction<LreluOptions, 'alpha'>;

export declare const logSigmoid: ElementwiseFunction<NoHyperparameters, never>;

export declare const logSoftmax: RowFunction;

export declare const logSumExp: LogSumExp;

export declare const lrelu: InvertibleFunction<LreluOptions, 'alpha'>;

export declare const lstmGates: LstmGates;

export declare function memory(): MemoryUse;

export declare const mish: ElementwiseFunction<NoHyperparameters, never>;

export declare const prelu: Prelu;

export declare const quickGelu: ElementwiseFunction<NoHyperparameters, never>;

export declare const reglu: GatedUnit;

export declare const relu: InvertibleFunction<NoHyperparameters, never>;

export declare const relu6: ElementwiseFunction<NoHyperparameters, never>;

export declare const reluSquared: ElementwiseFunction<NoHyperparameters, never>;

export declare function scope<T>(fn: (() => T) & (T extends PromiseLike<unknown> ? never : unknown)): T;

export declare const selu: InvertibleFunction<NoHyperparameters, never>;

export declare const shrink: ElementwiseFunction<Hyperparameters<'lambda' | 'bias'>, 'lambda' | 'bias'>;

export declare const sigmoid: InvertibleFunction<NoHyperparameters, never>;

export declare const sigmoidCrossEntropy: SigmoidCrossEntropy;

export declare const silu: ElementwiseFunction<Hyperparameters<'beta'>, 'beta'>;

export declare const snake: ElementwiseFunction<Hyperparameters<'alpha'>, 'alpha'>;

export declare const softShrink: ElementwiseFunction<Hyperparameters<'lambda'>, 'lambda'>;

export declare const softmax: Softmax;

export declare const softmaxCrossEntropy: SoftmaxCrossEntropy;

export declare const softmin: Softmax;

export declare const softplus: ElementwiseFunction<Hyperparameters<'beta'>, 'beta'>;

export declare const softsign: InvertibleFunction<NoHyperparameters, never>;

export declare const sparsePlus: ElementwiseFunction<NoHyperparameters, never>;

export declare const sparsemax: RowFunction;

export declare const squareplus: ElementwiseFunction<Hyperparameters<'b'>, 'b'>;

export declare const swiglu: GatedUnit;

export declare const swish: ElementwiseFunction<Hyperparameters<'beta'>, 'beta'>;

export declare const tanh: InvertibleFunction<NoHyperparameters, never>;

export declare const tanhShrink: ElementwiseFunction<NoHyperparameters, never>;

export declare const threshold: ElementwiseFunction<Hyperparameters<'threshold' | 'value'>, 'threshold' | 'value'>;

export declare const thresholdedRelu: InvertibleFunction<Hyperparameters<'alpha'>, 'alpha'>;

// nonlin/epynn exports:
//   ActivateFunction
//   Hyperparameters
//   activation_tune
//   elu
//   hadamard
//   identity
//   lrelu
//   relu
//   sigmoid
//   softmax
//   tanh

export type ActivateFunction = <X extends ArrayContainer>(x: X & Rectangular<X>, deriv?: boolean) => Result<X> | Jacobian<X>;

export interface Hyperparameters {
  readonly LRELU_alpha?: number | undefined;
  readonly ELU_alpha?: number | undefined;
  readonly softmax_temperature?: number | undefined;
  readonly learning_rate?: unknown;
  readonly schedule?: unknown;
  readonly decay_k?: unknown;
  readonly cycle_epochs?: unknown;
  readonly cycle_descent?: unknown;
  readonly cycle_number?: unknown;
  readonly epochs?: unknown;
}

export declare function activation_tune(values: Hyperparameters): void;

export declare function elu<X extends Container>(x: X & Rectangular<X>, deriv?: boolean): Result<X>;

export declare function identity<X extends Container>(x: X & Rectangular<X>, deriv?: boolean): Result<X>;

export declare function lrelu<X extends Container>(x: X & Rectangular<X>, deriv?: boolean): Result<X>;

export declare function relu<X extends Container>(x: X & Rectangular<X>, deriv?: boolean): Result<X>;

export declare function sigmoid<X extends Container>(x: X & Rectangular<X>, deriv?: boolean): Result<X>;

export declare function softmax<X extends ArrayContainer>(x: X & Rectangular<X>, deriv?: false): Result<X>;

export declare function softmax<X extends ArrayContainer>(x: X & Rectangular<X>, deriv: true): Jacobian<X>;

export declare function softmax<X extends ArrayContainer>(x: X & Rectangular<X>, deriv?: boolean): Result<X> | Jacobian<X>;

export declare function tanh<X extends Container>(x: X & Rectangular<X>, deriv?: boolean): Result<X>;

// nonlin/parallel exports:
//   AsyncDisposeMethod
//   CallOptionsOf
//   DerivOf
//   OptionsOf
//   Pool
//   PoolFunction
//   PoolOptions
//   Pooled
//   Progress
//   RunOptions
//   Signal
//   StreamOptions
//   Streamed
//   activationStream
//   createPool

export type AsyncDisposeMethod = SymbolConstructor extends {
  readonly asyncDispose: infer Key extends symbol;
}
  ? {
      readonly [Name in Key]: () => Promise<void>;
    }
  : object;

export type CallOptionsOf<F> = OptionsOf<F> &
  (F extends {
    readonly defaults: SoftmaxDefaults;
  }
    ? F extends LogSumExp
      ? RowOptions & ReductionOptions
      : RowOptions
    : unknown);

export type OptionsOf<F> = F extends {
  readonly with: (values: infer Options) => unknown;
}
  ? string extends keyof Options
    ? unknown
    : Options
  : never;

export type DerivOf<F extends PoolFunction, X> = string extends keyof F['defaults']
  ? Result<X> | Jacobian<X>
  : F extends LogSumExp
    ? Result<X>
    : F['defaults'] extends {
          readonly axis: unknown;
        }
      ? Jacobian<X>
      : Result<X>;

export interface PoolFunction {
  readonly with: (values: never) => unknown;
  readonly backward: (dy: never, from: never, options?: never) => unknown;
  readonly defaults: object;
  readonly name: string;
}

export interface Pool extends AsyncDisposeMethod {
  readonly threads: number;
  run<X extends ArrayContainer, const Options extends LogSumExpOptions & CallOptions = Record<never, never>>(
    f: LogSumExp,
    x: X & Rectangular<X>,
    options?: Options,
  ): Promise<ReducedResult<X, Options>>;
  run<F extends PoolFunction, X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    f: F & Pooled<F>,
    x: X & Rectangular<X>,
    options?: CallOptionsOf<F> & CallOptions<Out> & RunOptions,
  ): Promise<Returned<Out, Result<X>>>;
  deriv<
    F extends PoolFunction,
    X extends ArrayContainer,
    Out extends FlatOutput | OutputFor<DerivOf<F, X>> | undefined = undefined,
  >(
    f: F & Pooled<F>,
    x: X & Rectangular<X>,
    options?: CallOptionsOf<F> & CallOptions<Out> & RunOptions,
  ): Promise<Returned<Out, DerivOf<F, X>>>;
  deriv2<
    F extends PoolFunction & {
      readonly deriv2: unknown;
    },
    X extends ArrayContainer,
    Out extends OutputFor<Result<X>> | undefined = undefined,
  >(
    f: F & Pooled<F>,
    x: X & Rectangular<X>,
    options?: CallOptionsOf<F> & CallOptions<Out> & RunOptions,
  ): Promise<Returned<Out, Result<X>>>;
  backward<X extends ArrayContainer, Out extends OutputFor<Result<X>> | undefined = undefined>(
    f: LogSumExp,
    dy: Container,
    from: FromX<X>,
    options?: LogSumExpOptions & CallOptions<Out>,
  ): Promise<Returned<Out, Result<X>>>;
  backward<F extends PoolFunction, Dy extends ArrayContainer, Out extends OutputFor<Result<Dy>> | undefined = undefined>(
    f: F & Pooled<F>,
    dy: Dy & Rectangular<Dy>,
    from: Parameters<F['backward']>[1] & Saved<ArrayContainer>,
    options?: CallOptionsOf<F> & CallOptions<Out> & RunOptions,
  ): Promise<Returned<Out, Result<Dy>>>;
  valueAndDeriv<
    X extends ArrayContainer,
    const Options extends LogSumExpOptions & CallOptions<OutputPair | undefined> = Record<never, never>,
  >(
    f: LogSumExp,
    x: X & Rectangular<X>,
    options?: Options,
  ): Promise<
    Options extends {
      readonly out: infer Out extends OutputPair;
    }
      ? Out
      : {
          value: ReducedWith<X, Options>;
          deriv: Result<X>;
        }
  >;
  valueAndDeriv<
    F extends PoolFunction,
    X extends ArrayContainer,
    Out extends OutputPair<OutputFor<Result<X>>, FlatOutput | OutputFor<DerivOf<F, X>>> | undefined = undefined,
  >(
    f: F & Pooled<F>,
    x: X & Rectangular<X>,
    options?: CallOptionsOf<F> & CallOptions<Out> & RunOptions,
  ): Promise<
    Returned<
      Out,
      {
        value: Result<X>;
        deriv: DerivOf<F, X>;
      }
    >
  >;
  map<X extends ArrayContainer, const Options extends LogSumExpOptions & CallOptions<undefined> = Record<never, never>>(
    f: LogSumExp,
    arrays: Iterable<X>,
    options?: Options,
  ): Promise<ReducedWith<X, Options>[]>;
  map<F extends PoolFunction, X extends ArrayContainer>(
    f: F & Pooled<F>,
    arrays: Iterable<X>,
    options?: CallOptionsOf<F> & Omit<CallOptions, 'out'> & RunOptions,
  ): Promise<Result<X>[]>;
  readonly dispose: () => Promise<void>;
}

type LogSumExpOptions = CallOptionsOf<LogSumExp> & RunOptions;

export interface RunOptions {
  readonly signal?: Signal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface Signal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
}

export type Pooled<F> = F extends {
  readonly defaults: {
    readonly axis: unknown;
  };
}
  ? F extends {
      readonly defaults: SoftmaxDefaults;
    }
    ? unknown
    : never
  : unknown;

export interface PoolOptions {
  readonly threads?: number | undefined;
  readonly minimum?: number | undefined;
  readonly worker?:
    | string
    | {
        readonly href: string;
      }
    | undefined;
}

export type StreamOptions<F> = OptionsOf<F> & {
  readonly columns?: number | undefined;
  readonly pool?: Pool | undefined;
};

export type Streamed<F> = F extends {
  readonly defaults: {
    readonly axis: unknown;
  };
  readonly deriv2: unknown;
}
  ? never
  : unknown;

export declare function activationStream<F extends PoolFunction>(
  f: F & Streamed<F>,
  options?: StreamOptions<F>,
): TransformStream<Float64Array, Float64Array>;

declare global {
  interface TransformStream<I, O> {}
}

export declare function createPool(options?: PoolOptions): Promise<Pool>;

// nonlin/external exports:
//   ActivationFunction
//   ActivationOf
//   AnyFloat16Array
//   ArrayContainer
//   ArrayFunction
//   Backward
//   CallOptions
//   CheckOptions
//   Composable
//   ComposableTwice
//   Composed
//   Container
//   Defaults
//   Difference
//   Differentiable
//   DisposeMethod
//   Elementwise
//   ElementwiseFunction
//   EluOptions
//   ErrorCode
//   FirstOrderFunction
//   FlatOutput
//   FloatArray
//   FromX
//   FromY
//   GatedOptions
//   GatedUnit
//   GradientReport
//   GruGates
//   Hadamard
//   Hyperparameters
//   IntegerArray
//   Into
//   InvertibleFunction
//   Jacobian
//   LogSumExp
//   LossOptions
//   LreluOptions
//   LstmGates
//   Mask
//   MemoryUse
//   NamedHyperparameters
//   NestedArray
//   NestedBooleans
//   NestedNumbers
//   NestedOutput
//   NewFloat16Array
//   NewFloat32Array
//   NewFloat64Array
//   NoHyperparameters
//   NonlinError
//   NumberArray
//   NumberFunction
//   Output
//   OutputFor
//   OutputPair
//   OwnActivation
//   OwnActivationTwice
//   OwnDefaults
//   OwnFunction
//   OwnFunctionTwice
//   OwnOptions
//   Prelu
//   Rectangular
//   Reduced
//   ReducedWith
//   ReductionOptions
//   Result
//   Returned
//   RowFunction
//   RowOptions
//   Saved
//   ShapedArray
//   SigmoidCrossEntropy
//   Softmax
//   SoftmaxCrossEntropy
//   SoftmaxDefaults
//   SoftmaxOptions
//   StridedArray
//   StridedOutput
//   Tensor
//   ValueAndDeriv
//   WasmBytes
//   WasmModule
//   WasmResponse
//   WasmSource
//   activation
//   activations
//   celu
//   checkGradient
//   compose
//   defineActivation
//   elu
//   geglu
//   gelu
//   glu
//   gruGates
//   hadamard
//   hardShrink
//   hardSigmoid
//   hardSwish
//   hardTanh
//   identity
//   init
//   initSync
//   leakyRelu
//   logSigmoid
//   logSoftmax
//   logSumExp
//   lrelu
//   lstmGates
//   memory
//   mish
//   prelu
//   quickGelu
//   reglu
//   relu
//   relu6
//   reluSquared
//   scope
//   selu
//   shrink
//   sigmoid
//   sigmoidCrossEntropy
//   silu
//   snake
//   softShrink
//   softmax
//   softmaxCrossEntropy
//   softmin
//   softplus
//   softsign
//   sparsePlus
//   sparsemax
//   squareplus
//   swiglu
//   swish
//   tanh
//   tanhShrink
//   threshold
//   thresholdedRelu
