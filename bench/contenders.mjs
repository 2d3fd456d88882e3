// nonlin itself on arrays and on tensors, a copy of the same bytes, and the peers that run in a process of their own.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The call of a case on its inputs, be they arrays or tensors. */
function callOf(nonlin, { fn, op }, { x, y, dy }, options) {
  const f = nonlin[fn];
  const fromX = { x };
  const fromY = { y };
  return {
    value: () => f(x, options),
    deriv: () => f.deriv(x, options),
    jacobian: () => f.deriv(x, options),
    valueAndDeriv: () => f.valueAndDeriv(x, options),
    backward: () => f.backward(dy, fromX, options),
    backwardY: () => f.backward(dy, fromY, options),
    product: () => f(dy, x, options),
    contraction: () => f(dy, x, options),
  }[op];
}

/** The shape of a case's result; of each of the two for `valueAndDeriv`. */
const resultShape = ({ op, rows, units }) => (op === 'jacobian' ? [rows, units, units] : [rows, units]);

/** nonlin into a preallocated Float64Array: copies included. */
export function onArrays(nonlin, test) {
  const { fn, op, rows, units } = test;
  const shape = resultShape(test);
  const make = () => new Float64Array(shape.reduce((a, b) => a * b));
  const made = op === 'valueAndDeriv' ? [make(), make()] : [make()];
  const read = () => joined(made);
  if (op === 'contraction') {
    const dy = { data: test.dy, shape };
    const x = { data: test.x, shape: [rows, units, units] };
    return { call: callOf(nonlin, test, { x, dy }, { out: { data: made[0], shape } }), read };
  }
  const out = made.length > 1 ? { value: made[0], deriv: made[1] } : made[0];
  return { call: callOf(nonlin, test, test, fn === 'softmax' ? { out, shape: [rows, units] } : { out }), read };
}

/** nonlin on tensors, `out` a tensor: nothing is copied. */
export function onTensors(nonlin, test) {
  const { op, rows, units } = test;
  const from = (data, shape = [rows, units]) => nonlin.Tensor.from(data, shape);
  const x = from(test.x, op === 'contraction' ? [rows, units, units] : undefined);
  const [y, dy] = [from(test.y), from(test.dy)];
  const make = () => nonlin.Tensor.zeros(...resultShape(test));
  const made = op === 'valueAndDeriv' ? [make(), make()] : [make()];
  const out = made.length > 1 ? { value: made[0], deriv: made[1] } : made[0];
  return {
    call: callOf(nonlin, test, { x, y, dy }, { out }),
    read: () => joined(made.map((tensor) => tensor.data)),
    dispose: () => {
      for (const tensor of [x, y, dy, ...made]) tensor.dispose();
    },
  };
}

/** The parts of a result, one after the other. */
export function joined(parts) {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** A copy of the same bytes inside one memory: what moving the data alone costs. */
export function copy({ count, x }) {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((count * 16) / 65536) });
  const from = new Float64Array(memory.buffer, 0, count);
  const to = new Float64Array(memory.buffer, count * 8, count);
  from.set(x);
  return { call: () => to.set(from), read: () => to };
}

/** Leaves x, y and dy in `folder` for the workers. */
export function share(folder, { x, y, dy }) {
  for (const [name, data] of Object.entries({ x, y, dy })) writeFileSync(join(folder, `${name}.f64`), data);
}

/** A peer in a process that speaks the protocol of peers/worker.py. */
export class Worker {
  constructor(command, args, folder) {
    this.folder = folder;
    this.child = spawn(command, [...args, folder], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.gone = new Promise((resolve) => this.child.once('error', resolve));
  }

  async line() {
    const next = await Promise.race([this.lines.next(), this.gone]);
    if (next instanceof Error) throw next;
    if (next.done) throw new Error('the process ended');
    return next.value;
  }

  /** The version it announces first. */
  async version() {
    const line = await this.line();
    return line.replace(/^version /, '');
  }

  async ask(...words) {
    this.child.stdin.write(`${words.join(' ')}\n`);
    const answer = await this.line();
    if (answer.startsWith('failed')) throw new Error(answer.slice(7));
    return answer;
  }

  /** The contender of a case whose data `share` left, or undefined where the peer has no such operation. */
  async make({ fn, op, rows, units }) {
    if ((await this.ask('prepare', fn, op, rows, units)) === 'absent') return undefined;
    return {
      call: () => this.ask('check'),
      read: () => new Float64Array(Uint8Array.from(readFileSync(join(this.folder, 'out.f64'))).buffer),
      time: async (times) => Number(await this.ask('time', times)),
    };
  }

  close() {
    this.child.stdin.end();
    this.child.kill();
  }
}
