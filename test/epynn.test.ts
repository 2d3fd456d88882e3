// nonlin/epynn beyond the recordings: its state, its shapes, its errors, and where it departs from EpyNN on purpose.

import * as nonlin from 'nonlin';
import * as epynn from 'nonlin/epynn';
import { afterEach, describe, expect, test } from 'vitest';
import { expectSameBits, Random } from './support/bits.js';

const { activation_tune, elu, hadamard, identity, lrelu, relu, sigmoid, softmax, tanh } = epynn;
const random = new Random(91);
const data = Float64Array.from({ length: 12 }, () => random.normal(2));
const x = { data, shape: [3, 4] };

afterEach(() => activation_tune({}));

test('exports EpyNN’s names and nothing else', () => {
  expect(Object.keys(epynn).sort()).toEqual([
    'activation_tune',
    'elu',
    'hadamard',
    'identity',
    'lrelu',
    'relu',
    'sigmoid',
    'softmax',
    'tanh',
  ]);
});

test('functions have EpyNN’s names, which its layers read', () => {
  for (const [name, f] of Object.entries(epynn)) if (name !== 'hadamard') expect(f.name).toBe(name);
});

test('values and derivatives have the bits of the main entry', () => {
  const pairs = [
    [identity, nonlin.identity],
    [relu, nonlin.relu],
    [lrelu, nonlin.lrelu],
    [elu, nonlin.elu],
    [sigmoid, nonlin.sigmoid],
    [tanh, nonlin.tanh],
  ] as const;
  for (const [f, main] of pairs as unknown as [typeof sigmoid, typeof nonlin.sigmoid][]) {
    expectSameBits(main.name, f(x).data, main(x).data);
    expectSameBits(main.name, f(x, false).data, main(x).data);
    expectSameBits(main.name, f(x, true).data, main.deriv(x).data);
  }
  expectSameBits('softmax', softmax(x).data, nonlin.softmax(x, { axis: 1 }).data);
  expectSameBits('softmax', softmax(x, true).data, nonlin.softmax.deriv(x, { axis: 1 }).data);
});

test('containers as in the main entry', () => {
  expect(relu([-1, 2])).toEqual([0, 2]);
  expect(relu([[-1, 2]], true)).toEqual([[0, 1]]);
  expect(identity(3)).toBe(3);
  expect(sigmoid(Float32Array.of(0))).toEqual(Float32Array.of(0.5));
  expect(tanh(new Float64Array(2), true)).toEqual(Float64Array.of(1, 1));
  expect(softmax([[0, 0]], true)).toEqual([
    [
      [0.25, -0.25],
      [-0.25, 0.25],
    ],
  ]);
  expect(
    hadamard(
      [[1, 2]],
      [
        [
          [1, 10],
          [100, 1000],
        ],
      ],
    ),
  ).toEqual([[201, 2010]]);
});

describe('activation_tune', () => {
  test('sets what it names and puts the rest back at EpyNN’s defaults', () => {
    activation_tune({ LRELU_alpha: 0.01, ELU_alpha: 2 });
    expect(lrelu([-1])).toEqual([-0.01]);
    expect(elu([-1000])).toEqual([-2]);
    activation_tune({ softmax_temperature: 5 });
    expect(lrelu([-1])).toEqual([-0.3]);
    expect(elu([-1000])).toEqual([-1]);
    expectSameBits('softmax', softmax(x).data, nonlin.softmax(x, { axis: 1, temperature: 5 }).data);
    activation_tune({});
    expectSameBits('softmax', softmax(x).data, nonlin.softmax(x, { axis: 1 }).data);
    activation_tune({ LRELU_alpha: undefined });
    expect(lrelu([-1])).toEqual([-0.3]);
  });

  test('leaves the main entry alone', () => {
    activation_tune({ LRELU_alpha: 0.5, ELU_alpha: 3, softmax_temperature: 7 });
    expect(nonlin.lrelu([-1])).toEqual([-0.3]);
    expect(nonlin.elu.defaults).toEqual({ alpha: 1 });
    expectSameBits('softmax', nonlin.softmax(x).data, nonlin.softmax(x, { temperature: 1 }).data);
  });

  test('takes the whole dictionary of a layer, and only what is a function’s of it', () => {
    const se_hPars = {
      learning_rate: 0.1,
      schedule: 'steady',
      decay_k: 0,
      cycle_epochs: 0,
      cycle_descent: 0,
      cycle_number: 1,
      epochs: 60,
      ELU_alpha: 2,
      LRELU_alpha: 0.2,
      softmax_temperature: 0.5,
    };
    activation_tune(se_hPars);
    expect(elu([-1000])).toEqual([-2]);
    expect(lrelu([-1])).toEqual([-0.2]);
    expectSameBits('softmax', softmax(x).data, nonlin.softmax(x, { axis: 1, temperature: 0.5 }).data);
    const { learning_rate, schedule } = se_hPars;
    activation_tune({ learning_rate, schedule });
    expect(elu([-1000])).toEqual([-1]);
    expect(lrelu([-1])).toEqual([-0.3]);
    expectSameBits('softmax', softmax(x).data, nonlin.softmax(x, { axis: 1 }).data);
  });

  test('refuses unknown keys and wrong values, and keeps what was set', () => {
    const tune = activation_tune as (set: unknown) => void;
    activation_tune({ ELU_alpha: 2 });
    const wrong: [unknown, typeof TypeError | typeof RangeError, RegExp][] = [
      [{ ELU_alpha: 3, LRELU_aplha: 1 }, TypeError, /^"LRELU_aplha" is not .*did you mean "LRELU_alpha"\?$/],
      [{ ELU_alpha: 3, learning_rates: 1 }, TypeError, /^"learning_rates" .*did you mean "learning_rate"\?$/],
      [{ ELU_alpha: 3, schedule_mode: 'steady' }, TypeError, /^"schedule_mode" is not /],
      [{ ELU_alpha: '1' }, TypeError, /^"ELU_alpha" expected .+, got/],
      [{ ELU_alpha: null }, TypeError, /^"ELU_alpha" expected .+, got null/],
      [{ ELU_alpha: Number.NaN }, RangeError, /^"ELU_alpha" expected .+, got NaN/],
      [{ LRELU_alpha: Number.POSITIVE_INFINITY }, RangeError, /^"LRELU_alpha" expected .+, got Infinity/],
      [{ softmax_temperature: 0 }, RangeError, /^"softmax_temperature" expected .+, got 0/],
      [{ softmax_temperature: -1 }, RangeError, /^"softmax_temperature" expected .+, got -1/],
      [null, TypeError, /expected .+, got null/],
      [3, TypeError, /expected .+, got/],
    ];
    for (const [set, type, message] of wrong) {
      const error = (() => {
        try {
          return tune(set);
        } catch (thrown) {
          return thrown as Error & { code: string };
        }
      })();
      expect(error?.constructor, JSON.stringify(set)).toBe(type);
      expect(error?.code).toBe('ERR_OPTION');
      expect(error?.message).toMatch(message);
      expect(elu([-1000])).toEqual([-2]);
    }
  });
});

describe('softmax', () => {
  test('runs along axis 1, whatever the number of dimensions', () => {
    const wide = { data: Float64Array.from({ length: 24 }, () => random.normal(2)), shape: [2, 3, 4] };
    activation_tune({ softmax_temperature: 0.5 });
    expectSameBits('softmax', softmax(wide).data, nonlin.softmax(wide, { axis: 1, temperature: 0.5 }).data);
  });

  test('its Jacobian lacks the factor 1/T', () => {
    for (const temperature of [0.1, 2, 1e300, 1e-300]) {
      activation_tune({ softmax_temperature: temperature });
      const y = softmax(x).data;
      const jacobian = softmax(x, true);
      expect(jacobian.shape).toEqual([3, 4, 4]);
      for (let m = 0; m < 3; m++) {
        for (let i = 0; i < 4; i++) {
          for (let j = 0; j < 4; j++) {
            const [a, b] = [y[m * 4 + i] as number, y[m * 4 + j] as number];
            expect(jacobian.data[m * 16 + i * 4 + j], `T ${temperature}`).toBeCloseTo(i === j ? a * (1 - a) : -a * b, 15);
          }
        }
      }
    }
  });

  test('needs two dimensions, its Jacobian exactly two', () => {
    const message = '"x" expected two dimensions or more, because softmax runs along axis 1; got ';
    for (const deriv of [false, true]) {
      for (const flat of [[1, 2], new Float64Array(2), { data: [1, 2], shape: [2] }]) {
        expect(() => softmax(flat, deriv)).toThrow(
          expect.objectContaining({ name: 'RangeError', code: 'ERR_AXIS', message: `${message}fewer` }),
        );
      }
      expect(() => softmax(3 as unknown as number[], deriv)).toThrow(
        expect.objectContaining({ code: 'ERR_AXIS', message: `${message}a number` }),
      );
    }
    const thrown = new Error('mine');
    const trap = {
      data: [1],
      get shape(): number[] {
        throw thrown;
      },
    };
    expect(() => softmax(trap)).toThrow(thrown);
    expect(() => softmax({ data, shape: [3, 2, 2] }, true)).toThrow(RangeError);
    expect(() => softmax(new Float64Array(3) as unknown as number[][], true)).toThrow(RangeError);
  });
});

test('right where EpyNN is wrong: tanh far out, lrelu with a large alpha, NaN', () => {
  expect(tanh([800, -800])).toEqual([1, -1]);
  expect(tanh([800], true)).toEqual([0]);
  activation_tune({ LRELU_alpha: 2 });
  expect(lrelu([-1, 3])).toEqual([-2, 3]);
  activation_tune({});
  for (const f of [identity, relu, lrelu, elu, sigmoid, tanh]) {
    expect(f([Number.NaN])[0]).toBeNaN();
    expect(f([Number.NaN], true)[0]).toBeNaN();
  }
});

test('bad input is refused as in the main entry', () => {
  expect(() => relu('1' as unknown as number)).toThrow(expect.objectContaining({ name: 'TypeError', code: 'ERR_DTYPE' }));
  expect(() => relu([1], 1 as unknown as boolean)).toThrow(TypeError);
  expect(() => hadamard([1, 2], [1])).toThrow(expect.objectContaining({ name: 'RangeError', code: 'ERR_SHAPE' }));
});
