// Tensor: a float64 buffer inside wasm memory, so that chains of calls copy nothing; and `scope`, which frees them.

/// <reference lib="esnext.disposable" preserve="true" />

import { fail, isObject, misfit, wrongType } from './check.js';
import { createStorage, freeStorage, isWasmMemory, type Storage, storageView } from './memory.js';
import { floats, gather, noShape, readShape, says, sizeOf, toArray, view } from './shape.js';
import type { Container, NestedNumbers } from './types.js';

/** What a tensor is. @internal */
export interface Inner {
  readonly shape: readonly number[];
  /** undefined after `dispose`. */
  storage: Storage | undefined;
}

/** A tensor that can be used. @internal */
export interface Live extends Inner {
  readonly storage: Storage;
}

// The class hands these out, so that nobody else reaches the inside of a tensor.
let innerOf: (tensor: object) => Inner | undefined;
let make: (shape: readonly number[], storage: Storage) => Tensor;

/** A scope that is open: the tensors made in it. Left by an assignment, which a full stack cannot keep from happening. */
interface Scope {
  readonly made: Set<Tensor>;
  readonly outer: Scope | undefined;
}

let innermost: Scope | undefined;

let registry: FinalizationRegistry<Storage> | undefined;

function dropUser(storage: Storage): void {
  if (--storage.users === 0) freeStorage(storage);
}

/**
 * A float64 array with a shape in the memory of the wasm module: functions take and return tensors without a copy.
 * Memory is freed by `dispose`, by `using`, or by `scope`; what is forgotten is reclaimed some time after garbage collection.
 * One tensor holds at most 2²⁸ − 1 elements, all together 4 GiB.
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
export class Tensor {
  readonly #inner: Inner;
  /** The shape as others see it, who cannot change it; not the one that is compared, which is faster not frozen. */
  #shape: readonly number[] | undefined;

  /** `dispose`, for `using`; where the host knows `Symbol.dispose`. */
  declare readonly [Symbol.dispose]: () => void;

  /**
   * What only this class hands to the constructor. Made together with what reaches the inside of a tensor: in a field, as static
   * blocks are newer than Chromium 91.
   */
  static readonly #key: symbol = (() => {
    innerOf = (tensor) => (#inner in tensor ? tensor.#inner : undefined);
    make = (shape, storage) => new Tensor(Tensor.#key, shape, storage);
    const value = function (this: Tensor): void {
      this.dispose();
    };
    if (Symbol.dispose) Object.defineProperty(Tensor.prototype, Symbol.dispose, { value, configurable: true, writable: true });
    return Symbol();
  })();

  private constructor(key: symbol, shape: readonly number[], storage: Storage) {
    if (key !== Tensor.#key) fail(TypeError, 'ERR_DTYPE', 'a Tensor is made by Tensor.from or Tensor.zeros');
    this.#inner = { shape, storage };
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
   * @throws `ERR_DTYPE`, `ERR_SHAPE` for what is no such container, `ERR_MEMORY` where it does not fit.
   * @example
   * ```ts
   * import { Tensor } from 'nonlin';
   * Tensor.from(Float64Array.of(1, 2, 3, 4), [2, 2]).shape; // → [2, 2]
   * ```
   */
  static from(x: Container, shape?: readonly number[]): Tensor {
    if (x instanceof Tensor) {
      const from = storageOf('x', x);
      noShape('x', shape);
      const copy = create(x.shape);
      storageView(storageOf('x', copy)).set(storageView(from));
      return copy;
    }
    const from = view('x', x, shape, says);
    const numbers = gather(from);
    // A view of wasm memory dies where making the tensor lets that grow.
    const source = isWasmMemory(numbers) ? numbers.slice() : numbers;
    const tensor = create(from.shape);
    storageView(storageOf('x', tensor)).set(source);
    return tensor;
  }

  /**
   * A tensor of zeros.
   *
   * @param shape the lengths of its dimensions; none: one element.
   * @throws `ERR_SHAPE` for lengths that are no integers >= 0, `ERR_MEMORY` where it does not fit.
   * @example
   * ```ts
   * import { Tensor } from 'nonlin';
   * Tensor.zeros(2, 3).size; // → 6
   * ```
   */
  static zeros(...shape: number[]): Tensor {
    return create(readShape('shape', shape));
  }

  /** The lengths of the dimensions. */
  get shape(): readonly number[] {
    if (!(#shape in this)) return disposed('tensor');
    this.#shape ??= Object.freeze([...this.#inner.shape]);
    return this.#shape;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * The elements, row-major, in wasm memory: writing to it changes the tensor. Get it again after a call that may have made
   * the memory grow, which leaves views got before with length 0.
   */
  get data(): Float64Array {
    return storageView(storageOf('tensor', this));
  }

  /** Whether `dispose` was called (or the memory was lost in a trap): every other use then throws `ERR_DISPOSED`. */
  get disposed(): boolean {
    const storage = innerOf(this)?.storage;
    return storage === undefined || storage.count < 0;
  }

  /** A tensor of another shape on the same memory, which is freed with the last of the two. */
  reshape(...shape: number[]): Tensor {
    const storage = storageOf('tensor', this);
    const own = readShape('shape', shape);
    if (sizeOf(own) !== storage.count) misfit('shape', `${storage.count} elements`, `${sizeOf(own)}`);
    return make(own, storage);
  }

  /** A copy of the elements, row-major. */
  toFloat64Array(): Float64Array {
    const storage = storageOf('tensor', this);
    const copy = floats(storage.count);
    copy.set(storageView(storage));
    return copy;
  }

  /** A copy of the elements as nested arrays; with no dimension, the number. */
  toArray(): number | NestedNumbers {
    return toArray(this.toFloat64Array(), this.shape) as number | NestedNumbers;
  }

  /** Frees the memory, unless another tensor uses it; harmless when repeated. */
  dispose(): void {
    const inner = innerOf(this);
    const storage = inner?.storage;
    if (inner === undefined || storage === undefined) return;
    inner.storage = undefined;
    registry?.unregister(this);
    for (let scope = innermost; scope; scope = scope.outer) scope.made.delete(this);
    dropUser(storage);
  }
}

/** The inside of a tensor; refuses one that is disposed or only looks like one. @internal */
export function open(label: string, tensor: Tensor): Live {
  const inner = innerOf(tensor);
  return inner?.storage === undefined || inner.storage.count < 0 ? disposed(label) : (inner as Live);
}

/** The buffer of a tensor; refuses as `open` does. @internal */
export const storageOf = (label: string, tensor: Tensor): Storage => open(label, tensor).storage;

function disposed(label: string): never {
  return fail(TypeError, 'ERR_DISPOSED', `"${label}" expected a live Tensor, got one that is disposed or forged`);
}

/** A tensor of zeros; its shape has been checked. @internal */
export const create = (shape: readonly number[]): Tensor => make(shape, createStorage(sizeOf(shape)));

/** The second tensor of a result, or neither of the two. @internal */
export function createAfter(first: Tensor, shape: readonly number[]): Tensor {
  try {
    return create(shape);
  } catch (error) {
    first.dispose();
    throw error;
  }
}

/**
 * Calls `fn` and frees every tensor that it made and does not return, also when it throws.
 * What it returns is kept: a tensor, or those in arrays and plain objects, at any depth.
 *
 * @param fn a function that is done when it returns: one that returns a promise is refused.
 * @returns what `fn` returns.
 * @throws `ERR_DTYPE` for what is no function, or returns a promise.
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
      fail(TypeError, 'ERR_DTYPE', '"fn" expected a function that is done when it returns, got one that returns a promise');
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

/** Adds the tensors in `value`, and the arrays and plain objects on the way to them. */
function collect(value: unknown, found: Set<unknown>): void {
  if (!isObject(value) || found.has(value)) return;
  found.add(value);
  if (value instanceof Tensor) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null) {
    for (const inner of Object.values(value)) collect(inner, found);
  }
}
