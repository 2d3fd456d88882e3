// Mini-batch gradient descent with momentum, and what is recorded on the way.

import { type Digits, rowsOf } from './data.js';
import { type Matrix, zeros } from './matrix.js';
import { mostProbable, type Network } from './network.js';
import { permutation, type Random } from './random.js';

export interface Settings {
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly momentum: number;
}

/** Where a network stands after an epoch: the loss over all training images, the share of held-out images read right. */
export interface Epoch {
  readonly loss: number;
  readonly accuracy: number;
}

/** Trains `network` in place. Returns where it stood before the first epoch and after each, and tells `onEpoch` as it goes. */
export function train(
  network: Network,
  training: Digits,
  heldOut: Digits,
  { epochs, batch, rate, momentum }: Settings,
  next: Random,
  onEpoch: (epoch: Epoch) => void,
): Epoch[] {
  const velocity = network.weights.map(({ shape: [rows = 0, cols = 0] }) => zeros(rows, cols));
  const record = [evaluate(network, training, heldOut)];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = permutation(training.digits.length, next);
    for (let start = 0; start < order.length; start += batch) {
      const { images, digits } = rowsOf(training, order.subarray(start, start + batch));
      const gradients = network.gradients(images, digits);
      for (const [layer, weights] of network.weights.entries()) {
        step(weights, velocity[layer], gradients[layer], rate, momentum);
      }
    }
    const reached = evaluate(network, training, heldOut);
    record.push(reached);
    onEpoch(reached);
  }
  return record;
}

function step(weights: Matrix, velocity: Matrix, gradient: Matrix, rate: number, momentum: number): void {
  for (let index = 0; index < weights.data.length; index++) {
    velocity.data[index] = momentum * velocity.data[index] - rate * gradient.data[index];
    weights.data[index] += velocity.data[index];
  }
}

function evaluate(network: Network, training: Digits, heldOut: Digits): Epoch {
  const read = mostProbable(network.forward(heldOut.images).logits);
  return {
    loss: network.loss(training.images, training.digits),
    accuracy: read.filter((digit, row) => digit === heldOut.digits[row]).length / read.length,
  };
}
