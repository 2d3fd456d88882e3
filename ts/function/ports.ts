// A call with any number of inputs and results: like blocks.ts, which has two of each at most, but without its short cuts.

import { gatherAll, load, reviveElements, roomOf, stageAll } from '../containers/elements.js';
import { makeTyped } from '../containers/make.js';
import { handleOf, isFlat, isLost, NUMBER, type Operand, STRIDED, TENSOR } from '../containers/operand.js';
import { type Order, takeInOrder } from '../containers/order.js';
import { checkOverlap } from '../containers/overlap.js';
import { writing } from '../containers/restore.js';
import { sizeOf } from '../containers/shape.js';
import { store } from '../containers/store.js';
import { copyOut } from '../engine/copy.js';
import { BLOCK, ready, readyFor, release, reserveBoth, type Scratch, trim, Workspace } from '../engine/memory.js';
import { noMemory } from '../errors.js';
import { FLOAT64 } from '../typed.js';
import type { Defaults, Signature } from './definition.js';
import { enter, type Frame, leave, level } from './frame.js';
import { readOptions } from './options.js';
import { dispose, make, readResult } from './result.js';
import { spaces as kept, type ShortOptions, shortOptions } from './short/ports.js';

/** The layout of a container: a shape, and how its elements are taken slice by slice. */
export interface Layout {
  readonly shape: readonly number[];
  /** The number of elements in a slice. */
  readonly width: number;
  /** The order in which the slices take the elements, if it is not their own. */
  readonly order: Order | undefined;
  /** For a result: whether its container may be an input. False for Jacobians. */
  readonly inPlace: boolean;
  /** For a result: whether a flat `lead` is one row, so that a result without an axis is a number. */
  readonly isVector: boolean;
}

/** A container of a call, with its layout. */
export interface Port {
  readonly of: Operand;
  readonly width: number;
  readonly order: Order | undefined;
}

/** A result that a call has to produce. */
export interface Wanted {
  readonly label: string;
  /** The caller's container; undefined for a new one like `lead`. */
  readonly given: unknown;
  readonly lead: Operand;
  readonly layout: Layout;
}

// These objects are made only here: if their properties always come in the same order, they are one kind of object to the engine.

export const layout = (
  shape: readonly number[],
  width: number,
  order?: Order | undefined,
  inPlace = true,
  isVector = true,
): Layout => ({ shape, width, order, inPlace, isVector });

export const port = (of: Operand, { width, order }: Layout): Port => ({ of, width, order });

export const want = (label: string, given: unknown, lead: Operand, layout: Layout): Wanted => ({ label, given, lead, layout });

export const work = (slices: number, run: Work['run'], before?: Touch, after?: Touch, valueIfEmpty = 0): Work => ({
  slices,
  run,
  before,
  after,
  valueIfEmpty,
});

/** The work that is done on the slices. */
export interface Work {
  readonly slices: number;
  /** Runs the kernel on the buffers with these handles, the inputs first; false if there is not enough memory. */
  readonly run: (handles: readonly number[], slices: number) => boolean;
  /** Changes the elements of slices, in the same order: before the kernel runs, and after it. */
  readonly before: Touch | undefined;
  readonly after: Touch | undefined;
  /** The value of results if the inputs have no elements. */
  readonly valueIfEmpty: number;
}

/** Changes the elements of `slices` slices, starting with number `first`, through one view for each port. */
export type Touch = (views: readonly Float64Array[], first: number, slices: number) => void;

/** Calls `body` with a frame that holds the options of a call. */
export function withOptions<T>(signature: Signature, defaults: Defaults, options: unknown, body: (frame: Frame) => T): T {
  const entered = level();
  const frame = enter();
  try {
    readOptions(frame, signature, defaults, options);
    frame.used = true;
    return body(frame);
  } finally {
    leave(frame, entered);
  }
}

/**
 * The same, but first tries `shortly` if the options are no more than `out` and `shape`. It returns undefined for anything out of
 * the ordinary.
 */
export function withShortOptions<T>(
  signature: Signature,
  defaults: Defaults,
  options: unknown,
  shortly: (options: ShortOptions) => T | undefined,
  body: (frame: Frame) => T,
): T {
  const short = shortOptions(options);
  const result = short && shortly(short);
  return result === undefined ? withOptions(signature, defaults, short ?? options, body) : result;
}

/** Computes from inputs that have been read, except for their elements. Returns the results in order. */
export function compute(frame: Frame, inputs: readonly Port[], wanted: readonly Wanted[], work: Work): unknown[] {
  const results: Port[] = [];
  const outs: Operand[] = [];
  for (const { label, given, layout } of wanted) {
    const { shape, inPlace } = layout;
    const of = frame.operand();
    if (given !== undefined) {
      readResult(of, label, given, shape, sizeOf(shape));
      for (const input of inputs) checkOverlap(of, input.of, inPlace);
      if (frame.mask !== undefined) checkOverlap(of, frame.mask, false);
      for (const before of outs) checkOverlap(of, before, false);
      outs.push(of);
    }
    results.push(port(of, layout));
  }
  // All elements of plain arrays are read before anything is made or computed, because reading them may run code of the caller.
  for (const input of inputs) stage(input);
  for (const { of } of inputs) if (of.kind !== NUMBER) reviveElements(of, true);
  for (const of of outs) reviveElements(of, true);

  const made: unknown[] = [];
  try {
    for (let i = 0; i < wanted.length; i++) {
      const each = wanted[i] as Wanted;
      made.push(each.given ?? makeFor((results[i] as Port).of, each));
    }
    writing(outs, () => perform(inputs, results, work));
  } catch (error) {
    for (let i = 0; i < wanted.length; i++) {
      const { given, lead } = wanted[i] as Wanted;
      if (given === undefined) dispose(made[i], lead);
    }
    throw error;
  }
  for (let i = 0; i < wanted.length; i++) {
    const each = wanted[i] as Wanted;
    if (each.given === undefined && isScalar(each)) made[i] = (made[i] as Float64Array)[0];
  }
  return made;
}

/** Whether a result is a number: it has no axis, and `lead` has no shape of its own to show that. */
const isScalar = ({ lead, layout: { shape, isVector } }: Wanted): boolean =>
  shape.length === 0 && lead.kind !== STRIDED && lead.kind !== TENSOR && (isVector || !isFlat(lead));

const makeFor = (to: Operand, wanted: Wanted): unknown =>
  isScalar(wanted) ? makeTyped(to, FLOAT64, 1) : make(to, wanted.lead, wanted.layout.shape, sizeOf(wanted.layout.shape));

/** Reads the elements of plain arrays, and of inputs that are taken in another order. */
function stage({ of, order }: Port): void {
  if (order !== undefined) {
    takeInOrder(gatherAll(of), order.there, 0, of.size, roomOf(of));
    of.staged = of.room;
  } else if (of.plain && of.staged === undefined) stageAll(of);
}

/** Whether the buffers that are kept are in use; calls inside another one have their own. */
let busy = false;

function perform(inputs: readonly Port[], results: readonly Port[], work: Work): void {
  const { slices, run, before, valueIfEmpty } = work;
  const ports = [...inputs, ...results];
  const count = inputs.length;
  let largest = 0;
  let nothingIn = true;
  let nothingOut = true;
  let tensors = before === undefined;
  for (let i = 0; i < ports.length; i++) {
    const { of, width, order } = ports[i] as Port;
    if (width > largest) largest = width;
    if (width > 0 && i < count) nothingIn = false;
    if (width > 0 && i >= count) nothingOut = false;
    if (of.kind !== TENSOR || order !== undefined) tensors = false;
  }
  if (slices === 0 || nothingOut) return;
  if (tensors && !nothingIn) {
    // After a trap this makes a new instance, which may not have enough memory for one of these.
    ready();
    const lost = ports.some(({ of }) => isLost(of));
    const handles = ports.map(({ of }) => handleOf(of));
    if (lost || !run(handles, slices)) noMemory(largest);
    return;
  }
  const spaces = busy ? [] : kept;
  const outer = busy;
  busy = true;
  try {
    runBlocks(ports, count, work, spaces, largest, nothingIn ? valueIfEmpty : undefined);
  } finally {
    busy = outer;
    if (outer) for (const space of spaces) release(space);
  }
}

/** The scratch buffer of port number `i`. */
function scratchAt(spaces: readonly Workspace[], i: number): Scratch {
  const { left, right } = spaces[i >> 1] as Workspace;
  return i % 2 === 0 ? left : right;
}

/** Makes views again that may have died: the memory may grow when tensors and buffers are made, and in kernels. */
function refresh(ports: readonly Port[], spaces: readonly Workspace[]): void {
  for (let i = 0; i < ports.length; i += 2) readyFor(spaces[i >> 1] as Workspace);
  for (const { of } of ports) if (of.kind !== NUMBER) reviveElements(of, false);
}

/** Runs the kernel block by block. The first `inputs` of `ports` are read, the others written. */
function runBlocks(
  ports: readonly Port[],
  inputs: number,
  { slices, run, before, after }: Work,
  spaces: Workspace[],
  largest: number,
  valueIfEmpty: number | undefined,
): void {
  const step = Math.min(slices, Math.max(1, Math.floor(BLOCK / largest)));
  for (let i = 0; i < ports.length; i += 2) {
    const space = (spaces[i >> 1] ??= new Workspace());
    if (!reserveBoth(space, step * (ports[i] as Port).width, step * (ports[i + 1]?.width ?? 0))) noMemory(largest);
  }
  const handles: number[] = [];
  for (let i = 0; i < ports.length; i++) handles.push(scratchAt(spaces, i).handle);
  const targets: (Float64Array | undefined)[] = [];
  for (const { of, order } of ports) targets.push(order && targets.length >= inputs ? roomOf(of) : undefined);
  refresh(ports, spaces);
  for (let first = 0; first < slices; first += step) {
    const n = Math.min(step, slices - first);
    for (let i = 0; i < inputs; i++) {
      const { of, width } = ports[i] as Port;
      if (width > 0) load(of, first * width, n * width, scratchAt(spaces, i));
    }
    before?.(viewsOf(ports, spaces), first, n);
    if (valueIfEmpty !== undefined) for (const view of viewsOf(ports, spaces)) view.fill(valueIfEmpty);
    else if (!run(handles, n)) noMemory(largest);
    refresh(ports, spaces);
    after?.(viewsOf(ports, spaces), first, n);
    for (let i = inputs; i < ports.length; i++) {
      const { of, width } = ports[i] as Port;
      const target = targets[i];
      if (target) copyOut(scratchAt(spaces, i), 0, target, FLOAT64, first * width, n * width);
      else store(of, first * width, n * width, scratchAt(spaces, i));
      // Writing to a plain array may run code of the caller.
      if (of.plain) refresh(ports, spaces);
    }
  }
  for (let i = inputs; i < ports.length; i++) {
    const { of, order } = ports[i] as Port;
    const target = targets[i];
    if (target && order) storeAll(of, target, order, scratchAt(spaces, i), () => refresh(ports, spaces));
  }
  if (step * largest > BLOCK) for (let i = 0; i < ports.length; i += 2) trim(spaces[i >> 1] as Workspace);
}

const viewsOf = (ports: readonly Port[], spaces: readonly Workspace[]): Float64Array[] =>
  ports.map((_, i) => scratchAt(spaces, i).view);

/** Writes numbers that are in another order to a container. */
function storeAll(to: Operand, numbers: Float64Array, order: Order, scratch: Scratch, prepare: () => void): void {
  for (let at = 0; at < numbers.length; at += BLOCK) {
    const count = Math.min(BLOCK, numbers.length - at);
    takeInOrder(numbers, order.back, at, count, scratch.view);
    store(to, at, count, scratch);
    prepare();
  }
}
