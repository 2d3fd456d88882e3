// Hyperparameters and options: what a function takes by name, and the reading of an options object.
// Only own enumerable keys count; every value is read once, before anything else happens.

import { expected, fail, isObject, tag, wrongType } from './check.js';
import type { Hparam, Range } from './types.js';

type AnyHparam = Hparam<string, string>;

const finite: Range = { says: 'a finite number', holds: (value) => Number.isFinite(value) };

const positive: Range = { says: 'a finite number > 0', holds: (value) => Number.isFinite(value) && value > 0 };

// A negative one turns y > 0 into a value of both branches.
const notNegative: Range = { says: 'a number >= 0 with a saved y', holds: (value) => value >= 0 };

/** A slope or height below zero, a finite number; going back from a saved y needs it not negative. @internal */
export function hparam<Name extends string, Alias extends string = never>(
  name: Name,
  initial: number,
  alias?: Alias,
): Hparam<Name, Alias> {
  return { name, initial, alias, range: finite, rangeFromY: notNegative };
}

/** A divisor: finite and greater than zero. @internal */
export function positiveHparam<Name extends string>(name: Name, initial: number): Hparam<Name> {
  return { name, initial, alias: undefined, range: positive, rangeFromY: undefined };
}

/** What a function is called and which options it has. @internal */
export interface Signature {
  readonly name: string;
  /** At most two: so many numbers are read and handed to a kernel without an array. */
  readonly hparams: readonly AnyHparam[];
  /** Whether it works along an axis; its derivative is then a Jacobian. */
  readonly hasAxis: boolean;
  readonly hasShape: boolean;
  /** The most dimensions its Jacobian is for; undefined where there is no such limit. */
  readonly most?: number;
}

/**
 * The values a call works with where its options say nothing else; undefined for a hyperparameter that is not there. That some
 * are undefined keeps the others in V8 as objects, which pass through a call without being made anew each time.
 * @internal
 */
export interface Defaults {
  readonly axis: number;
  readonly first: number | undefined;
  readonly second: number | undefined;
}

/** The options of one call. */
interface Options {
  out: unknown;
  shape: unknown;
  axis: number;
  first: number | undefined;
  second: number | undefined;
}

// Filled at the end of `readOptions` and emptied by its caller at once, so that a call makes no object. No code of the
// caller's runs between the two.
const options: Options = { out: undefined, shape: undefined, axis: -1, first: undefined, second: undefined };

const WITH = 'with';

// Half the time of Object.hasOwn.
const hasOwn = /* @__PURE__ */ (() => Object.prototype.hasOwnProperty)();

/**
 * Which of two names an object has as keys: 1, 2 or 3; 0 where it has others, or none. What calls in a loop pass is no more than
 * that, and is read without `readOptions` or `readSaved`.
 */
export function keysAmong(given: unknown, one: string, two: string): number {
  let seen = 0;
  if (!isObject(given)) return seen;
  for (const key in given) {
    if (key !== one && key !== two) return 0;
    if (!hasOwn.call(given, key)) return 0;
    seen |= key === one ? 1 : 2;
  }
  return seen;
}

/**
 * Reads `given` for a call of `signature`, or for its `.with`, which takes hyperparameters and axis only.
 * The object returned is the same each time: take its fields before anything else is called.
 * @internal
 */
export function readOptions(signature: Signature, defaults: Defaults, given: unknown, use?: typeof WITH): Options {
  const { hparams } = signature;
  let { axis, first, second } = defaults;
  let out: unknown;
  let shape: unknown;
  let set = 0;
  if (given !== undefined) {
    if (!isObject(given) || Array.isArray(given)) wrongType('ERR_OPTION', 'options', 'an object', given);
    for (const key in given) {
      if (!hasOwn.call(given, key)) continue;
      const value: unknown = (given as Record<string, unknown>)[key];
      if (key === 'out' && use !== WITH) out = value;
      else if (key === 'shape' && use !== WITH && signature.hasShape) shape = value;
      else if (key === 'axis' && signature.hasAxis) {
        if (value !== undefined) axis = readAxis(value);
      } else {
        let i = 0;
        while (i < hparams.length && hparams[i]?.name !== key && hparams[i]?.alias !== key) i++;
        const hparam = hparams[i];
        if (hparam === undefined) unknownOption(signature, key, use);
        if (value === undefined) continue;
        if (typeof value !== 'number' || !hparam.range.holds(value)) expected('ERR_OPTION', key, hparam.range.says, value);
        if (set & (1 << i)) {
          fail(RangeError, 'ERR_OPTION', `"${hparam.name}" and "${hparam.alias}" are one option: expected one of them, got both`);
        }
        set |= 1 << i;
        if (i === 0) first = value;
        else second = value;
      }
    }
  }
  options.out = out;
  options.shape = shape;
  options.axis = axis;
  options.first = first;
  options.second = second;
  return options;
}

function readAxis(value: unknown): number {
  return Number.isInteger(value) ? (value as number) : expected('ERR_AXIS', 'axis', 'an integer', value);
}

/** Refuses hyperparameters with which a saved y does not tell the branch. @internal */
export function checkFromY(signature: Signature, first: number | undefined, second: number | undefined): void {
  for (let i = 0; i < signature.hparams.length; i++) {
    const hparam = signature.hparams[i];
    const value = i === 0 ? first : second;
    if (value !== undefined && hparam?.rangeFromY && !hparam.rangeFromY.holds(value)) {
      expected('ERR_OPTION', hparam.name, hparam.rangeFromY.says, value, '; pass x instead');
    }
  }
}

function unknownOption(signature: Signature, key: string, use: typeof WITH | undefined): never {
  const names = signature.hparams.flatMap((hparam) => (hparam.alias ? [hparam.name, hparam.alias] : [hparam.name]));
  if (signature.hasAxis) names.push('axis');
  if (use !== WITH) {
    if (signature.hasShape) names.push('shape');
    names.push('out');
  }
  refuseName(key, `option of ${signature.name}`, names);
}

/** `"apha" is no option of elu; did you mean "alpha"?` @internal */
export function refuseName(key: string, kind: string, names: readonly string[]): never {
  const near = names
    .map((name) => ({ name, steps: distance(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps)[0];
  const hint =
    near && near.steps <= Math.max(1, key.length / 3)
      ? `did you mean "${near.name}"?`
      : names.length > 0
        ? `expected one of ${names.map((name) => `"${name}"`).join(', ')}`
        : 'it has none';
  fail(TypeError, 'ERR_OPTION', `"${key}" is no ${kind}; ${hint}`);
}

/** Insertions, deletions and replacements from `a` to `b` (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from(b, (_, j) => j + 1);
  Array.from(a).forEach((letter, i) => {
    let left = i + 1;
    let corner = i;
    row = row.map((above, j) => {
      left = Math.min(above + 1, left + 1, corner + (letter === b[j] ? 0 : 1));
      corner = above;
      return left;
    });
  });
  return row.at(-1) ?? a.length;
}

/** What `backward` goes back from: reads `{ x }` or `{ y }`. @internal */
export function readSaved(name: string, given: unknown): { fromY: boolean; numbers: unknown } {
  const says = 'one of { x } and { y }';
  if (!isObject(given) || Array.isArray(given) || tag(given)) wrongType('ERR_OPTION', `${name}.backward`, says, given);
  let x: unknown;
  let y: unknown;
  for (const key in given) {
    if (!hasOwn.call(given, key)) continue;
    if (key === 'x') x = given[key as never];
    else if (key === 'y') y = given[key as never];
    else refuseName(key, `input of ${name}.backward`, ['x', 'y']);
  }
  if ((x === undefined) === (y === undefined)) {
    const got = x === undefined ? 'none' : 'both';
    fail(x === undefined ? TypeError : RangeError, 'ERR_OPTION', `${name}.backward expected ${says}, got ${got}`);
  }
  return { fromY: x === undefined, numbers: x === undefined ? y : x };
}
