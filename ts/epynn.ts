// The functions of EpyNN's maths.py under its own names, for programs ported from it: the derivative is a flag, the
// hyperparameters are global state, softmax works on axis 1, and its Jacobian lacks the factor 1/T. They call the functions of
// the default entry, on its wasm instance; only the state lives here.

import { expected, fail, isObject, refuseName, wrongType } from './errors.js';
import { hparam, positiveHparam } from './function/hyperparameter.js';
import type { ArrayContainer, Container, Jacobian, Rectangular, Result, SoftmaxOptions } from './index.js';
// Imported under other names, as esbuild would otherwise invent new ones for the functions below: EpyNN's layers read the names
// of their functions.
import {
  elu as baseElu,
  identity as baseIdentity,
  lrelu as baseLrelu,
  relu as baseRelu,
  sigmoid as baseSigmoid,
  softmax as baseSoftmax,
  tanh as baseTanh,
} from './index.js';
import { isNamed, refuseInherited } from './keys.js';

export { hadamard } from './index.js';

const hparams = /* @__PURE__ */ [
  /* @__PURE__ */ hparam('LRELU_alpha', 0.3),
  /* @__PURE__ */ hparam('ELU_alpha', 1),
  /* @__PURE__ */ positiveHparam('softmax_temperature', 1),
] as const;

/**
 * The rest of EpyNN's dictionary, which its layers pass on as a whole: settings of the training, and what EpyNN writes beside
 * them.
 */
const others: readonly string[] = [
  'learning_rate',
  'schedule',
  'decay_k',
  'cycle_epochs',
  'cycle_descent',
  'cycle_number',
  'epochs',
];

/** The hyperparameters of EpyNN under its names: its whole `se_hPars`. */
export interface Hyperparameters {
  /** The slope of lrelu for x <= 0; any finite number, 0.3 by default. */
  readonly LRELU_alpha?: number | undefined;
  /** The height of elu for x <= 0; any finite number, 1 by default. */
  readonly ELU_alpha?: number | undefined;
  /** Divides x in softmax; finite and > 0, 1 by default. */
  readonly softmax_temperature?: number | undefined;
  /** A setting of the training, not of a function: ignored, like all those below. */
  readonly learning_rate?: unknown;
  readonly schedule?: unknown;
  readonly decay_k?: unknown;
  readonly cycle_epochs?: unknown;
  readonly cycle_descent?: unknown;
  readonly cycle_number?: unknown;
  readonly epochs?: unknown;
}

/** The type under which a layer can store any function of this module. */
export type ActivateFunction = <X extends ArrayContainer>(x: X & Rectangular<X>, deriv?: boolean) => Result<X> | Jacobian<X>;

type Values = { -readonly [Name in (typeof hparams)[number]['name']]: number };

const initial: Values = { LRELU_alpha: 0.3, ELU_alpha: 1, softmax_temperature: 1 };
let tuned: Values = initial;

/**
 * Sets the hyperparameters of `lrelu`, `elu` and `softmax` in this module. It sets all of them: those that `values` omits return
 * to EpyNN's defaults.
 *
 * @param values EpyNN's `se_hPars`, or a part of it: `LRELU_alpha` (0.3) and `ELU_alpha` (1) are finite numbers;
 *   `softmax_temperature` (1) is finite and > 0. Settings of the training (`learning_rate`, `schedule`, `decay_k`,
 *   `cycle_epochs`, `cycle_descent`, `cycle_number`, `epochs`) are ignored.
 * @throws `ERR_OPTION` for an unknown name or a wrong value; the earlier values then stay.
 * @example
 * ```ts
 * import { activation_tune, lrelu } from 'nonlin/epynn';
 * activation_tune({ LRELU_alpha: 0.01 });
 * lrelu([-1, 2]); // → [-0.01, 2]
 * activation_tune({}); // EpyNN's defaults again
 * ```
 */
export function activation_tune(values: Hyperparameters): void {
  if (!isNamed(values)) wrongType('ERR_OPTION', 'hyperparameters', 'an object', values);
  refuseInherited(values, () => hparams.map(({ name }) => name), 'the hyperparameters');
  const set = { ...initial };
  for (const [key, value] of Object.entries(values)) {
    if (others.includes(key)) continue;
    const known = hparams.find(({ name }) => name === key);
    if (!known) return refuseName(key, 'a hyperparameter of EpyNN', [...hparams.map(({ name }) => name), ...others]);
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
export function identity<X extends Container>(x: X & Rectangular<X>, deriv = false): Result<X> {
  return isDeriv(deriv) ? baseIdentity.deriv<X>(x) : baseIdentity<X>(x);
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
export function relu<X extends Container>(x: X & Rectangular<X>, deriv = false): Result<X> {
  return isDeriv(deriv) ? baseRelu.deriv<X>(x) : baseRelu<X>(x);
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
export function lrelu<X extends Container>(x: X & Rectangular<X>, deriv = false): Result<X> {
  const options = { alpha: tuned.LRELU_alpha };
  return isDeriv(deriv) ? baseLrelu.deriv<X>(x, options) : baseLrelu<X>(x, options);
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
export function elu<X extends Container>(x: X & Rectangular<X>, deriv = false): Result<X> {
  const options = { alpha: tuned.ELU_alpha };
  return isDeriv(deriv) ? baseElu.deriv<X>(x, options) : baseElu<X>(x, options);
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
export function sigmoid<X extends Container>(x: X & Rectangular<X>, deriv = false): Result<X> {
  return isDeriv(deriv) ? baseSigmoid.deriv<X>(x) : baseSigmoid<X>(x);
}

/**
 * The hyperbolic tangent, or with `deriv` its derivative. Correct for every x, whereas EpyNN gives NaN beyond |x| = 710.
 *
 * @example
 * ```ts
 * import { tanh } from 'nonlin/epynn';
 * tanh([[0, 800]]); // → [[0, 1]]
 * ```
 */
export function tanh<X extends Container>(x: X & Rectangular<X>, deriv = false): Result<X> {
  return isDeriv(deriv) ? baseTanh.deriv<X>(x) : baseTanh<X>(x);
}

/**
 * Softmax over axis 1 with `softmax_temperature`; with `deriv` the Jacobian (M, U, U) of an x of shape (M, U), as in EpyNN:
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
export function softmax<X extends ArrayContainer>(x: X & Rectangular<X>, deriv?: false): Result<X>;
export function softmax<X extends ArrayContainer>(x: X & Rectangular<X>, deriv: true): Jacobian<X>;
export function softmax<X extends ArrayContainer>(x: X & Rectangular<X>, deriv?: boolean): Result<X> | Jacobian<X>;
export function softmax(x: ArrayContainer, deriv = false): unknown {
  const options = { axis: 1, temperature: tuned.softmax_temperature };
  const f = isDeriv(deriv) ? jacobian() : baseSoftmax;
  try {
    return f(x, options);
  } catch (error) {
    if (!isObject(error) || (error as { code?: unknown }).code !== 'ERR_AXIS') throw error;
    // EpyNN fixes the axis, so a caller who has passed none is told what is wrong with x instead.
    const got = typeof x === 'number' ? 'a number' : 'fewer';
    return fail(RangeError, 'ERR_AXIS', `"x" expected two dimensions or more, because softmax runs along axis 1; got ${got}`);
  }
}

type Deriv = (x: ArrayContainer, options: SoftmaxOptions) => unknown;

/** The Jacobian without 1/T. The default entry keeps it under a symbol, because it is not a public function of its own. */
const jacobian = (): Deriv => (baseSoftmax.deriv as unknown as Record<symbol, Deriv>)[Symbol.for('nonlin/epynn')] as Deriv;
