// The table of activations, one line each: the name of an export of crate/src/activation/, and its hyperparameters. `invertible`
// marks those whose derivative can be computed from y; the others are `pointwise`.

import * as parts from '../build/wasm-parts.js';
import { choiceHparam, hparam, notZeroHparam, positiveHparam } from './function/hyperparameter.js';
import { invertible, pointwise } from './function/pointwise.js';
import type { EluOptions, InvertibleFunction, LreluOptions } from './function/types.js';

/**
 * The identity: f(x) = x; f′(x) = 1; f″(x) = 0.
 *
 * Takes any container, of any shape. No hyperparameters. Exact.
 * Special values: f returns each of them unchanged, −0 too; f′(NaN) is NaN.
 * Source: the function `identity` of EpyNN.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { identity } from 'nonlin';
 * identity([-1, 2]); // → [-1, 2]
 * identity.deriv([-1, 2]); // → [1, 1]
 * ```
 */
export const identity = /* @__PURE__ */ invertible('identity', parts.identity);

/**
 * The rectifier: f(x) = x if x > 0, else 0; f′(x) = 1 if x > 0, else 0; f″(x) = 0.
 *
 * Takes any container, of any shape. No hyperparameters. Exact.
 * Special values: f(±0) = +0, f′(±0) = 0; f(−∞) = 0, f(∞) = ∞; NaN in, NaN out, f′ too.
 * Source: V. Nair and G. Hinton, Rectified linear units improve restricted Boltzmann machines, ICML 2010.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { relu } from 'nonlin';
 * relu([-1, 2]); // → [0, 2]
 * relu.backward([5, 5], { x: [-1, 2] }); // → [0, 5]
 * ```
 */
export const relu = /* @__PURE__ */ invertible('relu', parts.relu);

/**
 * The leaky rectifier: f(x) = x if x > 0, else alpha·x; f′(x) = 1 if x > 0, else alpha; f″(x) = 0.
 *
 * Takes any container, of any shape. Hyperparameter: `alpha` (default 0.3), any finite number; `negativeSlope` is another name
 * for it. `backward` from a saved y needs alpha >= 0, because with a negative alpha, y does not tell which branch it came from.
 * Special values: f(±0) = alpha·±0, f′(±0) = alpha; f(∞) = ∞, f(−∞) = alpha·−∞, which is NaN for alpha 0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: A. Maas, A. Hannun and A. Ng, Rectifier nonlinearities improve neural network acoustic models, ICML 2013.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { lrelu } from 'nonlin';
 * lrelu([-1, 2]); // → [-0.3, 2]
 * lrelu([-1, 2], { alpha: 0.01 }); // → [-0.01, 2]
 * ```
 */
export const lrelu: InvertibleFunction<LreluOptions, 'alpha'> = /* @__PURE__ */ invertible(
  'lrelu',
  parts.lrelu,
  /* @__PURE__ */ hparam('alpha', 0.3, 'negativeSlope'),
);

/**
 * The leaky rectifier under its long name, the same function as `lrelu`: x if x > 0, else alpha·x, with `alpha` (default 0.3),
 * alias `negativeSlope`.
 */
export const leakyRelu = lrelu;

/**
 * The exponential linear unit: f(x) = x if x > 0, else alpha·(eˣ − 1); f′(x) = 1 if x > 0, else alpha·eˣ; f″(x) = 0
 * if x > 0, else alpha·eˣ.
 *
 * Takes any container, of any shape. Hyperparameter: `alpha` (default 1), any finite number. `backward` from a saved y uses the
 * factor y + alpha for y <= 0, and needs alpha >= 0.
 * f is monotonic except that from one x to the next it may fall by one ulp (docs/kernels.md).
 * Special values: f(±0) = alpha·±0, f′(±0) = alpha; f(∞) = ∞, f(−∞) = −alpha, f′(−∞) = 0; NaN in, NaN out, f′ too.
 * Worst error: see docs/accuracy.md.
 * Source: D.-A. Clevert, T. Unterthiner and S. Hochreiter, Fast and accurate deep network learning by exponential linear
 * units, ICLR 2016.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { elu } from 'nonlin';
 * elu([-1, 2]); // → [-0.6321…, 2]
 * const steep = elu.with({ alpha: 2 });
 * steep.deriv(0); // → 2
 * ```
 */
export const elu: InvertibleFunction<EluOptions> = /* @__PURE__ */ invertible(
  'elu',
  parts.elu,
  /* @__PURE__ */ hparam('alpha', 1),
);

/**
 * The logistic function: f(x) = 1/(1 + e⁻ˣ); f′(x) = f(x)·f(−x); f″(x) = f′(x)·(f(−x) − f(x)).
 *
 * Takes any container, of any shape. No hyperparameters. The tails keep their digits: f(−740) is 4.2e-322, and f′ does not
 * cancel. From a saved y, backward can only use y·(1 − y).
 * f′ is even, bit for bit.
 * Special values: f(±0) = 0.5, f(−∞) = 0, f(∞) = 1, f′(±∞) = 0; NaN in, NaN out, f′ too.
 * Worst error: see docs/accuracy.md.
 * Source: D. Rumelhart, G. Hinton and R. Williams, Learning representations by back-propagating errors, Nature 323, 1986.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { sigmoid } from 'nonlin';
 * sigmoid(0); // → 0.5
 * const { value, deriv } = sigmoid.valueAndDeriv(Float64Array.of(-1, 0, 1));
 * ```
 */
export const sigmoid = /* @__PURE__ */ invertible('sigmoid', parts.sigmoid);

/**
 * The hyperbolic tangent: f(x) = tanh x; f′(x) = 1/cosh² x; f″(x) = −2·f(x)·f′(x).
 *
 * Takes any container, of any shape. No hyperparameters. f′ does not cancel for large |x|. From a saved y, backward can only
 * use 1 − y².
 * f is odd and f′ is even, bit for bit. f is monotonic except that from one x to the next it may fall by one ulp
 * (docs/kernels.md).
 * Special values: f(±0) = ±0, f(±∞) = ±1, f′(±0) = 1, f′(±∞) = 0; NaN in, NaN out, f′ too.
 * Worst error: see docs/accuracy.md.
 * Source: Y. LeCun, L. Bottou, G. Orr and K.-R. Müller, Efficient BackProp, 1998.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { tanh } from 'nonlin';
 * const x = Float64Array.of(-1, 0, 1);
 * tanh(x, { out: x }); // → Float64Array(3) [-0.7615…, 0, 0.7615…]
 * ```
 */
export const tanh = /* @__PURE__ */ invertible('tanh', parts.tanh);

/**
 * The sigmoid-weighted linear unit, also called swish: f(x) = x·s(beta·x), with the logistic function s; f′(x) = s(u) + u·s′(u);
 * f″(x) = beta·(2·s′(u) + u·s″(u)), u = beta·x.
 *
 * Takes any container, of any shape. Hyperparameter: `beta` (default 1), any finite number. `backward` takes `{ x }` only: f′
 * cannot be computed from y. Special values, for beta > 0: f(±0) = ±0, f(−∞) = −0, f(∞) = ∞, f′(−∞) = −0, f′(∞) = 1, f″(±∞) = −0;
 * NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Sources: S. Elfwing, E. Uchibe and K. Doya, Sigmoid-weighted linear units for neural network function approximation in
 * reinforcement learning, Neural Networks 107, 2018; P. Ramachandran, B. Zoph and Q. Le, Searching for activation functions, 2017.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { silu } from 'nonlin';
 * silu([-1, 0, 1]); // → [-0.2689…, 0, 0.7310…]
 * silu.backward([5], { x: [0] }); // → [2.5]
 * ```
 */
export const silu = /* @__PURE__ */ pointwise('silu', parts.silu, /* @__PURE__ */ hparam('beta', 1));

/**
 * The sigmoid-weighted linear unit under its other name, the same function as `silu`: x·s(beta·x) with the logistic function s
 * and `beta` (default 1).
 */
export const swish = silu;

/**
 * The Gaussian error linear unit: f(x) = x·Φ(x), with the normal distribution function Φ and its density φ; f′(x) = Φ(x) + x·φ(x);
 * f″(x) = (2 − x²)·φ(x).
 *
 * Takes any container, of any shape. Hyperparameter: `approximate`, `'none'` (default) or `'tanh'`: the form x·s(z), z =
 * 2√(2/π)·(x + 0.044715·x³), with the logistic function s and both constants as real numbers, which differs by up to 0.0005;
 * f′(x) = s(z) + x·z′·s′(z). Hugging Face's gelu_new and gelu_pytorch_tanh are this form, which is also JAX's default. `backward`
 * takes `{ x }` only: f′ cannot be computed from y.
 * Special values: f(±0) = ±0, f(−∞) = −0, f(∞) = ∞, f′(−∞) = −0, f′(∞) = 1, f″(±∞) = −0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: D. Hendrycks and K. Gimpel, Gaussian error linear units, 2016.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { gelu } from 'nonlin';
 * gelu([-1, 0, 1]); // → [-0.1586…, 0, 0.8413…]
 * gelu([-1, 0, 1], { approximate: 'tanh' }); // → [-0.1588…, 0, 0.8411…]
 * gelu.deriv2(0); // → 0.7978…
 * ```
 */
export const gelu = /* @__PURE__ */ pointwise('gelu', parts.gelu, /* @__PURE__ */ choiceHparam('approximate', 'none', 'tanh'));

/**
 * A quick approximation of gelu: f(x) = x·s(1.702·x), with the logistic function s; f′(x) = s(u) + u·s′(u);
 * f″(x) = 1.702·(2·s′(u) + u·s″(u)), u = 1.702·x.
 *
 * Takes any container, of any shape. No hyperparameters; the constant is the float64 nearest to 1.702. `backward` takes `{ x }`
 * only: f′ cannot be computed from y.
 * Special values: f(±0) = ±0, f(−∞) = −0, f(∞) = ∞, f′(−∞) = −0, f′(∞) = 1, f″(±∞) = −0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: D. Hendrycks and K. Gimpel, Gaussian error linear units, 2016.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { quickGelu } from 'nonlin';
 * quickGelu([-1, 0, 1]); // → [-0.1542…, 0, 0.8457…]
 * ```
 */
export const quickGelu = /* @__PURE__ */ pointwise('quickGelu', parts.quickGelu);

/**
 * Mish: f(x) = x·tanh(ln(1 + eˣ)); f′(x) = t + x·(1 − t²)·s; f″(x) = (1 − t²)·s·(2 + x·(1 − s − 2·t·s)),
 * with t = tanh(ln(1 + eˣ)) and the logistic function s = s(x).
 *
 * Takes any container, of any shape. No hyperparameters. `backward` takes `{ x }` only: f′ cannot be computed from y.
 * Special values: f(±0) = ±0, f(−∞) = −0, f(∞) = ∞, f′(−∞) = −0, f′(∞) = 1, f″(±∞) = −0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: D. Misra, Mish: a self regularized non-monotonic activation function, BMVC 2020.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { mish } from 'nonlin';
 * mish([-1, 0, 1]); // → [-0.3034…, 0, 0.8650…]
 * mish.deriv(0); // → 0.6
 * ```
 */
export const mish = /* @__PURE__ */ pointwise('mish', parts.mish);

/**
 * A smooth rectifier: f(x) = ln(1 + e^(beta·x))/beta; f′(x) = s(beta·x), with the logistic function s; f″(x) = beta·s′(beta·x).
 *
 * Takes any container, of any shape. Hyperparameter: `beta` (default 1), any finite number except 0. Unlike in PyTorch, there is
 * no threshold beyond which f(x) is replaced by x. `backward` takes `{ x }` only: f′ cannot be computed from y.
 * Special values, for beta > 0: f(−∞) = 0, f(∞) = ∞, f′(−∞) = 0, f′(∞) = 1, f″(±∞) = 0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau and R. Garcia, Incorporating second-order functional knowledge for better
 * option pricing, NIPS 2000.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { softplus } from 'nonlin';
 * softplus([-1, 0, 1]); // → [0.3132…, 0.6931…, 1.3132…]
 * softplus(-745); // → 5e-324
 * ```
 */
export const softplus = /* @__PURE__ */ pointwise('softplus', parts.softplus, /* @__PURE__ */ notZeroHparam('beta', 1));

/**
 * The logarithm of the logistic function s: f(x) = ln(s(x)) = −ln(1 + e⁻ˣ); f′(x) = s(−x); f″(x) = −s′(x).
 *
 * Takes any container, of any shape. No hyperparameters. `backward` takes `{ x }` only: f′ cannot be computed from y.
 * Special values: f(−∞) = −∞, f(∞) = −0, f′(−∞) = 1, f′(∞) = 0, f″(±∞) = −0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: the module LogSigmoid of PyTorch.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { logSigmoid } from 'nonlin';
 * logSigmoid([-1, 0, 1]); // → [-1.3132…, -0.6931…, -0.3132…]
 * logSigmoid(1000); // → -0
 * ```
 */
export const logSigmoid = /* @__PURE__ */ pointwise('logSigmoid', parts.logSigmoid);

/**
 * A straight line between two levels: f(x) = min(max(x, min), max); f′(x) = 1 if min < x ≤ max, else 0; f″(x) = 0.
 *
 * Takes any container, of any shape. Hyperparameters: `min` (default −1) and `max` (default 1), any finite numbers; if min > max,
 * f is max everywhere. Exact. `backward` takes `{ x }` only: f′ cannot be computed from y.
 * Special values: f(±∞) are the levels, f′(min) = 0, f′(max) = 1; NaN in, NaN out, f′ and f″ too.
 * Source: R. Collobert, Large scale machine learning, 2004.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { hardTanh } from 'nonlin';
 * hardTanh([-2, 0.5, 2]); // → [-1, 0.5, 1]
 * hardTanh([-2, 0.5, 2], { min: 0 }); // → [0, 0.5, 1]
 * ```
 */
export const hardTanh = /* @__PURE__ */ pointwise(
  'hardTanh',
  parts.hardTanh,
  /* @__PURE__ */ hparam('min', -1),
  /* @__PURE__ */ hparam('max', 1),
);

/**
 * The rectifier up to 6: f(x) = min(max(x, 0), 6); f′(x) = 1 if 0 < x ≤ 6, else 0; f″(x) = 0.
 *
 * Takes any container, of any shape. No hyperparameters. Exact. `backward` takes `{ x }` only: f′ cannot be computed from y.
 * Special values: f(±0) = +0, f′(±0) = 0, f′(6) = 1; f(−∞) = 0, f(∞) = 6; NaN in, NaN out, f′ and f″ too.
 * Source: A. Krizhevsky, Convolutional deep belief networks on CIFAR-10, 2010.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { relu6 } from 'nonlin';
 * relu6([-1, 2, 8]); // → [0, 2, 6]
 * ```
 */
export const relu6 = /* @__PURE__ */ pointwise('relu6', parts.relu6);

/**
 * The square of the rectifier: f(x) = x² if x > 0, else 0; f′(x) = 2x if x > 0, else 0; f″(x) = 2 if x > 0, else 0.
 *
 * Takes any container, of any shape. No hyperparameters. Rounded once. `backward` needs x, as x² may overflow or underflow where
 * f′ does not.
 * Special values: f(±0) = +0, f′(±0) = f″(±0) = 0; f(−∞) = 0, f(∞) = f′(∞) = ∞; NaN in, NaN out, f′ and f″ too.
 * Source: D. So et al., Primer: searching for efficient transformers for language modeling, NeurIPS 2021.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { reluSquared } from 'nonlin';
 * reluSquared([-1, 3]); // → [0, 9]
 * reluSquared.deriv([-1, 3]); // → [0, 6]
 * ```
 */
export const reluSquared = /* @__PURE__ */ pointwise('reluSquared', parts.reluSquared);

/**
 * The rectifier above a threshold: f(x) = x if x > alpha, else 0; f′(x) = 1 if x > alpha, else 0; f″(x) = 0.
 *
 * Takes any container, of any shape. Hyperparameter: `alpha` (default 1), any finite number. Exact. f jumps at alpha, where it is
 * 0 and so is f′. `backward` from a saved y needs alpha >= 0: with a negative alpha, y = 0 can come from either branch.
 * Special values: f(x) = +0 for x ≤ alpha; f(∞) = ∞, f(−∞) = 0; NaN in, NaN out, f′ and f″ too.
 * Source: K. Konda, R. Memisevic and D. Krueger, Zero-bias autoencoders and the benefits of co-adapting features, ICLR 2015.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { thresholdedRelu } from 'nonlin';
 * thresholdedRelu([0.5, 2]); // → [0, 2]
 * ```
 */
export const thresholdedRelu = /* @__PURE__ */ invertible(
  'thresholdedRelu',
  parts.thresholdedRelu,
  /* @__PURE__ */ hparam('alpha', 1),
);

/**
 * The input above a threshold, and a fixed value up to it: f(x) = x if x > threshold, else value; f′(x) = 1 if x > threshold,
 * else 0; f″(x) = 0.
 *
 * Takes any container, of any shape. Hyperparameters: `threshold` (default 0) and `value` (default 0), any finite numbers. Exact.
 * `backward` takes `{ x }` only: f′ cannot be computed from y.
 * Special values: f(∞) = ∞, f(−∞) = value, f′(threshold) = 0; NaN in, NaN out, f′ and f″ too.
 * Source: the module Threshold of PyTorch.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { threshold } from 'nonlin';
 * threshold([0.5, 2], { threshold: 1, value: -1 }); // → [-1, 2]
 * ```
 */
export const threshold = /* @__PURE__ */ pointwise(
  'threshold',
  parts.threshold,
  /* @__PURE__ */ hparam('threshold', 0),
  /* @__PURE__ */ hparam('value', 0),
);

/**
 * Hard shrinkage, small inputs set to 0: f(x) = x if |x| > lambda, else 0; f′(x) = 1 if |x| > lambda, else 0; f″(x) = 0.
 *
 * Takes any container, of any shape. Hyperparameter: `lambda` (default 0.5), any finite number; with a negative lambda, f is the
 * identity. Exact. f jumps at ±lambda, where it is 0 and so is f′. `backward` from a saved y needs lambda >= 0.
 * Special values: f(±0) = +0, f(±∞) = ±∞; NaN in, NaN out, f′ and f″ too.
 * Source: D. Donoho and I. Johnstone, Ideal spatial adaptation by wavelet shrinkage, Biometrika 81, 1994.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { hardShrink } from 'nonlin';
 * hardShrink([-2, 0.25, 2]); // → [-2, 0, 2]
 * ```
 */
export const hardShrink = /* @__PURE__ */ invertible('hardShrink', parts.hardShrink, /* @__PURE__ */ hparam('lambda', 0.5));

/**
 * Soft shrinkage, inputs moved towards 0: f(x) = x − lambda if x > lambda, x + lambda if x < −lambda, else 0; f′(x) = 1 if x >
 * lambda or x ≤ −lambda, else 0; f″(x) = 0.
 *
 * Takes any container, of any shape. Hyperparameter: `lambda` (default 0.5), any finite number; if several of the three
 * conditions hold, the first one decides. Rounded once. `backward` takes `{ x }` only: f′ cannot be computed from y.
 * Special values: f(±0) = +0, f(±∞) = ±∞, f′(−lambda) = 1, f′(lambda) = 0; NaN in, NaN out, f′ and f″ too.
 * Source: D. Donoho, De-noising by soft-thresholding, IEEE Transactions on Information Theory 41, 1995.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { softShrink } from 'nonlin';
 * softShrink([-2, 0.25, 2]); // → [-1.5, 0, 1.5]
 * ```
 */
export const softShrink = /* @__PURE__ */ pointwise('softShrink', parts.softShrink, /* @__PURE__ */ hparam('lambda', 0.5));

/**
 * Shrinkage, small inputs set to 0 and others moved: f(x) = x − bias if x > lambda, x + bias if x < −lambda, else 0; f′(x) = 1 if
 * |x| > lambda, else 0; f″(x) = 0.
 *
 * Takes any container, of any shape. Hyperparameters: `lambda` (default 0.5) and `bias` (default 0), any finite numbers. Rounded
 * once. For bias = lambda it is `softShrink`, which has a kink at −lambda and no jump, and f′(−lambda) = 1. `backward` takes `{ x
 * }` only: f′ cannot be computed from y.
 * Special values: f(±0) = +0, f(±∞) = ±∞; NaN in, NaN out, f′ and f″ too.
 * Source: the operator Shrink of ONNX.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { shrink } from 'nonlin';
 * shrink([-2, 0.25, 2], { bias: 0.25 }); // → [-1.75, 0, 1.75]
 * ```
 */
export const shrink = /* @__PURE__ */ pointwise(
  'shrink',
  parts.shrink,
  /* @__PURE__ */ hparam('lambda', 0.5),
  /* @__PURE__ */ hparam('bias', 0),
);

/**
 * A sigmoid without an exponential: f(x) = x/(1 + |x|); f′(x) = 1/(1 + |x|)²; f″(x) = −2·sign(x)/(1 + |x|)³.
 *
 * Takes any container, of any shape. No hyperparameters. From a saved y, backward uses (1 − |y|)².
 * Special values: f(±0) = ±0, f′(±0) = 1, f″(±0) = 2, that of the branch x ≤ 0; f(±∞) = ±1, f′(±∞) = 0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: J. Bergstra, G. Desjardins, P. Lamblin and Y. Bengio, Quadratic polynomials learn better image features, 2009.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { softsign } from 'nonlin';
 * softsign([-1, 0, 3]); // → [-0.5, 0, 0.75]
 * ```
 */
export const softsign = /* @__PURE__ */ invertible('softsign', parts.softsign);

/**
 * A piecewise linear sigmoid: f(x) = min(max(alpha·x + beta, 0), 1); f′(x) = alpha where alpha·x + beta is between 0 and 1 and at
 * the kink to the right, else 0; f″(x) = 0.
 *
 * Takes any container, of any shape. Hyperparameters: `alpha` (default 1/6) and `beta` (default 0.5), any finite numbers. The
 * float64 nearest to 1/6 is treated as exactly 1/6, so that f is exactly 0 at −3 and 1 at 3. Product and sum are rounded once,
 * together. The default alpha of ONNX is 0.2, as it was in Keras 2. `backward` takes `{ x }` only: f′ cannot be computed from y.
 * Special values, for alpha > 0: f(−∞) = 0, f(∞) = 1; NaN in, NaN out, f′ and f″ too.
 * Worst error: see docs/accuracy.md.
 * Source: M. Courbariaux, Y. Bengio and J.-P. David, BinaryConnect: training deep neural networks with binary weights during
 * propagations, NIPS 2015.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { hardSigmoid } from 'nonlin';
 * hardSigmoid([-4, 0, 4]); // → [0, 0.5, 1]
 * hardSigmoid(1, { alpha: 0.2 }); // → 0.7
 * ```
 */
export const hardSigmoid = /* @__PURE__ */ pointwise(
  'hardSigmoid',
  parts.hardSigmoid,
  // 1/6 as a literal: bundlers would keep an expression even where the function is not used.
  /* @__PURE__ */ hparam('alpha', 0.16666666666666666),
  /* @__PURE__ */ hparam('beta', 0.5),
);

/**
 * A piecewise approximation of swish, of lines and a parabola: f(x) = x·min(max(x + 3, 0), 6)/6; f′(x) = (2x + 3)/6 if −3 < x ≤
 * 3, 0 to the left, 1 to the right; f″(x) = 1/3 if −3 < x ≤ 3, else 0.
 *
 * Takes any container, of any shape. No hyperparameters. JAX also calls it hard_silu. `backward` takes `{ x }` only: f′ cannot be
 * computed from y.
 * Special values: f(±0) = ±0, f′(−3) = 0, f′(3) = 1.5; f(−∞) = 0, f(∞) = ∞; NaN in, NaN out, f′ and f″ too.
 * Worst error: see docs/accuracy.md.
 * Source: A. Howard et al., Searching for MobileNetV3, ICCV 2019.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { hardSwish } from 'nonlin';
 * hardSwish([-4, 1, 4]); // → [0, 0.6666…, 4]
 * ```
 */
export const hardSwish = /* @__PURE__ */ pointwise('hardSwish', parts.hardSwish);

/**
 * The scaled exponential linear unit: f(x) = s·x if x > 0, else s·a·(eˣ − 1), s = 1.0507009873554805, a = 1.6732632423543772;
 * f′(x) = s if x > 0, else s·a·eˣ; f″(x) = 0 if x > 0, else s·a·eˣ.
 *
 * Takes any container, of any shape. No hyperparameters; the product s·a of these two float64 numbers is not rounded. From a
 * saved y, backward uses y + s·a for y <= 0.
 * Special values: f(±0) = ±0, f′(±0) = s·a = 1.7580…; f(∞) = ∞, f(−∞) = −s·a, f′(−∞) = 0; NaN in, NaN out, f′ and f″ too.
 * Worst error: see docs/accuracy.md.
 * Source: G. Klambauer, T. Unterthiner, A. Mayr and S. Hochreiter, Self-normalizing neural networks, NIPS 2017.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { selu } from 'nonlin';
 * selu([-1, 2]); // → [-1.1113…, 2.1014…]
 * ```
 */
export const selu = /* @__PURE__ */ invertible('selu', parts.selu);

/**
 * The exponential linear unit with a slope of 1 at 0: f(x) = x if x > 0, else alpha·(e^(x/alpha) − 1); f′(x) = 1 if x > 0, else
 * e^(x/alpha); f″(x) = 0 if x > 0, else e^(x/alpha)/alpha.
 *
 * Takes any container, of any shape. Hyperparameter: `alpha` (default 1), finite and > 0. From a saved y, backward uses (y +
 * alpha)/alpha for y <= 0.
 * Special values: f(±0) = ±0, f′(±0) = 1, f″(±0) = 1/alpha; f(∞) = ∞, f(−∞) = −alpha, f′(−∞) = 0; NaN in, NaN out, f′ and f″ too.
 * Worst error: see docs/accuracy.md.
 * Source: J. Barron, Continuously differentiable exponential linear units, 2017.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { celu } from 'nonlin';
 * celu([-1, 2]); // → [-0.6321…, 2]
 * celu([-1, 2], { alpha: 0.5 }); // → [-0.4323…, 2]
 * ```
 */
export const celu = /* @__PURE__ */ invertible('celu', parts.celu, /* @__PURE__ */ positiveHparam('alpha', 1));

/**
 * A smooth rectifier without an exponential: f(x) = (x + r)/2, r = √(x² + b); f′(x) = (1 + x/r)/2; f″(x) = b/(2·r³).
 *
 * Takes any container, of any shape. Hyperparameter: `b` (default 4), finite and > 0: the width of the bend. To the left of 0, no
 * digits cancel. `backward` takes `{ x }` only: f′ cannot be computed from y.
 * Special values: f(±0) = √b/2, f′(±0) = 0.5; f(−∞) = 0, f(∞) = ∞, f′(−∞) = 0, f′(∞) = 1, f″(±∞) = 0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: J. Barron, Squareplus: a softplus-like algebraic rectifier, 2021.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { squareplus } from 'nonlin';
 * squareplus([-1.5, 0, 1.5]); // → [0.5, 1, 2]
 * squareplus(-1e10); // → 1e-10
 * ```
 */
export const squareplus = /* @__PURE__ */ pointwise('squareplus', parts.squareplus, /* @__PURE__ */ positiveHparam('b', 4));

/**
 * x minus its hyperbolic tangent: f(x) = x − tanh x; f′(x) = tanh² x; f″(x) = 2·tanh x/cosh² x.
 *
 * Takes any container, of any shape. No hyperparameters. Next to 0, where f(x) is near x³/3, no digits cancel. `backward` takes
 * `{ x }` only: f′ cannot be computed from y.
 * Special values: f(±0) = ±0, f′(±0) = 0, f(±∞) = ±∞, f′(±∞) = 1, f″(±∞) = ±0; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: the module Tanhshrink of PyTorch.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { tanhShrink } from 'nonlin';
 * tanhShrink([-1, 0, 1]); // → [-0.2384…, 0, 0.2384…]
 * tanhShrink(1e-5); // → 3.333…e-16
 * ```
 */
export const tanhShrink = /* @__PURE__ */ pointwise('tanhShrink', parts.tanhShrink);

/**
 * A line with a ripple, for periodic data: f(x) = x + sin²(alpha·x)/alpha; f′(x) = 1 + sin(2·alpha·x); f″(x) =
 * 2·alpha·cos(2·alpha·x).
 *
 * Takes any container, of any shape. Hyperparameter: `alpha` (default 1), any finite number; with 0, f(x) = x. The angle is
 * reduced exactly, however large it is, and f′ and f″ keep their digits where they cross 0. `backward` takes `{ x }` only: f′
 * cannot be computed from y.
 * Special values: f(±0) = ±0, f′(±0) = 1; f(±∞) = ±∞, f′(±∞) = f″(±∞) = NaN, because there is no limit, except for alpha = 0,
 * where f′ = 1 and f″ = 0 everywhere; NaN in, NaN out.
 * Worst error: see docs/accuracy.md.
 * Source: L. Ziyin, T. Hartwig and M. Ueda, Neural networks fail to learn periodic functions and how to fix it, NeurIPS 2020.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { snake } from 'nonlin';
 * snake([-1, 0, 1]); // → [-0.2919…, 0, 1.7080…]
 * snake.deriv(1e22); // → 0.1082…
 * ```
 */
export const snake = /* @__PURE__ */ pointwise('snake', parts.snake, /* @__PURE__ */ hparam('alpha', 1));

/**
 * A softplus that is exactly 0: f(x) = 0 if x ≤ −1, (x + 1)²/4 if −1 < x ≤ 1, else x; f′(x) = (x + 1)/2 if −1 < x ≤ 1, 0 to the
 * left, 1 to the right; f″(x) = 1/2 if −1 < x ≤ 1, else 0.
 *
 * Takes any container, of any shape. No hyperparameters. Its derivative is JAX's sparse_sigmoid, which is `hardSigmoid` with
 * `alpha` 0.5. `backward` takes `{ x }` only: f′ cannot be computed from y.
 * Special values: f(±0) = 0.25, f(−1) = 0, f(1) = 1; f(−∞) = 0, f(∞) = ∞; NaN in, NaN out, f′ and f″ too.
 * Worst error: see docs/accuracy.md.
 * Source: the function sparse_plus of JAX.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see docs/guides/calling.md,
 *   "Errors".
 * @example
 * ```ts
 * import { sparsePlus } from 'nonlin';
 * sparsePlus([-2, 0, 3]); // → [0, 0.25, 3]
 * ```
 */
export const sparsePlus = /* @__PURE__ */ pointwise('sparsePlus', parts.sparsePlus);
