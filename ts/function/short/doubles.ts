// The shortest ways: calls of Float64Arrays or tensors into one, with nothing else to look at. No frame is entered, because no
// code of the caller runs. Anything out of the ordinary, including errors, is left to call.ts.

import { type Split, sameShape, split } from '../../containers/shape.js';
import { type Inner, insideOf, Tensor } from '../../containers/tensor.js';
import { copyIn, copyOut } from '../../engine/copy.js';
import {
  BACKWARD_X,
  BACKWARD_Y,
  DERIV,
  isBackward,
  type Op,
  type Pointwise,
  runPointwise,
  runProduct,
  runRows,
  VALUE_AND_DERIV,
  type Values,
} from '../../engine/kernels.js';
import { BLOCK, ready, readyFor, revive, type Storage, type Workspace, workspaceAt } from '../../engine/memory.js';
import { noMemory } from '../../errors.js';
import {
  bufferOf,
  type ElementType,
  FLOAT64,
  type FloatArray,
  type NumberArray,
  offsetOf,
  sizeOfTyped,
  tag,
} from '../../typed.js';
import type { Defaults, Definition, PointwiseDefinition, RowsDefinition } from '../definition.js';
import { level } from '../frame.js';
import { tellsFromY } from '../options.js';

/** Returned for a call that has to take the general way. */
export const INDIRECT: unique symbol = /* @__PURE__ */ Symbol();

/** Whether `onDoubles` can be used: not in a call two levels inside others, and not for what will be refused. */
export const isDirect = (definition: Definition, { values }: Defaults, op: Op): definition is PointwiseDefinition =>
  definition.form === 'pointwise' &&
  op !== VALUE_AND_DERIV &&
  (op !== BACKWARD_Y || tellsFromY(definition, values)) &&
  level() <= 1;

/** The same for `rowsOnDoubles`. */
export const isDirectRows = (definition: Definition, { axes }: Defaults, op: Op): definition is RowsDefinition =>
  definition.form === 'rows' &&
  !definition.reduces &&
  axes === undefined &&
  op !== VALUE_AND_DERIV &&
  op !== DERIV &&
  level() <= 1;

/** An element-wise function of `Float64Array`s into one, of at most a block: the call that training loops make. */
export const onDoubles = (kernel: Pointwise, op: Op, x: Float64Array, dy: unknown, out: unknown, values: Values): unknown =>
  isBackward(op)
    ? backwardOnDoubles(kernel, op, x, dy as Float64Array, out as Float64Array, values)
    : singleOnDoubles(kernel, op, x, out as Float64Array, values);

/** The product of two of them. */
export const productOnDoubles = (x: Float64Array, dy: unknown, out: unknown, values: Values): unknown =>
  backwardOnDoubles(undefined, BACKWARD_X, x, dy as Float64Array, out as Float64Array, values);

// Each of these functions contains all of its steps, so that the engine compiles it for `Float64Array`s only and makes no calls
// in between.

function singleOnDoubles(kernel: Pointwise, op: Op, x: Float64Array, out: Float64Array, values: Values): unknown {
  if (tag(out) !== 'Float64Array') return INDIRECT;
  const count = sizeOfTyped(x);
  const at = offsetOf(out);
  if (count === 0 || count > BLOCK || sizeOfTyped(out) !== count || partlyOverlaps(out, at, x, count)) return INDIRECT;
  const space = workspaceAt(level());
  const { left, right } = space;
  readyFor(space);
  copyIn(left, 0, x, FLOAT64, 0, count);
  runPointwise(kernel, op, left.handle, right.handle, left.handle, count, values);
  copyOut(left, 0, left.view.length > 0 ? out : relocated(space, out, at, count), FLOAT64, 0, count);
  return out;
}

function backwardOnDoubles(
  kernel: Pointwise | undefined,
  op: Op,
  x: Float64Array,
  dy: Float64Array,
  out: Float64Array,
  values: Values,
): unknown {
  if (tag(dy) !== 'Float64Array' || tag(out) !== 'Float64Array') return INDIRECT;
  const count = sizeOfTyped(x);
  const at = offsetOf(out);
  if (count === 0 || count > BLOCK || sizeOfTyped(out) !== count || sizeOfTyped(dy) !== count) return INDIRECT;
  if (partlyOverlaps(out, at, x, count) || partlyOverlaps(out, at, dy, count)) return INDIRECT;
  const space = workspaceAt(level());
  const { left, right } = space;
  readyFor(space);
  copyIn(left, 0, x, FLOAT64, 0, count);
  copyIn(right, 0, dy, FLOAT64, 0, count);
  if (kernel === undefined) runProduct(left.handle, right.handle, left.handle, count);
  else runPointwise(kernel, op, left.handle, right.handle, left.handle, count, values);
  copyOut(left, 0, left.view.length > 0 ? out : relocated(space, out, at, count), FLOAT64, 0, count);
  return out;
}

/** Kept, so that a call makes none. */
const parts: Split = { outer: 1, units: 1, inner: 1 };

/**
 * The same along rows, for one vector or for data whose shape has as many elements; also for arrays of other floats, of class
 * `name`. The arguments are separate because an object for them would be an allocation in each of these calls.
 */
export function rowsOnDoubles(
  { kernel, divides }: RowsDefinition,
  { axis, values }: Defaults,
  op: Op,
  x: FloatArray,
  given: unknown,
  out: unknown,
  shape: readonly number[] | undefined,
  name = 'Float64Array',
  type: ElementType = FLOAT64,
): unknown {
  const backward = isBackward(op);
  const dy = backward ? (given as FloatArray) : x;
  const to = out as FloatArray;
  if (tag(dy) !== name || tag(to) !== name) return INDIRECT;
  const count = sizeOfTyped(x);
  const at = offsetOf(to);
  if (count === 0 || count > BLOCK || sizeOfTyped(to) !== count || sizeOfTyped(dy) !== count) return INDIRECT;
  if (partlyOverlaps(to, at, x, count) || (backward && partlyOverlaps(to, at, dy, count))) return INDIRECT;
  const dimensions = shape === undefined ? 1 : shape.length;
  if (axis < -dimensions || axis >= dimensions) return INDIRECT;
  parts.outer = parts.inner = 1;
  parts.units = count;
  if (shape !== undefined) split(shape, axis, parts);
  const { outer, units, inner } = parts;
  const temperature = values.p0 ?? 1;
  const space = workspaceAt(level());
  const { left, right } = space;
  readyFor(space);
  copyIn(left, 0, x, type, 0, count);
  if (backward) copyIn(right, 0, dy, type, 0, count);
  const divisor = divides ? temperature : 1;
  if (!runRows(kernel, op, left.handle, right.handle, left.handle, outer, units, inner, temperature, divisor)) noMemory(count);
  copyOut(left, 0, left.view.length > 0 ? to : relocated(space, to, at, count), type, 0, count);
  return out;
}

/**
 * Whether an `out` that begins at byte `at` shares some of its memory with an input of the same length, but not all. `count` is
 * their length in f64, or more.
 */
export function partlyOverlaps(out: FloatArray, at: number, x: FloatArray, count: number): boolean {
  const gap = at - offsetOf(x);
  return gap !== 0 && gap < 8 * count && -gap < 8 * count && bufferOf(out) === bufferOf(x);
}

/**
 * An `out` after a kernel has made the memory grow: the scratch buffers get new views, and so does the `out` if it was a view of
 * that memory.
 */
function relocated<A extends FloatArray>(space: Workspace, out: A, at: number, count: number): A {
  readyFor(space);
  return revivedView(out, at, count);
}

/** The same for tensors into one. */
export function onTensorsInto(kernel: Pointwise, op: Op, given: Tensor, factor: unknown, out: Tensor, values: Values): unknown {
  const x = insideOf(given);
  const a = x && storageFor(x, x.shape);
  const to = x && storageFor(insideOf(out), x.shape);
  const backward = isBackward(op);
  const b = !backward ? a : x && factor instanceof Tensor ? storageFor(insideOf(factor), x.shape) : undefined;
  if (a === undefined || b === undefined || to === undefined || a.count === 0) return INDIRECT;
  // After a trap this makes a new instance, which may not have enough memory for one of these.
  ready();
  if (a.count < 0 || b.count < 0 || to.count < 0) return INDIRECT;
  runPointwise(kernel, op, a.handle, b.handle, to.handle, a.count, values);
  return out;
}

/** A typed array whose offset was noted; if it was a view of wasm memory that died with growth, it is made again. */
export const revivedView = <A extends NumberArray>(array: A, at: number, count: number): A =>
  sizeOfTyped(array) === count ? array : revive(tag(array), array, at, count);

/** The storage of a live tensor of this shape. */
export function storageFor(inner: Inner | undefined, shape: readonly number[]): Storage | undefined {
  const storage = inner?.storage;
  return storage === undefined || storage.count < 0 || (inner?.shape !== shape && !sameShape(inner?.shape ?? [], shape))
    ? undefined
    : storage;
}
