// Masks say which elements of a container count. They are booleans, or 0 and 1, in a container of any kind that broadcasts to the
// shape of the masked one.

import { describeShape, expected, misfit, noMemory, wrongType } from '../errors.js';
import { INTEGER, type NumberArray } from '../typed.js';
import { arrayOf, hasFirst, place, startOf } from './elements.js';
import { type Elements, isFlat, NESTED, NUMBER, Operand } from './operand.js';
import { runStart, runsOf } from './runs.js';
import { readAny } from './tensor.js';

const SAYS = 'an array (typed, plain or nested), { data, shape } or a Tensor of booleans or of 0 and 1';

/** Reads a mask for `x`, but not yet its elements. A flat mask with as many elements as a flat x has the shape of x. */
export function readMask(given: unknown, x: Operand): Operand {
  const mask = new Operand();
  readAny(mask, 'mask', given, undefined, SAYS);
  if (mask.kind === NUMBER) wrongType('ERR_DTYPE', 'mask', SAYS, given);
  if (isFlat(mask) && isFlat(x) && mask.size === x.size) mask.shape = x.shape;
  const missing = x.shape.length - mask.shape.length;
  const fits = missing >= 0 && mask.shape.every((length, i) => length === 1 || length === x.shape[missing + i]);
  if (!fits) misfit('mask', `a shape that broadcasts to ${describeShape(x.shape)}`, describeShape(mask.shape));
  return mask;
}

/** Reads the elements of a mask: 1 for elements that count, else 0. */
export function gatherMask(mask: Operand): Uint8Array {
  const { type, run, step, size } = mask;
  const kept = bytes(size);
  if (type === INTEGER && isWhole(mask) && copyBytes(mask.array as NumberArray, kept)) return kept;
  const first = hasFirst(mask);
  for (let at = 0, row = 0; at < size; row++, at += run) {
    const array = arrayOf(mask, row);
    const skip = first && row === 0 ? 1 : 0;
    if (skip > 0) readRow(mask, [mask.first], 0, 1, kept, 0);
    readRow(mask, array, startOf(mask, row) + skip * step, run - skip, kept, at + skip);
  }
  return kept;
}

/**
 * Reads `count` elements of an array. A function of its own, so that the engine compiles one loop that sees few kinds of array.
 */
function readRow(mask: Operand, array: Elements, start: number, count: number, kept: Uint8Array, at: number): void {
  const { step } = mask;
  for (let i = 0, from = start; i < count; i++, from += step) {
    const value: unknown = array[from];
    // There is no branch on the value: with random masks it would be mispredicted half the time.
    if (typeof value === 'boolean') kept[at + i] = Number(value === true);
    else if (value === 0 || value === 1) kept[at + i] = value;
    else expected('ERR_DTYPE', `mask${place(mask.shape, at + i)}`, 'true, false, 0 or 1', value);
  }
}

/** Whether the elements are exactly those of one array. */
const isWhole = ({ kind, gaps, size, length }: Operand): boolean => kind !== NESTED && !gaps && size === length;

/** Copies a mask of bytes at once; false if its elements are wider, or not all 0 and 1. */
function copyBytes(array: NumberArray, kept: Uint8Array): boolean {
  if (array.BYTES_PER_ELEMENT > 1) return false;
  kept.set(array);
  const words = new Uint32Array(kept.buffer);
  let all = 0;
  for (let i = 0; i < words.length; i++) all |= words[i] as number;
  return (all & 0xfefefefe) === 0;
}

/** An array of at least `count` bytes, rounded up to whole words of four. */
function bytes(count: number): Uint8Array {
  try {
    return new Uint8Array(4 * Math.ceil(count / 4));
  } catch {
    return noMemory(count);
  }
}

/**
 * Writes `value` in place of the elements that do not count, into a view of `count` elements starting with number `first`: whole
 * rows.
 */
export type Fill = (view: Float64Array, first: number, count: number, value: number) => void;

/**
 * The `Fill` of a mask with elements `kept` and shape `own`, for elements of another shape whose axes are taken in the order of
 * `axes`.
 */
export function fillMasked(kept: Uint8Array, own: readonly number[], axes: readonly number[], shape: readonly number[]): Fill {
  // The distance in the mask between neighbours along each axis of x: 0 where the mask is broadcast.
  const missing = shape.length - own.length;
  const apart = shape.map(() => 0);
  for (let i = own.length, dense = 1; i-- > 0; ) {
    if ((own[i] as number) > 1) apart[missing + i] = dense;
    dense *= own[i] as number;
  }
  const runs = runsOf(
    axes.map((axis) => shape[axis] as number),
    axes.map((axis) => apart[axis] as number),
  );
  const last = runs.lengths.length - 1;
  const run = runs.lengths[last] as number;
  const step = runs.strides[last] as number;
  return (view, first, count, value) => {
    let row = Math.floor(first / run);
    let skip = first - row * run;
    for (let at = 0; at < count; ) {
      const n = Math.min(run - skip, count - at, MOST_PLACES);
      const places = findDropped(kept, runStart(runs, row) + skip * step, step, n);
      for (let i = 0; i < places; i++) view[at + (dropped[i] as number)] = value;
      at += n;
      skip += n;
      if (skip < run) continue;
      skip = 0;
      row++;
    }
  };
}

const MOST_PLACES = 512;

/** The positions of the elements that do not count, filled by `findDropped`. */
const dropped = /* @__PURE__ */ new Uint16Array(MOST_PLACES);

/**
 * Finds these positions among `count` elements and returns their number: without a branch, which a random mask would make
 * mispredicted half the time.
 */
function findDropped(kept: Uint8Array, start: number, step: number, count: number): number {
  let found = 0;
  for (let i = 0; i < count; i++) {
    dropped[found] = i;
    found += 1 - (kept[start + i * step] as number);
  }
  return found;
}

/** The mask of causal attention: of `queries` rows with `keys` elements each, row r keeps the first r + 1. */
export function fillCausal(queries: number, keys: number): Fill {
  return (view, first, count, value) => {
    for (let at = 0; at < count; at += keys) {
      const query = ((first + at) / keys) % queries;
      view.fill(value, at + Math.min(query + 1, keys), at + keys);
    }
  };
}
