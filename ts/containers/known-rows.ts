// The rows of nested arrays that calls have had, and that were found to be plain, of one length and apart from each other: programs pass the same
// ones again and again, and whoever finds them so need not look again.

import type { Home } from '../engine/memory.js';
import type { Held } from './operand.js';
import { exchangeNumbers, takeNumbers } from './plain-numbers.js';

export type Rows = readonly (readonly unknown[])[];

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

/** How many calls are kept, and of how many elements at most. */
const MOST_CALLS = 8;
const MOST_ELEMENTS = 1024;

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

/** Keeps a call in place of one that began alike, or of the oldest; no large one, and none of more dimensions than two. */
export function keepRows(call: KnownRows): void {
  if (call.size > MOST_ELEMENTS || call.shape.length > 2) return;
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

/**
 * Reads the numbers of rows into the view of a scratch buffer; `first` is the first of all where that has been read. Returns where it ended: before
 * something else than a number.
 */
export function takeRows(rows: Rows, run: number, first: unknown, to: Float64Array, home: Home | undefined): number {
  let from = 0;
  if (first !== undefined) {
    if (typeof first !== 'number') return 0;
    to[from++] = first;
  }
  for (let i = 0; i < rows.length; i++, from = 0) {
    const end = takeNumbers(rows[i] as readonly unknown[], from, run, to, i * run, home);
    if (end < run) return i * run + end;
  }
  return rows.length * run;
}

/** Exchanges the numbers of rows for results, which are the view of a scratch buffer; false where that ended before the last. */
export function exchangeRows(
  results: Float64Array,
  rows: readonly unknown[][],
  run: number,
  held: Held,
  home: Home | undefined,
): boolean {
  for (let i = 0; i < rows.length; i++) {
    if (exchangeNumbers(results, i * run, (i + 1) * run, rows[i] as unknown[], 0, held, home) < (i + 1) * run) return false;
  }
  return true;
}
