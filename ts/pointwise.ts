// One line of the table → one function, element by element, with types that know its hyperparameters.

import type { Exports } from './core.js';
import type { Hparam, HparamOptions, HparamValues } from './hyperparameter.js';
import { type Kernel, linked } from './memory.js';
import { surface } from './surface.js';
import type { CallOptions, Container, Into, Output, OutputPair, Result, Returned, Saved } from './types.js';

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

/** The hyperparameters a kernel of the module has: its arguments after the first five. */
type KernelHparams<K> = K extends (...args: infer A) => void
  ? ReturnType<K> extends number
    ? never
    : A extends [number, number, number, number, number, ...infer Rest extends number[]]
      ? Rest
      : never
  : never;

/** The element-wise functions of the module. */
type KernelName = { [K in keyof Exports]: [KernelHparams<Exports[K]>] extends [never] ? never : K }[keyof Exports] & string;

/** One hyperparameter for each that the kernel has. */
type HparamsOf<Name extends KernelName> = Each<KernelHparams<Exports[Name]>>;

type Each<Numbers extends number[]> = { [I in keyof Numbers]: Hparam<string, string> };

/**
 * The function whose kernel is the module's export `name`. Does not compile where there is none, or where the number of
 * hyperparameters is another.
 */
/** @internal */
export function pointwise<Name extends KernelName, const H extends HparamsOf<Name> & readonly Hparam<string, string>[]>(
  name: Name,
  ...hparams: H
): Activation<Name, H> {
  const kernel = linked((wasm) => wasm[name] as Kernel, false);
  const [first, second] = hparams;
  return surface(
    {
      signature: { name, hparams, hasAxis: false, hasShape: true },
      compute: (run, op, a, b, to, two, { size }, p0, p1) => run(kernel, op, a, b, to, two, size, 1, 1, p0, p1),
    },
    { axis: -1, first: first?.initial, second: second?.initial },
  );
}
