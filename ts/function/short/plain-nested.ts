// Nested arrays whose rows are plain: see plain.ts.

import { elementAt } from '../../containers/element.js';
import { checkLength, refuseElement } from '../../containers/elements.js';
import { areRows, type KnownRows, keepRows, noteNested, recallRows } from '../../containers/known-arrays.js';
import { readNested } from '../../containers/nested.js';
import { NESTED, type Operand } from '../../containers/operand.js';
import { checkOverlap, checkSelf } from '../../containers/overlap.js';
import { exchangeRows, type Rows, takeRows } from '../../containers/plain-numbers.js';
import { restored } from '../../containers/restore.js';
import { sameShape } from '../../containers/shape.js';
import { isBackward, type Op } from '../../engine/kernels.js';
import { BLOCK, readyFor } from '../../engine/memory.js';
import { isObject } from '../../errors.js';
import { type Defaults, factorLabelOf, labelOf, type PlainDefinition } from '../definition.js';
import { enter, type Frame, leave, level } from '../frame.js';
import { INDIRECT } from './doubles.js';
import { compute, replaceAll } from './plain-run.js';

/** Computes from nested arrays with plain rows; `wasNested` if results have been written to `out` before. */
export function onNested(
  definition: PlainDefinition,
  defaults: Defaults,
  op: Op,
  x: unknown[],
  dy: unknown,
  out: unknown[],
  wasNested: boolean,
): unknown {
  const factors = isBackward(op) ? dy : NO_ROWS;
  if (!Array.isArray(factors)) return INDIRECT;
  // The first elements of a known `out` are read by an index, in a place that sees only rows.
  const firstOfOut = wasNested ? out[0] : elementAt(out, 0);
  const first = wasNested ? x[0] : elementAt(x, 0);
  const firstOfDy = factors === NO_ROWS ? undefined : wasNested ? factors[0] : elementAt(factors, 0);
  const label = labelOf(definition, op);
  const known = recallRows(firstOfOut, first, firstOfDy);
  if (known !== undefined) {
    const { run } = known;
    if (areRows(x, known.x, run) && areRows(factors, known.dy, run) && areRows(out, known.out, run))
      return onRows(definition, defaults, op, label, known, out, undefined, undefined);
  }
  const entered = level();
  const frame = enter();
  let found: FoundRows | undefined;
  try {
    found = findRows(frame, {
      x: { label, array: x, first },
      dy: factors === NO_ROWS ? undefined : { label: factorLabelOf(definition), array: factors, first: firstOfDy },
      out: { label: 'out', array: out, first: firstOfOut },
    });
  } finally {
    leave(frame, entered);
  }
  if (found === undefined) return INDIRECT;
  const result = onRows(definition, defaults, op, label, found, out, found.first, found.firstOfDy);
  if (result === INDIRECT) return INDIRECT;
  keepRows(found);
  if (!wasNested) noteNested(out, true);
  return out;
}

const NO_ROWS: unknown[] = [];

/** Rows that are not known from an earlier call, and the first elements, which have been read. */
interface FoundRows extends KnownRows {
  readonly first: unknown;
  readonly firstOfDy: unknown;
}

/** Nested arrays of a call: the name that messages use, the array, and its first row, which has been read. */
interface GivenRows {
  readonly label: string;
  readonly array: unknown[];
  readonly first: unknown;
}

/** Reads and checks the rows of a call; undefined if some are not plain, or are empty. */
function findRows(
  frame: Frame,
  given: { readonly x: GivenRows; readonly dy: GivenRows | undefined; readonly out: GivenRows },
): FoundRows | undefined {
  const { x, dy, value: out } = frame;
  const backward = given.dy !== undefined;
  frame.used = true;
  if (!readRows(x, given.x)) return undefined;
  const { size, run } = x;
  if (size === 0 || size > BLOCK) return undefined;
  if (given.dy && !(readRows(dy, given.dy) && sameShape(dy.shape, x.shape))) return undefined;
  if (!readRows(out, given.out) || !sameShape(out.shape, x.shape)) return undefined;
  checkSelf(out);
  checkOverlap(out, x, true);
  if (backward) checkOverlap(out, dy, true);
  return {
    out: rowsOf(out),
    x: rowsOf(x),
    dy: backward ? rowsOf(dy) : [],
    shape: [...x.shape],
    run,
    size,
    first: x.first,
    firstOfDy: backward ? dy.first : undefined,
  };
}

const rowsOf = ({ rows }: Operand): unknown[][] => [...rows] as unknown[][];

/**
 * Computes a call with these rows, which are those of `to`. `first` and `firstOfDy` are the first elements if they have been
 * read. Rows that held numbers in an earlier call may hold rows by now: such a call takes the general way. The arguments are
 * separate, as an object for them would be an allocation in each call.
 */
function onRows(
  definition: PlainDefinition,
  defaults: Defaults,
  op: Op,
  label: string,
  rows: KnownRows,
  to: unknown[],
  first: unknown,
  firstOfDy: unknown,
): unknown {
  const { x, dy, out, shape, run, size } = rows;
  const entered = level();
  const frame = enter();
  const { held } = frame.value;
  try {
    const { space } = frame;
    readyFor(space);
    const { view, home } = space.left;
    const { view: viewOfDy, home: homeOfDy } = space.right;
    const end = takeRows(x, run, first, view, home);
    if (end < size) return refuseRow(frame, frame.x, label, rows, x, end);
    if (dy.length > 0) {
      const endOfDy = takeRows(dy, run, firstOfDy, viewOfDy, homeOfDy);
      if (endOfDy < size) return refuseRow(frame, frame.dy, factorLabelOf(definition), rows, dy, endOfDy);
    }
    compute(frame, definition, defaults, op, shape, size, home, homeOfDy);
    const { left } = space;
    checkLength('out', to, shape[0] as number);
    for (let i = 0; i < out.length; i++) checkLength('out', out[i] as unknown[], run);
    held.begin(size);
    if (!exchangeRows(left.view, out, run, held, left.home)) {
      noteRows(frame, rows);
      if (held.count === 0 && isObject(elementAt(out[0] as unknown[], 0))) return INDIRECT;
      replaceAll(frame, left.home, size);
    }
    held.clear();
    return to;
  } catch (error) {
    if (held.active) noteRows(frame, rows);
    throw restored(error, frame.one);
  } finally {
    leave(frame, entered);
  }
}

/** Describes the rows of an `out` as an operand, which is needed only when something goes wrong. */
function noteRows(frame: Frame, { out, run, size }: KnownRows): void {
  const { value } = frame;
  frame.used = true;
  value.label = 'out';
  value.kind = NESTED;
  value.rowCount = out.length;
  for (let i = 0; i < out.length; i++) {
    value.rows[i] = out[i] as unknown[];
    value.rowOffsets[i] = -1;
  }
  value.run = run;
  value.size = size;
  value.start = 0;
  value.step = 1;
  value.plain = true;
  value.gaps = value.typedRows = false;
}

/** Refuses an element of a row that is not a number; INDIRECT if it may be a further level of rows. */
function refuseRow(frame: Frame, operand: Operand, label: string, { shape, run }: KnownRows, rows: Rows, at: number): unknown {
  const element = rows[Math.floor(at / run)]?.[at % run];
  if (isObject(element)) return INDIRECT;
  frame.used = true;
  operand.label = label;
  operand.kind = NESTED;
  operand.shape = shape;
  return refuseElement(operand, at, element);
}

/** Reads an array whose rows are plain arrays; false if they are not. */
function readRows(to: Operand, { label, array, first }: GivenRows): boolean {
  if (!Array.isArray(first)) return false;
  to.label = label;
  readNested(to, array, first, undefined);
  return !to.typedRows;
}
