// Turns one line of the table into a function, element by element, with types that know its hyperparameters.

import { type KernelName, type KernelParameters, Pointwise } from '../engine/kernels.js';
import type { Part } from '../engine/parts.js';
import { defaultsOf } from './definition.js';
import type { AnyHparam } from './hyperparameter.js';
import { surface } from './surface.js';
import type { ElementwiseFunction, Hyperparameters, InvertibleFunction, NoHyperparameters } from './types.js';

/** One hyperparameter for each parameter of the kernel. */
type HparamsOf<Name extends KernelName> = Each<KernelParameters<Name>>;

type Each<Numbers extends number[]> = { [I in keyof Numbers]: AnyHparam };

/** The options that set the hyperparameters `H`. */
type OptionsOf<H extends readonly AnyHparam[]> = H extends readonly []
  ? NoHyperparameters
  : [WordsOf<H[number]>] extends [never]
    ? Hyperparameters<NamesOf<H[number]>>
    : { readonly [One in H[number] as NamesOf<One>]?: ([WordsOf<One>] extends [never] ? number : WordsOf<One>) | undefined };

type NamesOf<H extends AnyHparam> = H['name'] | NonNullable<H['alias']>;

type WordsOf<H extends AnyHparam> = NonNullable<H['choices']>[number];

/**
 * The function whose kernel is the export `name` of the module, with the parts of the module that it needs. Does not compile if
 * there is no such export, or if the number of hyperparameters differs. `backward` needs x.
 * @internal
 */
export function pointwise<Name extends KernelName, const H extends HparamsOf<Name> & readonly AnyHparam[]>(
  name: Name,
  parts: readonly Part[],
  ...hparams: H
): ElementwiseFunction<OptionsOf<H>, H[number]['name']> {
  return define(name, parts, hparams, false);
}

/** The same for a function whose derivative can be computed from its value: `backward` accepts a saved y, too. @internal */
export function invertible<Name extends KernelName, const H extends HparamsOf<Name> & readonly AnyHparam[]>(
  name: Name,
  parts: readonly Part[],
  ...hparams: H
): InvertibleFunction<OptionsOf<H>, H[number]['name']> {
  return define(name, parts, hparams, true);
}

const define = <F>(name: KernelName, parts: readonly Part[], hparams: readonly AnyHparam[], takesY: boolean): F =>
  surface(
    {
      form: 'pointwise',
      name,
      hparams,
      hasAxis: false,
      hasShape: true,
      more: undefined,
      takesY,
      kernel: new Pointwise(name, parts),
    },
    defaultsOf(hparams.map(({ initial }) => initial)),
  );
