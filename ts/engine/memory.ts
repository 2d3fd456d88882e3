// Wasm memory as JavaScript sees it: buffers by handle, scratch buffers that stay in the cache, and the storage of tensors.
// Knows no activation and no container.

import { noMemory } from '../errors.js';
import { bufferOf, type FloatArray, floats } from '../typed.js';
import type { MemoryUse } from '../types.js';
import { current, discard, instance } from './instance.js';
import type { Exports } from './source-types.js';

/** Elements a block of JavaScript arrays has: 32 KB, so that both scratch buffers stay in the cache of one core. @internal */
export const BLOCK = 4096;

/** A larger scratch buffer, for long rows, is kept for the next call up to this size. */
const KEEP = 2 ** 20;

/** Elements one buffer can have: less than 2 GiB. */
const MOST = 2 ** 28 - 1;

/**
 * Bytes of the pieces that are copied at a time: larger copies are up to ten times slower where both sides lie alike in their
 * page. @internal
 */
export const PIECE_BYTES = 2048;

/** Elements of a piece of f64. @internal */
export const PIECE = PIECE_BYTES / 8;

const NOTHING = /* @__PURE__ */ new Float64Array(0);

/**
 * Where a scratch buffer is. Its contents are reached from there when its views have died, and when its instance is another.
 * @internal
 */
export interface Home {
  readonly memory: WebAssembly.Memory;
  readonly address: number;
  readonly capacity: number;
}

/** The elements of a scratch buffer that is, or was, there. @internal */
export const viewAt = ({ memory, address, capacity }: Home): Float64Array => new Float64Array(memory.buffer, address, capacity);

/** A buffer in wasm memory with its views. Growth of the memory leaves them with length 0. @internal */
export class Scratch {
  handle = 0;
  capacity = 0;
  home: Home | undefined = undefined;
  /** All its elements. */
  view: Float64Array = NOTHING;
  /** The same memory as f32 and as f16, by `ElementType`, for arrays that are converted there; made when first needed. */
  floats: Float32Array[] = [];
  /** The part from the beginning that was used last. */
  head: Float64Array = NOTHING;
  /** Parts of the views by their start and length, as `set` copies whole arrays only; emptied when the views are made again. */
  readonly parts: Map<number, FloatArray> = new Map();
  /** The pieces of f64, in order. */
  pieces: Float64Array[] = [];
  /**
   * Where elements wait that are read one by one: that may run code of the caller, in which the memory grows or is lost. Then the
   * part of it from the beginning that was used last, and such parts by their length.
   */
  stage: Float64Array = NOTHING;
  staged: Float64Array = NOTHING;
  readonly stagedParts: Map<number, FloatArray> = new Map();
}

/** The stage of a scratch buffer, a block long; made when first needed. @internal */
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
 * The workspaces of a call, and of one inside it. They are made with the instance: were they made by a call, the memory might grow,
 * and views of it die that were passed to that very call.
 */
const workspaces: readonly Workspace[] = /* @__PURE__ */ [/* @__PURE__ */ new Workspace(), /* @__PURE__ */ new Workspace()];

/** The workspace of calls at a level: 0, or for those inside another call more. @internal */
export const workspaceAt = (level: number): Workspace => workspaces[level] ?? new Workspace();

/** The instance that handles belong to, and its number. */
let wasm: Exports | undefined;
let epoch = 0;

/**
 * Whether a call into wasm is on its way. No code of the caller runs inside one, so where the next call finds it true, it was torn
 * down (a trap, or a full stack, on which no handler could run): the state of the instance is not known, and another is made.
 */
let running = false;

/** Before and after each call of a kernel. @internal */
export function begin(): void {
  running = true;
}
/** @internal */
export function end(): void {
  running = false;
}

/** The instance; a new one after a call that was torn down. @internal */
export const ready = (): Exports => (wasm === undefined || running ? start() : wasm);

/** Changes with the instance: what was found in one is found again in the next. @internal */
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
  // Last: a full stack may end this anywhere.
  wasm = now;
  for (const space of workspaces) prepare(space);
  return now;
}

/** The instance, with a workspace whose views are fit for use. @internal */
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
  // Left last: a full stack may end this anywhere.
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

/** The buffers that wasm memory has had: each growth makes another. */
const buffers = /* @__PURE__ */ new WeakSet<ArrayBufferLike>();
let newest: ArrayBufferLike | undefined;

/** The elements at an address, which comes out of wasm as a signed number. */
function viewOf(now: Exports, address: number, count: number): Float64Array {
  const { buffer } = now.memory;
  if (buffer !== newest) {
    newest = buffer;
    buffers.add(buffer);
  }
  return new Float64Array(buffer, address >>> 0, count);
}

/** Whether an array is, or was before that grew, a view of wasm memory. @internal */
export const isWasmMemory = (array: ArrayBufferView): boolean => buffers.has(bufferOf(array));

/** Gives a scratch buffer at least `count` elements; false, and nothing has changed, where there is no memory for it. */
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

/** Gives both buffers room for so many elements, for long rows; false where there is no memory for it. @internal */
export function reserveBoth(space: Workspace, left: number, right: number): boolean {
  const now = readyFor(space);
  const done = reserve(now, space.left, left) && reserve(now, space.right, right);
  if (space.right.view.length === 0) space.left.view = NOTHING;
  readyFor(space);
  return done;
}

/** Gives the memory of very long rows back. @internal */
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

/** Gives a workspace back that was made for a call inside another one, none of those that are kept. @internal */
export function release(space: Workspace): void {
  if (space.epoch !== epoch || wasm === undefined || running) return;
  for (const buffer of [space.left, space.right]) guarded(wasm.release, buffer.handle);
  space.epoch = 0;
  space.left.view = NOTHING;
}

/** The handle of a new buffer, 0 where there is no memory for it. */
const allocate = (now: Exports, count: number): number => (count > MOST ? 0 : guarded(now.allocate, count));

/** Calls a function of the module that is no kernel. */
function guarded<R>(call: (number: number) => R, number: number): R {
  running = true;
  const result = call(number);
  running = false;
  return result;
}

type ArrayClass<A> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => A;

/** A view of wasm memory that died as that grew, made again: `count` elements of the kind `name` from `byteOffset` on. @internal */
export function revive<A>(name: string | undefined, array: A, byteOffset: number, count: number): A {
  const Class = (globalThis as unknown as Record<string, ArrayClass<A>>)[name ?? ''];
  return wasm === undefined || Class === undefined ? array : new Class(wasm.memory.buffer, byteOffset, count);
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

/** Frees the buffer. @internal */
export function freeStorage(storage: Storage): void {
  live.delete(storage);
  // Where the instance is gone, or a call in it was torn down, so is its memory.
  if (storage.home && storage.home === current() && !running) guarded(storage.home.release, storage.handle);
}

/** The elements of a buffer; a view that the memory has outgrown is replaced. @internal */
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
