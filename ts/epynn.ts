// The functions of EpyNN's maths.py under its own names, for people who port: the derivative is a flag, the hyperparameters
// are state, softmax works on axis 1 and its Jacobian has no factor 1/T. They are the default entry's functions, and its
// instance: state is only here.

import { expected, isObject, refuseName, wrongType } from './errors.js';
import { hparam, positiveHparam } from './function/hyperparameter.js';
import type { ArrayContainer, Container, Jacobian, Result } from './index.js';
import * as base from './index.js';

export { hadamard } from './index.js';

const hparams = /* @__PURE__ */ [
  /* @__PURE__ */ hparam('LRELU_alpha', 0.3),
  /* @__PURE__ */ hparam('ELU_alpha', 1),
  /* @__PURE__ */ positiveHparam('softmax_temperature', 1),
] as const;

/** The hyperparameters of EpyNN by its names. */
export interface Hyperparameters {
  /** The slope of lrelu for x <= 0; any finite number, 0.3 by default. */
  readonly LRELU_alpha?: number | undefined;
  /** The height of elu for x <= 0; any finite number, 1 by default. */
  readonly ELU_alpha?: number | undefined;
  /** Divides x in softmax; finite and > 0, 1 by default. */
  readonly softmax_temperature?: number | undefined;
}

type Values = { -readonly [Name in keyof Hyperparameters]-?: number };

const initial: Values = { LRELU_alpha: 0.3, ELU_alpha: 1, softmax_temperature: 1 };
let tuned: Values = initial;

/**
 * Sets the hyperparameters of `lrelu`, `elu` and `softmax` in this module: all of them, those not named to EpyNN's defaults.
 *
 * @param values `LRELU_alpha` (0.3) and `ELU_alpha` (1) are finite numbers; `softmax_temperature` (1) is finite and > 0.
 * @throws `ERR_OPTION` for an unknown name or a wrong value; what was set stays.
 * @example
 * ```ts
 * import { activation_tune, lrelu } from 'nonlin/epynn';
 * activation_tune({ LRELU_alpha: 0.01 });
 * lrelu([-1, 2]); // → [-0.01, 2]
 * activation_tune({}); // EpyNN's defaults again
 * ```
 */
export function activation_tune(values: Hyperparameters): void {
  if (!isObject(values) || Array.isArray(values)) wrongType('ERR_OPTION', 'hyperparameters', 'an object', values);
  const set = { ...initial };
  for (const [key, value] of Object.entries(values)) {
    const known = hparams.find(({ name }) => name === key);
    if (!known) {
      const names = hparams.map(({ name }) => name);
      return refuseName(key, 'a hyperparameter of EpyNN', names);
    }
    if (value === undefined) continue;
    if (typeof value !== 'number' || !known.range.holds(value)) expected('ERR_OPTION', key, known.range.says, value);
    set[known.name] = value;
  }
  tuned = set;
}

function isDeriv(deriv: unknown): boolean {
  return typeof deriv === 'boolean' ? deriv : wrongType('ERR_OPTION', 'deriv', 'true or false', deriv);
}

/**
 * The identity, or with `deriv` its derivative: x, or ones.
 *
 * @example
 * ```ts
 * import { identity } from 'nonlin/epynn';
 * identity([[1, -2]], true); // → [[1, 1]]
 * ```
 */
export function identity<X extends Container>(x: X, deriv = false): Result<X> {
  return isDeriv(deriv) ? base.identity.deriv(x) : base.identity(x);
}

/**
 * The rectifier, or with `deriv` its derivative.
 *
 * @example
 * ```ts
 * import { relu } from 'nonlin/epynn';
 * relu([[1, -2]]); // → [[1, 0]]
 * ```
 */
export function relu<X extends Container>(x: X, deriv = false): Result<X> {
  return isDeriv(deriv) ? base.relu.deriv(x) : base.relu(x);
}

/**
 * The leaky rectifier with `LRELU_alpha`, or with `deriv` its derivative.
 *
 * @example
 * ```ts
 * import { lrelu } from 'nonlin/epynn';
 * lrelu([[1, -2]], true); // → [[1, 0.3]]
 * ```
 */
export function lrelu<X extends Container>(x: X, deriv = false): Result<X> {
  const options = { alpha: tuned.LRELU_alpha };
  return isDeriv(deriv) ? base.lrelu.deriv(x, options) : base.lrelu(x, options);
}

/**
 * The exponential linear unit with `ELU_alpha`, or with `deriv` its derivative.
 *
 * @example
 * ```ts
 * import { elu } from 'nonlin/epynn';
 * elu([[1, -2]]); // → [[1, -0.8646…]]
 * ```
 */
export function elu<X extends Container>(x: X, deriv = false): Result<X> {
  const options = { alpha: tuned.ELU_alpha };
  return isDeriv(deriv) ? base.elu.deriv(x, options) : base.elu(x, options);
}

/**
 * The logistic function, or with `deriv` its derivative.
 *
 * @example
 * ```ts
 * import { sigmoid } from 'nonlin/epynn';
 * sigmoid([[0]], true); // → [[0.25]]
 * ```
 */
export function sigmoid<X extends Container>(x: X, deriv = false): Result<X> {
  return isDeriv(deriv) ? base.sigmoid.deriv(x) : base.sigmoid(x);
}

/**
 * The hyperbolic tangent, or with `deriv` its derivative. Right for every x, where EpyNN gives NaN past |x| = 710.
 *
 * @example
 * ```ts
 * import { tanh } from 'nonlin/epynn';
 * tanh([[0, 800]]); // → [[0, 1]]
 * ```
 */
export function tanh<X extends Container>(x: X, deriv = false): Result<X> {
  return isDeriv(deriv) ? base.tanh.deriv(x) : base.tanh(x);
}

/**
 * Softmax over axis 1 with `softmax_temperature`; with `deriv` the Jacobian (M, U, U) of an x of (M, U), as EpyNN has it:
 * without the factor 1/T.
 *
 * @param x two dimensions or more; with `deriv` exactly two.
 * @throws `ERR_AXIS` for fewer dimensions, `ERR_SHAPE` for more with `deriv`.
 * @example
 * ```ts
 * import { softmax } from 'nonlin/epynn';
 * softmax([[0, 0]]); // → [[0.5, 0.5]]
 * softmax([[0, 0]], true); // → [[[0.25, -0.25], [-0.25, 0.25]]]
 * ```
 */
export function softmax<X extends ArrayContainer>(x: X, deriv?: false): Result<X>;
export function softmax<X extends ArrayContainer>(x: X, deriv: true): Jacobian<X>;
export function softmax<X extends ArrayContainer>(x: X, deriv: boolean): Result<X> | Jacobian<X>;
export function softmax(x: ArrayContainer, deriv = false): unknown {
  const options = { axis: 1, temperature: tuned.softmax_temperature };
  return isDeriv(deriv) ? jacobian()(x, options) : base.softmax(x, options);
}

type Deriv = (x: ArrayContainer, options: base.SoftmaxOptions) => unknown;

/** The Jacobian without 1/T, which the entry keeps under a symbol: it is no public function of its own. */
const jacobian = (): Deriv => (base.softmax as unknown as Record<symbol, Deriv>)[Symbol.for('nonlin/epynn')] as Deriv;
