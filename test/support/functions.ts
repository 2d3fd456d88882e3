// The package's own list of functions, together with some that callers make, and all their operations: a test that loops over it
// covers whatever is added later.

import * as nonlin from 'nonlin';
import { MAX, MIN, MIN_NORMAL, same } from './bits.js';
import { moveAxisLast, product } from './containers.js';
import { made } from './made.js';

/** A function without its types, as calls of every kind are the point of the tests that use it. */
export interface Loose {
  (...args: unknown[]): unknown;
  readonly name: string;
  readonly defaults: Readonly<Record<string, number>>;
  readonly [operation: string]: unknown;
}

export type Options = Readonly<Record<string, unknown>>;

/** One way to call a function: with x, or with dy and x or y. */
export interface Operation {
  readonly name: string;
  readonly f: Loose;
  /** Whether a second container is multiplied by: dy. */
  readonly factor: boolean;
  /** How many containers come back. */
  readonly results: 1 | 2;
  /** Whether result number `i` is a Jacobian. */
  readonly jacobian: (i: number) => boolean;
  readonly call: (x: unknown, dy: unknown, options: Options | undefined) => unknown;
}

const callable = Object.values(nonlin).filter((value) => typeof value === 'function') as unknown as Loose[];
const withDerivative = [...new Set(callable.filter((f) => 'deriv' in f && 'backward' in f))];

/** The result for `x` alone; undefined where the function refuses that, as prelu does, which takes slopes beside it. */
function resultOf(f: Loose, x: unknown): unknown {
  try {
    return f(x);
  } catch {
    return undefined;
  }
}

/** Whether a function is one of single elements: it takes a number. */
const takesNumbers = (f: Loose): boolean => typeof resultOf(f, 0.5) === 'number';

/** Whether a function gives for each row one that is as long. */
function keepsRows(f: Loose): boolean {
  const result = resultOf(f, [1, 2, 3]);
  return 'axis' in f.defaults && Array.isArray(result) && result.length === 3;
}

/** Those of single elements, some that a caller makes among them. */
export const elementwise: readonly Loose[] = [...withDerivative.filter(takesNumbers), ...(made as unknown[] as Loose[])];

/** Those along rows: softmax and its like. */
export const alongRows: readonly Loose[] = withDerivative.filter((f) => !takesNumbers(f) && keepsRows(f));

const NOT_OF_ONE_CONTAINER = ['with', 'backward', 'valueAndDeriv'];

function operationsOf(f: Loose, rows: boolean): Operation[] {
  const none = () => false;
  const unary = Object.keys(f).filter((key) => typeof f[key] === 'function' && !NOT_OF_ONE_CONTAINER.includes(key));
  const at = (key: string) => (f[key] as Loose).bind(undefined) as Loose;
  const takes = (saved: string): boolean => {
    try {
      at('backward')([1, 1], { [saved]: [1, 1] });
      return true;
    } catch {
      return false;
    }
  };
  return [
    { name: f.name, f, factor: false, results: 1, jacobian: none, call: (x, _, options) => f(x, options) },
    ...unary.map((key): Operation => {
      return {
        name: `${f.name}.${key}`,
        f,
        factor: false,
        results: 1,
        jacobian: () => rows && key === 'deriv',
        call: (x, _, options) => at(key)(x, options),
      };
    }),
    ...['x', 'y'].filter(takes).map((saved): Operation => {
      const call = (x: unknown, dy: unknown, options: Options | undefined) => at('backward')(dy, { [saved]: x }, options);
      return { name: `${f.name}.backward from ${saved}`, f, factor: true, results: 1, jacobian: none, call };
    }),
    {
      name: `${f.name}.valueAndDeriv`,
      f,
      factor: false,
      results: 2,
      jacobian: (i) => rows && i === 1,
      call: (x, _, options) => at('valueAndDeriv')(x, options),
    },
  ];
}

export const elementwiseOperations: readonly Operation[] = elementwise.flatMap((f) => operationsOf(f, false));
export const rowOperations: readonly Operation[] = alongRows.flatMap((f) => operationsOf(f, true));

/** What an operation returns, as the list of its results. */
export function resultsOf({ results }: Operation, returned: unknown): unknown[] {
  if (results === 1) return [returned];
  const { value, deriv } = returned as { value: unknown; deriv: unknown };
  return [value, deriv];
}

const CANDIDATES = [
  0,
  -0,
  0.1,
  0.3,
  1,
  1.7,
  3,
  -0.5,
  -2,
  1e-3,
  1e3,
  MIN,
  -MIN,
  1e-310,
  MIN_NORMAL,
  1e16,
  1e300,
  -1e300,
  MAX,
  -MAX,
];

/** Words that a hyperparameter may be. */
const WORDS = ['none', 'tanh'];

/** Values of each hyperparameter that the function takes on its own, extremes among them. */
export function hyperparametersOf(f: Loose): Readonly<Record<string, readonly (number | string)[]>> {
  const takes = (name: string, value: number | string): boolean => {
    try {
      f([0.5], { [name]: value });
      return true;
    } catch {
      return false;
    }
  };
  const names = Object.keys(f.defaults).filter((name) => name !== 'axis');
  return Object.fromEntries(names.map((name) => [name, [...CANDIDATES, ...WORDS].filter((value) => takes(name, value))]));
}

/**
 * The plain reference of an operation on single elements: its own form for numbers, one by one. That form is held against exact
 * values elsewhere.
 */
export function byElement(operation: Operation, x: ArrayLike<number>, dy: ArrayLike<number>, options: Options): number[][] {
  const wanted: number[][] = Array.from({ length: operation.results }, () => []);
  for (let i = 0; i < x.length; i++) {
    const results = resultsOf(operation, operation.call(x[i], dy[i], options));
    for (const [k, result] of results.entries()) wanted[k]?.push(result as number);
  }
  return wanted;
}

/**
 * The plain reference of an operation along rows: each row on its own, as a flat `Float64Array`, which is held against exact
 * values elsewhere.
 */
export function byRow(
  operation: Operation,
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
  shape: readonly number[],
  axis: number,
  options: Options,
): { shape: readonly number[]; values: Float64Array }[] {
  const at = axis < 0 ? axis + shape.length : axis;
  const units = shape[at] as number;
  const others = shape.filter((_, i) => i !== at);
  const rows = units === 0 ? 0 : product(others);
  const moved = moveAxisLast(x, shape, at);
  const factor = moveAxisLast(dy, shape, at).values;
  const found = Array.from({ length: operation.results }, (_, i) => {
    const jacobian = operation.jacobian(i);
    const own = jacobian ? [...others, units, units] : shape;
    return { shape: own, values: new Float64Array(product(own)) };
  });
  for (let row = 0; row < rows; row++) {
    const slice = (from: Float64Array) => from.slice(row * units, (row + 1) * units);
    const results = resultsOf(operation, operation.call(slice(moved.values), slice(factor), options)) as Float64Array[];
    for (const [k, result] of results.entries()) {
      const into = (found[k] as (typeof found)[number]).values;
      if (operation.jacobian(k)) into.set(result, row * units * units);
      else for (const [i, value] of result.entries()) into[moved.back[row * units + i] as number] = value;
    }
  }
  return found;
}

/** Whether two lists hold the same bits, any NaN being any other. */
export const sameNumbers = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.prototype.every.call(a, (value: number, i) => same(value, b[i] as number));
