// One line of the table → one function, element by element, with types that know its hyperparameters.

import type { Exports } from './core.js';
import { linked } from './memory.js';
import { surface } from './surface.js';
import type { Activation, Hparam } from './types.js';

/** What the module exports beside the numbers of its activations. */
type Others = 'allocate' | 'release' | 'address' | 'run' | 'scalar' | 'rows' | 'hadamard' | 'contract';

/** The element-wise functions of the module: exports that give the number of one. */
type KernelName = {
  [K in keyof Exports]: K extends Others ? never : Exports[K] extends (...hparams: never[]) => number ? K : never;
}[keyof Exports] &
  string;

/** One hyperparameter for each that the kernel has. */
type HparamsOf<Name extends KernelName> = Each<Parameters<Exports[Name]>>;

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
  const kernel = linked((wasm) => {
    const number = (wasm[name] as () => number)();
    return (op, a, b, out, count, p0 = 0, p1 = 0) => void wasm.run(number, op, a, b, out, count, p0, p1, 0, 0);
  }, false);
  const [first, second] = hparams;
  return surface(
    {
      signature: { name, hparams, hasAxis: false, hasShape: true },
      compute: (run, op, a, b, to, two, { size }, p0, p1) => run(kernel, op, a, b, to, two, size, 1, 1, p0, p1),
    },
    { axis: -1, first: first?.initial, second: second?.initial },
  );
}
