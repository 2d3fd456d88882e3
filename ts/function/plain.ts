// Plain arrays into plain arrays, in few steps: flat ones, and rows of them, of up to one block. Reading and writing them may run code of the
// caller, and its calls have the next frame. What is out of the ordinary, errors of shapes too, is left to call.ts.

import { elementAt } from '../containers/element.js';
import { stage, stageFlat } from '../containers/elements.js';
import { readFlatShape, readPlain } from '../containers/flat.js';
import { readNested } from '../containers/nested.js';
import { ARRAY, type Operand } from '../containers/operand.js';
import { checkOverlap, checkSelf } from '../containers/overlap.js';
import { restored } from '../containers/restore.js';
import { sameShape, split } from '../containers/shape.js';
import { exchange, holdAll, isWritable, overwrite, storeRuns } from '../containers/store.js';
import { copyStage, stageResults } from '../engine/copy.js';
import { BACKWARD_X, BACKWARD_Y, type Op, runPointwise, type Values } from '../engine/kernels.js';
import { BLOCK, readyFor, type Scratch, type Workspace } from '../engine/memory.js';
import { isObject, noMemory } from '../errors.js';
import { type Defaults, labelOf, type PointwiseDefinition, type RowsDefinition } from './definition.js';
import { enter, type Frame, leave, level } from './frame.js';
import { invoke } from './invoke.js';
import { checkRows } from './result.js';
import { INDIRECT } from './shortest.js';

/** Nested arrays are told by their first element. */
export function onPlain(
  definition: PointwiseDefinition | RowsDefinition,
  defaults: Defaults,
  op: Op,
  x: unknown[],
  dy: unknown,
  out: unknown[],
): unknown {
  const first = elementAt(x, 0);
  return Array.isArray(first)
    ? onNested(definition, defaults, op, x, first, dy, out)
    : onFlatArrays(definition, defaults, op, x, first, dy, out);
}

/** Flat ones; `first` is the first element of x. */
function onFlatArrays(
  definition: PointwiseDefinition | RowsDefinition,
  { axis, values }: Defaults,
  op: Op,
  x: unknown[],
  first: unknown,
  dy: unknown,
  out: unknown[],
): unknown {
  const count = x.length;
  const backward = op === BACKWARD_X || op === BACKWARD_Y;
  if (count === 0 || count > BLOCK || out.length !== count || (backward && !(Array.isArray(dy) && dy.length === count)))
    return INDIRECT;
  if (isObject(first) || !isWritable(out, 0, elementAt(out, 0))) return INDIRECT;
  const entered = level();
  const frame = enter();
  try {
    const { space } = frame;
    const { left, right } = space;
    const { ownShape } = frame.x;
    readFlatShape(ownShape, undefined, count);
    stagePlain(left, frame.x, labelOf(definition, op), x, first, ownShape, count);
    if (backward) {
      const firstOfDy = elementAt(dy as unknown[], 0);
      if (isObject(firstOfDy)) return INDIRECT;
      stagePlain(right, frame.dy, 'dy', dy as unknown[], firstOfDy, ownShape, count);
    }
    readyFor(space);
    copyStage(left, count);
    if (backward) copyStage(right, count);
    run(frame, definition, op, ownShape, count, axis, values);
    frame.out = out;
    return writePlain(frame, out, undefined, count);
  } finally {
    leave(frame, entered);
  }
}

/** Runs a kernel on what is in the scratch buffers; the results are in the first. */
function run(
  frame: Frame,
  definition: PointwiseDefinition | RowsDefinition,
  op: Op,
  shape: readonly number[],
  count: number,
  axis: number,
  values: Values,
): void {
  const { left, right } = frame.space;
  if (definition.form === 'pointwise') {
    runPointwise(definition.kernel, op, left.handle, right.handle, left.handle, count, values);
    return;
  }
  frame.values = values;
  split(shape, axis, frame);
  if (!invoke(frame, definition, op, left.handle, right.handle, left.handle, frame.outer)) noMemory(count);
}

/** Nested ones with plain rows; `first` is the first of x. */
function onNested(
  definition: PointwiseDefinition | RowsDefinition,
  { axis, values }: Defaults,
  op: Op,
  given: unknown[],
  first: unknown[],
  factor: unknown,
  out: unknown[],
): unknown {
  const backward = op === BACKWARD_X || op === BACKWARD_Y;
  const entered = level();
  const frame = enter();
  frame.used = true;
  try {
    const { x, dy, value, space } = frame;
    const { left, right } = space;
    if (!readRows(x, labelOf(definition, op), given, first)) return INDIRECT;
    const { shape, size } = x;
    if (size === 0 || size > BLOCK) return INDIRECT;
    if (backward && !(Array.isArray(factor) && readRows(dy, 'dy', factor, elementAt(factor, 0)) && sameShape(dy.shape, shape)))
      return INDIRECT;
    if (!readRows(value, 'out', out, elementAt(out, 0)) || !sameShape(value.shape, shape)) return INDIRECT;
    checkRows(value);
    checkSelf(value);
    checkOverlap(value, x, true);
    if (backward) checkOverlap(value, dy, true);
    stage(x, left);
    if (backward) stage(dy, right);
    readyFor(space);
    copyStage(left, size);
    if (backward) copyStage(right, size);
    run(frame, definition, op, shape, size, axis, values);
    readyFor(space);
    value.held.begin(size);
    try {
      storeRuns(value, 0, size, left, stageResults(left, 0, size));
    } catch (error) {
      throw restored(error, frame.one);
    }
    return out;
  } finally {
    leave(frame, entered);
  }
}

/** Reads an array whose rows are plain arrays; false where they are not. `first` is the first of them. */
function readRows(to: Operand, label: string, array: unknown[], first: unknown): boolean {
  if (!Array.isArray(first)) return false;
  to.label = label;
  readNested(to, array, first, undefined);
  return !to.typedRows;
}

/** Reads the elements of a plain array, of which the first has been read; the operand is for the text of an error. */
export function stagePlain(
  scratch: Scratch,
  from: Operand,
  label: string,
  array: unknown[],
  first: unknown,
  shape: readonly number[],
  count: number,
): void {
  from.label = label;
  from.kind = ARRAY;
  from.shape = shape;
  stageFlat(from, array, first, count, scratch);
}

/** Writes results to the caller's plain arrays; where that fails in the middle, they are as they were. */
export function writePlain(frame: Frame, first: unknown[], second: unknown[] | undefined, count: number): unknown {
  const { value, deriv, space } = frame;
  value.held.begin(count);
  if (second !== undefined) deriv.held.begin(count);
  try {
    replace(space, space.left, value, first, count);
    if (second !== undefined) replace(space, space.right, deriv, second, count);
  } catch (error) {
    frame.used = true;
    noteOut(value, second === undefined ? 'out' : 'out.value', first);
    if (second !== undefined) noteOut(deriv, 'out.deriv', second);
    throw restored(error, second === undefined ? frame.one : frame.both);
  }
  value.held.clear();
  deriv.held.clear();
  return frame.out;
}

/** Writes results to one of them, and keeps what was there. */
function replace(space: Workspace, scratch: Scratch, to: Operand, array: unknown[], count: number): void {
  readyFor(space);
  const results = stageResults(scratch, 0, count);
  const done = exchange(results, 0, count, array, 0, 1, to.held);
  if (done === count) return;
  noteOut(to, '', array);
  holdAll(to);
  overwrite(results, done, count, array, done, 1);
}

/** One of them as an operand, which is not needed where all goes well. */
function noteOut(to: Operand, label: string, array: unknown[]): void {
  to.label = label;
  readPlain(to, array, undefined, undefined);
}
