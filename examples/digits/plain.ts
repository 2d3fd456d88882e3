// The same activations and loss as most people write them, to compare with: loops over Math.exp and Math.tanh, one for each way through the
// network. They are short, and right for the inputs a network meets; what they lose far from 0 is measured in docs/accuracy.md.

import { elu, lrelu } from 'nonlin';
import { type Matrix, zeros } from './matrix.js';
import type { Activation, Loss } from './network.js';

type Forward = (x: Float64Array, y: Float64Array) => void;
type Backward = (dy: Float64Array, x: Float64Array, dx: Float64Array) => void;

/** An activation from its two loops; `backward` goes back from x. */
function activation(forward: Forward, backward: Backward): Activation {
  const value = (x: Matrix): Matrix => {
    const y = like(x);
    forward(x.data, y.data);
    return y;
  };
  return Object.assign(value, {
    backward(dy: Matrix, { x }: { x: Matrix }): Matrix {
      const dx = like(dy);
      backward(dy.data, x.data, dx.data);
      return dx;
    },
  });
}

const like = ({ shape: [rows = 0, cols = 0] }: Matrix): Matrix => zeros(rows, cols);

const LRELU_ALPHA = lrelu.defaults.alpha;
const ELU_ALPHA = elu.defaults.alpha;

/** By the name of the function of nonlin that does the same. */
export const PLAIN: Readonly<Record<string, Activation>> = {
  identity: activation(
    (x, y) => y.set(x),
    (dy, _, dx) => dx.set(dy),
  ),
  relu: activation(
    (x, y) => {
      for (let i = 0; i < x.length; i++) y[i] = x[i] > 0 ? x[i] : 0;
    },
    (dy, x, dx) => {
      for (let i = 0; i < x.length; i++) dx[i] = x[i] > 0 ? dy[i] : 0;
    },
  ),
  lrelu: activation(
    (x, y) => {
      for (let i = 0; i < x.length; i++) y[i] = x[i] > 0 ? x[i] : LRELU_ALPHA * x[i];
    },
    (dy, x, dx) => {
      for (let i = 0; i < x.length; i++) dx[i] = x[i] > 0 ? dy[i] : LRELU_ALPHA * dy[i];
    },
  ),
  elu: activation(
    (x, y) => {
      for (let i = 0; i < x.length; i++) y[i] = x[i] > 0 ? x[i] : ELU_ALPHA * (Math.exp(x[i]) - 1);
    },
    (dy, x, dx) => {
      for (let i = 0; i < x.length; i++) dx[i] = x[i] > 0 ? dy[i] : dy[i] * ELU_ALPHA * Math.exp(x[i]);
    },
  ),
  sigmoid: activation(
    (x, y) => {
      for (let i = 0; i < x.length; i++) y[i] = 1 / (1 + Math.exp(-x[i]));
    },
    (dy, x, dx) => {
      for (let i = 0; i < x.length; i++) {
        const y = 1 / (1 + Math.exp(-x[i]));
        dx[i] = dy[i] * y * (1 - y);
      }
    },
  ),
  tanh: activation(
    (x, y) => {
      for (let i = 0; i < x.length; i++) y[i] = Math.tanh(x[i]);
    },
    (dy, x, dx) => {
      for (let i = 0; i < x.length; i++) {
        const y = Math.tanh(x[i]);
        dx[i] = dy[i] * (1 - y * y);
      }
    },
  ),
};

/** The cross-entropy of softmax along the rows of logits. */
export const plainCrossEntropy: Loss = Object.assign(
  ({ data, shape: [rows = 0, cols = 0] }: Matrix, digits: Uint8Array): Matrix => {
    const losses = zeros(rows, 1);
    for (let row = 0; row < rows; row++) {
      const [start, end] = [row * cols, (row + 1) * cols];
      const largest = largestOf(data, start, end);
      let sum = 0;
      for (let i = start; i < end; i++) sum += Math.exp(data[i] - largest);
      losses.data[row] = Math.log(sum) + largest - data[start + digits[row]];
    }
    return losses;
  },
  {
    deriv({ data, shape: [rows = 0, cols = 0] }: Matrix, digits: Uint8Array): Matrix {
      const dx = zeros(rows, cols);
      for (let row = 0; row < rows; row++) {
        const [start, end] = [row * cols, (row + 1) * cols];
        const largest = largestOf(data, start, end);
        let sum = 0;
        for (let i = start; i < end; i++) sum += dx.data[i] = Math.exp(data[i] - largest);
        for (let i = start; i < end; i++) dx.data[i] /= sum;
        dx.data[start + digits[row]] -= 1;
      }
      return dx;
    },
  },
);

function largestOf(data: Float64Array, start: number, end: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = start; i < end; i++) largest = Math.max(largest, data[i]);
  return largest;
}
