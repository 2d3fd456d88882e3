// Writing results to plain arrays can fail in the middle: at an element that is read-only, in a setter, in a proxy. What was there
// is then put back, so that a failed call leaves `out` as it was.

import { labelled } from '../errors.js';
import { arrayOf, checkLengths, reviveElements, startOf } from './elements.js';
import type { Elements, Operand } from './operand.js';

/** Runs `write`, which writes results to these containers of the caller's; where that fails, they are as they were. */
export function writing(outs: readonly Operand[], write: () => void): void {
  hold(outs);
  try {
    write();
  } catch (error) {
    throw restored(error, outs);
  }
}

/** From here on what results are written over is kept, where one of these containers may refuse them; all are as long as they were. */
export function hold(outs: readonly Operand[]): void {
  let plain = false;
  for (let i = 0; i < outs.length; i++) if (outs[i]?.plain) plain = true;
  if (!plain) return;
  for (const out of outs) checkLengths(out);
  for (const { held, size } of outs) held.begin(size);
}

/** Puts it back after an error, and gives the error to throw: a read-only element is refused as a frozen array is. */
export function restored(error: unknown, outs: readonly Operand[]): unknown {
  for (const of of outs) putBack(of);
  if (!(error instanceof TypeError) || 'code' in error) return error;
  const refusing = outs.find((of) => of.held.active && refuses(of));
  if (refusing === undefined) return error;
  const message = `"${refusing.label}" expected writable arrays, got one with a read-only element`;
  return labelled(TypeError, 'ERR_DTYPE', message, error);
}

function putBack(of: Operand): void {
  const { active, numbers, others } = of.held;
  if (!active) return;
  const before = others ?? numbers;
  const count = others?.length ?? of.held.count;
  attempt(() => reviveElements(of, false));
  each(of, (array, place, at) => {
    // What lies beyond was not written to.
    if (at >= count) return;
    attempt(() => {
      if (!(at in before)) Reflect.deleteProperty(array, place);
      else if (!Object.is(array[place], before[at])) array[place] = before[at] as number;
    });
  });
}

/** Where this fails too, nothing was written before. */
function attempt(action: () => void): void {
  try {
    action();
  } catch {}
}

/** Whether the first element that may refuse to be written is read-only; a setter has its own reasons. */
function refuses(of: Operand): boolean {
  let found: PropertyDescriptor | undefined;
  let refused = false;
  each(of, (array, place) => {
    if (refused) return;
    found = Reflect.getOwnPropertyDescriptor(array, place);
    refused = found === undefined ? !Object.isExtensible(array) : !found.writable;
  });
  return refused && found?.set === undefined;
}

/** Calls `visit` for each element in order: its array, its place in that, its number. */
function each(of: Operand, visit: (array: Elements, place: number, at: number) => void): void {
  const { run, step, size } = of;
  for (let at = 0, row = 0; at < size; row++, at += run) {
    const array = arrayOf(of, row);
    const start = startOf(of, row);
    for (let i = 0; i < run; i++) visit(array, start + i * step, at + i);
  }
}
