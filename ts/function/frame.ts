// The working data of one call. Frames are kept, so that a call allocates none; a call inside another one, made by a getter of
// the caller, uses the next frame.

import { Operand } from '../containers/operand.js';
import type { Split } from '../containers/shape.js';
import { Values } from '../engine/kernels.js';
import { release, type Workspace, workspaceAt } from '../engine/memory.js';
import type { Options, RowOptions } from './call-options.js';

export class Frame implements Options, Split {
  readonly x = new Operand();
  readonly dy = new Operand();
  readonly value = new Operand();
  readonly deriv = new Operand();
  /** The results of a call: one, or both. The lists are kept, so that a call makes none. */
  readonly one: readonly Operand[] = [this.value];
  readonly both: readonly Operand[] = [this.value, this.deriv];
  readonly space: Workspace;
  out: unknown = undefined;
  /** The two containers of an `out` for value and derivative. */
  first: unknown = undefined;
  second: unknown = undefined;
  shape: unknown = undefined;
  axis = -1;
  axes: readonly number[] | undefined = undefined;
  more: RowOptions | undefined = undefined;
  readonly own = new Values();
  values: Values = this.own;
  outer = 1;
  units = 1;
  inner = 1;
  /** The mask that says which elements count, if a call has one. */
  mask: Operand | undefined = undefined;
  /** Operands for calls with more than four containers, as many as any such call has needed. */
  private readonly others: Operand[] = [];
  taken = 0;
  /** Whether the operands refer to anything. */
  used = false;
  /** The number of slices of a call, and how many elements each has in the left and in the right buffer. */
  slices = 0;
  leftWidth = 1;
  rightWidth = 1;
  /** Whether one block holds all of them. */
  isOneBlock = false;
  /** Whether the results are of several types. */
  isMixed = false;
  /** Whether the call is only prepared (see prepare.ts), and whether it then still has to be computed. */
  isPrepared = false;
  isPending = false;

  constructor(entered: number) {
    this.space = workspaceAt(entered);
  }

  /** One more operand, for this call. */
  operand(): Operand {
    const found = this.others[this.taken] ?? new Operand();
    this.others[this.taken++] = found;
    return found;
  }

  /** Releases the caller's containers. */
  clear(): void {
    this.used = false;
    this.mask = undefined;
    this.x.clear();
    this.dy.clear();
    this.value.clear();
    this.deriv.clear();
    while (this.taken > 0) this.others[--this.taken]?.clear();
  }
}

const frames: Frame[] = [];
let depth = 0;

/** A frame for a call; `leave` gives it back. */
export function enter(): Frame {
  const frame = frames[depth] ?? new Frame(depth);
  frames[depth] = frame;
  depth++;
  return frame;
}

/** How many calls are running, for `leave`. */
export const level = (): number => depth;

/** Ends the call that was entered at this level; keeps nothing that belongs to the caller. */
export function leave(frame: Frame, entered: number): void {
  // This assignment comes first and is not a call, so that it happens even on a full stack.
  depth = entered;
  frame.out = frame.first = frame.second = frame.shape = frame.more = undefined;
  frame.values = frame.own;
  if (frame.used) frame.clear();
  if (entered > 1) release(frame.space);
}
