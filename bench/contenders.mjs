// nonlin itself on arrays and on tensors, a copy of the same bytes, and the peers that run in a process of their own.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** nonlin into a preallocated Float64Array: copies included. */
export function onArrays(nonlin, { fn, op, x, y, dy, rows, units, count }) {
  const f = nonlin[fn];
  const softmax = fn === 'softmax';
  const out = new Float64Array(op === 'jacobian' ? count * units : count);
  const options = softmax ? { out, shape: [rows, units] } : { out };
  const fromX = { x };
  const fromY = { y };
  const call = {
    value: () => f(x, options),
    deriv: () => f.deriv(x, options),
    jacobian: () => f.deriv(x, options),
    backward: () => f.backward(dy, fromX, options),
    backwardY: () => f.backward(dy, fromY, options),
  }[op];
  return { call, read: () => out };
}

/** nonlin on tensors, `out` a tensor: nothing is copied. */
export function onTensors(nonlin, { fn, op, x, y, dy, rows, units }) {
  const f = nonlin[fn];
  const shape = [rows, units];
  const tensors = [x, y, dy].map((data) => nonlin.Tensor.from(data, shape));
  const [tx, ty, tdy] = tensors;
  const out = op === 'jacobian' ? nonlin.Tensor.zeros(rows, units, units) : nonlin.Tensor.zeros(rows, units);
  const options = { out };
  const fromX = { x: tx };
  const fromY = { y: ty };
  const call = {
    value: () => f(tx, options),
    deriv: () => f.deriv(tx, options),
    jacobian: () => f.deriv(tx, options),
    backward: () => f.backward(tdy, fromX, options),
    backwardY: () => f.backward(tdy, fromY, options),
  }[op];
  return {
    call,
    read: () => out.toFloat64Array(),
    dispose: () => {
      for (const tensor of [...tensors, out]) tensor.dispose();
    },
  };
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
