// Cross-entropies: values compared with exact ones, gradients with differences; labels of every kind, masks, containers,
// mistakes.

import { sigmoid, sigmoidCrossEntropy, softmax, softmaxCrossEntropy, Tensor } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { expectSameBits, MAX, MIN, Random } from './support/bits.js';
import { nest } from './support/containers.js';
import { errorInUlp, round } from './support/exact.js';
import { crossEntropyExact, sigmoidCrossEntropyExact } from './support/family.js';
import { rowLimits } from './table.js';

const INF = Number.POSITIVE_INFINITY;
const NAN = Number.NaN;
const random = new Random(121);
const normals = (count: number, spread = 1): Float64Array => Float64Array.from({ length: count }, () => random.normal(spread));
const f = softmaxCrossEntropy;
const g = sigmoidCrossEntropy;

describe('softmaxCrossEntropy', () => {
  test('values, of a class and of a distribution', () => {
    for (const units of [1, 2, 3, 10, 17]) {
      for (const spread of [1e-8, 1, 30, 900]) {
        for (const temperature of [1, 0.3, 5]) {
          const x = normals(units, spread);
          const named = Math.floor(random.uniform(0, units));
          const hot = Float64Array.from(x, (_, i) => Number(i === named));
          const soft = Float64Array.from(x, () => random.uniform(0, 1));
          const what = `[${x}], class ${named}, T ${temperature}`;
          const one = f(x, named, { temperature });
          expect(errorInUlp(one, crossEntropyExact(x, hot, temperature)), what).toBeLessThanOrEqual(
            rowLimits('softmaxCrossEntropy', 'valueOfClass'),
          );
          expect(f(x, hot, { temperature }), what).toBe(one);
          const mixed = crossEntropyExact(x, soft, temperature);
          expect(errorInUlp(f(x, soft, { temperature }), mixed), what).toBeLessThanOrEqual(
            rowLimits('softmaxCrossEntropy', 'value'),
          );
        }
      }
    }
  });

  test('a logarithm out of range does not make a loss infinite that is in it, whatever the temperature', () => {
    expect(f([1e308, -1e308], [0.75, 0.25])).toBe(5e307);
    expect(f([MIN * 8, 0], [1, MIN], { temperature: MIN })).toBe(f([8, 0], [1, MIN]));
    expect(f([1e308, -INF], [0.75, 0.25])).toBe(INF);
    expect(f([1e308, -1e308], [0.75, INF])).toBe(INF);
    expect(f([1e308, -1e308], [0.0625, 0.9375])).toBe(INF);
    let rescued = 0;
    for (let i = 0; i < 4000; i++) {
      const x = Float64Array.from({ length: 2 + random.below(4) }, () => random.magnitude(i % 3 ? 1e290 : 1e-300, MAX));
      const temperature = i % 4 ? Math.abs(random.magnitude(MIN, i % 2 ? 1 : MAX)) : 1;
      const least = random.pick([1e-3, 1e-100, MIN]);
      const t = x.map(() => (random.below(4) ? random.magnitude(least, least * 1e3) * random.pick([1, 1, 1e5]) : 0));
      const exact = crossEntropyExact(x, t, temperature);
      const wanted = round(exact);
      for (const got of [f(x, t, { temperature }), f.valueAndDeriv(x, t, { temperature }).value]) {
        const what = `[${x}], [${t}], T ${temperature}: ${got}`;
        if (Number.isFinite(wanted)) {
          expect(errorInUlp(got, exact), what).toBeLessThanOrEqual(rowLimits('softmaxCrossEntropy', 'value'));
        } else expect(got, what).toBe(wanted);
      }
      const high = Math.max(...x);
      const isOut = x.some((each, k) => t[k] !== 0 && (each / 4 - high / 4) / temperature < -MAX / 4);
      if (isOut && Number.isFinite(wanted)) rescued++;
    }
    expect(rescued).toBeGreaterThan(300);
  });

  test('deriv has no −0: s − t of two zeros is 0', () => {
    for (const labels of [0, Float64Array.of(1, 0, 0, 0)]) {
      const deriv = f.deriv(Float64Array.of(0, -800, -1e9, Number.NEGATIVE_INFINITY), labels);
      expect([...deriv].map((each) => Object.is(each, 0))).toEqual([true, true, true, true]);
    }
  });

  test('deriv is (s·Σt − t)/T, and what differences say; valueAndDeriv gives both', () => {
    for (const options of [{}, { temperature: 0.7 }]) {
      const [x, t] = [normals(7, 2), normals(7).map(Math.abs)];
      const { temperature = 1 } = options;
      const slope = f.deriv(x, t, options);
      const total = t.reduce((a, b) => a + b);
      for (const [i, s] of softmax(x, options).entries()) {
        expect(slope[i]).toBeCloseTo((s * total - (t[i] as number)) / temperature, 13);
        const moved = (by: number) =>
          f(
            x.map((v, j) => (i === j ? v + by : v)),
            t,
            options,
          );
        expect(slope[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 7);
      }
      const both = f.valueAndDeriv(x, t, options);
      expect(both.value).toBe(f(x, t, options));
      expectSameBits('deriv', both.deriv, slope);
    }
  });

  test('a class that has all but won keeps the digits of its gradient', () => {
    const slope = f.deriv([40, 0], 0);
    expect(slope[0]).toBeCloseTo(-4.248354255291589e-18, 30);
    expect(f([40, 0], 0)).toBeCloseTo(4.248354255291589e-18, 30);
    expect(f([0, 800], 0)).toBe(800);
  });

  test('rows along any axis, and several', () => {
    const [x, t] = [normals(24), normals(24).map(Math.abs)];
    const [tensor, shape] = [Tensor.from(x, [2, 3, 4]), [2, 3, 4]];
    for (const axis of [0, 1, 2, [0, 1], [0, 2]]) {
      const along = [axis].flat();
      const places = new Map<string, number[]>();
      for (let at = 0; at < 24; at++) {
        const index = [Math.floor(at / 12), Math.floor(at / 4) % 3, at % 4];
        const key = index.filter((_, k) => !along.includes(k)).join();
        places.set(key, [...(places.get(key) ?? []), at]);
      }
      const rows = [...places.values()];
      const pick = (from: ArrayLike<number>, at: number[]) => Float64Array.from(at, (k) => from[k] as number);
      expectSameBits(
        'losses',
        f(tensor, { data: t, shape }, { axis }).data,
        rows.map((at) => f(pick(x, at), pick(t, at))),
      );
      const classes = rows.map((at, i) => i % at.length);
      expectSameBits(
        'losses',
        f(x, classes, { shape, axis }),
        rows.map((at, i) => f(pick(x, at), classes[i] as number)),
      );
      const slope = f.deriv(x, classes, { shape, axis });
      for (const [i, at] of rows.entries()) expectSameBits('deriv', pick(slope, at), f.deriv(pick(x, at), classes[i] as number));
    }
  });

  test('labels and logits of every kind', () => {
    const x = normals(6);
    const classes = [2, 0];
    const wanted = [...f(x, classes, { shape: [2, 3] })];
    const logits = nest(x, [2, 3]) as number[][];
    const oneHot = [
      [0, 0, 1],
      [1, 0, 0],
    ];
    for (const labels of [
      classes,
      Uint8Array.from(classes),
      Int32Array.from(classes),
      Tensor.from(classes),
      oneHot,
      { data: oneHot.flat(), shape: [2, 3] },
    ]) {
      expect(f(logits, labels)).toEqual(wanted);
      expectSameBits('tensor', f(Tensor.from(logits), labels).data, wanted);
      expect(f({ data: x, shape: [2, 3] }, labels)).toEqual({ data: Float64Array.from(wanted), shape: [2] });
    }
    expect(f([...x], [...classes], { shape: [2, 3] })).toEqual(wanted);
    expectSameBits('flat distributions', f(x, oneHot.flat(), { shape: [2, 3] }), wanted);
    expect(f(logits, classes, { out: [0, 0] })).toEqual(wanted);
    const out = { value: Tensor.zeros(2), deriv: Tensor.zeros(2, 3) };
    expect(f.valueAndDeriv(Tensor.from(logits), Tensor.from(classes), { out })).toBe(out);
    expectSameBits('value', out.value.data, wanted);
    expectSameBits('deriv', out.deriv.data, f.deriv(x, classes, { shape: [2, 3] }));
    const own = Tensor.from(logits);
    expect(f.deriv(own, classes, { out: own })).toBe(own);
    expectSameBits('in place', own.data, out.deriv.data);
  });

  test('in more than one block', () => {
    const [rows, units] = [700, 13];
    const x = normals(rows * units, 3);
    const classes = Int32Array.from({ length: rows }, (_, i) => i % units);
    const { value, deriv } = f.valueAndDeriv(x, classes, { shape: [rows, units] });
    for (let row = 0; row < rows; row += 37) {
      const own = x.slice(row * units, (row + 1) * units);
      expect(value[row]).toBe(f(own, classes[row] as number));
      expectSameBits('deriv', deriv.slice(row * units, (row + 1) * units), f.deriv(own, classes[row] as number));
    }
  });

  test('rows that do not count, masks, and rows of nothing', () => {
    expect(
      f.valueAndDeriv(
        [
          [1, 2],
          [3, 5],
        ],
        [-100, 1],
      ).value,
    ).toEqual([0, f([3, 5], 1)]);
    expect(
      f.deriv(
        [
          [1, NAN],
          [3, 5],
        ],
        [-1, 1],
      )[0],
    ).toEqual([0, 0]);
    const options = { mask: [true, false, true] };
    expect(f([1, 9, 2], 0, options)).toBe(f([1, 2], 0));
    expect(f.deriv([1, 9, 2], 0, options)).toEqual([f.deriv([1, 2], 0)[0], 0, f.deriv([1, 2], 0)[1]]);
    expect(f([1, 9, 2], 1, options)).toBe(INF);
    expect(f([1, -INF], 1)).toBe(INF);
    expect(f([-INF, -INF], 1)).toBeNaN();
    expect(
      f(
        [
          [-INF, -INF],
          [1, 2],
        ],
        [1, 0],
        { emptyRow: 'zero' },
      ),
    ).toEqual([0, f([1, 2], 0)]);
    expect(
      f.deriv(
        [
          [-INF, -INF],
          [1, 2],
        ],
        [1, 0],
        { emptyRow: 'zero' },
      )[0],
    ).toEqual([0, 0]);
    expect(f([NAN, 1], 1)).toBeNaN();
  });

  test('with, name, defaults', () => {
    expect(f.name).toBe('softmaxCrossEntropy');
    expect(f.defaults).toEqual({ axis: -1, temperature: 1 });
    const warm = f.with({ temperature: 2, axis: 0 });
    expect(warm.defaults).toEqual({ axis: 0, temperature: 2 });
    expect(warm([[1], [2]], [0])).toEqual([f([0.5, 1], 0)]);
    expect(warm.with({ axis: -1 })([1, 2], 0)).toBe(f([0.5, 1], 0));
  });

  const x = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  const cases: [string, () => unknown, new () => Error, string, RegExp][] = [
    ['no labels', () => f(x, undefined as never), TypeError, 'ERR_DTYPE', /^"labels" expected a number, an array/],
    [
      'labels of another shape',
      () => f(x, [0, 1, 2]),
      RangeError,
      'ERR_SHAPE',
      /^"labels" expected the shape \(2\) of class indices or \(2, 3\) of distributions, got \(3\)$/,
    ],
    [
      'a class past the last',
      () => f(x, [0, 3]),
      RangeError,
      'ERR_DTYPE',
      /^"labels\[1\]" expected class indices from 0 to 2, or a negative one.*, got 3$/,
    ],
    ['half a class', () => f(x, [0.5, 1]), RangeError, 'ERR_DTYPE', /^"labels\[0\]" expected class indices.*, got 0.5$/],
    ['NaN for a class', () => f(x, Tensor.from([NAN, 1])), RangeError, 'ERR_DTYPE', /^"labels\[0\]" .*, got NaN$/],
    [
      'a string for a class',
      () => f(x, ['a', 'b'] as never),
      TypeError,
      'ERR_DTYPE',
      /^"labels" expected a number at \[0\], got "a"$/,
    ],
    ['one class for many rows', () => f(x, 1), RangeError, 'ERR_SHAPE', /^"labels" expected the shape \(2\)/],
    ['logits: a number', () => f(3 as never, 0), RangeError, 'ERR_AXIS', /expected a container with an axis/],
    [
      'causal',
      () => f(x, [0, 1], { causal: true } as never),
      TypeError,
      'ERR_OPTION',
      /^"causal" is not an option of softmaxCrossEntropy/,
    ],
    [
      'temperature 0',
      () => f(x, [0, 1], { temperature: 0 }),
      RangeError,
      'ERR_OPTION',
      /^"temperature" expected a finite number > 0, got 0$/,
    ],
    ['an out too small', () => f(x, [0, 1], { out: [0] }), RangeError, 'ERR_SHAPE', /^"out" expected 2 elements, got 1$/],
  ];
  test.each(cases)('%s', (_, call, Class, code, message) => {
    expect(call).toThrow(Class);
    expect(call).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error);
  });
});

describe('sigmoidCrossEntropy', () => {
  test('values, and gradients by differences', () => {
    for (const t of [0, 1, 0.25, 0.9]) {
      for (const x of [...normals(60, 10), 0, -0, 1e-300, 700, -700, 745, -745, 1e300, -1e300]) {
        const got = g(x, t);
        const what = `sigmoidCrossEntropy(${x}, ${t}): ${got}`;
        expect(errorInUlp(got, sigmoidCrossEntropyExact(x, t)), what).toBeLessThanOrEqual(
          rowLimits('sigmoidCrossEntropy', 'value'),
        );
        expect(Math.abs(g.deriv(x, t) - (sigmoid(x) - t)), what).toBeLessThan(1e-15);
        if (Math.abs(x) < 30) expect(g.deriv(x, t)).toBeCloseTo((g(x + 1e-5, t) - g(x - 1e-5, t)) / 2e-5, 7);
      }
    }
  });

  test('special values', () => {
    expect([g(INF, 1), g(INF, 0), g(-INF, 0), g(-INF, 1)]).toEqual([0, INF, 0, INF]);
    expect([g.deriv(INF, 1), g.deriv(INF, 0), g.deriv(-INF, 0), g.deriv(-INF, 1)]).toEqual([0, 1, 0, -1]);
    expect([g(NAN, 1), g(1, NAN), g.deriv(NAN, 0)]).toEqual([NAN, NAN, NAN]);
  });

  test('tiny logits, which a few elements show, have the bits that they have among others', () => {
    const targets = [0, 1, 0.5, 0.25, 1 - 2 ** -53, 3, -1e300, 5e-324, 1e-200];
    const logits = [1e-310, -5e-324, 1e-160, -3e-155, 1e-90, -1e-75, 1e-70, 2, -800, 0, -0, NaN, INF];
    const pairs = logits.flatMap((x) => targets.map((t) => [x, t] as const));
    // In many ordinary numbers the few that are looked at are not these.
    const hidden = Float64Array.from({ length: 65 * 32 }, (_, i) => pairs[i - 1]?.[0] ?? 1);
    const beside = hidden.map((_, i) => pairs[i - 1]?.[1] ?? 0);
    hidden[65] = 1;
    const all = sigmoidCrossEntropy.valueAndDeriv(hidden, beside);
    const shown = Float64Array.of(1e-300, ...hidden);
    const easy = sigmoidCrossEntropy.valueAndDeriv(shown, Float64Array.of(0.5, ...beside));
    expectSameBits('losses', easy.value.subarray(1), all.value);
    expectSameBits('gradients', easy.deriv.subarray(1), all.deriv);
  });

  test('containers, and both in one pass', () => {
    const x = normals(5000, 3);
    const t = Uint8Array.from(x, (v) => Number(v > 0));
    const { value, deriv } = g.valueAndDeriv(x, t);
    expectSameBits(
      'value',
      value,
      Array.from(x, (v, i) => g(v, t[i] as number)),
    );
    expectSameBits(
      'deriv',
      deriv,
      Array.from(x, (v, i) => g.deriv(v, t[i] as number)),
    );
    expectSameBits('value', g(x, t), value);
    expectSameBits('tensor', g(Tensor.from(x), Tensor.from(t)).data, value);
    const own = x.slice();
    expect(g.deriv(own, t, { out: own })).toBe(own);
    expectSameBits('in place', own, deriv);
    expect(g([[0], [0]], [[0], [1]])).toEqual([[Math.LN2], [Math.LN2]]);
    expect(g.valueAndDeriv(0, 1)).toEqual({ value: Math.LN2, deriv: -0.5 });
    expect(() => g([0, 0], [1])).toThrow(/^"targets" expected 2 elements, got 1$/);
    expect(() => g([[0, 0]], [1, 1])).toThrow(/^"targets" expected the shape \(1, 2\), got \(2\)$/);
    expect(g.name).toBe('sigmoidCrossEntropy');
    expect(g.defaults).toEqual({});
    expect(g.with({})(0, 1)).toBe(Math.LN2);
  });
});
