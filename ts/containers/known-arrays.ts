// Arrays that calls have had: programs pass the same ones again and again, and what was found then need not be looked for again.
// The rows of nested ones, which were found to be plain, of one length and apart from each other, or apart only; and whether an
// `out` was nested.

import type { Elements, Operand } from './operand.js';
import type { Rows } from './plain-numbers.js';

/** Of one call. `dy` is empty where there was none. */
export interface KnownRows {
  readonly out: readonly unknown[][];
  readonly x: Rows;
  readonly dy: Rows;
  readonly shape: readonly number[];
  /** The elements of a row, and of all. */
  readonly run: number;
  readonly size: number;
}

/** So many calls are kept, of so many elements together: mini-batches come in turn. */
const MOST_CALLS = 64;
const MOST_ELEMENTS = 2 ** 16;

const calls: KnownRows[] = [];
let elements = 0;

/** Where the call was that was found last: the next one is that again, or one of the next. */
let last = 0;

/** The call whose containers begin with these rows. That their other rows are the same is for whoever reads them to see. */
export function recallRows(out: unknown, x: unknown, dy: unknown): KnownRows | undefined {
  const at = indexOf(out, x, dy);
  if (at < 0) return undefined;
  last = at;
  return calls[at];
}

function indexOf(out: unknown, x: unknown, dy: unknown): number {
  const count = calls.length;
  for (let i = 0, at = last; i < count; i++, at++) {
    if (at >= count) at = 0;
    const call = calls[at] as KnownRows;
    if (call.out[0] === out && call.x[0] === x && call.dy[0] === dy) return at;
  }
  return -1;
}

/** Keeps a call in place of one that began alike, or of the oldest; none of more dimensions than two. */
export function keepRows(call: KnownRows): void {
  if (call.shape.length > 2) return;
  const before = indexOf(call.out[0], call.x[0], call.dy[0]);
  if (before >= 0) elements -= calls.splice(before, 1)[0]?.size ?? 0;
  calls.push(call);
  elements += call.size;
  while (calls.length > MOST_CALLS || elements > MOST_ELEMENTS) elements -= calls.shift()?.size ?? 0;
}

/** Whether rows are `known`, and as long as they were. */
export function areRows(rows: readonly unknown[], known: Rows, run: number): boolean {
  if (rows.length !== known.length) return false;
  for (let i = 0; i < known.length; i++) if (rows[i] !== known[i] || known[i]?.length !== run) return false;
  return true;
}

// What is known of the rows of nested arrays, of any kind, by the first of them.

/** The rows that a container had in a call. */
interface Known {
  readonly rows: readonly Elements[];
  /** No two have the same. */
  readonly id: number;
  /** Whether they are apart from each other. */
  distinct: boolean;
  /** The last few rows of others that they are apart from, by id. */
  readonly apart: number[];
}

const MOST_APART = 8;

/** Of so few elements the last ones: to enter each of them in a map takes as long as such a call, where programs make new ones. */
const FEW_ELEMENTS = 1024;
const MOST_SMALL = 8;
const small: Known[] = [];

/** Larger ones, kept no longer than their first row. */
let large: WeakMap<object, Known> | undefined;

let ids = 0;

/** What is known of the rows of an operand; nothing yet where it has others than before. */
function knownOf({ rows, size }: Operand): Known {
  const isSmall = size <= FEW_ELEMENTS;
  const first = rows[0] as Elements;
  const before = isSmall ? recallSmall(first) : large?.get(first);
  if (before !== undefined && areSame(rows, before.rows)) return before;
  const now: Known = { rows: [...rows], id: ids++, distinct: false, apart: [] };
  if (!isSmall) {
    large ??= new WeakMap();
    large.set(first, now);
  } else if (small.push(now) > MOST_SMALL) small.shift();
  return now;
}

/** The newest that begins so. */
function recallSmall(first: Elements): Known | undefined {
  for (let i = small.length; i-- > 0; ) if (small[i]?.rows[0] === first) return small[i];
  return undefined;
}

/** Whether these rows of an `out` and of an input were found to be apart in a call before. */
export function areApart(out: Operand, input: Operand): boolean {
  return knownOf(out).apart.includes(knownOf(input).id);
}

export function keepApart(out: Operand, input: Operand): void {
  const { apart } = knownOf(out);
  if (apart.push(knownOf(input).id) > MOST_APART) apart.shift();
}

/** Whether the rows of this `out` were found to be apart from each other. */
export const areDistinct = (out: Operand): boolean => knownOf(out).distinct;

export function keepDistinct(out: Operand): void {
  knownOf(out).distinct = true;
}

/** Whether both are the same rows in the same order. */
export function areSame(rows: readonly Elements[], others: readonly Elements[]): boolean {
  if (rows.length !== others.length) return false;
  for (let i = 0; i < rows.length; i++) if (rows[i] !== others[i]) return false;
  return true;
}

// What results were written to lately, and whether that was nested. To read the first element of arrays of any kind (element.ts)
// takes longer, and makes an object of a number.
const MOST_OUTS = 64;
const outs: unknown[][] = [];
const areNested: boolean[] = [];
let next = 0;
let latest = 0;

/** Whether this `out` was nested; undefined where it is not known. */
export function wasNested(out: unknown[]): boolean | undefined {
  const count = outs.length;
  for (let i = 0, at = latest; i < count; i++, at++) {
    if (at >= count) at = 0;
    if (outs[at] !== out) continue;
    latest = at;
    return areNested[at];
  }
  return undefined;
}

export function noteNested(out: unknown[], nested: boolean): void {
  outs[next] = out;
  areNested[next] = nested;
  next = (next + 1) % MOST_OUTS;
}
