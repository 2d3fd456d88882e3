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
 * dimension. Reads it once and copies nothing: the object returned is the same each time.
 */
export function split(shape: unknown, size: number, axis: number | undefined): Split {
  let outer = 1;
  let units = 1;
  let inner = 1;
  if (shape === undefined) {
    if (axis !== undefined) normalAxis(axis, 1);
    units = size;
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

// ---- Where elements are ----

/** Where the elements of a container are: in one strided run, or in rows that are arrays of their own. */
interface Layout {
  /** What holds the elements: the buffer of a typed array, or plain arrays (more than one: nested rows, each in full). */
  readonly owners: readonly object[];
  /** The kind of element: a typed array's tag, or 'Array'. */
  readonly type: string;
  /** Bytes an element takes; 1 in plain arrays, whose positions count elements. */
  readonly width: number;
  /** The position of the first element, in bytes. */
  readonly start: number;
  readonly shape: readonly number[];
  /** In elements; undefined for row-major without gaps. */
  readonly stride: readonly number[] | undefined;
}

/** A container of JavaScript, read. */
export interface Flat {
  readonly kind: 'number' | 'typed' | 'array' | 'nested' | 'strided';
  readonly shape: readonly number[];
  readonly size: number;
  /** The elements in order: the caller's own typed array, or a copy. */
  readonly numbers: NumberArray;
  /** Whether `numbers` is a copy, free to be written to. */
  readonly copied: boolean;
  readonly layout: Layout | undefined;
}

/** A container to write a result to. */
export interface Sink {
  /** Where to compute: the caller's own typed array, or a copy that `finish` puts in place. */
  readonly numbers: FloatArray;
  readonly layout: Layout;
  finish(): void;
}

/** Calls `row` for each run along the last dimension: its first element's position, the step, its length, its place in order. */
function eachRow(
  shape: readonly number[],
  stride: readonly number[],
  start: number,
  row: (start: number, step: number, count: number, at: number) => void,
): void {
  let at = 0;
  const last = shape.length - 1;
  const walk = (dimension: number, from: number): void => {
    const count = shape[dimension] ?? 1;
    const step = stride[dimension] ?? 1;
    if (dimension >= last) {
      row(from, step, count, at);
      at += count;
    } else {
      for (let i = 0; i < count; i++) walk(dimension + 1, from + i * step);
    }
  };
  if (sizeOf(shape) > 0) walk(0, start);
}

function rowMajor(shape: readonly number[]): number[] {
  const stride: number[] = [];
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    stride.unshift(step);
    step *= shape[i] ?? 1;
  }
  return stride;
}

/** The strides that matter: those of dimensions with more than one element. */
const keyOf = (shape: readonly number[], stride: readonly number[]): string =>
  String(stride.filter((_, i) => (shape[i] ?? 0) > 1));

/** The first and the last position of a layout of one owner, in bytes, the last one excluded. */
function extent(layout: Layout): [number, number] {
  let low = 0;
  let high = 0;
  (layout.stride ?? rowMajor(layout.shape)).forEach((step, i) => {
    const span = step * ((layout.shape[i] ?? 1) - 1);
    if (span < 0) low += span;
    else high += span;
  });
  return [layout.start + low * layout.width, layout.start + (high + 1) * layout.width];
}

/** Marks the bytes of `layout` in `marks`, which begin at `base`; false as soon as one is marked already. */
function mark(layout: Layout, marks: Uint8Array, base: number, write: boolean): boolean {
  let free = true;
  const { shape, start, width } = layout;
  eachRow(shape, layout.stride ?? rowMajor(shape), 0, (from, step, count) => {
    for (let i = 0; i < count && free; i++) {
      const position = start + (from + i * step) * width - base;
      for (let byte = position; byte < position + width; byte++) {
        if (marks[byte]) free = false;
        if (write) marks[byte] = 1;
      }
    }
  });
  return free;
}

function marksFor(count: number): Uint8Array {
  try {
    return new Uint8Array(count);
  } catch {
    return noMemory(count / 8);
  }
}

/** Whether `a` and `b` are the same elements in the same order: then a call may work in place. */
function isSame(a: Layout, b: Layout): boolean {
  return (
    a.type === b.type &&
    a.start === b.start &&
    a.owners.length === b.owners.length &&
    a.owners.every((owner, i) => owner === b.owners[i]) &&
    sameShape(a.shape, b.shape) &&
    a.stride?.join() === b.stride?.join()
  );
}

/** Whether any byte belongs to both. Exact: two views that interleave on one buffer share nothing. */
function isShared(a: Layout, b: Layout): boolean {
  if (sizeOf(a.shape) === 0 || sizeOf(b.shape) === 0) return false;
  const owners = new Set(a.owners);
  if (!b.owners.some((owner) => owners.has(owner))) return false;
  // Rows belong to their container in full, and a strided view of one stays inside it.
  if (a.owners.length > 1 || b.owners.length > 1) return true;
  const [lowA, highA] = extent(a);
  const [lowB, highB] = extent(b);
  if (lowA >= highB || lowB >= highA) return false;
  if (!a.stride && !b.stride) return true;
  const marks = marksFor(highA - lowA);
  mark(a, marks, lowA, true);
  return !mark(b, marks, lowA, false);
}

/** Refuses an `out` on the memory of an input, unless it is that input and the call can work in place. */
export function checkOverlap(label: string, out: Layout, other: string, input: Layout, inPlace: boolean): void {
  if (isShared(out, input) && !(inPlace && isSame(out, input))) {
    overlap(label, other, inPlace);
  }
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

// ---- Reading ----

const says = 'a number, an array of numbers (typed, plain or nested), { data, shape } or a Tensor';

/** Reads a container of JavaScript in full; `shape` is `options.shape`, for the flat ones. */
export function read(label: string, value: unknown, shape: unknown): Flat {
  if (typeof value === 'number') {
    noShape(label, shape);
    const numbers = new Float64Array(1);
    numbers[0] = value;
    return { kind: 'number', shape: [], size: 1, numbers, copied: true, layout: undefined };
  }
  if (isNumberArray(value)) {
    const size = lengthOf(label, value);
    const read = flatShape(shape, size);
    return { kind: 'typed', shape: read, size, numbers: value, copied: false, layout: typedLayout(value, read) };
  }
  if (Array.isArray(value)) return readArray(label, value, shape);
  if (isObject(value) && tag(value) === undefined) {
    const { data, shape: own, stride, offset } = value as Record<string, unknown>;
    if (data !== undefined || own !== undefined) {
      noShape(label, shape);
      return readStrided(label, readView(label, data, own, stride, offset));
    }
  }
  return wrongType('ERR_DTYPE', label, says, value);
}

function typedLayout(array: NumberArray, shape: readonly number[]): Layout {
  return {
    owners: [array.buffer],
    type: tag(array) ?? '',
    width: array.BYTES_PER_ELEMENT,
    start: array.byteOffset,
    shape,
    stride: undefined,
  };
}

const arrayLayout = (owners: readonly object[], shape: readonly number[]): Layout => ({
  owners,
  type: 'Array',
  width: 1,
  start: 0,
  shape,
  stride: undefined,
});

/** More dimensions than anyone has; an array that holds itself stops here. */
const MOST_DIMENSIONS = 64;

/** The shape of nested arrays, from the first row of each dimension. */
function nestedShape(label: string, value: readonly unknown[]): number[] {
  const shape: number[] = [];
  let row: unknown = value;
  while (Array.isArray(row)) {
    if (shape.length === MOST_DIMENSIONS) misfit(label, `at most ${MOST_DIMENSIONS} dimensions`, 'more');
    shape.push(row.length);
    row = row.length > 0 ? row[0] : undefined;
  }
  return shape;
}

function readArray(label: string, value: readonly unknown[], given: unknown): Flat {
  const shape = nestedShape(label, value);
  const nested = shape.length > 1;
  if (nested) noShape(label, given);
  const own = nested ? shape : flatShape(given, value.length);
  const size = sizeOf(shape);
  const owners: object[] = [];
  const path: number[] = [];
  let numbers: Float64Array | undefined;
  let at = 0;
  // The memory is asked for when the first number is seen: an array of a billion holes is refused before.
  const walk = (row: readonly unknown[], dimension: number): void => {
    const count = shape[dimension] ?? 0;
    if (row.length !== count) ragged(label, path, `${count} elements`, `${row.length}`);
    const last = dimension === shape.length - 1;
    if (last) owners.push(row);
    for (let i = 0; i < count; i++) {
      const element = row[i];
      if (last && typeof element === 'number') {
        numbers ??= floats(size);
        numbers[at++] = element;
      } else {
        path[dimension] = i;
        path.length = dimension + 1;
        if (last) notNumber(label, path, element);
        if (!Array.isArray(element)) {
          if (typeof element === 'number') ragged(label, path, 'a row', `${element}`);
          notNumber(label, path, element);
        }
        walk(element, dimension + 1);
      }
    }
    path.length = dimension;
  };
  walk(value, 0);
  return {
    kind: nested ? 'nested' : 'array',
    shape: own,
    size,
    numbers: numbers ?? floats(0),
    copied: true,
    layout: arrayLayout(owners, own),
  };
}

const place = (path: readonly number[]): string => path.map((i) => `[${i}]`).join('');

function ragged(label: string, path: readonly number[], what: string, got: string): never {
  return misfit(label, `rows of equal length: ${what}${path.length > 0 ? ` at ${place(path)}` : ''}`, got);
}

function notNumber(label: string, path: readonly number[], element: unknown): never {
  if (Array.isArray(element)) ragged(label, path, 'a number', 'an array');
  return wrongType('ERR_DTYPE', label, `a number at ${place(path)}`, element);
}

interface View {
  readonly data: NumberArray | readonly unknown[];
  readonly size: number;
  readonly layout: Layout;
}

/** Checks `{ data, shape, stride, offset }`: every element must be inside the data. */
function readView(label: string, data: unknown, own: unknown, stride: unknown, offset: unknown): View {
  const typed = isNumberArray(data);
  if (!typed && !Array.isArray(data)) {
    return wrongType('ERR_DTYPE', `${label}.data`, 'an array of numbers', data);
  }
  const shape = readShape(`${label}.shape`, own);
  const length = typed ? lengthOf(`${label}.data`, data) : data.length;
  const size = sizeOf(shape);
  const first = offset === undefined ? 0 : offset;
  if (typeof first !== 'number' || !isLength(first)) {
    return expected('ERR_SHAPE', `${label}.offset`, 'an integer >= 0', first);
  }
  const dense = rowMajor(shape);
  const steps =
    stride === undefined ? dense : readDimensions(`${label}.stride`, stride, 'an integer', (step) => Number.isSafeInteger(step));
  if (steps.length !== shape.length) {
    misfit(`${label}.stride`, `${shape.length} numbers for the shape ${describeShape(shape)}`, `${steps.length}`);
  }
  const isGapless = size === 0 || keyOf(shape, steps) === keyOf(shape, dense);
  const layout: Layout = {
    owners: [typed ? data.buffer : data],
    type: typed ? (tag(data) ?? '') : 'Array',
    width: typed ? data.BYTES_PER_ELEMENT : 1,
    start: typed ? data.byteOffset + first * data.BYTES_PER_ELEMENT : first,
    shape,
    stride: isGapless ? undefined : steps.map((step, i) => ((shape[i] ?? 0) > 1 ? step : 0)),
  };
  if (size > 0) {
    const [low, high] = extent({ ...layout, start: first, width: 1 });
    if (low < 0 || high > length) {
      misfit(label, `elements inside its data of ${length}`, `${low} to ${high - 1}`);
    }
  }
  if (!Number.isSafeInteger(size)) noMemory(size);
  return { data, size, layout };
}

/** The elements of a view without gaps as a typed array on the same memory, where that needs no copy. */
function gapless({ data, size, layout }: View): NumberArray | undefined {
  if (layout.stride || !isNumberArray(data)) return undefined;
  if (data.length === size) return data;
  return tag(data) === 'Float64Array' ? new Float64Array(data.buffer, layout.start, size) : undefined;
}

function readStrided(label: string, view: View): Flat {
  const { data, size, layout } = view;
  const { shape, stride } = layout;
  const kind = 'strided';
  const typed = isNumberArray(data);
  const own = gapless(view);
  if (own) return { kind, shape, size, numbers: own, copied: false, layout };
  const numbers = floats(size);
  const start = typed ? (layout.start - data.byteOffset) / layout.width : layout.start;
  eachRow(shape, stride ?? rowMajor(shape), start, (from, step, count, at) => {
    for (let i = 0; i < count; i++) {
      const element = data[from + i * step];
      if (typeof element !== 'number') wrongType('ERR_DTYPE', `${label}.data`, `a number at [${from + i * step}]`, element);
      numbers[at + i] = element;
    }
  });
  return { kind, shape, size, numbers, copied: true, layout };
}

// ---- Writing ----

const outSays = 'a Float64Array, a Float32Array, an array, { data, shape } or a Tensor';

/** Reads an `out` of JavaScript for a result of `shape`. Nothing is written before `finish`. */
export function readSink(label: string, value: unknown, shape: readonly number[]): Sink {
  const size = sizeOf(shape);
  if (isFloatArray(value)) {
    checkCount(label, lengthOf(label, value), size);
    return { numbers: value, layout: typedLayout(value, shape), finish: () => undefined };
  }
  if (Array.isArray(value)) return arraySink(label, value, shape, size);
  if (isObject(value) && tag(value) === undefined) {
    const { data, shape: own, stride, offset } = value as Record<string, unknown>;
    if (data !== undefined || own !== undefined) {
      if (isNumberArray(data) && !isFloatArray(data)) wrongType('ERR_DTYPE', `${label}.data`, 'floats', data);
      const view = readView(label, data, own, stride, offset);
      checkShape(label, view.layout.shape, shape);
      return stridedSink(label, view);
    }
  }
  return wrongType('ERR_DTYPE', label, outSays, value);
}

export function checkCount(label: string, length: number, size: number): void {
  if (length !== size) misfit(label, `${size} elements`, `${length}`);
}

export function checkShape(label: string, own: readonly number[], shape: readonly number[]): void {
  if (!sameShape(own, shape)) misfit(label, `the shape ${describeShape(shape)}`, describeShape(own));
}

/** A row to write to: numbers or holes are in it, and they can be replaced. */
function checkRow(label: string, row: readonly unknown[]): void {
  if (Object.isFrozen(row) && row.length > 0) {
    fail(TypeError, 'ERR_DTYPE', `"${label}" expected arrays to write to, got a frozen one`);
  }
}

function checkElement(label: string, i: number, element: unknown): void {
  if (typeof element !== 'number' && element !== undefined) {
    wrongType('ERR_DTYPE', label, `a number to replace at [${i}]`, element);
  }
}

function arraySink(label: string, value: unknown[], shape: readonly number[], size: number): Sink {
  const own = nestedShape(label, value);
  const rows: unknown[][] = [];
  const walk = (row: unknown, dimension: number): void => {
    if (!Array.isArray(row)) misfit(label, 'rows of equal length', describe(row));
    if (row.length !== own[dimension]) misfit(label, `rows of equal length: ${own[dimension]} elements`, `${row.length}`);
    if (dimension < own.length - 1) for (let i = 0; i < row.length; i++) walk(row[i], dimension + 1);
    else {
      checkRow(label, row);
      for (let i = 0; i < row.length; i++) checkElement(label, i, row[i]);
      rows.push(row);
    }
  };
  walk(value, 0);
  if (own.length > 1) checkShape(label, own, shape);
  else checkCount(label, value.length, size);
  if (size > 0 && new Set(rows).size < rows.length) misfit(label, 'rows of their own', 'one row twice');
  const numbers = floats(size);
  return {
    numbers,
    layout: arrayLayout(rows, shape),
    finish() {
      let at = 0;
      for (const row of rows) for (let i = 0; at < size && i < row.length; i++) row[i] = numbers[at++];
    },
  };
}

function stridedSink(label: string, view: View): Sink {
  const { size, layout } = view;
  const { shape, stride } = layout;
  const data = view.data as FloatArray | number[];
  const typed = isFloatArray(data);
  const own = gapless(view);
  if (own) return { numbers: own as FloatArray, layout, finish: () => undefined };
  if (stride) {
    const [low, high] = extent(layout);
    if (!mark(layout, marksFor(high - low), low, true)) misfit(label, 'each element once', 'elements that overlap');
  }
  const steps = stride ?? rowMajor(shape);
  const start = typed ? (layout.start - data.byteOffset) / layout.width : layout.start;
  if (!typed) {
    checkRow(label, data);
    eachRow(shape, steps, start, (from, step, count) => {
      for (let i = 0; i < count; i++) checkElement(label, from + i * step, data[from + i * step]);
    });
  }
  const numbers = floats(size);
  return {
    numbers,
    layout,
    finish() {
      eachRow(shape, steps, start, (from, step, count, at) => {
        for (let i = 0; i < count; i++) data[from + i * step] = numbers[at + i] ?? 0;
      });
    },
  };
}

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
