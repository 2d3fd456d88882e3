// Labelled errors: the message names the argument, what was expected and what was received. It is built only when a call fails.

import type { ErrorCode, NonlinError } from './types.js';

type ErrorClass = new (message: string, options?: ErrorOptions) => Error;

/** Makes an error of `Class` with a `code`. @internal */
export function labelled(Class: ErrorClass, code: ErrorCode, message: string, cause?: unknown): NonlinError {
  const error = cause === undefined ? new Class(message) : new Class(message, { cause });
  return Object.assign(error, { code });
}

/** Throws such an error. @internal */
export function fail(Class: ErrorClass, code: ErrorCode, message: string, cause?: unknown): never {
  throw labelled(Class, code, message, cause);
}

/**
 * Throws `"label" expected what, got …`: a `RangeError` if `got` is of the right `type` (by default a number) but out of range,
 * else a `TypeError`.
 * @internal
 */
export function expected(code: ErrorCode, label: string, what: string, got: unknown, hint = '', type = 'number'): never {
  const Class = typeof got === type ? RangeError : TypeError;
  return fail(Class, code, `"${label}" expected ${what}, got ${describe(got)}${hint}`);
}

/** The same where even a number is of the wrong type: always a `TypeError`. @internal */
export function wrongType(code: ErrorCode, label: string, what: string, got: unknown, hint = ''): never {
  return fail(TypeError, code, `"${label}" expected ${what}, got ${describe(got)}${hint}`);
}

/** The same for a shape that does not fit: always a `RangeError`, with `got` already in words. @internal */
export function misfit(label: string, what: string, got: string): never {
  return fail(RangeError, 'ERR_SHAPE', `"${label}" expected ${what}, got ${got}`);
}

/** For memory that neither JavaScript nor wasm can provide. @internal */
export function noMemory(count: number): never {
  return fail(RangeError, 'ERR_MEMORY', `not enough memory for ${count} numbers`);
}

/** Describes what was received in a few words: `NaN`, `"1"`, `an Array`, `a Map`. @internal */
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

/** @internal */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * Throws `"apha" is not an option of elu; did you mean "alpha"?`, or, where the name belongs in another argument, says which.
 * @internal
 */
export function refuseName(key: string, kind: string, names: readonly string[], meant?: string, place?: string): never {
  const guess = meant ?? nearest(key, names);
  const hint = place
    ? `it belongs in ${place}`
    : guess !== undefined
      ? `did you mean "${guess}"?`
      : names.length > 0
        ? `expected one of ${names.map((name) => `"${name}"`).join(', ')}`
        : 'it has none';
  fail(TypeError, 'ERR_OPTION', `"${key}" is not ${kind}; ${hint}`);
}

/** The name that someone who wrote `key` probably meant. @internal */
export function nearest(key: string, names: readonly string[]): string | undefined {
  const [near] = names
    .map((name) => ({ name, steps: distance(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps);
  return near && near.steps <= Math.max(1, key.length / 3) ? near.name : undefined;
}

/** Insertions, deletions and replacements from `a` to `b` (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from(b, (_, j) => j + 1);
  Array.from(a).forEach((letter, i) => {
    let left = i + 1;
    let corner = i;
    row = row.map((above, j) => {
      left = Math.min(above + 1, left + 1, corner + (letter === b[j] ? 0 : 1));
      corner = above;
      return left;
    });
  });
  return row[row.length - 1] ?? a.length;
}
