// Which memory an `out` may share with an input, and with itself. Cheap checks come first; only containers that do share a buffer
// or a row are examined element by element.

import { misfit, noMemory } from '../errors.js';
import { bufferOf, type ElementType, type FloatArray, type NumberArray, offsetOf, PLAIN } from '../typed.js';
import { arrayOf, startOf } from './elements.js';
import { areApart, areDistinct, areSame, keepApart, keepDistinct } from './known-arrays.js';
import { ARRAY, type Elements, NESTED, NUMBER, type Operand, TENSOR } from './operand.js';

/**
 * Refuses an `out` that shares memory with an input, unless it is that input and the call can work in place. The check is exact:
 * two views that interleave on one buffer share nothing.
 */
export function checkOverlap(out: Operand, input: Operand, inPlace: boolean): void {
  if (input.kind === NUMBER || input.size === 0 || out.size === 0) return;
  if (out.kind === TENSOR && input.kind === TENSOR) {
    if (out.storage === input.storage && !inPlace) overlap(out, input, inPlace);
    return;
  }
  if (out.kind !== NESTED && input.kind !== NESTED && apart(out, input, inPlace)) return;
  if (out.kind === NESTED && input.kind === NESTED) {
    if (inPlace && areSame(out.rows, input.rows)) return;
    if (areApart(out, input)) return;
  }
  if (!shared(out, input)) return;
  if (inPlace && sameRuns(out, input)) return;
  if (clash(out, input)) overlap(out, input, inPlace);
}

/** Refuses an `out` in which two elements share memory. */
export function checkSelf(out: Operand): void {
  if (out.kind === NESTED ? distinctRows(out) : !out.gaps || distinctSteps(out) || !clash(out, out)) return;
  misfit(out.label, 'separate memory for each element', 'an overlap');
}

/** Whether each stride is longer than the whole reach of the smaller ones: then no two elements coincide. */
function distinctSteps({ lengths, strides }: Operand): boolean {
  let reach = 0;
  let last = 0;
  for (let done = 0; done < lengths.length; done++) {
    // Find the next larger stride; axes of one element do not count.
    let next = Number.POSITIVE_INFINITY;
    let span = 0;
    for (let i = 0; i < lengths.length; i++) {
      const step = Math.abs(strides[i] as number);
      const count = lengths[i] as number;
      if (count > 1 && step > last && step < next) {
        next = step;
        span = 0;
      }
      if (count > 1 && step === next) {
        if (span > 0) return false;
        span = step * (count - 1);
      }
      if (count > 1 && step === 0) return false;
    }
    if (next === Number.POSITIVE_INFINITY) return true;
    if (next <= reach) return false;
    reach += span;
    last = next;
  }
  return true;
}

function overlap(out: Operand, input: Operand, inPlace: boolean): never {
  const what = inPlace ? `exactly the memory of "${input.label}" or none of it` : `no memory of "${input.label}"`;
  return misfit(out.label, what, 'an overlap');
}

const widthOf = (array: Elements): number => (Array.isArray(array) ? 1 : array.BYTES_PER_ELEMENT);

/**
 * Whether two containers that each consist of one array share nothing, or are the same. Reading `buffer` takes 25 ns. Two arrays
 * of the same type and length that begin at the same offset are either the same bytes or on different buffers.
 */
function apart(out: Operand, input: Operand, inPlace: boolean): boolean {
  if (out.kind === ARRAY || out.type === PLAIN || input.type === PLAIN)
    return out.array !== input.array || (inPlace && sameLine(out, input));
  const a = arrayOf(out, 0) as NumberArray;
  const b = arrayOf(input, 0) as NumberArray;
  const gap = offsetOf(a) - offsetOf(b);
  if (gap >= b.byteLength || -gap >= a.byteLength) return true;
  return (gap === 0 && out.type === input.type && inPlace && sameLine(out, input)) || bufferOf(a) !== bufferOf(b);
}

/** Whether two typed arrays share a byte without being the same; if `bType` is undefined, being the same counts, too. */
export function sharesMemory(a: FloatArray, aType: ElementType, b: NumberArray, bType: ElementType | undefined): boolean {
  const gap = offsetOf(a) - offsetOf(b);
  if ((gap === 0 && aType === bType) || gap >= b.byteLength || -gap >= a.byteLength) return false;
  return bufferOf(a) === bufferOf(b);
}

/** Whether the elements of both are one run, beginning at the same element of arrays that begin at the same place. */
const sameLine = (out: Operand, input: Operand): boolean =>
  !out.gaps && !input.gaps && out.start === input.start && out.size === input.size;

function distinctRows(out: Operand): boolean {
  const { rows } = out;
  if (areDistinct(out)) return true;
  const owners = new Set<unknown>();
  for (const row of rows) owners.add(ownerOf(row));
  if (owners.size < rows.length && (new Set(rows).size < rows.length || clash(out, out))) return false;
  keepDistinct(out);
  return true;
}

/** What rows can share: a plain array itself, or the buffer of a typed one. */
const ownerOf = (array: Elements): object => (Array.isArray(array) ? array : bufferOf(array));

/** Whether the two have a buffer or a plain array in common. */
function shared(out: Operand, input: Operand): boolean {
  const owners = new Set<unknown>();
  each(out, (array) => owners.add(ownerOf(array)));
  let found = false;
  each(input, (array) => {
    if (owners.has(ownerOf(array))) found = true;
  });
  if (!found && out.kind === NESTED && input.kind === NESTED) keepApart(out, input);
  return found;
}

/** Called for each run of elements in row-major order: those at `start`, `start + step`, … of `array`. */
type Visit = (array: Elements, start: number, step: number, count: number) => void;

function each(of: Operand, visit: Visit): void {
  const { run, step, size } = of;
  for (let at = 0, row = 0; at < size; row++, at += run) {
    visit(arrayOf(of, row), startOf(of, row), step, run);
  }
}

/** The position of an element: its byte in the buffer, or its index in a plain array. */
const placeOf = (array: Elements, at: number): number =>
  Array.isArray(array) ? at : offsetOf(array) + at * array.BYTES_PER_ELEMENT;

/** Whether both have the same elements of the same arrays in the same order. */
function sameRuns(out: Operand, input: Operand): boolean {
  const runs: unknown[] = [];
  each(out, (array, start, step, count) => {
    runs.push(ownerOf(array), placeOf(array, start), widthOf(array), count > 1 ? step : 0, count);
  });
  let same = true;
  let at = 0;
  each(input, (array, start, step, count) => {
    const own = [ownerOf(array), placeOf(array, start), widthOf(array), count > 1 ? step : 0, count];
    for (const value of own) if (runs[at++] !== value) same = false;
  });
  return same && at === runs.length;
}

/** Whether an element of `input` shares memory with one of `out`; if both are the same, whether two of its elements do. */
function clash(out: Operand, input: Operand): boolean {
  const extents = new Map<object, { low: number; high: number; taken: Uint8Array }>();
  each(out, (array, start, step, count) => {
    const ends = [placeOf(array, start), placeOf(array, start + step * (count - 1))];
    const extent = extents.get(ownerOf(array)) ?? { low: Number.POSITIVE_INFINITY, high: 0, taken: NONE };
    extent.low = Math.min(extent.low, ...ends);
    extent.high = Math.max(extent.high, ...ends.map((end) => end + widthOf(array)));
    extents.set(ownerOf(array), extent);
  });
  for (const extent of extents.values()) extent.taken = emptyMarks(extent.high - extent.low, out.size);
  let found = false;
  /** Checks each byte; if it is to `write`, marks it as taken, too. */
  const visitor = (write: boolean): Visit => {
    return (array, start, step, count) => {
      const extent = extents.get(ownerOf(array));
      if (extent === undefined) return;
      const { low, taken } = extent;
      const width = widthOf(array);
      for (let i = 0; i < count; i++) {
        const from = placeOf(array, start + i * step) - low;
        for (let place = from; place < from + width; place++) {
          // Outside the array, reading gives undefined and writing does nothing.
          if (taken[place]) found = true;
          if (write) taken[place] = 1;
        }
      }
    };
  };
  each(out, visitor(true));
  if (input === out) return found;
  found = false;
  each(input, visitor(false));
  return found;
}

const NONE = /* @__PURE__ */ new Uint8Array(0);

function emptyMarks(count: number, size: number): Uint8Array {
  try {
    return new Uint8Array(count);
  } catch {
    return noMemory(size);
  }
}
