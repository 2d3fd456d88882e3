// Data with a shape, as array libraries represent it: { data, shape, stride?, offset? }, with `strides` for `stride` (stdlib,
// vectorious, NumPy) and `dims` for `shape` (onnxruntime). What a container says about its layout is honoured or refused.

import { describe, describeShape, expected, isObject, misfit, noMemory, wrongType } from '../errors.js';
import { hasOwn } from '../keys.js';
import { elementType, lengthOf, type NumberArray, offsetOf, PLAIN, sizeOfTyped, tag } from '../typed.js';
import { type Operand, STRIDED } from './operand.js';
import { mergeAxes } from './runs.js';
import { isLength, lengthSays, noShape, readNumbers, readShape, sameShape, sizeOf } from './shape.js';

/** The properties that are read, each once. */
interface Layout {
  readonly data?: unknown;
  readonly shape?: unknown;
  readonly dims?: unknown;
  readonly stride?: unknown;
  readonly strides?: unknown;
  readonly offset?: unknown;
  readonly order?: unknown;
  readonly fortran_order?: unknown;
  readonly fortranOrder?: unknown;
  readonly dtype?: unknown;
  readonly type?: unknown;
}

/** Whether `data` is a typed array of class `name` with exactly as many elements as `shape`, which is a plain array. */
export function isShapeOf(shape: unknown, data: unknown, name = 'Float64Array'): shape is readonly number[] {
  if (tag(data) !== name || !Array.isArray(shape)) return false;
  let size = 1;
  for (let i = 0; i < shape.length; i++) {
    const count: unknown = shape[i];
    if (typeof count !== 'number' || count >>> 0 !== count) return false;
    size *= count;
  }
  return size === sizeOfTyped(data as Float64Array);
}

/** Reads `value` if it has data or a shape; false if it is something else. */
export function readStrided(to: Operand, value: object, given: unknown, simple = false): boolean {
  const { data, shape } = value as Layout;
  const dims = simple ? undefined : (value as Layout).dims;
  if (data === undefined && shape === undefined && dims === undefined) return false;
  const { label } = to;
  noShape(label, given);
  const name = tag(data);
  const plain = name === undefined;
  const type = plain ? PLAIN : elementType(name);
  if (type === undefined || (plain && !Array.isArray(data))) wrongType('ERR_DTYPE', `${label}.data`, 'an array of numbers', data);
  const array = data as NumberArray | unknown[];
  const length = plain ? array.length : lengthOf(label, array as NumberArray, '.data');

  const { ownShape, strides } = to;
  if (shape === undefined && dims !== undefined) readShape(label, '.dims', dims, ownShape);
  else readShape(label, '.shape', shape, ownShape);
  if (shape !== undefined && dims !== undefined) agree(label, 'shape', ownShape, 'dims', readShape(label, '.dims', dims));
  const size = sizeOf(ownShape);
  to.kind = STRIDED;
  to.shape = ownShape;
  to.type = type;
  to.array = array;
  to.length = length;
  to.byteOffset = plain ? 0 : offsetOf(array as NumberArray);
  to.plain = plain;
  to.size = to.run = size;
  to.gaps = false;
  to.start = 0;
  to.step = 1;
  if (simple && size === length) return true;

  const { stride, strides: plural, offset } = value as Layout;
  const strided = stride !== undefined || plural !== undefined;
  if (strided) readStrides(to, stride, plural);
  checkNames(to, value, strided, plain ? 'Array' : name, array);

  const start = offset === undefined ? 0 : offset;
  if (typeof start !== 'number' || !isLength(start)) return expected('ERR_SHAPE', `${label}.offset`, lengthSays, start);
  if (!strided && offset === undefined && size !== length) {
    misfit(`${label}.data`, `${size} elements for its shape ${describeShape(ownShape)}`, `${length}`);
  }
  if (!Number.isSafeInteger(size)) noMemory(size);

  // Row-major elements without gaps are one run; axes of one element do not matter.
  let gaps = false;
  let low = start;
  let high = start;
  for (let i = ownShape.length, dense = 1; i-- > 0; ) {
    const count = ownShape[i] as number;
    const step = strided ? (strides[i] as number) : dense;
    if (!strided) strides[i] = dense;
    if (count > 1 && step !== dense) gaps = true;
    if (step < 0) low += step * (count - 1);
    else high += step * (count - 1);
    dense *= count;
  }
  if (strides.length > ownShape.length) strides.length = ownShape.length;
  if (size > 0 && (low < 0 || high >= length)) misfit(label, `indices within its data of length ${length}`, `${low} to ${high}`);

  to.gaps = gaps && size > 0;
  to.start = start;
  if (to.gaps) {
    const { lengths } = to;
    mergeAxes(ownShape, strides, lengths, strides);
    to.run = lengths[lengths.length - 1] as number;
    to.step = strides[lengths.length - 1] as number;
  }
  return true;
}

function readStrides({ label, ownShape, strides }: Operand, stride: unknown, plural: unknown): void {
  const name = stride === undefined ? '.strides' : '.stride';
  readNumbers(label, name, stride === undefined ? plural : stride, 'an integer', Number.isSafeInteger, strides);
  if (strides.length !== ownShape.length) misfit(label + name, `${ownShape.length} numbers`, `${strides.length}`);
  if (stride !== undefined && plural !== undefined) {
    agree(label, 'stride', strides, 'strides', readNumbers(label, '.strides', plural, 'an integer', Number.isSafeInteger));
  }
}

/** Refuses two names for the same property whose values differ. */
function agree(label: string, one: string, a: readonly number[], other: string, b: readonly number[]): void {
  if (!sameShape(a, b)) misfit(`${label}.${other}`, `the same as "${label}.${one}", ${describeShape(a)}`, describeShape(b));
}

/** The names that libraries use for element types, and the typed array each stands for. Names not listed here are not checked. */
const DTYPES: Readonly<Record<string, string>> = /* @__PURE__ */ (() => ({
  float64: 'Float64Array',
  double: 'Float64Array',
  float: 'Float32Array',
  float32: 'Float32Array',
  single: 'Float32Array',
  float16: 'Float16Array',
  half: 'Float16Array',
  int8: 'Int8Array',
  uint8: 'Uint8Array',
  uint8c: 'Uint8ClampedArray',
  uint8_clamped: 'Uint8ClampedArray',
  int16: 'Int16Array',
  uint16: 'Uint16Array',
  int32: 'Int32Array',
  uint32: 'Uint32Array',
  // ONNX Runtime and NumPy hold booleans as bytes.
  bool: 'Uint8Array',
  '|b1': 'Uint8Array',
  generic: 'Array',
  array: 'Array',
  '<f8': 'Float64Array',
  '<f4': 'Float32Array',
  '<f2': 'Float16Array',
  '<i2': 'Int16Array',
  '<u2': 'Uint16Array',
  '<i4': 'Int32Array',
  '<u4': 'Uint32Array',
  '|i1': 'Int8Array',
  '|u1': 'Uint8Array',
}))();

/** Names of element types that no container here can have: their numbers would be misread. */
const OTHER_DTYPE = /^(b?float|u?int|complex|bool|bigu?int|string|[<>|=][a-zA-Z])\w*$/;

/** Compares what the container says about its order and element type with what it holds. */
function checkNames(to: Operand, value: object, strided: boolean, held: string, array: unknown): void {
  const { order, fortran_order, fortranOrder, dtype, type } = value as Layout;
  if (fortran_order !== undefined) checkOrder(to, 'fortran_order', !!fortran_order, fortran_order, strided);
  else if (fortranOrder !== undefined) checkOrder(to, 'fortranOrder', !!fortranOrder, fortranOrder, strided);
  if (typeof order === 'string') {
    const rowMajor = /^(c|row-?major|rows?)$/i.test(order);
    // Beside strides, only an own `order` counts: a transposed view of stdlib inherits it from the array behind the view.
    const counts = !strided || (hasOwn.call(value, 'order') && (rowMajor || /^(f|col)/i.test(order)));
    if (counts) checkOrder(to, 'order', !rowMajor, order, strided);
  }
  checkDtype(to.label, 'dtype', dtype, held, array);
  checkDtype(to.label, 'type', type, held, array);
}

/** Refuses an order that the elements do not have. Strides with gaps, as of a view, are in neither order. */
function checkOrder(to: Operand, name: string, columnMajor: boolean, got: unknown, strided: boolean): void {
  const { label, ownShape, strides, size } = to;
  if (!strided) {
    if (columnMajor) misfit(`${label}.${name}`, 'row-major data where there are no strides', `${describe(got)}; pass strides`);
  } else if (size > 0 && !isDense(ownShape, strides, columnMajor) && isDense(ownShape, strides, !columnMajor)) {
    const other = columnMajor ? 'row-major' : 'column-major';
    misfit(`${label}.${name}`, `${other} data, according to its strides ${describeShape(strides)}`, describe(got));
  }
}

/** Whether the elements are in this order without gaps. */
function isDense(shape: readonly number[], strides: readonly number[], columnMajor: boolean): boolean {
  const axes = [...shape.keys()];
  if (!columnMajor) axes.reverse();
  let dense = 1;
  for (const axis of axes) {
    const count = shape[axis] as number;
    if (count > 1 && strides[axis] !== dense) return false;
    dense *= count;
  }
  return true;
}

function checkDtype(label: string, key: string, value: unknown, held: string, array: unknown): void {
  if (value === undefined || value === null) return;
  const name = typeof value === 'string' ? value : key === 'dtype' && isObject(value) ? String(value) : undefined;
  if (name === undefined) return;
  const word = name.toLowerCase();
  const meant = hasOwn.call(DTYPES, word) ? DTYPES[word] : undefined;
  // Numbers in a plain array count as float64.
  if (meant !== undefined && (meant === held || meant === 'Array' || (held === 'Array' && meant === 'Float64Array'))) return;
  if (meant === undefined && !OTHER_DTYPE.test(word)) return;
  wrongType('ERR_DTYPE', `${label}.data`, `the ${meant ?? 'data'} that its ${key} ${JSON.stringify(name)} names`, array);
}
