// The leaky rectifier with trained slopes: an element-wise function of x and of one slope for each channel.

import { prelu as parts } from '../../build/wasm-parts.js';
import type { Operand } from '../containers/operand.js';
import { sizeOf } from '../containers/shape.js';
import { readAny } from '../containers/tensor.js';
import { BACKWARD_X, DERIV, DERIV2, Numbered, type Op, PRELU, runRows, VALUE, VALUE_AND_DERIV } from '../engine/kernels.js';
import { misfit } from '../errors.js';
import { callable } from './callable.js';
import { type Defaults, defaultsOf, type Signature } from './definition.js';
import type { Frame } from './frame.js';
import { partNames, readParts } from './parts.js';
import { compute, layout, port, want, withOptions, work } from './ports.js';
import { readPair } from './result.js';
import { checkLike, rowsOf } from './row-call.js';
import type { Prelu } from './types.js';

const KERNEL = /* @__PURE__ */ new Numbered(PRELU, parts);

const SIGNATURE: Signature = {
  name: 'prelu',
  hparams: [],
  hasAxis: true,
  hasShape: true,
  more: undefined,
  takesY: false,
  inputs: ['x', 'alpha'],
};

const SLOPES = /* @__PURE__ */ partNames('alpha');
const BOTH = /* @__PURE__ */ partNames('x', 'alpha');
const OPTIONS = ['axis', 'shape', 'out'];

/** (outer, channels, inner) of x; a single slope serves all elements. */
function channelsOf({ x, axis }: Frame, alpha: Operand): readonly [outer: number, channels: number, inner: number] {
  if (alpha.size === 1) return [1, 1, x.size];
  const { outer, units, inner } = rowsOf(x, [axis]);
  if (alpha.size !== units)
    misfit('alpha', `one slope, or one for each of the ${units} channels along axis ${axis}`, `${alpha.size}`);
  return [outer, units, inner];
}

function perform(frame: Frame, op: Op, given: unknown, slopes: unknown, factor?: unknown): unknown[] {
  const { x, dy, out } = frame;
  const alpha = frame.operand();
  readAny(x, 'x', given, frame.shape);
  readAny(alpha, 'alpha', slopes, undefined);
  const [outer, channels, inner] = channelsOf(frame, alpha);
  const full = layout(x.shape, sizeOf(x.shape));
  const each = layout(alpha.shape, channels);
  const inputs = [port(x, full), port(alpha, each)];
  const run = (handles: readonly number[]): boolean => {
    const [a = 0, parameters = 0, third = 0, fourth = 0, gradient = 0] = handles;
    // For two results, the derivative takes the place of dy; for a single one, that place stays empty.
    const [b, to] = op === BACKWARD_X ? [third, fourth] : [fourth, third];
    return runRows(KERNEL, op, a, b, to, outer, channels, inner, parameters, gradient);
  };
  if (op === VALUE_AND_DERIV) {
    readPair(frame);
    const wanted = [want('out.value', frame.first, x, full), want('out.deriv', frame.second, x, full)];
    return compute(frame, inputs, wanted, work(1, run));
  }
  if (op !== BACKWARD_X) return compute(frame, inputs, [want('out', out, x, full)], work(1, run));
  readAny(dy, 'dy', factor, frame.shape);
  checkLike(dy, x.shape, x);
  const [intoX, intoAlpha] = out === undefined ? [] : readParts('out', out, BOTH);
  const wanted = [want('out.x', intoX, dy, full), want('out.alpha', intoAlpha, alpha, each)];
  return compute(frame, [...inputs, port(dy, full)], wanted, work(1, run));
}

function makePrelu(defaults: Defaults): Prelu {
  const call = (op: Op) => (x: unknown, given: unknown, options?: unknown) =>
    withOptions(SIGNATURE, defaults, options, (frame) => {
      const [alpha] = readParts('the parameters of prelu', given, SLOPES, OPTIONS);
      const [value, deriv] = perform(frame, op, x, alpha);
      return op === VALUE_AND_DERIV ? (frame.out ?? { value, deriv }) : value;
    });
  const backward = (dy: unknown, given: unknown, options?: unknown) =>
    withOptions(SIGNATURE, defaults, options, (frame) => {
      const [x, alpha] = readParts('the inputs of prelu', given, BOTH, OPTIONS);
      const [dx, slopes] = perform(frame, BACKWARD_X, x, alpha, dy);
      return frame.out ?? { x: dx, alpha: slopes };
    });
  const methods = { deriv: call(DERIV), deriv2: call(DERIV2), backward, valueAndDeriv: call(VALUE_AND_DERIV) };
  return callable(SIGNATURE, defaults, call(VALUE), methods, makePrelu);
}

/**
 * The leaky rectifier with trained slopes: f(x) = x if x > 0, else alpha·x, with an alpha for each channel; f′(x) = 1 if x > 0,
 * else alpha.
 *
 * `prelu(x, { alpha }, options)`: alpha is a single slope, as a number or a container of one number, or a container with one
 * slope for each channel of x along `axis` (default 1, as in PyTorch). x is any container, of any shape. Elements of alpha may be
 * any numbers; PyTorch starts with 0.25 and Keras with 0. `backward(dy, { x, alpha })` gives both gradients, `{ x, alpha }`: dx
 * in a container like dy, and the gradient of alpha in a container like alpha: for each slope, the sum of dy·x over the x ≤ 0 of
 * its channel. Its `out` has the same two parts. f″ is 0 on both branches; `valueAndDeriv` gives f and f′ in one pass over the
 * data. `axis`, `shape` and `out` are options, the third argument of each call. f and dx are one product, rounded to float64; for
 * a `Float32Array` that result is rounded again. The sum carries its rounding errors along, and those of its products (except
 * products below 2⁻⁹⁶⁰), so the gradient of alpha is within 1 ULP even where its terms cancel to 2⁻⁴⁰ of their size. The call is
 * computed as a whole, not in blocks.
 * Special values: f(±0) = alpha·±0, f′(±0) = alpha and f″(±0) = 0, as for `lrelu`; in the gradient of alpha, products overflow as
 * in IEEE 754; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: K. He, X. Zhang, S. Ren and J. Sun, Delving deep into rectifiers, ICCV 2015.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_AXIS`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see
 *   docs/guides/calling.md, "Errors".
 * @example
 * ```ts
 * import { prelu } from 'nonlin';
 * prelu([[-1, -1], [2, -4]], { alpha: [0.5, 0.25] }); // → [[-0.5, -0.25], [2, -1]]
 * prelu([[-1, -1], [2, -4]], { alpha: [0.5, 0.25] }, { axis: 0 }); // → [[-0.5, -0.5], [2, -1]]
 * prelu.valueAndDeriv([-2, 4], { alpha: 0.25 }); // → { value: [-0.5, 4], deriv: [0.25, 1] }
 * prelu.backward([[1, 1], [1, 1]], { x: [[-1, -1], [2, -4]], alpha: [0.5, 0.25] }); // → { x: [[0.5, 0.25], [1, 0.25]], alpha: [-1, -5] }
 * ```
 */
export const prelu: Prelu = /* @__PURE__ */ makePrelu(/* @__PURE__ */ defaultsOf([], 1));
