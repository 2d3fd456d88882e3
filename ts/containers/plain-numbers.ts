// Numbers in plain arrays: reading, writing and exchanging them, four at a time, which is faster. Every access may run code of
// the caller, because an array may have getters and setters, or be a proxy. If that code makes the wasm memory grow, the view of
// a scratch buffer dies, and a new one is made.

import { type Home, viewAt } from '../engine/memory.js';
import type { Held } from './operand.js';

// V8 stores an array with fractions as doubles, and an array of whole numbers as integers. The first loop ends at the first
// fraction, so that the second loop only ever sees arrays with fractions.

const isFraction = (value: number): boolean => value !== Math.trunc(value);

/**
 * Reads the numbers of an array from index `from` up to `end` into `into`, at an index larger by `shift`. With a `home`, `into`
 * is the view of a scratch buffer. Each element is read once. Returns where it stopped: at `end`, or at an element that is not a
 * number, which has been read.
 */
export function takeNumbers(
  array: readonly unknown[],
  from: number,
  end: number,
  into: Float64Array,
  shift: number,
  home?: Home,
): number {
  let to = into;
  for (let i = from; i < end; i++) {
    const element = array[i];
    // Because of the `return`, the engine knows that what follows is a number; otherwise each element costs ten times as much.
    if (typeof element !== 'number') return i;
    if (to.length === 0 && home !== undefined) to = viewAt(home);
    to[shift + i] = element;
    if (isFraction(element)) return takeFractions(array, i + 1, end, to, shift, home);
  }
  return end;
}

function takeFractions(
  array: readonly unknown[],
  from: number,
  end: number,
  into: Float64Array,
  shift: number,
  home: Home | undefined,
): number {
  let to = into;
  let i = from;
  for (; i + 3 < end; i += 4) {
    const a = array[i];
    if (typeof a !== 'number') return i;
    const b = array[i + 1];
    if (typeof b !== 'number') return i + 1;
    const c = array[i + 2];
    if (typeof c !== 'number') return i + 2;
    const d = array[i + 3];
    if (typeof d !== 'number') return i + 3;
    if (to.length === 0 && home !== undefined) to = viewAt(home);
    const at = shift + i;
    to[at] = a;
    to[at + 1] = b;
    to[at + 2] = c;
    to[at + 3] = d;
  }
  for (; i < end; i++) {
    const element = array[i];
    if (typeof element !== 'number') return i;
    if (to.length === 0 && home !== undefined) to = viewAt(home);
    to[shift + i] = element;
  }
  return end;
}

/** Writes the results from number `at` up to `end` into an array, starting at its element `start`. */
export function putNumbers(results: Float64Array, at: number, end: number, array: unknown[], start: number): void {
  const shift = start - at;
  let i = at;
  for (; i + 3 < end; i += 4) {
    const place = shift + i;
    array[place] = results[i];
    array[place + 1] = results[i + 1];
    array[place + 2] = results[i + 2];
    array[place + 3] = results[i + 3];
  }
  for (; i < end; i++) array[shift + i] = results[i];
}

/**
 * The same, keeping the overwritten numbers in `held`, in one pass. With a `home`, `given` is the view of a scratch buffer.
 * Returns where it stopped: at `end`, or at an element that is not a number, which is then still in place.
 */
export function exchangeNumbers(
  given: Float64Array,
  at: number,
  end: number,
  array: unknown[],
  start: number,
  held: Held,
  home?: Home,
): number {
  const { numbers } = held;
  const back = held.count - at;
  const shift = start - at;
  let results = given;
  let i = at;
  for (; i + 3 < end; i += 4) {
    const place = shift + i;
    const a = array[place];
    const b = array[place + 1];
    const c = array[place + 2];
    const d = array[place + 3];
    if (typeof a !== 'number' || typeof b !== 'number' || typeof c !== 'number' || typeof d !== 'number') break;
    if (results.length === 0 && home !== undefined) results = viewAt(home);
    const to = back + i;
    numbers[to] = a;
    numbers[to + 1] = b;
    numbers[to + 2] = c;
    numbers[to + 3] = d;
    held.count = to + 4;
    // All are read before the first is written, because writing may run code of the caller.
    const p = results[i];
    const q = results[i + 1];
    const r = results[i + 2];
    const s = results[i + 3];
    array[place] = p;
    array[place + 1] = q;
    array[place + 2] = r;
    array[place + 3] = s;
  }
  for (; i < end; i++) {
    const old = array[shift + i];
    if (typeof old !== 'number') return i;
    if (results.length === 0 && home !== undefined) results = viewAt(home);
    numbers[back + i] = old;
    held.count = back + i + 1;
    array[shift + i] = results[i];
  }
  return end;
}

/** Plain arrays of the same length. */
export type Rows = readonly (readonly unknown[])[];

/**
 * Reads the numbers of rows into the view of a scratch buffer; `first` is the very first one if it has already been read. Returns
 * where it stopped: at the end, or at an element that is not a number.
 */
export function takeRows(rows: Rows, run: number, first: unknown, to: Float64Array, home: Home | undefined): number {
  let from = 0;
  if (first !== undefined) {
    if (typeof first !== 'number') return 0;
    to[from++] = first;
  }
  for (let i = 0; i < rows.length; i++, from = 0) {
    const end = takeNumbers(rows[i] as readonly unknown[], from, run, to, i * run, home);
    if (end < run) return i * run + end;
  }
  return rows.length * run;
}

/** Exchanges the numbers of rows for results, which are the view of a scratch buffer; false if it stopped before the end. */
export function exchangeRows(
  results: Float64Array,
  rows: readonly unknown[][],
  run: number,
  held: Held,
  home: Home | undefined,
): boolean {
  for (let i = 0; i < rows.length; i++) {
    if (exchangeNumbers(results, i * run, (i + 1) * run, rows[i] as unknown[], 0, held, home) < (i + 1) * run) return false;
  }
  return true;
}
