// Softmax over an axis: value, Jacobian, and the gradient without the Jacobian.

import { softmax as parts } from '../../build/wasm-parts.js';
import { Numbered, SOFTMAX } from '../engine/kernels.js';
import { defineRows, rowFunction } from './rows.js';
import type { Softmax } from './types.js';

/**
 * The name of the symbol under which `softmax.deriv` keeps EpyNN's form of the Jacobian: nonlin/epynn reaches it through the file
 * of the default entry.
 * @internal
 */
export const EPYNN_JACOBIAN = 'nonlin/epynn';

/** @internal */
export function makeSoftmax(): Softmax {
  const kernel = new Numbered(SOFTMAX, parts);
  // EpyNN's Jacobian is not divided by the temperature, and exists for two dimensions only.
  const { deriv: value } = rowFunction<Softmax>(defineRows('softmax', kernel, { divides: false, most: 2 }));
  const softmax = rowFunction<Softmax>(defineRows('softmax', kernel));
  // Set on `deriv`, as softmax itself is frozen.
  Object.defineProperty(softmax.deriv, Symbol.for(EPYNN_JACOBIAN), { value });
  return softmax;
}

/**
 * Softmax along an axis: sᵢ = e^(xᵢ/T) / Σⱼ e^(xⱼ/T); its Jacobian (diag(s) − s sᵀ)/T.
 *
 * Takes any container with an axis; a number has none. `axis` (default −1, the last) counts from the end when negative, and may
 * be several axes, whose elements together form one row; `temperature` T (default 1) is finite and > 0. `mask`, `causal` and
 * `emptyRow` say which entries are left out: see `RowOptions`. The Jacobian has the other axes in order, then (U, U), and stays
 * flat for a flat x; `backward` gives its product with dy in O(M·U), without forming it.
 * Special values: −∞ is a mask, exactly 0; a row with +∞ or NaN, or of −∞ only, is NaN throughout; equal logits give equal
 * results; no finite logit overflows. A row of length 1 is 1.
 * In `backward` from x, a masked entry contributes and receives 0, whatever its dy. Everywhere else NaN and ±∞ in dy propagate:
 * with m = Σ s·dy over the entries whose dy is not finite, the entries of that row are s·(dy − m) as IEEE 754 computes them,
 * where 0·∞ and ∞ − ∞ are NaN. So NaN makes its row NaN, even where s underflows to 0, and so does ±∞ there. From a saved y,
 * which does not show the masks of x, the same holds with y in place of s; entries that `mask` and `causal` leave out receive 0.
 * Worst error: see docs/accuracy.md.
 * Source: J. Bridle, Probabilistic interpretation of feedforward classification network outputs, 1990.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_AXIS`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see
 *   docs/guides/calling.md, "Errors".
 * @example
 * ```ts
 * import { softmax } from 'nonlin';
 * softmax([[1, 1], [2, 2]]); // → [[0.5, 0.5], [0.5, 0.5]]
 * softmax(Float64Array.of(1, 1, 1, 1), { shape: [2, 2] }); // → Float64Array(4) [0.5, 0.5, 0.5, 0.5]
 * softmax.backward([1, 0], { x: [0, 0] }); // → [0.25, -0.25]
 * softmax([[3, 3], [3, 3]], { causal: true }); // → [[1, 0], [0.5, 0.5]]
 * ```
 */
export const softmax = /* @__PURE__ */ makeSoftmax();
