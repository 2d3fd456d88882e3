// One row for each activation: what the tests must know about it, from test/functions.json, which the accuracy program reads,
// too. Every element-wise test loops over this table, so a new row gets every check.

import * as nonlin from 'nonlin';
import { MAX, MIN, MIN_NORMAL } from './support/bits.js';
import type { Real } from './support/exact.js';
import { text } from './support/files.js';
import { type Formula, numbers, parse } from './support/formula.js';
import { constant, type Jet, jets, variable } from './support/jets.js';

/** Hyperparameters: numbers, and words for those that are a choice. */
export type Options = Readonly<Record<string, number | string>>;

/** What the tests call: the surface every elementwise function has, over the container it is fastest on. */
export interface Elementwise {
  (x: Float64Array, options?: object): Float64Array;
  deriv(x: Float64Array, options?: object): Float64Array;
  deriv2(x: Float64Array, options?: object): Float64Array;
  backward(dy: Float64Array, saved: { x: Float64Array } | { y: Float64Array }, options?: object): Float64Array;
  valueAndDeriv(x: Float64Array, options?: object): { value: Float64Array; deriv: Float64Array };
  with(options: object): Elementwise;
  readonly name: string;
  readonly defaults: Options;
}

/** What a function is computed for, and measured by: in ULP, 0.5 asking for the correctly rounded result. */
export type Measured = 'value' | 'deriv' | 'deriv2' | 'fromValue';

/** A row of test/functions.json. */
interface Entry {
  readonly name: string;
  readonly hyperparameters?: Readonly<Record<string, Quantity | Choice>>;
  /** f in x and the hyperparameters, of words the index; its derivatives follow from it. */
  readonly value: string;
  /** The derivative expressed in y, for functions that go back from y. */
  readonly fromValue?: string;
  readonly kinks?: readonly number[];
  /** Near what x a derivative is 0, in the hyperparameters: see `zeroUnit`. */
  readonly zeros?: { readonly [Of in 'deriv' | 'deriv2']?: readonly string[] };
  /** A bound of a sixth of f‴, for a central difference; else 1 or |alpha|, the larger. */
  readonly bend?: string;
  /** Where f is smooth enough for a central difference. */
  readonly intervals: readonly (readonly [number, number])[];
  /** Thresholds of the code and overflow edges: their neighbours are tested too. */
  readonly edges?: readonly number[];
  /** The largest errors. */
  readonly limits: { readonly [Of in Measured]?: number };
  /** [x, f(x), f′(x), f″(x)], to the bit, in the hyperparameters; null where a result is only within its limit. */
  readonly specials: readonly (readonly [string, ...(string | null)[]])[];
}

interface Quantity {
  readonly default: number;
  readonly range: keyof typeof RANGES;
  readonly alias?: string;
}

/** A hyperparameter that is one of some words, the first by default. */
interface Choice {
  readonly choices: readonly string[];
}

const RANGES = {
  finite: () => true,
  'not zero': (value: number) => value !== 0,
  positive: (value: number) => value > 0,
};

/** The definition over real numbers; `fromValue` is the derivative expressed in y. */
export interface Definition {
  /** f, f′ and f″ at x. */
  at(x: Real): Jet;
  readonly fromValue: ((y: Real) => Real) | undefined;
}

export interface Row {
  readonly name: string;
  readonly fn: Elementwise;
  readonly defaults: Options;
  /** Whether `backward` goes back from y. */
  readonly takesY: boolean;
  /** Hyperparameters to test with. */
  readonly cases: readonly Options[];
  readonly definition: (hyperparameters: Options) => Definition;
  readonly kinks: readonly number[];
  readonly intervals: readonly (readonly [number, number])[];
  /** A bound of a sixth of f‴ there. */
  readonly bend: (hyperparameters: Options) => number;
  readonly edges: readonly number[];
  readonly limits: { readonly [Of in Measured]?: number };
  /** The least unit of an error at x: 0, or where a derivative crosses 0 nearby the spacing of floats at its ordinary size. */
  readonly leastUnit: (of: Measured, x: number, hyperparameters: Options) => number;
  /** f, f′ and f″ at x, to the bit. */
  readonly specials: (hyperparameters: Options) => readonly { x: number; results: readonly (number | undefined)[] }[];
}

// Extreme ones, too, for every hyperparameter that may be any number.
const HYPERPARAMETERS = [
  0.5,
  0,
  -0,
  0.1,
  1.7,
  3,
  -0.5,
  -2,
  MIN,
  -MIN,
  1e-310,
  MIN_NORMAL,
  1e-300,
  1e16,
  1e300,
  -1e300,
  MAX,
  -MAX,
];

const NAMED = { inf: Number.POSITIVE_INFINITY, nan: Number.NaN, min: MIN, max: MAX };

function defaultsOf({ hyperparameters = {} }: Entry): Options {
  return Object.fromEntries(
    Object.entries(hyperparameters).map(([name, one]) => [name, 'choices' in one ? (one.choices[0] ?? '') : one.default]),
  );
}

/** The defaults; the other name of a hyperparameter; then one hyperparameter after the other over the numbers above. */
function casesOf({ hyperparameters = {} }: Entry): readonly Options[] {
  return [
    {},
    ...Object.entries(hyperparameters).flatMap(([name, one]): Options[] =>
      'choices' in one
        ? one.choices.slice(1).map((choice) => ({ [name]: choice }))
        : [
            ...(one.alias === undefined ? [] : [{ [one.alias]: 0.01 }]),
            ...HYPERPARAMETERS.filter(RANGES[one.range]).map((value) => ({ [name]: value })),
          ],
    ),
  ];
}

/** Computes a formula over plain numbers. */
const plain = (formula: Formula, hyperparameters: Readonly<Record<string, number>>): number =>
  formula(numbers, { ...NAMED, ...hyperparameters });

function rowOf(entry: Entry): Row {
  const { name, zeros = {}, kinks = [], edges = [], intervals, limits } = entry;
  const value = parse(entry.value);
  const bend = entry.bend === undefined ? undefined : parse(entry.bend);
  const fromValue = entry.fromValue === undefined ? undefined : parse(entry.fromValue);
  const specials = entry.specials.map(([x, ...results]) => ({
    x: parse(x),
    results: results.map((text) => (text === null ? undefined : parse(text))),
  }));
  /** Words as their indices. */
  const asNumbers = (values: Options): Record<string, number> =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => {
        const one = entry.hyperparameters?.[key];
        return [key, one && 'choices' in one ? one.choices.indexOf(String(value)) : Number(value)];
      }),
    );
  const zerosOf = { deriv: zeros.deriv?.map(parse), deriv2: zeros.deriv2?.map(parse) };
  return {
    name,
    fn: (nonlin as unknown as Record<string, Elementwise>)[name] as Elementwise,
    defaults: defaultsOf(entry),
    takesY: fromValue !== undefined,
    cases: casesOf(entry),
    definition(hyperparameters) {
      const constants = Object.fromEntries(
        Object.entries(asNumbers(hyperparameters)).map(([key, value]) => [key, jets.number(value)]),
      );
      return {
        at: (x) => value(jets, { ...constants, x: variable(x) }),
        fromValue: fromValue && ((y) => fromValue(jets, { ...constants, y: constant(y) })[0]),
      };
    },
    kinks,
    intervals,
    bend(hyperparameters) {
      const values = asNumbers(hyperparameters);
      return bend === undefined ? Math.max(1, Math.abs(values['alpha'] ?? 1)) : plain(bend, values);
    },
    edges,
    limits,
    leastUnit(of, x, hyperparameters) {
      if (of !== 'deriv' && of !== 'deriv2') return 0;
      const zero = zerosOf[of]
        ?.map((formula) => plain(formula, asNumbers(hyperparameters)))
        .find((zero) => Math.abs(x / zero - 1) < 0.25);
      // f″ grows as the scale of x shrinks.
      return zero === undefined ? 0 : 2 ** -54 * (of === 'deriv' ? 1 : 2 / Math.abs(zero));
    },
    specials(hyperparameters) {
      const values = asNumbers(hyperparameters);
      return specials.map(({ x, results }) => ({
        x: plain(x, values),
        results: results.map((formula) => formula && plain(formula, values)),
      }));
    },
  };
}

export const rows: readonly Row[] = (JSON.parse(text('test', 'functions.json')) as Entry[]).map(rowOf);

/** The limit of an operation, which every row has. */
export function limitOf({ name, limits }: Row, of: Measured): number {
  const limit = limits[of];
  if (limit === undefined) throw new Error(`test/functions.json has no limit of ${name} ${of}`);
  return limit;
}

/**
 * The limits of functions along rows: of softmax `value`, `jacobian` and `diagonal` in ULP, `backward` in units of 2^-53 of the sum
 * of the absolute terms, `fromValue` in units of 2^-53·y(|dy| + sum of y·|dy|)/T.
 */
export const softmaxLimits = (
  JSON.parse(text('test', 'limits.json')) as {
    softmax: Readonly<Record<'value' | 'jacobian' | 'diagonal' | 'backward' | 'fromValue', number>>;
  }
).softmax;

/** The limit of an operation of what `./build.sh accuracy --rows` measures, in the unit that docs/accuracy-rows.json says. */
export function rowLimits(name: string, op: string): number {
  const limit = (JSON.parse(text('test', 'limits.json')) as Record<string, Record<string, number>>)[name]?.[op];
  if (limit === undefined) throw new Error(`test/limits.json has no limit of ${name} ${op}`);
  return limit;
}

export const TEMPERATURES = [1, 0.7, 4, 1e-3, 1e3, MIN, 1e-310, MIN_NORMAL, 1e-300, 1e300, MAX] as const;

/** All hyperparameters of a case by their canonical name. */
export function hyperparameters(row: Row, options: Options): Options {
  const { negativeSlope, ...rest } = options;
  return { ...row.defaults, ...rest, ...(negativeSlope === undefined ? {} : { alpha: negativeSlope }) };
}

/** Whether a saved y tells the derivative for these hyperparameters. */
export const tellsFromY = (row: Row, options: Options): boolean =>
  row.takesY && Object.values(options).every((value) => typeof value === 'string' || value >= 0);

export function title(row: Row, options: Options = {}): string {
  const text = Object.entries(options).map(([key, value]) => `${key} ${Object.is(value, -0) ? '-0' : value}`);
  return text.length ? `${row.name}(${text.join(', ')})` : row.name;
}
