// Hyperparameters: the named values of a function, with their ranges.

/** A named value of a function: its default, its range, and another name for it if the field uses one. @internal */
export interface Hparam<Name extends string = string, Alias extends string = never, Choice extends string = never> {
  readonly name: Name;
  readonly initial: number;
  readonly alias: Alias | undefined;
  readonly range: Range;
  /** The range in which `backward` can compute the derivative from a saved y; undefined if any value will do. */
  readonly rangeFromY: Range | undefined;
  /** The possible words, if the value is a word; the kernel gets the index. */
  readonly choices: readonly Choice[] | undefined;
}

/** @internal */
export type AnyHparam = Hparam<string, string, string>;

interface Range {
  readonly says: string;
  readonly holds: (value: number) => boolean;
}

const finite: Range = { says: 'a finite number', holds: (value) => Number.isFinite(value) };

const positive: Range = { says: 'a finite number > 0', holds: (value) => Number.isFinite(value) && value > 0 };

const notZero: Range = { says: 'a finite number other than 0', holds: (value) => Number.isFinite(value) && value !== 0 };

// With a negative value, a y > 0 can come from either branch.
const notNegative: Range = { says: 'a number >= 0 with a saved y', holds: (value) => value >= 0 };

/** A finite number; `backward` from a saved y needs it to be >= 0. @internal */
export function hparam<Name extends string, Alias extends string = never>(
  name: Name,
  initial: number,
  alias?: Alias,
): Hparam<Name, Alias> {
  return { name, initial, alias, range: finite, rangeFromY: notNegative, choices: undefined };
}

/** A divisor: finite and greater than zero. @internal */
export function positiveHparam<Name extends string>(name: Name, initial: number): Hparam<Name> {
  return { name, initial, alias: undefined, range: positive, rangeFromY: undefined, choices: undefined };
}

/** A divisor that may be negative. @internal */
export function notZeroHparam<Name extends string>(name: Name, initial: number): Hparam<Name> {
  return { name, initial, alias: undefined, range: notZero, rangeFromY: undefined, choices: undefined };
}

/** One of several words, the first by default. @internal */
export function choiceHparam<Name extends string, Choice extends string>(
  name: Name,
  ...choices: readonly Choice[]
): Hparam<Name, never, Choice> {
  const says = choices.map((choice) => `'${choice}'`).join(' or ');
  const range = { says, holds: (value: number) => value >= 0 };
  return { name, initial: 0, alias: undefined, range, rangeFromY: undefined, choices };
}
