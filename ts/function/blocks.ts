// The general call, for containers of any kind in any mixture. First all of it is read and checked; then it is computed block by
// block, into `out` or into a new container. Whatever a call needs is in a frame that is kept, so that a call allocates nothing
// for itself.

import {
  checkElements,
  countAlike,
  gather,
  isMixed,
  load,
  reviveElements,
  stage,
  stageAll,
  typeAt,
} from '../containers/elements.js';
import { handleOf, isFlat, isLost, NUMBER, type Operand, TENSOR } from '../containers/operand.js';
import { checkOverlap } from '../containers/overlap.js';
import { hold, restored } from '../containers/restore.js';
import { checkShape, jacobianShape, sameShape, sizeOf, split } from '../containers/shape.js';
import { store } from '../containers/store.js';
import { readAny, Tensor } from '../containers/tensor.js';
import { BACKWARD_X, BACKWARD_Y, DERIV, isBackward, type Op, roundedTo, VALUE, VALUE_AND_DERIV } from '../engine/kernels.js';
import { BLOCK, isWasmMemory, ready, readyFor, reserveBoth, type Scratch, trim } from '../engine/memory.js';
import { describeShape, misfit, noMemory } from '../errors.js';
import { FLOAT64, floats, tag } from '../typed.js';
import {
  type Definition,
  factorLabelOf,
  isSingle,
  labelOf,
  type OwnDefinition,
  type RowsDefinition,
  type SingleDefinition,
} from './definition.js';
import type { Frame } from './frame.js';
import { invoke, invokeOnNumber } from './invoke.js';
import { checkFromY } from './options.js';
import { dispose, make, readPair, readResult } from './result.js';
import { INDIRECT } from './short/doubles.js';
import { onFlat, onTensors } from './short/flat.js';

/** A call with the options of `frame`. */
export function compute(frame: Frame, definition: Definition, op: Op, given: unknown, factor: unknown): unknown {
  if (op === BACKWARD_Y) checkFromY(definition, frame.values);
  if (definition.form === 'rows' && (definition.reduces || frame.axes !== undefined || frame.more !== undefined)) {
    return definition.general(frame, definition, op, given, factor);
  }
  // Every getter of the caller runs exactly once, before anything is decided.
  if (op === VALUE_AND_DERIV) readPair(frame);
  const short = tryShortWay(frame, definition, op, given, factor);
  if (short !== INDIRECT) return short;

  const { x, deriv } = frame;
  frame.used = true;
  readInputs(frame, definition, op, given, factor);
  splitIntoSlices(frame, definition, op);
  if (isOnNumbers(frame, definition, op)) {
    return invokeOnNumber(definition, op, x.number, isBackward(op) ? frame.dy.number : 0, frame.values);
  }
  const pair = op === VALUE_AND_DERIV;
  const derivShape = hasJacobian(definition, op) ? jacobianShape(x.shape, frame.axis, definition.most) : x.shape;
  const shape = pair ? x.shape : derivShape;
  if (frame.out !== undefined) readOuts(frame, definition, op, shape, derivShape);
  readElements(frame, definition, op);

  const lead = isBackward(op) && definition.form !== 'product' ? frame.dy : x;
  const made = frame.out === undefined ? make(frame.value, lead, shape, sizeOf(shape)) : undefined;
  let also: unknown;
  try {
    if (pair && frame.out === undefined) also = make(deriv, lead, derivShape, sizeOf(derivShape));
    run(frame, definition, op);
  } catch (error) {
    dispose(made, lead);
    dispose(also, lead);
    throw error;
  }
  if (frame.out !== undefined) return frame.out;
  const value = lead.kind === NUMBER ? (made as Float64Array)[0] : made;
  return pair ? { value, deriv: lead.kind === NUMBER ? (also as Float64Array)[0] : also } : value;
}

/** Flat arrays and tensors that need no more than short/flat.ts; not for a call that is only prepared. */
function tryShortWay(frame: Frame, definition: Definition, op: Op, given: unknown, factor: unknown): unknown {
  if (frame.isPrepared || definition.form === 'own' || typeof given !== 'object' || given === null) return INDIRECT;
  if (Array.isArray(given) || tag(given) !== undefined) return onFlat(frame, definition, op, given, factor);
  const areTensors = given instanceof Tensor && factor instanceof Tensor === isBackward(op);
  return areTensors ? onTensors(frame, definition, op, given, factor) : INDIRECT;
}

/** Whether the derivative is a matrix for each row. */
const hasJacobian = (definition: Definition, op: Op): definition is RowsDefinition =>
  definition.form === 'rows' && (op === DERIV || op === VALUE_AND_DERIV);

function readInputs(frame: Frame, definition: Definition, op: Op, given: unknown, factor: unknown): void {
  const { x, dy, shape } = frame;
  readAny(x, labelOf(definition, op), given, shape);
  if (!isBackward(op)) return;
  readAny(dy, factorLabelOf(definition), factor, shape);
  if (definition.form === 'product' || sameShape(dy.shape, x.shape)) return;
  checkElements(x);
  checkElements(dy);
  checkShape(dy.label, dy.shape, x.shape);
}

/**
 * Determines the slices that a kernel processes one after the other, and how many numbers each has in the left and in the right
 * buffer.
 */
function splitIntoSlices(frame: Frame, definition: Definition, op: Op): void {
  const { x } = frame;
  frame.slices = x.size;
  frame.leftWidth = frame.rightWidth = frame.units = 1;
  if (definition.form === 'rows') {
    split(x.shape, frame.axis, frame);
    const { outer, units, inner } = frame;
    frame.slices = outer;
    frame.leftWidth = units * inner;
    frame.rightWidth = hasJacobian(definition, op) ? units * units * inner : op === VALUE ? 0 : units * inner;
  } else if (definition.form === 'product') {
    const units = jacobianUnits(x, frame.dy);
    frame.units = frame.leftWidth = units;
    frame.rightWidth = units * units;
    frame.slices = x.size === 0 ? 0 : x.size / units;
  }
}

/** Whether the call is about plain numbers: then no memory is touched. */
const isOnNumbers = ({ x, dy, out }: Frame, definition: Definition, op: Op): definition is SingleDefinition =>
  x.kind === NUMBER && out === undefined && isSingle(definition) && (!isBackward(op) || dy.kind === NUMBER);

/** Reads the containers for the results, and compares them with each other and with the inputs. */
function readOuts(frame: Frame, definition: Definition, op: Op, shape: readonly number[], derivShape: readonly number[]): void {
  const { value, deriv, first, second } = frame;
  const pair = op === VALUE_AND_DERIV;
  const jacobian = hasJacobian(definition, op);
  readOut(frame, value, pair ? 'out.value' : 'out', pair ? first : frame.out, shape, !jacobian || pair, isBackward(op));
  if (!pair) return;
  readOut(frame, deriv, 'out.deriv', second, derivShape, !jacobian, false);
  checkOverlap(deriv, value, false);
}

/** Reads one of them; `inPlace` says whether it may be an input itself. */
function readOut(
  { x, dy }: Frame,
  to: Operand,
  label: string,
  given: unknown,
  shape: readonly number[],
  inPlace: boolean,
  backward: boolean,
): void {
  readResult(to, label, given, shape, sizeOf(shape));
  checkOverlap(to, x, inPlace);
  if (backward) checkOverlap(to, dy, inPlace);
}

/**
 * Reads the elements of plain arrays, all of them before anything is made or computed, because reading them may run code of the
 * caller. So may a function of the caller's own, which can also throw.
 */
function readElements(frame: Frame, definition: Definition, op: Op): void {
  const { x, dy, value, deriv, space, out, slices } = frame;
  const backward = isBackward(op);
  const pair = op === VALUE_AND_DERIV;
  const own = definition.form === 'own' && slices > 0 ? definition : undefined;
  // Results of several types are computed one type after the other.
  frame.isMixed =
    definition.form === 'pointwise' && !backward && (out === undefined ? isMixed(x) : isMixed(value) || (pair && isMixed(deriv)));
  frame.isOneBlock = slices * largestOf(frame) <= BLOCK && !frame.isPrepared && own === undefined && !frame.isMixed;
  if (!(x.plain || (backward && dy.plain) || own !== undefined)) return;
  readPlain(x, space.left, frame.isOneBlock);
  if (backward) readPlain(dy, space.right, frame.isOneBlock);
  if (own !== undefined) applyOwn(frame, own, op);
  recheck(x);
  if (backward) recheck(dy);
  if (out === undefined) return;
  recheck(value);
  if (pair) recheck(deriv);
}

const largestOf = ({ leftWidth, rightWidth }: Frame): number => Math.max(leftWidth, rightWidth);

/**
 * Computes the results, unless the call is only prepared and they can be computed elsewhere. If that fails, `out` is as it was.
 */
function run(frame: Frame, definition: Definition, op: Op): void {
  const { x, value, slices, leftWidth, isPrepared, isMixed } = frame;
  if (slices === 0 || leftWidth === 0) return;
  const outs = op === VALUE_AND_DERIV ? frame.both : frame.one;
  const second = isBackward(op) ? frame.dy : op === VALUE_AND_DERIV ? frame.deriv : undefined;
  if (frame.out !== undefined) hold(outs);
  try {
    if (definition.form === 'own') runBlocks(frame, definition, op);
    else if (x.kind === TENSOR && value.kind === TENSOR && (!second || second.kind === TENSOR)) {
      runTensors(frame, definition, op, second);
    } else if (
      isPrepared &&
      !isMixed &&
      definition.form !== 'chain' &&
      isMovable(x) &&
      isMovable(value) &&
      (!second || isMovable(second))
    ) {
      frame.isPending = true;
    } else runBlocks(frame, definition, op);
  } catch (error) {
    throw restored(error, outs);
  }
}

/** Runs the kernel directly on the memory of tensors; `second` is dy or the derivative. */
function runTensors(frame: Frame, definition: Definition, op: Op, second: Operand | undefined): void {
  const { x, value, slices } = frame;
  // After a trap this makes a new instance, which may not have enough memory for one of these.
  ready();
  if (isLost(x) || isLost(value) || (second && isLost(second))) noMemory(largestOf(frame));
  const done = invoke(frame, definition, op, handleOf(x), second ? handleOf(second) : 0, handleOf(value), slices);
  if (!done) noMemory(largestOf(frame));
}

/**
 * Calls a function of the caller's own. Its results then take the place of the elements of x; if f′ is computed beside f, that of
 * dy.
 */
function applyOwn({ x, dy, values }: Frame, { apply }: OwnDefinition, op: Op): void {
  const copy = (): Float64Array => {
    const numbers = floats(x.size);
    if (x.staged) numbers.set(x.staged);
    else gather(x, numbers);
    return numbers;
  };
  if (op === VALUE_AND_DERIV) readAny(dy, 'deriv', apply(DERIV, copy(), values), undefined);
  x.staged = apply(op === VALUE_AND_DERIV ? VALUE : op === BACKWARD_X ? DERIV : op, copy(), values);
}

/** Whether the elements stay where they are while a call waits: wasm memory may grow, or be reused. */
const isMovable = ({ kind, array }: Operand): boolean =>
  kind !== NUMBER && kind !== TENSOR && (Array.isArray(array) || !isWasmMemory(array));

/** The units if `linear` holds one Jacobian for each row, or 1 if it has the same shape as x; refuses any other shape. */
function jacobianUnits(x: Operand, linear: Operand): number {
  const { shape } = x;
  if (sameShape(shape, linear.shape)) return 1;
  const units = shape[shape.length - 1];
  const jacobian = units === undefined ? shape : [...shape, units];
  if (units !== undefined && sameShape(jacobian, linear.shape)) return units;
  // A flat vector with a flat Jacobian is one row.
  if (isFlat(x) && isFlat(linear) && units !== undefined && linear.size === units * units) return units;
  checkElements(x);
  checkElements(linear);
  // A number has no axis, and so no Jacobian.
  const or = units === undefined ? '' : ` or ${describeShape(jacobian)}`;
  return misfit('dLinear', `the shape ${describeShape(shape)}${or}`, describeShape(linear.shape));
}

/** Reads the elements of an operand in plain arrays: into the stage of its scratch buffer if one block holds them all. */
function readPlain(from: Operand, scratch: Scratch, single: boolean): void {
  if (!from.plain) return;
  if (single) stage(from, scratch);
  else stageAll(from);
}

/** Compares an operand with what it was when it was read: code of the caller has run since. */
function recheck(of: Operand): void {
  if (of.kind !== NUMBER) reviveElements(of, true);
}

/**
 * Runs the kernel over the slices. Each has `leftWidth` elements in the left buffer (x, the value) and `rightWidth` in the right
 * one (dy, or the derivative). As many slices at a time as fit into a block, but at least one, so that memory does not grow with
 * their number.
 */
export function runBlocks(frame: Frame, definition: Definition, op: Op): void {
  const { space, x, dy, value, deriv, slices, leftWidth, rightWidth } = frame;
  const { left, right } = space;
  const pair = op === VALUE_AND_DERIV;
  // The derivatives of a caller's own function have been computed already.
  const loadsRight = isBackward(op) || (pair && definition.form === 'own');
  const size = largestOf(frame);
  const step = frame.isOneBlock ? slices : Math.max(1, Math.floor(BLOCK / size));
  const isLong = step * size > BLOCK;
  let done = !isLong || reserveBoth(space, leftWidth, rightWidth);
  // Making tensors, or room for long rows, may have made the memory grow, which kills views of it that the caller passed.
  if (isLong || value.kind === TENSOR) reviveAll(frame, loadsRight, pair);
  for (let start = 0, n = 0; start < slices && done; start += n) {
    n = Math.min(step, slices - start);
    // One type of result at a time, because the module is told which it is.
    if (frame.isMixed) n = countAlike(value, start, pair ? countAlike(deriv, start, n) : n);
    const rounded =
      definition.form === 'pointwise' ? roundedTo(op, typeAt(value, start), pair ? typeAt(deriv, start) : FLOAT64) : 0;
    // The module compares rounded results with x, which is better not overwritten: the module would need memory for a copy.
    const result = (op === DERIV && definition.form === 'rows') || (rounded > 0 && !pair) ? right : left;
    const width = result === right ? rightWidth : leftWidth;
    readyFor(space);
    load(x, start * leftWidth, n * leftWidth, left);
    if (loadsRight) load(dy, start * rightWidth, n * rightWidth, right);
    done = invoke(frame, definition, op, left.handle, right.handle, result.handle, n, rounded);
    if (!done) break;
    if (left.view.length === 0) {
      readyFor(space);
      reviveAll(frame, loadsRight, pair);
    }
    store(value, start * width, n * width, result);
    if (pair) {
      readyFor(space);
      store(deriv, start * rightWidth, n * rightWidth, right);
    }
  }
  if (isLong) trim(space);
  if (!done) noMemory(size);
}

function reviveAll({ x, dy, value, deriv }: Frame, backward: boolean, pair: boolean): void {
  reviveElements(x, false);
  if (backward) reviveElements(dy, false);
  reviveElements(value, false);
  if (pair) reviveElements(deriv, false);
}
