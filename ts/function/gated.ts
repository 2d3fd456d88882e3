// Gated units: an axis consists of two halves a and b, and the result is a·act(b).

import * as parts from '../../build/wasm-parts.js';
import { readAny } from '../containers/tensor.js';
import { BACKWARD_X, GEGLU, GLU, Numbered, type Op, REGLU, runRows, SWIGLU, VALUE } from '../engine/kernels.js';
import { misfit } from '../errors.js';
import { callable } from './callable.js';
import { type Defaults, defaultsOf, type Signature } from './definition.js';
import type { Frame } from './frame.js';
import { readSaved } from './options.js';
import { compute, layout, port, type Work, want, withShortOptions, work } from './ports.js';
import { checkLike, rowsOf } from './row-call.js';
import { computeShort, type ShortOptions, shortPort, splitTyped } from './short/ports.js';
import type { GatedUnit } from './types.js';

const LAST_AXIS = /* @__PURE__ */ defaultsOf([]);

/** The unit with this kernel. */
function gatedUnit(name: string, kernel: Numbered, defaults = LAST_AXIS): GatedUnit {
  const signature: Signature = { name, hparams: [], hasAxis: true, hasShape: true, more: undefined, takesY: false };
  const value = (x: unknown, options?: unknown): unknown =>
    withShortOptions(
      signature,
      defaults,
      options,
      (short) => shortUnit(kernel, defaults, VALUE, x, undefined, short),
      (frame) => forward(frame, kernel, x),
    );
  const methods = {
    backward(dy: unknown, from: unknown, options?: unknown): unknown {
      const { numbers } = readSaved(signature, from);
      return withShortOptions(
        signature,
        defaults,
        options,
        (short) => shortUnit(kernel, defaults, BACKWARD_X, numbers, dy, short),
        (frame) => backward(frame, kernel, numbers, dy),
      );
    },
  };
  return callable(signature, defaults, value, methods, (others) => gatedUnit(name, kernel, others));
}

/** Computes from typed arrays into a typed array; undefined for anything else. */
function shortUnit(kernel: Numbered, { axis }: Defaults, op: Op, x: unknown, dy: unknown, { out, shape }: ShortOptions): unknown {
  const split = splitTyped(x, shape, axis);
  if (split === undefined || split.units % 2 === 1) return undefined;
  const { outer, units, inner } = split;
  const half = units / 2;
  const size = outer * half * inner;
  const whole = shortPort(x, 2 * size);
  const ports = op === VALUE ? [whole, shortPort(out, size, 0)] : [whole, shortPort(dy, size), shortPort(out, 2 * size, 0)];
  const results = computeShort(ports, ([a = 0, b = 0, c = 0]) =>
    runRows(kernel, op, a, op === VALUE ? 0 : b, op === VALUE ? b : c, outer, half, inner, 0, 0),
  );
  return results?.[0];
}

/**
 * Reads x, whose axis consists of two halves. Returns the layouts of the whole and of a half, each with its shape and the width
 * of a slice.
 */
function readHalves({ x, axis, shape }: Frame, given: unknown) {
  readAny(x, 'x', given, shape);
  const { kept, outer, units, inner } = rowsOf(x, [axis]);
  if (units % 2 === 1) misfit('x', `an even number of elements along axis ${axis}, for two halves`, `${units}`);
  const half = units / 2;
  // `kept` has a 1 in place of the axis.
  const at = axis < 0 ? axis + kept.length : axis;
  return {
    whole: layout(x.shape, units * inner),
    part: layout(
      kept.map((length, i) => (i === at ? half : length)),
      half * inner,
    ),
    sizes: [outer, half, inner] as const,
  };
}

function forward(frame: Frame, kernel: Numbered, given: unknown): unknown {
  const { x, out } = frame;
  const { whole, part, sizes } = readHalves(frame, given);
  const [slices, half, inner] = sizes;
  const run: Work['run'] = ([a = 0, to = 0], count) => runRows(kernel, VALUE, a, 0, to, count, half, inner, 0, 0);
  const [result] = compute(frame, [port(x, whole)], [want('out', out, x, part)], work(slices, run));
  return result;
}

function backward(frame: Frame, kernel: Numbered, given: unknown, factor: unknown): unknown {
  const { x, dy, out } = frame;
  const { whole, part, sizes } = readHalves(frame, given);
  const [slices, half, inner] = sizes;
  readAny(dy, 'dy', factor, undefined);
  checkLike(dy, part.shape, x);
  const run: Work['run'] = ([a = 0, b = 0, to = 0], count) => runRows(kernel, BACKWARD_X, a, b, to, count, half, inner, 0, 0);
  const [result] = compute(frame, [port(x, whole), port(dy, part)], [want('out', out, x, whole)], work(slices, run));
  return result;
}

/**
 * The gated linear unit, of the halves a and b of an axis: f(x) = a·σ(b).
 *
 * The first half a is linear and the second half b is the gate, as in PyTorch's `F.glu` and `jax.nn.glu`. Takes any container
 * with an axis of even length, and the result has half that length. `axis` (default −1, the last) counts from the end when
 * negative. `backward(dy, { x })` takes dy of the shape of the value and gives the gradient of both halves, like x, in one pass:
 * dy·σ(b) and (dy·a)·σ′(b). The result does not determine the derivative, so `backward` does not accept y.
 * Special values: as IEEE 754 multiplies, so 0·∞ is NaN; NaN stays in its own entry.
 * Worst error: see docs/accuracy.md.
 * Source: Y. Dauphin, A. Fan, M. Auli and D. Grangier, Language modeling with gated convolutional networks, ICML 2017.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_AXIS`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see
 *   docs/guides/calling.md, "Errors".
 * @example
 * ```ts
 * import { glu } from 'nonlin';
 * glu([4, 6, 0, 0]); // → [2, 3]
 * glu([[4, 6], [0, 0]], { axis: 0 }); // → [[2, 3]]
 * glu.backward([1, 1], { x: [4, 6, 0, 0] }); // → [0.5, 0.5, 1, 1.5]
 * ```
 */
export const glu: GatedUnit = /* @__PURE__ */ gatedUnit('glu', /* @__PURE__ */ new Numbered(GLU, parts.glu));

/**
 * The unit gated by silu, of the halves a and b of an axis: f(x) = a·silu(b).
 *
 * Everything else is as for `glu`: the second half is the gate. Code that packs the gate first (`gate_proj` before `up_proj`, as
 * for LLaMA) has to swap the halves.
 * Special values: silu(−∞) = −0; otherwise as IEEE 754 multiplies.
 * Worst error: see docs/accuracy.md.
 * Source: N. Shazeer, GLU variants improve transformer, 2020.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_AXIS`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see
 *   docs/guides/calling.md, "Errors".
 * @example
 * ```ts
 * import { swiglu } from 'nonlin';
 * swiglu([2, 1]); // → [1.4621…]
 * swiglu.backward([1], { x: [3, 0] }); // → [0, 1.5]
 * ```
 */
export const swiglu: GatedUnit = /* @__PURE__ */ gatedUnit('swiglu', /* @__PURE__ */ new Numbered(SWIGLU, parts.swiglu));

/**
 * The unit gated by gelu, of the halves a and b of an axis: f(x) = a·gelu(b).
 *
 * Everything else is as for `glu`: the second half is the gate. gelu is the exact function, not its tanh approximation.
 * Special values: gelu(−∞) = −0; otherwise as IEEE 754 multiplies.
 * Worst error: see docs/accuracy.md.
 * Source: N. Shazeer, GLU variants improve transformer, 2020.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_AXIS`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see
 *   docs/guides/calling.md, "Errors".
 * @example
 * ```ts
 * import { geglu } from 'nonlin';
 * geglu([2, 1]); // → [1.6826…]
 * geglu.backward([1], { x: [3, 0] }); // → [0, 1.5]
 * ```
 */
export const geglu: GatedUnit = /* @__PURE__ */ gatedUnit('geglu', /* @__PURE__ */ new Numbered(GEGLU, parts.geglu));

/**
 * The unit gated by relu, of the halves a and b of an axis: f(x) = a·relu(b).
 *
 * Everything else is as for `glu`: the second half is the gate. relu′(0) = 0.
 * Special values: as IEEE 754 multiplies.
 * Worst error: see docs/accuracy.md.
 * Source: N. Shazeer, GLU variants improve transformer, 2020.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_AXIS`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see
 *   docs/guides/calling.md, "Errors".
 * @example
 * ```ts
 * import { reglu } from 'nonlin';
 * reglu([2, 3, 5, -1]); // → [10, 0]
 * reglu.backward([1, 1], { x: [2, 3, 5, -1] }); // → [5, 0, 2, 0]
 * ```
 */
export const reglu: GatedUnit = /* @__PURE__ */ gatedUnit('reglu', /* @__PURE__ */ new Numbered(REGLU, parts.reglu));
