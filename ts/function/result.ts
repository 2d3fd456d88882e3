// Results: the containers that callers pass for them, which are checked, and new ones.

import { elementAt } from '../containers/element.js';
import { makeNested, makePlain, makeTyped } from '../containers/make.js';
import { ARRAY, NESTED, NUMBER, type Operand, STRIDED, TENSOR, TYPED } from '../containers/operand.js';
import { checkSelf } from '../containers/overlap.js';
import { checkCount, checkShape } from '../containers/shape.js';
import { isWritable } from '../containers/store.js';
import { create, readAny, type Tensor } from '../containers/tensor.js';
import { fail, isObject, wrongType } from '../errors.js';
import { FLOAT64, INTEGER, type NumberArray, tag, typeOfTyped } from '../typed.js';
import type { Frame } from './frame.js';

const OUT_SAYS = 'a Float64Array, a Float32Array, an array, { data, shape } or a Tensor';

/** Reads a container to which a result of this shape will be written. */
export function readResult(to: Operand, label: string, given: unknown, shape: readonly number[], size: number): void {
  readAny(to, label, given, undefined, OUT_SAYS);
  const { kind } = to;
  if (kind === NUMBER) wrongType('ERR_DTYPE', label, OUT_SAYS, given);
  if (kind === NESTED) checkRows(to);
  else if (kind !== TENSOR && to.type === INTEGER) wrongType('ERR_DTYPE', label, OUT_SAYS, to.array);
  if (kind === TYPED || kind === ARRAY) checkCount(label, to.size, size);
  else checkShape(label, to.shape, kind === NESTED && size === 0 ? shown(shape) : shape);
  if (to.plain && kind !== NESTED && size > 0)
    checkWritable(label, to.array as unknown[], to.start, elementAt(to.array as unknown[], to.start));
  if (kind === NESTED || to.gaps) checkSelf(to);
}

/** The part of a shape without elements that nested arrays can show: nothing is left after an axis of length 0. */
const shown = (shape: readonly number[]): readonly number[] => shape.slice(0, shape.indexOf(0) + 1);

/** Refuses rows that cannot be written to. */
function checkRows({ label, rows, rowCount, rowOffsets, run }: Operand): void {
  for (let i = 0; i < rowCount && run > 0; i++) {
    const row = rows[i];
    if ((rowOffsets[i] as number) < 0) checkWritable(label, row as unknown[], 0, (row as unknown[])[0]);
    else if (typeOfTyped(row as NumberArray) === INTEGER) wrongType('ERR_DTYPE', label, OUT_SAYS, row);
  }
}

function checkWritable(label: string, array: unknown[], at: number, element: unknown): void {
  if (isWritable(array, at, element) || !Object.isFrozen(array)) return;
  fail(TypeError, 'ERR_DTYPE', `"${label}" expected writable arrays, got a frozen one`);
}

/** A new container for results of this shape, of the same kind as `lead`. */
export function make(to: Operand, lead: Operand, shape: readonly number[], size: number): unknown {
  to.label = 'out';
  switch (lead.kind) {
    case TENSOR: {
      const tensor = create([...shape]);
      readAny(to, 'out', tensor, undefined);
      return tensor;
    }
    case TYPED:
      return makeTyped(to, lead.type, size);
    case ARRAY:
      return makePlain(to, size);
    case NESTED:
      return makeNested(to, lead, shape, size);
    case STRIDED:
      return { data: makeTyped(to, FLOAT64, size), shape: [...shape] };
    default:
      return makeTyped(to, FLOAT64, 1);
  }
}

/** Frees a tensor that was made for a call that failed. */
export function dispose(made: unknown, lead: Operand): void {
  if (lead.kind === TENSOR && made !== undefined) (made as Tensor).dispose();
}

/** Reads the two containers of an `out` for value and derivative, where there is one. */
export function readPair(frame: Frame): void {
  const { out } = frame;
  if (out === undefined) return;
  if (!isObject(out) || Array.isArray(out) || tag(out)) return pairExpected(out);
  const { value, deriv } = out as { value?: unknown; deriv?: unknown };
  if (value === undefined || deriv === undefined) return pairExpected(out);
  frame.first = value;
  frame.second = deriv;
}

/** For an `out` in which one of the two is missing. */
const pairExpected = (out: unknown): never => wrongType('ERR_OPTION', 'out', '{ value, deriv }', out);
