// nonlin itself on arrays and on tensors, a copy of the same bytes, and the peers that run in a process of their own.

import { spawn } from 'node:child_process';
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

/** A peer in a process that speaks the protocol of peers/worker.py. */
export class Worker {
  constructor(command, args, environment = {}) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, ...environment } });
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

  /** `ready`, `absent`, or `failed` with its reason. */
  async prepare({ fn, op, rows, units }) {
    this.child.stdin.write(`prepare ${fn} ${op} ${rows} ${units}\n`);
    return this.line();
  }

  /** Nanoseconds of `times` calls. */
  async time(times) {
    this.child.stdin.write(`time ${times}\n`);
    return Number(await this.line());
  }

  close() {
    this.child.stdin.end();
    this.child.kill();
  }
}
