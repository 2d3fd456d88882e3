// The object that users call, whatever it computes: with its name, its defaults, its methods and `with`.

import { type Defaults, namedDefaults, type Signature } from './definition.js';
import { readWith } from './options.js';

/**
 * Turns `value` into a function of the package. `remake`, for functions that have `with`, makes the same function with other
 * defaults.
 */
export function callable<F>(
  signature: Signature,
  defaults: Defaults,
  value: object,
  methods: object,
  remake?: (defaults: Defaults) => F,
): F {
  Object.defineProperty(value, 'name', { value: signature.name, configurable: true });
  // Frozen, because everyone who imports the function shares this object.
  return Object.freeze(
    Object.assign(value, methods, {
      ...(remake && { with: (values: unknown) => remake(readWith(signature, defaults, values)) }),
      defaults: namedDefaults(signature, defaults),
    }),
  ) as F;
}
