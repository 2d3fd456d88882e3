// EpyNN's Dense network ported line by line: its classes and functions under their names, in its order, with nonlin/epynn where
// it has epynn.commons.maths. Ported from EpyNN 1.2.13: dense/models.py, forward.py, backward.py, parameters.py;
// network/models.py, forward.py, backward.py, training.py, hyperparameters.py; commons/loss.py, schedule.py; settings.py. Its
// recorded training runs must come out.

import {
  type ActivateFunction,
  activation_tune,
  type Hyperparameters,
  hadamard,
  lrelu,
  relu,
  sigmoid,
  softmax,
  tanh,
} from 'nonlin/epynn';
import { afterEach, describe, expect, test } from 'vitest';
import type { NdArray } from './support/numpy.js';
import * as np from './support/numpy.js';
import { type Recording, recordings, type Training } from './support/recordings.js';

afterEach(() => activation_tune({}));

// ---- epynn/settings.py ----

/** A layer's dictionary; `schedule_lrate` adds to it. */
type HPars = { -readonly [Key in keyof typeof se_hPars]: (typeof se_hPars)[Key] } & { epochs?: number; cycle_number?: number };

const se_hPars = {
  // Schedule learning rate
  learning_rate: 0.1,
  schedule: 'steady',
  decay_k: 0,
  cycle_epochs: 0,
  cycle_descent: 0,
  // Tune activation function
  ELU_alpha: 1,
  LRELU_alpha: 0.3,
  softmax_temperature: 1,
};

// ---- epynn/commons/loss.py ----

const E_SAFE = 1e-16;

type LossFunction = (Y: NdArray, A: NdArray) => { loss: Float64Array; deriv: NdArray };

/** The loss of each row and its derivative, which EpyNN chooses between by `deriv`. */
function loss_function(
  each: (y: number, a: number, U: number) => number,
  deriv: (y: number, a: number, U: number) => number,
): LossFunction {
  return (Y, A) => {
    const U = A.shape[1] as number; // Number of output nodes
    return {
      loss: np.sum1(np.map2((y, a) => each(y, a, U), Y, A)),
      deriv: np.map2((y, a) => deriv(y, a, U), Y, A),
    };
  };
}

const MSE = loss_function(
  (y, a, U) => (1 / U) * (y - a) ** 2,
  (y, a, U) => (-2 / U) * (y - a),
);

const CCE = loss_function(
  (y, a) => -1 * (y * Math.log(a + E_SAFE)),
  (y, a) => -1 * (y / a),
);

const BCE = loss_function(
  (y, a, U) => (-1 / U) * (y * Math.log(a + E_SAFE) + (1 - y) * Math.log(1 - a + E_SAFE)),
  (y, a, U) => ((1 / U) * (a - y)) / (a - a * a + E_SAFE),
);

// ---- epynn/network/hyperparameters.py, epynn/commons/schedule.py ----

function schedule_lrate(hPars: HPars, training_epochs: number): number[] {
  const e = (hPars.epochs = training_epochs);
  const lr = hPars.learning_rate;
  // Compute dependent hyperparameters
  const epc = hPars.cycle_epochs || training_epochs;
  hPars.cycle_number = Math.floor(e / epc);
  // Default decay: ~ 1% of initial lr for last epoch in cycle
  if (hPars.decay_k === 0) hPars.decay_k = 5 / epc;
  if (hPars.schedule !== 'steady') throw new Error(`no recording was made with the schedule ${hPars.schedule}`);
  return Array.from({ length: e }, () => lr);
}

// ---- epynn/dense/models.py ----

type Initialization = (shape: readonly number[]) => NdArray;

class Dense {
  readonly d: { u: number; m?: number; n?: number };
  readonly fs: Record<'X' | 'W' | 'b', readonly number[]> = { X: [], W: [], b: [] };
  readonly p: Record<'W' | 'b', NdArray> = { W: np.zeros([0, 0]), b: np.zeros([0, 0]) };
  readonly fc: Partial<Record<'X' | 'Z' | 'A', NdArray>> = {};
  readonly bc: Partial<Record<'dA' | 'dZ' | 'dX', NdArray>> = {};
  readonly g: Partial<Record<'dW' | 'db', NdArray>> = {};
  lrate: readonly number[] = [];
  e = 0;
  readonly activate: ActivateFunction;
  readonly initialization: Initialization;
  se_hPars: HPars | null;

  // EpyNN's initialization is Xavier's by default.
  constructor(units = 1, activate: ActivateFunction = sigmoid, initialization: Initialization, hPars: HPars | null = null) {
    this.d = { u: units };
    this.activate = activate;
    this.initialization = initialization;
    this.se_hPars = hPars;
  }

  compute_shapes(A: NdArray): void {
    dense_compute_shapes(this, A);
  }

  initialize_parameters(): void {
    dense_initialize_parameters(this);
  }

  forward(A: NdArray): NdArray {
    activation_tune(this.se_hPars as Hyperparameters);
    return dense_forward(this, A);
  }

  backward(dX: NdArray): NdArray {
    activation_tune(this.se_hPars as Hyperparameters);
    return dense_backward(this, dX);
  }

  compute_gradients(): void {
    dense_compute_gradients(this);
  }

  update_parameters(): void {
    dense_update_parameters(this);
  }
}

// ---- epynn/dense/parameters.py ----

/** Compute forward shapes and dimensions from input for layer. */
function dense_compute_shapes(layer: Dense, A: NdArray): void {
  const X = A; // Input of current layer

  layer.fs.X = X.shape; // (m, n)

  const m = (layer.d.m = layer.fs.X[0] as number); // Number of samples  (m)
  const n = (layer.d.n = layer.fs.X[1] as number); // Number of features (n)
  if (m < 1) throw new Error('no samples');

  // Shapes for trainable parameters   Units (u)
  layer.fs.W = [n, layer.d.u]; // (n, u)
  layer.fs.b = [1, layer.d.u]; // (1, u)
}

/** Initialize trainable parameters from shapes for layer. */
function dense_initialize_parameters(layer: Dense): void {
  // For linear activation of inputs (Z)
  layer.p.W = layer.initialization(layer.fs.W);
  layer.p.b = np.zeros(layer.fs.b); // Z = dot(X, W) + b
}

/** Compute gradients with respect to weight and bias for layer. */
function dense_compute_gradients(layer: Dense): void {
  const X = layer.fc.X as NdArray; // Input of forward propagation
  const dZ = layer.bc.dZ as NdArray; // Gradient of the loss with respect to Z

  // (1) Gradient of the loss with respect to W, b
  layer.g.dW = np.dot(np.T(X), dZ); // (1.1) dL/dW
  layer.g.db = np.sum0(dZ); // (1.2) dL/db
}

/** Update parameters from gradients for layer. */
function dense_update_parameters(layer: Dense): void {
  const lrate = layer.lrate[layer.e] as number;
  for (const parameter of ['W', 'b'] as const) {
    // Update is driven by learning rate and gradients
    layer.p[parameter] = np.map2((p, g) => p - lrate * g, layer.p[parameter], layer.g[`d${parameter}`] as NdArray);
  }
}

// ---- epynn/dense/forward.py ----

/** Forward propagate signal to next layer. */
function dense_forward(layer: Dense, A: NdArray): NdArray {
  // (1) Initialize cache
  const X = (layer.fc.X = A);

  // (2) Linear activation X -> Z
  const Z = (layer.fc.Z = np.map2((product, b) => product + b, np.dot(X, layer.p.W), layer.p.b)); // This is the weighted sum

  // (3) Non-linear activation Z -> A
  layer.fc.A = layer.activate(Z);

  return layer.fc.A; // To next layer
}

// ---- epynn/dense/backward.py ----

/** Backward propagate error gradients to previous layer. */
function dense_backward(layer: Dense, dX: NdArray): NdArray {
  // (1) Initialize cache
  const dA = (layer.bc.dA = dX);

  // (2) Gradient of the loss with respect to Z
  const dZ = (layer.bc.dZ = hadamard(dA, layer.activate(layer.fc.Z as NdArray, true))); // dL/dZ

  // (3) Gradient of the loss with respect to X
  layer.bc.dX = np.dot(dZ, np.T(layer.p.W)); // dL/dX

  return layer.bc.dX; // To previous layer
}

// ---- epynn/network/models.py, forward.py, backward.py, training.py ----

class EpyNN {
  e = 0;
  readonly layers: readonly Dense[];

  constructor(layers: readonly Dense[]) {
    this.layers = layers;
  }

  forward(X: NdArray): NdArray {
    // By convention
    let A = X;

    // Iterate over layers
    for (const layer of this.layers) {
      // For learning rate schedule
      layer.e = this.e;

      A = layer.forward(A);
    }

    return A; // To derivative of loss function
  }

  backward(dA: NdArray): void {
    // By convention
    let dX = dA;

    // Iterate over reversed layers
    for (const layer of [...this.layers].reverse()) {
      // Layer returns dL/dX (dX)
      dX = layer.backward(dX);

      // Update values in layer.g
      layer.compute_gradients();

      // Update values in layer.p
      layer.update_parameters();
    }
  }

  initialize(X: NdArray, hPars: HPars): void {
    let A = X;
    for (const layer of this.layers) {
      // If no se_hPars provided for layer, then assign se_hPars from model
      layer.se_hPars ??= hPars;
      layer.compute_shapes(A);
      layer.initialize_parameters();
      A = layer.forward(A);
    }
  }

  train(epochs: number, batches: (epoch: number) => Batch[], training_loss: LossFunction, evaluate: () => void): number[] {
    for (const layer of this.layers) layer.lrate = schedule_lrate(layer.se_hPars as HPars, epochs);
    const batch_loss: number[] = [];
    for (this.e = 0; this.e < epochs; this.e++) {
      for (const batch of batches(this.e)) {
        // Pass through every layer.forward() methods
        const A = this.forward(batch.X);

        // Compute derivative of loss
        const { loss, deriv: dA } = training_loss(batch.Y, A);
        batch_loss.push(np.mean(loss));

        // Pass through every layer.backward() methods
        this.backward(dA);
      }
      evaluate();
    }
    return batch_loss;
  }
}

interface Batch {
  readonly X: NdArray;
  readonly Y: NdArray;
}

// ---- The recorded runs ----

const ACTIVATIONS: Record<string, ActivateFunction> = { relu, lrelu, sigmoid, softmax, tanh };
const LOSSES: Record<string, LossFunction> = { MSE, CCE, BCE };

/** Everything recorded of a run agrees to the tolerance that the recording states: 1e-9, relative. */
function expectClose(label: string, got: ArrayLike<number>, wanted: ArrayLike<number>, { rtol, atol }: Recording['tol']): void {
  expect(got.length, label).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const [g, w] = [got[i] as number, wanted[i] as number];
    if (!(Math.abs(g - w) <= atol + rtol * Math.abs(w))) throw new Error(`${label}[${i}]: got ${g}, EpyNN has ${w}`);
  }
}

describe('EpyNN’s Dense networks, ported line by line', () => {
  const runs = recordings().filter((recording) => recording.mode === 'train');

  test('there are recorded runs', () => expect(runs.length).toBeGreaterThanOrEqual(3));

  test.each(runs.map((run) => [run.id, run] as const))('%s', (_, { arrays, shapes, hparams, train, tol }) => {
    const { layers, loss, epochs, batches, batchSize, sets } = train as Training;
    const array = (name: string): NdArray => ({ data: arrays[name] as Float64Array, shape: shapes[name] as number[] });
    const model_hPars = { ...se_hPars, ...hparams } as HPars;

    const model = new EpyNN(
      layers.map(({ units, fn, hparams: own }, i) => {
        const initialization = (shape: readonly number[]): NdArray => {
          expect(shape, `the shape of W${i}`).toEqual(shapes[`W${i}`]);
          return array(`W${i}`);
        };
        // The rate of a layer with a dictionary of its own is recorded by what came of it.
        const learning_rate = arrays['lrate']?.[i * epochs];
        const layer_hPars = Object.keys(own).length > 0 ? ({ ...model_hPars, learning_rate, ...own } as HPars) : null;
        return new Dense(units, ACTIVATIONS[fn], initialization, layer_hPars);
      }),
    );
    const training_loss = LOSSES[loss] as LossFunction;
    const losses: Record<string, number[]> = Object.fromEntries(sets.map((set) => [set, []]));

    model.initialize(array('X_train'), model_hPars);
    const batch_loss = model.train(
      epochs,
      (epoch) =>
        Array.from({ length: batches }, (_, j) => {
          const start = (epoch * batches + j) * batchSize;
          const rows = (arrays['order'] as Float64Array).subarray(start, start + batchSize).filter((row) => row >= 0);
          return { X: np.take(array('X_train'), rows), Y: np.take(array('Y_train'), rows) };
        }),
      training_loss,
      () => {
        for (const set of sets) {
          losses[set]?.push(np.mean(training_loss(array(`Y_${set}`), model.forward(array(`X_${set}`))).loss));
        }
      },
    );

    expectClose('batch_loss', batch_loss, arrays['batch_loss'] as Float64Array, tol);
    for (const set of sets) {
      expectClose(`loss_${set}`, losses[set] as number[], arrays[`loss_${set}`] as Float64Array, tol);
      expectClose(`A_${set}`, model.forward(array(`X_${set}`)).data, arrays[`A_${set}_final`] as Float64Array, tol);
    }
    for (const [i, layer] of model.layers.entries()) {
      expectClose(
        `lrate of layer ${i}`,
        layer.lrate,
        (arrays['lrate'] as Float64Array).subarray(i * epochs, (i + 1) * epochs),
        tol,
      );
      expectClose(`W${i}`, layer.p.W.data, arrays[`W${i}_final`] as Float64Array, tol);
      expectClose(`b${i}`, layer.p.b.data, arrays[`b${i}_final`] as Float64Array, tol);
    }
  });
});
