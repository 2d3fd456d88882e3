// Containers of every kind, made at random: what is passed to a call, and what a test knows about it. Elements lie among fillers,
// so that a write beside them is noticed.

import fc from 'fast-check';
import { Tensor } from 'nonlin';
import { same, show } from './bits.js';
import { indices, type Nested, nest, product } from './containers.js';

/** A container that a test holds. */
export interface Held {
  /** Names it in messages. */
  readonly name: string;
  /** What to pass. A view of wasm memory is made again each time, as others die when that grows. */
  readonly container: () => unknown;
  readonly shape: readonly number[];
  /** Whether it has no shape of its own: another than that of a vector goes into the options. */
  readonly flat: boolean;
  /** The elements as they are now, row by row. */
  readonly elements: () => number[];
  /** Everything it holds, elements and fillers, as text. */
  readonly state: () => string;
  /** The same without its elements. */
  readonly surroundings: () => string;
  /** Element number `i` of `count` results as this container, or a result like it, stores it. */
  readonly stored: (value: number, i: number, count: number) => number;
  /** What is wrong with a result that should be like this container, of this shape; undefined where nothing is. */
  readonly unlike: (result: unknown, shape: readonly number[]) => string | undefined;
  /** The elements of such a result. */
  readonly read: (result: unknown) => ArrayLike<number>;
  readonly free: () => void;
}

type TypedArray = Float64Array | Float32Array | Int8Array | Uint8ClampedArray | Int16Array | Uint32Array;
type TypedClass = (new (length: number | ArrayBufferLike) => TypedArray) & { readonly BYTES_PER_ELEMENT: number };

const { Float16Array: Half } = globalThis as unknown as { Float16Array?: TypedClass };
const FLOATS: readonly TypedClass[] = [Float64Array, Float32Array, ...(Half ? [Half] : [])];
const TYPES: readonly TypedClass[] = [...FLOATS, Int8Array, Uint8ClampedArray, Int16Array, Uint32Array];

/** The class of a result for an input of one. */
const resultClass = (Class: TypedClass): TypedClass => (FLOATS.includes(Class) ? Class : Float64Array);

const cell = new Map(TYPES.map((Class) => [Class, new Class(1)]));

/** A number as an array of this class holds it. */
function rounded(Class: TypedClass, value: number): number {
  const one = cell.get(Class) as TypedArray;
  one[0] = value;
  return one[0] as number;
}

/** What a container looks like, apart from its shape and its numbers. Each field counts only where a kind has use for it. */
export interface Layout {
  readonly kind: number;
  readonly type: number;
  readonly rowTypes: readonly number[];
  readonly before: number;
  readonly after: number;
  readonly order: readonly number[];
  readonly reversed: readonly boolean[];
  readonly repeated: readonly boolean[];
  readonly gap: number;
  readonly names: number;
}

const axes = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 5, maxLength: 5 });

export const layouts: fc.Arbitrary<Layout> = fc.record({
  kind: fc.nat(99),
  type: fc.nat(99),
  rowTypes: fc.array(fc.nat(99), { minLength: 1, maxLength: 4 }),
  before: fc.nat(5),
  after: fc.nat(5),
  order: axes(fc.nat(9)),
  reversed: axes(fc.boolean()),
  repeated: axes(fc.integer({ min: 0, max: 5 }).map((n) => n === 5)),
  gap: fc.integer({ min: 1, max: 3 }),
  names: fc.nat(3),
});

/** Shapes of 0 to 5 dimensions, some of them empty, of at most some hundred elements. */
export const shapes: fc.Arbitrary<readonly number[]> = fc
  .array(
    fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 4 }) }, { weight: 1, arbitrary: fc.constantFrom(0, 7, 33) }),
    {
      maxLength: 5,
    },
  )
  .filter((shape) => product(shape) <= 400);

/** Shapes with an axis. */
export const shapesWithAxis = shapes.filter((shape) => shape.length > 0);

type Make = (layout: Layout, shape: readonly number[], values: ArrayLike<number>, asOut: boolean) => Held;

/** A kind of container: the shapes that it can have, and whether results are written to it. */
interface Kind {
  readonly make: Make;
  readonly has: (shape: readonly number[]) => boolean;
  readonly writable: boolean;
}

const FILLER = -77;
const text = (values: ArrayLike<number>): string => Array.prototype.map.call(values, (value: number) => show(value)).join();
const keep = (value: number) => value;
const nothing = () => undefined;

const isEmptyBefore = (shape: readonly number[]): boolean => shape.slice(0, -1).includes(0);

function pick<T>(from: readonly T[], at: number): T {
  return from[at % from.length] as T;
}

const isOf = (result: unknown, Class: TypedClass, count: number): string | undefined => {
  if (!(result instanceof Class)) return `expected a ${Class.name}, got ${Object.prototype.toString.call(result)}`;
  return result.length === count ? undefined : `expected ${count} elements, got ${result.length}`;
};

const sameLengths = (got: readonly number[], shape: readonly number[]): string | undefined =>
  got.length === shape.length && got.every((length, i) => length === shape[i]) ? undefined : `expected (${shape}), got (${got})`;

const numberKind: Kind = {
  has: (shape) => shape.length === 0,
  writable: false,
  make: (_, shape, values) => ({
    name: 'a number',
    container: () => values[0],
    shape,
    flat: false,
    elements: () => [values[0] as number],
    state: () => '',
    surroundings: () => '',
    stored: keep,
    unlike: (result) => (typeof result === 'number' ? undefined : `expected a number, got ${typeof result}`),
    read: (result) => [result as number],
    free: nothing,
  }),
};

type Resizable = new (bytes: number, options: { maxByteLength: number }) => ArrayBuffer;

/** The memory that a typed array can be on. */
const MEMORIES: readonly [name: string, allocate: (bytes: number) => ArrayBufferLike][] = [
  ['ordinary', (bytes) => new ArrayBuffer(bytes)],
  ['shared', (bytes) => new SharedArrayBuffer(bytes)],
  ['resizable', (bytes) => new (ArrayBuffer as Resizable)(bytes, { maxByteLength: bytes + 64 })],
];

const typedKind: Kind = {
  has: () => true,
  writable: true,
  make(layout, shape, values, asOut) {
    const Class = pick(asOut ? FLOATS : TYPES, layout.type);
    const size = product(shape);
    const [memory, allocate] = pick(MEMORIES, layout.gap);
    const whole = new Class(allocate((layout.before + size + layout.after) * Class.BYTES_PER_ELEMENT)).fill(FILLER);
    const array = whole.subarray(layout.before, layout.before + size);
    array.set(values);
    const Result = resultClass(Class);
    return {
      name: `${Class.name} in ${memory} memory`,
      container: () => array,
      shape,
      flat: true,
      elements: () => [...array],
      state: () => text(whole),
      surroundings: () => text([...whole.subarray(0, layout.before), ...whole.subarray(layout.before + size)]),
      stored: (value) => rounded(Result, value),
      unlike: (result, own) => isOf(result, Result, product(own)),
      read: (result) => result as TypedArray,
      free: nothing,
    };
  },
};

const plainKind: Kind = {
  has: () => true,
  writable: true,
  make(_, shape, values) {
    const array = Array.from(values);
    return {
      name: 'number[]',
      container: () => array,
      shape,
      flat: true,
      elements: () => [...array],
      state: () => text(array),
      surroundings: () => '',
      stored: keep,
      unlike: (result, own) =>
        Array.isArray(result) && result.length === product(own) ? undefined : `expected ${product(own)} numbers in an array`,
      read: (result) => result as number[],
      free: nothing,
    };
  },
};

/** The innermost rows of nested arrays, in order. */
function rowsOf(nested: unknown, depth: number): ArrayLike<number>[] {
  return depth <= 1 ? [nested as ArrayLike<number>] : (nested as unknown[]).flatMap((row) => rowsOf(row, depth - 1));
}

/** Checks the lengths of nested arrays. */
function isNested(nested: unknown, shape: readonly number[]): string | undefined {
  const [length = 0, ...rest] = shape;
  const list = nested as ArrayLike<unknown>;
  if (rest.length > 0 && !Array.isArray(nested)) return `expected arrays of shape (${shape})`;
  if (list.length !== length) return `expected ${length} in a row, got ${list.length}`;
  for (let i = 0; i < length && rest.length > 0; i++) {
    const wrong = isNested(list[i], rest);
    if (wrong) return wrong;
  }
  return undefined;
}

const nestedKind: Kind = {
  // A vector in it is a plain array, and its Jacobian flat.
  has: (shape) => shape.length > 1 && !isEmptyBefore(shape),
  writable: true,
  make(layout, shape, values, asOut) {
    const run = shape.at(-1) as number;
    // Whether the innermost rows are typed arrays.
    const typed = layout.names % 2 === 1;
    const classOf = (row: number): TypedClass => pick(asOut ? FLOATS : TYPES, pick(layout.rowTypes, row));
    const wholes: TypedArray[] = [];
    const build = (part: Nested[], depth: number): unknown => {
      if (depth < shape.length) return part.map((inner) => build(inner as Nested[], depth + 1));
      if (!typed) return part;
      const whole = new (classOf(wholes.length))(layout.before + run + layout.after).fill(FILLER);
      wholes.push(whole);
      const row = whole.subarray(layout.before, layout.before + run);
      row.set(part as number[]);
      return row;
    };
    const nested = build(nest(values, shape), 1);
    const own = rowsOf(nested, shape.length);
    const elements = () => own.flatMap((row) => Array.from(row));
    return {
      name: typed ? 'nested typed rows' : 'nested arrays',
      container: () => nested,
      shape,
      flat: false,
      elements,
      state: () => (typed ? wholes.map(text).join(';') : text(elements())),
      surroundings: () =>
        wholes.map((whole) => text([...whole.subarray(0, layout.before), ...whole.subarray(layout.before + run)])).join(';'),
      stored(value, i, count) {
        if (!typed) return value;
        // A Jacobian has more rows than x: each stretch of them is of the type of one.
        const row = Math.floor((i * own.length) / count);
        return rounded(resultClass(classOf(row)), value);
      },
      unlike: (result, wanted) => isNested(result, wanted),
      read: (result) => rowsOf(result, Array.isArray(result) ? depthOf(result) : 1).flatMap((row) => Array.from(row)),
      free: nothing,
    };
  },
};

function depthOf(nested: unknown): number {
  return Array.isArray(nested) ? 1 + depthOf(nested[0]) : ArrayBuffer.isView(nested) ? 1 : 0;
}

interface Shaped {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

const unlikeShaped = (result: unknown, own: readonly number[]): string | undefined => {
  const { data, shape } = result as Shaped;
  return Object.keys(result as object).join() === 'data,shape'
    ? (isOf(data, Float64Array, product(own)) ?? sameLengths(shape, own))
    : `expected { data, shape }, got ${Object.keys(result as object)}`;
};

const stridedKind: Kind = {
  has: () => true,
  writable: true,
  make(layout, shape, values, asOut) {
    const Class = layout.type % 5 === 4 ? undefined : pick(asOut ? FLOATS : TYPES, layout.type);
    const order = [...shape.keys()].sort((a, b) => (layout.order[a] as number) - (layout.order[b] as number));
    const stride = shape.map(() => 0);
    let reach = layout.gap;
    let start = layout.before;
    for (const axis of order) {
      const length = shape[axis] as number;
      if (!asOut && layout.repeated[axis]) continue;
      stride[axis] = layout.reversed[axis] ? -reach : reach;
      if (layout.reversed[axis]) start += reach * Math.max(0, length - 1);
      reach *= length;
    }
    const count = layout.before + Math.max(reach, layout.gap) + layout.after;
    const data = Class ? new Class(count).fill(FILLER) : new Array<number>(count).fill(FILLER);
    const places = indices({ shape, stride, offset: start });
    for (const [i, place] of places.entries()) data[place] = values[i] as number;
    const names = {
      [layout.names & 1 ? 'dims' : 'shape']: shape,
      [layout.names & 2 ? 'strides' : 'stride']: stride,
    };
    const container = { data, ...names, offset: start };
    const taken = new Set(places);
    return {
      name: `{ ${Object.keys(container)} } of ${Class?.name ?? 'number[]'}`,
      container: () => container,
      shape,
      flat: false,
      elements: () => places.map((place) => data[place] as number),
      state: () => text(data),
      surroundings: () => text(Array.from(data).filter((_, i) => !taken.has(i))),
      stored: (value) => (asOut && Class ? rounded(Class, value) : value),
      unlike: unlikeShaped,
      read: (result) => (result as Shaped).data,
      free: nothing,
    };
  },
};

const denseKind: Kind = {
  has: () => true,
  writable: true,
  make(layout, shape, values, asOut) {
    const Class = pick(asOut ? FLOATS : TYPES, layout.type);
    const data = layout.names === 3 ? Array.from(values) : new Class(product(shape));
    for (let i = 0; i < data.length; i++) data[i] = values[i] as number;
    const container = { data, shape: [...shape] };
    return {
      name: `{ data, shape } of ${data.constructor.name}`,
      container: () => container,
      shape,
      flat: false,
      elements: () => [...data],
      state: () => `${text(data)};${container.shape}`,
      surroundings: () => '',
      stored: (value) => (asOut && !Array.isArray(data) ? rounded(Class, value) : value),
      unlike: unlikeShaped,
      read: (result) => (result as Shaped).data,
      free: nothing,
    };
  },
};

function tensorHeld(name: string, tensor: Tensor, shape: readonly number[]): Held {
  return {
    name,
    container: () => tensor,
    shape,
    flat: false,
    elements: () => [...tensor.toFloat64Array()],
    state: () => `${text(tensor.toFloat64Array())};${tensor.shape}`,
    surroundings: () => '',
    stored: keep,
    unlike: (result, own) => (result instanceof Tensor ? sameLengths(result.shape, own) : 'expected a Tensor'),
    read: (result) => (result as Tensor).toFloat64Array(),
    free: () => tensor.dispose(),
  };
}

const tensorKind: Kind = {
  has: () => true,
  writable: true,
  make: (_, shape, values) => tensorHeld('a Tensor', Tensor.from(Float64Array.from(values), shape), shape),
};

const reshapedKind: Kind = {
  has: () => true,
  writable: true,
  make(_, shape, values) {
    const flat = Tensor.from(Float64Array.from(values));
    const tensor = flat.reshape(shape);
    flat.dispose();
    return tensorHeld('a reshaped Tensor', tensor, shape);
  },
};

const viewKind: Kind = {
  has: () => true,
  writable: true,
  make(layout, shape, values) {
    const size = product(shape);
    const tensor = Tensor.zeros(layout.before + size + layout.after);
    tensor.data.fill(FILLER);
    tensor.data.set(values, layout.before);
    const view = () => tensor.data.subarray(layout.before, layout.before + size);
    const flat = layout.names % 2 === 0;
    return {
      name: flat ? 'a view of wasm memory' : '{ data, shape } of wasm memory',
      container: () => (flat ? view() : { data: view(), shape }),
      shape,
      flat,
      elements: () => [...view()],
      state: () => text(tensor.data),
      surroundings: () => text([...tensor.data.subarray(0, layout.before), ...tensor.data.subarray(layout.before + size)]),
      stored: keep,
      unlike: (result, own) => (flat ? isOf(result, Float64Array, product(own)) : unlikeShaped(result, own)),
      read: (result) => (flat ? (result as Float64Array) : (result as Shaped).data),
      free: () => tensor.dispose(),
    };
  },
};

const KINDS: readonly Kind[] = [
  typedKind,
  plainKind,
  denseKind,
  nestedKind,
  stridedKind,
  stridedKind,
  tensorKind,
  reshapedKind,
  viewKind,
  numberKind,
];

/** An input of this layout, or of another kind where that cannot have the shape. */
export function input(layout: Layout, shape: readonly number[], values: ArrayLike<number>): Held {
  return pick(
    KINDS.filter((kind) => kind.has(shape)),
    layout.kind,
  ).make(layout, shape, values, false);
}

/** A container to write results of this shape to. */
export function output(layout: Layout, shape: readonly number[]): Held {
  const values = new Float64Array(product(shape)).fill(FILLER - 1);
  const kinds = KINDS.filter((kind) => kind.writable && kind.has(shape));
  return pick(kinds, layout.kind).make(layout, shape, values, true);
}

/** Throws where a result is not like the container that it should be like, or has other numbers. */
export function expectLike(what: string, like: Held, result: unknown, shape: readonly number[], wanted: ArrayLike<number>): void {
  const wrong = like.unlike(result, shape);
  if (wrong) throw new Error(`${what} of ${like.name}: ${wrong}`);
  expectStored(`${what} of ${like.name}`, like, like.read(result), wanted);
}

const isAsNear = (got: number, stored: number, wanted: number): boolean =>
  Number.isFinite(stored) && Math.abs(got - wanted) <= Math.abs(stored - wanted) * (1 + 2 ** -20) && got !== stored;

/**
 * Throws where `got` is not `wanted` as this container stores it. Results in fewer digits are those of the function, not of its
 * f64: where that lies halfway between two of them, either may be right.
 */
export function expectStored(what: string, like: Held, got: ArrayLike<number>, wanted: ArrayLike<number>): void {
  if (got.length !== wanted.length) throw new Error(`${what}: got ${got.length} elements, wanted ${wanted.length}`);
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [got[i] as number, like.stored(wanted[i] as number, i, wanted.length)];
    if (!same(a, b) && !isAsNear(a, b, wanted[i] as number))
      throw new Error(`${what}: element ${i} is ${show(a)}, wanted ${show(b)}`);
  }
}
