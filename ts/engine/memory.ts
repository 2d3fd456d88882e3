// Wasm memory as JavaScript sees it: buffers by handle, scratch buffers that stay in the cache, and the storage of tensors.
// Knows no activation and no container.

import { noMemory } from '../errors.js';
import { bufferOf, type FloatArray, floats } from '../typed.js';
import type { MemoryUse } from '../types.js';
import { current, discard, instance } from './instance.js';
import type { Exports } from './source-types.js';

/** Elements in a block of JavaScript arrays: 32 KB, so that both scratch buffers stay in the cache of one core. @internal */
export const BLOCK = 4096;

/** A larger scratch buffer, for long rows, is kept for the next call if it has at most this many elements. */
const KEEP = 2 ** 20;

/** The most elements that one buffer can have: less than 2 GiB. */
const MOST = 2 ** 28 - 1;

/**
 * Bytes in a piece that is copied at a time: larger copies are up to ten times slower if source and target are at similar offsets
 * in their pages.
 * @internal
 */
export const PIECE_BYTES = 2048;

/** Elements in a piece of f64. @internal */
export const PIECE = PIECE_BYTES / 8;

const NOTHING = /* @__PURE__ */ new Float64Array(0);

/**
 * The location of a scratch buffer, through which its contents can be reached when its views are dead, or when the instance has
 * been replaced.
 * @internal
 */
export interface Home {
  readonly memory: WebAssembly.Memory;
  readonly address: number;
  readonly capacity: number;
}

/** The elements of the scratch buffer at this location, past or present. @internal */
export const viewAt = ({ memory, address, capacity }: Home): Float64Array => new Float64Array(memory.buffer, address, capacity);

/** A buffer in wasm memory with its views, which have length 0 after that memory has grown. @internal */
export class Scratch {
  handle = 0;
  capacity = 0;
  home: Home | undefined = undefined;
  /** A view of all its elements. */
  view: Float64Array = NOTHING;
  /**
   * Views of the same memory as f32 and as f16, by `ElementType`, for arrays that are converted there; made when first needed.
   */
  floats: Float32Array[] = [];
  /** The part from the beginning that was used last. */
  head: Float64Array = NOTHING;
  /** Parts of the views by start and length, because `set` copies whole arrays only; emptied when the views are made again. */
  readonly parts: Map<number, FloatArray> = new Map();
  /** The pieces of f64 in order. */
  pieces: Float64Array[] = [];
  /**
   * `stage` holds elements that are read one by one: that may run code of the caller that makes the wasm memory grow or be lost.
   * `staged` is the part of it from the beginning that was used last, `stagedParts` such parts by their length.
   */
  stage: Float64Array = NOTHING;
  staged: Float64Array = NOTHING;
  readonly stagedParts: Map<number, FloatArray> = new Map();
}

/** The stage of a scratch buffer, one block long; made when first needed. @internal */
export function stageOf(buffer: Scratch): Float64Array {
  if (buffer.stage.length === 0) buffer.stage = floats(BLOCK);
  return buffer.stage;
}

/** Two buffers: kernels read from both and write to one of them. @internal */
export class Workspace {
  readonly left = new Scratch();
  readonly right = new Scratch();
  epoch = 0;
}

/**
 * The workspaces of a call, and of one inside it. They are made together with the instance: if a call made them, the memory might
 * grow, and views of it die that were passed to that very call.
 */
const workspaces: readonly Workspace[] = /* @__PURE__ */ [/* @__PURE__ */ new Workspace(), /* @__PURE__ */ new Workspace()];

/** The workspace of calls at this level: 0 for ordinary calls, more for calls inside other calls. @internal */
export const workspaceAt = (level: number): Workspace => workspaces[level] ?? new Workspace();

/** The instance that handles belong to, and its number. */
let wasm: Exports | undefined;
let epoch = 0;

/**
 * Whether a call into wasm is running. No code of the caller runs inside one, so if the next call finds this true, the last one
 * was torn down (by a trap, or by a full stack, on which no handler could run). The state of the instance is then unknown, and a
 * new one is made.
 */
let running = false;

/** `begin` and `end` enclose each call of a kernel. @internal */
export function begin(): void {
  running = true;
}
/** @internal */
export function end(): void {
  running = false;
}

/** The instance; a new one if the last call was torn down. @internal */
export const ready = (): Exports => (wasm === undefined || running ? start() : wasm);

/** A number that changes with the instance: what was looked up in one is looked up again in the next. @internal */
export const instanceNumber = (): number => epoch;

function start(): Exports {
  if (running) {
    discard();
    running = false;
    wasm = undefined;
  }
  const now = instance();
  move(now);
  epoch++;
  // Assigned last, because a full stack may end this function anywhere.
  wasm = now;
  for (const space of workspaces) prepare(space);
  return now;
}

/** The instance, after making sure that the views of a workspace are usable. @internal */
export const readyFor = (space: Workspace): Exports =>
  wasm === undefined || running || space.left.view.length === 0 || space.epoch !== epoch ? prepare(space) : wasm;

/** Makes the buffers of a workspace, or its views again: at the first call, after growth, and after a trap. */
function prepare(space: Workspace): Exports {
  const now = ready();
  const { left, right } = space;
  if (space.epoch !== epoch) {
    left.capacity = right.capacity = 0;
    if (!reserve(now, left, BLOCK) || !reserve(now, right, BLOCK)) {
      discard();
      wasm = undefined;
      return noMemory(BLOCK);
    }
    space.epoch = epoch;
  }
  // The left buffer comes last, because a full stack may end this function anywhere: `readyFor` looks at its view.
  for (const buffer of [right, left]) {
    const address = guarded(now.address, buffer.handle) >>> 0;
    buffer.home = { memory: now.memory, address, capacity: buffer.capacity };
    buffer.parts.clear();
    buffer.head = NOTHING;
    buffer.floats = [];
    const view = viewOf(now, address, buffer.capacity);
    buffer.pieces = [];
    for (let at = 0; at + PIECE <= Math.min(buffer.capacity, BLOCK); at += PIECE)
      buffer.pieces.push(view.subarray(at, at + PIECE));
    buffer.view = view;
  }
  return now;
}

/** The buffers that wasm memory has had: each growth makes a new one. */
const buffers = /* @__PURE__ */ new WeakSet<ArrayBufferLike>();
let newest: ArrayBufferLike | undefined;

/** The elements at an address, which wasm returns as a signed number. */
function viewOf(now: Exports, address: number, count: number): Float64Array {
  const { buffer } = now.memory;
  if (buffer !== newest) {
    newest = buffer;
    buffers.add(buffer);
  }
  return new Float64Array(buffer, address >>> 0, count);
}

/** Whether an array is a view of wasm memory, or was one before that memory grew. @internal */
export const isWasmMemory = (array: ArrayBufferView): boolean => buffers.has(bufferOf(array));

/** Gives a scratch buffer at least `count` elements; false, with nothing changed, if there is not enough memory. */
function reserve(now: Exports, buffer: Scratch, count: number): boolean {
  if (count <= buffer.capacity) return true;
  const handle = allocate(now, count);
  if (handle === 0) return false;
  if (buffer.capacity > 0) guarded(now.release, buffer.handle);
  buffer.handle = handle;
  buffer.capacity = count;
  buffer.view = NOTHING;
  return true;
}

/** Gives both buffers room for this many elements, for long rows; false if there is not enough memory. @internal */
export function reserveBoth(space: Workspace, left: number, right: number): boolean {
  const now = readyFor(space);
  const done = reserve(now, space.left, left) && reserve(now, space.right, right);
  if (space.right.view.length === 0) space.left.view = NOTHING;
  readyFor(space);
  return done;
}

/** Releases the memory of very long rows. @internal */
export function trim(space: Workspace): void {
  const now = readyFor(space);
  for (const buffer of [space.left, space.right]) {
    const handle = buffer.capacity > KEEP ? allocate(now, BLOCK) : 0;
    if (handle !== 0) {
      guarded(now.release, buffer.handle);
      buffer.handle = handle;
      buffer.capacity = BLOCK;
      space.left.view = NOTHING;
    }
  }
}

/** Frees a workspace that was made for a call inside another one; not for those that are kept. @internal */
export function release(space: Workspace): void {
  if (space.epoch !== epoch || wasm === undefined || running) return;
  for (const buffer of [space.left, space.right]) guarded(wasm.release, buffer.handle);
  space.epoch = 0;
  space.left.view = NOTHING;
}

/** The handle of a new buffer, or 0 if there is not enough memory. */
const allocate = (now: Exports, count: number): number => (count > MOST ? 0 : guarded(now.allocate, count));

/** Calls a function of the module that is not a kernel. */
function guarded<R>(call: (number: number) => R, number: number): R {
  running = true;
  const result = call(number);
  running = false;
  return result;
}

type ArrayClass<A> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => A;

/**
 * Makes a view of wasm memory again that died when that memory grew: `count` elements of the class `name`, from `byteOffset` on.
 * @internal
 */
export function revive<A>(name: string | undefined, array: A, byteOffset: number, count: number): A {
  const Class = (globalThis as unknown as Record<string, ArrayClass<A>>)[name ?? ''];
  return wasm === undefined || Class === undefined ? array : new Class(wasm.memory.buffer, byteOffset, count);
}

// ---- Buffers of tensors ----

/** A buffer in wasm memory that tensors use; freed with the last of them. @internal */
export interface Storage {
  /** The instance that contains it. */
  home: Exports | undefined;
  /** 0 if it has no elements. */
  handle: number;
  address: number;
  /** The number of elements; -1 if they were lost in a trap. */
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

/**
 * Gives a storage a buffer in an instance, with the elements it has; false, with nothing changed, if there is not enough memory.
 */
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

/** Frees the buffer. @internal */
export function freeStorage(storage: Storage): void {
  live.delete(storage);
  // If the instance is gone, or a call in it was torn down, so is its memory.
  if (storage.home && storage.home === current() && !running) guarded(storage.home.release, storage.handle);
}

/** The elements of a buffer; a view that the memory has outgrown is replaced. @internal */
export function storageView(storage: Storage): Float64Array {
  if (storage.view.length === 0 && storage.home) storage.view = viewOf(storage.home, storage.address, storage.count);
  return storage.view;
}

/** Moves the buffers of tensors into a new instance. Those that cannot be moved count as disposed. */
function move(now: Exports): void {
  for (const storage of live) {
    if (storage.home !== now && !place(storage, now)) {
      live.delete(storage);
      storage.count = -1;
    }
  }
}

/**
 * What tensors hold in wasm memory at this moment.
 *
 * @returns the number of live tensors, the bytes of their elements, and the bytes of the whole wasm memory.
 * @example
 * ```ts
 * import { memory, Tensor } from 'nonlin';
 * const before = memory();
 * const x = Tensor.zeros(2, 3);
 * memory().bytes - before.bytes; // → 48
 * x.dispose();
 * memory().tensors - before.tensors; // → 0
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
