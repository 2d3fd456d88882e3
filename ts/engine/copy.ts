// Copies between typed arrays and scratch buffers, in pieces of 2 KB: for larger ones the C library uses an instruction that is
// up to ten times slower if source and target are at similar offsets in their pages (docs/benchmarks.md has the figures). Shared
// memory is copied by a loop of the engine itself, for which larger pieces are better. The module converts f32 and f16, two at a
// time.

import {
  bufferOf,
  type ElementType,
  FLOAT16,
  FLOAT32,
  FLOAT64,
  type FloatArray,
  halfArray,
  isShared,
  type NumberArray,
  offsetOf,
  tag,
} from '../typed.js';
import { BLOCK, begin, end, PIECE, PIECE_BYTES, ready, type Scratch, stageOf, viewAt } from './memory.js';

/** Up to this many elements, a loop copies faster than `set`, a call of which takes 16 ns. */
const FEW = 8;

/** From this many elements on, it pays to ask whether memory is shared. */
const MANY = 2048;

/** Up to this many f32 or f16, a loop converts faster than a call of the module. */
const FEW_FLOATS = 32;

/** The formats that `widen` and `narrow` know. */
const SINGLE = 0;
const HALF = 1;

const set = /* @__PURE__ */ (() => Float64Array.prototype.set)();

/** Views of the pieces of a caller's large array, made once for each array, because `set` copies whole arrays only. */
interface Pieces<A extends NumberArray> {
  /** Pieces that begin at a multiple of their length, in order. */
  readonly even: (A | undefined)[];
  /** Other pieces, by the index at which they begin. */
  readonly odd: Map<number, A>;
}

let piecesOf: WeakMap<NumberArray, Pieces<NumberArray>> | undefined;

function findPieces<A extends NumberArray>(array: A): Pieces<A> {
  piecesOf ??= new WeakMap();
  let pieces = piecesOf.get(array) as Pieces<A> | undefined;
  if (pieces === undefined) {
    pieces = { even: [], odd: new Map() };
    piecesOf.set(array, pieces);
  }
  return pieces;
}

/** A view of `count` elements of an array, beginning at `start`. */
export function makePiece<A extends NumberArray>(array: A, start: number, count: number): A {
  // Not `subarray`, which runs the code of a subclass.
  const Class = (globalThis as unknown as Record<string, ArrayClass<A>>)[tag(array) as string] as ArrayClass<A>;
  return new Class(array.buffer, offsetOf(array) + start * array.BYTES_PER_ELEMENT, count);
}

type ArrayClass<A> = new (buffer: ArrayBufferLike, offset: number, length: number) => A;

/** The same, or the view that an earlier call made at `start` if it has this length. */
function keptPiece<A extends NumberArray>({ odd }: Pieces<A>, array: A, start: number, count: number): A {
  let piece = odd.get(start);
  if (piece?.length !== count) {
    piece = makePiece(array, start, count);
    odd.set(start, piece);
  }
  return piece;
}

/** Copies `count` elements of an array, beginning at `start`, into a view from its element `at` on. */
function copyPieces<A extends FloatArray>(view: A, at: number, array: A, start: number, count: number): void {
  const length = PIECE_BYTES / view.BYTES_PER_ELEMENT;
  if (count <= length && count === array.length) return set.call(view, array, at);
  if (count >= MANY && isShared(bufferOf(array))) return set.call(view, makePiece(array, start, count), at);
  const pieces = findPieces(array);
  const { even } = pieces;
  const isEven = start % length === 0;
  for (let done = 0; done < count; done += length) {
    const n = Math.min(length, count - done);
    const from = start + done;
    let piece = isEven ? even[from / length] : keptPiece(pieces, array, from, n);
    if (piece?.length !== n) even[from / length] = piece = makePiece(array, from, n);
    set.call(view, piece, at + done);
  }
}

/**
 * Part of a view of a scratch buffer. Parts are kept, because programs use few sizes; they are dropped when there are too many.
 */
function partOfScratch<A extends FloatArray>(parts: Map<number, FloatArray>, view: A, start: number, count: number): A {
  if (count > BLOCK) return view.subarray(start, start + count) as A;
  // Kept small if possible, as V8 makes an object of a large number.
  const key = (start * (BLOCK + 1) + count) * 8 + view.BYTES_PER_ELEMENT - 1;
  let part = parts.get(key) as A | undefined;
  if (part === undefined) {
    if (parts.size >= 256) parts.clear();
    part = view.subarray(start, start + count) as A;
    parts.set(key, part);
  }
  return part;
}

/** A view of a scratch buffer as f32 or f16. */
const floatsView = (scratch: Scratch, type: ElementType): Float32Array => scratch.floats[type] ?? makeFloatsView(scratch, type);

// A function of its own because it reads `buffer`, which takes longer than many a call.
function makeFloatsView({ floats, view, capacity }: Scratch, type: ElementType): Float32Array {
  // TypeScript sees f16 as f32: nothing here depends on the difference.
  const Class = type === FLOAT32 ? Float32Array : (halfArray() as typeof Float32Array);
  const made = new Class(view.buffer, offsetOf(view), (capacity * 8) / Class.BYTES_PER_ELEMENT);
  floats[type] = made;
  return made;
}

const isLowPrecision = (type: ElementType): boolean => type === FLOAT32 || type === FLOAT16;

/** Copies `count` f32 or f16 of `array`, beginning at `start`, unconverted into a scratch buffer. */
export const copyPacked = (scratch: Scratch, array: NumberArray, type: ElementType, start: number, count: number): void =>
  copyPieces(floatsView(scratch, type), 0, array as Float32Array, start, count);

/** The same from the beginning of a scratch buffer to `array`. */
export function copyPackedOut(scratch: Scratch, array: FloatArray, type: ElementType, start: number, count: number): void {
  const view = floatsView(scratch, type);
  const piece = PIECE_BYTES / view.BYTES_PER_ELEMENT;
  for (let done = 0; done < count; done += piece) {
    set.call(array, partOfScratch(scratch.parts, view, done, Math.min(piece, count - done)), start + done);
  }
}

/** Copies `count` elements of `array`, beginning at `start`, into a scratch buffer from its element `at` on. */
export function copyIn(scratch: Scratch, at: number, array: NumberArray, type: ElementType, start: number, count: number): void {
  const { view } = scratch;
  if (type === FLOAT64) {
    const from = array as Float64Array;
    if (count > FEW) return copyPieces(view, at, from, start, count);
    // A separate loop: one that sees a single kind of array is several times faster.
    for (let i = 0; i < count; i++) view[at + i] = from[start + i] as number;
    return;
  }
  if (isLowPrecision(type) && at === 0 && count > FEW_FLOATS) {
    const now = ready();
    copyPacked(scratch, array, type, start, count);
    begin();
    now.widen(scratch.handle, scratch.handle, count, type === FLOAT32 ? SINGLE : HALF);
    return end();
  }
  // `set` converts them in one piece, in a tenth of the time of the loop below, which sees arrays of all kinds.
  if (count > FEW_FLOATS) {
    return set.call(view, count === array.length ? array : keptPiece(findPieces(array), array, start, count), at);
  }
  for (let i = 0; i < count; i++) view[at + i] = array[start + i] as number;
}

/** Copies the first `count` elements from the stage of a scratch buffer into the buffer. */
export function copyStage(scratch: Scratch, count: number): void {
  const { view, stage } = scratch;
  if (count <= FEW) for (let i = 0; i < count; i++) view[i] = stage[i] as number;
  else {
    if (scratch.staged.length !== count) scratch.staged = partOfScratch(scratch.stagedParts, stage, 0, count);
    set.call(view, scratch.staged);
  }
}

/**
 * Copies `count` results, at most a block, from element `at` of a scratch buffer to the beginning of its stage, which it returns.
 */
export function stageResults(scratch: Scratch, at: number, count: number): Float64Array {
  const stage = stageOf(scratch);
  // The view is dead if code of the caller has run since the results were computed and made the memory grow.
  const view = scratch.view.length === 0 && scratch.home ? viewAt(scratch.home) : scratch.view;
  if (count <= FEW) for (let i = 0; i < count; i++) stage[i] = view[at + i] as number;
  else if (view === scratch.view) set.call(stage, partOfScratch(scratch.parts, view, at, count));
  else set.call(stage, view.subarray(at, at + count));
  return stage;
}

/** Copies `count` results from element `at` of a scratch buffer into `array`, from its element `start` on. */
export function copyOut(scratch: Scratch, at: number, array: FloatArray, type: ElementType, start: number, count: number): void {
  const { view, pieces } = scratch;
  if (type === FLOAT64) {
    const to = array as Float64Array;
    if (count <= FEW) {
      for (let i = 0; i < count; i++) to[start + i] = view[at + i] as number;
      return;
    }
    if (at === 0 && count <= PIECE) {
      if (scratch.head.length !== count) scratch.head = partOfScratch(scratch.parts, view, 0, count);
      return set.call(to, scratch.head, start);
    }
    if (count >= MANY && isShared(bufferOf(to))) return set.call(to, partOfScratch(scratch.parts, view, at, count), start);
    let done = 0;
    if (at === 0)
      for (; done + PIECE <= count && done / PIECE < pieces.length; done += PIECE)
        set.call(array, pieces[done / PIECE] as Float64Array, start + done);
    for (; done < count; done += PIECE) {
      set.call(array, partOfScratch(scratch.parts, view, at + done, Math.min(PIECE, count - done)), start + done);
    }
    return;
  }
  if (isLowPrecision(type) && at === 0 && count > FEW_FLOATS) {
    const now = ready();
    begin();
    now.narrow(scratch.handle, scratch.handle, count, type === FLOAT32 ? SINGLE : HALF);
    end();
    return copyPackedOut(scratch, array, type, start, count);
  }
  for (let i = 0; i < count; i++) array[start + i] = view[at + i] as number;
}
