// The analytic gradient of the whole network against central differences: an independent check of every `backward`, and of the loss.

import type { Digits } from './data.js';
import type { Network } from './network.js';

/** The cube root of the float64 epsilon: where truncation and rounding of a central difference are about equal. */
const STEP = 2 ** -17;

/**
 * The worst relative difference over every weight. It is relative to the larger of the two values, or, where both are
 * small, to a thousandth of the largest gradient of that layer: rounding of the loss alone shows in a difference that small.
 */
export function worstGradientDifference(network: Network, { images, digits }: Digits): number {
  const loss = () => network.loss(images, digits);
  const gradients = network.gradients(images, digits);
  let worst = 0;
  for (const [layer, { data: weights }] of network.weights.entries()) {
    const analytic = gradients[layer].data;
    const floor = analytic.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 1000;
    for (let index = 0; index < weights.length; index++) {
      const weight = weights[index];
      weights[index] = weight + STEP;
      const above = loss();
      weights[index] = weight - STEP;
      const below = loss();
      weights[index] = weight;
      const numeric = (above - below) / (2 * STEP);
      const scale = Math.max(Math.abs(analytic[index]), Math.abs(numeric), floor);
      worst = Math.max(worst, Math.abs(analytic[index] - numeric) / scale);
    }
  }
  return worst;
}
