// Results, on their way from a scratch buffer into containers of the caller. Writing to plain arrays may run code of the caller
// that makes the wasm memory grow or be lost, so the results are copied out of it first. Writing may also fail in the middle, so
// overwritten elements are kept.

import { copyOut, stageResults } from '../engine/copy.js';
import { BLOCK, type Scratch, type Storage, storageView } from '../engine/memory.js';
import { FLOAT64, type FloatArray, type NumberArray, typeOfTyped } from '../typed.js';
import { arrayOf, startOf } from './elements.js';
import { type Held, NESTED, type Operand, TENSOR } from './operand.js';
import { exchangeNumbers, putNumbers } from './plain-numbers.js';

/** Copies `count` results from the beginning of a scratch buffer into `to`, starting at element number `first`. */
export function store(to: Operand, first: number, count: number, scratch: Scratch): void {
  if (to.kind === TENSOR) {
    const elements = storageView(to.storage as Storage);
    if (to.held.active) holdTyped(to.held, elements, first, 1, count);
    copyOut(scratch, 0, elements, FLOAT64, first, count);
  } else if (to.plain) {
    for (let done = 0; done < count; done += BLOCK) {
      const n = Math.min(BLOCK, count - done);
      storeRuns(to, first + done, n, scratch, stageResults(scratch, done, n));
    }
  } else {
    storeRuns(to, first, count, scratch, undefined);
  }
}

/**
 * Writes results run by run. If some elements are in plain arrays, `taken` holds the results, copied out of the scratch buffer.
 */
export function storeRuns(to: Operand, first: number, count: number, scratch: Scratch, taken: Float64Array | undefined): void {
  const { run, step } = to;
  let row = Math.floor(first / run);
  let skip = first - row * run;
  for (let at = 0; at < count; row++, skip = 0) {
    const n = Math.min(run - skip, count - at);
    const array = arrayOf(to, row);
    const start = startOf(to, row) + skip * step;
    if (Array.isArray(array)) storePlain(to, array, start, taken as Float64Array, at, at + n);
    else storeTyped(to, array as FloatArray, start, n, scratch, at, taken);
    at += n;
  }
}

function storeTyped(
  to: Operand,
  array: FloatArray,
  start: number,
  count: number,
  scratch: Scratch,
  at: number,
  taken: Float64Array | undefined,
): void {
  const { step, held } = to;
  if (held.active) holdTyped(held, array, start, step, count);
  if (step === 1 && taken === undefined) {
    return copyOut(scratch, at, array, to.kind === NESTED ? typeOfTyped(array) : to.type, start, count);
  }
  const results = taken ?? scratch.view;
  for (let i = 0; i < count; i++) array[start + i * step] = results[at + i] as number;
}

function storePlain(to: Operand, array: unknown[], start: number, results: Float64Array, at: number, end: number): void {
  const { step, held } = to;
  let done = at;
  if (held.active && held.others === undefined) {
    if (step === 1) done = exchangeNumbers(results, at, end, array, start, held);
    if (done === end) return;
    holdAll(to);
  }
  if (step === 1) return putNumbers(results, done, end, array, start + done - at);
  for (let i = at, place = start; i < end; i++, place += step) array[place] = results[i];
}

/**
 * Keeps the elements of a typed array that are about to be overwritten: the call may also write to plain arrays, which may
 * refuse.
 */
function holdTyped(held: Held, array: NumberArray, start: number, step: number, count: number): void {
  if (held.others !== undefined) return;
  for (let i = 0; i < count; i++) held.numbers[held.count + i] = array[start + i * step] as number;
  held.count += count;
}

/** Keeps all elements, with holes as holes: called when something other than a number is about to be overwritten. */
export function holdAll(to: Operand): void {
  const { held, run, size, step } = to;
  const all: unknown[] = [];
  for (let at = 0, row = 0; at < size; row++, at += run) {
    const array = arrayOf(to, row);
    for (let i = 0, place = startOf(to, row); i < run; i++, place += step) {
      if (at + i < held.count) all.push(held.numbers[at + i]);
      else if (place in array) all.push(array[place]);
      else all.length++;
    }
  }
  held.others = all;
}

/**
 * Whether a plain array is certainly not frozen, found out by writing its element `element` back, which takes a tenth of the time
 * of `Object.isFrozen`.
 */
export function isWritable(array: unknown[], at: number, element: unknown): boolean {
  if (typeof element !== 'number') return false;
  try {
    array[at] = element;
    return true;
  } catch {
    return false;
  }
}
