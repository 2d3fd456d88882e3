// The network of examples/digits, with any activation of the package in its hidden layer.

import { softmaxCrossEntropy } from 'nonlin';
import { PIXELS } from '../../examples/digits/data';
import { type Activation, Network } from '../../examples/digits/network';
import { type Random, random } from '../../examples/digits/random';
import { FUNCTIONS, type Options } from './functions';

export interface Architecture {
  readonly activation: string;
  readonly options: Options;
  /** Hidden units. */
  readonly units: number;
  /** Decides the first weights. */
  readonly seed: number;
}

/** The network before it has learned anything, and the numbers that follow those its weights are made of. */
export function untrained({ activation, options, units, seed }: Architecture): { network: Network; next: Random } {
  const shown = FUNCTIONS.get(activation);
  if (!shown) throw new Error(`there is no function ${activation}`);
  const f = shown.f as unknown as Activation & { with(options: Options): Activation };
  const hidden = Object.keys(options).length > 0 ? f.with(options) : f;
  const next = random(seed);
  return { network: new Network([PIXELS, units, 10], hidden, softmaxCrossEntropy, next), next };
}
