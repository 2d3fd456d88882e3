// One line of the table → one function, element by element, with types that know its hyperparameters.

import type { Exports } from './core.js';
import { type Kernel, linked } from './memory.js';
import { surface } from './surface.js';
import type { Activation, Hparam } from './types.js';

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
