// A network with one hidden layer and what training it takes: forward pass, loss, gradients.
// nonlin does what is not linear: `hidden(z)` forwards, `hidden.backward(dh, { x: z })` on the way back, and the loss with its gradient.

import { addRow, type Matrix, product, sumRows, transpose, zeros } from './matrix.js';
import type { Random } from './random.js';

/** What a layer asks of its activation. Every function of nonlin has it. */
export interface Activation {
  (x: Matrix): Matrix;
  backward(dy: Matrix, saved: { x: Matrix }): Matrix;
}

/** The loss of each row of logits, and its gradient with respect to them: `softmaxCrossEntropy` of nonlin is one. */
export interface Loss {
  (logits: Matrix, digits: Uint8Array): Matrix;
  deriv(logits: Matrix, digits: Uint8Array): Matrix;
}

/** One matrix for each weight matrix of the network: the weights, or something that belongs to each of them. */
export type Layers = readonly [w1: Matrix, b1: Matrix, w2: Matrix, b2: Matrix];

export class Network {
  readonly weights: Layers;
  readonly #hidden: Activation;
  readonly #loss: Loss;

  /** `sizes` are inputs, hidden units and outputs. */
  constructor([inputs, units, outputs]: readonly [number, number, number], hidden: Activation, loss: Loss, next: Random) {
    this.#hidden = hidden;
    this.#loss = loss;
    this.weights = [glorot(inputs, units, next), zeros(1, units), glorot(units, outputs, next), zeros(1, outputs)];
  }

  /** The logits of each row of x, whose softmax is the probability of each digit, and what the way back needs. */
  forward(x: Matrix) {
    const [w1, b1, w2, b2] = this.weights;
    const z = addRow(product(x, w1), b1);
    const h = this.#hidden(z);
    const logits = addRow(product(h, w2), b2);
    return { x, z, h, logits };
  }

  /** The mean loss over these images. */
  loss(images: Matrix, digits: Uint8Array): number {
    const { data } = this.#loss(this.forward(images).logits, digits);
    return data.reduce((sum, loss) => sum + loss, 0) / data.length;
  }

  /** How the mean loss over these images changes with each weight. */
  gradients(images: Matrix, digits: Uint8Array): Layers {
    const [, , w2] = this.weights;
    const { x, z, h, logits } = this.forward(images);
    const dz2 = this.#loss.deriv(logits, digits);
    for (let index = 0; index < dz2.data.length; index++) dz2.data[index] /= digits.length;
    const dz = this.#hidden.backward(product(dz2, transpose(w2)), { x: z });
    return [product(transpose(x), dz), sumRows(dz), product(transpose(h), dz2), sumRows(dz2)];
  }
}

/** The most probable digit of each row of logits: softmax leaves their order as it is. */
export function mostProbable({ data, shape: [rows = 0, cols = 0] }: Matrix): Uint8Array {
  return Uint8Array.from({ length: rows }, (_, row) => {
    const logits = data.subarray(row * cols, (row + 1) * cols);
    return logits.indexOf(Math.max(...logits));
  });
}

/** Uniform weights of a size that suits the layer (Glorot and Bengio, 2010). */
function glorot(rows: number, cols: number, next: Random): Matrix {
  const limit = Math.sqrt(6 / (rows + cols));
  const weights = zeros(rows, cols);
  for (let index = 0; index < weights.data.length; index++) {
    weights.data[index] = limit * (2 * next() - 1);
  }
  return weights;
}
