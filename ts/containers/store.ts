// Results, on their way from a scratch buffer into containers of the caller's. Writing to plain arrays may run code of the caller, in which the
// wasm memory grows or is lost, so they are taken out of that first. It may also fail in the middle, so what is written over is kept.

import { copyOut, stageResults } from '../engine/copy.js';
import { BLOCK, type Scratch, type Storage, storageView } from '../engine/memory.js';
import { FLOAT64, type FloatArray, type NumberArray, typeOfTyped } from '../typed.js';
import { arrayOf, startOf } from './elements.js';
import { type Held, NESTED, type Operand, TENSOR } from './operand.js';

/** Copies `count` results from the beginning of a scratch buffer into `to`, from element number `first` on. */
export function store(to: Operand, first: number, count: number, scratch: Scratch): void {
  if (to.kind === TENSOR) {
    const elements = storageView(to.storage as Storage);
    if (to.held.active) holdTyped(to.held, elements, first, 1, count);
    copyOut(scratch, 0, elements, FLOAT64, first, count);
  } else if (to.plain) {
    for (let done = 0; done < count; done += BLOCK) {
      const n = Math.min(BLOCK, count - done);
      storePlain(to, first + done, n, stageResults(scratch, done, n));
    }
  } else {
    storeTyped(to, first, count, scratch);
  }
}

function storeTyped(to: Operand, first: number, count: number, scratch: Scratch): void {
  const { run, step, held } = to;
  let row = Math.floor(first / run);
  let skip = first - row * run;
  for (let at = 0; at < count; row++, skip = 0) {
    const n = Math.min(run - skip, count - at);
    const array = arrayOf(to, row) as FloatArray;
    const start = startOf(to, row) + skip * step;
    if (held.active) holdTyped(held, array, start, step, n);
    if (step === 1) {
      copyOut(scratch, at, array, to.kind === NESTED ? typeOfTyped(array) : to.type, start, n);
    } else {
      const { view } = scratch;
      for (let i = 0; i < n; i++) array[start + i * step] = view[at + i] as number;
    }
    at += n;
  }
}

/** Where some of the elements are in plain arrays. */
function storePlain(to: Operand, first: number, count: number, results: Float64Array): void {
  const { run, step, held } = to;
  let row = Math.floor(first / run);
  let skip = first - row * run;
  for (let at = 0; at < count; row++, skip = 0) {
    const end = Math.min(at + run - skip, count);
    const array = arrayOf(to, row);
    let place = startOf(to, row) + skip * step;
    if (!Array.isArray(array)) {
      if (held.active) holdTyped(held, array, place, step, end - at);
      for (; at < end; at++, place += step) array[place] = results[at] as number;
      continue;
    }
    if (held.active && held.others === undefined) {
      const done = exchange(results, at, end, array, place, step, held);
      place += (done - at) * step;
      at = done;
      if (done < end) holdAll(to);
    }
    if (at < end) overwrite(results, at, end, array, place, step);
    at = end;
  }
}

/** Writes the results from number `at` on into a plain array, from its element `start` on. */
export function overwrite(results: Float64Array, at: number, end: number, array: unknown[], start: number, step: number): void {
  for (let i = at, place = start; i < end; i++, place += step) array[place] = results[i];
}

/**
 * The same, and keeps the numbers that were there in `held`, in one pass: a copy made before takes as long, and leaves garbage. Returns where it
 * ended: before something else than a number, which is then still there.
 */
export function exchange(
  results: Float64Array,
  at: number,
  end: number,
  array: unknown[],
  start: number,
  step: number,
  held: Held,
): number {
  const { numbers } = held;
  const shift = held.count - at;
  let i = at;
  let kept = at;
  try {
    for (let place = start; i < end; i++, place += step) {
      const old = array[place];
      if (typeof old !== 'number') break;
      numbers[shift + i] = old;
      kept = i + 1;
      array[place] = results[i];
    }
  } finally {
    held.count = shift + kept;
  }
  return i;
}

/** Keeps the elements of a typed array that are about to be written over: plain arrays may be written to beside it, and refuse. */
function holdTyped(held: Held, array: NumberArray, start: number, step: number, count: number): void {
  if (held.others !== undefined) return;
  for (let i = 0; i < count; i++) held.numbers[held.count + i] = array[start + i * step] as number;
  held.count += count;
}

/** Where something else than a number is about to be written over: all elements are kept, holes as such. */
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
 * Whether a plain array is known not to be frozen: by writing an element that it has, `element`, which takes a tenth of the time of
 * `Object.isFrozen`.
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
