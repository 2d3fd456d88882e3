// Copy in, call, copy out: the only file that sees wasm memory. JavaScript arrays of any length go through two scratch
// buffers that stay in the cache; tensors are buffers of their own, on which kernels work in place. Knows no activation.

import { noMemory, offsetOf, tag } from './check.js';
import { current, discard, type Exports, instance } from './core.js';
import type { FloatArray } from './shape.js';
import type { MemoryUse, NumberArray } from './types.js';

// What a kernel is asked for; the numbers are those of crate/src/loops.rs.
/** @internal */
export const VALUE = 0;
/** @internal */
export const DERIV = 1;
/** @internal */
export const BACKWARD_X = 2;
/** @internal */
export const BACKWARD_Y = 3;
/** @internal */
export const VALUE_AND_DERIV = 4;
/** @internal */
export type Op = typeof VALUE | typeof DERIV | typeof BACKWARD_X | typeof BACKWARD_Y | typeof VALUE_AND_DERIV;

/**
 * A function of the module over `slices` of a buffer: elements, or rows with their inner dimensions. `a`, `b` and `out` are
 * handles. What it returns is 0 (or nothing), or not 0 where it could not have the memory it needs.
 * @internal
 */
export type Kernel = (
  op: Op,
  a: number,
  b: number,
  out: number,
  slices: number,
  p0?: number,
  p1?: number,
  p2?: number,
  p3?: number,
) => number | undefined;

/** A function of the module, found again when a new instance is made. @internal */
export interface Linked {
  readonly find: (wasm: Exports) => Kernel;
  /** Whether it looks along rows: it may then need memory of its own, and its derivative is a Jacobian. */
  readonly rows: boolean;
  call: Kernel;
  epoch: number;
}

/** @internal */
export const linked = (find: (wasm: Exports) => Kernel, rows: boolean): Linked => ({ find, rows, call: () => 0, epoch: 0 });

/** Elements a block of JavaScript arrays has: 32 KB, so that both scratch buffers stay in the cache of one core. */
const BLOCK = 4096;

/** Up to so many elements a loop copies faster than `set`, whose call takes 16 ns. */
const FEW = 8;

/** A larger scratch buffer, for long rows, is kept for the next call up to this size. */
const KEEP = 2 ** 20;

/** A buffer in wasm memory as JavaScript sees it. Growth of the memory leaves `view` with length 0. */
interface Scratch {
  handle: number;
  capacity: number;
  view: Float64Array;
  /** Views of its beginning, for `set`, which copies whole arrays: the last one used, and all by their length. */
  head: Float64Array;
  readonly heads: Map<number, Float64Array>;
}

const NOTHING = /* @__PURE__ */ new Float64Array(0);
const scratch = (): Scratch => ({ handle: 0, capacity: 0, view: NOTHING, head: NOTHING, heads: new Map() });

// Kernels read from both and write to one of them. That the view of `left` is NOTHING stands for all that has to be made again.
const left: Scratch = /* @__PURE__ */ scratch();
const right: Scratch = /* @__PURE__ */ scratch();

/** The instance that handles belong to, and its number. */
let wasm: Exports | undefined;
let epoch = 0;

/** The exports of the instance, with the scratch buffers' views fit for use. */
const ready = (): Exports => (wasm === undefined || left.view.length === 0 || running ? refresh() : wasm);

/**
 * Whether a call into wasm is on its way. No code of the caller runs inside one, so where the next call finds it true, it was torn
 * down (a trap, or a full stack, on which no handler could run): the state of the instance is not known, and another is made.
 */
let running = false;

/** Makes the views of the scratch buffers again: at the first call, after growth, and after a trap. */
function refresh(): Exports {
  if (running) {
    left.view = NOTHING;
    discard();
    running = false;
  }
  const now = instance();
  if (now !== wasm) {
    left.capacity = right.capacity = 0;
    if (!reserve(now, left, BLOCK) || !reserve(now, right, BLOCK)) {
      discard();
      return noMemory(BLOCK);
    }
    move(now);
    wasm = now;
    epoch++;
  }
  // Left last: a full stack may end this anywhere.
  for (const buffer of [right, left]) {
    buffer.heads.clear();
    buffer.head = viewOf(now, guarded(now.address, buffer.handle), buffer.capacity);
    buffer.view = buffer.head;
  }
  return now;
}

/** The elements at an address, which comes out of wasm as a signed number. */
const viewOf = (now: Exports, address: number, count: number): Float64Array =>
  new Float64Array(now.memory.buffer, address >>> 0, count);

/** Gives a scratch buffer at least `count` elements; false, and nothing has changed, where there is no memory for it. */
function reserve(now: Exports, buffer: Scratch, count: number): boolean {
  if (count <= buffer.capacity) return true;
  const handle = allocate(now, count);
  if (handle === 0) return false;
  if (buffer.capacity > 0) guarded(now.release, buffer.handle);
  buffer.handle = handle;
  buffer.capacity = count;
  left.view = NOTHING;
  return true;
}

/** Elements one buffer can have: less than 2 GiB. */
const MOST = 2 ** 28 - 1;

/** The handle of a new buffer, 0 where there is no memory for it. */
const allocate = (now: Exports, count: number): number => (count > MOST ? 0 : guarded(now.allocate, count));

/** Calls a function of the module that is no kernel. */
function guarded<R>(call: (number: number) => R, number: number): R {
  running = true;
  const result = call(number);
  running = false;
  return result;
}

function link(kernel: Linked, now: Exports): Kernel {
  if (kernel.epoch !== epoch) {
    kernel.call = kernel.find(now);
    kernel.epoch = epoch;
  }
  return kernel.call;
}

// ---- Copies ----

/** The first `count` elements of a scratch buffer. */
const head = (buffer: Scratch, count: number): Float64Array =>
  buffer.head.length === count ? buffer.head : otherHead(buffer, count);

function otherHead(buffer: Scratch, count: number): Float64Array {
  let view = buffer.heads.get(count);
  if (view === undefined) {
    // Programs use few sizes; one that uses many does not fill the memory with views.
    if (buffer.heads.size >= 256) buffer.heads.clear();
    view = buffer.view.subarray(0, count);
    buffer.heads.set(count, view);
  }
  buffer.head = view;
  return view;
}

/** The blocks of large arrays as views by their start, made once for an array: `set` copies whole arrays only. */
let blocks: WeakMap<Float64Array, Map<number, Float64Array>> | undefined;

function block(array: Float64Array, start: number, count: number): Float64Array {
  blocks ??= new WeakMap();
  let views = blocks.get(array);
  if (views === undefined) {
    views = new Map();
    blocks.set(array, views);
  }
  let view = views.get(start);
  if (view?.length !== count) {
    view = new Float64Array(array.buffer, offsetOf(array) + 8 * start, count);
    views.set(start, view);
  }
  return view;
}

function copyIn(view: Float64Array, from: NumberArray, start: number, count: number): void {
  if (count > FEW) {
    if (count === from.length) return view.set(from);
    if (tag(from) === 'Float64Array') return view.set(block(from as Float64Array, start, count));
  }
  for (let i = 0; i < count; i++) view[i] = from[start + i] ?? 0;
}

function copyOut(buffer: Scratch, to: FloatArray, start: number, count: number): void {
  const { view } = buffer;
  if (count > FEW) view.set.call(to, head(buffer, count), start);
  else for (let i = 0; i < count; i++) to[start + i] = view[i] ?? 0;
}

// ---- Calls on JavaScript arrays ----

/**
 * Runs a kernel over arrays of `slices` slices: `narrow` elements each in the first buffer (`a`, the value), `wide` in the second
 * (`b`, or the derivative: `two` of VALUE_AND_DERIV, and a Jacobian in `out` of DERIV). As many slices at a time as fit a
 * block, at least one, so memory does not grow with their number. No code of the caller runs in here.
 * @internal
 */
export function runOnArrays(
  kernel: Linked,
  op: Op,
  a: NumberArray,
  b: NumberArray | undefined,
  out: FloatArray,
  two: FloatArray | undefined,
  slices: number,
  narrow: number,
  wide: number,
  p0?: number,
  p1?: number,
  p2?: number,
  p3?: number,
): void {
  const size = Math.max(narrow, wide);
  const step = slices * size <= BLOCK ? slices : Math.max(1, Math.floor(BLOCK / size));
  const { rows } = kernel;
  const result = rows && op === DERIV ? right : left;
  const width = result === right ? wide : narrow;
  // The memory may grow, for long rows and in a kernel that looks along rows, and views of it that the caller passed
  // (`tensor.data`) die with that. Where they were is known only before.
  const atA = rows ? offsetOf(a) : 0;
  const atB = rows && b !== undefined ? offsetOf(b) : 0;
  const atOut = rows ? offsetOf(out) : 0;
  const atTwo = rows && two !== undefined ? offsetOf(two) : 0;
  let now = ready();
  let failed: number | undefined = 0;
  const long = step * size > BLOCK;
  if (long) {
    if (!reserve(now, left, narrow) || !reserve(now, right, wide)) failed = 1;
    now = ready();
  }
  const call = link(kernel, now);
  for (let start = 0; start < slices && !failed; start += step) {
    const n = Math.min(step, slices - start);
    if (rows) a = revive(a, atA, slices * narrow);
    copyIn(left.view, a, start * narrow, n * narrow);
    if (b !== undefined) {
      if (rows) b = revive(b, atB, slices * wide);
      copyIn(right.view, b, start * wide, n * wide);
    }
    running = true;
    failed = call(op, left.handle, right.handle, result.handle, n, p0, p1, p2, p3);
    running = false;
    if (failed) break;
    if (rows) {
      ready();
      out = revive(out, atOut, slices * width);
      if (two !== undefined) two = revive(two, atTwo, slices * wide);
    }
    copyOut(result, out, start * width, n * width);
    if (two !== undefined) copyOut(right, two, start * wide, n * wide);
  }
  if (long) trim();
  if (failed) noMemory(size);
}

type ArrayClass<A> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => A;

/** `array`, or where it was a view of wasm memory that has grown, the same made again. */
function revive<A extends NumberArray>(array: A, byteOffset: number, count: number): A {
  if (array.length === count || wasm === undefined) return array;
  const Class = (globalThis as unknown as Record<string, ArrayClass<A>>)[tag(array) ?? ''];
  return Class === undefined ? array : new Class(wasm.memory.buffer, byteOffset, count);
}

/** Gives the memory of very long rows back. */
function trim(): void {
  const now = ready();
  for (const buffer of [left, right]) {
    const handle = buffer.capacity > KEEP ? allocate(now, BLOCK) : 0;
    if (handle !== 0) {
      guarded(now.release, buffer.handle);
      buffer.handle = handle;
      buffer.capacity = BLOCK;
      left.view = NOTHING;
    }
  }
}

// ---- Buffers of tensors ----

/** A buffer in wasm memory that tensors use; freed with the last of them. @internal */
export interface Storage {
  /** The instance it is in. */
  home: Exports | undefined;
  /** 0 where it has no elements. */
  handle: number;
  address: number;
  /** Elements; -1 where a trap took them. */
  count: number;
  view: Float64Array;
  users: number;
}

const live = /* @__PURE__ */ new Set<Storage>();

/** A new buffer of zeros. @internal */
export function createStorage(count: number): Storage {
  const storage = { home: undefined, handle: 0, address: 0, count, view: NOTHING, users: 0 };
  if (!place(storage, count > 0 ? ready() : undefined)) noMemory(count);
  live.add(storage);
  return storage;
}

/** Gives a storage a buffer of an instance, with the elements it has; false, and nothing has changed, where there is no memory. */
function place(storage: Storage, now: Exports | undefined): boolean {
  const { count } = storage;
  if (now === undefined || count <= 0) return true;
  const handle = allocate(now, count);
  if (handle === 0) return false;
  const address = guarded(now.address, handle) >>> 0;
  const view = viewOf(now, address, count);
  if (storage.home) view.set(storageView(storage));
  storage.view = view;
  storage.address = address;
  storage.handle = handle;
  storage.home = now;
  return true;
}

/** Whether an array is a view of the wasm memory, which dies when that grows. */
export const isWasmMemory = (array: NumberArray): boolean => array.buffer === wasm?.memory.buffer;

/** Frees the buffer. @internal */
export function freeStorage(storage: Storage): void {
  live.delete(storage);
  // Where the instance is gone, or a call in it was torn down, so is its memory.
  if (storage.home && storage.home === current() && !running) guarded(storage.home.release, storage.handle);
}

/** The elements of a buffer, seen anew where the memory has grown. @internal */
export function storageView(storage: Storage): Float64Array {
  if (storage.view.length === 0 && storage.home) storage.view = viewOf(storage.home, storage.address, storage.count);
  return storage.view;
}

/** Takes the buffers of tensors over into a new instance. What cannot be taken counts as disposed. */
function move(now: Exports): void {
  for (const storage of live) {
    if (storage.home !== now && !place(storage, now)) {
      live.delete(storage);
      storage.count = -1;
    }
  }
}

/** The same on buffers of tensors. @internal */
export function runOnStorage(
  kernel: Linked,
  op: Op,
  a: Storage,
  b: Storage | undefined,
  out: Storage,
  two: Storage | undefined,
  slices: number,
  narrow: number,
  wide: number,
  p0?: number,
  p1?: number,
  p2?: number,
  p3?: number,
): void {
  const call = link(kernel, ready());
  const second = b ?? two;
  // That may have made another instance, with no memory for one of these.
  if (a.count < 0 || out.count < 0 || (second !== undefined && second.count < 0)) noMemory(slices * narrow);
  running = true;
  const failed = call(op, a.handle, second === undefined ? 0 : second.handle, out.handle, slices, p0, p1, p2, p3);
  running = false;
  if (failed) noMemory(Math.max(narrow, wide));
}

/**
 * What tensors hold in wasm memory at this moment.
 *
 * @returns the number of live tensors, the bytes of their elements, and the bytes of the whole wasm memory.
 * @example
 * ```ts
 * import { memory, Tensor } from 'nonlin';
 * const x = Tensor.zeros(2, 3);
 * memory().bytes; // → 48
 * x.dispose();
 * memory().tensors; // → 0
 * ```
 */
export function memory(): MemoryUse {
  let tensors = 0;
  let bytes = 0;
  for (const storage of live) {
    tensors += storage.users;
    bytes += storage.count * 8;
  }
  return { tensors, bytes, capacity: current()?.memory.buffer.byteLength ?? 0 };
}
