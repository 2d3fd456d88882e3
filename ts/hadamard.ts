// The element-wise product, and the product of rows with Jacobians: what backpropagation multiplies with.

import { describeShape, misfit } from './check.js';
import { BACKWARD_X, linked } from './memory.js';
import { sameShape } from './shape.js';
import { type Definition, evaluate } from './surface.js';
import type { Hadamard } from './types.js';

function makeHadamard(): Hadamard {
  const name = 'hadamard';
  // Both kernels are called as all the others are.
  const product = linked((wasm) => (_op, a, b, out, count) => void wasm.hadamard(a, b, out, count), false);
  const contraction = linked(
    (wasm) =>
      (_op, a, b, out, rows, units = 0) =>
        wasm.contract(a, b, out, rows, units),
    true,
  );
  const definition: Definition = {
    signature: { name, hparams: [], hasAxis: false, hasShape: false },
    factors: { names: ['dA', 'dLinear'], check },
    compute(run, op, a, b, to, two, { outer, units }) {
      if (units === 1) run(product, op, a, b, to, two, outer, 1, 1);
      else run(contraction, op, a, b, to, two, outer, units, units * units, units);
    },
  };
  const defaults = { axis: -1, first: undefined, second: undefined };
  const call = (dA: unknown, dLinear: unknown, options?: unknown): unknown =>
    evaluate(definition, defaults, BACKWARD_X, dA, dLinear, options);
  return Object.defineProperty(call as Hadamard, 'name', { value: name });
}

/** The units of a `linear` that holds one Jacobian for each row, or 1 where it has the same shape; refuses any other. */
function check(shape: readonly number[], linear: readonly number[]): number {
  if (sameShape(shape, linear)) return 1;
  const units = shape.slice(-1);
  const jacobian = [...shape, ...units];
  if (sameShape(jacobian, linear) && units[0] !== undefined) return units[0];
  return misfit('dLinear', `the shape ${describeShape(shape)} or ${describeShape(jacobian)}`, describeShape(linear));
}

/**
 * The product of backpropagation: dA·dLinear element by element where the shapes are equal; where `dLinear` holds a Jacobian
 * for each row, (…, U, U) for a dA of (…, U), row m of the result is dA[m]·J[m].
 *
 * Takes any containers; the result has that of `dA`. A vector with a Jacobian (U, U) counts as one row.
 * Special values: as IEEE 754 says for products and sums, so 0·∞ is NaN.
 * Worst error: see docs/accuracy.md.
 *
 * @param dA the gradient that comes back, of any shape.
 * @param dLinear the derivative of a layer, of the shape of dA, or with one more axis at the end.
 * @returns a container like dA, or `out`.
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { hadamard, softmax } from 'nonlin';
 * hadamard([1, 2], [3, 4]); // → [3, 8]
 * const x = [[0, 0], [0, 1]];
 * hadamard([[1, 0], [1, 0]], softmax.deriv(x)); // what softmax.backward([[1, 0], [1, 0]], { x }) gives
 * ```
 */
export const hadamard: Hadamard = /* @__PURE__ */ makeHadamard();
