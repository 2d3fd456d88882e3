// One line of the table → one function, element by element, with types that know its hyperparameters.

import { type KernelName, type KernelParameters, Pointwise } from '../engine/kernels.js';
import type { Activation, Hparam } from '../types.js';
import { valuesOf } from './definition.js';
import { surface } from './surface.js';

/** One hyperparameter for each that the kernel has. */
type HparamsOf<Name extends KernelName> = Each<KernelParameters<Name>>;

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
  return surface(
    { form: 'pointwise', name, hparams, hasAxis: false, hasShape: true, kernel: new Pointwise(name) },
    { axis: -1, values: valuesOf(hparams.map(({ initial }) => initial)) },
  );
}
