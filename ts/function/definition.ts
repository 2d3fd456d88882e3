// Defines a function: its name, its options, and what computes it.

import { BACKWARD_Y, type Numbered, type Op, type Pointwise, Values } from '../engine/kernels.js';
import type { MoreOptions } from './call-options.js';
import type { Frame } from './frame.js';
import type { AnyHparam } from './hyperparameter.js';

/** The name and the options of a function. */
export interface Signature {
  readonly name: string;
  /** At most four, because that many numbers are passed to a kernel without an array. */
  readonly hparams: readonly AnyHparam[];
  /** Whether it works along an axis; its derivative is then a Jacobian. */
  readonly hasAxis: boolean;
  readonly hasShape: boolean;
  /** Options that only some functions have. */
  readonly more: MoreOptions | undefined;
  /** Whether `backward` accepts a saved y. */
  readonly takesY: boolean;
  /** The names in the second argument of a call, if they are other than x and y. */
  readonly inputs?: readonly string[];
}

/** An element-wise function of the module. */
export interface PointwiseDefinition extends Signature {
  readonly form: 'pointwise';
  readonly kernel: Pointwise;
}

/** An element-wise function composed of other functions of the module. */
export interface ChainDefinition extends Signature {
  readonly form: 'chain';
  readonly hasDeriv2: boolean;
  readonly scalar: Scalar;
  /** The functions it consists of, none of which is itself a composition. */
  readonly parts: Parts;
  /** The operation on buffers by handle. */
  readonly run: (op: Op, a: number, b: number, out: number, count: number) => void;
}

/** An element-wise function of a caller's own, or a composition that contains one. */
export interface OwnDefinition extends Signature {
  readonly form: 'own';
  readonly hasDeriv2: boolean;
  readonly scalar: Scalar;
  /** If it is a composition: the functions it consists of. */
  readonly parts?: Parts;
  /** f, f′ or f″ of all elements of x. x is a copy, and may be overwritten. */
  readonly apply: (op: Op, x: Float64Array, values: Values) => Float64Array;
}

/** A function in a composition. */
export interface Part {
  readonly definition: SingleDefinition;
  readonly defaults: Defaults;
}

/** The functions of a composition; the first one is applied first. */
export type Parts = readonly [Part, ...Part[]];

/** One operation on one number. */
type Scalar = (op: Op, x: number, dy: number, values: Values) => number;

/** An element-wise function. */
export type SingleDefinition = PointwiseDefinition | ChainDefinition | OwnDefinition;

/** A function along rows. */
export interface RowsDefinition extends Signature {
  readonly form: 'rows';
  /** Its number in crate/src/rows.rs. */
  readonly kernel: Numbered;
  /** Whether the Jacobian and the gradient are divided by the temperature. */
  readonly divides: boolean;
  /** The most dimensions for which it has a Jacobian; undefined if there is no such limit. */
  readonly most: number | undefined;
  /** Whether it has a derivative: a Jacobian or, if it reduces, an array like x. */
  readonly hasDeriv: boolean;
  /** Whether its result is one number per row. */
  readonly reduces: boolean;
  /** Computes calls with a mask, several axes and the like, and every call of a function that reduces. */
  readonly general: (frame: Frame, definition: RowsDefinition, op: Op, given: unknown, factor: unknown) => unknown;
}

/** The product of two containers, or of rows with Jacobians. */
export interface ProductDefinition extends Signature {
  readonly form: 'product';
  /** For rows with Jacobians. */
  readonly kernel: Numbered;
}

/** The definitions that have a short way from plain arrays to plain arrays. */
export type PlainDefinition = PointwiseDefinition | RowsDefinition | ProductDefinition;

export type Definition = SingleDefinition | RowsDefinition | ProductDefinition;

export const isSingle = (definition: Definition): definition is SingleDefinition =>
  definition.form !== 'rows' && definition.form !== 'product';

/** Whether a function has f″. */
export const hasDeriv2 = (definition: Definition): boolean =>
  isSingle(definition) && (definition.form === 'pointwise' || definition.hasDeriv2);

/** What a call uses unless its options say otherwise. */
export interface Defaults {
  readonly axis: number;
  /** Several axes, which then count instead of `axis`. */
  readonly axes: readonly number[] | undefined;
  readonly values: Values;
}

/** The values of hyperparameters in order; undefined for those that do not exist (see `Values`). */
export const valuesOf = ([p0, p1, p2, p3]: readonly (number | undefined)[]): Values => new Values(p0, p1, p2, p3);

/**
 * The defaults of a function. They are made only here, so that every property exists and none is looked up on `Object.prototype`.
 */
export const defaultsOf = (values: readonly number[], axis = -1): Defaults => ({
  axis,
  axes: undefined,
  values: valuesOf(values),
});

/** The values of hyperparameters by name; words as words. */
export const namedValues = ({ hparams }: Signature, { p0, p1, p2, p3 }: Values): Record<string, number | string> =>
  Object.fromEntries(
    hparams.map(({ name, choices }, i) => {
      const value = [p0, p1, p2, p3][i] ?? 0;
      return [name, choices?.[value] ?? value];
    }),
  );

/** The `defaults` that a function shows. */
export const namedDefaults = (signature: Signature, { axis, axes, values }: Defaults): object =>
  Object.freeze({ ...(signature.hasAxis ? { axis: axes ?? axis } : undefined), ...namedValues(signature, values) });

/** The name that messages use for the container that the kernel reads. */
export const labelOf = ({ form }: Definition, op: Op): string => (form === 'product' ? 'dA' : op === BACKWARD_Y ? 'y' : 'x');

/** The name that messages use for the container that it multiplies by. */
export const factorLabelOf = ({ form }: Definition): string => (form === 'product' ? 'dLinear' : 'dy');
