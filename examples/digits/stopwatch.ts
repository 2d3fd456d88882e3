// How much of the time goes into the activations: they are wrapped, the network is not touched.

import type { Activation } from './network.js';

export interface Stopwatch {
  milliseconds: number;
}

/** The same activation; the time spent in it is added to `watch`. */
export function timed(activation: Activation, watch: Stopwatch): Activation {
  const measure = <Result>(work: () => Result): Result => {
    const start = performance.now();
    const result = work();
    watch.milliseconds += performance.now() - start;
    return result;
  };
  return Object.assign((x: Parameters<Activation>[0]) => measure(() => activation(x)), {
    backward: (...args: Parameters<Activation['backward']>) => measure(() => activation.backward(...args)),
  });
}
