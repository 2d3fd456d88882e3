// The softmax family without softmax: values compared with exact ones, gradients with the Jacobian by differences; masks, several
// axes, rows with nothing left, containers.

import { logSoftmax, logSumExp, softmax, softmaxCrossEntropy, softmin, sparsemax, Tensor } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { expectSameBits, Random } from './support/bits.js';
import { mould, nest, product, strided } from './support/containers.js';
import { errorInUlp, round } from './support/exact.js';
import { crossEntropyExact, logSoftmaxExact, logSumExpExact, sparsemaxExact } from './support/family.js';

const INF = Number.POSITIVE_INFINITY;
const NAN = Number.NaN;
const random = new Random(120);
const normals = (count: number, spread = 1): Float64Array => Float64Array.from({ length: count }, () => random.normal(spread));

/** Largest error of the values, in ULP of the exact one. */
const LIMIT = 1;

/** Rows of many widths and spreads, some with masks; and temperatures. */
function* rowsOfLogits(): Generator<[Float64Array, number]> {
  for (const units of [1, 2, 3, 5, 8, 13, 32]) {
    for (const spread of [1e-9, 0.1, 1, 5, 40, 800, 1e5]) {
      for (const temperature of [1, 0.3, 7]) {
        const x = normals(units, spread);
        yield [x, temperature];
        if (units > 2) yield [x.map((v, i) => (i === 1 ? -INF : v)), temperature];
      }
    }
  }
  yield [Float64Array.of(1e308, -1e308, 0), 1];
  yield [Float64Array.of(0, -745, -800), 1];
  yield [Float64Array.of(3, 3, 3, 3), 1e-300];
}

describe('values', () => {
  test('logSoftmax', () => {
    for (const [x, temperature] of rowsOfLogits()) {
      const got = logSoftmax(x, { temperature });
      for (const [i, exact] of logSoftmaxExact(x, temperature).entries()) {
        const what = `logSoftmax of [${x}], T ${temperature}, entry ${i}: ${got[i]}`;
        if (exact === undefined) expect(got[i], what).toBe(-INF);
        else expect(errorInUlp(got[i] as number, exact), what).toBeLessThanOrEqual(LIMIT);
      }
    }
  });

  test('logSumExp', () => {
    for (const [x, temperature] of rowsOfLogits()) {
      const got = logSumExp(x, { temperature });
      const what = `logSumExp of [${x}], T ${temperature}: ${got}`;
      expect(errorInUlp(got, logSumExpExact(x, temperature)), what).toBeLessThanOrEqual(LIMIT);
    }
  });

  test('sparsemax', () => {
    for (const [x, temperature] of rowsOfLogits()) {
      const got = sparsemax(x, { temperature });
      for (const [i, exact] of sparsemaxExact(x, temperature).entries()) {
        const what = `sparsemax of [${x}], T ${temperature}, entry ${i}: ${got[i]} for ${round(exact)}`;
        expect(errorInUlp(got[i] as number, exact), what).toBeLessThanOrEqual(LIMIT);
      }
    }
  });

  test('x − max may overflow where the logarithm of softmax does not', () => {
    const x = Float64Array.of(-1e308, 1e308, -Infinity);
    expect([...logSoftmax(x, { temperature: 2 })]).toEqual([-1e308, 0, -Infinity]);
    expect(softmaxCrossEntropy(x, 0, { temperature: 2 })).toBe(1e308);
    expect(logSoftmax(x)[0]).toBe(-Infinity);
  });

  test('temperatures next to 0, for which x/T is next to the largest number', () => {
    for (const [x, temperature] of [
      [Float64Array.of(-1, -1), 1e-308],
      [Float64Array.of(1.6, 0.25, -0.1), 1e-308],
      [Float64Array.of(2e-16, -4e-16), 5e-324],
      [Float64Array.of(1e-5, 0, -1.5e-5), 2 ** -1040],
      [Float64Array.of(0, -1e150), 2 ** -502 * 1.9],
      [Float64Array.of(-3e157, -3.01e157), 2 ** -501 * 3],
    ] as const) {
      const got = logSumExp(x, { temperature });
      const what = `[${x}], T ${temperature}`;
      expect(Number.isFinite(got), what).toBe(true);
      expect(errorInUlp(got, logSumExpExact(x, temperature)), `logSumExp of ${what}: ${got}`).toBeLessThanOrEqual(LIMIT);
      const logs = logSoftmax(x, { temperature });
      for (const [i, exact] of logSoftmaxExact(x, temperature).entries()) {
        const wanted = exact as NonNullable<typeof exact>;
        if (round(wanted) === -INF) expect(logs[i], `logSoftmax of ${what}, entry ${i}`).toBe(-INF);
        else
          expect(errorInUlp(logs[i] as number, wanted), `logSoftmax of ${what}, entry ${i}: ${logs[i]}`).toBeLessThanOrEqual(
            LIMIT,
          );
      }
    }
    expect(logSumExp([2, 1], { temperature: 1e-308 })).toBe(INF);
    expect(logSoftmax([0, -2], { temperature: 1e-308 })).toEqual([0, -INF]);
  });

  test('gradients whose sum overflows', () => {
    // Each with its 1e300th part, of which no sum overflows.
    const rows = [
      [1e308, 1e308],
      [1.7e308, 1.7e308, 1.7e308, -1e308],
      [1.5e308, -1.5e308, 1.5e308, -1.5e308, 1],
      [1.7e308, -1.2e308, -1.7e308],
    ];
    for (const dy of rows) {
      const small = dy.map((v) => v * 2 ** -900);
      const x = dy.map((_, i) => Math.sin(i));
      for (const temperature of [1, 4, 2 ** 60]) {
        const options = { temperature };
        const compare = (name: string, run: (dy: number[]) => number[]): void => {
          const wanted = run(small).map((v) => v * 2 ** 900);
          for (const [i, got] of run(dy).entries()) {
            const what = `${name} of [${dy}], T ${temperature}, element ${i}: ${got} for ${wanted[i]}`;
            // By another way, whose last bits may be others where the sum cancels.
            const scale = 1e308 / temperature;
            if (Number.isFinite(wanted[i]))
              expect(Math.abs(got / scale - (wanted[i] as number) / scale), what).toBeLessThan(2 ** -50);
            else expect(got, what).toBe(wanted[i]);
          }
        };
        compare('logSoftmax.backward from x', (given) => logSoftmax.backward(given, { x }, options));
        compare('logSoftmax.backward from y', (given) => logSoftmax.backward(given, { y: logSoftmax(x, options) }, options));
        compare('sparsemax.backward from x', (given) => sparsemax.backward(given, { x }, options));
        compare('softmax.backward from x', (given) => softmax.backward(given, { x }, options));
        compare('softmaxCrossEntropy.deriv', (given) => softmaxCrossEntropy.deriv(x, given, options));
      }
    }
    expect(logSoftmax.backward([1e308, 1e308, NAN], { x: [0, 0, 0] })).toEqual([NAN, NAN, NAN]);
    expect(sparsemax.backward([1e308, 1e308, NAN], { x: [0, 0, -9] })).toEqual([0, 0, 0]);
    const both = logSoftmax.backward([INF, 1e308], { x: [0, 0] });
    expect(both).toEqual([NAN, -INF]);
  });

  test('from y, entries far below the maximum count where what they are multiplied by is large', () => {
    const y = [-1e-26, -59, -600, -1140.6474666153229, -1377.4, -INF];
    const dy = [2e-75, -1.2e153, 5e-147, 1.5e-267, 1.3e-253, 7];
    const temperature = 1.4625826262331989e-260;
    const got = logSoftmax.backward(dy, { y }, { temperature });
    expect(got[3]).toBe(1.5e-267 / temperature);
    // (dy − e^y·Σ)/T, computed with 3,000 bits.
    const large = logSoftmax.backward(
      dy.map((v, i) => (i === 1 ? -1.5050987292194726e290 : v)),
      { y },
      { temperature },
    );
    expect((large[3] as number) / 4.3205996974924e54).toBeCloseTo(1, 12);
    expect(large[5]).toBe(0);
    // The same rows from x, whose logarithms of softmax these are.
    const x = [0, -59, -600, -1140, -1377];
    const values = logSoftmax(x);
    for (const scale of [1e290, 1e-290]) {
      const given = [scale, -3 * scale, 1e-300, -1e-290, 0];
      const options = { temperature: 1e-250 };
      const [fromX, fromY] = [{ x: x.map((v) => v * 1e-250) }, { y: values }].map((from) =>
        logSoftmax.backward(given, from as { x: number[] }, options),
      );
      for (const [i, v] of (fromX as number[]).entries()) {
        if (Number.isFinite(v) && v !== 0) expect((fromY?.[i] as number) / v, `entry ${i}`).toBeCloseTo(1, 9);
        else expect(fromY?.[i], `entry ${i}`).toBe(v);
      }
    }
  });

  test('tiny gradients beside huge ones, over a tiny temperature', () => {
    const x = [0, -1, -5000];
    for (const [huge, temperature] of [
      [1e290, 1e-308],
      [1e308, 1e-308],
      [1.7e308, 0.7],
    ] as const) {
      const dy = [huge, huge, 3.7922668536906e-311];
      const from = x.map((v) => v * temperature);
      const wanted = 3.7922668536906e-311 / temperature;
      for (const got of [
        logSoftmax.backward(dy, { x: from }, { temperature }),
        logSoftmax.backward(dy, { y: logSoftmax(from, { temperature }) }, { temperature }),
        softmaxCrossEntropy.deriv(from, dy, { temperature }).map((v) => -v),
      ])
        expect(got[2], `beside ${huge}, T ${temperature}`).toBe(wanted);
    }
    const [a, b] = [1.02800008093717e-310, -4.24624410445e-312];
    const [first, second] = sparsemax.backward([a, b], { x: [0, 0] }, { temperature: 2 ** -600 });
    expect(first).toBe(((a - b) * 2 ** 500) / 2 ** -99);
    expect(second).toBe(-(first as number));
  });

  test('a huge label makes up for a tiny loss, also beside other labels', () => {
    for (const [x, labels] of [
      [Float64Array.of(999, 0, 0), Float64Array.of(1.2919122842839872e308, 4.2e-301, 8.8e-301)],
      [Float64Array.of(1000, 10, 0), Float64Array.of(1e308, 1e-200, 1e-250)],
      [Float64Array.of(0, -160_785, -177_696), Float64Array.of(1.5428e290, 4.11e-301, 5.18e-301)],
      [Float64Array.of(700, 0, 0), Float64Array.of(1, 1e-308, 0)],
    ] as const) {
      const got = softmaxCrossEntropy(x, labels);
      const what = `labels [${labels}] of [${x}]: ${got}`;
      expect(errorInUlp(got, crossEntropyExact(x, labels, 1)), what).toBeLessThanOrEqual(LIMIT);
    }
  });

  test('a subnormal rest is not rounded twice', () => {
    for (const below of [-708.2547342307636, -720.5, -730.191946501361, -744]) {
      const x = Float64Array.of(0, below);
      expect(errorInUlp(logSumExp(x), logSumExpExact(x, 1)), `ln(1 + e^${below})`).toBeLessThanOrEqual(LIMIT);
    }
  });

  test('sparsemax sees entries apart that the first halves of their numbers do not', () => {
    const x = Float64Array.of(0, 4.539739592367846, 3.0264930615785643, 3.0264930615785643);
    const temperature = 1.5132465307892822;
    const got = sparsemax(x, { temperature });
    for (const [i, exact] of sparsemaxExact(x, temperature).entries())
      expect(Math.abs((got[i] as number) - round(exact)), `entry ${i}: ${got[i]} for ${round(exact)}`).toBeLessThan(2 ** -76);
  });

  test('softmin is softmax of −x, bit for bit', () => {
    for (const [x, temperature] of rowsOfLogits()) {
      const minus = x.map((v) => 0 - v);
      expectSameBits('softmin', softmin(minus, { temperature }), softmax(x, { temperature }));
      const dy = normals(x.length);
      expectSameBits(
        'softmin.backward',
        softmin.backward(dy, { x: minus }, { temperature }).map((v) => 0 - v),
        softmax.backward(dy, { x }, { temperature }).map((v) => v + 0),
      );
    }
  });

  test('what the definition says of special rows', () => {
    for (const f of [softmax, logSoftmax, sparsemax]) {
      for (const row of [
        [1, NAN],
        [1, INF],
        [-INF, -INF],
      ])
        expect(f(row), `${f.name} of ${row}`).toEqual([NAN, NAN]);
      expect(f([7]), f.name).toEqual([f === logSoftmax ? 0 : 1]);
    }
    expect(softmin([INF, INF])).toEqual([NAN, NAN]);
    expect(softmin([-INF, 1])).toEqual([NAN, NAN]);
    expect(logSumExp([-INF, -INF])).toBe(-INF);
    expect(logSumExp([INF, 1])).toBe(INF);
    expect(logSumExp([INF, NAN])).toBeNaN();
    expect(logSumExp([[], []])).toEqual([-INF, -INF]);
    expect(logSumExp([])).toBe(-INF);
    expect(logSumExp(Tensor.zeros(2, 0)).toArray()).toEqual([-INF, -INF]);
    expect(logSumExp(Tensor.zeros(0, 2)).shape).toEqual([0]);
  });
});

/** The product of dy with the Jacobian, by differences over a step of 1e-5. */
function numeric(f: (x: Float64Array) => ArrayLike<number>, x: Float64Array, dy: ArrayLike<number>): number[] {
  const dot = (at: Float64Array): number => Array.from(f(at)).reduce((sum, y, j) => sum + y * (dy[j] as number), 0);
  return Array.from(x, (_, i) => {
    const moved = (by: number) => dot(x.map((v, j) => (j === i ? v + by : v)));
    return (moved(1e-5) - moved(-1e-5)) / 2e-5;
  });
}

function expectClose(what: string, got: ArrayLike<number>, wanted: ArrayLike<number>, within = 1e-8): void {
  expect(got.length, what).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    expect(Math.abs((got[i] as number) - (wanted[i] as number)), `${what}, entry ${i}: ${got[i]} for ${wanted[i]}`).toBeLessThan(
      within,
    );
  }
}

describe('gradients', () => {
  test('a huge dy does not overflow beside its terms', () => {
    const dy = Float64Array.of(0, 3e300);
    expect([...logSoftmax.backward(dy, { x: Float64Array.of(0, 0) })]).toEqual([-1.5e300, 1.5e300]);
    expect([...logSumExp.backward(3e300, { x: Float64Array.of(0, 0) })]).toEqual([1.5e300, 1.5e300]);
  });

  // The rounded sum is 0, and what rounding leaves out is not.
  test('a dy whose terms cancel', () => {
    const x = Float64Array.of(0, 1, 0);
    for (const huge of [2 ** 54, 2 ** 300, 2 ** 500, 2 ** 900]) {
      const dy = Float64Array.of(huge, -huge, 1);
      const wanted = [huge, -huge, 1 - (softmax(x)[2] as number)];
      expectSameBits('from x', logSoftmax.backward(dy, { x }), wanted);
      expectClose(
        'from y',
        logSoftmax.backward(dy, { y: logSoftmax(x) }).map((dx, i) => dx - (wanted[i] as number)),
        [0, 0, 0],
      );
      expectSameBits(
        'of a loss',
        softmaxCrossEntropy.deriv(x, dy),
        wanted.map((dx) => -dx),
      );
    }
    for (let row = 0; row < 1000; row++) {
      const logits = normals(3 + (row % 8));
      const dy = softmax(logits);
      dy[0] = (dy[0] as number) - 1;
      // Σ dy is nothing, and so is what it takes from dy.
      expectClose('a loss in steps', logSoftmax.backward(dy, { x: logits }), dy, 1e-15);
    }
  });

  test('logSoftmax: NaN in y shows beside an infinite dy', () => {
    for (const dy of [INF, -INF, 1, 0]) {
      expect([...logSoftmax.backward(Float64Array.of(1, dy, 1), { y: Float64Array.of(NAN, NAN, NAN) })]).toEqual([NAN, NAN, NAN]);
    }
  });

  test('a tiny dy over a tiny T loses no digits of small entries', () => {
    const T = 2 ** -1000;
    const x = Float64Array.of(0, -500 * T, -700 * T, -INF, -1400 * T);
    const wanted = [1, Math.exp(-500), Math.exp(-700), 0, 0].map((s) => s / 8);
    expectSameBits('logSumExp', logSumExp.backward(T / 8, { x }, { temperature: T }), wanted);
    const dy = Float64Array.of(T / 8, 0, 0, NAN, 0);
    const [, ...others] = logSoftmax.backward(dy, { x }, { temperature: T });
    expectClose(
      'logSoftmax',
      others.map((dx, i) => dx + (wanted[i + 1] as number)),
      [0, 0, 0, 0],
      Number.MIN_VALUE,
    );
    const [, ...ofLoss] = softmaxCrossEntropy.deriv(x, Float64Array.of(T / 8, 0, 0, 0, 0), { temperature: T });
    expectSameBits('softmaxCrossEntropy', ofLoss, wanted.slice(1));
  });

  test('logSumExp: an infinite dy is multiplied by the derivative as it is rounded', () => {
    // The derivatives are 1/T, e^−1100/T, which is not 0 though e^−1100 is, and 0.
    const T = 2 ** -1000;
    const [x, options] = [Float64Array.of(0, -1100 * T, -2000 * T, -INF), { temperature: T }];
    expect([...logSumExp.backward(INF, { x }, options)]).toEqual([INF, INF, NAN, 0]);
    expect([...logSumExp.backward(-INF, { x }, options)]).toEqual([-INF, -INF, NAN, 0]);
    expect([...logSumExp.backward(NAN, { x }, options)]).toEqual([NAN, NAN, NAN, 0]);
  });

  const family = [softmax, softmin, logSoftmax, sparsemax];

  test.each(family.map((f) => [f.name, f] as const))('%s.backward from x and from y', (name, f) => {
    for (const units of [2, 3, 7, 16]) {
      const [x, dy] = [normals(units, 2), normals(units)];
      for (const options of [{}, { temperature: 0.7 }]) {
        const wanted = numeric((at) => f(at, options), x, dy);
        expectClose(name, f.backward(dy, { x }, options), wanted);
        expectClose(`${name} from y`, f.backward(dy, { y: f(x, options) }, options), wanted);
      }
    }
  });

  test('logSumExp: deriv is softmax/T, backward that times dy, valueAndDeriv both', () => {
    for (const units of [1, 2, 5, 8]) {
      const x = normals(3 * units, 3);
      for (const options of [
        { shape: [3, units], temperature: 0.7 },
        { shape: [units, 3], axis: 0, temperature: 2 },
      ]) {
        const wanted = softmax(x, options).map((s) => s / options.temperature);
        const slope = logSumExp.deriv(x, options);
        expectClose('logSumExp.deriv', slope, wanted, 1e-15);
        const { value, deriv } = logSumExp.valueAndDeriv(x, options);
        expectSameBits('value', value, logSumExp(x, options));
        expectSameBits('deriv', deriv, slope);
        expectSameBits('backward', logSumExp.backward(new Float64Array(3).fill(1), { x }, options), slope);
        const dy = Float64Array.of(2, -4, 0.5);
        const scaled = slope.map((s, at) => s * (dy[options.axis === 0 ? at % 3 : Math.floor(at / units)] as number));
        expectSameBits('backward', logSumExp.backward(dy, { x }, options), scaled);
      }
    }
  });

  test('softmin.deriv is what backward multiplies with', () => {
    const [x, dy] = [normals(6), normals(6)];
    const jacobian = softmin.deriv(x);
    const wanted = Array.from(dy, (_, i) => dy.reduce((sum, d, j) => sum + d * (jacobian[j * 6 + i] as number), 0));
    expectClose('softmin', softmin.backward(dy, { x }), wanted, 1e-15);
    const { value, deriv } = softmin.valueAndDeriv(x);
    expectSameBits('value', value, softmin(x));
    expectSameBits('deriv', deriv, jacobian);
  });

  test('the family says which functions have no deriv', () => {
    for (const f of [logSoftmax, sparsemax]) {
      expect(f).not.toHaveProperty('deriv');
      expect(f).not.toHaveProperty('valueAndDeriv');
    }
    // @ts-expect-error there is no way back from y
    expect(() => logSumExp.backward(1, { y: [1, 2] })).toThrow(/^logSumExp.backward expected { x }, got { y }/);
  });
});

/** Every operation of the family, on x and dy of a shape; `masked` is what stands for a mask in x. */
const operations: readonly {
  name: string;
  masked: number;
  run: (x: Float64Array, dy: Float64Array, options: object) => readonly ArrayLike<number>[];
}[] = [
  ...[softmax, softmin].map((f) => ({
    name: f.name,
    masked: f === softmin ? INF : -INF,
    run: (x: Float64Array, dy: Float64Array, options: object) => {
      const { value, deriv } = f.valueAndDeriv(x, options);
      return [f(x, options), f.deriv(x, options), f.backward(dy, { x }, options), value, deriv];
    },
  })),
  ...[logSoftmax, sparsemax].map((f) => ({
    name: f.name,
    masked: -INF,
    run: (x: Float64Array, dy: Float64Array, options: object) => [f(x, options), f.backward(dy, { x }, options)],
  })),
  {
    name: 'logSumExp',
    masked: -INF,
    run: (x, dy, options) => {
      const sums = logSumExp(x, options) as unknown as Float64Array;
      return [sums, logSumExp.deriv(x, options), logSumExp.backward(dy.slice(0, sums.length), { x }, options)];
    },
  },
];

describe.each(operations.map((operation) => [operation.name, operation] as const))('%s: masks', (name, { masked, run }) => {
  /** Masks of a shape that broadcasts to `shape`, and for each element of x whether it counts. */
  const check = (shape: number[], mask: unknown, counts: (index: number[]) => boolean, options: object = {}): void => {
    const x = normals(product(shape), 2);
    const dy = normals(x.length);
    const replaced = x.map((v, at) => (counts(indexOf(at, shape)) ? v : masked));
    const got = run(x, dy, { shape, mask, ...options });
    const wanted = run(replaced, dy, { shape, ...options });
    for (const [i, each] of wanted.entries()) expectSameBits(`${name}, operation ${i}, mask of (${shape})`, got[i] ?? [], each);
  };

  test('of the same shape, broadcast, in every container', () => {
    const [a, b, c] = [3, 4, 5];
    const bits = Uint8Array.from({ length: a * b * c }, () => Number(random.uniform(0, 1) < 0.7));
    const bit = (at: number) => bits[at] === 1;
    const flat = (index: number[]) => bit(((index[0] as number) * b + (index[1] as number)) * c + (index[2] as number));
    check([a, b, c], bits, flat);
    check([a, b, c], [...bits], flat);
    check([a, b, c], Array.from(bits, Boolean), flat);
    check([a, b, c], nest(bits, [a, b, c]), flat);
    check([a, b, c], { data: bits, shape: [a, b, c] }, flat);
    check([a, b, c], { data: Array.from(bits, Boolean), shape: [a, b, c] }, flat);
    check([a, b, c], strided(bits, [a, b, c], [2, 0, 1], [1], 2), flat);
    check([a, b, c], Tensor.from(Float64Array.from(bits), [a, b, c]), flat);
    check([a, b, c], nest(bits.subarray(0, b * c), [b, c]), ([, j = 0, k = 0]) => bit(j * c + k));
    check([a, b, c], bits.subarray(0, c), ([, , k = 0]) => bit(k));
    check([a, b, c], nest(bits.subarray(0, a), [a, 1, 1]), ([i = 0]) => bit(i));
    check([a, b, c], nest(bits.subarray(0, a * c), [a, 1, c]), ([i = 0, , k = 0]) => bit(i * c + k));
    check([a, b, c], nest(bits.subarray(0, b), [b, 1]), ([, j = 0]) => bit(j));
    for (const axis of [0, 1, [0, 1], [0, 2], [1, 2], [0, 1, 2]]) check([a, b, c], bits, flat, { axis });
    check([a, b, c], nest(bits.subarray(0, b * c), [b, c]), ([, j = 0, k = 0]) => bit(j * c + k), { axis: [0, 2] });
  });

  test('in more than one block, and in rows longer than one', () => {
    const bits = Uint8Array.from({ length: 9001 }, () => Number(random.uniform(0, 1) < 0.9));
    check(
      [130, 67],
      bits.subarray(0, 130 * 67),
      ([i = 0, j = 0]) => bits[i * 67 + j] === 1,
      name === 'softmax' ? {} : { axis: 1 },
    );
    if (name === 'logSoftmax' || name === 'sparsemax') check([1, 9001], bits, ([, j = 0]) => bits[j] === 1);
  });

  test('causal', () => {
    check([2, 4, 4], undefined, ([, query = 0, key = 0]) => key <= query, { causal: true });
    check([4, 6], undefined, ([query = 0, key = 0]) => key <= query, { causal: true });
    check([6, 4], undefined, ([query = 0, key = 0]) => key <= query, { causal: true });
    const padding = Uint8Array.of(1, 1, 0, 1);
    check([3, 4, 4], padding, ([, query = 0, key = 0]) => key <= query && key !== 2, { causal: true });
    check([40, 130], undefined, ([query = 0, key = 0]) => key <= query, { causal: true });
  });

  test('emptyRow', () => {
    const x = normals(6);
    const dy = Float64Array.of(1, NAN, 2, 3, 4, 5);
    const mask = [
      [false, false, false],
      [true, true, false],
    ];
    const options = { shape: [2, 3], mask };
    const alone = run(x.slice(3), dy.slice(3), { shape: [1, 3], mask: mask[1] });
    const [bare, zero] = [run(x, dy, options), run(x, dy, { ...options, emptyRow: 'zero' })];
    for (const [i, wanted] of alone.entries()) {
      const size = wanted.length;
      const what = `${name}, operation ${i}`;
      if (name === 'logSumExp' && i === 2) continue;
      expectSameBits(what, (bare[i] as Float64Array).slice(size), wanted);
      expectSameBits(what, (zero[i] as Float64Array).slice(size), wanted);
      const ofNothing = i === 0 && (name === 'logSoftmax' || name === 'logSumExp') ? -INF : 0;
      expectSameBits(what, (zero[i] as Float64Array).slice(0, size), new Float64Array(size).fill(ofNothing));
      if (name !== 'logSumExp' || i > 0)
        expectSameBits(what, (bare[i] as Float64Array).slice(0, size), new Float64Array(size).fill(NAN));
    }
    // A row of masks in x is one too.
    const [first] = run(new Float64Array(3).fill(masked), dy.slice(0, 3), { shape: [1, 3], emptyRow: 'zero' });
    expect(Array.from(first ?? []).every((v) => v === 0 || v === -INF)).toBe(true);
  });
});

function indexOf(at: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = at;
  for (const length of [...shape].reverse()) {
    index.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return index;
}

describe('masks, going back from y', () => {
  test.each([softmax, softmin, logSoftmax, sparsemax].map((f) => [f.name, f] as const))('%s', (name, f) => {
    const [x, dy] = [normals(12, 2), normals(12)];
    const options = { shape: [3, 4], mask: [true, false, true, true], temperature: 0.5 };
    const y = f(x, options);
    expectClose(name, f.backward(dy, { y }, options), f.backward(dy, { x }, options), 1e-14);
    // Whatever dy is where nothing counts, there it is 0, and elsewhere the same.
    const wild = dy.map((v, at) => (at % 4 === 1 ? NAN : v));
    expectSameBits(name, f.backward(wild, { y }, options), f.backward(dy, { y }, options));
    const nothing = { ...options, mask: [false, false, false, false], emptyRow: 'zero' as const };
    expect([...f.backward(wild, { y: f(x, nothing) }, nothing)].every((v) => v === 0)).toBe(true);
  });

  test.each([softmax, softmin, logSoftmax, sparsemax].map((f) => [f.name, f] as const))('%s: rows that are NaN', (_, f) => {
    const dy = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    const x = [1, 2, 3, 1, NAN, 3, f === softmin ? INF : -INF, 2, 3, 1, 2, 3];
    const mask = [0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1];
    for (const axis of [0, 1]) {
      // With axis 0 the same rows, as columns.
      const turned = (list: number[]) =>
        axis === 1 ? list : [0, 1, 2].flatMap((i) => [0, 1, 2, 3].map((j) => list[3 * j + i] ?? 0));
      for (const emptyRow of ['nan', 'zero'] as const) {
        const options = { shape: axis === 1 ? [4, 3] : [3, 4], axis, mask: turned(mask), emptyRow };
        const byX = f.backward(turned(dy), { x: turned(x) }, options);
        const byY = f.backward(turned(dy), { y: f(turned(x), options) }, options);
        expect(byY.map(Number.isNaN), `${axis} ${emptyRow}`).toEqual(byX.map(Number.isNaN));
      }
    }
  });
});

describe('several axes at once', () => {
  const shape = [2, 3, 4, 5];
  const x = normals(product(shape));
  const tensor = Tensor.from(x, shape);
  const dy = normals(x.length);

  /** The rows along `axes` of an array of `shape`, by their places. */
  function placesOf(axes: readonly number[]): number[][] {
    const found = new Map<string, number[]>();
    for (let at = 0; at < x.length; at++) {
      const key = indexOf(at, shape)
        .filter((_, axis) => !axes.includes(axis))
        .join();
      found.set(key, [...(found.get(key) ?? []), at]);
    }
    return [...found.values()];
  }

  test.each([[[0, 1]], [[3, 2]], [[0, 2]], [[-1, 0]], [[1, 3]], [[0, 1, 3]], [[0, 1, 2, 3]], [[2]]])('%j', (axis) => {
    const places = placesOf(axis.map((each) => (each + 4) % 4));
    const units = places[0]?.length ?? 0;
    const rows = (values: ArrayLike<number>) => Float64Array.from(places.flat(), (at) => values[at] as number);
    const line = { shape: [places.length, units] };
    for (const f of [softmax, softmin, logSoftmax, sparsemax]) {
      expectSameBits(f.name, rows(f(x, { shape, axis })), f(rows(x), line));
      expectSameBits(f.name, rows(f(tensor, { axis }).data), f(rows(x), line));
      expectSameBits(f.name, rows(f.backward(dy, { x }, { shape, axis })), f.backward(rows(dy), { x: rows(x) }, line));
      const preset = f.with({ axis });
      expect(preset.defaults).toEqual({ axis, temperature: 1 });
      expectSameBits(f.name, preset(x, { shape }), f(x, { shape, axis }));
      expectSameBits(f.name, preset(x, { shape, axis: 1 }), f(x, { shape, axis: 1 }));
    }
    const others = shape.filter((_, at) => !axis.some((each) => (each + 4) % 4 === at));
    const jacobian = softmax.deriv(tensor, { axis });
    expect(jacobian.shape).toEqual([...others, units, units]);
    expectSameBits('softmax.deriv', jacobian.data, softmax.deriv(rows(x), line));
    const sums = logSumExp(tensor, { axis });
    expect(sums.shape).toEqual(others);
    expectSameBits('logSumExp', sums.data, logSumExp(rows(x), line));
    const kept = logSumExp(tensor, { axis, keepDims: true });
    expect(kept.shape).toEqual(shape.map((length, at) => (axis.some((each) => (each + 4) % 4 === at) ? 1 : length)));
    expectSameBits(
      'logSumExp, back',
      rows(logSumExp.backward(kept, { x: tensor }, { axis, keepDims: true }).data),
      logSumExp.backward(sums.data, { x: rows(x) }, line),
    );
    const nested = nest(x, shape) as number[][][][];
    const into = mould(shape) as number[][][][];
    expect(softmax(nested, { axis, out: into })).toBe(into);
    expectSameBits('nested', into.flat(3), softmax(x, { shape, axis }));
    const own = x.slice();
    softmax(own, { shape, axis, out: own });
    expectSameBits('in place', own, softmax(x, { shape, axis }));
  });
});

describe('containers', () => {
  const shape = [3, 4];
  const x = normals(12);
  const mask = Uint8Array.of(1, 0, 1, 1);
  const wanted = softmax(x, { shape, mask });
  const sums = logSumExp(x, { shape, mask });

  test('every kind in, the same kind out', () => {
    const nested = nest(x, shape) as number[][];
    expect(softmax(nested, { mask })).toEqual(nest(wanted, shape));
    expect(logSumExp(nested, { mask })).toEqual([...sums]);
    const typed = [0, 1, 2].map((row) => x.slice(4 * row, 4 * row + 4));
    expect(softmax(typed, { mask })).toEqual([0, 1, 2].map((row) => wanted.slice(4 * row, 4 * row + 4)));
    expect(logSumExp(typed, { mask })).toEqual(sums);
    expect(softmax([...x], { shape, mask })).toEqual([...wanted]);
    expect(logSumExp([...x], { shape, mask })).toEqual([...sums]);
    expect(softmax(strided(x, shape, [1, 0], [0]), { mask })).toEqual({ data: wanted, shape });
    expect(logSumExp(strided(x, shape, [1, 0], [0]), { mask })).toEqual({ data: sums, shape: [3] });
    expect(logSumExp({ data: x, shape: [12] })).toEqual({ data: Float64Array.of(logSumExp(x)), shape: [] });
    const single = Float32Array.from(x);
    expect(softmax(single, { shape, mask })).toEqual(Float32Array.from(softmax(Float64Array.from(single), { shape, mask })));
    expect(logSumExp(Int32Array.of(1, 2, 3))).toBe(logSumExp([1, 2, 3]));
    expect(logSumExp(Tensor.from(x, shape), { mask }).toArray()).toEqual([...sums]);
    expect(logSumExp(Tensor.from(x)).toArray()).toBe(logSumExp(x));
    expect(logSumExp(Tensor.from(x)).shape).toEqual([]);
    expect(logSumExp([...x])).toBe(logSumExp(x));
    expect(logSumExp(nested, { axis: [0, 1] })).toBe(logSumExp(x));
    expect(logSumExp(nested, { axis: 1, keepDims: true })).toEqual([...logSumExp(x, { shape })].map((v) => [v]));
    expect(logSumExp(nested, { axis: 0, keepDims: true })).toEqual([[...logSumExp(x, { shape, axis: 0 })]]);
  });

  test('out of every kind', () => {
    for (const out of [
      new Float64Array(12),
      new Float32Array(12),
      mould(shape),
      { data: new Float64Array(12), shape },
      Tensor.zeros(3, 4),
    ] as Float64Array[]) {
      expect(softmax(x, { shape, mask, out })).toBe(out);
      const got = softmax(out, { ...(ArrayBuffer.isView(out) ? { shape } : {}) });
      expect(got).toBeDefined();
    }
    const out = Tensor.zeros(3, 4);
    softmax(Tensor.from(x, shape), { mask, out });
    expectSameBits('tensor', out.data, wanted);
    const row = new Float64Array(3);
    expect(logSumExp(x, { shape, mask, out: row })).toBe(row);
    expectSameBits('row', row, sums);
    const one = Float64Array.of(0);
    expect(logSumExp(x, { out: one })).toBe(one);
    expect(one[0]).toBe(logSumExp(x));
    const both = { value: new Float64Array(3), deriv: new Float64Array(12) };
    expect(logSumExp.valueAndDeriv(x, { shape, mask, out: both })).toBe(both);
    expectSameBits('value', both.value, sums);
    expectSameBits('deriv', both.deriv, logSumExp.deriv(x, { shape, mask }));
    const [value, deriv] = [Tensor.zeros(3), Tensor.zeros(3, 4)];
    logSumExp.valueAndDeriv(Tensor.from(x, shape), { out: { value, deriv } });
    expectSameBits('value', value.data, logSumExp(x, { shape }));
    expectSameBits('deriv', deriv.data, logSumExp.deriv(x, { shape }));
    const own = x.slice();
    expect(softmax(own, { shape, mask, out: own })).toBe(own);
    expectSameBits('in place', own, wanted);
    expect(() => logSumExp(own, { shape: [12, 1], out: own.subarray(0, 6) })).toThrow(/"out" expected 12 elements, got 6/);
    expect(() => logSumExp(own, { shape, out: own.subarray(0, 3) })).toThrow(/overlap/);
  });

  test('a call inside another one', () => {
    const inside: number[] = [];
    const trap = new Proxy([...x], {
      get(target, key) {
        if (key === '5') inside.push(...softmax([1, 2, 3], { mask: [1, 1, 0] }));
        return Reflect.get(target, key) as unknown;
      },
    });
    expect(softmax(trap, { shape, mask })).toEqual([...wanted]);
    expectSameBits('inside', inside.slice(0, 3), [...softmax([1, 2]), 0]);
    const seen: unknown[] = [];
    const target = Object.defineProperty(new Array(12).fill(0) as number[], 2, {
      get: () => 0,
      set: (v: unknown) => seen.push(v, softmax([[1, 2]], { mask: [[0, 1]] })),
    });
    softmax(x, { shape, mask, out: target });
    expect(seen).toEqual([wanted[2], [[0, 1]]]);
    expectSameBits(
      'the rest',
      target.filter((_, at) => at !== 2),
      [...wanted].filter((_, at) => at !== 2),
    );
  });

  test('memory that grows during a call does not lose views of it', () => {
    const long = 2 ** 16 + 3;
    const view = Tensor.from(normals(long));
    const bits = new Uint8Array(long).fill(1).fill(0, 100, 200);
    const before = softmax(view.toFloat64Array(), { mask: bits });
    for (let round = 0; round < 3; round++) {
      const got = softmax(view.data, { mask: bits });
      expectSameBits('a view of wasm memory', got, before);
      Tensor.zeros(2 ** 20 * (round + 1));
    }
  });
});

describe('mistakes', () => {
  const x = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  const HUGE = [2 ** 20, 2 ** 20];
  const cases: [string, () => unknown, new () => Error, string, RegExp][] = [
    ['mask: a number', () => softmax(x, { mask: 1 as never }), TypeError, 'ERR_DTYPE', /^"mask" expected an array .*, got 1$/],
    [
      'mask: a boolean',
      () => softmax(x, { mask: true as never }),
      TypeError,
      'ERR_DTYPE',
      /^"mask" expected an array .*, got true$/,
    ],
    ['mask: null', () => softmax(x, { mask: null as never }), TypeError, 'ERR_DTYPE', /^"mask" expected an array/],
    [
      'mask: strings',
      () => softmax(x, { mask: ['1', '0', '1'] as never }),
      TypeError,
      'ERR_DTYPE',
      /^"mask\[0\]" expected true, false, 0 or 1, got "1"$/,
    ],
    [
      'mask: 2',
      () =>
        softmax(x, {
          mask: [
            [1, 0, 1],
            [0, 2, 1],
          ],
        }),
      RangeError,
      'ERR_DTYPE',
      /^"mask\[1\]\[1\]" expected true, false, 0 or 1, got 2$/,
    ],
    [
      'mask: −∞, as others add it',
      () => softmax(x, { mask: [0, -INF, 0] }),
      RangeError,
      'ERR_DTYPE',
      /^"mask\[1\]" .*, got -Infinity$/,
    ],
    [
      'mask: a hole',
      () => softmax(x, { mask: Object.assign(new Array<boolean>(3), { 0: true, 2: true }) }),
      TypeError,
      'ERR_DTYPE',
      /^"mask\[1\]" .*, got undefined$/,
    ],
    [
      'mask: too short',
      () => softmax(x, { mask: [1, 1] }),
      RangeError,
      'ERR_SHAPE',
      /^"mask" expected a shape that broadcasts to \(2, 3\), got \(2\)$/,
    ],
    [
      'mask: too deep',
      () => softmax(x, { mask: [x] as never }),
      RangeError,
      'ERR_SHAPE',
      /broadcasts to \(2, 3\), got \(1, 2, 3\)$/,
    ],
    ['mask: ragged', () => softmax(x, { mask: [[1, 1, 1], [1]] }), RangeError, 'ERR_SHAPE', /^"mask" expected rows of length 3/],
    ['mask: flat beside nested', () => softmax(x, { mask: [1, 1, 1, 1, 1, 1] }), RangeError, 'ERR_SHAPE', /got \(6\)$/],
    [
      'causal: a number',
      () => softmax(x, { causal: 1 as never }),
      TypeError,
      'ERR_OPTION',
      /^"causal" expected true or false, got 1$/,
    ],
    [
      'causal: a vector',
      () => softmax([1, 2], { causal: true }),
      RangeError,
      'ERR_SHAPE',
      /^"causal" expected at least two axes/,
    ],
    [
      'causal: another axis',
      () => softmax(x, { causal: true, axis: 0 }),
      RangeError,
      'ERR_SHAPE',
      /^"causal" expected .*rows along the last/,
    ],
    ['causal: two axes', () => softmax(x, { causal: true, axis: [0, 1] }), RangeError, 'ERR_SHAPE', /^"causal" expected/],
    [
      'emptyRow: another word',
      () => softmax(x, { emptyRow: 'none' as never }),
      RangeError,
      'ERR_OPTION',
      /^"emptyRow" expected "nan" or "zero", got "none"$/,
    ],
    [
      'emptyRow: a number',
      () => softmax(x, { emptyRow: 0 as never }),
      TypeError,
      'ERR_OPTION',
      /^"emptyRow" expected "nan" or "zero", got 0$/,
    ],
    [
      'keepDims: a number',
      () => logSumExp(x, { keepDims: 1 as never }),
      TypeError,
      'ERR_OPTION',
      /^"keepDims" expected true or false/,
    ],
    [
      'keepDims where nothing is summed up',
      () => softmax(x, { keepDims: true } as never),
      TypeError,
      'ERR_OPTION',
      /^"keepDims" is not an option of softmax/,
    ],
    ['axis: twice', () => softmax(x, { axis: [1, -1] }), RangeError, 'ERR_AXIS', /^"axis" expected different axes, got 1 twice$/],
    [
      'axis: none',
      () => softmax(x, { axis: [] }),
      RangeError,
      'ERR_AXIS',
      /^"axis" expected an integer or an array of integers, got an empty array$/,
    ],
    [
      'axis: a fraction in a list',
      () => softmax(x, { axis: [0, 0.5] }),
      RangeError,
      'ERR_AXIS',
      /^"axis\[1\]" expected an integer, got 0.5$/,
    ],
    [
      'axis: a string in a list',
      () => softmax(x, { axis: ['0'] as never }),
      TypeError,
      'ERR_AXIS',
      /^"axis\[0\]" expected an integer, got "0"$/,
    ],
    [
      'axis: past the last',
      () => softmax(x, { axis: [0, 2] }),
      RangeError,
      'ERR_AXIS',
      /^"axis" expected an integer from -2 to 1, got 2$/,
    ],
    ['with: mask', () => softmax.with({ mask: [1] } as never), TypeError, 'ERR_OPTION', /^"mask" is not an option of softmax/],
    [
      'dy of x’s shape',
      () => logSumExp.backward(x, { x }),
      RangeError,
      'ERR_SHAPE',
      /^"dy" expected the shape \(2\), got \(2, 3\)$/,
    ],
    [
      'a mask of more elements than there can be',
      () => logSumExp({ data: [1], shape: HUGE, stride: [0, 0] }, { mask: { data: [1], shape: HUGE, strides: [0, 0] } }),
      RangeError,
      'ERR_MEMORY',
      /^not enough memory for 1099511627776 numbers$/,
    ],
    ['dim', () => logSoftmax(x, { dim: 1 } as never), TypeError, 'ERR_OPTION', /did you mean "axis"\?$/],
    ['is_causal', () => logSoftmax(x, { is_causal: true } as never), TypeError, 'ERR_OPTION', /did you mean "causal"\?$/],
  ];

  test.each(cases)('%s', (_, call, Class, code, message) => {
    expect(call).toThrow(Class);
    expect(call).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error);
    // And the next call works.
    expect(softmax([[1, 5]], { mask: [1, 0] })).toEqual([[1, 0]]);
  });

  test('undefined means the default', () => {
    const unset = { mask: undefined, causal: undefined, emptyRow: undefined, axis: undefined };
    expect(softmax(x, unset)).toEqual(softmax(x));
    expect(logSumExp(x, { ...unset, keepDims: undefined })).toEqual(logSumExp(x));
  });
});
