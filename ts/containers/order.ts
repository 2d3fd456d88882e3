// Elements in another order of their axes: rows along several axes that do not lie side by side are copied so that they do.

import { type Runs, runStart, runsOf } from './runs.js';
import { sizeOf } from './shape.js';

/** Where elements of the other order come from, and back. */
export interface Order {
  readonly there: Runs;
  readonly back: Runs;
}

/** The order in which the axes of `shape` are those of `axes`. */
export function orderOf(shape: readonly number[], axes: readonly number[]): Order {
  const moved = axes.map((axis) => shape[axis] as number);
  /** How far apart neighbours along an axis are where all lie without gaps. */
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

/** Copies the `count` numbers from number `first` of an order on into `to`. */
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
