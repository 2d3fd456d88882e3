// The packages nonlin is compared with: JavaScript packages here, and the Python packages and the native build of the crate in
// processes of their own. The JavaScript packages are loaded from the folder they were installed into, not from nonlin's own
// dependencies, so nothing here knows their types.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Contender } from '../measure.js';
import { repeated } from '../measure.js';
import type { Problem } from '../plain.js';
import { installNative, installPeers, installPython } from './install.js';
import { Worker } from './worker.js';

export interface Peer {
  readonly name: string;
  readonly version: string;
  /** The contender for this problem, or undefined if the peer has no such operation. */
  make(problem: Problem): Promise<Contender | undefined>;
  close?(): void;
}

export const NATIVE = 'native crate';

const PYTHON = [
  ['EpyNN', 'epynn'],
  ['PyTorch', 'torch'],
  ['JAX', 'jax'],
] as const;

/** Every peer that is available; says in a line which are not. */
export async function allPeers(root: string, folder: string, wanted: { peers: boolean; python: boolean }): Promise<Peer[]> {
  const peers: Peer[] = wanted.peers ? javascriptPeers(installPeers(root)) : [];
  const start = async (name: string, command: string | undefined, args: readonly string[]) => {
    if (!command) return;
    const worker = new Worker(command, args, folder);
    try {
      const version = await worker.version();
      peers.push({ name, version, make: (problem) => worker.make(problem), close: () => worker.close() });
    } catch (error) {
      console.log(`${name}: not here (${error instanceof Error ? error.message : error})`);
    }
  };
  await start(NATIVE, installNative(root), []);
  for (const [name, what] of wanted.python ? PYTHON : []) {
    await start(name, installPython(root, what), [join(root, 'bench/peers/worker.py'), what]);
  }
  return peers;
}

type Require = (name: string) => unknown;

export function javascriptPeers(folder: string): Peer[] {
  const require: Require = createRequire(join(folder, 'package.json'));
  const version = (name: string): string => {
    const manifest: { version: string } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
    return manifest.version;
  };
  return [
    { name: '@stdlib', version: version('@stdlib/math-base-special-expit'), make: stdlib(require) },
    { name: 'onnxruntime-web', version: version('onnxruntime-web'), make: onnx(require) },
    { name: 'tfjs-cpu (float32)', version: version('@tensorflow/tfjs-backend-cpu'), make: tensorflow(require, 'cpu') },
    { name: TFJS_WASM, version: version('@tensorflow/tfjs-backend-wasm'), make: tensorflow(require, 'wasm') },
  ];
}

export const TFJS_WASM = 'tfjs-wasm (float32)';

type Scalar = (value: number) => number;

function stdlib(require: Require): Peer['make'] {
  const load = (name: string): Scalar => {
    const loaded = require(`@stdlib/math-base-special-${name}`) as Scalar & { default?: Scalar };
    return loaded.default ?? loaded;
  };
  const [expit, tanh, expm1] = [load('expit'), load('tanh'), load('expm1')];
  const scalars: Readonly<Record<string, Scalar>> = { sigmoid: expit, tanh, elu: (v) => (v > 0 ? v : expm1(v)) };
  return async ({ fn, op, x }) => {
    const f = scalars[fn];
    if (op !== 'value' || !f) return undefined;
    const out = new Float64Array(x.length);
    return { name: '', run: repeated('for (let i = 0; i < x.length; i++) out[i] = f(x[i]);', { f, x, out }), read: () => out };
  };
}

interface Onnx {
  env: { wasm: { numThreads: number }; logLevel: string };
  InferenceSession: {
    create(model: Uint8Array, options: object): Promise<{ run(feed: object): Promise<{ y: { data: Float64Array } }> }>;
  };
  Tensor: new (type: string, data: Float64Array, shape: number[]) => object;
}
interface OnnxProto {
  onnx: { ModelProto: { create(model: object): object; encode(model: object): { finish(): Uint8Array } } };
}

function onnx(require: Require): Peer['make'] {
  const ort = require('onnxruntime-web') as Onnx;
  const { ModelProto } = (require('onnx-proto') as OnnxProto).onnx;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'fatal';
  const DOUBLE = 11;
  const alpha = (value: number) => [{ name: 'alpha', f: value, type: 1 }];
  const operators: Readonly<Record<string, readonly [string, object[]]>> = {
    relu: ['Relu', []],
    lrelu: ['LeakyRelu', alpha(0.3)],
    elu: ['Elu', alpha(1)],
    sigmoid: ['Sigmoid', []],
    tanh: ['Tanh', []],
    softmax: ['Softmax', [{ name: 'axis', i: -1, type: 2 }]],
  };
  return async ({ fn, op, x, rows, units }) => {
    const operator = operators[fn];
    if (op !== 'value' || !operator) return undefined;
    const [opType, attribute] = operator;
    const shape = { dim: [rows, units].map((dimValue) => ({ dimValue })) };
    const port = (name: string) => ({ name, type: { tensorType: { elemType: DOUBLE, shape } } });
    const graph = {
      name: fn,
      node: [{ opType, input: ['x'], output: ['y'], attribute }],
      input: [port('x')],
      output: [port('y')],
    };
    const model = ModelProto.encode(
      ModelProto.create({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph }),
    ).finish();
    const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
    const feed = { x: new ort.Tensor('float64', x, [rows, units]) };
    let data: Float64Array = new Float64Array();
    return {
      name: '',
      run: async (times) => {
        for (let round = 0; round < times; round++) data = (await session.run(feed)).y.data;
      },
      read: () => data,
    };
  };
}

interface TfTensor {
  dispose(): void;
  dataSync(): Float32Array;
}
interface Tensorflow {
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  tensor2d(data: Float32Array, shape: number[]): TfTensor;
  relu(x: TfTensor): TfTensor;
  leakyRelu(x: TfTensor, alpha: number): TfTensor;
  elu(x: TfTensor): TfTensor;
  sigmoid(x: TfTensor): TfTensor;
  tanh(x: TfTensor): TfTensor;
  softmax(x: TfTensor): TfTensor;
}

function tensorflow(require: Require, backend: string): Peer['make'] {
  const tf = require('@tensorflow/tfjs-core') as Tensorflow;
  require(`@tensorflow/tfjs-backend-${backend}`);
  const functions: Readonly<Record<string, (x: TfTensor) => TfTensor>> = {
    relu: tf.relu,
    lrelu: (x) => tf.leakyRelu(x, 0.3),
    elu: tf.elu,
    sigmoid: tf.sigmoid,
    tanh: tf.tanh,
    softmax: tf.softmax,
  };
  return async ({ fn, op, x, rows, units }) => {
    const f = functions[fn];
    if (op !== 'value' || !f) return undefined;
    await tf.setBackend(backend);
    const input = tf.tensor2d(Float32Array.from(x), [rows, units]);
    let last: TfTensor | undefined;
    return {
      name: '',
      run: async (times) => {
        if (tf.getBackend() !== backend) await tf.setBackend(backend);
        for (let round = 0; round < times; round++) {
          last?.dispose();
          last = f(input);
          last.dataSync();
        }
      },
      read: () => last?.dataSync() ?? [],
      dispose: () => {
        last?.dispose();
        input.dispose();
      },
    };
  };
}
