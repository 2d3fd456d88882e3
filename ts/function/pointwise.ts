// One line of the table → one function, element by element, with types that know its hyperparameters.

import { type KernelName, type KernelParameters, Pointwise } from '../engine/kernels.js';
import type { Hyperparameters, InvertibleFunction, NoHyperparameters } from '../types.js';
import { valuesOf } from './definition.js';
import type { AnyHparam } from './hyperparameter.js';
import { surface } from './surface.js';

/** One hyperparameter for each that the kernel has. */
type HparamsOf<Name extends KernelName> = Each<KernelParameters<Name>>;

type Each<Numbers extends number[]> = { [I in keyof Numbers]: AnyHparam };

/** The options that set the hyperparameters `H`. */
type OptionsOf<H extends readonly AnyHparam[]> = H extends readonly []
  ? NoHyperparameters
  : Hyperparameters<H[number]['name'] | NonNullable<H[number]['alias']>>;

/**
 * The function whose kernel is the module's export `name`. Does not compile where there is none, or where the number of
 * hyperparameters is another.
 */
/** @internal */
export function pointwise<Name extends KernelName, const H extends HparamsOf<Name> & readonly AnyHparam[]>(
  name: Name,
  ...hparams: H
): InvertibleFunction<OptionsOf<H>, H[number]['name']> {
  return surface(
    { form: 'pointwise', name, hparams, hasAxis: false, hasShape: true, kernel: new Pointwise(name) },
    { axis: -1, values: valuesOf(hparams.map(({ initial }) => initial)) },
  );
}
