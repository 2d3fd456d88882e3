// The program of a worker, which the build embeds in nonlin/parallel as text: it calls the functions of the package as any
// program does.

import { linkModule } from '../engine/instance.js';
import * as nonlin from '../index.js';
import type { WasmModule } from '../types.js';
import { type Answer, buffersOf, type Piece, type Request } from './messages.js';

/** Any function of the package, with a type that allows every kind of call. */
interface Callable {
  (x: unknown, options: object): unknown;
  readonly deriv: Callable;
  readonly deriv2: Callable;
  readonly valueAndDeriv: Callable;
  readonly backward: (dy: unknown, from: object, options: object) => unknown;
  readonly with: (hyperparameters: object) => Callable;
}

const functions = nonlin as unknown as Readonly<Record<string, Callable>>;

/** The globals of a worker in browsers, which Node's workers are given, too (host.parallel.node.ts). */
declare const self: {
  onmessage: (event: { readonly data: Request }) => void;
  postMessage(answer: Answer, transfer?: readonly ArrayBuffer[]): void;
};

function compute({
  work: { name, method, hyperparameters, from, row },
  slices,
  inputs: [x, dy],
  outputs: [value, deriv],
}: Piece): void {
  const f = (functions[name] as Callable).with(hyperparameters);
  const out = deriv ? { value, deriv } : value;
  const options = row ? { shape: [slices, ...row], axis: 1, out } : { out };
  if (method === 'backward') f.backward(dy, { [from]: x }, options);
  else (method === 'value' ? f : f[method])(x, options);
}

let given: readonly WebAssembly.Module[] = [];

self.onmessage = ({ data }) => {
  if ('modules' in data) {
    given = data.modules;
    return;
  }
  try {
    // If this fails, the pieces report it, and the next ones try again.
    const [module, ...parts] = given;
    if (module) nonlin.initSync(module as WasmModule);
    parts.forEach(linkModule);
    given = [];
    data.pieces.forEach(compute);
    self.postMessage(data, buffersOf(data.pieces));
  } catch (error) {
    const { name, message, code } = error as Error & { readonly code?: unknown };
    self.postMessage({ error: { name, message, code } });
  }
};
self.postMessage({ ready: true });
