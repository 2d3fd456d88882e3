// EpyNN's own calls and training runs, repeated through nonlin/epynn.

import * as nonlin from 'nonlin';
import * as epynn from 'nonlin/epynn';
import { afterEach, describe, expect, test } from 'vitest';
import { flatten, nest } from './support/containers.js';
import { expectRecorded, type Recording, recordings, type Training } from './support/recordings.js';

interface Shaped {
  data: Float64Array;
  shape: readonly number[];
}
type Activation = (x: Shaped, deriv?: boolean) => Shaped;

const { activation_tune, hadamard } = epynn;
const { identity, relu, lrelu, elu, sigmoid, tanh, softmax } = epynn as unknown as Record<string, Activation>;
const activations: Record<string, Activation | undefined> = { identity, relu, lrelu, elu, sigmoid, tanh, softmax };
const activation = (name: string): Activation => {
  const found = activations[name];
  if (!found) throw new Error(`a recording of ${name}, which nonlin/epynn does not have`);
  return found;
};

const HPARAMS = ['LRELU_alpha', 'ELU_alpha', 'softmax_temperature'];
const tuned = (hparams: Readonly<Record<string, number | string>>) =>
  Object.fromEntries(Object.entries(hparams).filter(([key]) => HPARAMS.includes(key))) as Record<string, number>;

afterEach(() => activation_tune({}));

const all = recordings();
const calls = all.filter((recording) => recording.mode !== 'train');
const runs = all.filter((recording) => recording.mode === 'train');

/** Names of the input and of the result of a mode. */
const NAMES = { forward: ['x', 'y'], deriv: ['x', 'y'], backward: ['x', 'dx'], hadamard: ['dA', 'dZ'] } as const;

/** What is asked: the recorded result, but the mathematics where EpyNN departs from it. */
function wantedOf(recording: Recording, input: Float64Array, recorded: Float64Array): Float64Array {
  if (recording.quirks.includes('nan-input')) return recorded.map((y, i) => (Number.isNaN(input[i]) ? Number.NaN : y));
  if (recording.quirks.includes('lrelu-alpha>1')) {
    const alpha = recording.hparams['LRELU_alpha'] as number;
    return recorded.map((_, i) => {
      const x = input[i] as number;
      if (recording.mode === 'deriv') return x > 0 ? 1 : alpha;
      return x > 0 ? x : alpha * x;
    });
  }
  return recorded;
}

describe('every recorded call', () => {
  test.each(calls.map((call) => [call.id, call] as const))('%s', (_, recording) => {
    const { arrays, shapes, mode, fn } = recording;
    const [from, to] = NAMES[mode as keyof typeof NAMES];
    const shaped = (name: string): Shaped => ({ data: arrays[name] as Float64Array, shape: shapes[name] as number[] });
    const input = arrays[from] as Float64Array;
    const wanted = wantedOf(recording, input, arrays[to] as Float64Array);
    const before = Object.values(arrays).map((array) => array.slice());
    activation_tune(tuned(recording.hparams));

    const run = (): Shaped => {
      if (mode === 'hadamard') return hadamard(shaped('dA'), shaped('dLinear'));
      const f = activation(fn);
      if (mode === 'forward') return f(shaped('x'));
      return mode === 'deriv' ? f(shaped('x'), true) : hadamard(shaped('dy'), f(shaped('x'), true));
    };
    const got = run();
    expect(got.shape).toEqual(shapes[to]);
    expectRecorded(recording, to, got.data, wanted, wanted.length === input.length ? input : undefined);
    expect(Object.values(arrays), 'inputs are not changed').toEqual(before);

    // The same as nested arrays, which is how a port of EpyNN code will mostly hold its matrices.
    if (mode === 'forward' && input.length > 0) {
      const nested = activation(fn)(nest(input, shapes['x'] as number[]) as unknown as Shaped) as unknown as number[][];
      expectRecorded(recording, 'y of nested arrays', flatten(nested), wanted, input);
    }
  });

  test('softmax backward of the main entry is EpyNN’s divided by the temperature', () => {
    for (const recording of calls.filter(({ fn, mode }) => fn === 'softmax' && mode === 'backward')) {
      const { arrays, shapes, hparams } = recording;
      const temperature = hparams['softmax_temperature'] as number;
      const sized = (name: string) => ({ data: arrays[name] as Float64Array, shape: shapes[name] as number[] });
      const got = nonlin.softmax.backward(sized('dy'), { x: sized('x') }, { axis: 1, temperature });
      expectRecorded(
        recording,
        'dx of softmax.backward',
        got.data.map((v) => v * temperature),
        arrays['dx'] as Float64Array,
      );
    }
  });
});

// ---- Training ----

type Loss = readonly [
  loss: (y: number, a: number, units: number, safe: number) => number,
  slope: (y: number, a: number, units: number, safe: number) => number,
];

/** Loss of one output and its slope, as EpyNN defines them; the losses of a sample's outputs are added. */
const LOSSES: Record<string, Loss> = {
  MSE: [(y, a, n) => (y - a) ** 2 / n, (y, a, n) => (-2 / n) * (y - a)],
  MAE: [(y, a, n) => Math.abs(y - a) / n, (y, a, n, safe) => ((-1 / n) * (y - a)) / (Math.abs(y - a) + safe)],
  MSLE: [
    (y, a, n) => (Math.log1p(y) - Math.log1p(a)) ** 2 / n,
    (y, a, n) => ((-2 / n) * (Math.log1p(y) - Math.log1p(a))) / (a + 1),
  ],
  CCE: [(y, a, _, safe) => -y * Math.log(a + safe), (y, a) => -y / a],
  BCE: [
    (y, a, n, safe) => -(y * Math.log(a + safe) + (1 - y) * Math.log(1 - a + safe)) / n,
    (y, a, n, safe) => (a - y) / (a - a * a + safe) / n,
  ],
};

/** a (rows × inner) times b (inner × columns); either may be read transposed. */
function multiply(a: Shaped, b: Shaped, { left = false, right = false } = {}): Shaped {
  const [a0, a1] = a.shape as [number, number];
  const [b0, b1] = b.shape as [number, number];
  const [m, inner] = left ? [a1, a0] : [a0, a1];
  const n = right ? b0 : b1;
  const data = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < inner; k++)
        sum += (a.data[left ? k * a1 + i : i * a1 + k] as number) * (b.data[right ? j * b1 + k : k * b1 + j] as number);
      data[i * n + j] = sum;
    }
  }
  return { data, shape: [m, n] };
}

/** Column sums as a (1 × columns) matrix. */
const columnSums = (m: Shaped): Shaped =>
  multiply({ data: new Float64Array(m.shape[0] as number).fill(1), shape: [1, m.shape[0] as number] }, m);

function selectRows(m: Shaped, order: ArrayLike<number>): Shaped {
  const columns = m.shape[1] as number;
  const data = new Float64Array(order.length * columns);
  Array.from(order, (row, i) => data.set(m.data.subarray(row * columns, (row + 1) * columns), i * columns));
  return { data, shape: [order.length, columns] };
}

const rowOf = (m: Shaped, i: number): number[] => [
  ...m.data.subarray(i * (m.shape[1] as number), (i + 1) * (m.shape[1] as number)),
];
const largest = (row: number[]): number => row.indexOf(Math.max(...row));

class Network {
  readonly weights: Shaped[];
  readonly biases: Shaped[];
  readonly #train: Training;
  readonly #hparams: Record<string, number>;

  constructor(recording: Recording, train: Training) {
    const copy = (name: string): Shaped => ({
      data: (recording.arrays[name] as Float64Array).slice(),
      shape: recording.shapes[name] as number[],
    });
    this.weights = train.layers.map((_, i) => copy(`W${i}`));
    this.biases = train.layers.map((_, i) => copy(`b${i}`));
    this.#train = train;
    this.#hparams = tuned(recording.hparams);
  }

  /** As EpyNN does before each use of a layer. */
  #tune(layer: number): Activation {
    const { fn, hparams } = this.#train.layers[layer] as Training['layers'][number];
    activation_tune({ ...this.#hparams, ...hparams });
    return activation(fn);
  }

  /** Linear products and activations of every layer. */
  forward(input: Shaped): { z: Shaped[]; a: Shaped[] } {
    const [z, a]: [Shaped[], Shaped[]] = [[], [input]];
    for (const [i, weights] of this.weights.entries()) {
      const linear = multiply(a[i] as Shaped, weights);
      const bias = (this.biases[i] as Shaped).data;
      for (let k = 0; k < linear.data.length; k++)
        linear.data[k] = (linear.data[k] as number) + (bias[k % bias.length] as number);
      z.push(linear);
      a.push(this.#tune(i)(linear));
    }
    return { z, a };
  }

  /** One step down the gradient `dA` of the loss with respect to the output. */
  step({ z, a }: { z: Shaped[]; a: Shaped[] }, dA: Shaped, rate: (layer: number) => number): void {
    let gradient = dA;
    for (let i = this.weights.length - 1; i >= 0; i--) {
      const [weights, biases] = [this.weights[i] as Shaped, this.biases[i] as Shaped];
      const dZ = hadamard(gradient, this.#tune(i)(z[i] as Shaped, true)) as Shaped;
      gradient = multiply(dZ, weights, { right: true });
      const [dW, db] = [multiply(a[i] as Shaped, dZ, { left: true }), columnSums(dZ)];
      for (const [parameter, slope] of [
        [weights, dW],
        [biases, db],
      ] as const) {
        for (let k = 0; k < parameter.data.length; k++)
          parameter.data[k] = (parameter.data[k] as number) - rate(i) * (slope.data[k] as number);
      }
    }
  }
}

describe('every recorded training run', () => {
  test.each(runs.map((run) => [run.id, run] as const))('%s', (_, recording) => {
    const { arrays, shapes, train } = recording;
    if (!train) throw new Error(`${recording.id} does not say how it was trained`);
    const set = (name: string): Shaped => ({ data: arrays[name] as Float64Array, shape: shapes[name] as number[] });
    const [loss, slope] = LOSSES[train.loss] as Loss;
    const mean = (y: Shaped, a: Shaped): number => {
      const units = a.shape[1] as number;
      return (
        a.data.reduce((sum, value, i) => sum + loss(y.data[i] as number, value, units, train.eSafe), 0) / (a.shape[0] as number)
      );
    };
    const accuracy = (y: Shaped, a: Shaped): number => {
      const hits = Array.from({ length: a.shape[0] as number }, (_, i): boolean => {
        const [truth, guess] = [rowOf(y, i), rowOf(a, i)];
        return truth.length > 1 ? largest(truth) === largest(guess) : Math.round(guess[0] as number) === truth[0];
      });
      return hits.filter(Boolean).length / hits.length;
    };

    const got: Record<string, number[]> = { batch_loss: [] };
    for (const name of train.sets) [got[`loss_${name}`], got[`acc_${name}`]] = [[], []];
    const network = new Network(recording, train);
    for (let epoch = 0; epoch < train.epochs; epoch++) {
      for (let batch = 0; batch < train.batches; batch++) {
        const at = (epoch * train.batches + batch) * train.batchSize;
        const order = (arrays['order'] as Float64Array).subarray(at, at + train.batchSize).filter((row) => row >= 0);
        const [x, y] = [selectRows(set('X_train'), order), selectRows(set('Y_train'), order)];
        const state = network.forward(x);
        const output = state.a.at(-1) as Shaped;
        got['batch_loss']?.push(mean(y, output));
        const units = output.shape[1] as number;
        const dA = output.data.map((value, i) => slope(y.data[i] as number, value, units, train.eSafe));
        network.step(
          state,
          { data: dA, shape: output.shape },
          (layer) => (arrays['lrate'] as Float64Array)[layer * train.epochs + epoch] as number,
        );
      }
      for (const name of train.sets) {
        const output = network.forward(set(`X_${name}`)).a.at(-1) as Shaped;
        got[`loss_${name}`]?.push(mean(set(`Y_${name}`), output));
        got[`acc_${name}`]?.push(accuracy(set(`Y_${name}`), output));
      }
    }
    for (const name of train.sets) got[`A_${name}_final`] = [...(network.forward(set(`X_${name}`)).a.at(-1) as Shaped).data];
    for (const i of train.layers.keys()) {
      got[`W${i}_final`] = [...(network.weights[i] as Shaped).data];
      got[`b${i}_final`] = [...(network.biases[i] as Shaped).data];
    }

    for (const [name, values] of Object.entries(got)) expectRecorded(recording, name, values, arrays[name] as Float64Array);
    // Nothing recorded is left out: what is not compared above is what the run was fed with.
    const fed = [
      'order',
      'lrate',
      ...train.sets.flatMap((name) => [`X_${name}`, `Y_${name}`]),
      ...train.layers.flatMap((_, i) => [`W${i}`, `b${i}`]),
    ];
    expect([...Object.keys(got), ...fed].sort()).toEqual(Object.keys(arrays).sort());
    if (recording.hparams['schedule'] === 'steady') {
      for (const layer of train.layers.keys()) {
        const rates = (arrays['lrate'] as Float64Array).subarray(layer * train.epochs, (layer + 1) * train.epochs);
        expect(new Set(rates).size, `learning rate of layer ${layer}`).toBe(1);
      }
    }
  });
});

test('the recordings are all there', () => {
  expect(runs.length).toBeGreaterThanOrEqual(3);
  expect(calls.length).toBeGreaterThanOrEqual(179);
  expect(new Set(calls.map(({ fn }) => fn))).toEqual(new Set([...Object.keys(activations), 'hadamard']));
});
