// Containers built from flat values, and read back: nested arrays, strided arrays, every axis moved by hand.

export type Nested = number | readonly Nested[];

export const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Flat row-major values as nested arrays. */
export function nest(values: ArrayLike<number>, shape: readonly number[]): Nested[] {
  const [length = 0, ...rest] = shape;
  const size = product(rest);
  return Array.from({ length }, (_, i) => {
    const part = Array.prototype.slice.call(values, i * size, (i + 1) * size) as number[];
    return rest.length ? nest(part, rest) : (part[0] as number);
  });
}

/** An empty mould of a shape, for an `out` of nested arrays. */
export const mould = (shape: readonly number[]): Nested[] => nest(new Float64Array(product(shape)), shape);

export function flatten(nested: Nested): number[] {
  return typeof nested === 'number' ? [nested] : nested.flatMap(flatten);
}

export interface Strided {
  data: Float64Array;
  shape: number[];
  stride: number[];
  offset: number;
}

/** Row-major values laid out with the axes in `order` (outermost first), those of `reversed` backwards, a gap between elements. */
export function strided(
  values: ArrayLike<number>,
  shape: readonly number[],
  order: readonly number[],
  reversed: readonly number[] = [],
  gap = 1,
): Strided {
  const stride = shape.map(() => 0);
  let size = gap;
  for (const axis of [...order].reverse()) {
    stride[axis] = size;
    size *= shape[axis] as number;
  }
  let offset = 3;
  for (const axis of reversed) {
    offset += (stride[axis] as number) * Math.max(0, (shape[axis] as number) - 1);
    stride[axis] = -(stride[axis] as number);
  }
  const result = { data: new Float64Array(size + 5).fill(-7777), shape: [...shape], stride, offset };
  const positions = indices(result);
  for (const [i, position] of positions.entries()) result.data[position] = values[i] as number;
  return result;
}

/** Positions in `data` of the elements in row-major order. */
export function indices({
  shape,
  stride,
  offset,
}: {
  shape: readonly number[];
  stride: readonly number[];
  offset: number;
}): number[] {
  let positions = [offset];
  for (const [axis, length] of shape.entries()) {
    positions = positions.flatMap((position) => Array.from({ length }, (_, i) => position + i * (stride[axis] as number)));
  }
  return positions;
}

/** Row-major values with `axis` moved to the end, and the shape that then has. */
export function moveAxisLast(
  values: ArrayLike<number>,
  shape: readonly number[],
  axis: number,
): { values: Float64Array; shape: number[]; back: number[] } {
  const order = [...shape.keys()].filter((k) => k !== axis);
  order.push(axis);
  const stride = shape.map((_, k) => product(shape.slice(k + 1)));
  const moved = order.map((k) => shape[k] as number);
  const from = indices({ shape: moved, stride: order.map((k) => stride[k] as number), offset: 0 });
  return { values: Float64Array.from(from, (k) => values[k] as number), shape: moved, back: from };
}
