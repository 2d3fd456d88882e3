// Options of functions along rows: elements to leave out, and several axes at once.

import { describe, expected, fail, isObject, wrongType } from '../errors.js';
import { tag } from '../typed.js';
import type { MoreOptions, Options, RowOptions } from './call-options.js';

const NOTHING_LEFT_OUT: RowOptions = { mask: undefined, causal: false, emptyIsZero: false, keepDims: false };

/** The options of a function along rows; `names` are those that it has. */
export const rowOptions = (...names: (keyof RowOptionNames)[]): MoreOptions => ({ names, read });

/** The names of the options. */
interface RowOptionNames {
  mask: unknown;
  causal: unknown;
  emptyRow: unknown;
  keepDims: unknown;
}

function read(to: Options, key: string, value: unknown): void {
  if (key === 'axis') {
    to.axes = readAxes(value);
    return;
  }
  const more = to.more ?? NOTHING_LEFT_OUT;
  if (key === 'mask') to.more = { ...more, mask: value };
  else if (key === 'causal') to.more = { ...more, causal: readFlag(key, value) };
  else if (key === 'keepDims') to.more = { ...more, keepDims: readFlag(key, value) };
  else to.more = { ...more, emptyIsZero: readEmptyRow(value) };
}

function readAxes(value: unknown): readonly number[] {
  const says = 'an integer or an array of integers';
  if (!isObject(value) || !(Array.isArray(value) || tag(value) !== undefined)) return wrongType('ERR_AXIS', 'axis', says, value);
  const axes: unknown[] = Array.from(value as ArrayLike<unknown>);
  if (axes.length === 0) fail(RangeError, 'ERR_AXIS', `"axis" expected ${says}, got an empty array`);
  for (const [i, axis] of axes.entries()) if (!Number.isInteger(axis)) expected('ERR_AXIS', `axis[${i}]`, 'an integer', axis);
  return Object.freeze(axes as number[]);
}

const readFlag = (key: string, value: unknown): boolean =>
  typeof value === 'boolean' ? value : wrongType('ERR_OPTION', key, 'true or false', value);

function readEmptyRow(value: unknown): boolean {
  if (value === 'zero' || value === 'nan') return value === 'zero';
  const says = '"nan" or "zero"';
  // Any other string is of the right type, but out of range.
  return typeof value === 'string'
    ? fail(RangeError, 'ERR_OPTION', `"emptyRow" expected ${says}, got ${describe(value)}`)
    : wrongType('ERR_OPTION', 'emptyRow', says, value);
}
