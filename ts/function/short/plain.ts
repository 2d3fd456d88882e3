// Plain arrays into plain arrays, in few steps: flat ones and rows of them, of up to one block. They are read straight into the
// memory of the module, and results go straight from there to the caller. Reading and writing them may run code of the caller,
// whose calls use the next frame. Anything out of the ordinary, including errors of shapes, is left to call.ts.

import { elementAt } from '../../containers/element.js';
import { checkLength, refuseElement } from '../../containers/elements.js';
import { readFlatShape, readPlain } from '../../containers/flat.js';
import { noteNested, wasNested } from '../../containers/known-arrays.js';
import { ARRAY, type Operand } from '../../containers/operand.js';
import { exchangeNumbers, takeNumbers } from '../../containers/plain-numbers.js';
import { restored } from '../../containers/restore.js';
import { isBackward, type Op } from '../../engine/kernels.js';
import { BLOCK, readyFor } from '../../engine/memory.js';
import { isObject } from '../../errors.js';
import { type Defaults, factorLabelOf, labelOf, type PlainDefinition } from '../definition.js';
import { enter, type Frame, leave, level } from '../frame.js';
import { INDIRECT } from './doubles.js';
import { onNested } from './plain-nested.js';
import { compute, replaceAll } from './plain-run.js';

/** Nested arrays are recognised by their first element; `shape` is that of flat ones. Each element of x and dy is read once. */
export function onPlain(
  definition: PlainDefinition,
  defaults: Defaults,
  op: Op,
  x: unknown[],
  dy: unknown,
  out: unknown[],
  shape?: unknown,
): unknown {
  const nested = wasNested(out);
  if (nested) return shape === undefined ? onNested(definition, defaults, op, x, dy, out, true) : INDIRECT;
  let first: unknown;
  if (nested === undefined) {
    const firstOfOut = elementAt(out, 0);
    if (Array.isArray(firstOfOut)) return shape === undefined ? onNested(definition, defaults, op, x, dy, out, false) : INDIRECT;
    first = typeof firstOfOut === 'number' ? elementAt(x, 0) : undefined;
    if (typeof first !== 'number') return INDIRECT;
  }
  const count = x.length;
  const backward = isBackward(op);
  if (count > BLOCK || out.length !== count || (backward && !(Array.isArray(dy) && dy.length === count))) return INDIRECT;
  const entered = level();
  const frame = enter();
  const { held } = frame.value;
  try {
    const { space, x: operand } = frame;
    readyFor(space);
    const { view, home } = space.left;
    const { view: viewOfDy, home: homeOfDy } = space.right;
    if (first !== undefined) view[0] = first as number;
    const end = takeNumbers(x, first === undefined ? 0 : 1, count, view, 0, home);
    // The first element is not a number, so x may be nested.
    if (end === 0) return INDIRECT;
    if (end < count) refuseFlat(frame, operand, labelOf(definition, op), x, end);
    if (backward) {
      const endOfDy = takeNumbers(dy as unknown[], 0, count, viewOfDy, 0, homeOfDy);
      // dy may be the Jacobian of a product, which has as many rows as x has elements.
      if (endOfDy === 0 && isObject(elementAt(dy as unknown[], 0))) return INDIRECT;
      if (endOfDy < count) refuseFlat(frame, frame.dy, factorLabelOf(definition), dy as unknown[], endOfDy);
    }
    readFlatShape(operand.ownShape, shape, count);
    compute(frame, definition, defaults, op, operand.ownShape, count, home, homeOfDy);
    const { left } = space;
    checkLength('out', out, count);
    held.begin(count);
    const done = exchangeNumbers(left.view, 0, count, out, 0, held, left.home);
    if (done < count) {
      noteFlat(frame, out);
      if (done === 0 && isObject(elementAt(out, 0))) return INDIRECT;
      replaceAll(frame, left.home, count);
    }
    held.clear();
    if (nested === undefined) noteNested(out, false);
    return out;
  } catch (error) {
    if (held.active) noteFlat(frame, out);
    throw restored(error, frame.one);
  } finally {
    leave(frame, entered);
  }
}

/** Describes a flat `out` as an operand, which is needed only when something goes wrong. */
function noteFlat(frame: Frame, out: unknown[]): void {
  frame.used = true;
  frame.value.label = 'out';
  readPlain(frame.value, out, undefined, undefined);
}

/** Refuses an element of a flat array that is not a number. */
function refuseFlat(frame: Frame, operand: Operand, label: string, array: readonly unknown[], at: number): never {
  frame.used = true;
  operand.label = label;
  operand.kind = ARRAY;
  operand.shape = [array.length];
  refuseElement(operand, at, array[at]);
}
