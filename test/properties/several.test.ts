// Functions of several containers (losses, gated units, prelu, the cells) and logSumExp: whatever containers a call is given, its
// results are those of plain { data, shape } with the same numbers, in containers like those given; the inputs, and what lies
// beside an `out`, are as they were.

import fc from 'fast-check';
import * as nonlin from 'nonlin';
import { describe, expect } from 'vitest';
import { product } from '../support/containers.js';
import { drawn, type Palette, palettes } from '../support/elements.js';
import type { Loose, Options } from '../support/functions.js';
import { expectLike, expectStored, type Held, input, type Layout, layouts, output } from '../support/held.js';
import { holds } from '../support/properties.js';

const functions = nonlin as unknown as Readonly<Record<string, Loose>>;

interface Input {
  readonly name: string;
  readonly shape: readonly number[];
  /** Numbers below this one, from 0 on, rather than any. */
  readonly classes?: number;
}

interface Result {
  readonly name: string;
  readonly shape: readonly number[];
  /** The input whose container it is like; undefined where the result has fewer axes than any, and only an `out` is looked at. */
  readonly like: string | undefined;
}

/** One way to call a function, for an array of this shape along this axis. */
interface Plan {
  readonly inputs: readonly Input[];
  readonly results: readonly Result[];
  /** The containers by their names. One result is returned alone. */
  readonly call: (given: Readonly<Record<string, unknown>>, options: Options) => unknown;
  readonly axis: boolean;
}

const method = (name: string, operation: string) => functions[name]?.[operation] as Loose;
const without = (shape: readonly number[], axis: number) => shape.filter((_, i) => i !== axis);
const withLast = (shape: readonly number[], times: number) => [...shape.slice(0, -1), times * (shape.at(-1) as number)];
const doubled = (shape: readonly number[], axis: number) => shape.map((length, i) => (i === axis ? 2 * length : length));

type Plans = Readonly<Record<string, (shape: readonly number[], axis: number) => Plan>>;

function lossPlans(name: string, classes: boolean, reduces: boolean): Plans {
  const plan =
    (operation: string, names: readonly string[]) =>
    (shape: readonly number[], axis: number): Plan => {
      const reduced = reduces ? without(shape, axis) : shape;
      const labels = classes ? { shape: without(shape, axis), classes: shape[axis] as number } : { shape };
      return {
        inputs: [
          { name: 'x', shape },
          { name: 'labels', ...labels },
        ],
        results: names.map((each) => ({
          name: each,
          shape: each === 'value' ? reduced : shape,
          like: each === 'value' && reduces ? undefined : 'x',
        })),
        call: ({ x, labels }, options) =>
          (operation === 'value' ? (functions[name] as Loose) : method(name, operation))(x, labels, options),
        axis: reduces,
      };
    };
  const what = classes ? `${name} of classes` : name;
  return {
    [what]: plan('value', ['value']),
    [`${what}, deriv`]: plan('deriv', ['deriv']),
    [`${what}, valueAndDeriv`]: plan('valueAndDeriv', ['value', 'deriv']),
  };
}

const gatedPlans = (name: string): Plans => ({
  [name]: (shape, axis) => ({
    inputs: [{ name: 'x', shape: doubled(shape, axis) }],
    results: [{ name: 'value', shape, like: axis === shape.length - 1 ? 'x' : undefined }],
    call: ({ x }, options) => (functions[name] as Loose)(x, options),
    axis: true,
  }),
  [`${name}.backward`]: (shape, axis) => ({
    inputs: [
      { name: 'x', shape: doubled(shape, axis) },
      { name: 'dy', shape },
    ],
    results: [{ name: 'x', shape: doubled(shape, axis), like: 'x' }],
    call: ({ x, dy }, options) => method(name, 'backward')(dy, { x }, options),
    axis: true,
  }),
});

const plans: Plans = {
  logSumExp: (shape, axis) => ({
    inputs: [{ name: 'x', shape }],
    results: [{ name: 'value', shape: without(shape, axis), like: undefined }],
    call: ({ x }, options) => (functions['logSumExp'] as Loose)(x, options),
    axis: true,
  }),
  'logSumExp.backward': (shape, axis) => ({
    inputs: [
      { name: 'x', shape },
      { name: 'dy', shape: without(shape, axis) },
    ],
    results: [{ name: 'x', shape, like: 'x' }],
    call: ({ x, dy }, options) => method('logSumExp', 'backward')(dy, { x }, options),
    axis: true,
  }),
  ...lossPlans('softmaxCrossEntropy', true, true),
  ...lossPlans('softmaxCrossEntropy', false, true),
  ...lossPlans('sigmoidCrossEntropy', false, false),
  ...gatedPlans('glu'),
  ...gatedPlans('swiglu'),
  prelu: (shape, axis) => ({
    inputs: [
      { name: 'x', shape },
      { name: 'alpha', shape: [shape[axis] as number] },
    ],
    results: [{ name: 'value', shape, like: 'x' }],
    call: ({ x, alpha }, options) => (functions['prelu'] as Loose)(x, { alpha }, options),
    axis: true,
  }),
  'prelu.valueAndDeriv': (shape, axis) => ({
    inputs: [
      { name: 'x', shape },
      { name: 'alpha', shape: [shape[axis] as number] },
    ],
    results: [
      { name: 'value', shape, like: 'x' },
      { name: 'deriv', shape, like: 'x' },
    ],
    call: ({ x, alpha }, options) => method('prelu', 'valueAndDeriv')(x, { alpha }, options),
    axis: true,
  }),
  'prelu.backward': (shape, axis) => ({
    inputs: [
      { name: 'x', shape },
      { name: 'dy', shape },
      { name: 'alpha', shape: [shape[axis] as number] },
    ],
    results: [
      { name: 'x', shape, like: 'dy' },
      { name: 'alpha', shape: [shape[axis] as number], like: 'alpha' },
    ],
    call: ({ x, dy, alpha }, options) => method('prelu', 'backward')(dy, { x, alpha }, options),
    axis: true,
  }),
  lstmGates: (shape) => ({
    inputs: [
      { name: 'gates', shape: withLast(shape, 4) },
      { name: 'c', shape },
    ],
    results: [
      { name: 'h', shape, like: 'c' },
      { name: 'c', shape, like: 'c' },
    ],
    call: ({ gates, c }, options) => (functions['lstmGates'] as Loose)(gates, { c }, options),
    axis: false,
  }),
  'lstmGates.backward': (shape) => ({
    inputs: [
      { name: 'gates', shape: withLast(shape, 4) },
      { name: 'c', shape },
      { name: 'dh', shape },
      { name: 'dc', shape },
    ],
    results: [
      { name: 'gates', shape: withLast(shape, 4), like: 'gates' },
      { name: 'c', shape, like: 'c' },
    ],
    call: ({ gates, c, dh, dc }, options) => method('lstmGates', 'backward')({ h: dh, c: dc }, { gates, c }, options),
    axis: false,
  }),
  gruGates: (shape) => ({
    inputs: [
      { name: 'gates', shape: withLast(shape, 3) },
      { name: 'h', shape },
      { name: 'hn', shape },
    ],
    results: [{ name: 'h', shape, like: 'h' }],
    call: ({ gates, h, hn }, options) => (functions['gruGates'] as Loose)(gates, { h, hn }, options),
    axis: false,
  }),
  'gruGates.backward': (shape) => ({
    inputs: [
      { name: 'gates', shape: withLast(shape, 3) },
      { name: 'h', shape },
      { name: 'hn', shape },
      { name: 'dy', shape },
    ],
    results: [
      { name: 'gates', shape: withLast(shape, 3), like: 'gates' },
      { name: 'h', shape, like: 'h' },
      { name: 'hn', shape, like: 'hn' },
    ],
    call: ({ gates, h, hn, dy }, options) => method('gruGates', 'backward')(dy, { gates, h, hn }, options),
    axis: false,
  }),
};

const cases = fc.record({
  shape: fc
    .array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 5 }) }, { weight: 1, arbitrary: fc.constantFrom(0, 33) }), {
      minLength: 1,
      maxLength: 4,
    })
    .filter((shape) => product(shape) <= 200),
  axis: fc.nat(3),
  /** Whether the axis is counted from the end. */
  fromEnd: fc.boolean(),
  /** All of them flat now and then, as those go together only. */
  flat: fc.integer({ min: 0, max: 4 }).map((n) => n === 4),
  inputs: fc.array(fc.tuple(layouts, palettes), { minLength: 4, maxLength: 4 }),
  outs: fc.option(fc.array(layouts, { minLength: 3, maxLength: 3 }), { nil: undefined }),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** The results by their names; one alone has none. */
const named = (results: readonly Result[], returned: unknown): Readonly<Record<string, unknown>> =>
  results.length === 1 ? { [(results[0] as Result).name]: returned } : (returned as Record<string, unknown>);

const byName = <T>(list: readonly { readonly name: string }[], of: (i: number) => T): Record<string, T> =>
  Object.fromEntries(list.map(({ name }, i) => [name, of(i)]));

function check(plan: Plan, { shape, axis, fromEnd, flat, inputs, outs }: Case): void {
  const held = plan.inputs.map((one, i): Held => {
    const [layout, palette] = inputs[i] as readonly [Layout, Palette];
    const numbers = drawn(palette, product(one.shape));
    const values =
      one.classes === undefined ? numbers : numbers.map((x) => Math.abs(Math.round(x)) % (one.classes as number) || 0);
    // The first two kinds are flat.
    return input(flat ? { ...layout, kind: layout.kind % 2 } : layout, one.shape, values);
  });
  const all = [...held];
  try {
    // A shape in the options is for flat containers: all of them, or none but vectors. Slopes are always one.
    const others = held.filter((_, i) => plan.inputs[i]?.name !== 'alpha');
    const first = plan.inputs[0] as Input;
    const areFlat = others.every((each) => each.flat);
    if (!areFlat && others.some((each) => each.flat && each.shape.length !== 1)) return;
    const along = plan.axis ? { axis: fromEnd ? axis - shape.length : axis } : {};
    const options = areFlat && shape.length !== 1 ? { ...along, shape: first.shape } : along;

    const plain = held.map((each, i) => ({ data: Float64Array.from(each.elements()), shape: (plan.inputs[i] as Input).shape }));
    const wanted = named(
      plan.results,
      plan.call(
        byName(plan.inputs, (i) => plain[i]),
        along,
      ),
    ) as Record<string, { data: Float64Array }>;

    const targets = outs && plan.results.map((result, i) => output(outs[i] as Layout, result.shape));
    all.push(...(targets ?? []));
    const before = held.map((each) => each.state());
    const beside = targets?.map((each) => each.surroundings());
    const given = targets?.map((each) => each.container());
    const out = given && (given.length === 1 ? given[0] : byName(plan.results, (i) => given[i]));
    const containers = byName(plan.inputs, (i) => (held[i] as Held).container());
    const returned = plan.call(containers, out === undefined ? options : { ...options, out });
    if (out !== undefined) expect(returned).toBe(out);

    for (const [i, each] of held.entries()) expect(each.state(), `${each.name}, an input`).toBe(before[i]);
    const results = named(plan.results, returned);
    for (const [i, { name, shape: own, like }] of plan.results.entries()) {
      const { data } = wanted[name] as { data: Float64Array };
      const target = targets?.[i];
      if (target) {
        expectStored(`${name} into ${target.name}`, target, target.elements(), data);
        expect(target.surroundings(), `beside the elements of ${target.name}`).toBe(beside?.[i]);
      } else {
        const lead = held[plan.inputs.findIndex((one) => one.name === like)];
        if (lead) expectLike(name, lead, results[name], own, data);
        const made = results[name];
        if (made instanceof nonlin.Tensor) made.dispose();
      }
    }
  } finally {
    for (const each of all) each.free();
  }
}

describe('several containers', () => {
  for (const [name, make] of Object.entries(plans)) {
    holds(name, cases, 150, (given) => {
      const axis = given.axis % given.shape.length;
      const plan = make(given.shape, axis);
      // Of no class there is no index.
      if (plan.inputs.some(({ classes }) => classes === 0)) return;
      check(plan, { ...given, axis });
    });
  }
});
