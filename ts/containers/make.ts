// New containers for results, of the same kind as the operand whose kind the result has (`lead`): makes the container and
// describes it in the operand that results are stored into.

import { noMemory } from '../errors.js';
import { type FloatArray, floatsLike, PLAIN, typeOfTyped } from '../typed.js';
import { ARRAY, type Elements, NESTED, type Operand, TYPED } from './operand.js';

/** In V8, more elements than this in one plain array end the process, not just the call. */
const MOST_IN_ARRAY = 2 ** 27 - 16;

/** A flat typed array of `size` results. */
function makeFlat(to: Operand, array: FloatArray, type: Operand['type'], size: number): FloatArray {
  to.kind = TYPED;
  to.type = type;
  to.array = array;
  to.size = to.run = to.length = size;
  to.start = 0;
  to.step = 1;
  to.plain = to.gaps = false;
  to.byteOffset = 0;
  return array;
}

/** A typed array for results, for an input of this type. */
export function makeTyped(to: Operand, type: Operand['type'], size: number): FloatArray {
  const array = floatsLike(type, size);
  return makeFlat(to, array, typeOfTyped(array), size);
}

/** V8 would make longer arrays as dictionaries. */
const MOST_AT_ONCE = 2 ** 24;

/**
 * A plain array for `size` results, of that length from the beginning: an array that grows is moved again and again, which would
 * take most of the time of a call.
 */
export function plainArray(size: number): unknown[] {
  if (size > MOST_IN_ARRAY) noMemory(size);
  return size > MOST_AT_ONCE ? [] : new Array(size);
}

/** A plain array that is filled as results are stored. */
export function makePlain(to: Operand, size: number): unknown[] {
  const array = plainArray(size);
  makeFlat(to, array as unknown as FloatArray, PLAIN, size);
  to.kind = ARRAY;
  to.plain = true;
  return array;
}

/** Nested arrays of this shape, whose innermost rows are of the same kinds as the rows of `lead`. */
export function makeNested(to: Operand, lead: Operand, shape: readonly number[], size: number): unknown[] {
  if (size > MOST_IN_ARRAY) noMemory(size);
  const { rows } = to;
  to.rowCount = 0;
  const run = shape[shape.length - 1] as number;
  const count = run > 0 ? size / run : 0;
  to.plain = to.typedRows = false;
  const walk = (depth: number): Elements => {
    if (depth === shape.length - 1) {
      const like = lead.rows[Math.floor((to.rowCount * lead.rowCount) / Math.max(count, 1))];
      const type = like === undefined || Array.isArray(like) ? PLAIN : typeOfTyped(like);
      const row: Elements = type === PLAIN ? plainArray(run) : floatsLike(type, run);
      if (type === PLAIN) to.plain = true;
      else to.typedRows = true;
      rows[to.rowCount] = row;
      to.rowOffsets[to.rowCount++] = type === PLAIN ? -1 : 0;
      return row;
    }
    const outer: unknown[] = [];
    const length = shape[depth] as number;
    for (let i = 0; i < length; i++) outer.push(walk(depth + 1));
    return outer;
  };
  const nested = walk(0) as unknown[];
  if (rows.length > to.rowCount) rows.length = to.rowOffsets.length = to.rowCount;
  to.kind = NESTED;
  to.size = size;
  to.run = run;
  to.start = 0;
  to.step = 1;
  to.gaps = false;
  return nested;
}

/** `numbers` as plain arrays nested by `shape`; with no dimension, the number itself. */
export function toNested(numbers: Float64Array, shape: readonly number[]): unknown {
  if (numbers.length > MOST_IN_ARRAY) noMemory(numbers.length);
  let at = 0;
  const walk = (dimension: number): unknown => {
    const count = shape[dimension] as number;
    const row = plainArray(count);
    // Two separate loops, for the reason given in element.ts.
    if (dimension < shape.length - 1) for (let i = 0; i < count; i++) row[i] = walk(dimension + 1);
    else for (let i = 0; i < count; i++) row[i] = numbers[at++];
    return row;
  };
  return shape.length === 0 ? numbers[0] : walk(0);
}
