// The package as the benchmark sees it: every function by its name. All functions and containers are used before anything is
// timed.

import { performance } from 'node:perf_hooks';
import * as nonlin from 'nonlin';
import { hadamard, scope, Tensor } from 'nonlin';
import { type Hard, hardValues } from './inputs.js';
import type { Op } from './plain.js';

/** A function of the package, over any container. */
export interface Activation {
  (x: unknown, options?: object): unknown;
  deriv(x: unknown, options?: object): unknown;
  backward(dy: unknown, saved: { x: unknown } | { y: unknown }, options?: object): unknown;
  valueAndDeriv(x: unknown, options?: object): unknown;
  readonly name: string;
  readonly defaults: Readonly<Record<string, number>>;
}

const METHODS = ['deriv', 'backward', 'valueAndDeriv'];
const isActivation = (value: unknown): value is Activation =>
  typeof value === 'function' && 'defaults' in value && METHODS.every((name) => name in value) && keepsShape(value as Activation);

/** A loss needs labels, and a sum has lost its axis. */
function keepsShape(f: Activation): boolean {
  try {
    return Array.isArray(f([0.5, 1]));
  } catch {
    return false;
  }
}

/** name → function, each function once, whatever its aliases. */
export const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map(
  Object.values(nonlin).flatMap((value): [string, Activation][] => (isActivation(value) ? [[value.name, value]] : [])),
);

export function activation(name: string): Activation {
  const found = ACTIVATIONS.get(name);
  if (!found) throw new Error(`nonlin exports no ${name}`);
  return found;
}

/** The names of the element-wise functions. */
export const POINTWISE: readonly string[] = [...ACTIVATIONS.values()]
  .filter(({ defaults }) => !('axis' in defaults))
  .map(({ name }) => name);

/** Whether the function accepts these hyperparameters: some have to be positive, and some only for gradients from y. */
function accepts(f: Activation, options: object, op: Op): boolean {
  try {
    if (op === 'backwardY') f.backward(1, { y: 0 }, options);
    else f(0, options);
    return true;
  } catch (error) {
    // Others have no gradient from y at all.
    if (error instanceof RangeError || op === 'backwardY') return false;
    throw error;
  }
}

/**
 * The inputs with other values of the first hyperparameter that is a number, if the function accepts them; none if it has none.
 */
export function hardValuesOf(name: string, op: Op): readonly Hard[] {
  const f = activation(name);
  const [hyperparameter] = Object.entries(f.defaults).find(([, value]) => typeof value === 'number') ?? [];
  const all = hyperparameter === undefined ? [] : hardValues(hyperparameter).filter(({ ops }) => ops.includes(op));
  return all.filter(({ options = {} }) => accepts(f, options, op));
}

export { hadamard, scope, Tensor };

/** The kinds of containers that calls are timed on. */
export type Kind = 'Float64Array' | 'Float32Array' | 'Float16Array' | 'number[]' | 'nested' | '{ data, shape }' | 'Tensor';

type Numbers = Float64Array | Float32Array | Float16Array | number[];
type NumbersFrom = { from(data: ArrayLike<number>): Numbers };
const float16 = (globalThis as { Float16Array?: NumbersFrom }).Float16Array;

/** How a container is made, and how all its numbers are read. */
export interface Held {
  readonly value: unknown;
  read(): ArrayLike<number>;
  dispose?(): void;
}

/** Whether this host has the container. */
export const here = (kind: Kind): boolean => kind !== 'Float16Array' || float16 !== undefined;

/** A container of `data`, as rows of `units` where the kind has a shape. */
export function contained(kind: Kind, data: Float64Array, units: number): Held {
  const shape = [data.length / units, units];
  switch (kind) {
    case 'Float64Array':
      return flat(data.slice());
    case 'Float32Array':
      return flat(Float32Array.from(data));
    case 'Float16Array':
      if (!float16) throw new Error('this host has no Float16Array');
      return flat(float16.from(data));
    case 'number[]':
      return flat(Array.from(data));
    case 'nested': {
      const rows = Array.from({ length: shape[0] ?? 0 }, (_, row) => Array.from(data.subarray(row * units, (row + 1) * units)));
      return { value: rows, read: () => rows.flat() };
    }
    case '{ data, shape }': {
      const own = data.slice();
      return { value: { data: own, shape }, read: () => own };
    }
    case 'Tensor': {
      const tensor = Tensor.from(data, shape);
      return { value: tensor, read: () => tensor.data, dispose: () => tensor.dispose() };
    }
  }
}

const flat = (value: Numbers): Held => ({ value, read: () => value });

export const KINDS: readonly Kind[] = [
  'Float64Array',
  'Float32Array',
  'Float16Array',
  'number[]',
  'nested',
  '{ data, shape }',
  'Tensor',
].filter((kind): kind is Kind => here(kind as Kind));

/** Often enough for the optimising compilers of the engine, but no longer than that takes. */
const WARM_UP = { rounds: 60, milliseconds: 1500 };

/**
 * Calls every function and operation on every container, at small and middle sizes, with `out` and without, like a page that uses
 * many of them: call sites inside the package have then seen them all, and the engine cannot specialise them for one.
 */
export function useEverything(): void {
  const small = Float64Array.from({ length: 12 }, (_, index) => index - 5.5);
  const middle = Float64Array.from({ length: 160 }, (_, index) => Math.sin(index) * 4);
  const calls: (() => void)[] = [];
  for (const f of ACTIVATIONS.values()) {
    const alongRows = 'axis' in f.defaults;
    for (const kind of KINDS) {
      for (const data of [small, middle]) {
        const [x, dy, out, deriv] = [data, data, data, data].map((numbers) => contained(kind, numbers, 4).value);
        const result = { out };
        const saved = { x };
        calls.push(
          () => f(x),
          () => f(x, result),
          () => f.deriv(x),
          () => f.backward(dy, saved),
          () => f.backward(dy, saved, result),
          () => f.backward(dy, { y: x }, result),
        );
        if (!alongRows) {
          const both = { out: { value: out, deriv } };
          calls.push(
            () => f.deriv(x, result),
            () => f.valueAndDeriv(x, both),
          );
        }
      }
    }
    if (!alongRows) {
      calls.push(
        () => f(0.3),
        () => f.deriv(-0.3),
        () => f.backward(0.5, { x: 0.3 }),
      );
    }
  }
  const [a, b] = [Array.from(small), Array.from(small)];
  calls.push(() => hadamard(a, b));
  // A saved y that no x gives may be refused, and a function that does not accept y refuses every one: such calls are left out.
  const usable = calls.filter((call) => {
    try {
      call();
      return true;
    } catch {
      return false;
    }
  });
  const started = performance.now();
  for (let round = 0; round < WARM_UP.rounds || performance.now() - started < WARM_UP.milliseconds; round++) {
    // Frees the tensors that calls without `out` make.
    scope(() => {
      for (const call of usable) call();
    });
  }
}
