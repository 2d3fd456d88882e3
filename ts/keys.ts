// The keys of objects that programs pass again and again: options, saved values, { data, shape }. The functions here ask, in the
// shortest way for each, whether such an object has exactly its usual keys; for any other object the answer is no, and the caller
// examines it.

import { fail, isObject, refuseName, wrongType } from './errors.js';
import { tag } from './typed.js';

// Takes half the time of Object.hasOwn.
export const hasOwn = /* @__PURE__ */ (() => Object.prototype.hasOwnProperty)();

/** Whether this can be an object of options, or another object whose parts have names. @internal */
export const isNamed = (given: unknown): given is object => isObject(given) && !Array.isArray(given) && tag(given) === undefined;

/** The property of an object by this name, its own or its class's; properties of `Object.prototype` never count. @internal */
export function fieldOf(of: object, name: string): unknown {
  for (let at: unknown = of; isObject(at); at = Object.getPrototypeOf(at))
    if (hasOwn.call(at, name)) return at === Object.prototype ? undefined : (of as Record<string, unknown>)[name];
  return undefined;
}

/**
 * Refuses a name that the object inherits from a class or another prototype, as it would otherwise be ignored. Properties of
 * `Object.prototype` never count.
 * @internal
 */
export function refuseInherited(given: object, names: () => readonly string[], what = 'the options'): void {
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null) return;
  for (const name of names()) {
    if (name in given && !hasOwn.call(given, name) && !(name in Object.prototype)) {
      fail(TypeError, 'ERR_OPTION', `"${name}" expected an own property of ${what}, got an inherited one`);
    }
  }
}

/**
 * The values of the own keys in the order of `names`, each read once. Any other key is refused: it is not `kind`, and those in
 * `options` belong in the options.
 * @internal
 */
export function readKeys(
  given: object,
  kind: string,
  names: readonly string[],
  what?: string,
  options?: readonly string[],
): unknown[] {
  refuseInherited(given, () => names, what);
  const values: unknown[] = names.map(() => undefined);
  for (const key in given) {
    if (!hasOwn.call(given, key)) continue;
    const at = names.indexOf(key);
    if (at < 0) refuseName(key, kind, names, undefined, options?.includes(key) ? 'the options, the third argument' : undefined);
    values[at] = (given as Record<string, unknown>)[key];
  }
  return values;
}

/** The options of a function that has no hyperparameters. @internal */
export const readPlainOptions = (given: unknown, name: string, names: readonly string[]): unknown[] =>
  isNamed(given) ? readKeys(given, `an option of ${name}`, names) : wrongType('ERR_OPTION', 'options', 'an object', given);

// Only own keys count. An object is plain if its constructor is Object; asking for its prototype instead would be a call of 6 ns.
// Inside a for-in loop engines know which keys are own, and `hasOwn` costs nothing.

/** Whether a plain object has the key `name` and no other: options and inputs, as programs pass them in loops. */
export function hasOnly<Name extends string>(given: unknown, name: Name): given is { readonly [Key in Name]: unknown } {
  if (!isObject(given) || given.constructor !== Object) return false;
  let seen = false;
  for (const key in given) {
    if (key !== name || !hasOwn.call(given, key)) return false;
    seen = true;
  }
  return seen;
}

/** The one key that a plain object has; empty where there is none, undefined where there are more. */
export function onlyKey(given: unknown): string | undefined {
  if (!isObject(given) || given.constructor !== Object) return undefined;
  let only = '';
  for (const key in given) {
    if (only !== '' || key === '' || !hasOwn.call(given, key)) return undefined;
    only = key;
  }
  return only;
}

/** Data with a shape and no other key, which is what most programs pass: other names need not be looked for. */
export interface Simple {
  readonly data: unknown;
  readonly shape: unknown;
}

export function isSimple(given: unknown): given is Simple {
  if (!isObject(given) || given.constructor !== Object) return false;
  let seen = 0;
  for (const key in given) {
    if (!hasOwn.call(given, key)) return false;
    if (key === 'data') seen |= 1;
    else if (key === 'shape') seen |= 2;
    else return false;
  }
  return seen === 3;
}

/**
 * Which of two names a plain object has as keys: 1, 2, or 3 for both; 0 if it has any other key, or none. Objects that programs
 * pass in loops have no other keys, and are read in the shortest way.
 */
export function keysAmong(given: unknown, one: string, two: string): number {
  let seen = 0;
  if (!isObject(given) || given.constructor !== Object) return seen;
  for (const key in given) {
    if (key !== one && key !== two) return 0;
    if (!hasOwn.call(given, key)) return 0;
    seen |= key === one ? 1 : 2;
  }
  return seen;
}
