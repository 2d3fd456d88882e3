// Calls along rows that are out of the ordinary: masks, several axes at once, rows with nothing left, and functions that give one
// number per row.

import { type Fill, fillCausal, fillMasked, gatherMask, readMask } from '../containers/mask.js';
import { isFlat, type Operand } from '../containers/operand.js';
import { type Order, orderOf } from '../containers/order.js';
import { checkCount, checkShape, normalAxis, sizeOf } from '../containers/shape.js';
import { readAny } from '../containers/tensor.js';
import {
  BACKWARD_X,
  BACKWARD_Y,
  EMPTY_IS_ZERO,
  LOG_SOFTMAX,
  type Op,
  runRows,
  SOFTMIN,
  VALUE,
  VALUE_AND_DERIV,
} from '../engine/kernels.js';
import { describeShape, fail } from '../errors.js';
import { labelOf, type RowsDefinition } from './definition.js';
import type { Frame } from './frame.js';
import { compute, layout, port, type Work, want, work } from './ports.js';
import { readPair } from './result.js';

/** Calls a function along rows with the options of `frame`. */
export function callRows(frame: Frame, definition: RowsDefinition, op: Op, given: unknown, factor: unknown): unknown {
  const { x, dy, out, more, values } = frame;
  const { kernel, reduces, divides } = definition;
  const pair = op === VALUE_AND_DERIV;
  const fromY = op === BACKWARD_Y;
  const backward = fromY || op === BACKWARD_X;
  if (pair) readPair(frame);
  frame.used = true;
  readAny(x, labelOf(definition, op), given, frame.shape);
  const rows = rowsOf(x, frame.axes ?? [frame.axis]);
  const { outer, units, inner, order } = rows;
  const reduced = more?.keepDims ? rows.kept : rows.others;
  if (backward) {
    readAny(dy, 'dy', factor, reduces ? undefined : frame.shape);
    checkLike(dy, reduces ? reduced : x.shape, x);
  }
  const leaveOut = readLeftOut(frame, rows);

  // Without a shape of its own or in the options, x is one row, and the result of a reduction is a number.
  const isVector = frame.shape === undefined;
  const full = layout(x.shape, units * inner, order, true, isVector);
  const row = layout(reduced, inner, undefined, true, isVector);
  const matrix = layout([...rows.others, units, units], units * units * inner, undefined, false, isVector);
  const value = reduces ? row : full;
  const deriv = reduces ? full : matrix;
  const wanted = pair
    ? [want('out.value', frame.first, x, value), want('out.deriv', frame.second, x, deriv)]
    : backward
      ? [want('out', out, reduces ? x : dy, full)]
      : [want('out', out, x, op === VALUE ? value : deriv)];

  const { p0: temperature = 1 } = values;
  const asked = op + (more?.emptyIsZero ? EMPTY_IS_ZERO : 0);
  const run = (handles: readonly number[], slices: number): boolean => {
    const [a = 0, b = 0, c = 0] = handles;
    const sizes = [slices, units, inner] as const;
    // For both results of a function that reduces, the kernel takes the buffer of the row as its last argument.
    if (pair && reduces) return runRows(kernel, asked, a, 0, c, ...sizes, temperature, b);
    const [factors, result] = pair ? [c, b] : backward ? [b, c] : [0, b];
    return runRows(kernel, asked, a, factors, result, ...sizes, temperature, divides ? temperature : 1);
  };
  const inputs = backward ? [port(x, full), port(dy, reduces ? row : full)] : [port(x, full)];
  const { before, after } = touches(leaveOut, kernel.number, fromY, rows, more?.emptyIsZero === true);
  const results = compute(frame, inputs, wanted, work(outer, run, before, after, Number.NEGATIVE_INFINITY));
  if (!pair) return results[0];
  return out ?? { value: results[0], deriv: results[1] };
}

const NOT_TOUCHED: Pick<Work, 'before' | 'after'> = { before: undefined, after: undefined };

/**
 * What is done about elements that do not count. Kernels recognise them by −∞ (in softmin ∞). From a saved y they receive 0, and
 * a row with nothing left becomes NaN, as it does from x, unless it is to be 0.
 */
function touches(
  leaveOut: Fill | undefined,
  kernel: number,
  fromY: boolean,
  { units, inner }: Rows,
  emptyIsZero: boolean,
): Pick<Work, 'before' | 'after'> {
  if (leaveOut === undefined) return NOT_TOUCHED;
  const width = units * inner;
  const nothing = fromY && kernel !== LOG_SOFTMAX ? 0 : kernel === SOFTMIN ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const fill = (view: Float64Array | undefined, first: number, slices: number, value: number): void => {
    if (view) leaveOut(view, first * width, slices * width, value);
  };
  return {
    before: ([x, dy], first, slices) => {
      fill(x, first, slices, nothing);
      if (fromY) fill(dy, first, slices, 0);
    },
    after: fromY
      ? ([y, , dx], first, slices) => {
          fill(dx, first, slices, 0);
          if (!y || !dx) return;
          // No y is ∞, so a row that is ∞ throughout is one with nothing left.
          fill(y, first, slices, Number.POSITIVE_INFINITY);
          spoilRows(y, dx, slices, units, inner, emptyIsZero);
        }
      : undefined,
  };
}

/** Makes a row of dx NaN throughout if any y in it is NaN, or if all are ∞, unless such a row is to be 0. */
function spoilRows(y: Float64Array, dx: Float64Array, slices: number, units: number, inner: number, emptyIsZero: boolean): void {
  const width = units * inner;
  for (let slice = 0; slice < slices * width; slice += width) {
    const end = slice + width;
    for (let first = slice; first < slice + inner; first++) {
      let isSpoilt = false;
      let isEmpty = !emptyIsZero;
      for (let at = first; at < end; at += inner) {
        const each = y[at] as number;
        isSpoilt ||= Number.isNaN(each);
        isEmpty &&= each === Number.POSITIVE_INFINITY;
      }
      if (isSpoilt || isEmpty) for (let at = first; at < end; at += inner) dx[at] = Number.NaN;
    }
  }
}

/** Compares a container that goes with x with the shape it must have; if both are flat, only the number of elements counts. */
export function checkLike(of: Operand, shape: readonly number[], x: Operand): void {
  if (isFlat(of) && isFlat(x)) checkCount(of.label, of.size, sizeOf(shape));
  else checkShape(of.label, of.shape, shape);
}

/** A shape as rows along some of its axes. */
export interface Rows {
  readonly shape: readonly number[];
  /** The axes in the order in which the elements of rows are taken: the axes of a row come last. */
  readonly axes: readonly number[];
  readonly outer: number;
  readonly units: number;
  readonly inner: number;
  /** The order of the elements, if the axes of a row are not adjacent. */
  readonly order: Order | undefined;
  /** The shape without the axes of a row, and the shape with 1 in their place. */
  readonly others: readonly number[];
  readonly kept: readonly number[];
}

export function rowsOf({ shape, label }: Operand, given: readonly number[]): Rows {
  const [first = 0] = given;
  return given.length === 1 ? alongOne(shape, normalAxis(first, shape.length, label)) : alongSome(shape, given);
}

/** The usual case: rows along one axis. */
function alongOne(shape: readonly number[], axis: number): Rows {
  const axes: number[] = [];
  const others: number[] = [];
  const kept: number[] = [];
  let outer = 1;
  let inner = 1;
  for (let i = 0; i < shape.length; i++) {
    const length = shape[i] as number;
    axes.push(i);
    kept.push(i === axis ? 1 : length);
    if (i !== axis) others.push(length);
    if (i < axis) outer *= length;
    else if (i > axis) inner *= length;
  }
  return { shape, axes, outer, units: shape[axis] as number, inner, order: undefined, others, kept };
}

function alongSome(shape: readonly number[], given: readonly number[]): Rows {
  const along = given.map((axis) => normalAxis(axis, shape.length)).sort((a, b) => a - b);
  const twice = along.find((axis, i) => axis === along[i + 1]);
  if (twice !== undefined) fail(RangeError, 'ERR_AXIS', `"axis" expected different axes, got ${twice} twice`);
  const all = [...shape.keys()];
  const rest = all.filter((axis) => !along.includes(axis));
  const [lowest = 0] = along;
  const beside = along.every((axis, i) => axis === lowest + i);
  const size = (axes: readonly number[]): number => sizeOf(axes.map((axis) => shape[axis] as number));
  const axes = beside ? all : [...rest, ...along];
  return {
    shape,
    axes,
    outer: size(beside ? rest.filter((axis) => axis < lowest) : rest),
    units: size(along),
    inner: beside ? size(rest.filter((axis) => axis > lowest)) : 1,
    order: beside ? undefined : orderOf(shape, axes),
    others: rest.map((axis) => shape[axis] as number),
    kept: all.map((axis) => (along.includes(axis) ? 1 : (shape[axis] as number))),
  };
}

/** The elements that `mask` and `causal` leave out; undefined if all count. */
export function readLeftOut(frame: Frame, rows: Rows): Fill | undefined {
  const { x, more } = frame;
  const { shape, axes, units, inner } = rows;
  let fill: Fill | undefined;
  if (more?.mask !== undefined) {
    const mask = readMask(more.mask, x);
    frame.mask = mask;
    fill = fillMasked(gatherMask(mask), mask.shape, axes, shape);
  }
  if (more?.causal) {
    const [queries = 1, keys = 1] = shape.slice(-2);
    if (shape.length < 2 || inner !== 1 || units !== keys || rows.order !== undefined) {
      const what = 'at least two axes, (…, queries, keys), and rows along the last';
      fail(RangeError, 'ERR_SHAPE', `"causal" expected ${what}, got the shape ${describeShape(shape)} with rows of ${units}`);
    }
    const causal = fillCausal(queries, keys);
    const masked = fill;
    fill = (view, first, count, value) => {
      masked?.(view, first, count, value);
      causal(view, first, count, value);
    };
  }
  return fill;
}
