// One call of a kernel for a definition.

import {
  BACKWARD_X,
  DERIV,
  type Op,
  runContraction,
  runPointwise,
  runProduct,
  runRows,
  runScalar,
  VALUE,
  VALUE_AND_DERIV,
  type Values,
} from '../engine/kernels.js';
import type { Definition, SingleDefinition } from './definition.js';
import type { Frame } from './frame.js';

/**
 * Runs the kernel on the buffers with these handles; false if there is not enough memory. `rounded` is what `roundedTo` returned
 * for the results, which only element-wise functions look at. The arguments are separate because every call on flat arrays and
 * tensors passes here: an object for them would be an allocation in each.
 */
export function invoke(
  frame: Frame,
  definition: Definition,
  op: Op,
  a: number,
  b: number,
  out: number,
  slices: number,
  rounded = 0,
): boolean {
  const { values, units, inner } = frame;
  if (definition.form === 'pointwise') return runPointwise(definition.kernel, op + rounded, a, b, out, slices, values);
  if (definition.form === 'rows') {
    const temperature = values.p0 ?? 1;
    return runRows(definition.kernel, op, a, b, out, slices, units, inner, temperature, definition.divides ? temperature : 1);
  }
  if (definition.form === 'chain') {
    definition.run(op, a, b, out, slices);
    return true;
  }
  if (definition.form === 'own') {
    // The results of the caller's function are there already: f′ in place of x.
    if (op === BACKWARD_X) runProduct(a, b, out, slices);
    return true;
  }
  if (units > 1) return runContraction(definition.kernel, a, b, out, slices, units);
  runProduct(a, b, out, slices);
  return true;
}

/** One operation on one number, without memory. */
export const invokeScalar = (definition: SingleDefinition, op: Op, x: number, dy: number, values: Values): number =>
  definition.form === 'pointwise' ? runScalar(definition.kernel, op, x, dy, values) : definition.scalar(op, x, dy, values);

/** The same; for VALUE_AND_DERIV it returns both. */
export const invokeOnNumber = (definition: SingleDefinition, op: Op, x: number, dy: number, values: Values): unknown =>
  op === VALUE_AND_DERIV
    ? { value: invokeScalar(definition, VALUE, x, 0, values), deriv: invokeScalar(definition, DERIV, x, 0, values) }
    : invokeScalar(definition, op, x, dy, values);
