// Hyperparameters, presets, names and defaults.

import * as nonlin from 'nonlin';
import * as epynn from 'nonlin/epynn';
import { describe, expect, test, vi } from 'vitest';
import { expectSameBits, Random } from './support/bits.js';
import { rows, TEMPERATURES } from './table.js';

const { elu, gelu, hadamard, leakyRelu, lrelu, sigmoid, softmax } = nonlin;
const random = new Random(81);
const x = Float64Array.from({ length: 24 }, () => random.normal(2));
const dy = x.map(() => random.normal());

describe.each(
  [...rows, { name: 'softmax', fn: softmax, defaults: { axis: -1, temperature: 1 }, takesY: true }].map(
    ({ name, fn, defaults, takesY }) => [name, fn as unknown as typeof elu, defaults, takesY] as const,
  ),
)('%s', (name, f, defaults, takesY) => {
  test('is one object: a function with name, defaults and operations', () => {
    expect(f.name).toBe(name);
    expect(f.defaults).toEqual(defaults);
    expect(Object.isFrozen(f.defaults)).toBe(true);
    expect(Object.isFrozen(f)).toBe(true);
    for (const operation of [f, f.deriv, f.backward, f.valueAndDeriv, f.with]) expect(operation).toBeTypeOf('function');
  });

  test('operations work taken off the object', () => {
    const { deriv, backward, valueAndDeriv } = f;
    expectSameBits(name, deriv(x), f.deriv(x));
    expectSameBits(name, backward(dy, { x }), f.backward(dy, { x }));
    expectSameBits(name, valueAndDeriv(x).value, f(x));
  });

  test('undefined means the default, everywhere', () => {
    const unset = Object.fromEntries([...Object.keys(defaults), 'out', 'shape'].map((key) => [key, undefined]));
    expectSameBits(name, f(x, unset), f(x));
    expectSameBits(name, f(x, undefined), f(x));
    expectSameBits(name, f.deriv(x, unset), f.deriv(x));
    expectSameBits(name, f.backward(dy, { x, y: undefined } as unknown as { x: Float64Array }, unset), f.backward(dy, { x }));
    expectSameBits(name, f.with({})(x), f(x));
  });

  test('only own enumerable keys of the options count', () => {
    const hidden = Object.defineProperty({}, 'nonsense', { value: 1, enumerable: false });
    expectSameBits(name, f(x, Object.create({ nonsense: 1 }) as object), f(x));
    expectSameBits(name, f(x, hidden), f(x));
    expectSameBits(name, f(x, Object.create(null) as object), f(x));
  });

  test('an option that is inherited is refused, as it would be ignored', () => {
    class Settings {
      get out() {
        return x;
      }
    }
    /** An own out, which would be read, beside a shape that would not be. */
    class Mixed {
      readonly out = new Float64Array(x.length);
      get shape() {
        return [x.length];
      }
    }
    for (const inherited of [
      new Mixed(),
      Object.create({ shape: [1] }),
      new Settings(),
      Object.create({ [Object.keys(defaults)[0] ?? 'out']: 7 }),
    ]) {
      const call = () => f(x, inherited as object);
      expect(call).toThrow(TypeError);
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_OPTION', message: expect.stringContaining('an inherited one') }));
    }
    // What stands on Object.prototype is every object's, and never counts.
    Object.defineProperty(Object.prototype, 'out', { value: 1, configurable: true, enumerable: true });
    try {
      expectSameBits(name, f(x, {}), f(x));
    } finally {
      delete (Object.prototype as { out?: unknown }).out;
    }
  });

  test('what stands on Object.prototype is no saved x', () => {
    Object.defineProperty(Object.prototype, 'x', { value: x, configurable: true, enumerable: true, writable: true });
    let error: unknown;
    try {
      f.backward(x, {} as never);
    } catch (thrown) {
      error = thrown;
    } finally {
      delete (Object.prototype as { x?: unknown }).x;
    }
    expect(error).toMatchObject({ code: 'ERR_OPTION' });
  });

  test('with leaves the function it came from alone', () => {
    for (const [key, value] of Object.entries({ alpha: 0.75, beta: 0.75, temperature: 0.5, axis: 0 })) {
      if (!(key in defaults)) continue;
      const preset = f.with({ [key]: value });
      const options = { [key]: value };
      expect(preset.name).toBe(name);
      expect(preset.defaults).toEqual({ ...defaults, [key]: value });
      expect(Object.isFrozen(preset.defaults)).toBe(true);
      expect(f.defaults).toEqual(defaults);
      expectSameBits(name, preset(x), f(x, options));
      expectSameBits(name, preset.deriv(x), f.deriv(x, options));
      expectSameBits(name, preset.backward(dy, { x }), f.backward(dy, { x }, options));
      if (takesY) expectSameBits(name, preset.backward(dy, { y: x }), f.backward(dy, { y: x }, options));
      expectSameBits(name, preset.valueAndDeriv(x).deriv, f.deriv(x, options));
      // An option of the call beats the preset; a preset of a preset keeps what it does not name.
      expectSameBits(name, preset(x, { [key]: (defaults as Record<string, number>)[key] }), f(x));
      expectSameBits(name, preset.with({})(x), preset(x));
      expectSameBits(name, preset.with({ [key]: undefined })(x), preset(x));
    }
  });
});

test('lrelu is leakyRelu, and negativeSlope is alpha', () => {
  expect(leakyRelu).toBe(lrelu);
  expectSameBits('lrelu', lrelu(x, { negativeSlope: 0.05 }), lrelu(x, { alpha: 0.05 }));
  const preset = lrelu.with({ negativeSlope: 0.05 });
  expect(preset.defaults).toEqual({ alpha: 0.05 });
  expectSameBits('lrelu', preset(x), lrelu(x, { alpha: 0.05 }));
  expectSameBits('lrelu', lrelu.with({ alpha: 0.2 })(x, { negativeSlope: 0.05 }), lrelu(x, { alpha: 0.05 }));
  expectSameBits('lrelu', lrelu(x, { alpha: undefined, negativeSlope: 0.05 }), lrelu(x, { alpha: 0.05 }));
});

test('softmax presets keep axis and temperature apart', () => {
  const warm = softmax.with({ temperature: 2 });
  const columns = warm.with({ axis: 0 });
  expect(columns.defaults).toEqual({ axis: 0, temperature: 2 });
  expectSameBits('softmax', columns(x, { shape: [4, 6] }), softmax(x, { shape: [4, 6], axis: 0, temperature: 2 }));
});

test('every temperature from the smallest to the largest float is taken', () => {
  for (const temperature of TEMPERATURES) {
    expect([...softmax([0, 0], { temperature })]).toEqual([0.5, 0.5]);
    expect(softmax.with({ temperature }).defaults.temperature).toBe(temperature);
  }
});

test('words of which one is expected: another word is a RangeError, what is no word a TypeError', () => {
  for (const [given, name, got] of [
    ['fast', 'RangeError', '"fast"'],
    [1, 'TypeError', '1'],
    [null, 'TypeError', 'null'],
  ] as const) {
    const message = `"approximate" expected 'none' or 'tanh', got ${got}`;
    expect(() => gelu(1, { approximate: given as never })).toThrow(
      expect.objectContaining({ name, code: 'ERR_OPTION', message }),
    );
  }
});

test('what has parts by name refuses inherited ones, as they would be ignored', () => {
  const inherited = (parts: object): never => Object.create(parts) as never;
  const beside = (own: object, parts: object): never => Object.assign(Object.create(parts), own) as never;
  const calls: [string, () => unknown][] = [
    ['y', () => elu.backward(dy, beside({ x }, { y: x }))],
    ['x', () => elu.backward(dy, inherited({ x }))],
    ['alpha', () => nonlin.prelu(x, inherited({ alpha: 1 }))],
    ['ELU_alpha', () => epynn.activation_tune(inherited({ ELU_alpha: 2 }))],
  ];
  for (const [name, call] of calls) {
    const message = expect.stringMatching(`^"${name}" expected an own property of the .*, got an inherited one$`) as string;
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_OPTION', name: 'TypeError', message }) as Error);
  }
  expect(elu.backward([1], beside({ x: [0] }, { other: 1 }))).toEqual([1]);
});

test('hadamard has its name and takes only out', () => {
  expect(hadamard.name).toBe('hadamard');
  expectSameBits('hadamard', hadamard(x, dy, { out: undefined }), hadamard(x, dy));
});

test('a result is new each time, an input is never returned', () => {
  const plain = [1, 2, 3];
  expect(nonlin.identity(plain)).not.toBe(plain);
  expect(nonlin.identity(x)).not.toBe(x);
  expect(nonlin.identity(x).buffer).not.toBe(x.buffer);
  expect(sigmoid(x)).not.toBe(sigmoid(x));
});

describe('what stands on Object.prototype never counts', () => {
  /** Calls with a property of all objects, which may have a value of any type; the expectations come after. */
  function withGlobal<T>(name: string, value: unknown, call: () => T): T {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
    try {
      return call();
    } finally {
      delete (Object.prototype as Record<string, unknown>)[name];
    }
  }

  test('as an option, where options are left out', () => {
    const { gruGates, glu, lstmGates, prelu, sigmoidCrossEntropy, softmaxCrossEntropy } = nonlin;
    const gates = [[0, 0, 0]];
    const calls: (() => unknown)[] = [
      () => gruGates(gates, { h: [[4]] }),
      () => gruGates(Float64Array.of(0, 0, 0), { h: Float64Array.of(4) }),
      () => gruGates(gates, { h: [[4]] }, { shape: undefined }),
      () => lstmGates([[0, 0, 0, 0]], { c: [[2]] }),
      () => glu([[1, 2]]),
      () => glu(Float64Array.of(1, 2, 3, 4), { shape: [2, 2] }),
      () => prelu([[1, 2]], { alpha: 1 }),
      () => sigmoidCrossEntropy([1], [1]),
      () => sigmoidCrossEntropy.valueAndDeriv(Float64Array.of(1), Float64Array.of(1)),
      () => softmaxCrossEntropy([[1, 2]], [0]),
      () => softmax([[1, 2]]),
      () => softmax([1, 2], { out: [0, 0] }),
      () => hadamard([[1, 2]], [[3, 4]]),
      () => elu([-1, 2]),
    ];
    for (const call of calls) {
      const wanted = call();
      for (const [name, value] of Object.entries({
        out: new Float64Array(1),
        shape: [1],
        axes: [0],
        more: 1,
        mask: [0],
        value: [0],
        deriv: [0],
      })) {
        expect(withGlobal(name, value, call)).toEqual(wanted);
        expect(value).toEqual(
          { out: new Float64Array(1), shape: [1], axes: [0], more: 1, mask: [0], value: [0], deriv: [0] }[name],
        );
      }
    }
  });

  test('as a part of an own activation', () => {
    const given = { name: 'twice', value: (x: number) => 2 * x, deriv: () => 2 };
    for (const [name, value] of Object.entries({ arrays: true, deriv2: () => 0, defaults: { alpha: 1 } })) {
      const twice = withGlobal(name, value, () => nonlin.defineActivation(given));
      expect(twice([1, 2])).toEqual([2, 4]);
      expect(twice.defaults).toEqual({});
      expect('deriv2' in twice).toBe(false);
    }
    class Doubled {
      readonly name = 'doubled';
      value(x: number): number {
        return 2 * x;
      }
      deriv(): number {
        return 2;
      }
      deriv2(): number {
        return 0;
      }
    }
    const doubled = withGlobal('deriv2', 1, () => nonlin.defineActivation(new Doubled()));
    expect(doubled.deriv2([1, 2])).toEqual([0, 0]);
  });

  test('as what the engine is made from', async () => {
    vi.resetModules();
    const globals = { exports: {}, module: {}, load: 1 };
    for (const [name, value] of Object.entries(globals))
      Object.defineProperty(Object.prototype, name, { value, configurable: true });
    let result: unknown;
    try {
      result = (await import('nonlin')).gelu([0, Number.POSITIVE_INFINITY]);
    } finally {
      for (const name of Object.keys(globals)) delete (Object.prototype as Record<string, unknown>)[name];
    }
    expect(result).toEqual([0, Number.POSITIVE_INFINITY]);
  });
});

test('every function that has defaults is frozen, and hadamard: all who import it share it', () => {
  const shared = Object.entries<unknown>(nonlin).filter(
    ([name, f]) => name === 'hadamard' || Object.hasOwn(Object(f), 'defaults'),
  );
  expect(shared.length).toBeGreaterThan(40);
  for (const [name, f] of shared) expect(Object.isFrozen(f), name).toBe(true);
  expect(() => Object.assign(nonlin.elu, { defaults: { alpha: 9 } })).toThrow(TypeError);
});

test('a number is computed with options that are read: an empty name is no option, and no options are none', () => {
  for (const [f, name] of [
    [elu, 'elu'],
    [sigmoid, 'sigmoid'],
  ] as const) {
    expect(f(-1, {})).toBe(f(-1));
    expect(() => f(-1, { '': 5 } as never)).toThrow(`"" is not an option of ${name}`);
    expect(() => f.backward(1, { x: -1 }, { '': 5 } as never)).toThrow(`"" is not an option of ${name}`);
  }
});
