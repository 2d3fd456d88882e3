// What a function is: its name, its options, and what computes it.

import { BACKWARD_Y, type Numbered, type Op, type Pointwise, Values } from '../engine/kernels.js';
import type { MoreOptions } from './call-options.js';
import type { Frame } from './frame.js';
import type { AnyHparam } from './hyperparameter.js';

/** What a function is called and which options it has. */
export interface Signature {
  readonly name: string;
  /** At most four: that many numbers are handed to a kernel without an array. */
  readonly hparams: readonly AnyHparam[];
  /** Whether it works along an axis; its derivative is then a Jacobian. */
  readonly hasAxis: boolean;
  readonly hasShape: boolean;
  /** Options that only some functions have. */
  readonly more: MoreOptions | undefined;
  /** Whether `backward` can go back from a saved y. */
  readonly takesY: boolean;
  /** The names in the second argument of a call, where it has others than x and y. */
  readonly inputs?: readonly string[];
}

/** A function of single elements, and of the module. */
export interface PointwiseDefinition extends Signature {
  readonly form: 'pointwise';
  readonly kernel: Pointwise;
}

/** Of single elements, and made of other functions of the module. */
export interface ChainDefinition extends Signature {
  readonly form: 'chain';
  readonly hasDeriv2: boolean;
  readonly scalar: Scalar;
  /** The functions, of which none is one of these. */
  readonly parts: Parts;
  /** The operation on buffers by handle. */
  readonly run: (op: Op, a: number, b: number, out: number, count: number) => void;
}

/** Of single elements, and a caller's own, or made with one. */
export interface OwnDefinition extends Signature {
  readonly form: 'own';
  readonly hasDeriv2: boolean;
  readonly scalar: Scalar;
  /** The same of a composition. */
  readonly parts?: Parts;
  /** f, f′ or f″ of all elements of x, which is a copy that it may write to. */
  readonly apply: (op: Op, x: Float64Array, values: Values) => Float64Array;
}

/** A function in a composition. */
export interface Part {
  readonly definition: SingleDefinition;
  readonly defaults: Defaults;
}

/** The functions of a composition; what comes first is first. */
export type Parts = readonly [Part, ...Part[]];

/** One operation on one number. */
type Scalar = (op: Op, x: number, dy: number, values: Values) => number;

/** A function of single elements. */
export type SingleDefinition = PointwiseDefinition | ChainDefinition | OwnDefinition;

/** A function along rows. */
export interface RowsDefinition extends Signature {
  readonly form: 'rows';
  /** Its number in crate/src/rows.rs. */
  readonly kernel: Numbered;
  /** Whether Jacobian and gradient are divided by the temperature. */
  readonly divides: boolean;
  /** The most dimensions its Jacobian is for; undefined where there is no such limit. */
  readonly most: number | undefined;
  /** Whether it has a derivative: a Jacobian, or where it reduces an array like x. */
  readonly hasDeriv: boolean;
  /** Whether its result is one number a row. */
  readonly reduces: boolean;
  /** What makes a call with a mask, several axes and the like, and every call of a function that reduces. */
  readonly general: (frame: Frame, definition: RowsDefinition, op: Op, given: unknown, factor: unknown) => unknown;
}

/** The product of two containers, or of rows with Jacobians. */
export interface ProductDefinition extends Signature {
  readonly form: 'product';
  /** For rows with Jacobians. */
  readonly kernel: Numbered;
}

/** What has a short way from plain arrays to plain arrays. */
export type PlainDefinition = PointwiseDefinition | RowsDefinition | ProductDefinition;

export type Definition = SingleDefinition | RowsDefinition | ProductDefinition;

export const isSingle = (definition: Definition): definition is SingleDefinition =>
  definition.form !== 'rows' && definition.form !== 'product';

/** Whether a function has f″. */
export const hasDeriv2 = (definition: Definition): boolean =>
  isSingle(definition) && (definition.form === 'pointwise' || definition.hasDeriv2);

/** What a call works with where its options say nothing else. */
export interface Defaults {
  readonly axis: number;
  /** Several axes, which then count instead. */
  readonly axes: readonly number[] | undefined;
  readonly values: Values;
}

/** The values of hyperparameters in order. Undefined for those that are not there: see `Values`. */
export const valuesOf = ([p0, p1, p2, p3]: readonly (number | undefined)[]): Values => new Values(p0, p1, p2, p3);

/** The defaults of a function, made here only, so that every part is there: what stands on `Object.prototype` never counts. */
export const defaultsOf = (values: readonly number[], axis = -1): Defaults => ({
  axis,
  axes: undefined,
  values: valuesOf(values),
});

/** The values of hyperparameters by their names, words as words. */
export const namedValues = ({ hparams }: Signature, { p0, p1, p2, p3 }: Values): Record<string, number | string> =>
  Object.fromEntries(
    hparams.map(({ name, choices }, i) => {
      const value = [p0, p1, p2, p3][i] ?? 0;
      return [name, choices?.[value] ?? value];
    }),
  );

/** What a function has as its `defaults`. */
export const namedDefaults = (signature: Signature, { axis, axes, values }: Defaults): object =>
  Object.freeze({ ...(signature.hasAxis ? { axis: axes ?? axis } : undefined), ...namedValues(signature, values) });

/** What messages call what the kernel reads. */
export const labelOf = ({ form }: Definition, op: Op): string => (form === 'product' ? 'dA' : op === BACKWARD_Y ? 'y' : 'x');

/** What they call what it multiplies by. */
export const factorLabelOf = ({ form }: Definition): string => (form === 'product' ? 'dLinear' : 'dy');
