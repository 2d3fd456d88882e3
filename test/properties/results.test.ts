// Whatever containers a call is given, its results are those of the plain reference, in containers like those given; the inputs,
// and what lies beside an `out`, are as they were.

import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { product } from '../support/containers.js';
import { drawn, type Palette, palettes } from '../support/elements.js';
import {
  alongRows,
  byElement,
  byRow,
  elementwise,
  elementwiseOperations,
  hyperparametersOf,
  type Loose,
  type Operation,
  type Options,
  resultsOf,
  rowOperations,
} from '../support/functions.js';
import {
  expectLike,
  expectStored,
  type Held,
  input,
  type Layout,
  layouts,
  output,
  shapes,
  shapesWithAxis,
} from '../support/held.js';
import { holds } from '../support/properties.js';

/** Values of some of the hyperparameters of a function, or of none. */
const optionsOf = (f: Loose): fc.Arbitrary<Options> => {
  const each = Object.entries(hyperparametersOf(f)).map(([name, values]) => [name, fc.constantFrom(...values)]);
  return fc.record(Object.fromEntries(each) as Record<string, fc.Arbitrary<number>>, { requiredKeys: [] });
};

interface Call {
  readonly shape: readonly number[];
  readonly axis: number;
  readonly options: Options;
  readonly x: readonly [Layout, Palette];
  readonly dy: readonly [Layout, Palette];
  /** Undefined: new containers are made. */
  readonly outs: readonly [Layout, Layout] | undefined;
}

const callsOf = (f: Loose, of: fc.Arbitrary<readonly number[]>): fc.Arbitrary<Call> =>
  fc.record({
    shape: of,
    axis: fc.integer({ min: -5, max: 4 }),
    options: optionsOf(f),
    x: fc.tuple(layouts, palettes),
    dy: fc.tuple(layouts, palettes),
    outs: fc.option(fc.tuple(layouts, layouts), { nil: undefined }),
  });

/** What a call throws, as its code and message; undefined where it returns. */
function refusal(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
}

type Wanted = readonly { readonly shape: readonly number[]; readonly values: ArrayLike<number> }[];

/** Makes one call and holds everything about it against what is wanted. */
function check(operation: Operation, call: Call, options: Options, wanted: (x: number[], dy: number[]) => Wanted): void {
  const { shape, outs } = call;
  const size = product(shape);
  const x = input(call.x[0], shape, drawn(call.x[1], size));
  const dy = input(call.dy[0], shape, drawn(call.dy[1], size));
  const held: Held[] = [x, dy];
  try {
    const lead = operation.factor ? dy : x;
    // A shape in the options is for flat containers; all of them, or none.
    const inputs = operation.factor ? [x, dy] : [x];
    const flat = inputs.every((each) => each.flat);
    if (!flat && inputs.some((each) => each.flat) && shape.length !== 1) return;
    const shaped = flat && shape.length !== 1 ? { ...options, shape } : options;

    const expected = wanted(x.elements(), dy.elements());
    const targets = outs && expected.map((each, i) => output(outs[i] as Layout, each.shape));
    held.push(...(targets ?? []));
    const before = inputs.map((each) => each.state());
    const beside = targets?.map((each) => each.surroundings());
    const given = targets?.map((each) => each.container());
    const out = given && (operation.results === 2 ? { value: given[0], deriv: given[1] } : given[0]);
    const returned = operation.call(x.container(), dy.container(), out === undefined ? shaped : { ...shaped, out });

    for (const [i, each] of inputs.entries()) expect(each.state(), `${each.name}, an input`).toBe(before[i]);
    const results = resultsOf(operation, returned);
    for (const [i, { shape: own, values }] of expected.entries()) {
      const target = targets?.[i];
      if (target === undefined) {
        expectLike(operation.name, lead, results[i], own, values);
        if (results[i] !== null && typeof results[i] === 'object' && 'dispose' in results[i])
          (results[i] as { dispose(): void }).dispose();
      } else {
        expect(results[i], 'what is returned').toBe(given?.[i]);
        expectStored(`${operation.name} into ${target.name}`, target, target.elements(), values);
        expect(target.surroundings(), `beside the elements of ${target.name}`).toBe(beside?.[i]);
      }
    }
    if (out !== undefined && operation.results === 2) expect(returned).toBe(out);
  } finally {
    for (const each of held) each.free();
  }
}

describe('element by element', () => {
  expect(elementwise.length).toBeGreaterThanOrEqual(6);
  for (const operation of elementwiseOperations) {
    holds(operation.name, callsOf(operation.f, shapes), 60, (call) => {
      // Some hyperparameters are refused: in the form for numbers as in any other.
      const refused = refusal(() => operation.call(0.5, 0.5, call.options));
      if (refused !== undefined) {
        expect(refusal(() => operation.call([0.5], [0.5], call.options))).toBe(refused);
        return;
      }
      check(operation, call, call.options, (x, dy) =>
        byElement(operation, x, dy, call.options).map((values) => ({ shape: call.shape, values })),
      );
    });
  }
});

describe('along rows', () => {
  expect(alongRows.length).toBeGreaterThanOrEqual(1);
  for (const operation of rowOperations) {
    holds(operation.name, callsOf(operation.f, shapesWithAxis), 150, (call) => {
      const { shape } = call;
      const axis = ((call.axis % shape.length) + shape.length) % shape.length;
      const counted = call.axis < 0 ? axis - shape.length : axis;
      check(operation, call, { ...call.options, axis: counted }, (x, dy) => byRow(operation, x, dy, shape, axis, call.options));
    });
  }
});

describe('larger than a block', () => {
  const large = fc.constantFrom<readonly number[]>([4096], [4097], [9001], [3, 1500, 2], [2, 5000], [5001, 2], [1, 4097, 3]);
  const flat = elementwiseOperations.map((operation) => ({ operation, rows: false }));
  const rows = rowOperations
    .filter(({ jacobian }) => !jacobian(0) && !jacobian(1))
    .map((operation) => ({ operation, rows: true }));
  const chosen = fc.constantFrom(...flat, ...rows).chain(({ operation, rows }) => {
    return callsOf(operation.f, large).map((call) => ({ operation, rows, call: { ...call, options: {} } }));
  });
  holds('any operation', chosen, 40, ({ operation, rows, call }) => {
    const axis = rows ? ((call.axis % call.shape.length) + call.shape.length) % call.shape.length : 0;
    check(operation, call, rows ? { axis } : {}, (x, dy) =>
      rows
        ? byRow(operation, x, dy, call.shape, axis, {})
        : byElement(operation, x, dy, {}).map((values) => ({ shape: call.shape, values })),
    );
  });
});
