// The losses that fit softmax and sigmoid: of logits, so that nothing overflows and no digit is lost; with their gradients in one
// pass.

import * as parts from '../../build/wasm-parts.js';
import { gatherAll } from '../containers/elements.js';
import { isFlat, type Operand } from '../containers/operand.js';
import { sameShape, sizeOf } from '../containers/shape.js';
import { readAny } from '../containers/tensor.js';
import {
  CROSS_ENTROPY,
  CROSS_ENTROPY_OF_DISTRIBUTIONS,
  DERIV,
  EMPTY_IS_ZERO,
  Numbered,
  type Op,
  runRows,
  SIGMOID_CROSS_ENTROPY,
  VALUE,
  VALUE_AND_DERIV,
} from '../engine/kernels.js';
import { readyFor, workspaceAt } from '../engine/memory.js';
import { describeShape, expected, misfit, noMemory } from '../errors.js';
import { keysAmong } from '../keys.js';
import { type NumberArray, sizeOfTyped, tag } from '../typed.js';
import { callable } from './callable.js';
import { type Defaults, defaultsOf, type Signature } from './definition.js';
import { type Frame, level } from './frame.js';
import { positiveHparam } from './hyperparameter.js';
import { compute, type Layout, layout, port, type Touch, type Work, want, withShortOptions, work } from './ports.js';
import { readPair } from './result.js';
import { checkLike, readLeftOut, rowsOf } from './row-call.js';
import { rowOptions } from './row-options.js';
import { computeShort, type ShortOptions, type ShortPort, shortPort, splitTyped } from './short/ports.js';
import type { SigmoidCrossEntropy, SoftmaxCrossEntropy } from './types.js';

const OF_CLASSES = /* @__PURE__ */ new Numbered(CROSS_ENTROPY, parts.crossEntropy);
const OF_DISTRIBUTIONS = /* @__PURE__ */ new Numbered(CROSS_ENTROPY_OF_DISTRIBUTIONS, parts.crossEntropyOfDistributions);
const OF_SIGMOID = /* @__PURE__ */ new Numbered(SIGMOID_CROSS_ENTROPY, parts.sigmoidCrossEntropy);

/** Computes a loss of the logits and labels it is given. */
type LossCall = (frame: Frame, op: Op, logits: unknown, labels: unknown) => unknown;

/** The same of typed arrays, in few steps; undefined for others. */
type ShortLossCall = (defaults: Defaults, op: Op, logits: unknown, labels: unknown, options: ShortOptions) => unknown;

function loss<F>(signature: Signature, defaults: Defaults, body: LossCall, shortly: ShortLossCall): F {
  const call = (op: Op) => (logits: unknown, labels: unknown, options?: unknown) =>
    withShortOptions(
      signature,
      defaults,
      options,
      (short) => shortly(defaults, op, logits, labels, short),
      (frame) => body(frame, op, logits, labels),
    );
  const methods = { deriv: call(DERIV), valueAndDeriv: call(VALUE_AND_DERIV) };
  return callable<F>(signature, defaults, call(VALUE), methods, (others) => loss<F>(signature, others, body, shortly));
}

/** Runs the kernel of a loss: `result` receives the loss or its derivative, and of VALUE_AND_DERIV `loss` the loss beside that. */
type Run = (logits: number, labels: number, result: number, loss: number) => boolean;

const NO_PAIR: { readonly value: unknown; readonly deriv: unknown } = { value: undefined, deriv: undefined };

/** A loss of typed arrays with as many elements: `full` have logits and derivative, `row` the losses. */
function computeShortLoss(
  op: Op,
  logits: unknown,
  labels: ShortPort,
  out: unknown,
  full: number,
  row: number,
  run: Run,
): unknown {
  const x = shortPort(logits, full);
  if (op !== VALUE_AND_DERIV) {
    const ports = [x, labels, shortPort(out, op === VALUE ? row : full, 0)];
    return computeShort(ports, ([a = 0, b = 0, c = 0]) => run(a, b, c, 0))?.[0];
  }
  if (out !== undefined && keysAmong(out, 'value', 'deriv') !== 3) return undefined;
  const { value, deriv } = (out ?? NO_PAIR) as typeof NO_PAIR;
  const ports = [x, labels, shortPort(value, row, 0), shortPort(deriv, full, 0)];
  const results = computeShort(ports, ([a = 0, b = 0, c = 0, d = 0]) => run(a, b, d, c));
  return results && (out ?? { value: results[0], deriv: results[1] });
}

/** What a loss and its gradient are computed with. */
interface LossShapes {
  readonly value: Layout;
  readonly deriv: Layout;
  readonly labels: Layout;
}

/** `run` is handed the buffers of logits, labels, the result, and of VALUE_AND_DERIV the loss. */
function computeLoss(
  frame: Frame,
  op: Op,
  { value, deriv, labels }: LossShapes,
  slices: number,
  before: Touch | undefined,
  run: (logits: number, labels: number, result: number, loss: number, slices: number) => boolean,
): unknown {
  const { x, dy, out } = frame;
  const pair = op === VALUE_AND_DERIV;
  if (pair) readPair(frame);
  const wanted = pair
    ? [want('out.value', frame.first, x, value), want('out.deriv', frame.second, x, deriv)]
    : [want('out', out, x, op === VALUE ? value : deriv)];
  const called: Work['run'] = ([a = 0, b = 0, c = 0, d = 0], count) => (pair ? run(a, b, d, c, count) : run(a, b, c, 0, count));
  const results = compute(frame, [port(x, deriv), port(dy, labels)], wanted, work(slices, called, before));
  return pair ? (out ?? { value: results[0], deriv: results[1] }) : results[0];
}

function softmaxCrossEntropyOf(frame: Frame, op: Op, logits: unknown, given: unknown): unknown {
  const { x, dy: labels, more, values } = frame;
  readAny(x, 'logits', logits, frame.shape);
  const rows = rowsOf(x, frame.axes ?? [frame.axis]);
  const { outer, units, inner, order, others } = rows;
  readAny(labels, 'labels', given, undefined);
  const classes = !fits(labels, x.shape, x);
  if (classes) {
    if (!fits(labels, others, x)) {
      const what = `the shape ${describeShape(others)} of class indices or ${describeShape(x.shape)} of distributions`;
      misfit('labels', what, describeShape(labels.shape));
    }
    checkClasses(labels, units);
  }
  const leaveOut = readLeftOut(frame, rows);
  const width = units * inner;
  const row = layout(others, inner, undefined, true, frame.shape === undefined);
  const full = layout(x.shape, width, order);
  const { p0: temperature = 1 } = values;
  const kernel = classes ? OF_CLASSES : OF_DISTRIBUTIONS;
  const asked = op + (more?.emptyIsZero ? EMPTY_IS_ZERO : 0);
  return computeLoss(
    frame,
    op,
    { value: row, deriv: full, labels: classes ? row : full },
    outer,
    leaveOut && (([view], first, slices) => view && leaveOut(view, first * width, slices * width, Number.NEGATIVE_INFINITY)),
    (a, b, result, losses, slices) => runRows(kernel, asked, a, b, result, slices, units, inner, temperature, losses),
  );
}

function shortSoftmaxCrossEntropy(
  { axis, axes, values }: Defaults,
  op: Op,
  logits: unknown,
  labels: unknown,
  { out, shape }: ShortOptions,
): unknown {
  // Without a shape the loss is a number.
  const split = shape === undefined || axes !== undefined ? undefined : splitTyped(logits, shape, axis);
  if (split === undefined || tag(labels) === undefined) return undefined;
  const { outer, units, inner } = split;
  const row = outer * inner;
  const full = row * units;
  const size = sizeOfTyped(labels as NumberArray);
  const classes = size !== full;
  if (classes && wrongClass(labels as NumberArray, row, units) >= 0) return undefined;
  const { p0: temperature = 1 } = values;
  return computeShortLoss(op, logits, shortPort(labels, classes ? row : full), out, full, row, (a, b, result, losses) =>
    runRows(classes ? OF_CLASSES : OF_DISTRIBUTIONS, op, a, b, result, outer, units, inner, temperature, losses),
  );
}

/** Whether labels are of this shape; where they and the logits are flat, by the number of elements. */
const fits = (labels: Operand, shape: readonly number[], x: Operand): boolean =>
  isFlat(labels) && isFlat(x) ? labels.size === sizeOf(shape) : sameShape(labels.shape, shape);

/** Refuses class indices that are none of `units` classes; a negative one means that its row does not count. */
function checkClasses(labels: Operand, units: number): void {
  const classes = units > 0 ? `class indices from 0 to ${units - 1}, or a` : 'a';
  const says = `${classes} negative one where a row does not count`;
  const numbers = gatherAll(labels);
  if (labels.plain) labels.staged = numbers;
  const wrong = wrongClass(numbers, labels.size, units);
  if (wrong >= 0) expected('ERR_DTYPE', `labels[${wrong}]`, says, numbers[wrong]);
}

/** The place of the first of so many numbers that is no class index; −1 where all are. */
function wrongClass(numbers: NumberArray, count: number, units: number): number {
  for (let i = 0; i < count; i++) {
    const index = numbers[i] as number;
    if (!Number.isInteger(index) || index >= units) return i;
  }
  return -1;
}

function sigmoidCrossEntropyOf(frame: Frame, op: Op, logits: unknown, given: unknown): unknown {
  const { x, dy: targets } = frame;
  readAny(x, 'logits', logits, frame.shape);
  readAny(targets, 'targets', given, undefined);
  checkLike(targets, x.shape, x);
  const each = layout(x.shape, 1);
  return computeLoss(frame, op, { value: each, deriv: each, labels: each }, x.size, undefined, (a, b, result, losses, count) =>
    runRows(OF_SIGMOID, op, a, b, result, count, 1, 1, 0, losses),
  );
}

/** One loss, or its derivative, in the buffers of a call. */
function lossOfNumber(op: Op, logit: number, target: number): unknown {
  const space = workspaceAt(level());
  const { left, right } = space;
  readyFor(space);
  left.view[0] = logit;
  right.view[0] = target;
  if (!runRows(OF_SIGMOID, op, left.handle, right.handle, left.handle, 1, 1, 1, 0, 0)) noMemory(1);
  // A kernel that fills its tables makes the memory grow.
  readyFor(space);
  return left.view[0];
}

function shortSigmoidCrossEntropy(_: Defaults, op: Op, logits: unknown, targets: unknown, { out, shape }: ShortOptions): unknown {
  if (typeof logits === 'number' && typeof targets === 'number' && op !== VALUE_AND_DERIV) {
    return out === undefined && shape === undefined && level() <= 1 ? lossOfNumber(op, logits, targets) : undefined;
  }
  const split = splitTyped(logits, shape, -1);
  if (split === undefined) return undefined;
  const size = split.outer * split.units;
  return computeShortLoss(op, logits, shortPort(targets, size), out, size, size, (a, b, result, losses) =>
    runRows(OF_SIGMOID, op, a, b, result, size, 1, 1, 0, losses),
  );
}

/**
 * The cross-entropy of softmax along an axis: f(x) = −Σᵢ tᵢ·ln sᵢ with s = softmax(x/T), one loss per row; f′(x) = (s·Σt − t)/T.
 *
 * A network that ends in `softmax` minimises it. It takes the logits x, not the probabilities, so that nothing overflows and no
 * digit of a small loss is lost. `labels` are class indices, one per row (the shape of the logits without the axis; a number for
 * a vector), or distributions t, of the shape of the logits, whose sum need not be 1; if both are flat, the number of labels
 * decides which they are. A row with a negative class index is ignored (PyTorch's `ignore_index`): its loss and its gradient are
 * 0. `deriv` is like the logits; `valueAndDeriv` gives both in one pass. To minimise the mean over rows, apply the factor 1/M to
 * the gradient yourself.
 * Options: `axis` (default −1), one or several; `temperature` T (default 1), finite and > 0; `mask` leaves out classes, and
 * `emptyRow` decides the result of a row with no classes left, as in softmax.
 * Worst error: see docs/accuracy.md.
 * Special values: the loss is ∞ for a class whose logit is −∞ or masked, though its gradient is 0, as for every masked entry;
 * NaN, with its gradient, for a row with NaN or +∞, or of −∞ only.
 * Source: J. Bridle, Probabilistic interpretation of feedforward classification network outputs, 1990.
 *
 * @throws `ERR_DTYPE` (also for class indices that are no class), `ERR_SHAPE`, `ERR_AXIS`, `ERR_OPTION`, `ERR_MEMORY`,
 *   `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md, "Errors".
 * @example
 * ```ts
 * import { softmaxCrossEntropy } from 'nonlin';
 * softmaxCrossEntropy([[0, 0], [0, 800]], [0, 0]); // → [0.6931…, 800]
 * softmaxCrossEntropy.deriv([0, 0], [0, 1]); // → [0.5, -0.5]
 * const { value, deriv } = softmaxCrossEntropy.valueAndDeriv([[2, 0], [0, 2]], Uint8Array.of(0, 1));
 * ```
 */
export const softmaxCrossEntropy: SoftmaxCrossEntropy = /* @__PURE__ */ loss(
  {
    name: 'softmaxCrossEntropy',
    hparams: [/* @__PURE__ */ positiveHparam('temperature', 1)],
    hasAxis: true,
    hasShape: true,
    takesY: false,
    more: /* @__PURE__ */ rowOptions('mask', 'emptyRow'),
  },
  /* @__PURE__ */ defaultsOf([1]),
  softmaxCrossEntropyOf,
  shortSoftmaxCrossEntropy,
);

/**
 * The cross-entropy of sigmoid, element by element: f(x) = max(x, 0) − x·t + ln(1 + e^−|x|) for a target t; f′(x) = σ(x) − t.
 *
 * A network that ends in `sigmoid` minimises it, for answers that do not exclude one another. It takes the logits x, not σ(x), so
 * that nothing overflows and no digit of a small loss is lost. `targets` have the shape of the logits; any number is accepted,
 * though only those from 0 to 1 are meaningful. The result, the loss of each element, and `deriv` are like the logits;
 * `valueAndDeriv` gives both in one pass. No hyperparameters.
 * Worst error: see docs/accuracy.md.
 * Special values: at an infinite logit the loss is 0 for a target of 1 at ∞ and of 0 at −∞; it is −∞ for a target above 1 at ∞ or
 * below 0 at −∞, and ∞ otherwise. NaN in, NaN out.
 * Source: C. Bishop, Neural Networks for Pattern Recognition, 1995, and the module BCEWithLogitsLoss of PyTorch.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { sigmoidCrossEntropy } from 'nonlin';
 * sigmoidCrossEntropy(-800, 1); // → 800
 * sigmoidCrossEntropy([0, 0], [0, 1]); // → [0.6931…, 0.6931…]
 * sigmoidCrossEntropy.deriv([0, 0], [0, 1]); // → [0.5, -0.5]
 * ```
 */
export const sigmoidCrossEntropy: SigmoidCrossEntropy = /* @__PURE__ */ loss(
  { name: 'sigmoidCrossEntropy', hparams: [], hasAxis: false, hasShape: true, more: undefined, takesY: false },
  /* @__PURE__ */ defaultsOf([]),
  sigmoidCrossEntropyOf,
  shortSigmoidCrossEntropy,
);
