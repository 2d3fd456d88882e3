// The lowest layer of types: arrays of numbers, the module and its memory, the codes of errors. Nothing here runs, and nothing is
// imported. Any TypeScript from 5.4 on can read these declarations, whatever its `lib`: a name that an older `lib` lacks is
// looked up by a conditional type, and is `never` where it is missing. Types that know tensors are in function/types.ts.

// ---- Typed arrays ----

/**
 * The type of `new Float64Array(0)`: from TypeScript 5.7 on it is `Float64Array<ArrayBuffer>`, so that results can be used
 * wherever that is required.
 */
export type NewFloat64Array = ReturnType<Float64ArrayConstructor['of']>;

/** The type of `new Float32Array(0)`. */
export type NewFloat32Array = ReturnType<Float32ArrayConstructor['of']>;

/** The type of `new Float16Array(0)`, where `lib` has that class. */
export type NewFloat16Array = typeof globalThis extends { readonly Float16Array: { of(...items: number[]): infer Made } }
  ? Made
  : never;

/** `Float16Array`, where `lib` has it. */
export type AnyFloat16Array = typeof globalThis extends { readonly Float16Array: { readonly prototype: infer Any } }
  ? Any
  : never;

/** Typed arrays of floating-point numbers; their results have the same type, rounded once. */
export type FloatArray = Float64Array | Float32Array | AnyFloat16Array;

/** Typed arrays of integers; their results are of type `Float64Array`. */
export type IntegerArray = Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** Typed arrays whose elements are numbers. */
export type NumberArray = FloatArray | IntegerArray;

// ---- Containers: what goes in ----

/** Arrays of numbers, nested to any depth; the innermost rows may be typed arrays. All rows at one depth have the same length. */
export type NestedArray =
  | readonly number[]
  | readonly (NumberArray | NestedArray)[]
  // Makes TypeScript count the elements of a literal, so that a ragged one can be refused.
  | readonly [];

interface Strided<Data> {
  readonly data: Data;
  /**
   * For each axis, how many elements apart its neighbours are in `data`; may be negative or zero. Row-major without gaps if
   * absent.
   */
  readonly stride?: ArrayLike<number> | undefined;
  /** Another name for `stride`. */
  readonly strides?: ArrayLike<number> | undefined;
  /** The index in `data` of the first element: 0 if absent. */
  readonly offset?: number | undefined;
  /**
   * `'row-major'` or `'column-major'`. As an own property it must agree with the strides; an inherited one beside strides is not
   * compared, because views of a class keep the order of their array.
   */
  readonly order?: unknown;
  /** NumPy's word for a column-major order; must agree with the strides. */
  readonly fortran_order?: unknown;
  /** The type of the elements; must agree with `data`. */
  readonly dtype?: unknown;
  /** Another name for `dtype`. */
  readonly type?: unknown;
}

interface WithShape<Data> extends Strided<Data> {
  /** The number of elements along each axis. */
  readonly shape: ArrayLike<number>;
  /** Another name for `shape`. */
  readonly dims?: ArrayLike<number> | undefined;
}

interface WithDims<Data> extends Strided<Data> {
  /** The number of elements along each axis. */
  readonly dims: ArrayLike<number>;
  /** Another name for `dims`. */
  readonly shape?: ArrayLike<number> | undefined;
}

/** Numbers with a shape, as in ndarray, stdlib, vectorious, onnxruntime and others. */
export type StridedArray = WithShape<NumberArray | readonly number[]> | WithDims<NumberArray | readonly number[]>;

/**
 * `unknown`, except for a literal whose rows differ in length or depth: there it is the text of the error. A parameter `x: X &
 * Rectangular<X>` refuses such a literal.
 */
export type Rectangular<X> = IsRagged<X> extends true ? 'all rows must have the same length and depth' : unknown;

// The first condition serves generic functions of a caller: to decide whether their type parameter `X` is assignable to `X &
// Rectangular<X>`, TypeScript tries `any`, and this condition leaves only one possible answer for it.
type IsRagged<X> = [0] extends [1 & X] ? false : X extends readonly unknown[] ? RowsDiffer<RowsOf<X>> : false;

/** Whether the literals at one depth, here or further in, differ in length. `Row` is the union of them. */
type RowsDiffer<Row> = [Row] extends [never] ? false : IsUnion<LengthOf<Row>> extends true ? true : RowsDiffer<RowsOf<Row>>;

/** The elements of typed arrays, and of arrays whose length TypeScript knows. */
type RowsOf<Row> = Row extends NumberArray
  ? number
  : Row extends readonly unknown[]
    ? number extends Row['length']
      ? never
      : Row[number]
    : never;

/** The length of an array where it is known. A number has none; an array that may have any length says nothing. */
type LengthOf<Row> = Row extends number
  ? 'none'
  : Row extends readonly unknown[]
    ? number extends Row['length']
      ? never
      : Row['length']
    : never;

type IsUnion<Type, Whole = Type> = [Type] extends [never]
  ? false
  : Type extends unknown
    ? [Whole] extends [Type]
      ? false
      : true
    : never;

// ---- Results: what comes out ----

/** The result for a container that has a shape of its own and is neither nested nor a tensor: row-major, without gaps. */
export interface ShapedArray {
  data: NewFloat64Array;
  shape: number[];
}

/** Plain arrays, nested to any depth. */
export type NestedNumbers = number[] | NestedNumbers[];

// ---- `out`: where results go ----

/** Arrays to write to, nested to any depth; the innermost rows may be typed arrays. */
export type NestedOutput = number[] | FloatArray[] | NestedOutput[];

/** A view to write to; its strides are honoured. */
export type StridedOutput = WithShape<FloatArray | number[]> | WithDims<FloatArray | number[]>;

// ---- The wasm module ----

/**
 * A `WebAssembly.Module`. TypeScript's own type has no members and would accept anything; this one refuses arrays, promises,
 * functions and strings, and does not need the `dom` library.
 */
export interface WasmModule {
  readonly length?: never;
  readonly then?: never;
}

/** The bytes of nonlin's wasm file. */
export type WasmBytes = ArrayBufferLike | ArrayBufferView;

/** The result of `fetch`, reduced to the members that are used. */
export interface WasmResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * What `init` accepts: a compiled module, its bytes, a response that contains them, or the address of the file (a string or a
 * `URL`).
 */
export type WasmSource = WasmModule | WasmBytes | WasmResponse | string | { readonly href: string };

// ---- Tensors, memory and errors ----

/** `dispose` under the name that `using` calls, `Symbol.dispose`, where `lib` has that symbol. */
export type DisposeMethod = SymbolConstructor extends { readonly dispose: infer Key extends symbol }
  ? { readonly [Name in Key]: () => void }
  : object;

/** The wasm memory that tensors and the library use. */
export interface MemoryUse {
  /** The number of tensors that are not disposed. */
  readonly tensors: number;
  /** The bytes of their elements; memory that several tensors share counts once. */
  readonly bytes: number;
  /** The bytes of the whole wasm memory, which grows and never shrinks; 0 before the first call. */
  readonly capacity: number;
}

/** The `code` of every error this library throws. */
export type ErrorCode =
  | 'ERR_DTYPE'
  | 'ERR_SHAPE'
  | 'ERR_AXIS'
  | 'ERR_OPTION'
  | 'ERR_DISPOSED'
  | 'ERR_MEMORY'
  | 'ERR_ENVIRONMENT'
  | 'ERR_WORKER';

/**
 * An error thrown by this library: a `TypeError`, a `RangeError` or (for the environment and for workers) an `Error`, with a
 * code.
 */
export interface NonlinError extends Error {
  readonly code: ErrorCode;
}
