// The options of a call: what a function accepts by name. Only own enumerable keys count; every value is read once, before
// anything else happens.

import type { Values } from '../engine/kernels.js';
import { describe, expected, fail, isObject, refuseName, wrongType } from '../errors.js';
import { hasOwn, isNamed, keysAmong, refuseInherited } from '../keys.js';
import type { Options } from './call-options.js';
import { type Defaults, type Signature, valuesOf } from './definition.js';
import type { AnyHparam } from './hyperparameter.js';

/** Names from other libraries and short forms, with the names they have here. */
const MEANT: Readonly<Record<string, string>> = /* @__PURE__ */ (() => ({
  a: 'alpha',
  slope: 'alpha',
  negative_slope: 'negativeSlope',
  leak: 'alpha',
  dim: 'axis',
  T: 'temperature',
  t: 'temperature',
  temp: 'temperature',
  tau: 'temperature',
  dims: 'shape',
  keepdim: 'keepDims',
  keepdims: 'keepDims',
  where: 'mask',
  is_causal: 'causal',
  attn_mask: 'mask',
  size: 'shape',
  output: 'out',
  into: 'out',
  inplace: 'out',
}))();

/** Refuses options that are not an object, and says what the caller may have meant. */
function checkObject(signature: Signature, given: unknown): asserts given is object {
  if (isNamed(given)) return;
  const { name, hparams, hasAxis } = signature;
  const first = hasAxis ? 'axis' : hparams[0]?.name;
  let hint = '';
  if (typeof given === 'boolean') hint = `; the derivative is ${name}.deriv(x)`;
  else if (typeof given === 'number') {
    // The second argument of a function that `map` calls is an index.
    hint = `; ${name} takes whole arrays: ${name}(array), or array.map((x) => ${name}(x))`;
    if (first !== undefined) hint += `; for an option, { ${first}: ${describe(given)} }`;
  } else if (isObject(given) && signature.hasShape) hint = '; a shape is { shape: [rows, columns] }';
  wrongType('ERR_OPTION', 'options', 'an object', given, hint);
}

/** Reads `given` for a call of `signature` into `to`. */
export function readOptions(to: Options, signature: Signature, defaults: Defaults, given: unknown): void {
  to.axis = defaults.axis;
  to.axes = defaults.axes;
  to.more = undefined;
  to.values = defaults.values;
  if (given === undefined) return;
  const simple = keysAmong(given, 'out', 'shape');
  if (simple === 1 || (simple !== 0 && signature.hasShape)) {
    if (simple & 1) to.out = (given as { out: unknown }).out;
    if (simple & 2) to.shape = (given as { shape: unknown }).shape;
  } else readNamed(to, signature, given, false);
}

/** The defaults that `.with` makes from those of `signature`: it accepts hyperparameters and the axis only. */
export function readWith(signature: Signature, { axis, axes, values }: Defaults, given: unknown): Defaults {
  const to: Options = { out: undefined, shape: undefined, axis, axes, more: undefined, values, own: valuesOf([]) };
  if (given !== undefined) readNamed(to, signature, given, true);
  return { axis: to.axis, axes: to.axes, values: to.values };
}

function readNamed(to: Options, signature: Signature, given: unknown, forWith: boolean): void {
  const { hparams, more } = signature;
  checkObject(signature, given);
  refuseInherited(given, () => namesOf(signature, forWith));
  let set = 0;
  for (const key in given) {
    if (!hasOwn.call(given, key)) continue;
    const value: unknown = (given as Record<string, unknown>)[key];
    if (key === 'out' && !forWith) to.out = value;
    else if (key === 'shape' && !forWith && signature.hasShape) to.shape = value;
    else if (key === 'axis' && signature.hasAxis) {
      if (value === undefined) continue;
      if (more === undefined || typeof value === 'number') {
        to.axis = readAxis(value);
        to.axes = undefined;
      } else more.read(to, key, value);
    } else if (!forWith && more?.names.includes(key)) {
      if (value !== undefined) more.read(to, key, value);
    } else {
      const i = indexOfHparam(hparams, key);
      const hparam = hparams[i];
      if (hparam === undefined) return refuseOption(signature, key, forWith);
      if (value === undefined) continue;
      if (set === 0) to.values = copyOf(to.values, to.own);
      setHparam(to.own, i, hparam, key, value);
      if (set & (1 << i)) {
        fail(
          RangeError,
          'ERR_OPTION',
          `"${hparam.name}" and "${hparam.alias}" are two names for one option: expected one of them, got both`,
        );
      }
      set |= 1 << i;
    }
  }
}

/** The index of the hyperparameter with this name; their number if there is none. */
function indexOfHparam(hparams: readonly AnyHparam[], key: string): number {
  let i = 0;
  while (i < hparams.length && hparams[i]?.name !== key && hparams[i]?.alias !== key) i++;
  return i;
}

/** Stores hyperparameter number `i` in `to`; refuses a value that it cannot have. */
function setHparam(to: Values, i: number, { choices, range }: AnyHparam, key: string, value: unknown): void {
  const number = choices ? choices.indexOf(value as string) : value;
  if (typeof number !== 'number' || !range.holds(number)) {
    return expected('ERR_OPTION', key, range.says, value, '', choices && 'string');
  }
  if (i === 0) to.p0 = number;
  else if (i === 1) to.p1 = number;
  else if (i === 2) to.p2 = number;
  else to.p3 = number;
}

/** The hyperparameters of a call that sets one of them, in `own`; undefined if none has this name. */
export function valuesWith(
  { hparams }: Signature,
  defaults: Values,
  key: string,
  options: object,
  own: Values,
): Values | undefined {
  const i = indexOfHparam(hparams, key);
  const hparam = hparams[i];
  if (hparam === undefined) return undefined;
  const value: unknown = options[key as never];
  if (value === undefined) return defaults;
  setHparam(copyOf(defaults, own), i, hparam, key, value);
  return own;
}

function copyOf({ p0, p1, p2, p3 }: Values, to: Values): Values {
  to.p0 = p0;
  to.p1 = p1;
  to.p2 = p2;
  to.p3 = p3;
  return to;
}

/** An axis: an integer. */
function readAxis(value: unknown): number {
  return Number.isInteger(value) ? (value as number) : expected('ERR_AXIS', 'axis', 'an integer', value);
}

/** Whether the derivative can be computed from a saved y with this hyperparameter. Functions that accept y have at most one. */
export const tellsFromY = ({ hparams: [hparam] }: Signature, { p0 = 0 }: Values): boolean =>
  hparam?.rangeFromY === undefined || hparam.rangeFromY.holds(p0);

/** Refuses a hyperparameter with which it cannot. */
export function checkFromY(signature: Signature, values: Values): void {
  const [hparam] = signature.hparams;
  if (hparam?.rangeFromY && !tellsFromY(signature, values)) {
    expected('ERR_OPTION', hparam.name, hparam.rangeFromY.says, values.p0, '; pass x instead');
  }
}

function namesOf(signature: Signature, forWith: boolean): string[] {
  const names = signature.hparams.flatMap((hparam) => (hparam.alias ? [hparam.name, hparam.alias] : [hparam.name]));
  if (signature.hasAxis) names.push('axis');
  if (!forWith) {
    if (signature.more) names.push(...signature.more.names);
    if (signature.hasShape) names.push('shape');
    names.push('out');
  }
  return names;
}

function refuseOption(signature: Signature, key: string, forWith: boolean): never {
  const names = namesOf(signature, forWith);
  const meant = hasOwn.call(MEANT, key) ? MEANT[key] : undefined;
  const ofCall = forWith && namesOf(signature, false).includes(key);
  const place = signature.inputs?.includes(key) ? 'the second argument of a call' : ofCall ? 'a call' : undefined;
  refuseName(
    key,
    `an option of ${signature.name}${ofCall ? '.with' : ''}`,
    names,
    meant !== undefined && names.includes(meant) ? meant : undefined,
    place,
  );
}

/** Reads what `backward` starts from: `{ x }` or, if the function accepts it, `{ y }`. */
export function readSaved({ name, takesY }: Signature, given: unknown): { fromY: boolean; numbers: unknown } {
  const says = takesY ? 'either { x } or { y }' : '{ x }';
  if (!isNamed(given)) {
    const meant = takesY ? '; pass the input as { x } or the result as { y }' : '; pass the input as { x }';
    const hint = isObject(given) || typeof given === 'number' ? meant : '';
    wrongType('ERR_OPTION', `${name}.backward`, says, given, hint);
  }
  refuseInherited(given, () => ['x', 'y'], `the inputs of ${name}.backward`);
  let x: unknown;
  let y: unknown;
  for (const key in given) {
    if (!hasOwn.call(given, key)) continue;
    if (key === 'x') x = given[key as never];
    else if (key === 'y') y = given[key as never];
    else refuseName(key, `an input of ${name}.backward`, takesY ? ['x', 'y'] : ['x']);
  }
  if (y !== undefined && !takesY) {
    fail(
      TypeError,
      'ERR_OPTION',
      `${name}.backward expected { x }, got { y }: the derivative cannot be computed from a result; pass x instead`,
    );
  }
  if ((x === undefined) === (y === undefined)) {
    const got = x === undefined ? 'none' : 'both';
    fail(x === undefined ? TypeError : RangeError, 'ERR_OPTION', `${name}.backward expected ${says}, got ${got}`);
  }
  return { fromY: x === undefined, numbers: x === undefined ? y : x };
}
