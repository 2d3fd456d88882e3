// Plain arrays into plain arrays, in few steps: flat ones, and rows of them, of up to one block. Reading and writing them may run code of the
// caller, and its calls have the next frame. What is out of the ordinary, errors of shapes too, is left to call.ts.

import { elementAt } from '../containers/element.js';
import { refuseElement, stageFlat } from '../containers/elements.js';
import { readFlatShape, readPlain } from '../containers/flat.js';
import { areRows, exchangeRows, type KnownRows, keepRows, type Rows, recallRows, takeRows } from '../containers/known-rows.js';
import { readNested } from '../containers/nested.js';
import { ARRAY, NESTED, type Operand } from '../containers/operand.js';
import { checkOverlap, checkSelf } from '../containers/overlap.js';
import { exchangeNumbers, putNumbers, takeNumbers } from '../containers/plain-numbers.js';
import { restored } from '../containers/restore.js';
import { sameShape, split } from '../containers/shape.js';
import { holdAll, storeRuns } from '../containers/store.js';
import { stageResults } from '../engine/copy.js';
import { BACKWARD_X, BACKWARD_Y, type Op, runPointwise } from '../engine/kernels.js';
import { BLOCK, type Home, readyFor, type Scratch, viewAt, type Workspace } from '../engine/memory.js';
import { noMemory } from '../errors.js';
import { floats } from '../typed.js';
import { type Defaults, labelOf, type PointwiseDefinition, type RowsDefinition } from './definition.js';
import { enter, type Frame, leave, level } from './frame.js';
import { invoke } from './invoke.js';
import { INDIRECT } from './shortest.js';

/**
 * Nested arrays are told by their first element; `shape` is that of flat ones. All are read straight into the memory of the module, each element of x and dy once, and results go
 * straight from there to the caller's.
 */
export function onPlain(
  definition: PointwiseDefinition | RowsDefinition,
  defaults: Defaults,
  op: Op,
  x: unknown[],
  dy: unknown,
  out: unknown[],
  shape?: unknown,
): unknown {
  const nested = wasNested(out);
  if (nested) return shape === undefined ? onNested(definition, defaults, op, x, dy, out, true) : INDIRECT;
  let first: unknown;
  if (nested === undefined) {
    const firstOfOut = elementAt(out, 0);
    if (Array.isArray(firstOfOut)) return shape === undefined ? onNested(definition, defaults, op, x, dy, out, false) : INDIRECT;
    first = typeof firstOfOut === 'number' ? elementAt(x, 0) : undefined;
    if (typeof first !== 'number') return INDIRECT;
  }
  const count = x.length;
  const backward = isBackward(op);
  if (count > BLOCK || out.length !== count || (backward && !(Array.isArray(dy) && dy.length === count))) return INDIRECT;
  const entered = level();
  const frame = enter();
  const { held } = frame.value;
  try {
    const { space, x: operand } = frame;
    readyFor(space);
    const { view, home } = space.left;
    const { view: viewOfDy, home: homeOfDy } = space.right;
    if (first !== undefined) view[0] = first as number;
    const end = takeNumbers(x, first === undefined ? 0 : 1, count, view, 0, home);
    // Nested after all.
    if (end === 0) return INDIRECT;
    if (end < count) refuseFlat(frame, operand, labelOf(definition, op), x, end);
    if (backward) {
      const endOfDy = takeNumbers(dy as unknown[], 0, count, viewOfDy, 0, homeOfDy);
      if (endOfDy < count) refuseFlat(frame, frame.dy, 'dy', dy as unknown[], endOfDy);
    }
    readFlatShape(operand.ownShape, shape, count);
    compute(frame, definition, defaults, op, operand.ownShape, count, home, homeOfDy);
    const { left } = space;
    held.begin(count);
    const done = exchangeNumbers(left.view, 0, count, out, 0, held, left.home);
    if (done < count) {
      if (done === 0 && Array.isArray(elementAt(out, 0))) return INDIRECT;
      noteFlat(frame, out);
      replaceAll(frame, left.home, count);
    }
    held.clear();
    if (nested === undefined) noteNested(out, false);
    return out;
  } catch (error) {
    if (held.active) noteFlat(frame, out);
    throw restored(error, frame.one);
  } finally {
    leave(frame, entered);
  }
}

// What results were written to lately, and whether that was nested. To read the first element of arrays of any kind takes 20 ns, and makes an object of
// a number.
const MOST_OUTS = 8;
const outs: unknown[][] = [];
const areNested: boolean[] = [];
let oldest = 0;

function wasNested(out: unknown[]): boolean | undefined {
  for (let i = 0; i < outs.length; i++) if (outs[i] === out) return areNested[i];
  return undefined;
}

function noteNested(out: unknown[], nested: boolean): void {
  outs[oldest] = out;
  areNested[oldest] = nested;
  oldest = (oldest + 1) % MOST_OUTS;
}

const isBackward = (op: Op): boolean => op === BACKWARD_X || op === BACKWARD_Y;

/** Runs a kernel on what has been read into the scratch buffers, which were at these places. The results are in the first. */
function compute(
  frame: Frame,
  definition: PointwiseDefinition | RowsDefinition,
  { axis, values }: Defaults,
  op: Op,
  shape: readonly number[],
  count: number,
  home: Home | undefined,
  homeOfDy: Home | undefined,
): void {
  const { space } = frame;
  const { left, right } = space;
  readyFor(space);
  if (left.home !== home) {
    // Code of the caller made the memory grow, or cost the instance.
    left.view.set(contents(home, count));
    right.view.set(contents(homeOfDy, count));
  }
  if (definition.form === 'pointwise') {
    runPointwise(definition.kernel, op, left.handle, right.handle, left.handle, count, values);
  } else {
    frame.values = values;
    split(shape, axis, frame);
    if (!invoke(frame, definition, op, left.handle, right.handle, left.handle, frame.outer)) noMemory(count);
  }
  readyFor(space);
}

const contents = (home: Home | undefined, count: number): Float64Array => (home ? viewAt(home).slice(0, count) : floats(0));

/** Writes the results to an `out`, where something else than a number is among what they replace. */
function replaceAll({ value, space }: Frame, home: Home | undefined, count: number): void {
  const results = contents(home, count);
  holdAll(value);
  storeRuns(value, 0, count, space.left, results);
}

/** A flat `out` as an operand, which is not needed where all goes well. */
function noteFlat(frame: Frame, out: unknown[]): void {
  frame.used = true;
  noteOut(frame.value, 'out', out);
}

/** Refuses an element of a flat array that is no number. */
function refuseFlat(frame: Frame, operand: Operand, label: string, array: readonly unknown[], at: number): never {
  frame.used = true;
  operand.label = label;
  operand.kind = ARRAY;
  operand.shape = [array.length];
  refuseElement(operand, at, array[at]);
}

/** Nested ones with plain rows; `wasNested` where results have been written to `out` before. */
function onNested(
  definition: PointwiseDefinition | RowsDefinition,
  defaults: Defaults,
  op: Op,
  x: unknown[],
  dy: unknown,
  out: unknown[],
  wasNested: boolean,
): unknown {
  const factors = isBackward(op) ? dy : NO_ROWS;
  if (!Array.isArray(factors)) return INDIRECT;
  // Those of a known out are read by the index, at a place that sees no others.
  const firstOfOut = wasNested ? out[0] : elementAt(out, 0);
  const first = wasNested ? x[0] : elementAt(x, 0);
  const firstOfDy = factors === NO_ROWS ? undefined : wasNested ? factors[0] : elementAt(factors, 0);
  const label = labelOf(definition, op);
  const known = recallRows(firstOfOut, first, firstOfDy);
  if (known !== undefined) {
    const { run } = known;
    if (areRows(x, known.x, run) && areRows(factors, known.dy, run) && areRows(out, known.out, run)) {
      onRows(definition, defaults, op, label, known, undefined, undefined);
      return out;
    }
  }
  const entered = level();
  const frame = enter();
  let found: FoundRows | undefined;
  try {
    found = findRows(frame, label, x, first, factors, firstOfDy, out, firstOfOut);
  } finally {
    leave(frame, entered);
  }
  if (found === undefined) return INDIRECT;
  onRows(definition, defaults, op, label, found, found.first, found.firstOfDy);
  keepRows(found);
  if (!wasNested) noteNested(out, true);
  return out;
}

const NO_ROWS: readonly unknown[] = [];

/** Rows that are not known yet, and the first elements, which have been read. */
interface FoundRows extends KnownRows {
  readonly first: unknown;
  readonly firstOfDy: unknown;
}

/** The rows of a call, checked; undefined where others than plain ones are among them, or nothing is in them. */
function findRows(
  frame: Frame,
  label: string,
  given: unknown[],
  firstRow: unknown,
  factors: readonly unknown[],
  firstRowOfDy: unknown,
  to: unknown[],
  firstRowOfOut: unknown,
): FoundRows | undefined {
  const { x, dy, value: out } = frame;
  const backward = factors !== NO_ROWS;
  frame.used = true;
  if (!readRows(x, label, given, firstRow)) return undefined;
  const { size, run } = x;
  if (size === 0 || size > BLOCK) return undefined;
  if (backward && !(readRows(dy, 'dy', factors as unknown[], firstRowOfDy) && sameShape(dy.shape, x.shape))) return undefined;
  if (!readRows(out, 'out', to, firstRowOfOut) || !sameShape(out.shape, x.shape)) return undefined;
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

/** A call with these rows, of which the first elements have been read where they are there. */
function onRows(
  definition: PointwiseDefinition | RowsDefinition,
  defaults: Defaults,
  op: Op,
  label: string,
  rows: KnownRows,
  first: unknown,
  firstOfDy: unknown,
): void {
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
    if (end < size) refuseRow(frame, frame.x, label, rows, x, end);
    if (dy.length > 0) {
      const endOfDy = takeRows(dy, run, firstOfDy, viewOfDy, homeOfDy);
      if (endOfDy < size) refuseRow(frame, frame.dy, 'dy', rows, dy, endOfDy);
    }
    compute(frame, definition, defaults, op, shape, size, home, homeOfDy);
    const { left } = space;
    held.begin(size);
    if (!exchangeRows(left.view, out, run, held, left.home)) {
      noteRows(frame, rows);
      replaceAll(frame, left.home, size);
    }
    held.clear();
  } catch (error) {
    if (held.active) noteRows(frame, rows);
    throw restored(error, frame.one);
  } finally {
    leave(frame, entered);
  }
}

/** The rows of an `out` as an operand, which is not needed where all goes well. */
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

/** Refuses an element of rows that is no number. */
function refuseRow(frame: Frame, operand: Operand, label: string, { shape, run }: KnownRows, rows: Rows, at: number): never {
  frame.used = true;
  operand.label = label;
  operand.kind = NESTED;
  operand.shape = shape;
  refuseElement(operand, at, rows[Math.floor(at / run)]?.[at % run]);
}

/** Reads an array whose rows are plain arrays; false where they are not. `first` is the first of them. */
function readRows(to: Operand, label: string, array: unknown[], first: unknown): boolean {
  if (!Array.isArray(first)) return false;
  to.label = label;
  readNested(to, array, first, undefined);
  return !to.typedRows;
}

/** Reads the elements of a plain array, of which the first has been read; the operand is for the text of an error. */
export function stagePlain(
  scratch: Scratch,
  from: Operand,
  label: string,
  array: unknown[],
  first: unknown,
  shape: readonly number[],
  count: number,
): void {
  from.label = label;
  from.kind = ARRAY;
  from.shape = shape;
  stageFlat(from, array, first, count, scratch);
}

/** Writes results to the caller's plain arrays; where that fails in the middle, they are as they were. */
export function writePlain(frame: Frame, first: unknown[], second: unknown[] | undefined, count: number): unknown {
  const { value, deriv, space } = frame;
  value.held.begin(count);
  if (second !== undefined) deriv.held.begin(count);
  try {
    replace(space, space.left, value, first, count);
    if (second !== undefined) replace(space, space.right, deriv, second, count);
  } catch (error) {
    frame.used = true;
    noteOut(value, second === undefined ? 'out' : 'out.value', first);
    if (second !== undefined) noteOut(deriv, 'out.deriv', second);
    throw restored(error, second === undefined ? frame.one : frame.both);
  }
  value.held.clear();
  deriv.held.clear();
  return frame.out;
}

/** Writes results to one of them, and keeps what was there. */
function replace(space: Workspace, scratch: Scratch, to: Operand, array: unknown[], count: number): void {
  readyFor(space);
  const results = stageResults(scratch, 0, count);
  const done = exchangeNumbers(results, 0, count, array, 0, to.held);
  if (done === count) return;
  noteOut(to, '', array);
  holdAll(to);
  putNumbers(results, done, count, array, done);
}

function noteOut(to: Operand, label: string, array: unknown[]): void {
  to.label = label;
  readPlain(to, array, undefined, undefined);
}
