// The element-wise functions that the package exports, whichever these are, with what their documentation says and the range of
// each slider. A function that is added to the package appears on the page by being exported.

import documentation from 'virtual:documentation';
import { type Elementwise, isElementwise } from './elementwise';

export type { Elementwise } from './elementwise';

import * as nonlin from 'nonlin';

export type Options = Readonly<Record<string, number | string>>;

/** A number, which gets a slider. */
export interface Quantity {
  readonly name: string;
  readonly initial: number;
  readonly least: number;
  readonly most: number;
}

/** A word that chooses a form of the function. */
export interface Choice {
  readonly name: string;
  readonly initial: string;
  readonly choices: readonly string[];
}

export type Hyperparameter = Quantity | Choice;

export interface Shown {
  readonly f: Elementwise;
  readonly hyperparameters: readonly Hyperparameter[];
  /** The first paragraph of its documentation: what it is called, and its formulas. */
  readonly summary: string;
  /** What it does at ±0, ±∞, NaN. */
  readonly specialValues: string;
}

/** How far a slider goes. The package takes any finite number for most of them; these are the ones of interest. */
const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  alpha: [-1, 3],
  beta: [0.1, 5],
  lambda: [0, 2],
  min: [-5, 0],
  max: [0, 5],
  b: [0, 10],
};

function hyperparameter(of: string, name: string, initial: number | string): Hyperparameter {
  if (typeof initial === 'string') {
    const { choices = [initial] } = documentation[of]?.settings.find((setting) => setting.name === name) ?? {};
    return { name, initial, choices };
  }
  const [least, most] = RANGES[name] ?? [initial - 2, initial + 2];
  return { name, initial, least, most };
}

function shown(f: Elementwise): Shown {
  const text = documentation[f.name]?.text ?? '';
  const [summary = '', ...rest] = text.split(/\n\s*\n/);
  const specialValues = /Special values[^:]*: ([\s\S]*?)(?:\n[A-Z][a-z ]+:|$)/.exec(rest.join('\n'))?.[1] ?? '';
  return {
    f,
    hyperparameters: Object.entries(f.defaults).map(([name, initial]) => hyperparameter(f.name, name, initial)),
    summary: summary.replaceAll('\n', ' '),
    specialValues: specialValues.replaceAll('\n', ' ').trim(),
  };
}

const unique = new Map(
  Object.values<unknown>(nonlin)
    .filter(isElementwise)
    .map((f) => [f.name, f]),
);

export const FUNCTIONS: ReadonlyMap<string, Shown> = new Map([...unique].map(([name, f]) => [name, shown(f)]));

/** `{ alpha: 0.5 }` as code, without what is the default; empty if nothing is left. */
export function optionsAsCode(name: string, options: Options): string {
  const defaults = FUNCTIONS.get(name)?.f.defaults ?? {};
  const changed = Object.entries(options).filter(([key, value]) => value !== defaults[key]);
  return changed.length === 0
    ? ''
    : `{ ${changed.map(([key, value]) => `${key}: ${typeof value === 'string' ? `'${value}'` : value}`).join(', ')} }`;
}
