// Trains the network of examples/digits on the handwritten digits, with any activation of the package in the hidden layer.

import csv from '../../../data/digits.csv';
import { type Digits, parseDigits, split } from '../../../examples/digits/data';
import { type Epoch, train } from '../../../examples/digits/training';
import { type Architecture, untrained } from '../network';

export interface Request extends Architecture {
  readonly epochs: number;
}

export interface Progress extends Epoch {
  /** The numbers of each layer, so that the page can use the network while it still learns. */
  readonly weights: readonly Float64Array[];
  /** With the first epoch: the images that are held out. */
  readonly heldOut?: Digits;
}

export interface Result {
  readonly milliseconds: number;
}

const SETTINGS = { batch: 32, rate: 0.1, momentum: 0.9 };
const HELD_OUT = 500;
const SPLIT_SEED = 1;

export function run(request: Request, report: (progress: Progress) => void): Result {
  const { training, heldOut } = split(parseDigits(csv, 'digits.csv'), HELD_OUT, SPLIT_SEED);
  const { network, next } = untrained(request);
  const start = performance.now();
  let first = true;
  train(network, training, heldOut, { ...SETTINGS, epochs: request.epochs }, next, (epoch) => {
    const weights = network.weights.map(({ data }) => data);
    report({ ...epoch, weights, ...(first ? { heldOut } : {}) });
    first = false;
  });
  return { milliseconds: performance.now() - start };
}
