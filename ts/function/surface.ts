// Turns the definition of a function into the object that users call: value, deriv, deriv2, backward, valueAndDeriv, with.

import { BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, type Op, VALUE, VALUE_AND_DERIV } from '../engine/kernels.js';
import { hasOnly, keysAmong } from '../keys.js';
import { PREPARE } from '../prepared.js';
import { evaluate } from './call.js';
import { callable } from './callable.js';
import { type Defaults, type Definition, hasDeriv2, isSingle } from './definition.js';
import { invokeScalar } from './invoke.js';
import { readSaved } from './options.js';
import { preparing } from './prepare.js';
import { INDIRECT } from './short/doubles.js';
import { onNumber } from './short/numbers.js';

/** The inside of a function, for functions that are made of it. */
export interface Inside {
  readonly definition: Definition;
  readonly defaults: Defaults;
}

const insides = /* @__PURE__ */ new WeakMap<object, Inside>();

/** The inside of a function of this package; undefined for any other. */
export const insideOf = (f: unknown): Inside | undefined => insides.get(f as object);

/** The object that users call. Whoever defines the function chooses its type. */
export function surface<F>(definition: Definition, defaults: Defaults): F {
  const { takesY } = definition;
  const call = (op: Op) => (x: unknown, options?: unknown) => {
    // A number in, a number out: this takes the shortest way.
    if (typeof x === 'number' && isSingle(definition)) {
      if (options === undefined && op !== VALUE_AND_DERIV) return invokeScalar(definition, op, x, 0, defaults.values);
      const result = onNumber(definition, defaults.values, op, x, 0, options);
      if (result !== INDIRECT) return result;
    }
    return evaluate(definition, defaults, op, x, undefined, options);
  };
  const f = call(VALUE);
  insides.set(f, { definition, defaults });
  Object.defineProperty(f, Symbol.for(PREPARE), { value: preparing(definition, defaults) });
  if (definition.form !== 'rows' || definition.hasDeriv) {
    Object.assign(f, { deriv: call(DERIV), valueAndDeriv: call(VALUE_AND_DERIV) });
  }
  const methods = {
    ...(hasDeriv2(definition) ? { deriv2: call(DERIV2) } : undefined),
    backward(dy: unknown, given: unknown, options?: unknown) {
      const x = hasOnly(given, 'x') ? given.x : undefined;
      if (x === undefined) {
        const y = takesY && keysAmong(given, 'y', 'y') === 1 ? (given as { y: unknown }).y : undefined;
        if (typeof y === 'number' && typeof dy === 'number' && isSingle(definition)) {
          const result = onNumber(definition, defaults.values, BACKWARD_Y, y, dy, options);
          if (result !== INDIRECT) return result;
        }
        if (y !== undefined) return evaluate(definition, defaults, BACKWARD_Y, y, dy, options);
        const { fromY, numbers } = readSaved(definition, given);
        return evaluate(definition, defaults, fromY ? BACKWARD_Y : BACKWARD_X, numbers, dy, options);
      }
      if (typeof x === 'number' && typeof dy === 'number' && isSingle(definition)) {
        if (options === undefined) return invokeScalar(definition, BACKWARD_X, x, dy, defaults.values);
        const result = onNumber(definition, defaults.values, BACKWARD_X, x, dy, options);
        if (result !== INDIRECT) return result;
      }
      return evaluate(definition, defaults, BACKWARD_X, x, dy, options);
    },
  };
  return callable<F>(definition, defaults, f, methods, (others) => surface(definition, others));
}
