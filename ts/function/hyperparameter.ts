// Hyperparameters: the named numbers of a function, with their ranges.

/** A named number of a function: its default, its range, and another name where the field has one. @internal */
export interface Hparam<Name extends string = string, Alias extends string = never> {
  readonly name: Name;
  readonly initial: number;
  readonly alias: Alias | undefined;
  readonly range: Range;
  /** The range in which `backward` can tell the branch from a saved y; undefined where that needs no narrower one. */
  readonly rangeFromY: Range | undefined;
}

/** @internal */
export type AnyHparam = Hparam<string, string>;

interface Range {
  readonly says: string;
  readonly holds: (value: number) => boolean;
}

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
