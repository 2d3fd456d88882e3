// What one call works with. It is kept, so that a call makes no object; a call inside another one, made by a getter of the
// caller's, has the next frame.

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
  /** The results of a call: one, or both. Lists that are kept, so that a call makes none. */
  readonly one: readonly Operand[] = [this.value];
  readonly both: readonly Operand[] = [this.value, this.deriv];
  readonly space: Workspace;
  out: unknown = undefined;
  /** Of an `out` for value and derivative: its two containers. */
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
  /** What says which elements count, where a call has that. */
  mask: Operand | undefined = undefined;
  /** Operands of calls with more containers than four, as many as such a call has taken. */
  private readonly others: Operand[] = [];
  taken = 0;
  /** Whether the operands hold anything. */
  used = false;
  /** The slices of a call, and how many elements each has in the left and in the right buffer. */
  slices = 0;
  leftWidth = 1;
  rightWidth = 1;
  /** Whether one block holds all of them. */
  isOneBlock = false;
  /** Whether the results are of several types. */
  isMixed = false;
  /** Whether the call is only prepared, see prepare.ts; and whether it is then yet to be computed. */
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

  /** Lets the caller's containers go. */
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

/** How many calls are on their way, for `leave`. */
export const level = (): number => depth;

/** Ends the call that was entered at this level: nothing of the caller's is kept. */
export function leave(frame: Frame, entered: number): void {
  // First, and no call: a full stack cannot keep it from happening.
  depth = entered;
  frame.out = frame.first = frame.second = frame.shape = frame.more = undefined;
  frame.values = frame.own;
  if (frame.used) frame.clear();
  if (entered > 1) release(frame.space);
}
