// A network with one hidden layer and what training it takes: forward pass, loss, gradients.
// nonlin does the activations: `hidden(z)` forwards, `hidden.backward(dh, { x: z })` on the way back, softmax alike.

import { addRow, type Matrix, product, sumRows, transpose, zeros } from './matrix.js';
import type { Random } from './random.js';

/** What a layer asks of its activation. Every function of nonlin has it. */
export interface Activation {
  (x: Matrix): Matrix;
  backward(dy: Matrix, saved: { x: Matrix } | { y: Matrix }): Matrix;
}

/** One matrix for each weight matrix of the network: the weights, or something that belongs to each of them. */
export type Layers = readonly [w1: Matrix, b1: Matrix, w2: Matrix, b2: Matrix];

export class Network {
  readonly weights: Layers;
  readonly #hidden: Activation;
  readonly #output: Activation;

  /** `sizes` are inputs, hidden units and outputs; `hidden` and `output` the two activations. */
  constructor([inputs, units, outputs]: readonly [number, number, number], hidden: Activation, output: Activation, next: Random) {
    this.#hidden = hidden;
    this.#output = output;
    this.weights = [glorot(inputs, units, next), zeros(1, units), glorot(units, outputs, next), zeros(1, outputs)];
  }

  /** The probability of each digit for each row of x (`y`), and what the way back needs. */
  forward(x: Matrix) {
    const [w1, b1, w2, b2] = this.weights;
    const z = addRow(product(x, w1), b1);
    const h = this.#hidden(z);
    const y = this.#output(addRow(product(h, w2), b2));
    return { x, z, h, y };
  }

  /** How the mean loss over these images changes with each weight. */
  gradients(images: Matrix, digits: Uint8Array): Layers {
    const [, , w2] = this.weights;
    const { x, z, h, y } = this.forward(images);
    const dz2 = this.#output.backward(crossEntropyGradient(y, digits), { y });
    const dz = this.#hidden.backward(product(dz2, transpose(w2)), { x: z });
    return [product(transpose(x), dz), sumRows(dz), product(transpose(h), dz2), sumRows(dz2)];
  }
}

/** Mean of −log y[digit] over the rows of y. */
export function crossEntropy(y: Matrix, digits: Uint8Array): number {
  const [rows = 0, cols = 0] = y.shape;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    sum -= Math.log(y.data[row * cols + digits[row]]);
  }
  return sum / rows;
}

/** ∂ crossEntropy / ∂y: −1 / (rows · y[digit]) at the digit of each row, 0 elsewhere. */
function crossEntropyGradient(y: Matrix, digits: Uint8Array): Matrix {
  const [rows = 0, cols = 0] = y.shape;
  const result = zeros(rows, cols);
  for (let row = 0; row < rows; row++) {
    const index = row * cols + digits[row];
    result.data[index] = -1 / (rows * y.data[index]);
  }
  return result;
}

/** The most probable digit of each row. */
export function mostProbable(y: Matrix): Uint8Array {
  const [rows = 0, cols = 0] = y.shape;
  return Uint8Array.from({ length: rows }, (_, row) => {
    const probabilities = y.data.subarray(row * cols, (row + 1) * cols);
    return probabilities.indexOf(Math.max(...probabilities));
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
