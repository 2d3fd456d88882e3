// The object that users call, whatever it computes: its name, its defaults, its methods and `with`.

import { type Defaults, namedDefaults, type Signature } from './definition.js';
import { readWith } from './options.js';

/** `value` as a function of the package; `remake`, where it has `with`, makes the same function with other defaults. */
export function callable<F>(
  signature: Signature,
  defaults: Defaults,
  value: object,
  methods: object,
  remake?: (defaults: Defaults) => F,
): F {
  Object.defineProperty(value, 'name', { value: signature.name, configurable: true });
  // Everyone who imports the function has this very object.
  return Object.freeze(
    Object.assign(value, methods, {
      ...(remake && { with: (values: unknown) => remake(readWith(signature, defaults, values)) }),
      defaults: namedDefaults(signature, defaults),
    }),
  ) as F;
}
