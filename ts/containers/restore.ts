// Writing results to plain arrays can fail in the middle: at a read-only element, in a setter, in a proxy. The earlier elements
// are then put back, so that a failed call leaves `out` as it was.

import { labelled } from '../errors.js';
import { arrayOf, checkLengths, reviveElements, startOf } from './elements.js';
import type { Elements, Operand } from './operand.js';

/** Runs `write`, which writes results to these containers of the caller; if it fails, their elements are put back. */
export function writing(outs: readonly Operand[], write: () => void): void {
  hold(outs);
  try {
    write();
  } catch (error) {
    throw restored(error, outs);
  }
}

/**
 * From now on, overwritten elements are kept if one of these containers may refuse results. Checks that all still have their
 * length.
 */
export function hold(outs: readonly Operand[]): void {
  let plain = false;
  for (let i = 0; i < outs.length; i++) if (outs[i]?.plain) plain = true;
  if (!plain) return;
  for (const out of outs) checkLengths(out);
  for (const { held, size } of outs) held.begin(size);
}

/** Puts the elements back after an error, and returns the error to throw: a read-only element is refused as a frozen array is. */
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
    // Elements beyond these were not overwritten.
    if (at >= count) return;
    attempt(() => {
      if (!(at in before)) Reflect.deleteProperty(array, place);
      else if (!Object.is(array[place], before[at])) array[place] = before[at] as number;
    });
  });
}

/** Runs `action` and ignores errors: what cannot be put back was never overwritten. */
function attempt(action: () => void): void {
  try {
    action();
  } catch {}
}

/** Whether the first element that may refuse to be written is read-only; a setter has its own reasons for an error. */
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

/** Calls `visit` for each element in order, with its array, its index in that array, and its number. */
function each(of: Operand, visit: (array: Elements, place: number, at: number) => void): void {
  const { run, step, size } = of;
  for (let at = 0, row = 0; at < size; row++, at += run) {
    const array = arrayOf(of, row);
    const start = startOf(of, row);
    for (let i = 0; i < run; i++) visit(array, start + i * step, at + i);
  }
}
