// From the definition of a function to the object that users call: value, deriv, deriv2, backward, valueAndDeriv, with.

import { BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, type Op, runScalar, VALUE, VALUE_AND_DERIV } from '../engine/kernels.js';
import { keysAmong } from '../keys.js';
import { PREPARE } from '../prepared.js';
import { evaluate } from './call.js';
import { callable } from './callable.js';
import type { Defaults, Definition } from './definition.js';
import { readSaved } from './options.js';
import { preparing } from './prepare.js';

/** The object that users call. Its type is the business of whoever defines the function. */
export function surface<F>(definition: Definition, defaults: Defaults): F {
  const { takesY } = definition;
  const call = (op: Op) => (x: unknown, options?: unknown) => {
    // A number in, a number out: the shortest way.
    if (typeof x === 'number' && options === undefined && definition.form === 'pointwise' && op !== VALUE_AND_DERIV) {
      return runScalar(definition.kernel, op, x, 0, defaults.values);
    }
    return evaluate(definition, defaults, op, x, undefined, options);
  };
  const f = call(VALUE);
  Object.defineProperty(f, Symbol.for(PREPARE), { value: preparing(definition, defaults) });
  if (definition.form !== 'rows' || definition.hasDeriv) {
    Object.assign(f, { deriv: call(DERIV), valueAndDeriv: call(VALUE_AND_DERIV) });
  }
  const methods = {
    ...(definition.form === 'pointwise' ? { deriv2: call(DERIV2) } : undefined),
    backward(dy: unknown, given: unknown, options?: unknown) {
      const key = keysAmong(given, 'x', 'y');
      const numbers = key === 1 ? (given as { x: unknown }).x : key === 2 && takesY ? (given as { y: unknown }).y : undefined;
      if (numbers === undefined) {
        const saved = readSaved(definition, given);
        return evaluate(definition, defaults, saved.fromY ? BACKWARD_Y : BACKWARD_X, saved.numbers, dy, options);
      }
      if (
        key === 1 &&
        typeof numbers === 'number' &&
        typeof dy === 'number' &&
        options === undefined &&
        definition.form === 'pointwise'
      ) {
        return runScalar(definition.kernel, BACKWARD_X, numbers, dy, defaults.values);
      }
      return evaluate(definition, defaults, key === 1 ? BACKWARD_X : BACKWARD_Y, numbers, dy, options);
    },
  };
  return callable<F>(definition, defaults, f, methods, (others) => surface(definition, others));
}
