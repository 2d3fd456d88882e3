// Labelled errors and the few tests of kind that everything else uses.
// A message says which argument, what was expected and what came; it is made only when a call fails.

import type { ErrorCode } from './types.js';

type ErrorClass = new (message: string, options?: ErrorOptions) => Error;

/** Throws an error of `Class` with `code`. @internal */
export function fail(Class: ErrorClass, code: ErrorCode, message: string, cause?: unknown): never {
  const error = cause === undefined ? new Class(message) : new Class(message, { cause });
  throw Object.assign(error, { code });
}

/** `"label" expected what, got …`: a `RangeError` where a number came that is not in range, else a `TypeError`. @internal */
export function expected(code: ErrorCode, label: string, what: string, got: unknown, hint = ''): never {
  const Class = typeof got === 'number' ? RangeError : TypeError;
  return fail(Class, code, `"${label}" expected ${what}, got ${describe(got)}${hint}`);
}

/** The same where a number is the wrong type too: always a `TypeError`. @internal */
export function wrongType(code: ErrorCode, label: string, what: string, got: unknown): never {
  return fail(TypeError, code, `"${label}" expected ${what}, got ${describe(got)}`);
}

/** The same for a shape that does not fit: always a `RangeError`, and `got` is already words. @internal */
export function misfit(label: string, what: string, got: string): never {
  return fail(RangeError, 'ERR_SHAPE', `"${label}" expected ${what}, got ${got}`);
}

/** For memory that JavaScript or wasm cannot give. @internal */
export function noMemory(count: number): never {
  return fail(RangeError, 'ERR_MEMORY', `memory for ${count} numbers cannot be had`);
}

/** What came, in a few words: `NaN`, `"1"`, `an Array`, `a Map`. @internal */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 32 ? `${value.slice(0, 32)}…` : value);
    case 'bigint':
      return `${value}n`;
    case 'number':
      return Object.is(value, -0) ? '-0' : `${value}`;
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
    default: {
      const name = Object.prototype.toString.call(value).slice(8, -1);
      return typeof value === 'object' && value ? `${/^[AIO]/.test(name) ? 'an' : 'a'} ${name}` : `${value}`;
    }
  }
}

/** `(2, 3)`, or `()` for a number. @internal */
export const describeShape = (shape: readonly number[]): string => `(${shape.join(', ')})`;

/**
 * A getter of all typed arrays: it works across realms, cannot be fooled by a subclass, and costs 3 ns (`instanceof` fails in
 * iframes, jsdom and vm; `Object.prototype.toString` costs 150 ns, the property `byteOffset` 12).
 */
function getter<T>(name: PropertyKey): (this: unknown) => T {
  return Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Float64Array.prototype), name)?.get as (this: unknown) => T;
}

const tagGetter = /* @__PURE__ */ getter<string | undefined>(Symbol.toStringTag);
const offsetGetter = /* @__PURE__ */ getter<number>('byteOffset');

/** `'Float64Array'` and so on for a typed array, `undefined` for anything else. @internal */
export const tag = (value: unknown): string | undefined => tagGetter.call(value);

/** The byte offset of a typed array. @internal */
export const offsetOf = (array: ArrayBufferView): number => offsetGetter.call(array);

/** @internal */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
