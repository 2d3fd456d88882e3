// Calls of the kernels of the module, which are identified by number: one export serves all element-wise functions, another one
// those along rows. Each has a single call site, so that engines call it directly however many functions a program uses. Knows no
// activation by name.

import { type ElementType, FLOAT16, FLOAT32 } from '../typed.js';
import { link } from './instance.js';
import { begin, end, instanceNumber, ready } from './memory.js';
import { need, type Part } from './parts.js';
import type { Exports } from './source-types.js';

// The operations of a kernel; the numbers are those of crate/src/loops.rs.
export const VALUE = 0;
export const DERIV = 1;
export const BACKWARD_X = 2;
export const BACKWARD_Y = 3;
export const VALUE_AND_DERIV = 4;
export const DERIV2 = 5;
export type Op = typeof VALUE | typeof DERIV | typeof BACKWARD_X | typeof BACKWARD_Y | typeof VALUE_AND_DERIV | typeof DERIV2;

/** Whether an operation multiplies by dy. */
export const isBackward = (op: number): boolean => op === BACKWARD_X || op === BACKWARD_Y;

/**
 * Added to f, f′ and f″, once for f32 and twice for f16: the results are to be rounded to that type. Four times as much for the
 * f′ beside f.
 */
const ROUNDED = 8;

const formatOf = (type: ElementType): number => (type === FLOAT32 ? 1 : type === FLOAT16 ? 2 : 0);

/** What is added to an operation whose results go to elements of these types. */
export const roundedTo = (op: Op, value: ElementType, deriv: ElementType): number =>
  isBackward(op) ? 0 : ROUNDED * (formatOf(value) + (op === VALUE_AND_DERIV ? 4 * formatOf(deriv) : 0));

/** Added to f or to a gradient from x: inputs and results are packed f32. Not all functions support it. */
export const PACKED = 128;

/** The exports that return the number of an element-wise function: all except those that do the work. */
export type KernelName = {
  [K in keyof Exports]: K extends Others ? never : Exports[K] extends (...hparams: never[]) => number ? K : never;
}[keyof Exports] &
  string;

type Others =
  | 'allocate'
  | 'release'
  | 'address'
  | 'run'
  | 'scalar'
  | 'rows'
  | 'cells'
  | 'hadamard'
  | 'multiplyAdd'
  | 'widen'
  | 'narrow';

/** The hyperparameters that a kernel takes, as its declaration lists them. */
export type KernelParameters<Name extends KernelName> = Parameters<Exports[Name]>;

/**
 * The hyperparameters of a call. Since some are undefined in some calls, V8 keeps the numbers in these fields as objects, which
 * pass through a call without being allocated again each time.
 */
export class Values {
  p0: number | undefined;
  p1: number | undefined;
  p2: number | undefined;
  p3: number | undefined;

  constructor(p0?: number, p1?: number, p2?: number, p3?: number) {
    this.p0 = p0;
    this.p1 = p1;
    this.p2 = p2;
    this.p3 = p3;
  }
}

/** An element-wise function of the module. Its number is looked up again after a new instance is made. */
export class Pointwise {
  readonly name: KernelName;
  readonly parts: readonly Part[];
  number = 0;
  instance = -1;
  /** Whether it has operations on packed f32; undefined until first asked. */
  packed: boolean | undefined = undefined;

  constructor(name: KernelName, parts: readonly Part[]) {
    this.name = name;
    this.parts = need(parts);
  }
}

function find(kernel: Pointwise, now: Exports): number {
  if (kernel.instance !== instanceNumber()) {
    link(kernel.parts);
    kernel.number = (now[kernel.name] as () => number)();
    kernel.instance = instanceNumber();
  }
  return kernel.number;
}

/** A function along rows, or a recurrent cell, identified by its number. */
export class Numbered {
  readonly number: number;
  readonly parts: readonly Part[];
  instance = -1;

  constructor(number: number, parts: readonly Part[]) {
    this.number = number;
    this.parts = need(parts);
  }
}

function numberOf(kernel: Numbered): number {
  if (kernel.instance !== instanceNumber()) {
    link(kernel.parts);
    kernel.instance = instanceNumber();
  }
  return kernel.number;
}

/**
 * Runs operation `op`, including what `roundedTo` adds to it, on `count` elements of the buffers with these handles. False if
 * there is not enough memory, which only the added part may need.
 * The numbers are separate arguments because this is the hottest call of the package: an object for them would be one more
 * allocation.
 */
export function runPointwise(
  kernel: Pointwise,
  op: number,
  a: number,
  b: number,
  out: number,
  count: number,
  values: Values,
): boolean {
  const now = ready();
  const number = find(kernel, now);
  const { p0 = 0, p1 = 0, p2 = 0, p3 = 0 } = values;
  begin();
  const done = now.run(number, op, a, b, out, count, p0, p1, p2, p3) === 0;
  end();
  return done;
}

/** The same for one number, without memory. */
export function runScalar(kernel: Pointwise, op: Op, x: number, dy: number, values: Values): number {
  const now = ready();
  const number = find(kernel, now);
  const { p0 = 0, p1 = 0, p2 = 0, p3 = 0 } = values;
  begin();
  const result = now.scalar(number, op, x, dy, p0, p1, p2, p3);
  end();
  return result;
}

// Functions along rows; the numbers are those of crate/src/rows.rs.
export const SOFTMAX = 0;
export const SOFTMIN = 1;
export const LOG_SOFTMAX = 2;
export const LOG_SUM_EXP = 3;
export const SPARSEMAX = 4;
export const CROSS_ENTROPY = 5;
export const CROSS_ENTROPY_OF_DISTRIBUTIONS = 6;
export const SIGMOID_CROSS_ENTROPY = 7;
export const GLU = 8;
export const SWIGLU = 9;
export const REGLU = 10;
export const GEGLU = 11;
export const PRELU = 12;
export const CONTRACTION = 13;

// Recurrent cells; the numbers are those of crate/src/rows/cells.rs.
export const LSTM = 0;
export const GRU = 1;

/** Added to an operation along rows: the result of a row with nothing but masks is 0. */
export const EMPTY_IS_ZERO = 8;

/**
 * Runs a function along rows on the middle axis of (outer, units, inner); false if there is not enough memory. Separate
 * arguments, as in `runPointwise`.
 */
export function runRows(
  kernel: Numbered,
  op: number,
  a: number,
  b: number,
  out: number,
  outer: number,
  units: number,
  inner: number,
  p0: number,
  p1: number,
): boolean {
  const now = ready();
  const number = numberOf(kernel);
  begin();
  const failed = now.rows(number, op, a, b, out, outer, units, inner, p0, p1);
  end();
  return failed === 0;
}

/** The element-wise product of `count` elements. */
export function runProduct(a: number, b: number, out: number, count: number): void {
  const now = ready();
  begin();
  now.hadamard(a, b, out, count);
  end();
}

/** out = out·a + b for `count` elements. */
export function runMultiplyAdd(a: number, b: number, out: number, count: number): void {
  const now = ready();
  begin();
  now.multiplyAdd(a, b, out, count);
  end();
}

/** The product of each row of `units` elements with its Jacobian; false if there is not enough memory for it. */
export const runContraction = (kernel: Numbered, a: number, b: number, out: number, rows: number, units: number): boolean =>
  runRows(kernel, VALUE, a, b, out, rows, units, 1, 0, 0);

/**
 * The gates of a recurrent cell, on buffers by handle in the order of crate/src/rows/cells.rs: gates, state, a second state, two
 * gradients, three results. A handle of 0 stands for one that is absent.
 */
export function runCells(kernel: Numbered, op: Op, buffers: readonly number[], rows: number, units: number): boolean {
  const now = ready();
  const number = numberOf(kernel);
  const [gates = 0, state = 0, other = 0, d1 = 0, d2 = 0, out = 0, out2 = 0, out3 = 0] = buffers;
  begin();
  now.cells(number, op, gates, state, other, d1, d2, out, out2, out3, rows, units);
  end();
  return true;
}
