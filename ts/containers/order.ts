// Elements in another order of their axes: rows along several axes that do not lie side by side are copied so that they do.

import { floats } from '../typed.js';

/** The lengths of the axes in the other order, and how far apart neighbours along each are where they come from. */
export interface Order {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** The order in which the axes of `shape` are those of `axes`. */
export function orderOf(shape: readonly number[], axes: readonly number[]): Order {
  const strides: number[] = [];
  for (let i = shape.length, dense = 1; i-- > 0; ) {
    strides[i] = dense;
    dense *= shape[i] as number;
  }
  return { shape: axes.map((axis) => shape[axis] as number), strides: axes.map((axis) => strides[axis] as number) };
}

/** Calls `visit` for each element: its place in the other order, and where it comes from. */
function each({ shape, strides }: Order, visit: (at: number, from: number) => void): void {
  let at = 0;
  const walk = (depth: number, from: number): void => {
    const [count = 1, step = 0] = [shape[depth], strides[depth]];
    if (depth === shape.length) visit(at++, from);
    else for (let i = 0; i < count; i++) walk(depth + 1, from + i * step);
  };
  walk(0, 0);
}

/** Numbers in the other order. */
export function inOrder(numbers: Float64Array, order: Order): Float64Array {
  const moved = floats(numbers.length);
  each(order, (at, from) => {
    moved[at] = numbers[from] as number;
  });
  return moved;
}

/** Numbers that are in the other order, as they were. */
export function outOfOrder(numbers: Float64Array, order: Order): Float64Array {
  const moved = floats(numbers.length);
  each(order, (at, from) => {
    moved[from] = numbers[at] as number;
  });
  return moved;
}
