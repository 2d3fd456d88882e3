// Shapes and the containers of JavaScript: reads one into a flat run of numbers, writes a flat run into one, and tells
// where two of them lie on the same memory. Knows no tensor, no function and no wasm.

import { describe, describeShape, expected, fail, isObject, misfit, noMemory, offsetOf, tag, wrongType } from './check.js';
import type { NumberArray } from './types.js';

/** Typed arrays that results are written to. */
export type FloatArray = Float64Array | Float32Array;

/** Whether a tag is that of an array of numbers: not bigints, and not `Float16Array`, which TypeScript 5.4 cannot name. */
export const isNumberTag = (name: string | undefined): boolean =>
  isFloatTag(name) || (name !== undefined && /^(Int|Ui)/.test(name));

export const isFloatTag = (name: string | undefined): boolean => name === 'Float64Array' || name === 'Float32Array';

export const isNumberArray = (value: unknown): value is NumberArray => isNumberTag(tag(value));

export const isFloatArray = (value: unknown): value is FloatArray => isFloatTag(tag(value));

/**
 * The length of a typed array. One without elements may have lost its memory (transferred, shrunk, or a view of wasm memory
 * that has grown since): that is an error here, not an empty array.
 */
export function lengthOf(label: string, array: NumberArray): number {
  const { length } = array;
  if (length === 0) {
    try {
      array.keys();
    } catch {
      fail(TypeError, 'ERR_DTYPE', `"${label}" expected an array with its memory, got a detached ${tag(array)}`);
    }
  }
  return length;
}

/** A `Float64Array` of `count` zeros. */
export function floats(count: number): Float64Array {
  try {
    return new Float64Array(count);
  } catch {
    return noMemory(count);
  }
}

/** A typed array for results where a `like` came in: `Float32Array` for that, else `Float64Array`. */
export function floatsLike(like: NumberArray, count: number): FloatArray {
  if (tag(like) !== 'Float32Array') return floats(count);
  try {
    return new Float32Array(count);
  } catch {
    return noMemory(count);
  }
}

// ---- Shapes ----

/** The number of elements of `shape`. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

function checkDimensions(label: string, value: unknown): asserts value is ArrayLike<unknown> {
  if (!Array.isArray(value) && !isNumberArray(value)) {
    wrongType('ERR_SHAPE', label, 'an array of numbers', value);
  }
}

function readDimension(label: string, i: number, value: unknown, what: string, holds: (value: number) => boolean): number {
  return typeof value === 'number' && holds(value) ? value : expected('ERR_SHAPE', `${label}[${i}]`, what, value);
}

/** Reads an array of numbers once: a shape or strides. */
function readDimensions(label: string, value: unknown, what: string, holds: (value: number) => boolean): number[] {
  checkDimensions(label, value);
  const { length } = value;
  const dimensions: number[] = [];
  for (let i = 0; i < length; i++) dimensions.push(readDimension(label, i, value[i], what, holds));
  return dimensions;
}

const isLength = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const lengthSays = 'an integer >= 0';

export const readShape = (label: string, value: unknown): number[] => readDimensions(label, value, lengthSays, isLength);

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The shape of a flat array of `length` elements: that of `options.shape`, or one dimension. */
export function flatShape(shape: unknown, length: number): readonly number[] {
  if (shape === undefined) return [length];
  const read = readShape('shape', shape);
  if (sizeOf(read) !== length) misfit('shape', `${length} elements`, describeShape(read));
  return read;
}

/** A shape around an axis: (outer, units, inner) elements, row-major. */
export interface Split {
  outer: number;
  units: number;
  inner: number;
  size: number;
}

const parts: Split = { outer: 1, units: 1, inner: 1, size: 1 };

/**
 * Splits a shape of `size` elements at `axis`, which is undefined where none is needed; `shape` is undefined for one
 * dimension, or for elements (in rows of `unitsOfNone`) without an axis. Reads it once and copies nothing: the object returned
 * is the same each time.
 */
export function split(shape: unknown, size: number, axis: number | undefined, unitsOfNone = 1): Split {
  let outer = 1;
  let units = 1;
  let inner = 1;
  if (shape === undefined) {
    if (axis === undefined) {
      units = unitsOfNone;
      outer = size / units;
    } else {
      normalAxis(axis, 1);
      units = size;
    }
  } else {
    checkDimensions('shape', shape);
    const { length } = shape;
    const at = axis === undefined ? length : normalAxis(axis, length);
    for (let i = 0; i < length; i++) {
      const dimension = readDimension('shape', i, shape[i], lengthSays, isLength);
      if (i < at) outer *= dimension;
      else if (i > at) inner *= dimension;
      else units = dimension;
    }
    if (outer * units * inner !== size) misfit('shape', `${size} elements`, `${outer * units * inner}`);
  }
  parts.outer = outer;
  parts.units = units;
  parts.inner = inner;
  parts.size = size;
  return parts;
}

/** The shape of a Jacobian: the other axes in order, then (U, U). Refuses more than `most` dimensions. */
export function jacobianShape(shape: readonly number[], axis: number, most = shape.length): number[] {
  if (shape.length > most) misfit('x', `${most} dimensions`, describeShape(shape));
  const at = normalAxis(axis, shape.length);
  const units = shape[at] ?? 0;
  return [...shape.slice(0, at), ...shape.slice(at + 1), units, units];
}

/** An axis counted from the start. */
export function normalAxis(axis: number, dimensions: number): number {
  if (dimensions === 0) fail(RangeError, 'ERR_AXIS', '"x" expected a container with an axis, got a number');
  if (axis < -dimensions || axis >= dimensions) {
    expected('ERR_AXIS', 'axis', `an integer from ${-dimensions} to ${dimensions - 1}`, axis);
  }
  return axis < 0 ? axis + dimensions : axis;
}

/** Refuses `options.shape` for a container that has a shape. */
export function noShape(label: string, shape: unknown): void {
  if (shape !== undefined) misfit('shape', `"${label}" to be flat`, 'one that has a shape');
}

// ---- Containers ----

/** What holds elements: a typed array, or a plain one. */
type Elements = NumberArray | unknown[];

/** Called for each run of elements in row-major order: those at `start`, `start + step`, … of `array`. */
type Visit = (array: Elements, start: number, step: number, count: number) => void;

/** A container of JavaScript: where its elements are. */
export interface View {
  readonly label: string;
  readonly kind: 'number' | 'typed' | 'array' | 'nested' | 'strided' | 'tensor';
  readonly shape: readonly number[];
  readonly size: number;
  /** A typed array's tag, or 'Array'. */
  readonly type: string;
  /** Bytes an element takes; 1 in plain arrays, whose places count elements. */
  readonly width: number;
  readonly each: (visit: Visit) => void;
  /** What holds the elements: the buffer of a typed array, or plain arrays, nested rows each in full. */
  readonly owners: readonly object[];
  /** The first place that is taken and the one after the last: in bytes; in elements of a plain array. */
  readonly low: number;
  readonly high: number;
  /** Whether all places between the two are. */
  readonly dense: boolean;
  /** All elements in order, where they are so in memory. */
  readonly direct: NumberArray | undefined;
}

/** Reads a container but not yet the elements of arrays; `shape` is `options.shape`, for the flat ones; `says` what is expected. */
export function view(label: string, value: unknown, shape: unknown, says: string): View {
  if (typeof value === 'number') {
    noShape(label, shape);
    return typedView(label, 'number', Float64Array.of(value), []);
  }
  if (isNumberArray(value)) return typedView(label, 'typed', value, flatShape(shape, lengthOf(label, value)));
  if (Array.isArray(value)) return arrayView(label, value, shape);
  if (isObject(value) && tag(value) === undefined) {
    const { data, shape: own, stride, offset } = value as Record<string, unknown>;
    if (data !== undefined || own !== undefined) {
      noShape(label, shape);
      return stridedView(label, data, own, stride, offset);
    }
  }
  return wrongType('ERR_DTYPE', label, says, value);
}

/** A view of a typed array as a whole. */
export function typedView(label: string, kind: View['kind'], array: NumberArray, shape: readonly number[]): View {
  const size = array.length;
  return placed(array, 0, size, label, kind, shape, size, (visit) => visit(array, 0, 1, size), true, array);
}

/** A view of the elements from `low` to before `high` of an array. One literal: spreading another into it takes ten times as long. */
function placed(
  array: Elements,
  low: number,
  high: number,
  label: string,
  kind: View['kind'],
  shape: readonly number[],
  size: number,
  each: View['each'],
  dense: boolean,
  direct: NumberArray | undefined,
): View {
  return {
    label,
    kind,
    shape,
    size,
    type: tag(array) ?? 'Array',
    width: Array.isArray(array) ? 1 : array.BYTES_PER_ELEMENT,
    each,
    owners: [ownerOf(array)],
    low: placeOf(array, low),
    high: placeOf(array, high),
    dense,
    direct,
  };
}

const ownerOf = (array: Elements): object => (Array.isArray(array) ? array : array.buffer);

/** Where an element of an array is: its byte; in a plain array its number. */
const placeOf = (array: Elements, at: number): number =>
  Array.isArray(array) ? at : offsetOf(array) + at * array.BYTES_PER_ELEMENT;

/** More dimensions than anyone has; an array that holds itself stops here. */
const MOST_DIMENSIONS = 64;

function arrayView(label: string, value: unknown[], given: unknown): View {
  const shape: number[] = [];
  for (let row: unknown = value; Array.isArray(row); row = row.length > 0 ? row[0] : undefined) {
    if (shape.push(row.length) > MOST_DIMENSIONS) misfit(label, `at most ${MOST_DIMENSIONS} dimensions`, 'more');
  }
  const last = shape.length - 1;
  const rows: unknown[][] = [];
  const walk = (row: unknown, dimension: number): void => {
    if (!Array.isArray(row)) return notElement(label, 'a row', row);
    const count = shape[dimension];
    if (row.length !== count) misfit(label, `rows of ${count}`, `one of ${row.length}`);
    if (dimension === last) rows.push(row);
    else for (let i = 0; i < count; i++) walk(row[i], dimension + 1);
  };
  walk(value, 0);
  const count = shape[last] ?? 0;
  const nested = last > 0;
  if (nested) noShape(label, given);
  return {
    label,
    kind: nested ? 'nested' : 'array',
    shape: nested ? shape : flatShape(given, count),
    size: sizeOf(shape),
    type: 'Array',
    width: 1,
    owners: rows,
    low: 0,
    high: count,
    each(visit) {
      for (const row of rows) visit(row, 0, 1, count);
    },
    dense: true,
    direct: undefined,
  };
}

/** For an element, or a row, that is something else: in rows of unequal depth a number or an array. */
function notElement(label: string, what: string, got: unknown): never {
  if (typeof got === 'number' || Array.isArray(got)) misfit(label, `rows of equal depth: ${what}`, describe(got));
  return wrongType('ERR_DTYPE', label, what, got);
}

function stridedView(label: string, data: unknown, own: unknown, stride: unknown, offset: unknown): View {
  const typed = isNumberArray(data);
  if (!typed && !Array.isArray(data)) return wrongType('ERR_DTYPE', `${label}.data`, 'an array of numbers', data);
  const shape = readShape(`${label}.shape`, own);
  const length = typed ? lengthOf(`${label}.data`, data) : data.length;
  const size = sizeOf(shape);
  const start = offset === undefined ? 0 : offset;
  if (typeof start !== 'number' || !isLength(start)) return expected('ERR_SHAPE', `${label}.offset`, lengthSays, start);
  const dense: number[] = [];
  for (let i = shape.length, step = 1; i-- > 0; step *= shape[i] ?? 0) dense[i] = step;
  const steps = stride === undefined ? dense : readDimensions(`${label}.stride`, stride, 'an integer', Number.isSafeInteger);
  if (steps.length !== shape.length) misfit(`${label}.stride`, `${shape.length} numbers`, `${steps.length}`);
  let [low, high] = [start, start];
  steps.forEach((step, i) => {
    const span = step * ((shape[i] ?? 0) - 1);
    if (span < 0) low += span;
    else high += span;
  });
  if (size > 0 && (low < 0 || high >= length)) misfit(label, `elements inside its data of ${length}`, `${low} to ${high}`);
  if (!Number.isSafeInteger(size)) noMemory(size);

  const gapless = size === 0 || steps.every((step, i) => (shape[i] ?? 0) < 2 || step === dense[i]);
  const last = shape.length - 1;
  const walk = (visit: Visit, dimension: number, from: number): void => {
    const count = shape[dimension] ?? 1;
    const step = steps[dimension] ?? 1;
    if (dimension >= last) visit(data, from, step, count);
    else for (let i = 0; i < count; i++) walk(visit, dimension + 1, from + i * step);
  };
  const each = (visit: Visit): void => {
    if (gapless) visit(data, start, 1, size);
    else walk(visit, 0, start);
  };
  const direct =
    !typed || !gapless ? undefined : size === length ? data : tag(data) === 'Float64Array' ? part(data, start, size) : undefined;
  return placed(data, low, high + 1, label, 'strided', shape, size, each, gapless, direct);
}

/** A part of a `Float64Array`, on the same memory. `subarray` would run the code of a subclass. */
export const part = (array: NumberArray, start: number, count: number): Float64Array =>
  new Float64Array(array.buffer, offsetOf(array) + 8 * start, count);

/** The elements in order: the caller's own typed array, or a copy. */
export function gather(from: View): NumberArray {
  if (from.direct) return from.direct;
  let numbers: Float64Array | undefined;
  let at = 0;
  from.each((array, start, step, count) => {
    for (let i = 0; i < count; i++) {
      const element = array[start + i * step];
      if (typeof element !== 'number') {
        const what = `a number at ${place(from.shape, at)}`;
        return from.kind === 'strided'
          ? wrongType('ERR_DTYPE', from.label, what, element)
          : notElement(from.label, what, element);
      }
      // Asked for when the first number is seen: an array of a billion holes is refused before.
      numbers ??= floats(from.size);
      numbers[at++] = element;
    }
  });
  return numbers ?? floats(0);
}

/** The place of an element as its indices: `[1][2]`. */
function place(shape: readonly number[], at: number): string {
  let text = '';
  for (const length of [...shape].reverse()) {
    text = `[${at % length}]${text}`;
    at = Math.floor(at / length);
  }
  return text;
}

/** Puts results in their place. */
export function scatter(to: View, numbers: FloatArray): void {
  let at = 0;
  to.each((array, start, step, count) => {
    for (let i = 0; i < count; i++) array[start + i * step] = numbers[at++] ?? 0;
  });
}

/** Checks a container to write a result of `shape` to. */
export function checkSink(sink: View, shape: readonly number[]): void {
  const { label, kind, type } = sink;
  if (kind === 'number' || (type !== 'Array' && !isFloatTag(type)))
    wrongType('ERR_DTYPE', label, sinkSays, kind === 'number' ? sink.direct?.[0] : sink.direct);
  if (kind === 'typed' || kind === 'array') checkCount(label, sink.size, sizeOf(shape));
  else checkShape(label, sink.shape, shape);
  sink.each((array) => {
    if (Object.isFrozen(array) && sink.size > 0) wrongType('ERR_DTYPE', label, 'arrays to write to', 'frozen');
  });
  if (new Set(sink.owners).size < sink.owners.length || !(sink.dense || mark(sink, sink, marksFor(sink, sink), true))) {
    misfit(label, 'a place for each element', 'an overlap');
  }
}

export const says = 'a number, an array of numbers (typed, plain or nested), { data, shape } or a Tensor';

export const sinkSays = 'a Float64Array, a Float32Array, an array, { data, shape } or a Tensor';

export function checkCount(label: string, length: number, size: number): void {
  if (length !== size) misfit(label, `${size} elements`, `${length}`);
}

export function checkShape(label: string, own: readonly number[], shape: readonly number[]): void {
  if (!sameShape(own, shape)) misfit(label, `the shape ${describeShape(shape)}`, describeShape(own));
}

// ---- Shared memory ----

/** Marks for the places of `of`, in units of the smaller width: places are multiples of their width. */
const marksFor = (of: View, other: View): Uint8Array => {
  try {
    return new Uint8Array((of.high - of.low) / Math.min(of.width, other.width));
  } catch {
    return noMemory(of.size);
  }
};

/** Whether no place of an element of `view` is marked in the marks of `of`; marks them, unless it is only to look. */
function mark(view: View, of: View, marks: Uint8Array, write: boolean): boolean {
  const unit = (of.high - of.low) / marks.length;
  const each = view.width / unit;
  let free = true;
  view.each((array, start, step, count) => {
    const first = (placeOf(array, start) - of.low) / unit;
    for (let i = 0; i < count; i++) {
      const from = first + i * step * each;
      for (let place = from; place < from + each; place++) {
        if (marks[place]) free = false;
        if (write) marks[place] = 1;
      }
    }
  });
  return free;
}

/** All runs of a view, to compare. */
function runsOf(view: View): unknown[] {
  const runs: unknown[] = [view.type];
  view.each((array, start, step, count) => {
    runs.push(ownerOf(array), placeOf(array, start), count, count > 1 ? step : 0);
  });
  return runs;
}

/**
 * Refuses an `out` on the memory of an input, unless it is that input and the call can work in place. Exact: two views that
 * interleave on one buffer share nothing.
 */
export function checkOverlap(out: View, input: View, inPlace: boolean): void {
  const owners = new Set(out.owners);
  if (out.low >= input.high || input.low >= out.high || !input.owners.some((owner) => owners.has(owner))) return;
  if (inPlace) {
    const runs = runsOf(out);
    const others = runsOf(input);
    if (runs.length === others.length && runs.every((run, i) => run === others[i])) return;
  }
  if (!out.dense || !input.dense) {
    const marks = marksFor(out, input);
    mark(out, out, marks, true);
    if (mark(input, out, marks, false)) return;
  }
  overlap(out.label, input.label, inPlace);
}

/**
 * The same for two typed arrays with these tags. What costs little is asked first: reading `buffer` takes 25 ns, and two arrays
 * of one type and length that begin at one offset are either the same bytes or on different buffers.
 */
export function checkArrays(
  label: string,
  out: FloatArray,
  outTag: string | undefined,
  other: string,
  input: NumberArray,
  inputTag: string | undefined,
  inPlace: boolean,
): void {
  const gap = offsetOf(out) - offsetOf(input);
  const same = gap === 0 && outTag === inputTag && inPlace;
  if (same || gap >= input.byteLength || -gap >= out.byteLength || out.buffer !== input.buffer) return;
  overlap(label, other, inPlace);
}

export function overlap(label: string, other: string, inPlace: boolean): never {
  return misfit(label, inPlace ? `exactly the memory of "${other}" or none of it` : `no memory of "${other}"`, 'an overlap');
}

// ---- Results ----

/** More elements than this in one plain array end the process in V8, not the call. */
const MOST_IN_ARRAY = 2 ** 27 - 16;

/** `numbers` as a plain array, nested by `shape`; with no dimension, the number. */
export function toArray(numbers: ArrayLike<number>, shape: readonly number[]): unknown {
  if (numbers.length > MOST_IN_ARRAY) noMemory(numbers.length);
  let at = 0;
  const walk = (dimension: number): unknown => {
    const count = shape[dimension] ?? 0;
    const row: unknown[] = [];
    if (dimension === shape.length - 1) for (let i = 0; i < count; i++) row.push(numbers[at++]);
    else for (let i = 0; i < count; i++) row.push(walk(dimension + 1));
    return row;
  };
  return shape.length === 0 ? numbers[0] : walk(0);
}
