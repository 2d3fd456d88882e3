// From the definition of a function to the object that users call: value, deriv, backward, valueAndDeriv, with.
// One `evaluate` serves them all. Typed arrays and tensors, the calls that programs make most, are handled here without
// making any object; every other container, and every mixture, goes through call.ts.

import { checkPair, compute, type Input, pairExpected, readInput } from './call.js';
import { tag } from './check.js';
import { checkFromY, type Defaults, keysAmong, readOptions, readSaved, type Signature } from './hyperparameter.js';
import {
  BACKWARD_X,
  BACKWARD_Y,
  DERIV,
  type Linked,
  type Op,
  runOnArrays,
  runOnStorage,
  type Storage,
  VALUE,
  VALUE_AND_DERIV,
} from './memory.js';
import {
  checkArrays,
  checkCount,
  checkShape,
  type FloatArray,
  floatsLike,
  isFloatTag,
  isNumberTag,
  jacobianShape,
  lengthOf,
  normalAxis,
  noShape,
  overlap,
  type Split,
  split,
} from './shape.js';
import { create, createAfter, open, Tensor } from './tensor.js';
import type { NumberArray } from './types.js';

/** A function: its options, and how it is computed. */
export interface Definition {
  readonly signature: Signature;
  /** For a product of two: what its arguments are called, and the check of their shapes. The result is then like the first. */
  readonly factors?: {
    readonly names: readonly [string, string];
    /** The units of the Jacobians in b, or 1 where a and b have one shape. */
    readonly check: (a: readonly number[], b: readonly number[]) => number;
  };
  /** Hands the kernel and its numbers to `run`, which computes `op` of `a` (and `b`, which backward multiplies by). */
  compute<A, B>(
    run: Run<A, B>,
    op: Op,
    a: A,
    b: A | undefined,
    to: B,
    two: B | undefined,
    split: Split,
    first?: number,
    second?: number,
  ): void;
}

/** Runs a kernel on arrays or on buffers of tensors. */
type Run<A, B> = (
  kernel: Linked,
  op: Op,
  a: A,
  b: A | undefined,
  to: B,
  two: B | undefined,
  slices: number,
  narrow: number,
  wide: number,
  p0?: number,
  p1?: number,
  p2?: number,
  p3?: number,
) => void;

/** The object that users call. Its type is the business of whoever defines the function. */
export function surface<F>(definition: Definition, defaults: Defaults): F {
  const { signature } = definition;
  const call = (op: Op) => (x: unknown, options?: unknown) => evaluate(definition, defaults, op, x, undefined, options);
  const f = call(VALUE);
  Object.defineProperty(f, 'name', { value: signature.name, configurable: true });
  return Object.assign(f, {
    deriv: call(DERIV),
    backward(dy: unknown, given: unknown, options?: unknown) {
      const key = keysAmong(given, 'x', 'y');
      const numbers = key === 1 ? (given as { x: unknown }).x : key === 2 ? (given as { y: unknown }).y : undefined;
      if (numbers !== undefined) return evaluate(definition, defaults, key === 1 ? BACKWARD_X : BACKWARD_Y, numbers, dy, options);
      const saved = readSaved(signature.name, given);
      return evaluate(definition, defaults, saved.fromY ? BACKWARD_Y : BACKWARD_X, saved.numbers, dy, options);
    },
    valueAndDeriv: call(VALUE_AND_DERIV),
    with(values: unknown) {
      const { axis, first, second } = readOptions(signature, defaults, values, 'with');
      return surface(definition, { axis, first, second });
    },
    defaults: namedDefaults(signature, defaults),
  }) as F;
}

function namedDefaults({ hparams, hasAxis }: Signature, { axis, first, second }: Defaults): object {
  const values = [first, second];
  const named = Object.fromEntries(hparams.map(({ name }, i) => [name, values[i]]));
  return Object.freeze(hasAxis ? { axis, ...named } : named);
}

/** One call: `x` is what the kernel reads (x, or for BACKWARD_Y a saved y), `dy` what backward multiplies by. */
export function evaluate(definition: Definition, defaults: Defaults, op: Op, x: unknown, dy: unknown, options: unknown): unknown {
  const { signature, factors } = definition;
  let { axis, first, second } = defaults;
  let out: unknown;
  let shape: unknown;
  const simple = options === undefined ? 0 : keysAmong(options, 'out', 'shape');
  if (simple === 1 || (simple !== 0 && signature.hasShape)) {
    const given = options as { out: unknown; shape: unknown };
    if (simple & 1) out = given.out;
    if (simple & 2) shape = given.shape;
  } else if (options !== undefined) {
    const read = readOptions(signature, defaults, options);
    ({ axis, first, second, out, shape } = read);
    read.out = read.shape = undefined;
  }
  if (op === BACKWARD_Y) checkFromY(signature, first, second);

  // Every getter of the caller's runs once, and before anything is decided.
  const pair = op === VALUE_AND_DERIV;
  let value = out;
  let deriv: unknown;
  if (pair && out !== undefined) {
    checkPair(out);
    ({ value, deriv } = out);
    if (value === undefined || deriv === undefined) pairExpected(out);
  }
  const backward = op === BACKWARD_X || op === BACKWARD_Y;
  const label = factors ? factors.names[0] : op === BACKWARD_Y ? 'y' : 'x';
  const other = factors ? factors.names[1] : 'dy';
  const name = pair ? 'out.value' : 'out';
  const jacobian = signature.hasAxis && (pair || op === DERIV);

  const xTag = tag(x);
  if (isNumberTag(xTag)) {
    const dyTag = backward ? tag(dy) : xTag;
    const toTag = tag(value);
    const twoTag = pair ? tag(deriv) : toTag;
    if (isNumberTag(dyTag) && (out === undefined || (isFloatTag(toTag) && isFloatTag(twoTag)))) {
      const a = x as NumberArray;
      const b = backward ? (dy as NumberArray) : undefined;
      const count = lengthOf(label, a);
      if (b !== undefined) checkCount(other, lengthOf(other, b), count);
      const parts = split(shape, count, signature.hasAxis ? axis : undefined);
      const square = parts.outer * parts.units * parts.units * parts.inner;
      const size = jacobian && !pair ? square : count;
      let to: FloatArray;
      let two: FloatArray | undefined;
      if (out === undefined) {
        to = floatsLike(factors ? a : (b ?? a), size);
        if (pair) two = floatsLike(a, jacobian ? square : count);
      } else {
        to = value as FloatArray;
        checkCount(name, lengthOf(name, to), size);
        checkArrays(name, to, toTag, label, a, xTag, !jacobian || pair);
        if (b !== undefined) checkArrays(name, to, toTag, other, b, dyTag, true);
        if (pair) {
          two = deriv as FloatArray;
          checkCount('out.deriv', lengthOf('out.deriv', two), jacobian ? square : count);
          checkArrays('out.deriv', two, twoTag, label, a, xTag, !jacobian);
          checkArrays('out.deriv', two, twoTag, name, to, toTag, false);
        }
      }
      if (count > 0) definition.compute(runOnArrays, op, a, b, to, two, parts, first, second);
      return out ?? (pair ? { value: to, deriv: two } : to);
    }
  } else if (
    x instanceof Tensor &&
    (!backward || dy instanceof Tensor) &&
    (out === undefined || (value instanceof Tensor && (!pair || deriv instanceof Tensor)))
  ) {
    const { shape: own, storage: a } = open(label, x);
    noShape(label, shape);
    let b: Storage | undefined;
    let units = 1;
    if (backward) {
      const factor = open(other, dy as Tensor);
      if (factors) units = factors.check(own, factor.shape);
      else checkShape(other, factor.shape, own);
      b = factor.storage;
    }
    const parts = split(signature.hasAxis ? own : undefined, a.count, signature.hasAxis ? axis : undefined, units);
    const square = jacobian ? jacobianShape(own, axis, signature.most) : own;
    const made = out === undefined;
    const to = made ? create(pair ? own : square) : (value as Tensor);
    const two = !pair ? undefined : made ? createAfter(to, square) : (deriv as Tensor);
    const result = open(name, to);
    if (!made) {
      checkShape(name, result.shape, pair ? own : square);
      if (jacobian && !pair && result.storage === a) overlap(name, label, false);
    }
    let last: Storage | undefined;
    if (two !== undefined) {
      const live = open('out.deriv', two);
      last = live.storage;
      checkShape('out.deriv', live.shape, square);
      if (jacobian && last === a) overlap('out.deriv', label, false);
      if (last === result.storage) overlap('out.deriv', name, false);
    }
    try {
      if (a.count > 0) definition.compute(runOnStorage, op, a, b, result.storage, last, parts, first, second);
    } catch (error) {
      if (made) {
        to.dispose();
        two?.dispose();
      }
      throw error;
    }
    return out ?? (pair ? { value: to, deriv: two } : to);
  }

  return evaluateAny(definition, op, label, other, x, dy, shape, axis, first, second, out, value, deriv);
}

/** The same for any containers. A function of its own, because the closure in it would cost every other call an object. */
function evaluateAny(
  definition: Definition,
  op: Op,
  label: string,
  other: string,
  x: unknown,
  dy: unknown,
  shape: unknown,
  axis: number,
  first: number | undefined,
  second: number | undefined,
  out: unknown,
  value: unknown,
  deriv: unknown,
): unknown {
  const { signature, factors } = definition;
  const pair = op === VALUE_AND_DERIV;
  const backward = op === BACKWARD_X || op === BACKWARD_Y;
  const jacobian = signature.hasAxis && (pair || op === DERIV);
  const input = readInput(label, x, shape);
  const { shape: own, size } = input.view;
  const inputs: Input[] = [input];
  let units = 1;
  if (backward) {
    const factor = readInput(other, dy, shape);
    if (factors) units = factors.check(own, factor.view.shape);
    else checkShape(other, factor.view.shape, own);
    inputs.push(factor);
  }
  const at = signature.hasAxis ? normalAxis(axis, own.length) : undefined;
  const square = jacobian ? jacobianShape(own, axis, signature.most) : own;
  return compute({
    inputs,
    lead: (factors ? undefined : inputs[1]) ?? input,
    shapes: pair ? [own, square] : [square],
    inPlace: !jacobian,
    out,
    outs: pair ? [value, deriv] : [value],
    run([a, b], [to, two]) {
      if (size > 0)
        definition.compute(
          runOnArrays,
          op,
          a,
          b,
          to,
          two,
          split(at === undefined ? undefined : own, size, at, units),
          first,
          second,
        );
    },
  });
}
