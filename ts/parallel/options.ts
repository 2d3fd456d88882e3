// The arguments of a pool call: its function, and the options that are not those of the function.

import { fail, nearest, refuseName, wrongType } from '../errors.js';
import { hasOwn, refuseInherited } from '../keys.js';
import { type Method, PREPARE, type Preparing } from '../prepared.js';

/** The interface that a function offers to pools; the function must have this method. */
export function preparingOf(f: unknown, method: Method): Preparing {
  const preparing =
    typeof f === 'function' ? (f as unknown as Record<symbol, Preparing | undefined>)[Symbol.for(PREPARE)] : undefined;
  if (!preparing) {
    // Gated units, cells and losses take more than x, or their results are not like x.
    if (typeof f === 'function' && 'defaults' in f)
      fail(TypeError, 'ERR_OPTION', `"f" expected a function that a pool can compute, got ${f.name}; call ${f.name} directly`);
    return wrongType('ERR_OPTION', 'f', 'an activation function of nonlin', f);
  }
  const { name } = f as { readonly name: string };
  if (method !== 'value' && !(method in (f as object)))
    fail(TypeError, 'ERR_OPTION', `"f" expected a function with ${method}, got ${name}`);
  return preparing;
}

/**
 * The values of the options `names`, each read once, and the other options without them. What is wrong with those is left for the
 * function to report.
 */
export function takeOut(options: object, f: unknown, names: readonly string[]): { values: unknown[]; rest: object } {
  refuseInherited(options, () => names);
  const { name, defaults } = f as { readonly name: string; readonly defaults: object };
  for (const key in options) {
    if (!hasOwn.call(options, key) || names.includes(key) || key in defaults) continue;
    // The function would not suggest these names.
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
