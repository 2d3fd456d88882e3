// The table: one line an activation. Each is an export of crate/src/activation/ and the names of its hyperparameters: `invertible`
// where y tells the derivative, else `pointwise`.

import { hparam, notZeroHparam } from './function/hyperparameter.js';
import { invertible, pointwise } from './function/pointwise.js';
import type { EluOptions, InvertibleFunction, LreluOptions } from './function/types.js';

/**
 * The identity: f(x) = x; f′(x) = 1; f″(x) = 0.
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
export const identity = /* @__PURE__ */ invertible('identity');

/**
 * The rectifier: f(x) = x if x > 0, else 0; f′(x) = 1 if x > 0, else 0; f″(x) = 0.
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
export const relu = /* @__PURE__ */ invertible('relu');

/**
 * The leaky rectifier: f(x) = x if x > 0, else alpha·x; f′(x) = 1 if x > 0, else alpha; f″(x) = 0.
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
export const lrelu: InvertibleFunction<LreluOptions, 'alpha'> = /* @__PURE__ */ invertible(
  'lrelu',
  /* @__PURE__ */ hparam('alpha', 0.3, 'negativeSlope'),
);

/** The leaky rectifier under its long name: the same function as `lrelu`. */
export const leakyRelu = lrelu;

/**
 * The exponential linear unit: f(x) = x if x > 0, else alpha·(eˣ − 1); f′(x) = 1 if x > 0, else alpha·eˣ; f″(x) = 0
 * if x > 0, else alpha·eˣ.
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
export const elu: InvertibleFunction<EluOptions> = /* @__PURE__ */ invertible('elu', /* @__PURE__ */ hparam('alpha', 1));

/**
 * The logistic function: f(x) = 1/(1 + e⁻ˣ); f′(x) = f(x)·f(−x); f″(x) = f′(x)·(f(−x) − f(x)).
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
export const sigmoid = /* @__PURE__ */ invertible('sigmoid');

/**
 * The hyperbolic tangent: f(x) = tanh x; f′(x) = 1/cosh² x; f″(x) = −2·f(x)·f′(x).
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
export const tanh = /* @__PURE__ */ invertible('tanh');

/**
 * The sigmoid-weighted linear unit, also called swish: f(x) = x·s(beta·x), with the logistic function s; f′(x) = s(u) + u·s′(u);
 * f″(x) = beta·(2·s′(u) + u·s″(u)), u = beta·x.
 *
 * Takes any container, of any shape. Hyperparameter: `beta` (default 1), any finite number. `backward` needs x, as a result does not tell its derivative.
 * Special values, for beta > 0: f(±0) = ±0, f(−∞) = −0, f(∞) = ∞, f′(−∞) = −0, f′(∞) = 1, f″(±∞) = −0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Sources: S. Elfwing, E. Uchibe and K. Doya, Sigmoid-weighted linear units for neural network function approximation in
 * reinforcement learning, Neural Networks 107, 2018; P. Ramachandran, B. Zoph and Q. Le, Searching for activation functions, 2017.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { silu } from 'nonlin';
 * silu([-1, 0, 1]); // → [-0.2689…, 0, 0.7310…]
 * silu.backward([5], { x: [0] }); // → [2.5]
 * ```
 */
export const silu = /* @__PURE__ */ pointwise('silu', /* @__PURE__ */ hparam('beta', 1));

/** The sigmoid-weighted linear unit under its other name: the same function as `silu`. */
export const swish = silu;

/**
 * The Gaussian error linear unit: f(x) = x·Φ(x), with the normal distribution function Φ and its density φ; f′(x) = Φ(x) + x·φ(x);
 * f″(x) = (2 − x²)·φ(x).
 *
 * Takes any container, of any shape. No hyperparameters. `backward` needs x, as a result does not tell its derivative.
 * Special values: f(±0) = ±0, f(−∞) = −0, f(∞) = ∞, f′(−∞) = −0, f′(∞) = 1, f″(±∞) = −0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: D. Hendrycks and K. Gimpel, Gaussian error linear units, 2016.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { gelu } from 'nonlin';
 * gelu([-1, 0, 1]); // → [-0.1586…, 0, 0.8413…]
 * gelu.deriv2(0); // → 0.7978…
 * ```
 */
export const gelu = /* @__PURE__ */ pointwise('gelu');

/**
 * A quick approximation of gelu: f(x) = x·s(1.702·x), with the logistic function s; f′(x) = s(u) + u·s′(u);
 * f″(x) = 1.702·(2·s′(u) + u·s″(u)), u = 1.702·x.
 *
 * Takes any container, of any shape. No hyperparameters; 1.702 is the nearest float64. `backward` needs x, as a result does not tell its derivative.
 * Special values: f(±0) = ±0, f(−∞) = −0, f(∞) = ∞, f′(−∞) = −0, f′(∞) = 1, f″(±∞) = −0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: D. Hendrycks and K. Gimpel, Gaussian error linear units, 2016.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { quickGelu } from 'nonlin';
 * quickGelu([-1, 0, 1]); // → [-0.1542…, 0, 0.8457…]
 * ```
 */
export const quickGelu = /* @__PURE__ */ pointwise('quickGelu');

/**
 * Mish: f(x) = x·tanh(ln(1 + eˣ)); f′(x) = t + x·(1 − t²)·s(x), with t = tanh(ln(1 + eˣ)) and the logistic function s.
 *
 * Takes any container, of any shape. No hyperparameters. `backward` needs x, as a result does not tell its derivative.
 * Special values: f(±0) = ±0, f(−∞) = −0, f(∞) = ∞, f′(−∞) = −0, f′(∞) = 1, f″(±∞) = −0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: D. Misra, Mish: a self regularized non-monotonic activation function, BMVC 2020.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { mish } from 'nonlin';
 * mish([-1, 0, 1]); // → [-0.3034…, 0, 0.8650…]
 * mish.deriv(0); // → 0.6
 * ```
 */
export const mish = /* @__PURE__ */ pointwise('mish');

/**
 * A smooth rectifier: f(x) = ln(1 + e^(beta·x))/beta; f′(x) = s(beta·x), with the logistic function s; f″(x) = beta·s′(beta·x).
 *
 * Takes any container, of any shape. Hyperparameter: `beta` (default 1), any finite number but 0. There is no input beyond which
 * f(x) is taken to be x. `backward` needs x, as a result does not tell its derivative.
 * Special values, for beta > 0: f(−∞) = 0, f(∞) = ∞, f′(−∞) = 0, f′(∞) = 1, f″(±∞) = 0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau and R. Garcia, Incorporating second-order functional knowledge for better
 * option pricing, NIPS 2000.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { softplus } from 'nonlin';
 * softplus([-1, 0, 1]); // → [0.3132…, 0.6931…, 1.3132…]
 * softplus(-745); // → 5e-324
 * ```
 */
export const softplus = /* @__PURE__ */ pointwise('softplus', /* @__PURE__ */ notZeroHparam('beta', 1));

/**
 * The logarithm of the logistic function s: f(x) = ln(s(x)) = −ln(1 + e⁻ˣ); f′(x) = s(−x); f″(x) = −s′(x).
 *
 * Takes any container, of any shape. No hyperparameters. `backward` needs x, as a result does not tell its derivative.
 * Special values: f(−∞) = −∞, f(∞) = −0, f′(−∞) = 1, f′(∞) = 0, f″(±∞) = −0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { logSigmoid } from 'nonlin';
 * logSigmoid([-1, 0, 1]); // → [-1.3132…, -0.6931…, -0.3132…]
 * logSigmoid(1000); // → -0
 * ```
 */
export const logSigmoid = /* @__PURE__ */ pointwise('logSigmoid');
