// ONNX's own tests of its operators, for every operator that is a function here (test/recordings/onnx).

import {
  celu,
  elu,
  gelu,
  hadamard,
  hardSigmoid,
  hardSwish,
  logSoftmax,
  logSumExp,
  lrelu,
  mish,
  prelu,
  relu,
  selu,
  shrink,
  sigmoid,
  silu,
  softmax,
  softmaxCrossEntropy,
  softplus,
  softsign,
  swiglu,
  tanh,
  thresholdedRelu,
} from 'nonlin';
import { describe, expect, test } from 'vitest';
import { text } from './support/files.js';

interface Recorded {
  readonly type: 'float16' | 'float32' | 'float64' | 'int64';
  readonly shape: readonly number[];
  /** What JSON has no number for is its name. */
  readonly data: readonly (number | string)[];
}

type Attributes = Readonly<
  Partial<{
    alpha: number;
    beta: number;
    gamma: number;
    bias: number;
    lambd: number;
    axis: number;
    keepdims: number;
    ignore_index: number;
    approximate: 'none' | 'tanh';
    reduction: 'none' | 'sum' | 'mean';
  }>
>;

interface Case {
  readonly name: string;
  readonly operator: keyof typeof OPERATORS;
  readonly attributes: Attributes;
  readonly rtol: number;
  readonly atol: number;
  readonly inputs: readonly Recorded[];
  readonly outputs: readonly Recorded[];
}

/** Data of the type that was recorded, with its shape; float16 and integers as numbers. */
interface Shaped {
  readonly data: Float64Array | Float32Array;
  readonly shape: readonly number[];
}

const { source, licence, cases } = JSON.parse(text('test', 'recordings', 'onnx', 'nodes.json')) as {
  source: string;
  licence: string;
  cases: readonly Case[];
};

const shaped = ({ type, shape, data }: Recorded): Shaped => ({
  data: (type === 'float32' ? Float32Array : Float64Array).from(data.map(Number)),
  shape,
});

type TwoArguments = (x: unknown, options: object) => unknown;

/** An operator of one tensor that is a function here under these options. */
const plain =
  (f: unknown, options: (attributes: Attributes) => object = () => ({})) =>
  ([x]: readonly Shaped[], attributes: Attributes): unknown[] => [(f as TwoArguments)(x, options(attributes))];

/** Options that are not there are not passed. */
const alpha = ({ alpha }: Attributes) => ({ alpha });
const axis = ({ axis }: Attributes) => ({ axis });

/** ONNX has gamma·alpha·(eˣ − 1) for any two numbers; selu has those of the paper. */
function seluOf([x]: readonly Shaped[], { alpha, gamma = 1 }: Attributes): unknown[] {
  if (alpha === undefined || x === undefined) return [selu(x as Shaped)];
  const factor = { data: x.data.map(() => gamma), shape: x.shape };
  return [hadamard(elu(x, { alpha }), factor)];
}

/** A slope for every element, or for each of the last axis. */
function preluOf([x, slope]: readonly Shaped[]): unknown[] {
  if (x === undefined || slope === undefined) throw new Error('PRelu has two inputs');
  if (slope.shape.length === 1) return [prelu(x, { alpha: slope.data }, { axis: -1 })];
  return [{ data: prelu(x.data, { alpha: slope.data }, { axis: 0 }), shape: x.shape }];
}

/** The sum over some axes, in an input, or over all. */
function logSumExpOf([x, axes]: readonly Shaped[], { keepdims }: Attributes): unknown[] {
  const listed = Array.from(axes?.data ?? []);
  const all = Array.from(x?.shape ?? [], (_, i) => i);
  return [(logSumExp as TwoArguments)(x, { axis: listed.length > 0 ? listed : all, keepDims: keepdims === 1 })];
}

/** The first input is the gate, which is the second half here; `alpha` is the beta of silu. */
function swigluOf([gate, linear]: readonly Shaped[], { alpha }: Attributes): unknown[] {
  if (gate === undefined || linear === undefined) throw new Error('SwiGLU has two inputs');
  if (alpha !== undefined) return [hadamard(linear, silu(gate, { beta: alpha }))];
  const data = new Float64Array(2 * gate.data.length);
  data.set(linear.data);
  data.set(gate.data, linear.data.length);
  return [{ data: swiglu(data), shape: gate.shape }];
}

/** Classes are along axis 1. What the caller does with the losses of the rows is done here: weights, the sum, the mean. */
function crossEntropyOf([x, labels, weights]: readonly Shaped[], attributes: Attributes): unknown[] {
  if (x === undefined || labels === undefined) throw new Error('SoftmaxCrossEntropyLoss has two inputs');
  const counted = Array.from(labels.data, (label) => (label === attributes.ignore_index ? -1 : label));
  const losses = softmaxCrossEntropy(x, { data: counted, shape: labels.shape }, { axis: 1 });
  const weightOf = (label: number): number => (label < 0 ? 0 : (weights?.data[label] ?? 1));
  const values = losses.data.map((loss, i) => loss * weightOf(counted[i] ?? -1));
  const sum = (numbers: ArrayLike<number>): number => Array.from(numbers).reduce((total, each) => total + each, 0);
  const { reduction = 'mean' } = attributes;
  const value =
    reduction === 'none'
      ? { data: values, shape: losses.shape }
      : { data: [sum(values) / (reduction === 'sum' ? 1 : sum(counted.map(weightOf)))], shape: [] };
  return [value, logSoftmax(x, { axis: 1 })];
}

const OPERATORS = {
  Celu: plain(celu, alpha),
  Elu: plain(elu, alpha),
  Gelu: plain(gelu, ({ approximate }) => ({ approximate })),
  // ONNX's default slope is 0.2, that of LeakyRelu 0.01.
  HardSigmoid: plain(hardSigmoid, ({ alpha = 0.2, beta }) => ({ alpha, beta })),
  HardSwish: plain(hardSwish),
  LeakyRelu: plain(lrelu, ({ alpha = 0.01 }) => ({ alpha })),
  LogSoftmax: plain(logSoftmax, axis),
  Mish: plain(mish),
  PRelu: preluOf,
  ReduceLogSumExp: logSumExpOf,
  Relu: plain(relu),
  Selu: seluOf,
  Shrink: plain(shrink, ({ lambd: lambda, bias }) => ({ lambda, bias })),
  Sigmoid: plain(sigmoid),
  Softmax: plain(softmax, axis),
  SoftmaxCrossEntropyLoss: crossEntropyOf,
  Softplus: plain(softplus),
  Softsign: plain(softsign),
  SwiGLU: swigluOf,
  Swish: plain(silu, ({ alpha: beta }) => ({ beta })),
  Tanh: plain(tanh),
  ThresholdedRelu: plain(thresholdedRelu, alpha),
};

/** Results of float64, where ONNX has computed in float32 or less. */
const rounding = { float16: 2e-3, float32: 2e-6, float64: 1e-14, int64: 0 };

describe(`${source}; ${licence}`, () => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', (_, { operator, attributes, inputs, outputs, rtol, atol }) => {
    const results = OPERATORS[operator](inputs.map(shaped), attributes);
    for (const [k, { data, shape, type }] of outputs.entries()) {
      const got = results[k] as Shaped;
      expect(got.shape).toEqual(shape);
      expect(got.data.length).toBe(data.length);
      // Their own tolerance is wide; a few roundings of the type they compute in are enough, but for where terms cancel.
      const largest = Math.max(
        1,
        ...inputs.flatMap((each) => each.data.map((one) => Math.abs(Number(one)))).filter(Number.isFinite),
      );
      for (const [i, value] of Array.from(got.data).entries()) {
        const want = Number(data[i]);
        const error = Object.is(value, want) || value === want ? 0 : Math.abs(value - want);
        expect(error, `${operator}[${i}]: ${value} for ${want}`).toBeLessThanOrEqual(atol + rtol * Math.abs(want));
        expect(error, `${operator}[${i}]: ${value} for ${want}`).toBeLessThanOrEqual(rounding[type] * largest);
      }
    }
  });

  test('is of every operator that is a function here', () => {
    const recorded = new Set(cases.map(({ operator }) => operator));
    expect([...recorded].sort()).toEqual(Object.keys(OPERATORS).sort());
  });
});
