// checkGradient: right derivatives pass, and wrong ones are found at the element that is wrong.

import * as nonlin from 'nonlin';
import { describe, expect, test } from 'vitest';
import { rows } from './table.js';

const { checkGradient, leakyRelu, relu, softmax, tanh, Tensor } = nonlin;
type Differentiable = nonlin.Differentiable;

const x = [-3.1, -0.7, -0.01, 0.02, 0.4, 1.9, 3.3];

test.each(rows.map(({ name, fn }) => [name, fn as unknown as Differentiable] as const))('%s passes, to 1e-9', (_, f) => {
  const { passed, message, checks, kinks } = checkGradient(f, x);
  expect(message).toMatch(/^passed/);
  expect(passed).toBe(true);
  expect(checks.map(({ of }) => of)).toEqual(['deriv', 'deriv2', 'backward']);
  expect(kinks).toEqual([]);
});

test('softmax, its Jacobian and its gradient, of one row and of several', () => {
  expect(checkGradient(softmax, x).message).toMatch(/^passed/);
  const options = { shape: [3, 2], temperature: 0.7 };
  const { passed, checks } = checkGradient(softmax, x.slice(1), { options });
  expect([passed, checks.map(({ of }) => of)]).toEqual([true, ['deriv', 'backward']]);
});

test('a loss: a number, with its gradient', () => {
  const loss = Object.assign((values: Float64Array) => values.reduce((sum, value) => sum + value ** 3, 0), {
    deriv: (values: Float64Array) => values.map((value) => 3 * value * value),
    backward: (dy: number, from: { x: Float64Array }) => from.x.map((value) => dy * 3 * value * value),
  });
  expect(checkGradient(loss, x).message).toMatch(/^passed/);
});

test('gated units, which have half as many results as elements', () => {
  const { glu, swiglu, geglu, reglu } = nonlin;
  for (const f of [glu, swiglu, geglu, reglu]) {
    const { passed, checks, message } = checkGradient(f, x.slice(1));
    expect([message, passed, checks.map(({ of }) => of)]).toEqual([expect.stringMatching(/^passed/), true, ['backward']]);
  }
});

test('losses with their labels', () => {
  const { softmaxCrossEntropy, sigmoidCrossEntropy } = nonlin;
  const targets = Float64Array.of(0, 1, 0.5, 0.2, 0.7, 1, 0);
  const sigmoidLoss = Object.assign((logits: Float64Array) => sigmoidCrossEntropy(logits, targets), {
    deriv: (logits: Float64Array) => sigmoidCrossEntropy.deriv(logits, targets),
  });
  expect(checkGradient(sigmoidLoss, x).message).toMatch(/^passed/);
  for (const [labels, temperature] of [
    [2, 1],
    [targets, 0.5],
  ] as const) {
    const loss = Object.assign((logits: Float64Array) => softmaxCrossEntropy(logits, labels, { temperature }), {
      deriv: (logits: Float64Array) => softmaxCrossEntropy.deriv(logits, labels, { temperature }),
    });
    expect(checkGradient(loss, x).message).toMatch(/^passed/);
  }
});

describe('kinks', () => {
  test('the slope from below is right, and the place is told', () => {
    const { passed, kinks } = checkGradient(relu, [-1, 0, 1]);
    expect([passed, kinks]).toEqual([true, [1]]);
    expect(checkGradient(leakyRelu, [0, 2], { options: { alpha: 0.1 } }).passed).toBe(true);
  });

  test('the slope from above is wrong', () => {
    const other = Object.assign((values: Float64Array) => values.map((value) => Math.max(value, 0)), {
      deriv: (values: Float64Array) => values.map((value) => (value >= 0 ? 1 : 0)),
    });
    expect(checkGradient(other, [-1, 0, 1]).worst).toMatchObject({ index: 1, expected: 0, got: 1 });
  });

  test('steep slopes, whose digits differ more, are none; nor are slopes of next to nothing', () => {
    const scaled = (by: number) =>
      Object.assign((values: Float64Array) => values.map((value) => by * Math.sin(value)), {
        deriv: (values: Float64Array) => values.map((value) => by * Math.cos(value)),
      });
    for (const by of [1e12, 1e6, 1, 1e-9]) {
      const { passed, kinks } = checkGradient(scaled(by), [-1, 0.3, 2]);
      expect([passed, kinks], `${by} times a sine`).toEqual([true, []]);
    }
  });

  test.each(rows.map(({ name, fn }) => [name, fn as unknown as Differentiable] as const))(
    '%s passes at its own kinks, also where f′ alone has one, and where f jumps',
    (_, f) => {
      const { passed, message } = checkGradient(f, [-3, -1, -0.5, 0, 0.5, 1, 3, 6]);
      expect([passed, message]).toEqual([true, expect.stringMatching(/^passed/)]);
    },
  );

  test('a kink nearby does not disturb', () => {
    for (const distance of [1e-2, 1e-3]) expect(checkGradient(relu, [-distance, distance]).passed).toBe(true);
    const bent = Object.assign((values: Float64Array) => values.map((value) => Math.sin(value) + 3 * Math.max(0, value - 1e-3)), {
      deriv: (values: Float64Array) => values.map((value) => Math.cos(value) + (value > 1e-3 ? 3 : 0)),
    });
    expect(checkGradient(bent, [0, 2e-3]).worst?.error).toBeLessThan(1e-12);
  });
});

/** A function of one number and its derivatives, applied to arrays. */
const ofNumbers = (value: (x: number) => number, deriv: (x: number) => number, deriv2: (x: number) => number) =>
  Object.assign((x: Float64Array) => x.map(value), {
    deriv: (x: Float64Array) => x.map(deriv),
    deriv2: (x: Float64Array) => x.map(deriv2),
  });

describe('what is near', () => {
  const distances = [0.1, 0.05, 1e-2, 1e-3, 1e-4, 1e-5, 1e-7, 1e-9];

  test.each([
    ['relu', 0, nonlin.relu],
    ['elu', 0, nonlin.elu],
    ['selu', 0, nonlin.selu],
    ['softsign', 0, nonlin.softsign],
    ['hardTanh', -1, nonlin.hardTanh],
    ['hardTanh', 1, nonlin.hardTanh],
    ['relu6', 6, nonlin.relu6],
    ['hardSwish', 3, nonlin.hardSwish],
    ['hardSigmoid', -3, nonlin.hardSigmoid],
    ['hardShrink', 0.5, nonlin.hardShrink],
    ['softShrink', -0.5, nonlin.softShrink],
    ['sparsePlus', 1, nonlin.sparsePlus],
  ] as const)('%s beside its kink at %d', (_, kink, fn) => {
    const smaller = kink === 0 ? [1e-12, 1e-100, 1e-300] : [];
    for (const distance of [...distances, ...smaller]) {
      for (const at of [kink - distance, kink + distance]) {
        const { passed, message, kinks } = checkGradient(fn as unknown as Differentiable, [at]);
        expect([passed, kinks], `${at}: ${message}`).toEqual([true, []]);
      }
    }
  });

  test('a singularity', () => {
    const log = ofNumbers(
      Math.log,
      (x) => 1 / x,
      (x) => -1 / x ** 2,
    );
    const inverse = ofNumbers(
      (x) => 1 / x,
      (x) => -1 / x ** 2,
      (x) => 2 / x ** 3,
    );
    const root = ofNumbers(
      Math.sqrt,
      (x) => 0.5 / Math.sqrt(x),
      (x) => -0.25 / x ** 1.5,
    );
    for (const f of [log, inverse, root]) {
      for (const at of [1e-12, 1e-6, 1e-4, 0.001, 0.01, 0.1]) {
        const { passed, message, kinks } = checkGradient(f, [at]);
        expect([passed, kinks], `${at}: ${message}`).toEqual([true, []]);
        const wrong = Object.assign((x: Float64Array) => f(x), {
          deriv: (x: Float64Array) => f.deriv(x).map((value) => value * (1 + 1e-8)),
        });
        expect(checkGradient(wrong, [at]).passed, `${at}`).toBe(false);
      }
    }
  });

  test('large x keep their digits, and waves are seen there', () => {
    const square = ofNumbers(
      (x) => x * x,
      (x) => 2 * x,
      () => 2,
    );
    const wave = ofNumbers(Math.sin, Math.cos, (x) => -Math.sin(x));
    for (const at of [1e2, 1e4, 1e8, 1e12]) expect(checkGradient(square, [at]).message).toMatch(/^passed/);
    for (const at of [1e2, 1e3, 1e4]) expect(checkGradient(wave, [at]).message).toMatch(/^passed/);
  });

  test('a kink where results have the digits of float32', () => {
    const single = ofNumbers(
      (x) => Math.fround(Math.min(Math.max(x / 6 + 0.5, 0), 1)),
      (x) => (x > -3 && x <= 3 ? 1 / 6 : 0),
      () => 0,
    );
    const { deriv } = single;
    const first = Object.assign((x: Float64Array) => single(x), { deriv });
    expect(checkGradient(first, [-3, 0.7, 3], { tolerance: 1e-4 }).passed).toBe(true);
  });
});

test('a result of NaN is compared with NaN, and disturbs no other', () => {
  const root = ofNumbers(
    Math.sqrt,
    (x) => 0.5 / Math.sqrt(x),
    (x) => -0.25 / x ** 1.5,
  );
  expect(checkGradient(root, [-1, 4]).message).toMatch(/^passed/);
  const zero = Object.assign((x: Float64Array) => root(x), {
    deriv: (x: Float64Array) => root.deriv(x).map((value) => value || 0),
  });
  expect(checkGradient(zero, [-1, 4]).worst).toMatchObject({ index: 0, expected: Number.NaN, got: 0 });
});

test('an infinite loss is not compared', () => {
  const never = Object.assign(() => Number.POSITIVE_INFINITY, { deriv: (x: Float64Array) => x });
  expect(checkGradient(never, x)).toMatchObject({
    passed: true,
    worst: undefined,
    message: expect.stringContaining('no finite value'),
  });
});

describe('what is wrong is found', () => {
  const wrong = (part: 'deriv' | 'deriv2' | 'backward', by: number): Differentiable => {
    const spoiled = (values: Float64Array) => values.map((value, i) => (i === 3 ? value + by : value));
    const own = {
      deriv: (values: Float64Array) => tanh.deriv(values),
      deriv2: (values: Float64Array) => tanh.deriv2(values),
      backward: (dy: Float64Array, from: { x: Float64Array }) => tanh.backward(dy, from),
    };
    const right = own[part] as (...args: unknown[]) => Float64Array;
    return Object.assign((values: Float64Array) => tanh(values), own, {
      [part]: (...args: unknown[]) => spoiled(right(...args)),
    }) as unknown as Differentiable;
  };

  test.each(['deriv', 'deriv2', 'backward'] as const)('%s, off by 1e-7 in one element', (part) => {
    const { passed, worst, message } = checkGradient(wrong(part, 1e-7), x);
    expect(passed).toBe(false);
    expect(message).toMatch(/^failed: .*, element 3: expected .*, got /);
    expect(worst?.index).toBe(3);
  });

  test('a relative fault of 1e-8, of f″ of 1e-7', () => {
    const scaled = (part: 'deriv' | 'deriv2', by: number) =>
      Object.assign((values: Float64Array) => tanh(values), {
        deriv: (values: Float64Array) => tanh.deriv(values),
        deriv2: (values: Float64Array) => tanh.deriv2(values),
        [part]: (values: Float64Array) => tanh[part](values).map((value) => value * (1 + by)),
      });
    for (const at of [-1.2, -0.7, 0.3, 0.5, 1]) {
      expect(checkGradient(scaled('deriv', 1e-8), [at]).checks[0]?.error, `${at}`).toBeGreaterThan(1e-9);
      expect(checkGradient(scaled('deriv', 1e-8), [at]).passed, `${at}`).toBe(false);
      expect(checkGradient(scaled('deriv2', 1e-7), [at]).passed, `${at}`).toBe(false);
    }
  });

  test('a slope of the wrong side of a kink nearby', () => {
    for (const at of [1e-9, 1e-5, 0.1]) {
      const wrong = Object.assign((values: Float64Array) => relu(values), { deriv: () => [0] });
      expect(checkGradient(wrong, [at]).worst, `${at}`).toMatchObject({ expected: 1, got: 0 });
    }
  });

  test('a tolerance lets it pass', () => {
    expect(checkGradient(wrong('backward', 1e-7), x, { tolerance: 1e-6 }).passed).toBe(true);
  });

  test('a derivative that is NaN', () => {
    expect(checkGradient(wrong('backward', Number.NaN), x).worst).toMatchObject({ index: 3, error: Number.POSITIVE_INFINITY });
  });
});

test('a point that is no vector of numbers is refused: nothing would be checked', () => {
  for (const [point, name, says] of [
    [5, 'TypeError', 'a vector of numbers, got 5'],
    ['x', 'TypeError', 'a vector of numbers, got "x"'],
    [undefined, 'TypeError', 'a vector of numbers, got undefined'],
    [
      [[1, 2]],
      'TypeError',
      'a vector of numbers, got an Array in it; give it as one flat array, and its shape by options: { shape }',
    ],
    [
      { data: [1, 2], shape: [2] },
      'TypeError',
      'a vector of numbers, got an Object; give it as one flat array, and its shape by options: { shape }',
    ],
    [['1'], 'TypeError', 'finite numbers, got "1"'],
    [[1, Number.NaN], 'RangeError', 'finite numbers, got NaN'],
  ] as const) {
    expect(() => checkGradient(tanh, point as unknown as number[])).toThrow(
      expect.objectContaining({ name, code: 'ERR_DTYPE', message: `"x" expected ${says}` }),
    );
  }
});

test('a function without a derivative does not pass', () => {
  const report = checkGradient(((values: Float64Array) => values) as Differentiable, x);
  expect(report).toEqual({
    passed: false,
    worst: undefined,
    checks: [],
    kinks: [],
    message: expect.stringContaining('has no derivative to check'),
  });
});

test('no elements have nothing to check', () => {
  for (const f of [relu, softmax]) {
    const report = checkGradient(f, []);
    expect(report).toEqual({ passed: true, worst: undefined, checks: [], kinks: [], message: 'x has no elements to check' });
  }
});

test('a gradient of another length', () => {
  const short = Object.assign((values: Float64Array) => tanh(values), {
    backward: (dy: Float64Array, from: { x: Float64Array }) => tanh.backward(dy, from).slice(1),
  });
  expect(() => checkGradient(short as unknown as Differentiable, x)).toThrow(
    expect.objectContaining({ code: 'ERR_SHAPE', message: '"backward" expected 7 numbers, got 6' }),
  );
});

test('no numbers at all are right', () => {
  expect(checkGradient(tanh, [])).toMatchObject({ passed: true, kinks: [] });
});

test('wrong calls', () => {
  expect(() => checkGradient(3 as unknown as Differentiable, x)).toThrow('"f" expected a function, got 3');
  expect(() => checkGradient(tanh, [1, Number.NaN])).toThrow('"x" expected finite numbers, got NaN');
  expect(() => checkGradient(tanh, x, { tolerance: 0 })).toThrow('"tolerance" expected a number > 0, got 0');
  const refused: [unknown, string][] = [
    [null, '"options" expected an object, got null'],
    [3, '"options" expected an object, got 3'],
    [{ tolerence: 1 }, '"tolerence" is not an option of checkGradient; did you mean "tolerance"?'],
    [{ tolerance: null }, '"tolerance" expected a number > 0, got null'],
    [{ options: null }, '"options" expected an object, got null'],
    [Object.create({ tolerance: 1 }), '"tolerance" expected an own property of the options, got an inherited one'],
  ];
  for (const [options, message] of refused) {
    const wanted = expect.objectContaining({ code: 'ERR_OPTION', name: 'TypeError', message }) as Error;
    expect(() => checkGradient(tanh, x, options as never)).toThrow(wanted);
  }
  expect(checkGradient(tanh, x, { tolerance: undefined, options: undefined }).passed).toBe(true);
});

/** The error that the slopes of sin(20x), rounded to multiples of `digit`, do not exceed at half of 100 points. */
function medianError(digit: number): number {
  const wave = Object.assign((values: Float64Array) => values.map((value) => Math.round(Math.sin(20 * value) / digit) * digit), {
    deriv: (values: Float64Array) => values.map((value) => 20 * Math.cos(20 * value)),
  });
  const errors = Array.from({ length: 100 }, (_, i) => checkGradient(wave, [-2 + 0.041 * i]).worst?.error ?? Number.NaN);
  return errors.sort((a, b) => a - b)[50] as number;
}

// Differences over the smallest step lose four digits more.
test('slopes keep all digits of the values but one or two', () => {
  for (const digit of [1e-9, 1e-10, 1e-11, 1e-12]) expect(medianError(digit), `${digit}`).toBeLessThan(30 * digit);
});

test('what is no array of numbers is refused, not passed', () => {
  const refused =
    (result: unknown, deriv: unknown = (values: Float64Array) => values) =>
    () =>
      checkGradient(Object.assign(() => result, { deriv }) as never, [1, 2]);
  for (const [result, got] of [
    [undefined, 'undefined'],
    [{ data: [1, 2], shape: [2] }, 'an Object'],
    [Tensor.from([1, 2]), 'a Tensor'],
    [Promise.resolve([1, 2]), 'a Promise'],
    [[1, '2'], '"2"'],
    [new BigInt64Array(2), '0n'],
  ] as const) {
    const message = `expected to return a number or an array of numbers, got ${got}`;
    expect(refused(result)).toThrow(expect.objectContaining({ code: 'ERR_DTYPE', message: `"f" ${message}` }));
    expect(refused([1, 2], () => result)).toThrow(expect.objectContaining({ code: 'ERR_DTYPE', message: `"deriv" ${message}` }));
  }
  expect(refused([1, 2], 3)).toThrow(
    expect.objectContaining({ code: 'ERR_DTYPE', message: '"deriv" expected a function, got 3' }),
  );
});

test('rows may be typed arrays', () => {
  const square = (x: Float64Array): Float64Array[] =>
    [x.subarray(0, 2), x.subarray(2)].map((row) => row.map((value) => value ** 2));
  const wrong = Object.assign(square, { deriv: (x: Float64Array) => [x, x.subarray(0, 0)] });
  const { passed, message } = checkGradient(wrong, [1, 2, 3, 4]);
  expect(passed, message).toBe(false);
});

test('a function without a name is called f', () => {
  const { message } = checkGradient(
    Object.assign(
      (
        () => (x: Float64Array) =>
          x
      )(),
      { deriv: (x: Float64Array) => x },
    ),
    [3],
  );
  expect(message).toBe('failed: f.deriv, element 0: expected 1, got 3');
});
