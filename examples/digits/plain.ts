// The same activations as most people write them, to compare with: loops over Math.exp and Math.tanh, one for each way through the
// network. They are short, and right for the inputs a network meets; what they lose far from 0 is measured in docs/accuracy.md.

import { elu, lrelu } from 'nonlin';
import { type Matrix, zeros } from './matrix.js';
import type { Activation } from './network.js';

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
    backward(dy: Matrix, saved: { x: Matrix } | { y: Matrix }): Matrix {
      if (!('x' in saved)) throw new TypeError('this activation goes back from x');
      const dx = like(dy);
      backward(dy.data, saved.x.data, dx.data);
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

/** Softmax along the rows; it goes back from a saved y, as the network asks it to. */
export const plainSoftmax: Activation = Object.assign(
  (x: Matrix): Matrix => {
    const y = like(x);
    const [rows = 0, cols = 0] = x.shape;
    for (let row = 0; row < rows; row++) {
      const [start, end] = [row * cols, (row + 1) * cols];
      let largest = Number.NEGATIVE_INFINITY;
      for (let i = start; i < end; i++) largest = Math.max(largest, x.data[i]);
      let sum = 0;
      for (let i = start; i < end; i++) sum += y.data[i] = Math.exp(x.data[i] - largest);
      for (let i = start; i < end; i++) y.data[i] /= sum;
    }
    return y;
  },
  {
    backward(dy: Matrix, saved: { x: Matrix } | { y: Matrix }): Matrix {
      if (!('y' in saved)) throw new TypeError('this softmax goes back from y');
      const { y } = saved;
      const dx = like(dy);
      const [rows = 0, cols = 0] = dy.shape;
      for (let row = 0; row < rows; row++) {
        const [start, end] = [row * cols, (row + 1) * cols];
        let shift = 0;
        for (let i = start; i < end; i++) shift += dy.data[i] * y.data[i];
        for (let i = start; i < end; i++) dx.data[i] = y.data[i] * (dy.data[i] - shift);
      }
      return dx;
    },
  },
);
