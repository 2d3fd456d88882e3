// A call in two steps, for nonlin/parallel: read and checked like any other, then computed elsewhere, or here after all.

import { gatherAll, reviveElements, typeAt } from '../containers/elements.js';
import { NESTED, type Operand } from '../containers/operand.js';
import { writing } from '../containers/restore.js';
import { store } from '../containers/store.js';
import { makePiece } from '../engine/copy.js';
import { compiledModules } from '../engine/instance.js';
import { BACKWARD_X, BACKWARD_Y, DERIV, DERIV2, type Op, VALUE, VALUE_AND_DERIV } from '../engine/kernels.js';
import { BLOCK, readyFor, type Workspace } from '../engine/memory.js';
import type { Method, Part, Prepared, Preparing } from '../prepared.js';
import { type FloatArray, floatsLike, type NumberArray } from '../typed.js';
import { compute, runBlocks } from './blocks.js';
import { type Defaults, type Definition, namedValues } from './definition.js';
import { enter, Frame, leave, level } from './frame.js';
import { readOptions, readSaved } from './options.js';

const OPS: Readonly<Record<Exclude<Method, 'backward'>, Op>> = {
  value: VALUE,
  deriv: DERIV,
  deriv2: DERIV2,
  valueAndDeriv: VALUE_AND_DERIV,
};

/** The interface of a function for nonlin/parallel. */
export const preparing = (definition: Definition, defaults: Defaults): Preparing => ({
  modules: compiledModules,
  prepare(method, [first, from], options) {
    if (method !== 'backward') {
      return prepare(definition, defaults, { method, op: OPS[method], given: first, factor: undefined, options });
    }
    const { fromY, numbers } = readSaved(definition, from);
    const op = fromY ? BACKWARD_Y : BACKWARD_X;
    return prepare(definition, defaults, { method, op, given: numbers, factor: first, options });
  },
});

/** A call to prepare: `given` is what the kernel reads (x, or a saved y), `factor` is dy. */
interface Call {
  readonly method: Method;
  readonly op: Op;
  readonly given: unknown;
  readonly factor: unknown;
  readonly options: unknown;
}

function prepare(definition: Definition, defaults: Defaults, { method, op, given, factor, options }: Call): Prepared {
  return alone((_, entered) => {
    // A new frame, because the next call will use the one that was entered.
    const frame = new Frame(entered);
    frame.isPrepared = true;
    readOptions(frame, definition, defaults, options);
    const result = compute(frame, definition, op, given, factor);
    const { x, dy, value, deriv, units, inner, leftWidth, rightWidth } = frame;
    const slices = frame.isPending ? frame.slices : 0;
    const rows = definition.form === 'rows';
    const pair = op === VALUE_AND_DERIV;
    const backward = method === 'backward';
    const outs = frame.out === undefined ? [] : pair ? frame.both : frame.one;
    return {
      work: {
        name: definition.name,
        method,
        hyperparameters: namedValues(definition, frame.values),
        from: op === BACKWARD_Y ? 'y' : 'x',
        row: rows ? [units, inner] : undefined,
      },
      slices,
      size: slices * Math.max(leftWidth, rightWidth),
      here() {
        if (slices > 0) writing(outs, () => alone(() => runBlocks(frame, definition, op)));
        return result;
      },
      parts() {
        const inputs: Part<NumberArray>[] = [{ array: numbersOf(x), width: leftWidth }];
        if (backward) inputs.push({ array: numbersOf(dy), width: leftWidth });
        const outputs: Part<FloatArray>[] = [{ array: placesOf(value), width: rows && op === DERIV ? rightWidth : leftWidth }];
        if (pair) outputs.push({ array: placesOf(deriv), width: rightWidth });
        const finish = (): unknown => {
          writing(outs, () => {
            for (const [i, { array }] of outputs.entries()) put(i === 0 ? value : deriv, array);
          });
          return result;
        };
        return { inputs, outputs, finish };
      },
    };
  });
}

/** Runs something that uses a workspace: calls inside it, made by code of the caller, use the next one. */
function alone<T>(run: (space: Workspace, entered: number) => T): T {
  const entered = level();
  const held = enter();
  try {
    if (entered > 1) readyFor(held.space);
    return run(held.space, entered);
  } finally {
    leave(held, entered);
  }
}

/** Whether all elements are in one typed array without gaps. */
const isLine = ({ kind, plain, gaps }: Operand): boolean => kind !== NESTED && !plain && !gaps;

/** Its elements, as an array of a built-in class, so that slicing and sending them runs no code of a subclass. */
const lineOf = <A extends NumberArray>({ array, start, size }: Operand): A => makePiece(array as A, start, size);

const numbersOf = (of: Operand): NumberArray => of.staged ?? (isLine(of) ? lineOf(of) : gatherAll(of));

/** The array for results: the caller's own, or one that `put` copies from. */
const placesOf = (of: Operand): FloatArray => (isLine(of) ? lineOf(of) : floatsLike(typeAt(of, 0), of.size));

/** Copies results to the caller's container, unless they are there already. */
function put(to: Operand, results: FloatArray): void {
  if (isLine(to)) return;
  alone((space) => {
    reviveElements(to, true);
    for (let at = 0; at < results.length; at += BLOCK) {
      const part = results.subarray(at, at + BLOCK);
      readyFor(space);
      space.left.view.set(part);
      store(to, at, part.length, space.left);
    }
  });
}
