// Chooses how a call is computed: by the shortest way that fits its arguments, otherwise by the general one, in blocks.ts. The
// arguments of a call are passed on one by one, as an object for them would be an allocation in each call.

import { sameShape } from '../containers/shape.js';
import { isShapeOf } from '../containers/strided.js';
import { Tensor } from '../containers/tensor.js';
import { isBackward, type Op } from '../engine/kernels.js';
import { readyFor } from '../engine/memory.js';
import { hasOnly, isSimple, keysAmong, type Simple } from '../keys.js';
import { tag } from '../typed.js';
import { compute } from './blocks.js';
import type { Defaults, Definition, PointwiseDefinition, RowsDefinition } from './definition.js';
import { enter, leave, level } from './frame.js';
import { readOptions } from './options.js';
import { INDIRECT, isDirect, isDirectRows, onDoubles, onTensorsInto, productOnDoubles, rowsOnDoubles } from './short/doubles.js';
import { onLowPrecision } from './short/low-precision.js';
import { onPlain } from './short/plain.js';

/** One call. `x` is what the kernel reads (x, or a saved y for BACKWARD_Y); `dy` is what backward multiplies by. */
export function evaluate(definition: Definition, defaults: Defaults, op: Op, x: unknown, dy: unknown, options: unknown): unknown {
  if (hasOnly(options, 'out')) {
    const { out } = options;
    const result = direct(definition, defaults, op, x, dy, out);
    return result === INDIRECT ? indirect(definition, defaults, op, x, dy, out) : result;
  }
  // Flat arrays of rows.
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

/**
 * A call with `out` as its only option that is none of the most frequent ones: a function of its own, so that the engine compiles
 * those together.
 */
function indirect(definition: Definition, defaults: Defaults, op: Op, x: unknown, dy: unknown, out: unknown): unknown {
  const result = onLowPrecision(definition, defaults, op, x, dy, out, undefined);
  return result === INDIRECT ? enterAndCompute(definition, defaults, op, x, dy, out, undefined) : result;
}

/** A call with `out` as its only option, depending on what x is. */
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
 * { data, shape } into { data, shape }: if the shapes agree, a call on their data. Each property is read once; a call that takes
 * the general way after all is given what has been read.
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
  const copyOfDy = dy && { data: factor, shape: factorShape };
  enterAndCompute(definition, defaults, op, { data, shape }, copyOfDy, { data: to, shape: toShape }, undefined);
  return out;
}

const isSame = (shape: readonly number[], other: unknown): boolean => Array.isArray(other) && sameShape(shape, other);

/** Every call that has no shorter way. `out` and `shape` are passed separately if they are the only options. */
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
    // This comes first: in calls deep inside others it allocates, and views that die from that are then noticed.
    if (entered > 1) readyFor(frame.space);
    readOptions(frame, definition, defaults, options);
    if (out !== undefined) frame.out = out;
    if (shape !== undefined) frame.shape = shape;
    return compute(frame, definition, op, x, dy);
  } finally {
    leave(frame, entered);
  }
}
