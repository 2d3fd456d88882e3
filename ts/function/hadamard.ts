// The element-wise product, and the product of rows with Jacobians: the multiplications of backpropagation.

import { contraction as parts } from '../../build/wasm-parts.js';
import { BACKWARD_X, CONTRACTION, Numbered } from '../engine/kernels.js';
import { evaluate } from './call.js';
import { defaultsOf, type ProductDefinition } from './definition.js';
import type { Hadamard } from './types.js';

function makeHadamard(): Hadamard {
  const name = 'hadamard';
  const kernel = new Numbered(CONTRACTION, parts);
  const definition: ProductDefinition = {
    form: 'product',
    name,
    kernel,
    hparams: [],
    hasAxis: false,
    hasShape: false,
    more: undefined,
    takesY: false,
  };
  const defaults = defaultsOf([]);
  const call = (dA: unknown, dLinear: unknown, options?: unknown): unknown =>
    evaluate(definition, defaults, BACKWARD_X, dA, dLinear, options);
  return Object.freeze(Object.defineProperty(call as Hadamard, 'name', { value: name }));
}

/**
 * The product of backpropagation: dA·dLinear element by element where the shapes are equal; where `dLinear` holds a Jacobian
 * for each row, (…, U, U) for a dA of (…, U), row m of the result is dA[m]·J[m].
 *
 * Takes any containers; the result has that of `dA`. A vector with a Jacobian (U, U) counts as one row.
 * Special values: as IEEE 754 says for products and sums, so 0·∞ is NaN.
 * Every product is rounded once, to float64, which in a `Float32Array` is rounded again; a contraction adds the products of a row
 * in one order, the same on every machine.
 * Worst error: see docs/accuracy.md.
 * Source: the function `hadamard` of EpyNN.
 *
 * @param dA the gradient that comes back, of any shape.
 * @param dLinear the derivative of a layer, of the shape of dA, or with one more axis at the end.
 * @returns a container like dA, or `out`.
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { hadamard, softmax } from 'nonlin';
 * hadamard([1, 2], [3, 4]); // → [3, 8]
 * const x = [[0, 0], [0, 1]];
 * hadamard([[1, 0], [1, 0]], softmax.deriv(x)); // what softmax.backward([[1, 0], [1, 0]], { x }) gives
 * ```
 */
export const hadamard: Hadamard = /* @__PURE__ */ makeHadamard();
