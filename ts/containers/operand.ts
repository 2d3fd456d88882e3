// A container that has been read: its shape, and where its elements are. Nothing has been copied yet, and the elements of plain
// arrays have not been read. Operands are kept and refilled, so that a call allocates none.

import { BLOCK, type Storage } from '../engine/memory.js';
import { type ElementType, FLOAT64, floats, type NumberArray } from '../typed.js';

// What kind of container it is.
/** @internal */
export const NUMBER = 0;
/** A typed array. @internal */
export const TYPED = 1;
/** A plain array of numbers. @internal */
export const ARRAY = 2;
/** Nested arrays; the innermost rows may be typed. @internal */
export const NESTED = 3;
/** Data with a shape, and perhaps strides. @internal */
export const STRIDED = 4;
/** @internal */
export const TENSOR = 5;
/** @internal */
export type Kind = typeof NUMBER | typeof TYPED | typeof ARRAY | typeof NESTED | typeof STRIDED | typeof TENSOR;

/** What holds elements. @internal */
export type Elements = NumberArray | unknown[];

const EMPTY: unknown[] = [];
const NONE = /* @__PURE__ */ new Float64Array(0);

const MOST_ROWS_KEPT = 2 ** 14;

/** Longer lists of numbers are released after the call that needed them. */
const MOST_NUMBERS_KEPT = 2 ** 16;

/** The elements of an `out` that results have overwritten, so that they can be put back. */
export class Held {
  /** Whether overwritten elements are to be kept. */
  active = false;
  /** The first `count` elements, as long as they were numbers; the array is made when first needed, and kept. */
  numbers = NONE;
  count = 0;
  /** All elements, if something other than a number was among them. */
  others: ArrayLike<unknown> | undefined = undefined;

  /** From now on, overwritten elements are kept, at most `size` of them. */
  begin(size: number): void {
    this.active = true;
    this.count = 0;
    this.others = undefined;
    if (this.numbers.length < size) this.numbers = floats(Math.max(size, BLOCK));
  }

  clear(): void {
    this.active = false;
    this.count = 0;
    this.others = undefined;
    if (this.numbers.length > MOST_NUMBERS_KEPT) this.numbers = NONE;
  }
}

/**
 * The elements are runs of `run` elements each, `step` apart. A number, a typed or plain array, a tensor, and data without gaps
 * are one run in `array`, from index `start` on. Nested arrays have one run for each of `rows`. For other strides, `runStart` in
 * runs.ts finds the runs.
 * @internal
 */
export class Operand {
  /** The name that messages use. */
  label = '';
  kind: Kind = NUMBER;
  shape: readonly number[] = EMPTY as number[];
  size = 0;
  /** The type of the elements of `array`; for nested arrays, of the first row. */
  type: ElementType = FLOAT64;
  array: Elements = EMPTY;
  run = 0;
  start = 0;
  step = 1;
  /** Whether some elements are in plain arrays, where reading or writing them may run code of the caller. */
  plain = false;
  /** Nested: the innermost rows in order, and the byte offset of each typed one, else -1. */
  readonly rows: Elements[] = [];
  rowCount = 0;
  readonly rowOffsets: number[] = [];
  /** Whether some of them are typed. */
  typedRows = false;
  /** Strided with gaps: the lengths of the axes of its runs (runs.ts), and the distance between neighbours along each. */
  readonly lengths: number[] = [];
  readonly strides: number[] = [];
  gaps = false;
  /** Typed: the length and the byte offset of `array` when it was read, so that a dead view of wasm memory can be made again. */
  length = 0;
  byteOffset = 0;
  storage: Storage | undefined = undefined;
  number = 0;
  /** The first element of a plain array, or the first innermost one of nested arrays. */
  first: unknown = undefined;
  /** Elements of plain arrays that have been read. */
  staged: Float64Array | undefined = undefined;
  /** An array for them if one block cannot hold them, kept for the next call with as many. */
  room = NONE;
  /** Of an `out`: its earlier elements, if writing to it may fail. */
  readonly held = new Held();
  /** The array used as `shape` when it is not the caller's or a tensor's own. */
  readonly ownShape: number[] = [];

  /** Releases the caller's arrays. */
  clear(): void {
    this.array = EMPTY;
    this.shape = this.ownShape;
    this.storage = this.staged = this.first = undefined;
    if (this.room.length > MOST_NUMBERS_KEPT) this.room = NONE;
    this.held.clear();
    if (this.rowCount > 0) {
      // Short lists are kept for the next call.
      if (this.rowCount > MOST_ROWS_KEPT) this.rows.length = this.rowOffsets.length = 0;
      else for (let i = 0; i < this.rowCount; i++) this.rows[i] = EMPTY;
      this.rowCount = 0;
    }
  }
}

/** A typed or a plain array. */
export const isFlat = ({ kind }: Operand): boolean => kind === TYPED || kind === ARRAY;

/** Whether a trap took the memory of a tensor. */
export const isLost = ({ storage }: Operand): boolean => storage !== undefined && storage.count < 0;

/** The buffer of a tensor. */
export const handleOf = ({ storage }: Operand): number => (storage as Storage).handle;
