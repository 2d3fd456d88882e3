// The relatives of softmax: functions along the same rows, with the same options.

import * as parts from '../../build/wasm-parts.js';
import { LOG_SOFTMAX, LOG_SUM_EXP, Numbered, SOFTMIN, SPARSEMAX } from '../engine/kernels.js';
import { rowOptions } from './row-options.js';
import { defineRows, rowFunction } from './rows.js';
import type { LogSumExp, RowFunction, Softmax } from './types.js';

/**
 * Softmin along an axis: sᵢ = e^(−xᵢ/T) / Σⱼ e^(−xⱼ/T), the softmax of −x; its Jacobian (s sᵀ − diag(s))/T.
 *
 * Takes what softmax takes, with the same options: `axis` (default −1), one or several; `temperature` T (default 1), finite and >
 * 0; `mask`, `causal`, `emptyRow`.
 * Special values: those of softmax with the sign of x reversed: +∞ is a mask, exactly 0; a row with −∞ or NaN, or of +∞ only, is
 * NaN.
 * Worst error: see docs/accuracy.md.
 * Source: PyTorch's torch.nn.Softmin.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_AXIS`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see
 *   docs/guides/calling.md, "Errors".
 * @example
 * ```ts
 * import { softmin } from 'nonlin';
 * softmin([0, 0, Infinity]); // → [0.5, 0.5, 0]
 * softmin.backward([1, 0], { x: [0, 0] }); // → [-0.25, 0.25]
 * ```
 */
export const softmin: Softmax = /* @__PURE__ */ rowFunction(
  /* @__PURE__ */ defineRows('softmin', /* @__PURE__ */ new Numbered(SOFTMIN, parts.softmin)),
);

/**
 * The logarithm of softmax along an axis: fᵢ = xᵢ/T − ln Σⱼ e^(xⱼ/T).
 *
 * `backward` is dxᵢ = (dyᵢ − sᵢ·Σⱼ dyⱼ)/T with s = softmax(x/T).
 * Takes what softmax takes, with the same options: `axis` (default −1), one or several; `temperature` T (default 1), finite and >
 * 0; `mask`, `causal`, `emptyRow`. Nothing cancels and nothing overflows: the largest entry is −ln(1 + the rest) with all its
 * digits. `backward` takes x or a saved y. There is no `deriv`: the rows of the Jacobian (δᵢⱼ − sⱼ)/T differ only in the place of
 * the 1.
 * Special values: −∞ is a mask, and −∞ in the result; a row with +∞ or NaN, or of −∞ only, is NaN throughout. In `backward` a
 * masked entry contributes and receives 0, whatever its dy. For a row with nothing left, `emptyRow: 'zero'` gives −∞, and 0 in
 * `backward`.
 * Worst error: see docs/accuracy.md.
 * Source: P. Blanchard, D. Higham and N. Higham, Accurately computing the log-sum-exp and softmax functions, 2021, which
 * shows what is lost otherwise.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_AXIS`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see
 *   docs/guides/calling.md, "Errors".
 * @example
 * ```ts
 * import { logSoftmax } from 'nonlin';
 * logSoftmax([0, 800]); // → [-800, 0]
 * logSoftmax.backward([1, 0], { x: [0, 0] }); // → [0.5, -0.5]
 * ```
 */
export const logSoftmax: RowFunction = /* @__PURE__ */ rowFunction(
  /* @__PURE__ */ defineRows('logSoftmax', /* @__PURE__ */ new Numbered(LOG_SOFTMAX, parts.logSoftmax), { hasDeriv: false }),
);

/**
 * The logarithm of a sum of exponentials along an axis: ln Σⱼ e^(xⱼ/T), one number per row; f′(x) = softmax(x/T)/T, like x.
 *
 * `backward` is that derivative times the dy of its row.
 * Takes what softmax takes. The result has the shape of x without the axis; for a vector it is a number (for a tensor or a `{
 * data, shape }`, one without dimensions); flat arrays with `shape` stay flat. `dy` has the shape of the result, and dx the
 * container of x. Options: `axis` (default −1), one or several; `temperature` T (default 1), finite and > 0; `keepDims` (default
 * false) keeps the axis with length 1; `mask`, `causal`, `emptyRow` as in softmax. The temperature only divides x; it does not
 * scale the result. `backward` does not accept a saved y.
 * Special values: entries of −∞ are ignored; a row of nothing else gives −∞, one with +∞ gives ∞, and one with NaN gives NaN. The
 * gradients of these rows are NaN; for a row of −∞ only, `emptyRow: 'zero'` makes them 0.
 * Worst error: see docs/accuracy.md.
 * Source: see `logSoftmax`.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_AXIS`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see
 *   docs/guides/calling.md, "Errors".
 * @example
 * ```ts
 * import { logSumExp } from 'nonlin';
 * logSumExp([1000, 1000]); // → 1000.6931…
 * logSumExp([[0, 0], [2, -Infinity]]); // → [0.6931…, 2]
 * logSumExp.deriv([0, 0]); // → [0.5, 0.5]
 * ```
 */
export const logSumExp: LogSumExp = /* @__PURE__ */ rowFunction(
  /* @__PURE__ */ defineRows('logSumExp', /* @__PURE__ */ new Numbered(LOG_SUM_EXP, parts.logSumExp), {
    reduces: true,
    takesY: false,
    more: /* @__PURE__ */ rowOptions('mask', 'causal', 'emptyRow', 'keepDims'),
  }),
);

/**
 * Sparsemax along an axis: max(xᵢ/T − τ, 0) with the τ that makes the sum of a row 1.
 *
 * It is the point of the simplex closest to x/T: like softmax, but entries far below the largest are exactly 0. `backward` is
 * (dyᵢ − the mean of dy over the entries above 0)/T for these, and 0 for the others.
 * Takes what softmax takes, with the same options: `axis` (default −1), one or several; `temperature` T (default 1), finite and >
 * 0; `mask`, `causal`, `emptyRow`. `backward` takes x or a saved y. There is no `deriv`: use `backward`.
 * Special values: −∞ is a mask, exactly 0; a row with +∞ or NaN, or of −∞ only, is NaN throughout. An entry that is 0 in the
 * result takes no part in `backward`, whatever its dy.
 * Worst error: see docs/accuracy.md.
 * Source: A. Martins and R. Astudillo, From softmax to sparsemax, ICML 2016.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_AXIS`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see
 *   docs/guides/calling.md, "Errors".
 * @example
 * ```ts
 * import { sparsemax } from 'nonlin';
 * sparsemax([1, 0.5, -1]); // → [0.75, 0.25, 0]
 * sparsemax.backward([1, 0, 5], { x: [1, 0.5, -1] }); // → [0.5, -0.5, 0]
 * ```
 */
export const sparsemax: RowFunction = /* @__PURE__ */ rowFunction(
  /* @__PURE__ */ defineRows('sparsemax', /* @__PURE__ */ new Numbered(SPARSEMAX, parts.sparsemax), { hasDeriv: false }),
);
