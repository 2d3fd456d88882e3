// The functions that a caller makes: defineActivation and compose. That they have the whole surface is tested with that of all
// functions (test/properties and test/hostile include them).

import {
  activation,
  checkGradient,
  compose,
  defineActivation,
  elu,
  gelu,
  hadamard,
  lrelu,
  memory,
  mish,
  relu,
  scope,
  sigmoid,
  softmax,
  Tensor,
  tanh,
} from 'nonlin';
import { createPool } from 'nonlin/parallel';
import { describe, expect, test } from 'vitest';
import { bent, chained, deep, gated, made, mixed } from './support/made.js';

const x = Float64Array.from({ length: 9 }, (_, i) => i * 0.7 - 2.6);
const dy = Float64Array.from(x, (each) => each * each - 1);
/** Longer than a block. */
const long = Float64Array.from({ length: 10_000 }, (_, i) => Math.sin(i) * 5);

/** The class, the code and the text of the error that a call throws. */
function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return `${(error as Error).name} ${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
  return 'none';
}

test.each(made.map((f) => [f.name, f] as const))('the derivatives of %s agree with numeric ones', (_, f) => {
  const { passed, message } = checkGradient(f, [-2.2, -0.4, 0.3, 1.1, 4]);
  expect(passed, message).toBe(true);
});

test('what has a second derivative has deriv2, and nothing else', () => {
  expect(made.filter((f) => 'deriv2' in f)).toEqual([bent, chained, deep, mixed]);
});

describe('compose', () => {
  test('any number of functions, the last of which comes first', () => {
    const x = [-2, -0.5, 0, 0.75, 3];
    const all = compose(tanh, gelu, compose(mish, sigmoid), lrelu);
    expect(all.name).toBe('tanh∘gelu∘mish∘sigmoid∘lrelu');
    expect(all(x)).toEqual(tanh(gelu(mish(sigmoid(lrelu(x))))));
    const steps = compose(tanh, compose(gelu, compose(mish, compose(sigmoid, lrelu))));
    expect(all.deriv(x)).toEqual(steps.deriv(x));
    expect(all.deriv2(x)).toEqual(steps.deriv2(x));
  });

  const inner = gelu(x);
  const slope = gelu.deriv(x);

  test('is one function after the other and the chain rule, bit for bit', () => {
    const deriv = hadamard(tanh.deriv(inner), slope);
    const twice = hadamard(hadamard(tanh.deriv2(inner), slope), slope);
    const bend = hadamard(gelu.deriv2(x), tanh.deriv(inner));
    expect(chained.name).toBe('tanh∘gelu');
    expect(chained(x)).toEqual(tanh(inner));
    expect(chained.deriv(x)).toEqual(deriv);
    expect(chained.deriv2(x)).toEqual(bend.map((each, i) => each + (twice[i] ?? 0)));
    expect(chained.backward(dy, { x })).toEqual(hadamard(dy, deriv));
    expect(chained.valueAndDeriv(x)).toEqual({ value: tanh(inner), deriv });
  });

  test('does not depend on where the brackets are', () => {
    expect(compose(sigmoid, compose(mish, tanh))(long)).toEqual(compose(compose(sigmoid, mish), tanh)(long));
    expect(compose(compose(sigmoid, mish), tanh).name).toBe(compose(sigmoid, compose(mish, tanh)).name);
  });

  test('of a thousand parts costs what its parts do, wherever the brackets are', () => {
    const own = defineActivation({ name: 'own', value: (x) => x / 2, deriv: () => 0.5, deriv2: () => 0 });
    for (const half of [lrelu.with({ alpha: 0.5 }), own]) {
      const grown = [compose(half, half), compose(half, half)] as const;
      let [left, right] = grown;
      for (let i = 2; i < 1000; i++) [left, right] = [compose(left, half), compose(half, right)];
      const start = performance.now();
      for (const f of [left, right]) {
        expect(f([-1])).toEqual([-(2 ** -1000)]);
        expect(f.deriv([-1])).toEqual([2 ** -1000]);
        expect(f.deriv(-1)).toBe(2 ** -1000);
        expect(f.deriv2([-1])).toEqual([0]);
        expect(f.backward([3], { x: [-1] })).toEqual([3 * 2 ** -1000]);
        expect(f.valueAndDeriv([-1])).toEqual({ value: [-(2 ** -1000)], deriv: [2 ** -1000] });
      }
      // It took minutes, or the stack was full.
      expect(performance.now() - start).toBeLessThan(2000);
    }
  });

  test('keeps the hyperparameters of its parts, and has none', () => {
    expect(compose(elu.with({ alpha: 0.5 }), tanh)(-1)).toBe(elu(tanh(-1), { alpha: 0.5 }));
    expect(chained.defaults).toEqual({});
    expect(errorOf(() => (chained as unknown as (...a: unknown[]) => unknown)(x, { alpha: 1 }))).toContain(
      'TypeError ERR_OPTION',
    );
  });

  test('runs on a tensor in place, without another', () => {
    const count = 100_000;
    scope(() => {
      const tensor = Tensor.from(Float64Array.from({ length: count }, (_, i) => long[i % long.length] ?? 0));
      const wanted = deep.deriv2(tensor.toFloat64Array());
      const before = memory();
      expect(deep.deriv2(tensor, { out: tensor })).toBe(tensor);
      expect(memory().bytes).toBe(before.bytes);
      expect(tensor.data).toEqual(wanted);
      const first = chained(tensor);
      const { capacity } = memory();
      for (let i = 0; i < 50; i++) chained.valueAndDeriv(tensor, { out: { value: first, deriv: tensor } });
      expect(memory().capacity - capacity).toBeLessThan(4 * 8 * count);
    });
  });

  test('takes what activation returns', () => {
    const named = compose(activation('tanh'), activation('gelu'));
    expect(named(x)).toEqual(chained(x));
    expect(named.deriv(x)).toEqual(chained.deriv(x));
    expect(compose(bent, activation('relu')).backward(dy, { x })).toEqual(compose(bent, relu).backward(dy, { x }));
    expect(errorOf(() => compose(activation('softmax') as never, tanh))).toContain('softmax, which works along rows');
  });

  test.each([
    ['a function along rows', () => compose(softmax as never, tanh), '"f" expected an element-wise function'],
    ['a function of others', () => compose(tanh, Math.sin as never), '"g" expected an element-wise function'],
    ['nothing', () => compose(tanh, undefined as never), '"g" expected an element-wise function'],
    ['one alone', () => (compose as unknown as (f: unknown) => unknown)(tanh), '"g" expected an element-wise function'],
    ['a third that is none', () => compose(tanh, relu, 3 as never), '"h" expected an element-wise function'],
    ['a fourth', () => compose(tanh, relu, mish, softmax as never), '"functions[3]" expected an element-wise function'],
    ['a name', () => compose('tanh' as never, tanh), '"f" expected an element-wise function'],
  ])('refuses %s', (_, run, says) => {
    expect(errorOf(run)).toContain('TypeError ERR_OPTION');
    expect(errorOf(run)).toContain(says);
  });
});

describe('an own activation', () => {
  test('may be an object of a class, with its methods', () => {
    class Cube {
      readonly name = 'cube';
      value(x: number): number {
        return x ** 3;
      }
      deriv(x: number): number {
        return 3 * x * x;
      }
    }
    const cube = defineActivation(new Cube());
    expect(cube([1, 2])).toEqual([1, 8]);
    expect(cube.backward([1, 2], { x: [1, 2] })).toEqual([3, 24]);
  });

  test('gets its hyperparameters, and refuses those that are not finite', () => {
    expect(bent(2)).toBe(2 / 2 + 0.5);
    expect(bent([2, -2], { shift: 0 })).toEqual([1, -1]);
    expect(bent.with({ scale: 1 }).defaults).toEqual({ scale: 1, shift: 0.5 });
    expect(bent.with({ scale: 1 })(1)).toBe(1);
    for (const run of [() => bent(x, { scale: Number.NaN }), () => bent(1, { scale: Number.NaN })])
      expect(errorOf(run)).toBe('RangeError ERR_OPTION: "scale" expected a finite number, got NaN');
  });

  test('has up to four hyperparameters, each set by its name', () => {
    const cubic = defineActivation({
      name: 'cubic',
      defaults: { a: 1, b: 2, c: 3, d: 4 },
      value: (at, { a, b, c, d }) => a + b * at + c * at ** 2 + d * at ** 3,
      deriv: (at, { b, c, d }) => b + 2 * c * at + 3 * d * at ** 2,
    });
    expect(cubic(2)).toBe(1 + 4 + 12 + 32);
    const each = { a: 2, b: 3, c: 4, d: 5 };
    const wanted = { a: 50, b: 51, c: 53, d: 57 };
    for (const name of ['a', 'b', 'c', 'd'] as const) {
      const one = { [name]: each[name] };
      expect([cubic(2, one), ...cubic([2, 2], one), cubic.with(one)(2)], name).toEqual(new Array(4).fill(wanted[name]));
      expect(cubic.with(one).defaults, name).toEqual({ a: 1, b: 2, c: 3, d: 4, ...one });
    }
    expect(cubic.deriv(2, { c: 0, d: 0 })).toBe(2);
    expect(errorOf(() => cubic(1, { d: Number.NaN }))).toBe('RangeError ERR_OPTION: "d" expected a finite number, got NaN');
    expect((cubic.with as () => typeof cubic)()(2)).toBe(49);
  });

  test('cannot change the hyperparameters, nor x', () => {
    const meddling = defineActivation({
      name: 'meddling',
      arrays: true,
      defaults: { alpha: 2 },
      value: (given, { alpha }) => given.fill(alpha),
      deriv(given, hyperparameters) {
        (hyperparameters as { alpha: number }).alpha = 3;
        return given;
      },
    });
    const own = Float64Array.of(1, 5);
    expect(meddling(own)).toEqual(Float64Array.of(2, 2));
    expect(own).toEqual(Float64Array.of(1, 5));
    expect(errorOf(() => meddling.deriv(own))).toContain('TypeError');
  });

  const strange = (result: unknown, arrays: boolean) =>
    defineActivation({ name: 'strange', arrays, value: () => result, deriv: () => result } as never) as unknown as typeof relu;

  test.each([
    [undefined, false, 'TypeError ERR_DTYPE: "value of strange" expected to return a number, got undefined'],
    ['1', false, 'TypeError ERR_DTYPE: "value of strange" expected to return a number, got "1"'],
    [[1], true, 'RangeError ERR_SHAPE: "value of strange" expected to return 9 numbers, got 1'],
    [new Float64Array(10), true, 'RangeError ERR_SHAPE: "value of strange" expected to return 9 numbers, got 10'],
    [
      new Float32Array(9),
      true,
      'TypeError ERR_DTYPE: "value of strange" expected to return a Float64Array or an array of numbers',
    ],
    [new Array(9), true, 'TypeError ERR_DTYPE: "value of strange" expected to return a Float64Array or an array of numbers'],
  ])('that returns %o is refused', (result, arrays, says) => {
    const out = new Float64Array(x.length).fill(7);
    expect(errorOf(() => strange(result, arrays)(x, { out }))).toContain(says);
    expect([...out]).toEqual(new Array(x.length).fill(7));
  });

  test('that gives the memory of its array away is refused', () => {
    const giving = defineActivation({
      name: 'giving',
      arrays: true,
      value(given) {
        structuredClone(given, { transfer: [given.buffer as ArrayBuffer] });
        return given;
      },
      deriv: (given) => given,
    });
    expect(errorOf(() => giving(x))).toContain('RangeError ERR_SHAPE: "value of giving" expected to return 9 numbers, got 0');
  });

  test('may throw: the error passes, out is as it was, no tensor is left, and the next call works', () => {
    let calls = 0;
    const failing = defineActivation({
      name: 'failing',
      value(each) {
        calls++;
        if (calls === 9_000) throw new Error('enough');
        return each;
      },
      deriv: () => 1,
    });
    const out = new Float64Array(long.length).fill(7);
    const tensor = Tensor.from(long);
    const before = memory();
    for (const run of [
      () => failing(long, { out }),
      () => failing([...long]),
      () => failing(tensor),
      () => compose(tanh, failing)(long),
    ]) {
      calls = 0;
      expect(errorOf(run)).toBe('Error undefined: enough');
      expect(out.every((each) => each === 7)).toBe(true);
      expect(memory().bytes).toBe(before.bytes);
      expect(failing(long)).toEqual(long);
    }
    tensor.dispose();
  });

  test('may call this package while it is called, and make the memory grow', () => {
    let size = 100_000;
    const growing = defineActivation({
      name: 'growing',
      arrays: true,
      value(given) {
        // The memory has no room for it.
        size *= 2;
        Tensor.zeros(size).dispose();
        return gated(tanh(given));
      },
      deriv: (given) => given,
    });
    const tensor = Tensor.from(x);
    for (const outOf of [() => tensor, () => tensor.data, () => new Float64Array(x.length), () => [...x]]) {
      const wanted = gated(tanh(tensor.toFloat64Array()));
      const { capacity } = memory();
      const out = outOf();
      const got: unknown = growing(tensor, { out } as object);
      expect(memory().capacity).toBeGreaterThan(capacity);
      expect(got).toBe(out);
      // A view of the tensor died when the memory grew.
      const numbers = out instanceof Tensor || out.length === 0 ? tensor.data : Float64Array.from(out);
      expect(numbers).toEqual(wanted);
    }
    tensor.dispose();
  });

  test('may dispose its tensor: an error', () => {
    const tensor = Tensor.from(x);
    const disposing = defineActivation({
      name: 'disposing',
      value(each) {
        tensor.dispose();
        return each;
      },
      deriv: () => 1,
    });
    expect(errorOf(() => disposing(tensor))).toContain('TypeError ERR_DISPOSED');
    expect(disposing(1)).toBe(1);
  });

  test.each([
    ['no object', undefined, '"definition" expected an object'],
    ['no value', { name: 'f', deriv: Math.cos }, '"value" expected a function, got undefined'],
    ['no derivative', { name: 'f', value: Math.sin }, '"deriv" expected a function, got undefined'],
    ['no name', { value: Math.sin, deriv: Math.cos }, '"name" expected a non-empty string'],
    ['an empty name', { name: '', value: Math.sin, deriv: Math.cos }, '"name" expected a non-empty string'],
    ['a wrong key', { name: 'f', value: Math.sin, deriv: Math.cos, derive2: Math.sin }, 'did you mean "deriv2"?'],
    [
      'a wrong second derivative',
      { name: 'f', value: Math.sin, deriv: Math.cos, deriv2: 1 },
      '"deriv2" expected a function, got 1',
    ],
    ['a wrong switch', { name: 'f', value: Math.sin, deriv: Math.cos, arrays: 1 }, '"arrays" expected true or false, got 1'],
    ['defaults that are none', { name: 'f', value: Math.sin, deriv: Math.cos, defaults: [1] }, '"defaults" expected an object'],
    [
      'a default that is none',
      { name: 'f', value: Math.sin, deriv: Math.cos, defaults: { a: '1' } },
      '"defaults.a" expected a finite number',
    ],
    [
      'the name of an option',
      { name: 'f', value: Math.sin, deriv: Math.cos, defaults: { out: 1 } },
      '"defaults" cannot contain "out"',
    ],
    [
      'five',
      { name: 'f', value: Math.sin, deriv: Math.cos, defaults: { a: 1, b: 1, c: 1, d: 1, e: 1 } },
      'at most 4 hyperparameters',
    ],
    [
      'a number for a name',
      { name: 5, value: Math.sin, deriv: Math.cos },
      'TypeError ERR_OPTION: "name" expected a non-empty string',
    ],
    [
      'no letter in its name',
      { name: '', value: Math.sin, deriv: Math.cos },
      'RangeError ERR_OPTION: "name" expected a non-empty string',
    ],
  ])('is refused with %s', (_, definition, says) => {
    const error = errorOf(() => defineActivation(definition as never));
    expect(error).toContain('ERR_OPTION');
    expect(error).toContain(says);
  });
});

test('a pool computes what is made on the calling thread', async () => {
  const pool = await createPool({ threads: 1, minimum: 0 });
  try {
    for (const f of made) {
      expect(await pool.run(f, long), f.name).toEqual(f(long));
      expect(await pool.backward(f, long, { x: long }), f.name).toEqual(f.backward(long, { x: long }));
      expect(await pool.valueAndDeriv(f, long), f.name).toEqual(f.valueAndDeriv(long));
    }
  } finally {
    await pool.dispose();
  }
});
