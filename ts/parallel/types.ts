// The public types of nonlin/parallel.

import type {
  ArrayContainer,
  CallOptions,
  Container,
  FlatOutput,
  FromX,
  Jacobian,
  LogSumExp,
  OutputFor,
  OutputPair,
  ReducedResult,
  ReducedWith,
  ReductionOptions,
  Result,
  Returned,
  RowOptions,
  Saved,
  SoftmaxDefaults,
} from '../function/types.js';
import type { Rectangular } from '../types.js';

/** The options of `createPool`. */
export interface PoolOptions {
  /** The number of workers: an integer >= 1; by default, as many as the machine has cores. */
  readonly threads?: number | undefined;
  /**
   * Calls with fewer elements run on the calling thread: an integer >= 0. The default was measured for each function
   * (docs/guides/parallel.md); 0 sends every call to the workers.
   */
  readonly minimum?: number | undefined;
  /**
   * The address of dist/parallel.worker.js, for pages whose Content-Security-Policy forbids workers from `blob:`. Not needed in
   * Node.
   */
  readonly worker?: string | { readonly href: string } | undefined;
}

/** Progress of a call. */
export interface Progress {
  /** Elements of the input that have been computed; 1 of 1 for a call on the calling thread. */
  readonly done: number;
  readonly total: number;
}

/** The options of every pool call, in addition to those of the function. */
export interface RunOptions {
  /** Cancels the call: its promise is rejected with the reason of the signal. */
  readonly signal?: Signal | undefined;
  /** Called after each piece. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The part of `AbortSignal` that is used. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Any activation function of this package. */
export interface PoolFunction {
  readonly with: (values: never) => unknown;
  readonly backward: (dy: never, from: never, options?: never) => unknown;
  readonly defaults: object;
  readonly name: string;
}

/** `never` for gated units and `prelu`, which are recognised by having an axis but no temperature: pools do not compute them. */
export type Pooled<F> = F extends { readonly defaults: { readonly axis: unknown } }
  ? F extends { readonly defaults: SoftmaxDefaults }
    ? unknown
    : never
  : unknown;

/** `never` for `prelu`, the only function with both an axis and a second derivative: streams do not accept it. */
export type Streamed<F> = F extends { readonly defaults: { readonly axis: unknown }; readonly deriv2: unknown } ? never : unknown;

/** The hyperparameters of a function, and its axis. Of an `ActivationFunction`, which may be any function, nothing is known. */
export type OptionsOf<F> = F extends { readonly with: (values: infer Options) => unknown }
  ? string extends keyof Options
    ? unknown
    : Options
  : never;

/** The options of a call except `out` and `shape`: hyperparameters, the axis, and those that leave elements out of rows. */
export type CallOptionsOf<F> = OptionsOf<F> &
  (F extends { readonly defaults: SoftmaxDefaults }
    ? F extends LogSumExp
      ? RowOptions & ReductionOptions
      : RowOptions
    : unknown);

/** The options of `activationStream`: the hyperparameters of the function, and these. */
export type StreamOptions<F> = OptionsOf<F> & {
  /**
   * The number of elements in a row: an integer >= 1. Output chunks are whole rows. Required if the function works along an axis.
   */
  readonly columns?: number | undefined;
  /** Computes the chunks; without a pool, the calling thread does. */
  readonly pool?: Pool | undefined;
};

/** The result of `f.deriv`: for functions along an axis the Jacobian, except for `logSumExp`. */
export type DerivOf<F extends PoolFunction, X> = string extends keyof F['defaults']
  ? Result<X> | Jacobian<X>
  : F extends LogSumExp
    ? Result<X>
    : F['defaults'] extends { readonly axis: unknown }
      ? Jacobian<X>
      : Result<X>;

type LogSumExpOptions = CallOptionsOf<LogSumExp> & RunOptions;

/**
 * Workers that compute the functions of this package: with the same results, bit for bit, and the same errors, as rejections.
 *
 * Arrays on shared memory (`SharedArrayBuffer`) are read and written in place; the elements of all others are copied. Do not
 * change the arrays of a call until it has settled; from then on, no worker touches them.
 */
export interface Pool extends AsyncDisposeMethod {
  /** How many workers there are. */
  readonly threads: number;
  /** f(x); for `logSumExp`, its shape lacks the axis. */
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
  /** f′(x), or the Jacobian. */
  deriv<
    F extends PoolFunction,
    X extends ArrayContainer,
    Out extends FlatOutput | OutputFor<DerivOf<F, X>> | undefined = undefined,
  >(
    f: F & Pooled<F>,
    x: X & Rectangular<X>,
    options?: CallOptionsOf<F> & CallOptions<Out> & RunOptions,
  ): Promise<Returned<Out, DerivOf<F, X>>>;
  /** f″(x), for functions that have it. */
  deriv2<
    F extends PoolFunction & { readonly deriv2: unknown },
    X extends ArrayContainer,
    Out extends OutputFor<Result<X>> | undefined = undefined,
  >(
    f: F & Pooled<F>,
    x: X & Rectangular<X>,
    options?: CallOptionsOf<F> & CallOptions<Out> & RunOptions,
  ): Promise<Returned<Out, Result<X>>>;
  /** dx = dy · ∂f/∂x. */
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
  /** f(x) and f′(x), or the Jacobian. */
  valueAndDeriv<
    X extends ArrayContainer,
    const Options extends LogSumExpOptions & CallOptions<OutputPair | undefined> = Record<never, never>,
  >(
    f: LogSumExp,
    x: X & Rectangular<X>,
    options?: Options,
  ): Promise<
    Options extends { readonly out: infer Out extends OutputPair } ? Out : { value: ReducedWith<X, Options>; deriv: Result<X> }
  >;
  valueAndDeriv<
    F extends PoolFunction,
    X extends ArrayContainer,
    Out extends OutputPair<OutputFor<Result<X>>, FlatOutput | OutputFor<DerivOf<F, X>>> | undefined = undefined,
  >(
    f: F & Pooled<F>,
    x: X & Rectangular<X>,
    options?: CallOptionsOf<F> & CallOptions<Out> & RunOptions,
  ): Promise<Returned<Out, { value: Result<X>; deriv: DerivOf<F, X> }>>;
  /** f of each of many arrays, in order; small arrays are sent to workers together. */
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
  /** Ends the workers, and rejects the calls they were computing with `ERR_DISPOSED`; resolves when all have ended. */
  readonly dispose: () => Promise<void>;
}

/** `dispose` under the name that `await using` calls, `Symbol.asyncDispose`, where `lib` has that symbol. */
export type AsyncDisposeMethod = SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol }
  ? { readonly [Name in Key]: () => Promise<void> }
  : object;
