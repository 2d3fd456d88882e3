// A call with any number of inputs and results: what blocks.ts does for two of each kind, without its short cuts.

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

/** What goes through a port: a shape, and how its elements are taken slice by slice. */
export interface Layout {
  readonly shape: readonly number[];
  /** How many elements a slice has. */
  readonly width: number;
  /** The order in which the slices take its elements, where that is not their own. */
  readonly order: Order | undefined;
  /** Of a result: whether its container may be an input. Not for Jacobians. */
  readonly inPlace: boolean;
  /** Of a result: whether a flat `lead` is one row, so that a result without an axis is a number. */
  readonly isVector: boolean;
}

/** A container of a call. */
export interface Port {
  readonly of: Operand;
  readonly width: number;
  readonly order: Order | undefined;
}

/** A result that a call is to have. */
export interface Wanted {
  readonly label: string;
  /** The container of the caller; undefined for a new one like `lead`. */
  readonly given: unknown;
  readonly lead: Operand;
  readonly layout: Layout;
}

// Made here only: objects whose properties come in one order are one kind to the engine.

export const layout = (
  shape: readonly number[],
  width: number,
  order?: Order | undefined,
  inPlace = true,
  isVector = true,
): Layout => ({ shape, width, order, inPlace, isVector });

export const port = (of: Operand, { width, order }: Layout): Port => ({ of, width, order });

export const want = (label: string, given: unknown, lead: Operand, layout: Layout): Wanted => ({ label, given, lead, layout });

export const work = (slices: number, run: Work['run'], before?: Touch, after?: Touch, ofNothing = 0): Work => ({
  slices,
  run,
  before,
  after,
  ofNothing,
});

/** What is done with the slices. */
export interface Work {
  readonly slices: number;
  /** Runs the kernel on buffers by handle, the inputs first; false where there is not enough memory. */
  readonly run: (handles: readonly number[], slices: number) => boolean;
  /** What happens to the elements of slices, in the same order: before the kernel runs, and after it. */
  readonly before: Touch | undefined;
  readonly after: Touch | undefined;
  /** What a result is where the inputs have no element. */
  readonly ofNothing: number;
}

/** Changes the elements of `slices` slices from number `first` on, a view for each port. */
export type Touch = (views: readonly Float64Array[], first: number, slices: number) => void;

/** Calls `body` with a frame that has the options of a call. */
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
 * The same where `shortly` comes first: for options that are no more than `out` and `shape`. It returns undefined for what is out
 * of the ordinary.
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

/** Computes from inputs that have been read, but for their elements. Returns the results in order. */
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
  // All elements of plain arrays before anything is made or computed: reading them may run code of the caller.
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

/** Whether a result is a number: it has no axis, and what leads has no shape that would say so. */
const isScalar = ({ lead, layout: { shape, isVector } }: Wanted): boolean =>
  shape.length === 0 && lead.kind !== STRIDED && lead.kind !== TENSOR && (isVector || !isFlat(lead));

const makeFor = (to: Operand, wanted: Wanted): unknown =>
  isScalar(wanted) ? makeTyped(to, FLOAT64, 1) : make(to, wanted.lead, wanted.layout.shape, sizeOf(wanted.layout.shape));

/** Reads elements of plain arrays, and those that are taken in another order. */
function stage({ of, order }: Port): void {
  if (order !== undefined) {
    takeInOrder(gatherAll(of), order.there, 0, of.size, roomOf(of));
    of.staged = of.room;
  } else if (of.plain && of.staged === undefined) stageAll(of);
}

/** Whether the buffers that are kept are in use; those of a call inside another one are its own. */
let busy = false;

function perform(inputs: readonly Port[], results: readonly Port[], work: Work): void {
  const { slices, run, before, ofNothing } = work;
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
    // After a trap this makes another instance, which may have no memory for one of these.
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
    runBlocks(ports, count, work, spaces, largest, nothingIn ? ofNothing : undefined);
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

/** The views of what may have died: making tensors and buffers, and kernels, may make the memory grow. */
function refresh(ports: readonly Port[], spaces: readonly Workspace[]): void {
  for (let i = 0; i < ports.length; i += 2) readyFor(spaces[i >> 1] as Workspace);
  for (const { of } of ports) if (of.kind !== NUMBER) reviveElements(of, false);
}

/** The first `inputs` of `ports` are read, the others written. */
function runBlocks(
  ports: readonly Port[],
  inputs: number,
  { slices, run, before, after }: Work,
  spaces: Workspace[],
  largest: number,
  ofNothing: number | undefined,
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
    if (ofNothing !== undefined) for (const view of viewsOf(ports, spaces)) view.fill(ofNothing);
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
