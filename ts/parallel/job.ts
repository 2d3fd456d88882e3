// One call of a pool: it is cut into pieces, which workers take one after the other, and put together again.

import { misfit } from '../errors.js';
import type { Part, Parts, Work } from '../prepared.js';
import { type FloatArray, isShared, type NumberArray, sizeOfTyped } from '../typed.js';
import type { Piece } from './messages.js';
import type { Progress } from './types.js';

/**
 * The number of elements in the largest array of a message: enough to make sending it cheap, and few enough for a copy to stay in
 * the cache of a core.
 */
const PIECE = 65536;

/**
 * On shared memory nothing is copied, so a message may cover up to `MOST_PIECES` times as much; it starts with a quarter of a
 * worker's share (`MESSAGES`).
 */
const MOST_PIECES = 8;
const MESSAGES = 4;

/** Where a piece belongs: its call, and the slices of it. */
interface Place {
  readonly parts: Parts;
  readonly first: number;
  readonly slices: number;
}

/** Pieces that are being computed, and where they belong. */
export interface Batch {
  readonly pieces: readonly Piece[];
  readonly places: readonly Place[];
}

/** A call with slices to compute. */
export interface Call {
  readonly work: Work;
  readonly slices: number;
  /** The number of elements of its largest array. */
  readonly size: number;
  readonly parts: Parts;
}

export class Job {
  /** A single call or, for `map`, one for each array. */
  private readonly calls: readonly (Call & { readonly step: number })[];
  /** The number of elements in the largest array of a message. */
  private readonly piece: number;
  private call = 0;
  private slice = 0;
  private sent = 0;
  private done = 0;
  private readonly total: number;
  private failure: { readonly error: unknown } | undefined;
  private readonly spare: ArrayBuffer[] = [];
  private settle: () => void = () => undefined;
  private readonly onProgress: ((progress: Progress) => void) | undefined;

  constructor(calls: readonly Call[], threads: number, onProgress: ((progress: Progress) => void) | undefined) {
    const share = Math.min(PIECE * MOST_PIECES, sizeOf(calls) / (threads * MESSAGES));
    this.piece = calls.every(isInPlace) ? Math.max(PIECE, share) : PIECE;
    this.calls = calls.map((call) => ({ ...call, step: evenly(call, this.piece) }));
    this.total = this.calls.reduce((sum, { slices, parts }) => sum + slices * widthOf(parts), 0);
    this.onProgress = onProgress;
  }

  /** The results of the calls; rejected if one of them failed, but not before every piece has come back. */
  async results(): Promise<unknown[]> {
    await new Promise<void>((resolve) => {
      this.settle = () => {
        if (this.sent === 0 && (this.failure || this.done === this.total)) resolve();
      };
      this.settle();
    });
    if (this.failure) throw this.failure.error;
    return this.calls.map(({ parts }) => parts.finish());
  }

  fail(error: unknown): void {
    this.failure ??= { error };
    this.settle();
  }

  /** The next pieces; undefined if there are none. */
  next(): Batch | undefined {
    const pieces: Piece[] = [];
    const places: Place[] = [];
    try {
      for (let room = this.piece; room > 0 && !this.failure; ) {
        const call = this.calls[this.call];
        if (!call) break;
        const { work, parts, step } = call;
        const slices = Math.min(step, call.slices - this.slice);
        const place = { parts, first: this.slice, slices };
        const piece = { work, slices, ...this.cut(place) };
        places.push(place);
        pieces.push(piece);
        room -= Math.max(...[...piece.inputs, ...piece.outputs].map(({ length }) => length));
        this.slice += slices;
        if (this.slice === call.slices) {
          this.call++;
          this.slice = 0;
        }
      }
    } catch (error) {
      this.fail(error);
    }
    if (pieces.length === 0 || this.failure) return undefined;
    this.sent++;
    return { pieces, places };
  }

  /** Takes in computed pieces; `pieces` are those of the answer, undefined if they are lost. */
  take({ places }: Batch, pieces: readonly Piece[] | undefined): void {
    this.sent--;
    if (pieces && !this.failure) {
      try {
        for (const [i, { parts, first, slices }] of places.entries()) {
          pieces[i]?.outputs.forEach((results, part) => {
            const { array, width } = parts.outputs[part] as Part<FloatArray>;
            if (isShared(results.buffer)) return;
            if (sizeOfTyped(array) < (first + slices) * width) lost('out', array);
            array.set(results, first * width);
          });
          this.done += slices * widthOf(parts);
        }
        this.keep(pieces);
        this.onProgress?.({ done: this.done, total: this.total });
      } catch (error) {
        this.fail(error);
      }
    }
    this.settle();
  }

  /** The arrays of a piece: views of shared memory, copies of everything else. */
  private cut({ parts, first, slices }: Place): Pick<Piece, 'inputs' | 'outputs'> {
    const inputs = parts.inputs.map(({ array, width }) => {
      if (sizeOfTyped(array) < (first + slices) * width) lost('x', array);
      const part = array.subarray(first * width, (first + slices) * width);
      if (isShared(array.buffer)) return part;
      const copy = this.make(array, part.length);
      copy.set(part);
      return copy;
    });
    const last = inputs[inputs.length - 1] as NumberArray;
    const outputs = parts.outputs.map(({ array, width }, i) => {
      if (isShared(array.buffer)) return array.subarray(first * width, (first + slices) * width);
      const count = slices * width;
      // A copy no longer belongs to the caller, so the result may take its place.
      const reused = i === 0 && count === last.length && array.constructor === last.constructor && !isShared(last.buffer);
      return reused ? (last as FloatArray) : this.make(array, count);
    });
    return { inputs, outputs };
  }

  /** An array of the same class as `like`, on memory that came back from a worker if there is some of this size. */
  private make<A extends NumberArray>(like: A, count: number): A {
    const Class = like.constructor as new (buffer: ArrayBuffer | number) => A;
    const at = this.spare.findIndex(({ byteLength }) => byteLength === count * like.BYTES_PER_ELEMENT);
    return new Class(at < 0 ? count : (this.spare.splice(at, 1)[0] as ArrayBuffer));
  }

  private keep(pieces: readonly Piece[]): void {
    for (const { inputs, outputs } of pieces) {
      for (const { buffer } of new Set([...inputs, ...outputs])) {
        if (!isShared(buffer) && !this.spare.includes(buffer)) this.spare.push(buffer);
      }
    }
  }
}

/** The number of elements of x in a slice. */
const widthOf = ({ inputs: [x] }: Parts): number => x?.width ?? 0;

/** Whether all its arrays are on shared memory. */
export const isInPlace = ({ parts: { inputs, outputs } }: Call): boolean =>
  [...inputs, ...outputs].every(({ array }) => isShared(array.buffer));

/** The number of elements of the largest arrays of all calls. */
export const sizeOf = (calls: readonly { readonly size: number }[]): number => calls.reduce((sum, { size }) => sum + size, 0);

/** The number of slices in a piece: even, so that no vector is cut in two. */
function evenly({ slices, size }: Call, piece: number): number {
  const fit = Math.floor(piece / (size / slices));
  return Math.max(1, fit - (fit % 2));
}

/** For an array whose memory the caller took away or shrank while the pool was working on it. */
function lost(label: string, array: NumberArray): never {
  return misfit(label, 'the memory that it had when the call began', `${sizeOfTyped(array)} elements`);
}
