// Arrays that earlier calls were given. Programs pass the same ones again and again, and what was found out about them is kept:
// that the rows of nested arrays are plain, of one length and share no memory (or only the last of these), and whether an `out`
// was nested.

import type { Elements, Operand } from './operand.js';
import type { Rows } from './plain-numbers.js';

/** The rows of one call. `dy` is empty if there was none. */
export interface KnownRows {
  readonly out: readonly unknown[][];
  readonly x: Rows;
  readonly dy: Rows;
  readonly shape: readonly number[];
  /** The number of elements in a row, and in all rows. */
  readonly run: number;
  readonly size: number;
}

/** At most this many calls are kept, with this many elements together: mini-batches come in turn. */
const MOST_CALLS = 64;
const MOST_ELEMENTS = 2 ** 16;

const calls: KnownRows[] = [];
let elements = 0;

/** The index of the call that was found last: the next one is usually the same, or one of those after it. */
let last = 0;

/** The call whose containers begin with these rows. Whoever reads the other rows has to check that they are the same. */
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

/**
 * Keeps a call in place of one that began with the same rows, or of the oldest. Calls of more than two dimensions are not kept.
 */
export function keepRows(call: KnownRows): void {
  if (call.shape.length > 2) return;
  const before = indexOf(call.out[0], call.x[0], call.dy[0]);
  if (before >= 0) elements -= calls.splice(before, 1)[0]?.size ?? 0;
  calls.push(call);
  elements += call.size;
  while (calls.length > MOST_CALLS || elements > MOST_ELEMENTS) elements -= calls.shift()?.size ?? 0;
}

/** Whether these are the `known` rows, with the length they had. */
export function areRows(rows: readonly unknown[], known: Rows, run: number): boolean {
  if (rows.length !== known.length) return false;
  for (let i = 0; i < known.length; i++) if (rows[i] !== known[i] || known[i]?.length !== run) return false;
  return true;
}

// What is known about the rows of nested arrays of any kind, found by the first row.

/** The rows of a container in an earlier call. */
interface Known {
  readonly rows: readonly Elements[];
  /** Unique. */
  readonly id: number;
  /** Whether they share no memory with each other. */
  distinct: boolean;
  /** The ids of the last few other containers with which these rows share no memory. */
  readonly apart: number[];
}

const MOST_APART = 8;

/**
 * Containers with at most this many elements are kept in a short list: where programs make new ones for each call, entering them
 * in a map would take as long as the call.
 */
const FEW_ELEMENTS = 1024;
const MOST_SMALL = 8;
const small: Known[] = [];

/** Larger containers, kept only as long as their first row is alive. */
let large: WeakMap<object, Known> | undefined;

let ids = 0;

/** What is known about the rows of an operand; an empty entry if its rows have changed. */
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

/** The newest entry that begins with this row. */
function recallSmall(first: Elements): Known | undefined {
  for (let i = small.length; i-- > 0; ) if (small[i]?.rows[0] === first) return small[i];
  return undefined;
}

/** Whether an earlier call found that these rows of an `out` and of an input share no memory. */
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

// The arrays to which results were written lately, and whether they were nested. Reading the first element of an array of any
// kind (element.ts) takes longer, and allocates an object if it is a number.
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
