// One call of a kernel for a definition.

import { type Op, runContraction, runPointwise, runProduct, runRows } from '../engine/kernels.js';
import type { Definition } from './definition.js';
import type { Frame } from './frame.js';

/** Runs the kernel on the buffers with these handles; false where it could not have the memory it needs. */
export function invoke(frame: Frame, definition: Definition, op: Op, a: number, b: number, out: number, slices: number): boolean {
  const { values, units, inner } = frame;
  if (definition.form === 'pointwise') {
    runPointwise(definition.kernel, op, a, b, out, slices, values);
    return true;
  }
  if (definition.form === 'rows') {
    const temperature = values.p0 ?? 1;
    return runRows(definition.kernel, op, a, b, out, slices, units, inner, temperature, definition.divides ? temperature : 1);
  }
  if (units > 1) return runContraction(a, b, out, slices, units);
  runProduct(a, b, out, slices);
  return true;
}
