// Elements in another order of their axes: rows along several axes that are not adjacent are copied so that their elements are.

import { type Runs, runStart, runsOf } from './runs.js';
import { sizeOf } from './shape.js';

/** Where the elements of the new order come from, and how they go back. */
export interface Order {
  readonly there: Runs;
  readonly back: Runs;
}

/** The order in which the axes of `shape` are taken as listed in `axes`. */
export function orderOf(shape: readonly number[], axes: readonly number[]): Order {
  const moved = axes.map((axis) => shape[axis] as number);
  /** The distance between neighbours along an axis of an array without gaps. */
  const strideOf = (lengths: readonly number[], axis: number): number => sizeOf(lengths.slice(axis + 1));
  return {
    there: runsOf(
      moved,
      axes.map((axis) => strideOf(shape, axis)),
    ),
    back: runsOf(
      shape,
      shape.map((_, axis) => strideOf(moved, axes.indexOf(axis))),
    ),
  };
}

/** Copies `count` numbers of an order, starting with number `first`, into `to`. */
export function takeInOrder(numbers: Float64Array, order: Runs, first: number, count: number, to: Float64Array): void {
  const { lengths, strides } = order;
  const run = lengths[lengths.length - 1] as number;
  const step = strides[lengths.length - 1] as number;
  let row = Math.floor(first / run);
  let skip = first - row * run;
  for (let at = 0; at < count; row++, skip = 0) {
    const end = Math.min(at + run - skip, count);
    let from = runStart(order, row) + skip * step;
    for (; at < end; at++, from += step) to[at] = numbers[from] as number;
  }
}
