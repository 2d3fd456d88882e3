// Tensor: a float64 buffer inside wasm memory, so that chains of calls copy nothing; and `scope`, which frees tensors.

import { createStorage, freeStorage, isWasmMemory, type Storage, storageView } from '../engine/memory.js';
import { describeShape, fail, isObject, misfit, wrongType } from '../errors.js';
import { isSimple } from '../keys.js';
import { FLOAT64, floats, tag } from '../typed.js';
import type { DisposeMethod, NestedArray, NestedNumbers, NewFloat64Array, NumberArray, StridedArray } from '../types.js';
import { gatherAll } from './elements.js';
import { toNested } from './make.js';
import { Operand, TENSOR } from './operand.js';
import { read } from './read.js';
import { noShape, readShape, sizeOf } from './shape.js';
import { readStrided } from './strided.js';

/**
 * The symbol under which the frozen `shape` of a tensor refers to the tensor: through a proxy, which shows the same frozen array,
 * it is the only way to the tensor.
 */
const OWNER: unique symbol = /* @__PURE__ */ Symbol();

/** The mark of tensors, common to all copies of this package: it tells a tensor of another copy from a `{ data, shape }`. */
const MARK = /* @__PURE__ */ Symbol.for('nonlin.Tensor');

/** The inside of a tensor. @internal */
export interface Inner {
  readonly shape: readonly number[];
  /** undefined after `dispose`. */
  storage: Storage | undefined;
}

// Set by the class, so that nobody else can reach the inside of a tensor.
/** @internal */
export let insideOf: (value: unknown) => Inner | undefined;
let make: (shape: readonly number[], storage: Storage) => Tensor;

/** An open scope, and the tensors made in it. It is left by an assignment, which works even on a full stack. */
interface Scope {
  readonly made: Set<Tensor>;
  readonly outer: Scope | undefined;
}

let innermost: Scope | undefined;

let registry: FinalizationRegistry<Storage> | undefined;

function dropUser(storage: Storage): void {
  if (--storage.users === 0) freeStorage(storage);
}

/** An own property of each tensor, so that tests for equality compare elements. */
const DATA: PropertyDescriptor = {
  get(this: Tensor) {
    return storageView(storageOf('tensor', this));
  },
  enumerable: true,
};

// An own property of each tensor, too: `structuredClone` and `postMessage` refuse an object that contains a function, and show
// the text of that function in their error.
function dispose(this: Tensor): void {
  'A Tensor cannot be cloned or posted: send its toFloat64Array()';
  const tensor = unwrap(this);
  const inner = tensor && insideOf(tensor);
  const storage = inner?.storage;
  if (tensor === undefined || inner === undefined) return disposed('tensor');
  if (storage === undefined) return;
  inner.storage = undefined;
  registry?.unregister(tensor);
  for (let scope = innermost; scope; scope = scope.outer) scope.made.delete(tensor);
  dropUser(storage);
}

/**
 * A float64 array with a shape in the memory of the wasm module: functions take and return tensors without a copy. Memory is
 * freed by `dispose`, by `using`, or by `scope`; the memory of a forgotten tensor is reclaimed some time after garbage
 * collection. One tensor holds at most 2²⁸ − 1 elements, and all tensors together at most 4 GiB.
 *
 * @example
 * ```ts
 * import { sigmoid, Tensor } from 'nonlin';
 * const x = Tensor.from([[-1, 0], [1, 2]]);
 * const y = sigmoid(x);
 * y.toArray(); // → [[0.2689…, 0.5], [0.7310…, 0.8807…]]
 * x.dispose();
 * y.dispose();
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the symbol that names its last method is not in every `lib`
export class Tensor {
  readonly #inner: Inner;

  /**
   * A key that only this class can pass to the constructor. It is made together with the functions that reach the inside of a
   * tensor; in a field, because static blocks are newer than Chromium 91.
   */
  static readonly #key: symbol = (() => {
    insideOf = (value) => (isObject(value) && #inner in value ? value.#inner : undefined);
    make = (shape, storage) => new Tensor(Tensor.#key, shape, storage);
    return Symbol();
  })();

  /** Frees the memory, unless another tensor uses it; harmless when repeated. */
  readonly dispose: () => void = dispose;

  /** The lengths of the dimensions. */
  declare readonly shape: readonly number[];

  /**
   * The elements, row-major, in wasm memory: writing to it changes the tensor. Read it again after any other call: if a call
   * makes the memory grow, views read before have length 0.
   */
  declare readonly data: NewFloat64Array;

  private constructor(key: symbol, shape: readonly number[], storage: Storage) {
    if (key !== Tensor.#key) fail(TypeError, 'ERR_DTYPE', 'a Tensor cannot be made with new: use Tensor.from or Tensor.zeros');
    // Shapes are compared through the array that is not frozen, which is faster.
    this.#inner = { shape, storage };
    const shown = [...shape];
    Object.defineProperty(shown, OWNER, { value: this });
    Object.defineProperty(this, 'shape', { value: Object.freeze(shown), enumerable: true });
    Object.defineProperty(this, 'data', DATA);
    storage.users++;
    registry ??= new FinalizationRegistry(dropUser);
    registry.register(this, storage, this);
    innermost?.made.add(this);
  }

  /**
   * A tensor with a copy of `x`.
   *
   * @param x any container: number, typed array, plain or nested array, `{ data, shape }`, Tensor.
   * @param shape the shape of a flat `x`; a container that has a shape refuses it.
   * @throws `ERR_DTYPE`, `ERR_SHAPE` for anything else, `ERR_MEMORY` where it does not fit.
   * @example
   * ```ts
   * import { Tensor } from 'nonlin';
   * Tensor.from(Float64Array.of(1, 2, 3, 4), [2, 2]).shape; // → [2, 2]
   * ```
   */
  static from(x: number | NumberArray | NestedArray | StridedArray | Tensor, shape?: readonly number[]): Tensor {
    const from = new Operand();
    readAny(from, 'x', x, shape);
    const numbers = gatherAll(from);
    // A view of wasm memory would die if making the tensor lets that memory grow.
    const source = isWasmMemory(numbers) ? numbers.slice() : numbers;
    const tensor = create([...from.shape]);
    storageView(storageOf('x', tensor)).set(source);
    return tensor;
  }

  /**
   * A tensor of zeros.
   *
   * @param shape the lengths of its dimensions, or one array of them; without any, the tensor has one element.
   * @throws `ERR_SHAPE` for lengths that are not integers >= 0, `ERR_MEMORY` where it does not fit.
   * @example
   * ```ts
   * import { Tensor } from 'nonlin';
   * Tensor.zeros(2, 3).size; // → 6
   * Tensor.zeros([2, 3]).size; // → 6
   * ```
   */
  static zeros(...shape: number[] | [shape: readonly number[]]): Tensor {
    return create(shapeOf(shape));
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(innerOf('tensor', this).shape);
  }

  /** Whether `dispose` was called (or the memory was lost in a trap): every other use then throws `ERR_DISPOSED`. */
  get disposed(): boolean {
    const tensor = unwrap(this);
    const storage = tensor && insideOf(tensor)?.storage;
    return storage === undefined || storage.count < 0;
  }

  /** A tensor of another shape on the same memory, which is freed with the last of the two. */
  reshape(...shape: number[] | [shape: readonly number[]]): Tensor {
    const storage = storageOf('tensor', this);
    const own = shapeOf(shape);
    if (sizeOf(own) !== storage.count) misfit('shape', `${storage.count} elements`, `${sizeOf(own)}`);
    return make(own, storage);
  }

  /** A copy of the elements, row-major. */
  toFloat64Array(): NewFloat64Array {
    const storage = storageOf('tensor', this);
    const copy = floats(storage.count);
    copy.set(storageView(storage));
    return copy;
  }

  /** A copy of the elements as nested arrays; with no dimension, the number. */
  toArray(): number | NestedNumbers {
    const { shape } = innerOf('tensor', this);
    return toNested(this.toFloat64Array(), shape) as number | NestedNumbers;
  }

  /** What `JSON.stringify` writes: the shape and the elements in order. Every function accepts what `JSON.parse` makes of it. */
  toJSON(): { shape: number[]; data: number[] } {
    return { shape: [...innerOf('tensor', this).shape], data: [...storageView(storageOf('tensor', this))] };
  }

  /** `'Tensor'`. Frameworks that make objects reactive leave an object alone that has such a tag. */
  get [Symbol.toStringTag](): 'Tensor' {
    return 'Tensor';
  }
}

/** `dispose` under the name that `using` calls. */
export interface Tensor extends DisposeMethod {}

/** The text that consoles print. Shows only the first elements. */
function inspect(this: unknown, _depth: number, options: object, print?: (value: unknown, options: object) => string): string {
  const tensor = unwrap(this as Tensor);
  if (tensor === undefined) return 'Tensor {}';
  if (tensor.disposed) return `Tensor${describeShape(tensor.shape)} disposed`;
  const data = tensor.toFloat64Array().subarray(0, 101);
  return `Tensor${describeShape(tensor.shape)} ${print ? print([...data], options) : `[${data.join(', ')}]`}`;
}

{
  const { prototype } = Tensor;
  const hidden = { configurable: true, writable: true };
  Object.defineProperty(prototype, MARK, { value: true });
  for (const name of ['nodejs.util.inspect.custom', 'Deno.customInspect']) {
    Object.defineProperty(prototype, Symbol.for(name), { value: inspect, ...hidden });
  }
  const value = function (this: Tensor): void {
    dispose.call(this);
  };
  if (Symbol.dispose) Object.defineProperty(prototype, Symbol.dispose, { value, ...hidden });
  // For objects that only have the prototype: they look like tensors but are not.
  for (const name of ['shape', 'data'])
    Object.defineProperty(prototype, name, { get: () => disposed('tensor'), configurable: true });
}

/** The tensor itself, if `value` is one, or a proxy of one such as reactive frameworks make. */
function unwrap(value: unknown): Tensor | undefined {
  if (insideOf(value)) return value as Tensor;
  if (!isObject(value)) return undefined;
  const shape: unknown = Object.getOwnPropertyDescriptor(value, 'shape') && (value as Tensor).shape;
  const owner: unknown = Array.isArray(shape) ? (shape as { [OWNER]?: unknown })[OWNER] : undefined;
  return isObject(owner) && insideOf(owner) ? (owner as Tensor) : undefined;
}

/** The inside of a tensor; refuses a tensor that is disposed, and objects that only look like one. */
function innerOf(label: string, value: unknown): Inner & { readonly storage: Storage } {
  const inner = insideOf(value) ?? insideOf(unwrap(value) ?? value);
  return inner?.storage === undefined || inner.storage.count < 0 ? disposed(label) : (inner as Inner & { storage: Storage });
}

/** The buffer of a tensor; refuses the same objects as `innerOf`. @internal */
export const storageOf = (label: string, tensor: object): Storage => innerOf(label, tensor).storage;

function disposed(label: string): never {
  return fail(TypeError, 'ERR_DISPOSED', `"${label}" expected a live Tensor, got one that is disposed or forged`);
}

/** A shape given as arguments, or as one array. */
function shapeOf(given: readonly unknown[]): number[] {
  const [first] = given;
  return readShape('shape', '', given.length === 1 && typeof first !== 'number' ? first : given);
}

/** A tensor of zeros. Its shape has been checked, and belongs to the tensor from now on. @internal */
export const create = (shape: readonly number[]): Tensor => make(shape, createStorage(sizeOf(shape)));

/** The containers that messages list. */
const SAYS = 'a number, an array of numbers (typed, plain or nested), { data, shape } or a Tensor';

/** Reads any container. `shape` is `options.shape`, for flat ones; `says` names what is expected. @internal */
export function readAny(to: Operand, label: string, value: unknown, shape: unknown, says = SAYS): void {
  // The containers that programs pass most come first, and cost least.
  if (typeof value !== 'object' || value === null || Array.isArray(value) || tag(value) !== undefined) {
    read(to, label, value, shape, says);
  } else if (isSimple(value)) {
    to.label = label;
    readStrided(to, value, shape, true);
  } else if (value instanceof Tensor) {
    const { shape: own, storage } = innerOf(label, value);
    noShape(label, shape);
    to.label = label;
    to.kind = TENSOR;
    to.type = FLOAT64;
    to.shape = own;
    to.storage = storage;
    to.size = to.run = storage.count;
    to.start = 0;
    to.step = 1;
    to.plain = to.gaps = false;
  } else {
    if (MARK in value) {
      fail(
        TypeError,
        'ERR_DTYPE',
        `"${label}" is a Tensor of another copy of nonlin: pass its toFloat64Array(), or load the package once`,
      );
    }
    read(to, label, value, shape, says);
  }
}

/**
 * Calls `fn` and frees every tensor that it made and does not return, even if it throws.
 * Tensors that it returns are kept: a single one, or those in arrays and plain objects, at any depth.
 *
 * @param fn a synchronous function; one that returns a promise is refused.
 * @returns what `fn` returns.
 * @throws `ERR_DTYPE` if `fn` is not a function, or returns a promise.
 * @example
 * ```ts
 * import { scope, sigmoid, Tensor, tanh } from 'nonlin';
 * const y = scope(() => tanh(sigmoid(Tensor.from([1, 2, 3])))); // the other two are freed
 * y.dispose();
 * ```
 */
export function scope<T>(fn: (() => T) & (T extends PromiseLike<unknown> ? never : unknown)): T {
  if (typeof fn !== 'function') wrongType('ERR_DTYPE', 'fn', 'a function', fn);
  const made = new Set<Tensor>();
  const kept = new Set<unknown>();
  const outer = innermost;
  innermost = { made, outer };
  try {
    const result = fn();
    if (isObject(result) && 'then' in result && typeof result.then === 'function') {
      // Nobody else awaits this promise, and an unhandled rejection would end Node.
      Promise.resolve(result).catch(() => undefined);
      fail(TypeError, 'ERR_DTYPE', '"fn" expected a synchronous function, got one that returns a promise');
    }
    collect(result, kept);
    return result;
  } catch (error) {
    kept.clear();
    throw error;
  } finally {
    innermost = outer;
    for (const tensor of made) {
      if (kept.has(tensor)) outer?.made.add(tensor);
      else tensor.dispose();
    }
  }
}

/** Adds the tensors in `value` to `found`, and the arrays and plain objects that contain them. */
function collect(value: unknown, found: Set<unknown>): void {
  if (!isObject(value) || found.has(value)) return;
  found.add(value);
  if (value instanceof Tensor) {
    const tensor = unwrap(value);
    if (tensor) found.add(tensor);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null) {
    for (const inner of Object.values(value)) collect(inner, found);
  }
}
