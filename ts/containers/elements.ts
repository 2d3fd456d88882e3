// The elements of an operand, on their way into a scratch buffer. Elements of plain arrays are read one by one and checked, all
// of them before anything is computed, because reading them may run code of the caller.

import { copyIn, copyStage } from '../engine/copy.js';
import { isWasmMemory, revive, type Scratch, type Storage, stageOf, storageView } from '../engine/memory.js';
import { fail, misfit, wrongType } from '../errors.js';
import { type ElementType, FLOAT64, floats, lengthOf, type NumberArray, PLAIN, sizeOfTyped, tag, typeOfTyped } from '../typed.js';
import { notElement } from './nested.js';
import { ARRAY, type Elements, NESTED, NUMBER, type Operand, STRIDED, TENSOR } from './operand.js';
import { takeNumbers } from './plain-numbers.js';
import { runStart } from './runs.js';

/** The array that holds the elements of run number `row`. */
export const arrayOf = (from: Operand, row: number): Elements =>
  from.kind === NESTED ? (from.rows[row] as Elements) : from.kind === TENSOR ? storageView(from.storage as Storage) : from.array;

/** The index in that array at which they begin. */
export const startOf = (from: Operand, row: number): number => (from.gaps ? runStart(from, row) : from.start);

/** Whether the first element has already been read, to find out whether the array is nested, and how deeply. */
export const hasFirst = ({ kind, type, size }: Operand): boolean =>
  type === PLAIN && size > 0 && (kind === ARRAY || kind === NESTED);

/** Reads all elements of `from` into `to`, each once, and refuses whatever is not a number. */
export function gather(from: Operand, to: Float64Array): void {
  if (from.kind === NUMBER) {
    to[0] = from.number;
    return;
  }
  const { run, step, size } = from;
  let at = 0;
  if (hasFirst(from)) {
    const { first } = from;
    if (typeof first !== 'number') return refuseElement(from, 0, first);
    to[0] = first;
    gatherPlain(from, arrayOf(from, 0) as unknown[], 1, 1, run - 1, to, 1);
    at = run;
  }
  for (let row = at > 0 ? 1 : 0; at < size; row++, at += run) {
    // Reading a plain row may have run code of the caller that changed the typed rows after it.
    if (from.kind === NESTED && from.typedRows) reviveRow(from, row);
    const array = arrayOf(from, row);
    const start = startOf(from, row);
    if (Array.isArray(array)) gatherPlain(from, array, start, step, run, to, at);
    // `set` where possible, because the loop sees arrays of all kinds.
    else if (step === 1 && array.length === run) to.set(array, at);
    else for (let i = 0; i < run; i++) to[at + i] = array[start + i * step] as number;
  }
}

/** Reads the elements of a plain operand of at most a block, which then wait in the stage of `scratch`. */
export function stage(from: Operand, scratch: Scratch): void {
  const staged = stageOf(scratch);
  gather(from, staged);
  from.staged = staged;
}

/** The same for a plain operand of any size. */
export function stageAll(from: Operand): void {
  checkFirst(from);
  gather(from, roomOf(from));
  from.staged = from.room;
}

/** Room for as many numbers as an operand has elements. */
export function roomOf(of: Operand): Float64Array {
  if (of.room.length !== of.size) of.room = floats(of.size);
  return of.room;
}

function gatherPlain(
  from: Operand,
  array: readonly unknown[],
  start: number,
  step: number,
  count: number,
  to: Float64Array,
  at: number,
): void {
  if (step === 1) {
    const end = start + count;
    const done = takeNumbers(array, start, end, to, at - start);
    if (done < end) refuseElement(from, at + done - start, array[done]);
    return;
  }
  for (let i = 0; i < count; i++) {
    const element = array[start + i * step];
    if (typeof element !== 'number') return refuseElement(from, at + i, element);
    to[at + i] = element;
  }
}

/** Refuses an element that is not a number, or was not when it was read. */
export function refuseElement(from: Operand, at: number, element: unknown): never {
  const what = `a number at ${place(from.shape, at)}`;
  return from.kind === STRIDED ? wrongType('ERR_DTYPE', from.label, what, element) : notElement(from.label, what, element);
}

/** The position of an element, written as its indices: `[1][2]`. */
export function place(shape: readonly number[], at: number): string {
  let text = '';
  let rest = at;
  for (let i = shape.length; i-- > 0; ) {
    const length = shape[i] as number;
    text = `[${rest % length}]${text}`;
    rest = Math.floor(rest / length);
  }
  return text;
}

/** All elements in order as a `Float64Array`: a copy, or the caller's own array. */
export function gatherAll(from: Operand): Float64Array {
  if (from.kind === TENSOR) return storageView(from.storage as Storage);
  if (
    from.type === FLOAT64 &&
    !from.plain &&
    from.kind !== NESTED &&
    from.kind !== NUMBER &&
    !from.gaps &&
    from.size === from.length
  ) {
    return from.array as Float64Array;
  }
  checkFirst(from);
  const numbers = floats(from.size);
  gather(from, numbers);
  return numbers;
}

/** Refuses an array of a billion holes before memory for a billion numbers is asked for. */
export function checkFirst(from: Operand): void {
  if (!from.plain || from.size === 0) return;
  const array = arrayOf(from, 0);
  if (Array.isArray(array) && !(startOf(from, 0) in array)) refuseElement(from, 0, undefined);
}

/** Refuses elements that are not numbers when something else is wrong, too: that is the mistake to mend first. */
export function checkElements(from: Operand): void {
  if (from.plain) gatherAll(from);
}

/** Copies `count` elements, starting with number `first`, to the beginning of a scratch buffer. Not for plain arrays. */
export function load(from: Operand, first: number, count: number, scratch: Scratch): void {
  if (from.staged) {
    if (from.staged === scratch.stage) copyStage(scratch, count);
    else copyIn(scratch, 0, from.staged, FLOAT64, first, count);
  } else if (from.kind === NUMBER) {
    scratch.view[0] = from.number;
  } else if (from.kind === TENSOR) {
    copyIn(scratch, 0, storageView(from.storage as Storage), FLOAT64, first, count);
  } else if (from.kind !== NESTED && !from.gaps) {
    copyIn(scratch, 0, from.array as NumberArray, from.type, from.start + first, count);
  } else {
    const { run, step } = from;
    let row = Math.floor(first / run);
    let skip = first - row * run;
    for (let at = 0; at < count; row++, skip = 0) {
      const n = Math.min(run - skip, count - at);
      const array = arrayOf(from, row) as NumberArray;
      if (step === 1) {
        const type = from.kind === NESTED ? typeOfTyped(array) : from.type;
        copyIn(scratch, at, array, type, startOf(from, row) + skip, n);
      } else {
        const { view } = scratch;
        const start = startOf(from, row) + skip * step;
        for (let i = 0; i < n; i++) view[at + i] = array[start + i * step] as number;
      }
      at += n;
    }
  }
}

const typeOfRow = (row: Elements): ElementType => (Array.isArray(row) ? PLAIN : typeOfTyped(row));

/** The type of element number `at`. */
export const typeAt = ({ kind, type, rows, run }: Operand, at: number): ElementType =>
  kind === NESTED ? typeOfRow(rows[Math.floor(at / run)] as Elements) : type;

/** Whether the elements are of several types, as those of nested arrays may be. */
export function isMixed({ typedRows, kind, type, rows, rowCount }: Operand): boolean {
  if (kind !== NESTED || !typedRows) return false;
  for (let i = 1; i < rowCount; i++) if (typeOfRow(rows[i] as Elements) !== type) return true;
  return false;
}

/** How many elements, starting with number `first`, are of one type; at most `most`. */
export function countAlike(of: Operand, first: number, most: number): number {
  if (of.kind !== NESTED) return most;
  const type = typeAt(of, first);
  let end = of.run * (Math.floor(first / of.run) + 1);
  while (end < first + most && typeAt(of, end) === type) end += of.run;
  return Math.min(most, end - first);
}

/** Reads the `count` elements of a plain array, the first of which has already been read, into the stage of a scratch buffer. */
export function stageFlat(from: Operand, array: readonly unknown[], first: unknown, count: number, scratch: Scratch): void {
  if (typeof first !== 'number') return refuseElement(from, 0, first);
  const staged = stageOf(scratch);
  staged[0] = first;
  gatherPlain(from, array, 1, 1, count - 1, staged, 1);
}

/**
 * Compares the typed arrays of an operand with the lengths they had when it was read. A view of wasm memory that has lost its
 * elements because that memory grew is made again. Any other change is an error; it can only have happened if code of the caller
 * `mayHaveRun`.
 */
export function reviveElements(of: Operand, mayHaveRun: boolean): void {
  if (of.kind === NESTED) {
    for (let row = 0; row < of.rowCount && of.typedRows; row++) reviveRow(of, row);
  } else if (of.kind === TENSOR) {
    if (mayHaveRun && of.storage && (of.storage.users === 0 || of.storage.count !== of.size)) {
      fail(TypeError, 'ERR_DISPOSED', `"${of.label}" expected a live Tensor, got one that was disposed during the call`);
    }
  } else if (of.kind !== NUMBER && !Array.isArray(of.array) && of.array.length !== of.length) {
    of.array = reviveOrRefuse(of.label, of.array, of.byteOffset, of.length, of.kind === STRIDED ? '.data' : '');
  }
}

function reviveRow({ label, rows, rowOffsets, run }: Operand, at: number): void {
  const offset = rowOffsets[at] as number;
  const row = rows[at] as NumberArray;
  if (offset >= 0 && row.length !== run) rows[at] = reviveOrRefuse(label, row, offset, run);
}

/**
 * Refuses a plain array for results, or rows of plain arrays, whose length was changed by code of the caller after it was read.
 */
export function checkLength(label: string, array: readonly unknown[], count: number): void {
  if (array.length !== count) misfit(label, `${count} elements, as when it was read`, `${array.length}`);
}

/** The same for all plain arrays of an `out`. */
export function checkLengths({ label, kind, plain, array, length, rows, run }: Operand): void {
  if (plain && Array.isArray(array)) checkLength(label, array, length);
  if (kind === NESTED) for (const row of rows) if (Array.isArray(row)) checkLength(label, row, run);
}

/**
 * Replaces a typed array whose length is no longer `count`: a dead view of wasm memory is made again; an array whose memory was
 * taken away or resized is refused.
 */
export function reviveOrRefuse<A extends NumberArray>(label: string, array: A, byteOffset: number, count: number, part = ''): A {
  if (sizeOfTyped(array) > 0 || !isWasmMemory(array))
    misfit(label, `${count} elements, as when it was read`, `${lengthOf(label, array, part)}`);
  return revive(tag(array), array, byteOffset, count);
}
