// The most frequent calls, in few steps: flat arrays of up to one block, and tensors. Anything out of the ordinary in them,
// including errors, is left to blocks.ts, which handles everything.

import { elementAt } from '../../containers/element.js';
import { checkLength, reviveOrRefuse, stageFlat } from '../../containers/elements.js';
import { readFlatShape, readPlain } from '../../containers/flat.js';
import { plainArray } from '../../containers/make.js';
import { ARRAY, type Operand } from '../../containers/operand.js';
import { sharesMemory } from '../../containers/overlap.js';
import { exchangeNumbers, putNumbers } from '../../containers/plain-numbers.js';
import { restored } from '../../containers/restore.js';
import { split } from '../../containers/shape.js';
import { holdAll, isWritable } from '../../containers/store.js';
import { create, insideOf } from '../../containers/tensor.js';
import { copyIn, copyOut, copyStage, stageResults } from '../../engine/copy.js';
import { DERIV, isBackward, type Op, roundedTo, VALUE_AND_DERIV } from '../../engine/kernels.js';
import { BLOCK, ready, readyFor, type Scratch, type Storage, type Workspace } from '../../engine/memory.js';
import { isObject, noMemory } from '../../errors.js';
import {
  type ElementType,
  elementType,
  FLOAT64,
  type FloatArray,
  floatsLike,
  INTEGER,
  type NumberArray,
  offsetOf,
  PLAIN,
  sizeOfTyped,
  tag,
} from '../../typed.js';
import { type Definition, factorLabelOf, labelOf } from '../definition.js';
import type { Frame } from '../frame.js';
import { invoke } from '../invoke.js';
import { INDIRECT, storageFor } from './doubles.js';

/** Whether a kernel made the memory grow by filling its tables; if so, the scratch buffers get new views. */
function refreshIfGrown(space: Workspace): boolean {
  if (space.left.view.length > 0) return false;
  readyFor(space);
  return true;
}

/** The element type of a flat array with `count` elements; undefined for anything else. */
function flatType(value: unknown, count: number): ElementType | undefined {
  const name = tag(value);
  if (name !== undefined) return sizeOfTyped(value as NumberArray) === count ? elementType(name) : undefined;
  return Array.isArray(value) && value.length === count ? PLAIN : undefined;
}

/** The same for a flat array that can be written to. */
function outType(value: unknown, count: number): ElementType | undefined {
  const type = flatType(value, count);
  return type === INTEGER || (type === PLAIN && !isWritable(value as unknown[], 0, elementAt(value as unknown[], 0)))
    ? undefined
    : type;
}

/** Whether an `out` shares memory with an input in a way that blocks.ts has to examine. */
const mayClash = (out: Flat, type: ElementType, input: Flat, inputType: ElementType): boolean =>
  type !== PLAIN && inputType !== PLAIN && sharesMemory(out as FloatArray, type, input as NumberArray, inputType);

type Flat = NumberArray | unknown[];

/** Copies `count` elements into a scratch buffer: those of a typed array, or those already read from a plain one. */
function load(scratch: Scratch, array: Flat, type: ElementType, count: number): void {
  if (type === PLAIN) copyStage(scratch, count);
  else copyIn(scratch, 0, array as NumberArray, type, 0, count);
}

/** Copies `count` results to an array, or to a new one if there is none, and returns the array. */
function write(scratch: Scratch, array: Flat | undefined, type: ElementType, count: number): Flat {
  if (type !== PLAIN) {
    const to = array ?? floatsLike(type, count);
    copyOut(scratch, 0, to as FloatArray, type, 0, count);
    return to;
  }
  const to = (array as unknown[] | undefined) ?? plainArray(count);
  putNumbers(stageResults(scratch, 0, count), 0, count, to, 0);
  return to;
}

/** For `x`, `dy` and `out` that are flat arrays, typed or plain, of at most one block. Not for Jacobians. */
export function onFlat(frame: Frame, definition: Definition, op: Op, given: unknown, factor: unknown): unknown {
  const rows = definition.form === 'rows';
  const pair = op === VALUE_AND_DERIV;
  const backward = isBackward(op);
  const x = given as Flat;
  const count = Array.isArray(x) ? x.length : sizeOfTyped(x);
  const type = flatType(x, count);
  if (type === undefined || count === 0 || count > BLOCK || (rows && (pair || op === DERIV))) return INDIRECT;
  // A plain array may turn out to be nested, with a shape of its own, only when it is read.
  if (type === PLAIN && frame.shape !== undefined) return INDIRECT;
  const dy = factor as Flat;
  const dyType = backward ? flatType(dy, count) : FLOAT64;
  if (dyType === undefined) return INDIRECT;
  let valueType: ElementType = backward && definition.form !== 'product' ? dyType : type;
  if (valueType === INTEGER) valueType = FLOAT64;
  let derivType: ElementType = valueType;
  const value = (pair ? frame.first : frame.out) as Flat | undefined;
  const deriv = frame.second as Flat | undefined;
  if (value !== undefined) {
    const own = outType(value, count);
    if (own === undefined || mayClash(value, own, x, type) || (backward && mayClash(value, own, dy, dyType))) return INDIRECT;
    valueType = own;
    if (pair && deriv !== undefined) {
      const other = outType(deriv, count);
      if (other === undefined || mayClash(deriv, other, x, type) || value === deriv) return INDIRECT;
      // Writing to the plain array could fail after the typed one has been written.
      if ((own === PLAIN) !== (other === PLAIN)) return INDIRECT;
      if (own !== PLAIN && other !== PLAIN && sharesMemory(deriv as FloatArray, other, value as FloatArray, undefined))
        return INDIRECT;
      derivType = other;
    }
  }
  const { ownShape } = frame.x;
  readFlatShape(ownShape, frame.shape, count);

  const { space } = frame;
  const { left, right } = space;
  // Noted in case typed arrays are views of wasm memory and that memory grows.
  const valueAt = placeOf(value, valueType);
  const derivAt = placeOf(deriv, derivType);
  let from = x;
  let by = dy;
  let to = value;
  let also = deriv;
  if (type === PLAIN || (backward && dyType === PLAIN)) {
    const xAt = placeOf(x, type);
    const dyAt = placeOf(dy, dyType);
    const firstOfX = type === PLAIN ? elementAt(x as unknown[], 0) : undefined;
    const firstOfDy = backward && dyType === PLAIN ? elementAt(dy as unknown[], 0) : undefined;
    if (isObject(firstOfX) || isObject(firstOfDy)) return INDIRECT;
    const label = labelOf(definition, op);
    const factorLabel = factorLabelOf(definition);
    if (type === PLAIN) stagePlain(left, frame.x, label, x as unknown[], firstOfX, ownShape, count);
    if (backward && dyType === PLAIN) stagePlain(right, frame.dy, factorLabel, dy as unknown[], firstOfDy, ownShape, count);
    // Code of the caller may have run and changed the typed arrays.
    from = revivedFlat(label, x, type, xAt, count);
    if (backward) by = revivedFlat(factorLabel, dy, dyType, dyAt, count);
    to = value && revivedFlat(pair ? 'out.value' : 'out', value, valueType, valueAt, count);
    also = deriv && revivedFlat('out.deriv', deriv, derivType, derivAt, count);
  }
  readyFor(space);
  load(left, from, type, count);
  if (backward) load(right, by, dyType, count);
  frame.outer = count;
  frame.units = frame.inner = 1;
  if (rows) split(ownShape, frame.axis, frame);
  const rounded = roundedTo(op, valueType, derivType);
  // The module compares rounded results with x, which is better not overwritten.
  const target = rounded > 0 && !pair ? right : left;
  if (!invoke(frame, definition, op, left.handle, right.handle, target.handle, frame.outer, rounded)) noMemory(count);
  if (refreshIfGrown(space)) {
    to = to && revivedFlat('out', to, valueType, valueAt, count);
    also = also && revivedFlat('out', also, derivType, derivAt, count);
  }
  if (value !== undefined && valueType === PLAIN)
    return writePlain(frame, value as unknown[], deriv as unknown[] | undefined, count);
  const result = write(target, to, valueType, count);
  if (!pair) return value ?? result;
  const other = write(right, also, derivType, count);
  return value === undefined ? { value: result, deriv: other } : frame.out;
}

/** The byte at which a typed array begins in its memory. */
const placeOf = (array: Flat | undefined, type: ElementType): number =>
  array === undefined || type === PLAIN ? -1 : offsetOf(array as NumberArray);

/** The array after code of the caller or a kernel has run: a view of wasm memory that died is made again. */
const revivedFlat = (label: string, array: Flat, type: ElementType, at: number, count: number): Flat =>
  type === PLAIN || sizeOfTyped(array as NumberArray) === count ? array : reviveOrRefuse(label, array as NumberArray, at, count);

/** For `x`, `dy` and `out` that are tensors. Not for Jacobians. */
export function onTensors(frame: Frame, definition: Definition, op: Op, given: object, factor: unknown): unknown {
  const rows = definition.form === 'rows';
  const pair = op === VALUE_AND_DERIV;
  const backward = isBackward(op);
  const x = insideOf(given);
  if (x === undefined || (rows && (pair || op === DERIV)) || frame.shape !== undefined) return INDIRECT;
  const { shape } = x;
  const a = storageFor(x, shape);
  const b = backward ? storageFor(insideOf(factor as object), shape) : undefined;
  if (a === undefined || a.count === 0 || (backward && b === undefined)) return INDIRECT;
  const first = pair ? frame.first : frame.out;
  const { second } = frame;
  const made = first === undefined;
  if (!made) {
    const to = storageFor(typeof first === 'object' && first ? insideOf(first) : undefined, shape);
    const two = pair ? storageFor(typeof second === 'object' && second ? insideOf(second) : undefined, shape) : a;
    if (to === undefined || two === undefined || (pair && to === two)) return INDIRECT;
  }
  frame.outer = a.count;
  frame.units = frame.inner = 1;
  if (rows) split(shape, frame.axis, frame);
  // After a trap this makes a new instance, which may not have enough memory for one of these.
  ready();
  if (a.count < 0 || (b && b.count < 0)) return INDIRECT;
  const value = made ? create(shape) : (first as object);
  let deriv: object | undefined;
  try {
    if (pair) deriv = made ? create(shape) : (second as object);
    const to = storageFor(insideOf(value), shape) as Storage;
    const two = deriv === undefined ? b : storageFor(insideOf(deriv), shape);
    if (!invoke(frame, definition, op, a.handle, two?.handle ?? 0, to.handle, frame.outer)) noMemory(a.count);
  } catch (error) {
    if (made) for (const tensor of [value, deriv]) (tensor as { dispose(): void } | undefined)?.dispose();
    throw error;
  }
  return pair ? (made ? { value, deriv } : frame.out) : value;
}

/** Reads the elements of a plain array, the first of which has already been read. The operand serves the messages of errors. */
function stagePlain(
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

/** Writes results to the caller's plain arrays; if that fails in the middle, their elements are put back. */
function writePlain(frame: Frame, first: unknown[], second: unknown[] | undefined, count: number): unknown {
  const { value, deriv, space } = frame;
  const label = second === undefined ? 'out' : 'out.value';
  checkLength(label, first, count);
  if (second !== undefined) checkLength('out.deriv', second, count);
  value.held.begin(count);
  if (second !== undefined) deriv.held.begin(count);
  try {
    replace(space, space.left, value, first, count);
    if (second !== undefined) replace(space, space.right, deriv, second, count);
  } catch (error) {
    frame.used = true;
    noteOut(value, label, first);
    if (second !== undefined) noteOut(deriv, 'out.deriv', second);
    throw restored(error, second === undefined ? frame.one : frame.both);
  }
  value.held.clear();
  deriv.held.clear();
  return frame.out;
}

/** Writes results to one of them, and keeps the overwritten elements. */
function replace(space: Workspace, scratch: Scratch, to: Operand, array: unknown[], count: number): void {
  readyFor(space);
  const results = stageResults(scratch, 0, count);
  const done = exchangeNumbers(results, 0, count, array, 0, to.held);
  if (done === count) return;
  noteOut(to, '', array);
  holdAll(to);
  putNumbers(results, done, count, array, done);
}

/** Describes one of them as an operand, which is needed only when something goes wrong. */
function noteOut(to: Operand, label: string, array: unknown[]): void {
  to.label = label;
  readPlain(to, array, undefined, undefined);
}
