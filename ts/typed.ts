// Typed arrays: which class a value is of, and new ones for results. Used by all layers; knows nothing of shapes and of wasm.

import { fail, noMemory } from './errors.js';

/**
 * Typed arrays that results are written to. `Float16Array` is not named, because TypeScript before 5.8 does not know it.
 * @internal
 */
export type FloatArray = Float64Array | Float32Array;

/** Typed arrays that are read as numbers. @internal */
export type NumberArray =
  | FloatArray
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/**
 * A getter that all typed arrays inherit: it works across realms, cannot be fooled by a subclass, and costs 3 ns (`instanceof`
 * fails in iframes, jsdom and vm; `Object.prototype.toString` costs 150 ns, the property `byteOffset` 12).
 */
function getter<T>(name: PropertyKey): (this: unknown) => T {
  return Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Float64Array.prototype), name)?.get as (this: unknown) => T;
}

const tagGetter = /* @__PURE__ */ getter<string | undefined>(Symbol.toStringTag);
const offsetGetter = /* @__PURE__ */ getter<number>('byteOffset');
const bufferGetter = /* @__PURE__ */ getter<ArrayBufferLike>('buffer');

/** `'Float64Array'` and so on for a typed array, `undefined` for anything else. @internal */
export const tag = (value: unknown): string | undefined => tagGetter.call(value);

/** The byte offset of a typed array. @internal */
export const offsetOf = (array: ArrayBufferView): number => offsetGetter.call(array);

/** The buffer of a typed array; reading it takes 25 ns. @internal */
export const bufferOf = (array: ArrayBufferView): ArrayBufferLike => bufferGetter.call(array);

/** Whether a buffer is one that threads share; the answer takes 150 ns. @internal */
export const isShared = (buffer: ArrayBufferLike): buffer is SharedArrayBuffer =>
  Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';

/** What the elements of an array are, as far as reading and writing them differ. @internal */
export const PLAIN = 0;
/** @internal */
export const FLOAT64 = 1;
/** @internal */
export const FLOAT32 = 2;
/** @internal */
export const FLOAT16 = 3;
/** @internal */
export const INTEGER = 4;
/** @internal */
export type ElementType = typeof PLAIN | typeof FLOAT64 | typeof FLOAT32 | typeof FLOAT16 | typeof INTEGER;

/** The element type that belongs to a tag; undefined for arrays of bigints. @internal */
export function elementType(name: string): ElementType | undefined {
  switch (name) {
    case 'Float64Array':
      return FLOAT64;
    case 'Float32Array':
      return FLOAT32;
    case 'Float16Array':
      return FLOAT16;
    default:
      return name.startsWith('Big') ? undefined : INTEGER;
  }
}

/** The element type of a typed array of numbers. @internal */
export const typeOfTyped = (array: NumberArray): ElementType => elementType(tag(array) as string) as ElementType;

const lengthGetter = /* @__PURE__ */ getter<number>('length');

/** The length of a typed array, whatever a subclass says; 0 if it has lost its memory. @internal */
export const sizeOfTyped = (array: ArrayBufferView): number => lengthGetter.call(array);

/**
 * The length of a typed array. An array of length 0 may have lost its memory (transferred, shrunk, or a view of wasm memory that
 * has grown since): that is an error here, not an empty array.
 * @internal
 */
export function lengthOf(label: string, array: NumberArray, part = ''): number {
  const length = lengthGetter.call(array);
  if (length === 0) {
    try {
      Float64Array.prototype.keys.call(array);
    } catch {
      fail(TypeError, 'ERR_DTYPE', `"${label}${part}" expected an array that is not detached, got a detached ${tag(array)}`);
    }
  }
  return length;
}

/** A `Float64Array` of `count` zeros. @internal */
export function floats(count: number): Float64Array<ArrayBuffer> {
  try {
    return new Float64Array(count);
  } catch {
    return noMemory(count);
  }
}

/**
 * An array for `count` results where an array of this type was received: of the same type if it holds floats, else a
 * `Float64Array`.
 * @internal
 */
export function floatsLike(type: ElementType, count: number): FloatArray {
  if (type !== FLOAT32 && type !== FLOAT16) return floats(count);
  try {
    return type === FLOAT32 ? new Float32Array(count) : new (halfArray() as typeof Float32Array)(count);
  } catch {
    return noMemory(count);
  }
}

/** `Float16Array`, where the host has it. @internal */
export const halfArray = (): unknown => (globalThis as { Float16Array?: unknown }).Float16Array;
