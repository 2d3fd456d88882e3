// Shapes and axes: reads them, compares them, splits one around an axis. Knows no elements.

import { describeShape, expected, fail, misfit, wrongType } from '../errors.js';
import { type NumberArray, tag } from '../typed.js';

/** The number of elements of `shape`. @internal */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i] as number;
  return size;
}

/** @internal */
export const isLength = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
/** @internal */
export const lengthSays = 'an integer >= 0';

/**
 * Reads an array of numbers once into `to`, which it fills: a shape or strides, property `part` of the container `label`, as
 * messages call it.
 * @internal
 */
export function readNumbers(
  label: string,
  part: string,
  value: unknown,
  what: string,
  holds: (value: number) => boolean,
  to: number[] = [],
): number[] {
  if (!Array.isArray(value) && !isNumbers(value)) return wrongType('ERR_SHAPE', label + part, 'an array of numbers', value);
  const { length } = value;
  for (let i = 0; i < length; i++) {
    const number: unknown = value[i];
    to[i] = typeof number === 'number' && holds(number) ? number : expected('ERR_SHAPE', `${label}${part}[${i}]`, what, number);
  }
  // Not emptied and filled again, which would take new memory.
  if (to.length > length) to.length = length;
  return to;
}

function isNumbers(value: unknown): value is NumberArray {
  const name = tag(value);
  return name !== undefined && !name.startsWith('Big');
}

/** @internal */
export const readShape = (label: string, part: string, value: unknown, to?: number[]): number[] =>
  readNumbers(label, part, value, lengthSays, isLength, to);

/** @internal */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** @internal */
export function checkCount(label: string, length: number, size: number): void {
  if (length !== size) misfit(label, `${size} elements`, `${length}`);
}

/** @internal */
export function checkShape(label: string, own: readonly number[], shape: readonly number[]): void {
  if (!sameShape(own, shape)) misfit(label, `the shape ${describeShape(shape)}`, describeShape(own));
}

/** Refuses `options.shape` for a container that has a shape. @internal */
export function noShape(label: string, shape: unknown): void {
  if (shape !== undefined) misfit('shape', `"${label}" to be flat`, 'one that has a shape');
}

/** An axis of the container `label` counted from the start. @internal */
export function normalAxis(axis: number, dimensions: number, label = 'x'): number {
  if (dimensions === 0) fail(RangeError, 'ERR_AXIS', `"${label}" expected a container with an axis, got a scalar`);
  if (axis < -dimensions || axis >= dimensions) {
    expected('ERR_AXIS', 'axis', `an integer from ${-dimensions} to ${dimensions - 1}`, axis);
  }
  return axis < 0 ? axis + dimensions : axis;
}

/** A shape around an axis: (outer, units, inner) elements, row-major. @internal */
export interface Split {
  outer: number;
  units: number;
  inner: number;
}

/** Splits `shape` at `axis` into `to`. @internal */
export function split(shape: readonly number[], axis: number, to: Split): void {
  const at = normalAxis(axis, shape.length);
  let outer = 1;
  let inner = 1;
  for (let i = 0; i < shape.length; i++) {
    if (i < at) outer *= shape[i] as number;
    else if (i > at) inner *= shape[i] as number;
  }
  to.outer = outer;
  to.units = shape[at] as number;
  to.inner = inner;
}

/** The shape of a Jacobian: the other axes in order, then (U, U). Refuses more than `most` dimensions. @internal */
export function jacobianShape(shape: readonly number[], axis: number, most = shape.length): number[] {
  if (shape.length > most) misfit('x', `${most} dimensions`, describeShape(shape));
  const at = normalAxis(axis, shape.length);
  const units = shape[at] as number;
  return [...shape.slice(0, at), ...shape.slice(at + 1), units, units];
}
