// One call, with containers of any kind, mixed as they come: all of it is read and checked first, then computed block by block,
// then in `out` or in a new container. Everything a call needs for itself is in a frame that is kept, so that a call makes no object.

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
import { isShapeOf } from '../containers/strided.js';
import { readAny, Tensor } from '../containers/tensor.js';
import { BACKWARD_X, BACKWARD_Y, DERIV, isBackward, type Op, roundedTo, VALUE, VALUE_AND_DERIV } from '../engine/kernels.js';
import { BLOCK, isWasmMemory, ready, readyFor, reserveBoth, type Scratch, trim } from '../engine/memory.js';
import { describeShape, isObject, misfit, noMemory } from '../errors.js';
import { hasOnlyOut, isSimple, keysAmong, type Simple } from '../keys.js';
import { FLOAT64, floats, tag } from '../typed.js';
import {
  type Defaults,
  type Definition,
  factorLabelOf,
  isSingle,
  labelOf,
  type OwnDefinition,
  type PointwiseDefinition,
  type RowsDefinition,
} from './definition.js';
import { onFlat, onTensors } from './direct.js';
import { type Cut, enter, type Frame, leave, level } from './frame.js';
import { invoke, invokeScalar } from './invoke.js';
import { onLowPrecision } from './low-precision.js';
import { checkFromY, readOptions } from './options.js';
import { onPlain } from './plain.js';
import { dispose, make, pairExpected, readResult } from './result.js';
import { INDIRECT, isDirect, isDirectRows, onDoubles, onTensorsInto, productOnDoubles, rowsOnDoubles } from './shortest.js';

/** One call: `x` is what the kernel reads (x, or for BACKWARD_Y a saved y), `dy` what backward multiplies by. */
export function evaluate(definition: Definition, defaults: Defaults, op: Op, x: unknown, dy: unknown, options: unknown): unknown {
  if (hasOnlyOut(options)) {
    const { out } = options;
    const result = direct(definition, defaults, op, x, dy, out);
    return result === INDIRECT ? indirect(definition, defaults, op, x, dy, out) : result;
  }
  // Flat rows.
  if (isDirectRows(definition, defaults, op) && keysAmong(options, 'out', 'shape') === 3) {
    const { out, shape } = options as { readonly out: unknown; readonly shape: unknown };
    const result = isShapeOf(shape, x)
      ? rowsOnDoubles(definition, defaults, op, x as Float64Array, dy, out, shape)
      : Array.isArray(x) && Array.isArray(out)
        ? onPlain(definition, defaults, op, x, dy, out, shape)
        : onLowPrecision(definition, defaults, op, x, dy, out, shape);
    return result === INDIRECT ? enterAndCompute(definition, defaults, op, x, dy, out, undefined, shape) : result;
  }
  return enterAndCompute(definition, defaults, op, x, dy, undefined, options);
}

/** A call with nothing but an `out` that is not what most programs make: apart, so that the engine compiles those in one piece. */
function indirect(definition: Definition, defaults: Defaults, op: Op, x: unknown, dy: unknown, out: unknown): unknown {
  const result = onLowPrecision(definition, defaults, op, x, dy, out, undefined);
  return result === INDIRECT ? enterAndCompute(definition, defaults, op, x, dy, out, undefined) : result;
}

/** A call with nothing but an `out`, by what x is. */
function direct(definition: Definition, defaults: Defaults, op: Op, x: unknown, dy: unknown, out: unknown): unknown {
  if (isDirectRows(definition, defaults, op)) {
    if (Array.isArray(x)) return Array.isArray(out) ? onPlain(definition, defaults, op, x, dy, out) : INDIRECT;
    if (tag(x) === 'Float64Array') return rowsOnDoubles(definition, defaults, op, x as Float64Array, dy, out, undefined);
  } else if (isDirect(definition, defaults, op)) {
    const { kernel } = definition;
    const { values } = defaults;
    if (Array.isArray(x)) return Array.isArray(out) ? onPlain(definition, defaults, op, x, dy, out) : INDIRECT;
    const name = tag(x);
    if (name !== undefined) return name === 'Float64Array' ? onDoubles(kernel, op, x as Float64Array, dy, out, values) : INDIRECT;
    if (x instanceof Tensor) return out instanceof Tensor ? onTensorsInto(kernel, op, x, dy, out, values) : INDIRECT;
  } else if (definition.form === 'product' && level() <= 1) {
    if (Array.isArray(x)) return Array.isArray(out) ? onPlain(definition, defaults, op, x, dy, out) : INDIRECT;
    return tag(x) === 'Float64Array' ? productOnDoubles(x as Float64Array, dy, out, defaults.values) : INDIRECT;
  } else return INDIRECT;
  if (!isSimple(x) || !isSimple(out)) return INDIRECT;
  if (!isBackward(op)) return onShaped(definition, defaults, op, x, undefined, out);
  return isSimple(dy) ? onShaped(definition, defaults, op, x, dy, out) : INDIRECT;
}

/**
 * { data, shape } into { data, shape }: where the shapes agree, a call with their data. Each property is read once; a call that goes
 * the general way after all is given what was read.
 */
function onShaped(
  definition: PointwiseDefinition | RowsDefinition,
  defaults: Defaults,
  op: Op,
  x: Simple,
  dy: Simple | undefined,
  out: Simple,
): unknown {
  const { data, shape } = x;
  const factor = dy?.data;
  const factorShape = dy?.shape;
  const { data: to, shape: toShape } = out;
  if (isShapeOf(shape, data) && isSame(shape, toShape) && (dy === undefined || isSame(shape, factorShape))) {
    const numbers = data as Float64Array;
    const result =
      definition.form === 'rows'
        ? rowsOnDoubles(definition, defaults, op, numbers, factor, to, shape)
        : onDoubles(definition.kernel, op, numbers, factor, to, defaults.values);
    if (result !== INDIRECT) return out;
  }
  const again = dy && { data: factor, shape: factorShape };
  enterAndCompute(definition, defaults, op, { data, shape }, again, { data: to, shape: toShape }, undefined);
  return out;
}

const isSame = (shape: readonly number[], other: unknown): boolean => Array.isArray(other) && sameShape(shape, other);

/** Every call that has no shorter way: `out` apart where it is the only option, or with `shape`. */
function enterAndCompute(
  definition: Definition,
  defaults: Defaults,
  op: Op,
  x: unknown,
  dy: unknown,
  out: unknown,
  options: unknown,
  shape?: unknown,
): unknown {
  const entered = level();
  const frame = enter();
  try {
    // First: in calls deep inside others this takes memory, and views that die with that are seen to be dead.
    if (entered > 1) readyFor(frame.space);
    readOptions(frame, definition, defaults, options);
    if (out !== undefined) frame.out = out;
    if (shape !== undefined) frame.shape = shape;
    return compute(frame, definition, op, x, dy);
  } finally {
    leave(frame, entered);
  }
}

export function compute(frame: Frame, definition: Definition, op: Op, given: unknown, factor: unknown): unknown {
  const { out } = frame;
  if (op === BACKWARD_Y) checkFromY(definition, frame.values);
  if (definition.form === 'rows' && (definition.reduces || frame.axes !== undefined || frame.more !== undefined)) {
    return definition.general(frame, definition, op, given, factor);
  }

  // Every getter of the caller's runs once, and before anything is decided.
  const pair = op === VALUE_AND_DERIV;
  let first = out;
  let second: unknown;
  if (pair && out !== undefined) {
    if (!isObject(out) || Array.isArray(out) || tag(out)) return pairExpected(out);
    ({ value: first, deriv: second } = out as { value?: unknown; deriv?: unknown });
    if (first === undefined || second === undefined) return pairExpected(out);
  }
  if (frame.cut === undefined && definition.form !== 'own' && typeof given === 'object' && given !== null) {
    const result =
      Array.isArray(given) || tag(given) !== undefined
        ? onFlat(frame, definition, op, given, factor, first, second)
        : given instanceof Tensor && factor instanceof Tensor === isBackward(op)
          ? onTensors(frame, definition, op, given, factor, first, second)
          : INDIRECT;
    if (result !== INDIRECT) return result;
  }

  const product = definition.form === 'product';
  const backward = isBackward(op);
  const jacobian = definition.form === 'rows' && (pair || op === DERIV);
  const { x, dy, value, deriv } = frame;
  frame.used = true;
  readAny(x, labelOf(definition, op), given, frame.shape);
  if (backward) {
    readAny(dy, factorLabelOf(definition), factor, frame.shape);
    if (!product && !sameShape(dy.shape, x.shape)) {
      checkElements(x);
      checkElements(dy);
      checkShape(dy.label, dy.shape, x.shape);
    }
  }

  // The slices that a kernel takes one after the other, and how many numbers each has in the first and in the second buffer.
  let slices = x.size;
  let leftWidth = 1;
  let rightWidth = 1;
  frame.units = 1;
  let square: readonly number[] = x.shape;
  if (definition.form === 'rows') {
    split(x.shape, frame.axis, frame);
    slices = frame.outer;
    leftWidth = frame.units * frame.inner;
    rightWidth = jacobian ? frame.units * leftWidth : op === VALUE ? 0 : leftWidth;
    if (jacobian) square = jacobianShape(x.shape, frame.axis, definition.most);
  } else if (product) {
    const units = jacobianUnits(x, dy);
    frame.units = units;
    slices = x.size / units;
    leftWidth = units;
    rightWidth = units * units;
    if (x.size === 0) slices = 0;
  } else if (isSingle(definition) && x.kind === NUMBER && out === undefined && (!backward || dy.kind === NUMBER)) {
    // Numbers with options: no memory is touched.
    if (!pair) return invokeScalar(definition, op, x.number, backward ? dy.number : 0, frame.values);
    return {
      value: invokeScalar(definition, VALUE, x.number, 0, frame.values),
      deriv: invokeScalar(definition, DERIV, x.number, 0, frame.values),
    };
  }

  const shape = jacobian && !pair ? square : x.shape;
  const size = jacobian && !pair ? sizeOf(square) : x.size;
  if (out !== undefined) {
    readOut(frame, value, pair ? 'out.value' : 'out', first, shape, size, !jacobian || pair, backward);
    if (pair) {
      readOut(frame, deriv, 'out.deriv', second, square, jacobian ? sizeOf(square) : x.size, !jacobian, false);
      checkOverlap(deriv, value, false);
    }
  }

  // Elements of plain arrays, all of them, before anything is made or computed: reading them may run code of the caller. So does a
  // function of the caller's own, which may throw.
  const largest = Math.max(leftWidth, rightWidth);
  const own = definition.form === 'own' && slices > 0 ? definition : undefined;
  // Of several types, the results are computed one type after the other.
  const mixed =
    definition.form === 'pointwise' && !backward && (out === undefined ? isMixed(x) : isMixed(value) || (pair && isMixed(deriv)));
  const single = slices * largest <= BLOCK && frame.cut === undefined && own === undefined && !mixed;
  if (x.plain || (backward && dy.plain) || own !== undefined) {
    readPlain(x, frame.space.left, single);
    if (backward) readPlain(dy, frame.space.right, single);
    if (own !== undefined) applyOwn(frame, own, op);
    recheck(x);
    if (backward) recheck(dy);
    if (out !== undefined) {
      recheck(value);
      if (pair) recheck(deriv);
    }
  }

  const lead = backward && !product ? dy : x;
  let made: unknown;
  let also: unknown;
  if (out === undefined) {
    made = make(value, lead, shape, size);
    if (pair) {
      try {
        also = make(deriv, lead, square, jacobian ? sizeOf(square) : x.size);
      } catch (error) {
        dispose(made, lead);
        throw error;
      }
    }
  }
  if (slices > 0 && leftWidth > 0) {
    const outs = pair ? frame.both : frame.one;
    if (out !== undefined) hold(outs);
    try {
      if (own !== undefined) runBlocks(frame, definition, op, slices, 1, 1, false, backward || pair, pair);
      else if (
        x.kind === TENSOR &&
        value.kind === TENSOR &&
        (!backward || dy.kind === TENSOR) &&
        (!pair || deriv.kind === TENSOR)
      ) {
        const b = backward ? dy : pair ? deriv : undefined;
        // After a trap this makes another instance, which may have no memory for one of these.
        ready();
        if (isLost(x) || isLost(value) || (b && isLost(b))) noMemory(largest);
        if (!invoke(frame, definition, op, handleOf(x), b ? handleOf(b) : 0, handleOf(value), slices)) noMemory(largest);
      } else if (
        frame.cut !== undefined &&
        !mixed &&
        definition.form !== 'chain' &&
        isMovable(x) &&
        isMovable(value) &&
        (!backward || isMovable(dy)) &&
        (!pair || isMovable(deriv))
      ) {
        Object.assign(frame.cut, { slices, leftWidth, rightWidth } satisfies Cut);
      } else {
        runBlocks(frame, definition, op, slices, leftWidth, rightWidth, single, backward, pair);
      }
    } catch (error) {
      if (out === undefined) {
        dispose(made, lead);
        dispose(also, lead);
      }
      throw restored(error, outs);
    }
  }
  if (out !== undefined) return out;
  if (lead.kind === NUMBER) made = (made as Float64Array)[0];
  if (!pair) return made;
  return { value: made, deriv: lead.kind === NUMBER ? (also as Float64Array)[0] : also };
}

/** Calls a function of the caller's own. What it gives then stands for the elements of x, and f′ beside f for those of dy. */
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

/** Whether elements stay where they are while a call waits: wasm memory may grow or be given to another. */
const isMovable = ({ kind, array }: Operand): boolean =>
  kind !== NUMBER && kind !== TENSOR && (Array.isArray(array) || !isWasmMemory(array));

/** The units of a `linear` that holds one Jacobian for each row, or 1 where it has the same shape; refuses any other. */
function jacobianUnits(x: Operand, linear: Operand): number {
  const { shape } = x;
  if (sameShape(shape, linear.shape)) return 1;
  const units = shape[shape.length - 1];
  const jacobian = units === undefined ? shape : [...shape, units];
  if (units !== undefined && sameShape(jacobian, linear.shape)) return units;
  // Flat, with a flat Jacobian: one row.
  if (isFlat(x) && isFlat(linear) && units !== undefined && linear.size === units * units) return units;
  checkElements(x);
  checkElements(linear);
  // A number has no axis, so no Jacobian.
  const or = units === undefined ? '' : ` or ${describeShape(jacobian)}`;
  return misfit('dLinear', `the shape ${describeShape(shape)}${or}`, describeShape(linear.shape));
}

/** Reads a container to write a result to, and checks it against the result and the inputs. */
function readOut(
  frame: Frame,
  to: Operand,
  label: string,
  given: unknown,
  shape: readonly number[],
  size: number,
  inPlace: boolean,
  backward: boolean,
): void {
  readResult(to, label, given, shape, size);
  checkOverlap(to, frame.x, inPlace);
  if (backward) checkOverlap(to, frame.dy, inPlace);
}

/** Reads the elements of an operand in plain arrays: into the stage of its scratch buffer where one block holds all. */
function readPlain(from: Operand, scratch: Scratch, single: boolean): void {
  if (!from.plain) return;
  if (single) stage(from, scratch);
  else stageAll(from);
}

/** Holds an operand against what it was when it was read: code of the caller has run since. */
function recheck(of: Operand): void {
  if (of.kind !== NUMBER) reviveElements(of, true);
}

/**
 * Runs the kernel over `slices` slices: `leftWidth` elements each in the left buffer (x, the value), `rightWidth` in the right one (dy, or
 * the derivative). As many slices at a time as fit a block, at least one, so that memory does not grow with their number.
 */
export function runBlocks(
  frame: Frame,
  definition: Definition,
  op: Op,
  slices: number,
  leftWidth: number,
  rightWidth: number,
  single: boolean,
  backward: boolean,
  pair: boolean,
): void {
  const { space, x, dy, value, deriv } = frame;
  const { left, right } = space;
  const size = Math.max(leftWidth, rightWidth);
  const step = single ? slices : Math.max(1, Math.floor(BLOCK / size));
  const long = step * size > BLOCK;
  let done = !long || reserveBoth(space, leftWidth, rightWidth);
  // Making tensors, and long rows, may have made the memory grow, and views of it that the caller passed die with that.
  if (long || value.kind === TENSOR) reviveAll(frame, backward, pair);
  const pointwise = definition.form === 'pointwise';
  const mixed = pointwise && !backward && (isMixed(value) || (pair && isMixed(deriv)));
  for (let start = 0, n = 0; start < slices && done; start += n) {
    n = Math.min(step, slices - start);
    // Results of one type at a time, as the module is told what they are.
    if (mixed) n = countAlike(value, start, pair ? countAlike(deriv, start, n) : n);
    const rounded = pointwise ? roundedTo(op, typeAt(value, start), pair ? typeAt(deriv, start) : FLOAT64) : 0;
    // Where the module compares the results with x, it is better not overwritten.
    const result = (op === DERIV && definition.form === 'rows') || (rounded > 0 && !pair) ? right : left;
    const width = result === right ? rightWidth : leftWidth;
    readyFor(space);
    load(x, start * leftWidth, n * leftWidth, left);
    if (backward) load(dy, start * rightWidth, n * rightWidth, right);
    done = invoke(frame, definition, op, left.handle, right.handle, result.handle, n, rounded);
    if (!done) break;
    if (left.view.length === 0) {
      readyFor(space);
      reviveAll(frame, backward, pair);
    }
    store(value, start * width, n * width, result);
    if (pair) {
      readyFor(space);
      store(deriv, start * rightWidth, n * rightWidth, right);
    }
  }
  if (long) trim(space);
  if (!done) noMemory(size);
}

function reviveAll({ x, dy, value, deriv }: Frame, backward: boolean, pair: boolean): void {
  reviveElements(x, false);
  if (backward) reviveElements(dy, false);
  reviveElements(value, false);
  if (pair) reviveElements(deriv, false);
}
