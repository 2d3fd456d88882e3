// Masks: which elements of a container count. Booleans or 0 and 1 in a container of any kind, broadcast to that container's shape.

import { describeShape, expected, misfit, noMemory, wrongType } from '../errors.js';
import { arrayOf, hasFirst, place, startOf } from './elements.js';
import { isFlat, NUMBER, Operand } from './operand.js';
import { rowStart } from './strided.js';
import { readAny } from './tensor.js';

const SAYS = 'an array (typed, plain or nested), { data, shape } or a Tensor of booleans or of 0 and 1';

/** Reads a mask for `x`, but not yet its elements. A flat one with as many as a flat x has is of the shape of x. */
export function readMask(given: unknown, x: Operand): Operand {
  const mask = new Operand();
  readAny(mask, 'mask', given, undefined, SAYS);
  if (mask.kind === NUMBER) wrongType('ERR_DTYPE', 'mask', SAYS, given);
  if (isFlat(mask) && isFlat(x) && mask.size === x.size) mask.shape = x.shape;
  const missing = x.shape.length - mask.shape.length;
  const fits = missing >= 0 && mask.shape.every((length, i) => length === 1 || length === x.shape[missing + i]);
  if (!fits) misfit('mask', `a shape that broadcasts to ${describeShape(x.shape)}`, describeShape(mask.shape));
  return mask;
}

/** Reads the elements of a mask: 1 for those that count. */
export function gatherMask(mask: Operand): Uint8Array {
  const { run, step, size } = mask;
  const kept = bytes(size);
  for (let at = 0, row = 0; at < size; row++, at += run) {
    const array = arrayOf(mask, row);
    const start = startOf(mask, row);
    for (let i = 0; i < run; i++) {
      const value: unknown = at + i === 0 && hasFirst(mask) ? mask.first : array[start + i * step];
      if (value === true || value === 1) kept[at + i] = 1;
      else if (value !== false && value !== 0)
        expected('ERR_DTYPE', `mask${place(mask.shape, at + i)}`, 'true, false, 0 or 1', value);
    }
  }
  return kept;
}

function bytes(count: number): Uint8Array {
  try {
    return new Uint8Array(count);
  } catch {
    return noMemory(count);
  }
}

/** Puts `value` where elements do not count into a view of those from number `first` on, `count` of them: whole rows. */
export type Fill = (view: Float64Array, first: number, count: number, value: number) => void;

/** A mask with elements `kept` and its own `shape` on elements of another shape, whose axes are taken in the order of `axes`. */
export function fillMasked(kept: Uint8Array, own: readonly number[], axes: readonly number[], shape: readonly number[]): Fill {
  // How far apart neighbours along each axis of x are in the mask: 0 where it is broadcast.
  const missing = shape.length - own.length;
  const apart = shape.map(() => 0);
  for (let i = own.length, dense = 1; i-- > 0; ) {
    if ((own[i] as number) > 1) apart[missing + i] = dense;
    dense *= own[i] as number;
  }
  const rows = { shape: axes.map((axis) => shape[axis] as number), strides: axes.map((axis) => apart[axis] as number), start: 0 };
  const run = rows.shape[axes.length - 1] as number;
  const step = rows.strides[axes.length - 1] as number;
  return (view, first, count, value) => {
    for (let at = 0, row = first / run; at < count; at += run, row++) {
      const start = rowStart(rows, row);
      for (let i = 0; i < run; i++) if (kept[start + i * step] === 0) view[at + i] = value;
    }
  };
}

/** The mask of attention that sees no later key: of `queries` rows of `keys` elements row r keeps the first r + 1. */
export function fillCausal(queries: number, keys: number): Fill {
  return (view, first, count, value) => {
    for (let at = 0; at < count; at += keys) {
      const query = ((first + at) / keys) % queries;
      view.fill(value, at + Math.min(query + 1, keys), at + keys);
    }
  };
}
