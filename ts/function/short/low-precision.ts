// The shortest way for `Float32Array`s into one, or `Float16Array`s, of any size for element-wise functions. No code of the
// caller runs. Anything out of the ordinary, including errors, is left to call.ts.

import { isShapeOf } from '../../containers/strided.js';
import { copyIn, copyOut, copyPacked, copyPackedOut } from '../../engine/copy.js';
import { BACKWARD_X, isBackward, type Op, PACKED, roundedTo, runPointwise, VALUE } from '../../engine/kernels.js';
import { BLOCK, readyFor, workspaceAt } from '../../engine/memory.js';
import { elementType, FLOAT16, FLOAT32, FLOAT64, offsetOf, sizeOfTyped, tag } from '../../typed.js';
import type { Defaults, Definition } from '../definition.js';
import { level } from '../frame.js';
import { INDIRECT, isDirect, isDirectRows, partlyOverlaps, revivedView, rowsOnDoubles } from './doubles.js';

/** Elements in a block: twice this many f64 fit into the fastest cache. */
const STEP = BLOCK / 2;

/** Up to this many elements, a loop converts faster than `set` copies. */
const FEW = 16;

/** The types say f32 where it may be f16: nothing here depends on the difference. */
export function onLowPrecision(
  definition: Definition,
  defaults: Defaults,
  op: Op,
  given: unknown,
  factor: unknown,
  out: unknown,
  shape: unknown,
): unknown {
  const name = tag(given);
  const type = name === undefined ? undefined : elementType(name);
  if (type !== FLOAT32 && type !== FLOAT16) return INDIRECT;
  let x = given as Float32Array;
  if (isDirectRows(definition, defaults, op)) {
    return shape === undefined || isShapeOf(shape, x, name)
      ? rowsOnDoubles(definition, defaults, op, x, factor, out, shape, name, type)
      : INDIRECT;
  }
  const backward = isBackward(op);
  let dy = backward ? (factor as Float32Array) : x;
  let to = out as Float32Array;
  if (!isDirect(definition, defaults, op) || tag(to) !== name || tag(dy) !== name) return INDIRECT;
  const count = sizeOfTyped(x);
  if (count === 0 || sizeOfTyped(to) !== count || sizeOfTyped(dy) !== count) return INDIRECT;
  const at = offsetOf(to);
  const xAt = offsetOf(x);
  const dyAt = offsetOf(dy);
  const doubles = type === FLOAT32 ? count / 2 : count / 4;
  if (partlyOverlaps(to, at, x, doubles) || partlyOverlaps(to, at, dy, doubles)) return INDIRECT;
  const { kernel } = definition;
  const { values } = defaults;
  const space = workspaceAt(level());
  const { left, right } = space;
  readyFor(space);
  const packed =
    type === FLOAT32 &&
    count > FEW &&
    (op === VALUE || op === BACKWARD_X) &&
    (kernel.packed ??= runPointwise(kernel, PACKED, left.handle, left.handle, left.handle, 0, values));
  const asked = op + (packed ? PACKED : roundedTo(op, type, FLOAT64));
  const result = backward || packed ? left : right;
  for (let start = 0; start < count; start += STEP) {
    const n = Math.min(STEP, count - start);
    if (packed) {
      copyPacked(left, x, type, start, n);
      if (backward) copyPacked(right, dy, type, start, n);
    } else {
      copyIn(left, 0, x, type, start, n);
      if (backward) copyIn(right, 0, dy, type, start, n);
    }
    // Results to be rounded do not overwrite x, which the module compares them with; so the kernel needs no more memory, and
    // cannot fail.
    runPointwise(kernel, asked, left.handle, right.handle, result.handle, n, values);
    if (left.view.length === 0) {
      readyFor(space);
      x = revivedView(x, xAt, count);
      dy = revivedView(dy, dyAt, count);
      to = revivedView(to, at, count);
    }
    if (packed) copyPackedOut(result, to, type, start, n);
    else copyOut(result, 0, to, type, start, n);
  }
  return out;
}
