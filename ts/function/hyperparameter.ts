// Hyperparameters: the named numbers of a function, with their ranges.

import type { Hparam, Range } from '../types.js';

export type AnyHparam = Hparam<string, string>;

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
