// The table: one line an activation. Each is an export of crate/src/activation/ and the names of its hyperparameters.

import { hparam } from './function/hyperparameter.js';
import { pointwise } from './function/pointwise.js';
import type { EluOptions, InvertibleFunction, LreluOptions } from './types.js';

/**
 * The identity: f(x) = x; f′(x) = 1.
 *
 * Takes any container, of any shape. No hyperparameters.
 * Special values: all unchanged, −0 too; f′(NaN) is NaN.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { identity } from 'nonlin';
 * identity([-1, 2]); // → [-1, 2]
 * identity.deriv([-1, 2]); // → [1, 1]
 * ```
 */
export const identity = /* @__PURE__ */ pointwise('identity');

/**
 * The rectifier: f(x) = x if x > 0, else 0; f′(x) = 1 if x > 0, else 0.
 *
 * Takes any container, of any shape. No hyperparameters. Exact.
 * Special values: f(±0) = +0, f′(±0) = 0; f(−∞) = 0, f(∞) = ∞; NaN in, NaN out, f′ too.
 * Source: V. Nair and G. Hinton, Rectified linear units improve restricted Boltzmann machines, ICML 2010.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { relu } from 'nonlin';
 * relu([-1, 2]); // → [0, 2]
 * relu.backward([5, 5], { x: [-1, 2] }); // → [0, 5]
 * ```
 */
export const relu = /* @__PURE__ */ pointwise('relu');

/**
 * The leaky rectifier: f(x) = x if x > 0, else alpha·x; f′(x) = 1 if x > 0, else alpha.
 *
 * Takes any container, of any shape. Hyperparameter: `alpha` (default 0.3), any finite number; `negativeSlope` is another name
 * for it. Going back from a saved y needs alpha >= 0: a negative one cannot be told from y.
 * Special values: f(±0) = alpha·±0, f′(±0) = alpha; f(∞) = ∞, f(−∞) = alpha·−∞, which is NaN for alpha 0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: A. Maas, A. Hannun and A. Ng, Rectifier nonlinearities improve neural network acoustic models, ICML 2013.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { lrelu } from 'nonlin';
 * lrelu([-1, 2]); // → [-0.3, 2]
 * lrelu([-1, 2], { alpha: 0.01 }); // → [-0.01, 2]
 * ```
 */
export const lrelu: InvertibleFunction<LreluOptions, 'alpha'> = /* @__PURE__ */ pointwise(
  'lrelu',
  /* @__PURE__ */ hparam('alpha', 0.3, 'negativeSlope'),
);

/** The leaky rectifier under its long name: the same function as `lrelu`. */
export const leakyRelu = lrelu;

/**
 * The exponential linear unit: f(x) = x if x > 0, else alpha·(eˣ − 1); f′(x) = 1 if x > 0, else alpha·eˣ.
 *
 * Takes any container, of any shape. Hyperparameter: `alpha` (default 1), any finite number. Going back from a saved y, where
 * the factor is y + alpha for y <= 0, needs alpha >= 0.
 * From one x to the next f may fall by one ulp (docs/kernels.md).
 * Special values: f(±0) = alpha·±0, f′(±0) = alpha; f(∞) = ∞, f(−∞) = −alpha, f′(−∞) = 0; NaN in, NaN out, f′ too.
 * Worst error: see docs/accuracy.md.
 * Source: D.-A. Clevert, T. Unterthiner and S. Hochreiter, Fast and accurate deep network learning by exponential linear
 * units, ICLR 2016.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { elu } from 'nonlin';
 * elu([-1, 2]); // → [-0.6321…, 2]
 * const steep = elu.with({ alpha: 2 });
 * steep.deriv(0); // → 2
 * ```
 */
export const elu: InvertibleFunction<EluOptions> = /* @__PURE__ */ pointwise('elu', /* @__PURE__ */ hparam('alpha', 1));

/**
 * The logistic function: f(x) = 1/(1 + e⁻ˣ); f′(x) = f(x)·f(−x).
 *
 * Takes any container, of any shape. No hyperparameters. The tails keep their digits: f(−740) is 4.2e-322, and f′ does not
 * cancel. From a saved y, backward can only use y·(1 − y).
 * f′ is even to the last bit.
 * Special values: f(±0) = 0.5, f(−∞) = 0, f(∞) = 1, f′(±∞) = 0; NaN in, NaN out, f′ too.
 * Worst error: see docs/accuracy.md.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { sigmoid } from 'nonlin';
 * sigmoid(0); // → 0.5
 * const { value, deriv } = sigmoid.valueAndDeriv(Float64Array.of(-1, 0, 1));
 * ```
 */
export const sigmoid = /* @__PURE__ */ pointwise('sigmoid');

/**
 * The hyperbolic tangent: f(x) = tanh x; f′(x) = 1/cosh² x.
 *
 * Takes any container, of any shape. No hyperparameters. f′ does not cancel for large |x|. From a saved y, backward can only
 * use 1 − y².
 * Odd to the last bit, and f′ even. From one x to the next f may fall by one ulp (docs/kernels.md).
 * Special values: f(±0) = ±0, f(±∞) = ±1, f′(±0) = 1, f′(±∞) = 0; NaN in, NaN out, f′ too.
 * Worst error: see docs/accuracy.md.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { tanh } from 'nonlin';
 * const x = Float64Array.of(-1, 0, 1);
 * tanh(x, { out: x }); // → Float64Array(3) [-0.7615…, 0, 0.7615…]
 * ```
 */
export const tanh = /* @__PURE__ */ pointwise('tanh');
