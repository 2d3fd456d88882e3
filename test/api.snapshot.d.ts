// The public API, made by scripts/api.mjs from dist/; accept a change with 'node scripts/api.mjs --accept'.
// biome-ignore-all lint: declarations of several files in one

// nonlin exports:
//   Activation
//   ArrayContainer
//   Backward
//   CallOptions
//   Container
//   Elementwise
//   ErrorCode
//   Hadamard
//   Hparam
//   IntegerArray
//   Into
//   Jacobian
//   MemoryUse
//   NestedArray
//   NestedNumbers
//   NonlinError
//   NumberArray
//   Output
//   OutputPair
//   Result
//   Returned
//   Saved
//   ShapedArray
//   Softmax
//   SoftmaxOptions
//   StridedArray
//   StridedOutput
//   Tensor
//   ValueAndDeriv
//   WasmBytes
//   WasmModule
//   WasmResponse
//   WasmSource
//   elu
//   hadamard
//   identity
//   init
//   initSync
//   leakyRelu
//   lrelu
//   memory
//   relu
//   scope
//   sigmoid
//   softmax
//   tanh

export interface Activation<Name extends string = string, H extends readonly Hparam<string, string>[] = readonly []>
  extends Elementwise<HparamOptions<H> & CallOptions> {
  readonly deriv: Elementwise<HparamOptions<H> & CallOptions>;
  readonly backward: Backward<HparamOptions<H> & CallOptions>;
  readonly valueAndDeriv: ValueAndDeriv<HparamOptions<H> & CallOptions>;
  readonly with: (values: H extends readonly [] ? Record<string, never> : HparamOptions<H>) => Activation<Name, H>;
  readonly name: Name;
  readonly defaults: HparamValues<H>;
}

export interface Hparam<Name extends string = string, Alias extends string = never> {
  readonly name: Name;
  readonly initial: number;
  readonly alias: Alias | undefined;
  readonly range: Range;
  readonly rangeFromY: Range | undefined;
}

export interface Range {
  readonly says: string;
  readonly holds: (value: number) => boolean;
}

export type Elementwise<Options> = <X extends Container, O extends Output | undefined = undefined>(
  x: X,
  options?: Options & Into<O>,
) => Returned<O, Result<X>>;

export type Container = number | NumberArray | NestedArray | StridedArray | Tensor;

export type NumberArray = Float64Array | Float32Array | IntegerArray;

export type IntegerArray = Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array;

export type NestedArray = readonly number[] | readonly NestedArray[];

export interface StridedArray {
  readonly data: NumberArray | readonly number[];
  readonly shape: readonly number[];
  readonly stride?: readonly number[] | undefined;
  readonly offset?: number | undefined;
}

export declare class Tensor {
  #private;
  readonly dispose: () => void;
  readonly shape: readonly number[];
  readonly data: Float64Array;
  readonly [Symbol.dispose]: () => void;
  private constructor();
  static from(x: Container, shape?: readonly number[]): Tensor;
  static zeros(...shape: number[] | [shape: readonly number[]]): Tensor;
  get size(): number;
  get disposed(): boolean;
  reshape(...shape: number[] | [shape: readonly number[]]): Tensor;
  toFloat64Array(): Float64Array;
  toArray(): number | NestedNumbers;
  toJSON(): {
    shape: number[];
    data: number[];
  };
  get [Symbol.toStringTag](): 'Tensor';
}

export type NestedNumbers = number[] | NestedNumbers[];

export type Output = Float64Array | Float32Array | NestedOutput | StridedOutput | Tensor;

export type NestedOutput = number[] | NestedOutput[];

export interface StridedOutput {
  readonly data: Float64Array | Float32Array | number[];
  readonly shape: readonly number[];
  readonly stride?: readonly number[] | undefined;
  readonly offset?: number | undefined;
}

export interface Into<O> {
  readonly out?: O;
}

export type Returned<O, New> = NonNullable<NoInfer<O>> | (undefined extends NoInfer<O> ? New : never);

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

export interface ShapedArray {
  data: Float64Array;
  shape: number[];
}

export type HparamOptions<H extends readonly AnyHparam[]> = H extends readonly [
  infer First,
  ...infer Rest extends readonly AnyHparam[],
]
  ? Named<First> & HparamOptions<Rest>
  : unknown;

type AnyHparam = Hparam<string, string>;

type Named<H> =
  H extends Hparam<infer Name, infer Alias>
    ? [Alias] extends [never]
      ? {
          readonly [K in Name]?: number | undefined;
        }
      :
          | ({
              readonly [K in Name]?: number | undefined;
            } & {
              readonly [K in Alias]?: undefined;
            })
          | ({
              readonly [K in Alias]?: number | undefined;
            } & {
              readonly [K in Name]?: undefined;
            })
    : never;

export interface CallOptions {
  readonly shape?: readonly number[] | undefined;
}

export type Backward<Options> = <D extends Container, O extends Output | undefined = undefined>(
  dy: D,
  saved: Saved<Container>,
  options?: Options & Into<O>,
) => Returned<O, Result<D>>;

export type Saved<X> =
  | {
      readonly x: X;
      readonly y?: undefined;
    }
  | {
      readonly x?: undefined;
      readonly y: X;
    };

export type ValueAndDeriv<Options> = <X extends Container, O extends OutputPair | undefined = undefined>(
  x: X,
  options?: Options & Into<O>,
) => Returned<
  O,
  {
    value: Result<X>;
    deriv: Result<X>;
  }
>;

export interface OutputPair {
  readonly value: Output;
  readonly deriv: Output;
}

export type HparamValues<H extends readonly AnyHparam[]> = {
  readonly [K in H[number]['name']]: number;
};

export type ArrayContainer = Exclude<Container, number>;

export type ErrorCode = 'ERR_DTYPE' | 'ERR_SHAPE' | 'ERR_AXIS' | 'ERR_OPTION' | 'ERR_DISPOSED' | 'ERR_MEMORY' | 'ERR_ENVIRONMENT';

export type Hadamard = <X extends Container, O extends Output | undefined = undefined>(
  dA: X,
  dLinear: Container,
  options?: Into<O>,
) => Returned<O, Result<X>>;

export type Jacobian<X> = X extends readonly (infer E)[] ? ([E] extends [number] ? number[] : Deeper<E>[]) : Result<X>;

type Deeper<X> = X extends readonly (infer E)[] ? ([E] extends [number] ? number[][] : Deeper<E>[]) : never;

export interface MemoryUse {
  readonly tensors: number;
  readonly bytes: number;
  readonly capacity: number;
}

export interface NonlinError extends Error {
  readonly code: ErrorCode;
}

export interface Softmax {
  <X extends ArrayContainer, O extends Output | undefined = undefined>(
    x: X,
    options?: SoftmaxOptions & CallOptions & Into<O>,
  ): Returned<O, Result<X>>;
  readonly deriv: <X extends ArrayContainer, O extends Output | undefined = undefined>(
    x: X,
    options?: SoftmaxOptions & CallOptions & Into<O>,
  ) => Returned<O, Jacobian<X>>;
  readonly backward: <D extends ArrayContainer, O extends Output | undefined = undefined>(
    dy: D,
    saved: Saved<ArrayContainer>,
    options?: SoftmaxOptions & CallOptions & Into<O>,
  ) => Returned<O, Result<D>>;
  readonly valueAndDeriv: <X extends ArrayContainer, O extends OutputPair | undefined = undefined>(
    x: X,
    options?: SoftmaxOptions & CallOptions & Into<O>,
  ) => Returned<
    O,
    {
      value: Result<X>;
      deriv: Jacobian<X>;
    }
  >;
  readonly with: (values: SoftmaxOptions) => Softmax;
  readonly name: 'softmax';
  readonly defaults: {
    readonly axis: number;
    readonly temperature: number;
  };
}

export interface SoftmaxOptions {
  readonly temperature?: number | undefined;
  readonly axis?: number | undefined;
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

export declare const elu: Activation<'elu', [Hparam<'alpha', never>]>;

export declare const hadamard: Hadamard;

export declare const identity: Activation<'identity', []>;

export declare function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void>;

export declare function initSync(module: WasmModule | WasmBytes): void;

export declare const leakyRelu: Activation<'lrelu', [Hparam<'alpha', 'negativeSlope'>]>;

export declare const lrelu: Activation<'lrelu', [Hparam<'alpha', 'negativeSlope'>]>;

export declare function memory(): MemoryUse;

export declare const relu: Activation<'relu', []>;

export declare function scope<T>(fn: (() => T) & (T extends PromiseLike<unknown> ? never : unknown)): T;

export declare const sigmoid: Activation<'sigmoid', []>;

export declare const softmax: Softmax;

export declare const tanh: Activation<'tanh', []>;

// nonlin/epynn exports:
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

export interface Hyperparameters {
  readonly LRELU_alpha?: number | undefined;
  readonly ELU_alpha?: number | undefined;
  readonly softmax_temperature?: number | undefined;
}

export declare function activation_tune(values: Hyperparameters): void;

export declare function elu<X extends Container>(x: X, deriv?: boolean): Result<X>;

export declare function identity<X extends Container>(x: X, deriv?: boolean): Result<X>;

export declare function lrelu<X extends Container>(x: X, deriv?: boolean): Result<X>;

export declare function relu<X extends Container>(x: X, deriv?: boolean): Result<X>;

export declare function sigmoid<X extends Container>(x: X, deriv?: boolean): Result<X>;

export declare function softmax<X extends ArrayContainer>(x: X, deriv?: false): Result<X>;

export declare function softmax<X extends ArrayContainer>(x: X, deriv: true): Jacobian<X>;

export declare function softmax<X extends ArrayContainer>(x: X, deriv: boolean): Result<X> | Jacobian<X>;

export declare function tanh<X extends Container>(x: X, deriv?: boolean): Result<X>;

// nonlin/external exports:
//   Activation
//   ArrayContainer
//   Backward
//   CallOptions
//   Container
//   Elementwise
//   ErrorCode
//   Hadamard
//   Hparam
//   IntegerArray
//   Into
//   Jacobian
//   MemoryUse
//   NestedArray
//   NestedNumbers
//   NonlinError
//   NumberArray
//   Output
//   OutputPair
//   Result
//   Returned
//   Saved
//   ShapedArray
//   Softmax
//   SoftmaxOptions
//   StridedArray
//   StridedOutput
//   Tensor
//   ValueAndDeriv
//   WasmBytes
//   WasmModule
//   WasmResponse
//   WasmSource
//   elu
//   hadamard
//   identity
//   init
//   initSync
//   leakyRelu
//   lrelu
//   memory
//   relu
//   scope
//   sigmoid
//   softmax
//   tanh
