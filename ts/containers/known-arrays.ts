// Arrays that calls have had: programs pass the same ones again and again, and what was found then need not be looked for again. The rows of
// nested ones, which were found to be plain, of one length and apart from each other, or apart only; and whether an `out` was nested.

import type { Elements } from './operand.js';
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

const MOST_CALLS = 8;

const calls: KnownRows[] = [];
let oldest = 0;

/** The call whose containers begin with these rows. That their other rows are the same is for whoever reads them to see. */
export function recallRows(out: unknown, x: unknown, dy: unknown): KnownRows | undefined {
  for (let i = 0; i < calls.length; i++) {
    const call = calls[i] as KnownRows;
    if (call.out[0] === out && call.x[0] === x && call.dy[0] === dy) return call;
  }
  return undefined;
}

/** Keeps a call in place of one that began alike, or of the oldest; none of more dimensions than two. */
export function keepRows(call: KnownRows): void {
  if (call.shape.length > 2) return;
  const before = recallRows(call.out[0], call.x[0], call.dy[0]);
  if (before !== undefined) calls[calls.indexOf(before)] = call;
  else if (calls.length < MOST_CALLS) calls.push(call);
  else calls[oldest++ % MOST_CALLS] = call;
}

/** Whether rows are `known`, and as long as they were. */
export function areRows(rows: readonly unknown[], known: Rows, run: number): boolean {
  if (rows.length !== known.length) return false;
  for (let i = 0; i < known.length; i++) if (rows[i] !== known[i] || known[i]?.length !== run) return false;
  return true;
}

// The rows of the last small nested `out`s that shared no row with an input, and those of the input: `backward` has two inputs. Of any kind, where
// those above are plain.
const apart: { out: readonly Elements[]; input: readonly Elements[] }[] = [];
let oldestApart = 0;

/** Whether these rows were found to be apart in a call before. */
export function areApart(out: readonly Elements[], input: readonly Elements[]): boolean {
  for (const before of apart) if (areSame(input, before.input) && areSame(out, before.out)) return true;
  return false;
}

export function keepApart(out: readonly Elements[], input: readonly Elements[]): void {
  apart[oldestApart] = { out: [...out], input: [...input] };
  oldestApart = 1 - oldestApart;
}

/** The rows of the last small `out` that were found to be apart from each other. */
let distinct: readonly Elements[] = [];

export const areDistinct = (rows: readonly Elements[]): boolean => areSame(rows, distinct);

export function keepDistinct(rows: readonly Elements[]): void {
  distinct = [...rows];
}

function areSame(rows: readonly Elements[], others: readonly Elements[]): boolean {
  if (rows.length !== others.length) return false;
  for (let i = 0; i < rows.length; i++) if (rows[i] !== others[i]) return false;
  return true;
}

// What results were written to lately, and whether that was nested. To read the first element of arrays of any kind (element.ts) takes
// longer, and makes an object of a number.
const MOST_OUTS = 8;
const outs: unknown[][] = [];
const areNested: boolean[] = [];
let next = 0;

/** Whether this `out` was nested; undefined where it is not known. */
export function wasNested(out: unknown[]): boolean | undefined {
  for (let i = 0; i < outs.length; i++) if (outs[i] === out) return areNested[i];
  return undefined;
}

export function noteNested(out: unknown[], nested: boolean): void {
  outs[next] = out;
  areNested[next] = nested;
  next = (next + 1) % MOST_OUTS;
}
