// How much of the time goes into activations and loss: they are wrapped, the network is not touched.

import type { Activation, Loss } from './network.js';

export interface Stopwatch {
  milliseconds: number;
}

/** The same activation; the time spent in it is added to `watch`. */
export const timedActivation = (activation: Activation, watch: Stopwatch): Activation =>
  Object.assign(timed(activation, watch), { backward: timed(activation.backward, watch) });

/** The same loss, likewise. */
export const timedLoss = (loss: Loss, watch: Stopwatch): Loss =>
  Object.assign(timed(loss, watch), { deriv: timed(loss.deriv, watch) });

const timed =
  <Args extends unknown[], Result>(work: (...args: Args) => Result, watch: Stopwatch) =>
  (...args: Args): Result => {
    const start = performance.now();
    const result = work(...args);
    watch.milliseconds += performance.now() - start;
    return result;
  };
