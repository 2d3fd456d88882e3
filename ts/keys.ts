// The keys of objects that programs pass again and again: options, saved values, { data, shape }.

import { isObject } from './errors.js';

// Half the time of Object.hasOwn. @internal
export const hasOwn = /* @__PURE__ */ (() => Object.prototype.hasOwnProperty)();

/**
 * Which of two names a plain object has as keys: 1, 2 or 3; 0 where it has others, or none. What calls in a loop pass is no more
 * than that, and is read in the shortest way.
 */
export function keysAmong(given: unknown, one: string, two: string): number {
  let seen = 0;
  if (!isObject(given) || Object.getPrototypeOf(given) !== Object.prototype) return seen;
  for (const key in given) {
    if (key !== one && key !== two) return 0;
    if (!hasOwn.call(given, key)) return 0;
    seen |= key === one ? 1 : 2;
  }
  return seen;
}
