// Nested arrays of any depth. The innermost rows may be typed arrays, each of its own class.

import { describe, misfit, wrongType } from '../errors.js';
import { elementType, lengthOf, type NumberArray, offsetOf, PLAIN, tag, typeOfTyped } from '../typed.js';
import { elementAt } from './element.js';
import { type Elements, NESTED, type Operand } from './operand.js';
import { noShape, sizeOf } from './shape.js';

/** More dimensions than anyone needs; an array that contains itself stops here. */
const MOST_DIMENSIONS = 64;

const isRow = (value: unknown): value is Elements =>
  Array.isArray(value) || (isTyped(value) && elementType(tag(value) ?? 'Big') !== undefined);

const isTyped = (value: unknown): value is NumberArray => tag(value) !== undefined;

/** `first` is the first element of `value`, which is an array. */
export function readNested(to: Operand, value: unknown[], first: unknown, given: unknown): void {
  noShape(to.label, given);
  const { ownShape, rows, rowOffsets } = to;
  to.rowCount = 0;
  to.array = value;
  ownShape[0] = to.length = value.length;
  let dimensions = 1;
  // The shape is taken from the first row at each depth; all others are compared with it.
  let row = first;
  while (isRow(row)) {
    ownShape[dimensions++] = row.length;
    if (dimensions > MOST_DIMENSIONS) misfit(to.label, `at most ${MOST_DIMENSIONS} dimensions`, 'more');
    if (!Array.isArray(row)) break;
    row = row.length > 0 ? elementAt(row, 0) : undefined;
  }
  to.first = row;
  if (ownShape.length > dimensions) ownShape.length = dimensions;
  to.kind = NESTED;
  to.plain = to.typedRows = false;
  to.run = ownShape[ownShape.length - 1] as number;
  collect(to, value, 0);
  if (rows.length > to.rowCount) rows.length = rowOffsets.length = to.rowCount;
  to.shape = ownShape;
  to.size = sizeOf(ownShape);
  to.start = 0;
  to.step = 1;
  to.gaps = false;
}

/** Collects the rows at one depth, and at the last but one, the innermost rows. */
function collect(to: Operand, outer: unknown[], depth: number): void {
  const { ownShape, rows, rowOffsets } = to;
  const count = ownShape[depth] as number;
  if (outer.length !== count) misfit(to.label, `rows of length ${count}`, `one of length ${outer.length}`);
  const length = ownShape[depth + 1];
  for (let i = 0; i < count; i++) {
    const row: unknown = outer[i];
    const plain = Array.isArray(row);
    if (!plain && !isRow(row)) return notElement(to.label, `a row at ${placeOf(to, depth, i)}`, row);
    const size = plain ? row.length : lengthOf(to.label, row);
    if (size !== length) misfit(to.label, `rows of length ${length}`, `one of length ${size} at ${placeOf(to, depth, i)}`);
    if (depth + 2 < ownShape.length) {
      if (!plain) return notElement(to.label, `a row of rows at ${placeOf(to, depth, i)}`, row);
      collect(to, row, depth + 1);
    } else {
      rows[to.rowCount] = row;
      rowOffsets[to.rowCount] = plain ? -1 : offsetOf(row);
      if (plain) to.plain = true;
      else to.typedRows = true;
      if (to.rowCount++ === 0) to.type = plain ? PLAIN : typeOfTyped(row);
    }
  }
}

/** The indices of row `i` at a depth, which follow from how many rows were collected before it. */
function placeOf(to: Operand, depth: number, i: number): string {
  let text = `[${i}]`;
  let before = to.rowCount;
  for (let d = to.ownShape.length - 2; d > depth; d--) before = Math.floor(before / (to.ownShape[d] as number));
  for (let d = depth; d > 0; d--) {
    before = Math.floor(before / (to.ownShape[d] as number));
    text = `[${before % (to.ownShape[d - 1] as number)}]${text}`;
  }
  return text;
}

/** Refuses an element or a row that is something else: a number or an array means that rows differ in depth. */
export function notElement(label: string, what: string, got: unknown): never {
  if (typeof got === 'number' || Array.isArray(got)) misfit(label, `rows of equal depth: ${what}`, describe(got));
  return wrongType('ERR_DTYPE', label, what, got);
}
