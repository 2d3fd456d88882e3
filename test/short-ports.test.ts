// Calls of several typed arrays: gated units, cells and losses computed in few steps give the bits and the errors of other
// containers.

import * as nonlin from 'nonlin';
import { describe, expect, test } from 'vitest';
import { Random } from './support/bits.js';
import { grow } from './support/events.js';
import type { Loose } from './support/functions.js';
import { at } from './support/hostile.js';

const random = new Random(1127);
const functions = nonlin as unknown as Readonly<Record<string, Loose>>;

type Floats = Float64Array | Float32Array;
const CLASSES = { Float64Array, Float32Array } as const;
type Name = keyof typeof CLASSES;

/** A call by its containers: those that go in, with their shapes, and those of the results. */
interface Call {
  readonly title: string;
  /** Shapes of what goes in. */
  readonly inputs: readonly (readonly number[])[];
  /** Of what comes out. */
  readonly outs: readonly (readonly number[])[];
  /** The call with these containers; `out` is undefined for none. */
  readonly run: (inputs: readonly unknown[], outs: readonly unknown[] | undefined, options: object) => readonly unknown[];
  /** Numbers of an input that are no ordinary ones. */
  readonly numbers?: (input: number, count: number) => number[] | undefined;
}

const one = (outs: readonly unknown[] | undefined, options: object) => (outs ? { ...options, out: outs[0] } : options);
const named = (names: readonly string[], outs: readonly unknown[] | undefined, options: object) =>
  outs ? { ...options, out: Object.fromEntries(names.map((name, i) => [name, outs[i]])) } : options;
const partsOf = (result: unknown, names: readonly string[]) =>
  names.map((name) => (result as Readonly<Record<string, unknown>>)[name]);

const [M, U] = [3, 4];
const gates = (count: number): readonly number[] => [M, count * U];
const state = [M, U];

const calls: readonly Call[] = [
  ...['glu', 'swiglu', 'geglu', 'reglu'].flatMap((name): Call[] => {
    const f = functions[name] as Loose;
    return [
      { title: name, inputs: [gates(2)], outs: [state], run: ([x], outs, options) => [f(x, one(outs, options))] },
      {
        title: `${name} backward`,
        inputs: [gates(2), state],
        outs: [gates(2)],
        run: ([x, dy], outs, options) => [at(f, 'backward')(dy, { x }, one(outs, options))],
      },
    ];
  }),
  {
    title: 'lstmGates',
    inputs: [gates(4), state],
    outs: [state, state],
    run: ([x, c], outs, options) => partsOf(functions['lstmGates']?.(x, { c }, named(['h', 'c'], outs, options)), ['h', 'c']),
  },
  {
    title: 'lstmGates backward',
    inputs: [gates(4), state, state, state],
    outs: [gates(4), state],
    run: ([x, c, h, dc], outs, options) => {
      const back = at(functions['lstmGates'] as Loose, 'backward');
      return partsOf(back({ h, c: dc }, { gates: x, c }, named(['gates', 'c'], outs, options)), ['gates', 'c']);
    },
  },
  {
    title: 'gruGates',
    inputs: [gates(3), state],
    outs: [state],
    run: ([x, h], outs, options) => [functions['gruGates']?.(x, { h }, one(outs, options))],
  },
  {
    title: 'gruGates with hn',
    inputs: [gates(3), state, state],
    outs: [state],
    run: ([x, h, hn], outs, options) => [functions['gruGates']?.(x, { h, hn }, one(outs, options))],
  },
  ...[
    ['gruGates backward', 2],
    ['gruGates backward with hn', 3],
  ].map(([title, count]): Call => {
    const names = ['gates', 'h', 'hn'].slice(0, count as number);
    return {
      title: title as string,
      inputs: [gates(3), ...names.slice(1).map(() => state), state],
      outs: [gates(3), ...names.slice(1).map(() => state)],
      run: (inputs, outs, options) => {
        const from = Object.fromEntries(names.map((name, i) => [name, inputs[i]]));
        const dy = inputs[inputs.length - 1];
        return partsOf(at(functions['gruGates'] as Loose, 'backward')(dy, from, named(names, outs, options)), names);
      },
    };
  }),
  ...(['classes', 'distributions'] as const).flatMap((kind) =>
    ['value', 'deriv', 'valueAndDeriv'].map((operation): Call => {
      const f = functions['softmaxCrossEntropy'] as Loose;
      const names = ['value', 'deriv'];
      const labels = kind === 'classes' ? [M] : state;
      return {
        title: `softmaxCrossEntropy ${operation} of ${kind}`,
        inputs: [state, labels],
        outs: operation === 'value' ? [[M]] : operation === 'deriv' ? [state] : [[M], state],
        run: ([x, t], outs, options) => {
          if (operation === 'valueAndDeriv') return partsOf(at(f, operation)(x, t, named(names, outs, options)), names);
          return [operation === 'value' ? f(x, t, one(outs, options)) : at(f, operation)(x, t, one(outs, options))];
        },
        numbers: (input, count) =>
          input === 1
            ? Array.from({ length: count }, () => (kind === 'classes' ? random.below(U + 1) - 1 : Math.fround(random.uniform())))
            : undefined,
      };
    }),
  ),
  ...['value', 'deriv', 'valueAndDeriv'].map((operation): Call => {
    const f = functions['sigmoidCrossEntropy'] as Loose;
    const names = ['value', 'deriv'];
    return {
      title: `sigmoidCrossEntropy ${operation}`,
      inputs: [state, state],
      outs: operation === 'valueAndDeriv' ? [state, state] : [state],
      run: ([x, t], outs, options) => {
        if (operation === 'valueAndDeriv') return partsOf(at(f, operation)(x, t, named(names, outs, options)), names);
        return [operation === 'value' ? f(x, t, one(outs, options)) : at(f, operation)(x, t, one(outs, options))];
      },
    };
  }),
];

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function numbersFor({ inputs, numbers }: Call): Float64Array[] {
  return inputs.map((shape, i) => {
    const count = sizeOf(shape);
    return Float64Array.from(numbers?.(i, count) ?? Array.from({ length: count }, () => Math.fround(random.normal(3))));
  });
}

/** What { data, shape } gives, which takes the way of all containers. */
function generally({ inputs, run }: Call, numbers: readonly Float64Array[]): number[][] {
  const given = inputs.map((shape, i) => ({ data: numbers[i], shape }));
  return run(given, undefined, {}).map((result) => [...(result as { data: Float64Array }).data]);
}

describe.each(calls.map((call) => [call.title, call] as const))('%s', (_, call) => {
  const { inputs, outs, run } = call;
  const options = { shape: inputs[0] };

  test.each(Object.keys(CLASSES) as Name[])('of %s: the bits of other containers, with out and without', (name) => {
    const Class = CLASSES[name];
    for (let round = 0; round < 20; round++) {
      const numbers = numbersFor(call);
      const rounded = generally(call, numbers).map((result) => [...Class.from(result)]);
      const given = numbers.map((each) => Class.from(each));
      const made = run(given, undefined, options);
      expect(made.map((result) => [...(result as Floats)])).toEqual(rounded);
      for (const result of made) expect(result).toBeInstanceOf(Class);
      const into = outs.map((shape) => new Class(sizeOf(shape)).fill(7));
      run(given, into, options).forEach((result, i) => {
        expect(result).toBe(into[i]);
      });
      expect(into.map((result) => [...result])).toEqual(rounded);
      expect(given.map((each) => [...each])).toEqual(numbers.map((each) => [...each]));
    }
  });

  test('into an input; into memory that overlaps: refused, and all is as it was', () => {
    const numbers = numbersFor(call);
    const wanted = generally(call, numbers);
    outs.forEach((shape, result) => {
      inputs.forEach((own, input) => {
        const given = numbers.map((each) => each.slice());
        const into = outs.map((each) => new Float64Array(sizeOf(each)));
        if (sizeOf(own) === sizeOf(shape)) {
          into[result] = given[input] as Float64Array<ArrayBuffer>;
          run(given, into, options);
          expect([...(into[result] as Float64Array)]).toEqual(wanted[result]);
        }
        const all = new Float64Array(sizeOf(own) + sizeOf(shape));
        all.set(numbers[input] as Float64Array);
        given[input] = all.subarray(0, sizeOf(own));
        into[result] = all.subarray(sizeOf(own) - 1, sizeOf(own) - 1 + sizeOf(shape));
        const before = [...all];
        expect(() => run(given, into, options)).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
        expect([...all]).toEqual(before);
        into[result] = all.subarray(sizeOf(own));
        run(given, into, options);
        expect([...(into[result] as Float64Array)]).toEqual(wanted[result]);
      });
      if (result > 0) {
        const into = outs.map((each) => new Float64Array(sizeOf(each)));
        const all = new Float64Array(sizeOf(shape) + sizeOf(outs[0] as readonly number[]));
        into[0] = all.subarray(0, sizeOf(outs[0] as readonly number[]));
        into[result] = all.subarray(0, sizeOf(shape));
        expect(() => run(numbers, into, options)).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
        expect([...all]).toEqual([...all].fill(0));
      }
    });
  });

  test.each([
    ['a length that does not fit', (count: number) => new Float64Array(count + 1), 'ERR_SHAPE'],
    ['whole numbers', (count: number) => new Int32Array(count), 'ERR_DTYPE'],
    ['bigints', (count: number) => new BigInt64Array(count), 'ERR_DTYPE'],
    ['a string', () => 'out', 'ERR_DTYPE'],
  ] as const)('a result that has %s is refused', (_title, make, code) => {
    const numbers = numbersFor(call);
    outs.forEach((_shape, result) => {
      const into: unknown[] = outs.map((shape, i) =>
        (i === result ? make : (count: number) => new Float64Array(count))(sizeOf(shape)),
      );
      expect(() => run(numbers, into, options)).toThrow(expect.objectContaining({ code }));
    });
  });

  test.each([
    ['null', null],
    ['a number', 12],
    ['a text', 'rows'],
    ['a text in it', ['3', 4]],
    ['a symbol in it', [Symbol('three'), 4]],
    ['an object in it', [{ valueOf: (): number => 3 }, 4]],
    ['a fraction', [1.5, 8]],
    ['less than nothing', [-3, -4]],
    ['nothing', []],
  ])('a shape that is, or has, %s is refused, by its name', (_title, shape) => {
    const numbers = numbersFor(call);
    expect(() => run(numbers, undefined, { shape })).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^ERR_(SHAPE|AXIS)$/) }),
    );
  });

  test('a shape is read once', () => {
    const numbers = numbersFor(call);
    const wanted = generally(call, numbers);
    const [rows = 0, units = 0] = inputs[0] ?? [];
    let reads = 0;
    const shape = Object.defineProperty([rows, units], 0, { get: () => (reads++ === 0 ? rows : 1) });
    expect(run(numbers, undefined, { shape }).map((result) => [...(result as Floats)])).toEqual(wanted);
    expect(reads).toBe(1);
  });

  test('an input whose length does not fit is refused', () => {
    inputs.forEach((_shape, input) => {
      const given = numbersFor(call).map((each, i) => (i === input ? Float64Array.of(...each, 1) : each));
      expect(() => run(given, undefined, options)).toThrow(RangeError);
    });
  });

  test('views of wasm memory that grow dead, and live ones', () => {
    const numbers = numbersFor(call);
    const wanted = generally(call, numbers);
    const tensors = numbers.map((each) => nonlin.Tensor.from(each));
    const into = outs.map((shape) => nonlin.Tensor.zeros(sizeOf(shape)));
    run(
      tensors.map(({ data }) => data),
      into.map(({ data }) => data),
      options,
    );
    expect(into.map(({ data }) => [...data])).toEqual(wanted);
    const dead = tensors.map(({ data }) => data);
    grow();
    expect(() => run(dead, undefined, options)).toThrow(expect.objectContaining({ code: 'ERR_DTYPE' }));
    for (const tensor of [...tensors, ...into]) tensor.dispose();
  });
});

test('labels of whole numbers, and those that are no class', () => {
  const x = Float64Array.from({ length: 12 }, () => random.normal(2));
  const f = nonlin.softmaxCrossEntropy;
  const wanted = f(x, Float64Array.of(0, 3, -1), { shape: [3, 4] });
  for (const labels of [Int8Array.of(0, 3, -1), Int32Array.of(0, 3, -1), Float32Array.of(0, 3, -1)])
    expect(f(x, labels, { shape: [3, 4] })).toEqual(wanted);
  for (const labels of [Uint8Array.of(0, 4, 1), Float64Array.of(0, 0.5, 1), Float64Array.of(0, Number.NaN, 1)])
    expect(() => f(x, labels, { shape: [3, 4] })).toThrow(expect.objectContaining({ code: 'ERR_DTYPE' }));
});
