// A call with any number of inputs and results: what call.ts does for two of each kind, without its short cuts.

import { gatherAll, load, reviveElements, stageAll, store } from '../containers/elements.js';
import { makeTyped } from '../containers/make.js';
import { handleOf, isFlat, isLost, NUMBER, Operand, STRIDED, TENSOR } from '../containers/operand.js';
import { inOrder, type Order, outOfOrder } from '../containers/order.js';
import { checkOverlap } from '../containers/overlap.js';
import { writing } from '../containers/restore.js';
import { sizeOf } from '../containers/shape.js';
import { copyIn, copyOut } from '../engine/copy.js';
import { BLOCK, ready, readyFor, release, reserveBoth, type Scratch, trim, Workspace } from '../engine/memory.js';
import { noMemory } from '../errors.js';
import { FLOAT64, floats } from '../typed.js';
import type { Defaults, Signature } from './definition.js';
import { enter, type Frame, leave, level } from './frame.js';
import { readOptions } from './options.js';
import { dispose, make, readResult } from './result.js';

/** A container of a call, and how many of its elements a slice has. */
export interface Port {
  readonly of: Operand;
  readonly width: number;
  /** The order in which the slices take its elements, where that is not their own. */
  readonly order?: Order | undefined;
}

/** A result that a call is to have. */
export interface Wanted {
  readonly label: string;
  /** The container of the caller; undefined for a new one like `lead`. */
  readonly given: unknown;
  readonly lead: Operand;
  readonly shape: readonly number[];
  readonly width: number;
  readonly order?: Order | undefined;
  /** Whether its container may be an input: not for Jacobians. */
  readonly inPlace?: boolean;
  /** Whether a flat `lead` is one row, so that a result without an axis is a number. */
  readonly isVector?: boolean;
}

/** What is done with the slices. */
export interface Work {
  readonly slices: number;
  /** Runs the kernel on buffers by handle, the inputs first; false where it could not have the memory it needs. */
  readonly run: (handles: readonly number[], slices: number) => boolean;
  /** What happens to the elements of slices, in the same order: before the kernel runs, and after it. */
  readonly before?: Touch | undefined;
  readonly after?: Touch | undefined;
  /** What a result is where the inputs have no element. */
  readonly ofNothing?: number;
}

/** Changes the elements of `slices` slices from number `first` on, a view for each port. */
type Touch = (views: readonly Float64Array[], first: number, slices: number) => void;

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

/** Computes from inputs that have been read, but for their elements. Returns the results in order. */
export function compute(inputs: readonly Port[], wanted: readonly Wanted[], work: Work): unknown[] {
  const results = wanted.map(({ width, order }): Port => ({ of: new Operand(), width, order }));
  for (const [i, { label, given, shape, inPlace = true }] of wanted.entries()) {
    const { of } = results[i] as Port;
    if (given === undefined) continue;
    readResult(of, label, given, shape, sizeOf(shape));
    for (const input of inputs) checkOverlap(of, input.of, inPlace);
    for (let before = 0; before < i; before++)
      if (wanted[before]?.given !== undefined) checkOverlap(of, (results[before] as Port).of, false);
  }
  // All elements of plain arrays before anything is made or computed: reading them may run code of the caller.
  for (const input of inputs) stage(input);
  for (const { of } of inputs) if (of.kind !== NUMBER) reviveElements(of, true);
  for (const [i, { given }] of wanted.entries()) if (given !== undefined) reviveElements((results[i] as Port).of, true);

  const made: unknown[] = [];
  try {
    for (const [i, each] of wanted.entries()) made.push(each.given ?? makeFor((results[i] as Port).of, each));
    const outs = results.filter((_, i) => wanted[i]?.given !== undefined).map(({ of }) => of);
    writing(outs, () => perform(inputs, results, work));
  } catch (error) {
    for (const [i, { given, lead }] of wanted.entries()) if (given === undefined) dispose(made[i], lead);
    throw error;
  }
  return wanted.map((each, i) => (each.given === undefined && isScalar(each) ? (made[i] as Float64Array)[0] : made[i]));
}

/** Whether a result is a number: it has no axis, and what leads has no shape that would say so. */
const isScalar = ({ lead, shape, isVector }: Wanted): boolean =>
  shape.length === 0 && lead.kind !== STRIDED && lead.kind !== TENSOR && (isVector !== false || !isFlat(lead));

const makeFor = (to: Operand, wanted: Wanted): unknown =>
  isScalar(wanted) ? makeTyped(to, FLOAT64, 1) : make(to, wanted.lead, wanted.shape, sizeOf(wanted.shape));

/** Reads elements of plain arrays, and those that are taken in another order. */
function stage({ of, order }: Port): void {
  if (order !== undefined) of.staged = inOrder(gatherAll(of), order);
  else if (of.plain && of.staged === undefined) stageAll(of);
}

/** Buffers for two ports each, kept from call to call; those of a call inside another one are its own. */
const kept: Workspace[] = [];
let busy = false;

function perform(inputs: readonly Port[], results: readonly Port[], work: Work): void {
  const { slices, run, before, ofNothing = 0 } = work;
  const ports = [...inputs, ...results];
  const largest = Math.max(...ports.map(({ width }) => width));
  if (slices === 0 || results.every(({ width }) => width === 0)) return;
  const empty = inputs.every(({ width }) => width === 0);
  if (!empty && before === undefined && ports.every(({ of, order }) => of.kind === TENSOR && order === undefined)) {
    // After a trap this makes another instance, which may have no memory for one of these.
    ready();
    if (
      ports.some(({ of }) => isLost(of)) ||
      !run(
        ports.map(({ of }) => handleOf(of)),
        slices,
      )
    )
      noMemory(largest);
    return;
  }
  const spaces = busy ? [] : kept;
  const outer = busy;
  busy = true;
  try {
    runBlocks(inputs, results, work, spaces, largest, empty ? ofNothing : undefined);
  } finally {
    busy = outer;
    if (outer) for (const space of spaces) release(space);
  }
}

function runBlocks(
  inputs: readonly Port[],
  results: readonly Port[],
  { slices, run, before, after }: Work,
  spaces: Workspace[],
  largest: number,
  ofNothing: number | undefined,
): void {
  const ports = [...inputs, ...results];
  const step = Math.min(slices, Math.max(1, Math.floor(BLOCK / largest)));
  const used: Workspace[] = [];
  for (let i = 0; i < ports.length; i += 2) {
    const space = (spaces[i / 2] ??= new Workspace());
    used.push(space);
    if (!reserveBoth(space, step * (ports[i] as Port).width, step * (ports[i + 1]?.width ?? 0))) noMemory(largest);
  }
  const scratches = used.flatMap(({ left, right }) => [left, right]).slice(0, ports.length);
  const handles = scratches.map(({ handle }) => handle);
  const targets = results.map(({ of, order }) => (order ? floats(of.size) : undefined));
  const prepare = (): void => {
    // Making tensors and buffers, and kernels, may make the memory grow, and views of it die with that.
    for (const space of used) readyFor(space);
    for (const { of } of ports) if (of.kind !== NUMBER) reviveElements(of, false);
  };
  prepare();
  for (let first = 0; first < slices; first += step) {
    const n = Math.min(step, slices - first);
    for (const [i, { of, width }] of inputs.entries()) if (width > 0) load(of, first * width, n * width, scratches[i] as Scratch);
    before?.(viewsOf(scratches), first, n);
    if (ofNothing !== undefined) for (const { view } of scratches) view.fill(ofNothing);
    else if (!run(handles, n)) noMemory(largest);
    prepare();
    after?.(viewsOf(scratches), first, n);
    for (const [i, { of, width }] of results.entries()) {
      const scratch = scratches[inputs.length + i] as Scratch;
      const target = targets[i];
      if (target) copyOut(scratch, 0, target, FLOAT64, first * width, n * width);
      else store(of, first * width, n * width, scratch);
      // Writing to a plain array may run code of the caller.
      if (of.plain) prepare();
    }
  }
  for (const [i, { of, order }] of results.entries()) {
    const target = targets[i];
    if (target && order) storeAll(of, outOfOrder(target, order), scratches[inputs.length + i] as Scratch, prepare);
  }
  if (step * largest > BLOCK) for (const space of used) trim(space);
}

const viewsOf = (scratches: readonly Scratch[]): Float64Array[] => scratches.map(({ view }) => view);

/** Writes numbers to a container. */
function storeAll(to: Operand, numbers: Float64Array, scratch: Scratch, prepare: () => void): void {
  for (let at = 0; at < numbers.length; at += BLOCK) {
    const count = Math.min(BLOCK, numbers.length - at);
    copyIn(scratch, 0, numbers, FLOAT64, at, count);
    store(to, at, count, scratch);
    prepare();
  }
}
