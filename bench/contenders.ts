// nonlin itself: on arrays, on tensors, on any other container, and on single numbers; and a copy of the same bytes, which is the
// cost of moving the data alone.

import { type Contender, repeated } from './measure.js';
import { activation, contained, type Held, hadamard, type Kind, Tensor } from './nonlin.js';
import { joined, type Op, type Problem } from './plain.js';

/** The call of an operation as a program writes it. */
const CALLS: Readonly<Record<Op, string>> = {
  value: 'f(x, options);',
  deriv: 'f.deriv(x, options);',
  jacobian: 'f.deriv(x, options);',
  valueAndDeriv: 'f.valueAndDeriv(x, options);',
  backward: 'f.backward(dy, saved, options);',
  backwardY: 'f.backward(dy, saved, options);',
  product: 'f(dy, x, options);',
  contraction: 'f(dy, x, options);',
};

const functionOf = (fn: string) => (fn === 'hadamard' ? hadamard : activation(fn));

/** The shape of a problem's result, or of each of the two for `valueAndDeriv`. */
const resultShape = ({ op, rows, units }: Problem) => (op === 'jacobian' ? [rows, units, units] : [rows, units]);
const product = (shape: readonly number[]) => shape.reduce((size, length) => size * length, 1);

interface Operands {
  readonly x: unknown;
  readonly y: unknown;
  readonly dy: unknown;
}

function contender(
  name: string,
  { fn, op }: Problem,
  { x, y, dy }: Operands,
  options: object,
  read: () => ArrayLike<number>,
): Contender {
  const saved = op === 'backwardY' ? { y } : { x };
  return { name, run: repeated(CALLS[op], { f: functionOf(fn), x, dy, saved, options }), read };
}

/** Into a preallocated Float64Array: copies included. `more` are options beside `out`, such as hyperparameters. */
export function onArrays(problem: Problem, name = 'nonlin', more: object = {}): Contender {
  const { fn, op, rows, units } = problem;
  const shape = resultShape(problem);
  const made = Array.from({ length: op === 'valueAndDeriv' ? 2 : 1 }, () => new Float64Array(product(shape)));
  const read = () => (made.length > 1 ? joined(made) : (made[0] ?? []));
  if (op === 'contraction') {
    const operands = { x: { data: problem.x, shape: [rows, units, units] }, y: undefined, dy: { data: problem.dy, shape } };
    return contender(name, problem, operands, { out: { data: made[0], shape } }, read);
  }
  const out = made.length > 1 ? { value: made[0], deriv: made[1] } : made[0];
  return contender(name, problem, problem, fn === 'softmax' ? { out, shape: [rows, units], ...more } : { out, ...more }, read);
}

/** On tensors, `out` a tensor: nothing is copied. */
export function onTensors(problem: Problem, name = 'nonlin on tensors', more: object = {}): Contender {
  const { op, rows, units } = problem;
  const x = Tensor.from(problem.x, op === 'contraction' ? [rows, units, units] : [rows, units]);
  const [y, dy] = [Tensor.from(problem.y, [rows, units]), Tensor.from(problem.dy, [rows, units])];
  const made = Array.from({ length: op === 'valueAndDeriv' ? 2 : 1 }, () => Tensor.zeros(...resultShape(problem)));
  const out = made.length > 1 ? { value: made[0], deriv: made[1] } : made[0];
  const read = () => joined(made.map((tensor) => tensor.data));
  return {
    ...contender(name, problem, { x, y, dy }, { out, ...more }, read),
    dispose: () => {
      for (const tensor of [x, y, dy, ...made]) tensor.dispose();
    },
  };
}

/** On a container of this kind, `out` of the same. */
export function onContainer(kind: Kind, problem: Problem, name: string = kind): Contender {
  const { op, units } = problem;
  const [x, y, dy, out] = [problem.x, problem.y, problem.dy, new Float64Array(problem.dy.length)].map((data) =>
    contained(kind, data, units),
  ) as [Held, Held, Held, Held];
  const operands = { x: x.value, y: y.value, dy: dy.value };
  const flat = /\[\]|Array$/.test(kind) && problem.fn === 'softmax';
  const options = flat ? { out: out.value, shape: [problem.rows, units] } : { out: out.value };
  if (op === 'valueAndDeriv' || op === 'jacobian') throw new Error(`no ${op} on a ${kind} here`);
  return {
    ...contender(name, problem, operands, options, () => out.read()),
    dispose: () => {
      for (const held of [x, y, dy, out]) held.dispose?.();
    },
  };
}

/** A number in, a number out: each call of `run` goes over all of x and adds up the results. */
export function onNumbers({ fn, op, x, dy }: Problem): Contender {
  const call = { value: 'f(x[i])', deriv: 'f.deriv(x[i])', backward: 'f.backward(dy[i], { x: x[i] })' }[op as 'value'];
  const sum = { value: 0 };
  const loop = `let total = 0; for (let i = 0; i < x.length; i++) total += ${call}; sum.value = total;`;
  return { name: 'nonlin', run: repeated(loop, { f: activation(fn), x, dy, sum }), read: () => [sum.value] };
}

/** A copy of the same bytes inside one memory. */
export function copy({ x }: Problem): Contender {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((x.length * 16) / 65536) });
  const from = new Float64Array(memory.buffer, 0, x.length);
  const to = new Float64Array(memory.buffer, x.length * 8, x.length);
  from.set(x);
  return { name: 'copy', run: repeated('to.set(from);', { to, from }), read: () => to };
}
