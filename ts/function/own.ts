// A caller's own activation: checked once, then a function like any other.

import { BACKWARD_X, DERIV, DERIV2, type Op, VALUE, Values } from '../engine/kernels.js';
import { describe, expected, fail, isObject, misfit, refuseName, wrongType } from '../errors.js';
import { fieldOf, isNamed } from '../keys.js';
import { sizeOfTyped, tag } from '../typed.js';
import { defaultsOf, namedValues, type OwnDefinition } from './definition.js';
import { hparam } from './hyperparameter.js';
import { surface } from './surface.js';
import type { ElementwiseFunction, FirstOrderFunction, Hyperparameters, NoHyperparameters } from './types.js';

/** The hyperparameters of an own activation, by name, with their defaults. */
export type OwnDefaults = Readonly<Record<string, number>>;

/** A function of one number. */
export type NumberFunction<D> = (x: number, hyperparameters: Readonly<D>) => number;

/** A function of an array of any length. It may write to x, which is a copy, and return it. */
export type ArrayFunction<D> = (x: Float64Array, hyperparameters: Readonly<D>) => Float64Array | readonly number[];

interface Own<D, F> {
  /** The name that messages use. */
  readonly name: string;
  /** Its hyperparameters: at most four, finite numbers. None by default. */
  readonly defaults?: D;
  /** f(x). */
  readonly value: F;
  /** f′(x). */
  readonly deriv: F;
  /** f″(x). */
  readonly deriv2?: F | undefined;
}

interface OfNumbers<D> extends Own<D, NumberFunction<D>> {
  /** Whether the functions take arrays. False by default. */
  readonly arrays?: false | undefined;
}

interface OfArrays<D> extends Own<D, ArrayFunction<D>> {
  /** Whether the functions take arrays. */
  readonly arrays: true;
}

/** What `defineActivation` takes. */
export type OwnActivation<D> = OfNumbers<D> | OfArrays<D>;

/** The same with f″. */
export type OwnActivationTwice<D> =
  | (OfNumbers<D> & { readonly deriv2: NumberFunction<D> })
  | (OfArrays<D> & { readonly deriv2: ArrayFunction<D> });

/** The options that set the hyperparameters of an own activation. */
export type OwnOptions<D> = [keyof D] extends [never] ? NoHyperparameters : Hyperparameters<keyof D & string>;

/**
 * What `defineActivation` returns. `Given` makes TypeScript infer `D` from `defaults` alone, and not from what the caller does
 * with the function.
 */
export type OwnFunction<D> = NoInfer<D> extends infer Given ? FirstOrderFunction<OwnOptions<Given>, keyof Given & string> : never;

/** The same with f″. */
export type OwnFunctionTwice<D> =
  NoInfer<D> extends infer Given ? ElementwiseFunction<OwnOptions<Given>, keyof Given & string> : never;

const NAMES = ['name', 'defaults', 'arrays', 'value', 'deriv', 'deriv2'];
const METHODS: Readonly<Record<number, string>> = { [VALUE]: 'value', [DERIV]: 'deriv', [DERIV2]: 'deriv2' };

/** The options of every call, whose names no hyperparameter can have. */
const TAKEN = ['out', 'shape', 'axis', 'signal', 'onProgress'];

/** As many as a call passes on without an array. */
const MOST = 4;

/**
 * An activation of your own, with everything that the functions of this package offer: all containers, `out`, tensors, `with`,
 * numbers, `backward` from x, `valueAndDeriv`, and the same errors.
 *
 * Takes its `name`; `defaults`, its hyperparameters (none by default; at most four; finite numbers); `value`, `deriv` and
 * optionally `deriv2`, which are functions of x and an object of hyperparameters. They take and return a number or, with `arrays:
 * true` (default false), a `Float64Array` and an array of the same length, in one call for all elements, which is faster if they
 * call functions of this package. `compose`, `checkGradient` and the pools of nonlin/parallel accept the result; a pool computes
 * it on the calling thread, because functions cannot be sent to workers.
 * Special values: what your functions make of them. If x is float32 or float16, results are rounded once to that type. Errors
 * thrown by your functions pass through, and `out` is then unchanged.
 *
 * @param definition name, defaults, value, deriv, deriv2.
 * @returns the function; it has `deriv2` if the definition has one.
 * @throws `ERR_OPTION` for a definition in which a part is missing or wrong, and in calls for hyperparameters that are not
 *   finite; in calls `ERR_DTYPE` if one of your functions returns something other than numbers, `ERR_SHAPE` if it returns an
 *   array of another length.
 * @example
 * ```ts
 * import { checkGradient, defineActivation } from 'nonlin';
 * const bump = defineActivation({
 *   name: 'bump',
 *   defaults: { width: 1 },
 *   value: (x, { width }) => Math.exp(-((x / width) ** 2)),
 *   deriv: (x, { width }) => ((-2 * x) / width ** 2) * Math.exp(-((x / width) ** 2)),
 * });
 * bump([0, 1]); // → [1, 0.3678…]
 * bump.backward([1, 2], { x: [0, 1] }, { width: 2 }); // → [-0, -0.7788…]
 * checkGradient(bump, [-1, 0, 2]).passed; // → true
 * ```
 */
export function defineActivation<D extends OwnDefaults = Record<never, never>>(
  definition: OwnActivationTwice<D>,
): OwnFunctionTwice<D>;
export function defineActivation<D extends OwnDefaults = Record<never, never>>(definition: OwnActivation<D>): OwnFunction<D>;
export function defineActivation<D extends OwnDefaults, F>(given: OwnActivation<D>): F {
  if (!isNamed(given)) wrongType('ERR_OPTION', 'definition', 'an object with name, value and deriv', given);
  for (const key of Object.keys(given)) if (!NAMES.includes(key)) refuseName(key, 'a part of an activation', NAMES);
  // The parts may also be methods of a class.
  const [name, defaults, arrays, value, deriv, deriv2] = NAMES.map((part) => fieldOf(given, part));
  if (typeof name !== 'string' || name === '') expected('ERR_OPTION', 'name', 'a non-empty string', name, '', 'string');
  if (arrays !== undefined && typeof arrays !== 'boolean') wrongType('ERR_OPTION', 'arrays', 'true or false', arrays);
  const functions = { value, deriv, ...(deriv2 === undefined ? undefined : { deriv2 }) };
  for (const [key, each] of Object.entries<unknown>(functions))
    if (typeof each !== 'function') wrongType('ERR_OPTION', key, 'a function', each);
  const hparams = hparamsOf(defaults);
  const signature = { name, hparams, hasAxis: false, hasShape: true, more: undefined, takesY: false };
  const labelOf = (op: Op): string => `${METHODS[op]} of ${name}`;
  const functionOf = (op: Op): unknown => (op === VALUE ? value : op === DERIV ? deriv : deriv2);

  // The hyperparameters of the last call by name: most calls have the same.
  let named: D | undefined;
  let last: Values | undefined;
  const namedOf = (values: Values): D => {
    if (named === undefined || last === undefined || !(hparams.length === 0 || isSame(last, values))) {
      last = new Values(values.p0, values.p1, values.p2, values.p3);
      named = Object.freeze(namedValues(signature, values)) as unknown as D;
    }
    return named;
  };
  const noNumber = (op: Op, result: unknown): never => wrongType('ERR_DTYPE', labelOf(op), 'to return a number', result);
  const apply = (op: Op, x: Float64Array, values: Values): Float64Array => {
    const named = namedOf(values);
    // Read before the call, which may give the memory of x away.
    const count = x.length;
    if (arrays) return numbersOf(labelOf(op), (functionOf(op) as ArrayFunction<D>)(x, named), x, count);
    const f = functionOf(op) as NumberFunction<D>;
    for (let i = 0; i < count; i++) {
      const result: unknown = f(x[i] as number, named);
      if (typeof result !== 'number') return noNumber(op, result);
      x[i] = result;
    }
    return x;
  };
  const own: OwnDefinition = {
    ...signature,
    form: 'own',
    hasDeriv2: deriv2 !== undefined,
    scalar(op, x, dy, values) {
      const of = op === BACKWARD_X ? DERIV : op;
      const result: unknown = arrays
        ? apply(of, Float64Array.of(x), values)[0]
        : (functionOf(of) as NumberFunction<D>)(x, namedOf(values));
      if (typeof result !== 'number') return noNumber(of, result);
      return op === BACKWARD_X ? result * dy : result;
    },
    apply,
  };
  return surface(own, defaultsOf(hparams.map(({ initial }) => initial)));
}

const isSame = (a: Values, b: Values): boolean =>
  Object.is(a.p0, b.p0) && Object.is(a.p1, b.p1) && Object.is(a.p2, b.p2) && Object.is(a.p3, b.p3);

function hparamsOf(defaults: unknown = {}): OwnDefinition['hparams'] {
  if (!isObject(defaults) || Array.isArray(defaults)) wrongType('ERR_OPTION', 'defaults', 'an object of numbers', defaults);
  const entries = Object.entries<unknown>({ ...defaults });
  if (entries.length > MOST) {
    fail(RangeError, 'ERR_OPTION', `"defaults" expected at most ${MOST} hyperparameters, got ${entries.length}`);
  }
  return entries.map(([name, initial]) => {
    if (TAKEN.includes(name))
      fail(RangeError, 'ERR_OPTION', `"defaults" cannot contain ${describe(name)}, which is an option of every call`);
    const made = hparam(name, initial as number);
    if (typeof initial !== 'number' || !made.range.holds(initial)) {
      expected('ERR_OPTION', `defaults.${name}`, made.range.says, initial);
    }
    return made;
  });
}

/** The result of a function of arrays, called with x, which had `count` elements, as a `Float64Array`. */
function numbersOf(label: string, result: unknown, x: Float64Array, count: number): Float64Array {
  const says = 'to return a Float64Array or an array of numbers';
  const isFloat64 = tag(result) === 'Float64Array';
  if (!isFloat64 && !Array.isArray(result)) return wrongType('ERR_DTYPE', label, says, result);
  const got = isFloat64 ? sizeOfTyped(result as Float64Array) : (result as unknown[]).length;
  if (got !== count) return misfit(label, `to return ${count} numbers`, `${got}`);
  if (isFloat64) return result === x ? x : Float64Array.from(result as Float64Array);
  return Float64Array.from(result as unknown[], (each) =>
    typeof each === 'number' ? each : wrongType('ERR_DTYPE', label, says, each),
  );
}
