// Options of a call beside those of its function.

import { nearest, refuseName } from '../errors.js';
import { hasOwn, refuseInherited } from '../keys.js';

/** The values of `names`, each read once, and the options without them: what is wrong with these is for the function to say. */
export function takeOut(options: object, f: unknown, names: readonly string[]): { values: unknown[]; rest: object } {
  refuseInherited(options, () => names);
  const { name, defaults } = f as { readonly name: string; readonly defaults: object };
  for (const key in options) {
    if (!hasOwn.call(options, key) || names.includes(key) || key in defaults) continue;
    // The function knows nothing of these.
    if (nearest(key, names) !== undefined) refuseName(key, `an option of a call of ${name}`, names);
  }
  if (!names.some((each) => hasOwn.call(options, each))) return { values: [], rest: options };
  const rest: Record<string, unknown> = Object.assign(Object.create(Object.getPrototypeOf(options)), options);
  const values = names.map((each) => {
    const value = hasOwn.call(rest, each) ? rest[each] : undefined;
    delete rest[each];
    return value;
  });
  return { values, rest };
}
