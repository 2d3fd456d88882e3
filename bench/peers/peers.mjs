// The JavaScript peers, each a function (case) → { call, read } or undefined where it has no such operation.
// They are loaded from the folder they were installed into; `read` gives the result, to be checked before a time counts.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ALPHA = { lrelu: 0.3, elu: 1 };

/** @param folder where bench/peers/package.json was installed */
export async function javascriptPeers(folder) {
  const require = createRequire(join(folder, 'package.json'));
  const version = (name) => JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
  return [
    { name: '@stdlib', version: version('@stdlib/math-base-special-expit'), make: stdlib(require) },
    { name: 'onnxruntime-web', version: version('onnxruntime-web'), make: onnx(require) },
    { name: 'tfjs-cpu (float32)', version: version('@tensorflow/tfjs-backend-cpu'), make: await tensorflow(require, 'cpu') },
    { name: 'tfjs-wasm (float32)', version: version('@tensorflow/tfjs-backend-wasm'), make: await tensorflow(require, 'wasm') },
  ];
}

function stdlib(require) {
  const load = (name) => {
    const loaded = require(`@stdlib/math-base-special-${name}`);
    return loaded.default ?? loaded;
  };
  const [expit, tanh, expm1] = ['expit', 'tanh', 'expm1'].map(load);
  const scalar = { sigmoid: expit, tanh, elu: (v) => (v > 0 ? v : expm1(v)) };
  return async ({ fn, op, x, count }) => {
    const f = scalar[fn];
    if (op !== 'value' || !f) return undefined;
    const out = new Float64Array(count);
    const compiled = new Function('f', 'x', 'out', 'for (let i = 0; i < x.length; i++) out[i] = f(x[i]);');
    return { call: () => compiled(f, x, out), read: () => out };
  };
}

function onnx(require) {
  const ort = require('onnxruntime-web');
  const { onnx: proto } = require('onnx-proto');
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'fatal';
  const DOUBLE = 11;
  const operators = {
    relu: ['Relu', []],
    lrelu: ['LeakyRelu', [{ name: 'alpha', f: ALPHA.lrelu, type: 1 }]],
    elu: ['Elu', [{ name: 'alpha', f: ALPHA.elu, type: 1 }]],
    sigmoid: ['Sigmoid', []],
    tanh: ['Tanh', []],
    softmax: ['Softmax', [{ name: 'axis', i: -1, type: 2 }]],
  };
  return async ({ fn, op, x, rows, units }) => {
    const operator = operators[fn];
    if (op !== 'value' || !operator) return undefined;
    const [opType, attribute] = operator;
    const shape = { dim: [rows, units].map((dimValue) => ({ dimValue })) };
    const port = (name) => ({ name, type: { tensorType: { elemType: DOUBLE, shape } } });
    const graph = {
      name: fn,
      node: [{ opType, input: ['x'], output: ['y'], attribute }],
      input: [port('x')],
      output: [port('y')],
    };
    const model = proto.ModelProto.encode(
      proto.ModelProto.create({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph }),
    ).finish();
    const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
    const feed = { x: new ort.Tensor('float64', x, [rows, units]) };
    let result;
    return {
      call: async () => {
        result = await session.run(feed);
      },
      read: () => result.y.data,
    };
  };
}

async function tensorflow(require, backend) {
  const tf = require('@tensorflow/tfjs-core');
  require(`@tensorflow/tfjs-backend-${backend}`);
  return async ({ fn, op, x, rows, units }) => {
    const f = {
      relu: tf.relu,
      lrelu: (t) => tf.leakyRelu(t, ALPHA.lrelu),
      elu: tf.elu,
      sigmoid: tf.sigmoid,
      tanh: tf.tanh,
      softmax: tf.softmax,
    }[fn];
    if (op !== 'value' || !f) return undefined;
    await tf.setBackend(backend);
    const input = tf.tensor2d(Float32Array.from(x), [rows, units]);
    let last;
    return {
      call: () => {
        if (tf.getBackend() !== backend) tf.setBackend(backend);
        last?.dispose();
        last = f(input);
        last.dataSync();
      },
      read: () => last.dataSync(),
    };
  };
}
