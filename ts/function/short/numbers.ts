// Single numbers: without memory and without a frame, even with one hyperparameter. Anything out of the ordinary is left to
// call.ts.

import { BACKWARD_Y, type Op, Values } from '../../engine/kernels.js';
import { onlyKey } from '../../keys.js';
import type { SingleDefinition } from '../definition.js';
import { invokeOnNumber } from '../invoke.js';
import { checkFromY, valuesWith } from '../options.js';
import { INDIRECT } from './doubles.js';

/** One operation on one number; `dy` is 0 if there is none. */
export function onNumber(
  definition: SingleDefinition,
  defaults: Values,
  op: Op,
  x: number,
  dy: number,
  options: unknown,
): unknown {
  const values = options === undefined ? defaults : valuesIn(definition, defaults, options);
  if (values === undefined) return INDIRECT;
  if (op === BACKWARD_Y) checkFromY(definition, values);
  return invokeOnNumber(definition, op, x, dy, values);
}

/** The hyperparameters of a call with these options; undefined if the options are anything else. */
function valuesIn(definition: SingleDefinition, defaults: Values, options: unknown): Values | undefined {
  const key = onlyKey(options);
  if (key === '') return defaults;
  if (key === undefined) return undefined;
  return definition.form === 'own' ? undefined : valuesWith(definition, defaults, key, options as object, own);
}

/**
 * Kept, so that a call allocates none. No code of the caller runs while it is in use; that of an own activation would, so it is
 * not used there.
 */
const own = /* @__PURE__ */ new Values();
