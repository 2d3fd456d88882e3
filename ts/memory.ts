// Copy in, call, copy out: the only file that sees wasm memory. JavaScript arrays of any length go through two scratch
// buffers that stay in the cache; tensors are buffers of their own, on which kernels work in place. Knows no activation.

import { noMemory, offsetOf, tag } from './check.js';
import { current, discard, type Exports, instance } from './core.js';
import type { FloatArray } from './shape.js';
import type { NumberArray } from './types.js';

// What a kernel is asked for; the numbers are those of crate/src/map.rs.
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

/** Whether a call into wasm is on its way. No code of the caller runs inside one: found true, it was torn down. */
let running = false;

/** Makes the views of the scratch buffers again: at the first call, after growth, and after a trap. */
function refresh(): Exports {
  if (running) recover();
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
  for (const buffer of [left, right]) {
    buffer.view = viewOf(now, now.address(buffer.handle), buffer.capacity);
    buffer.head = buffer.view;
    buffer.heads.clear();
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
  if (buffer.capacity > 0) now.release(buffer.handle);
  buffer.handle = handle;
  buffer.capacity = count;
  left.view = NOTHING;
  return true;
}

/** Elements one buffer can have: less than 2 GiB. */
const MOST = 2 ** 28 - 1;

/** The handle of a new buffer, 0 where there is no memory for it. */
function allocate(now: Exports, count: number): number {
  if (count > MOST) return 0;
  running = true;
  try {
    const handle = now.allocate(count);
    running = false;
    return handle;
  } catch (error) {
    return abandon(error);
  }
}

/** After an exception out of wasm (a trap, a full stack) the state of the instance is not known: the next call makes another. */
function abandon(error: unknown): never {
  discard();
  left.view = NOTHING;
  running = false;
  throw error;
}

/** A call was torn down, and on the full stack that did it not even `abandon` could run: now it can. */
function recover(): void {
  discard();
  left.view = NOTHING;
  running = false;
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
  try {
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
  } catch (error) {
    abandon(error);
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
      now.release(buffer.handle);
      buffer.handle = handle;
      buffer.capacity = BLOCK;
      left.view = NOTHING;
    }
  }
}

// ---- Buffers of tensors ----

/** A buffer in wasm memory that tensors use; freed with the last of them. @internal */
export interface Storage {
  /** 0 where there is none: for no elements, and after a trap whose memory could not be saved (then `count` is -1). */
  handle: number;
  count: number;
  address: number;
  view: Float64Array;
  users: number;
}

const live = /* @__PURE__ */ new Set<Storage>();

/** A new buffer of zeros. @internal */
export function createStorage(count: number): Storage {
  const storage = { handle: 0, count, address: 0, view: NOTHING, users: 0 };
  if (count > 0) place(storage, ready());
  if (storage.handle === 0 && count !== 0) noMemory(count);
  live.add(storage);
  return storage;
}

function place(storage: Storage, now: Exports): void {
  storage.handle = allocate(now, storage.count);
  if (storage.handle !== 0) {
    storage.address = now.address(storage.handle) >>> 0;
    storage.view = NOTHING;
  }
}

/** Whether an array is a view of the wasm memory, which dies when that grows. @internal */
export const isWasmMemory = (array: NumberArray): boolean => array.buffer === wasm?.memory.buffer;

/** Frees the buffer. @internal */
export function freeStorage(storage: Storage): void {
  live.delete(storage);
  // Where the instance is gone, or a call in it was torn down, so is its memory.
  if (storage.handle !== 0 && wasm !== undefined && wasm === current() && !running) wasm.release(storage.handle);
  storage.handle = 0;
}

/** The elements of a buffer, seen anew where the memory has grown. @internal */
export function storageView(storage: Storage): Float64Array {
  if (storage.view.length === 0 && storage.count > 0 && wasm !== undefined) {
    storage.view = viewOf(wasm, storage.address, storage.count);
  }
  return storage.view;
}

/**
 * Takes the buffers of tensors over into a new instance. What cannot be taken counts as disposed. All copies are made first,
 * and then, where nothing is called that a full stack could stop, they take the places of the old ones.
 */
function move(now: Exports): void {
  const moved: Storage[] = [];
  for (const storage of live) {
    if (storage.count <= 0) continue;
    const from = storageView(storage);
    const copy = { ...storage };
    place(copy, now);
    if (copy.handle !== 0) viewOf(now, copy.address, copy.count).set(from);
    moved.push(storage, copy);
  }
  for (let i = 0; i + 1 < moved.length; i += 2) {
    const storage = moved[i];
    const copy = moved[i + 1];
    if (storage === undefined || copy === undefined) continue;
    if (copy.handle === 0) storage.count = -1;
    storage.handle = copy.handle;
    storage.address = copy.address;
    storage.view = NOTHING;
  }
  for (const storage of live) if (storage.count < 0) live.delete(storage);
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
  let failed: number | undefined = 0;
  try {
    running = true;
    failed = call(op, a.handle, second === undefined ? 0 : second.handle, out.handle, slices, p0, p1, p2, p3);
    running = false;
  } catch (error) {
    abandon(error);
  }
  if (failed) noMemory(Math.max(narrow, wide));
}

/** What tensors and the library hold in wasm memory. */
export interface MemoryUse {
  /** Tensors that are not disposed. */
  readonly tensors: number;
  /** Bytes of their elements; tensors on the same memory count it once. */
  readonly bytes: number;
  /** Bytes of the whole wasm memory, which grows and never shrinks; 0 before the first call. */
  readonly capacity: number;
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
