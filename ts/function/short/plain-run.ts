// The part that flat and nested plain arrays have in common: running the kernel on numbers that were read straight into the
// scratch buffers.

import { split } from '../../containers/shape.js';
import { holdAll, storeRuns } from '../../containers/store.js';
import { type Op, runPointwise } from '../../engine/kernels.js';
import { type Home, readyFor, viewAt } from '../../engine/memory.js';
import { noMemory } from '../../errors.js';
import { floats } from '../../typed.js';
import type { Defaults, PlainDefinition } from '../definition.js';
import type { Frame } from '../frame.js';
import { invoke } from '../invoke.js';

/**
 * Runs a kernel on the numbers in the scratch buffers, which were at `home` and `homeOfDy` when they were read. The results are
 * in the left buffer. The arguments are separate, as an object for them would be an allocation in each call.
 */
export function compute(
  frame: Frame,
  definition: PlainDefinition,
  { axis, values }: Defaults,
  op: Op,
  shape: readonly number[],
  count: number,
  home: Home | undefined,
  homeOfDy: Home | undefined,
): void {
  const { space } = frame;
  const { left, right } = space;
  readyFor(space);
  if (left.home !== home) {
    // Code of the caller made the memory grow, or lost the instance.
    left.view.set(contents(home, count));
    right.view.set(contents(homeOfDy, count));
  }
  if (definition.form === 'pointwise') {
    runPointwise(definition.kernel, op, left.handle, right.handle, left.handle, count, values);
  } else {
    frame.values = values;
    frame.outer = count;
    frame.units = frame.inner = 1;
    if (definition.form === 'rows') split(shape, axis, frame);
    if (!invoke(frame, definition, op, left.handle, right.handle, left.handle, frame.outer)) noMemory(count);
  }
  readyFor(space);
}

const contents = (home: Home | undefined, count: number): Float64Array => (home ? viewAt(home).slice(0, count) : floats(0));

/** Writes the results to an `out` in which something other than a number is overwritten. */
export function replaceAll({ value, space }: Frame, home: Home | undefined, count: number): void {
  const results = contents(home, count);
  holdAll(value);
  storeRuns(value, 0, count, space.left, results);
}
