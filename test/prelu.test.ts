// prelu: along every axis compared with lrelu, channel by channel; the gradient of the slopes compared with exact sums;
// containers, `out` and mistakes.

import { lrelu, prelu, Tensor } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { expectSameBits, Random } from './support/bits.js';
import { errorInUlp, mul, type Real, real, sum } from './support/exact.js';

const random = new Random(140);
const normals = (count: number): Float64Array => Float64Array.from({ length: count }, () => random.normal(2));

const dot = (x: ArrayLike<number>, dy: ArrayLike<number>): Real =>
  sum(Array.from(x, (at, i) => mul(real(at), real(dy[i] as number))));

/** The channel of each element of an array of this shape. */
function channels(shape: readonly number[], axis: number): number[] {
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const size = shape.reduce((a, b) => a * b);
  return Array.from({ length: size }, (_, i) => Math.floor(i / inner) % (shape[axis] as number));
}

test('value, derivative and gradients along every axis', () => {
  for (const shape of [[1], [5], [3, 4], [2, 5], [2, 3, 7], [3, 2, 4, 2]]) {
    for (const axis of shape.keys()) {
      const of = channels(shape, axis);
      const [x, dy, alpha] = [normals(of.length), normals(of.length), normals(shape[axis] as number)];
      x[0] = 0;
      const options = { shape, axis };
      const each = (f: (x: number, alpha: number, i: number) => number) =>
        x.map((at, i) => f(at, alpha[of[i] as number] as number, i));
      expectSameBits(
        'value',
        prelu(x, { alpha }, options),
        each((at, slope) => lrelu(at, { alpha: slope })),
      );
      expectSameBits(
        'derivative',
        prelu.deriv(x, { alpha }, options),
        each((at, slope) => lrelu.deriv(at, { alpha: slope })),
      );
      const zeros = x.map(() => 0);
      expectSameBits('second derivative', prelu.deriv2(x, { alpha }, options), zeros);
      const both = prelu.valueAndDeriv(x, { alpha }, options);
      expectSameBits('value beside the derivative', both.value, prelu(x, { alpha }, options));
      expectSameBits('derivative beside the value', both.deriv, prelu.deriv(x, { alpha }, options));
      const back = prelu.backward(dy, { x, alpha }, options);
      expectSameBits(
        'dx',
        back.x,
        each((at, slope, i) => lrelu.backward(dy[i] as number, { x: at }, { alpha: slope })),
      );
      for (const [channel, got] of back.alpha.entries()) {
        const exact = dot(
          x.map((at, i) => (of[i] === channel ? Math.min(at, 0) : 0)),
          dy,
        );
        expect(errorInUlp(got, exact), `gradient of slope ${channel}, shape ${shape}, axis ${axis}`).toBeLessThanOrEqual(0.51);
      }
      const tensors = { x: Tensor.from(x, shape), alpha: Tensor.from(alpha) };
      const onTensors = prelu.backward(Tensor.from(dy, shape), tensors, { axis });
      expectSameBits('dx of tensors', onTensors.x.data, back.x);
      expectSameBits('gradient of slopes in a tensor', onTensors.alpha.data, back.alpha);
      const bothTensors = prelu.valueAndDeriv(tensors.x, { alpha: tensors.alpha }, { axis });
      expectSameBits('value in a tensor', bothTensors.value.data, both.value);
      expectSameBits('derivative in a tensor', bothTensors.deriv.data, both.deriv);
      expectSameBits('second derivative in a tensor', prelu.deriv2(tensors.x, { alpha }, { axis }).data, zeros);
    }
  }
});

test('a sum keeps what cancels', () => {
  const x = [-1e16, -1, -1, -1e16, -3, -0.5];
  const dy = [1, 1, 1, -1, 1, 1];
  expect(prelu.backward(dy, { x, alpha: 0.25 }).alpha).toBe(-5.5);
  expect(prelu.backward([[1], [1], [-1]], { x: [[-1e16], [-1], [-1e16]], alpha: [0.25] }).alpha).toEqual([-1]);
});

test('a sum next to the largest number', () => {
  const x = Float64Array.of(-5.813522694279817e307, -Number.MAX_VALUE);
  for (const options of [{ shape: [2, 1] }, { shape: [1, 2], axis: 0 }]) {
    const { alpha } = prelu.backward(Float64Array.of(-1, 1), { x, alpha: [0.25] }, options);
    expect(alpha).toEqual([5.813522694279817e307 - Number.MAX_VALUE]);
  }
});

test('products that cancel keep what their rounding leaves out', () => {
  const x = [-2806.897165715153, -1.6221681232698184, -2.5470979715894616e-10, -127.7328763622523];
  const dy = [-0.27475575973172567, 476.25895023908356, -2512.7073438751504, -4.985960832841931e-7];
  expect(prelu.backward(dy, { x, alpha: 0.25 }).alpha).toBe(-1.3608599177706768);
  expect(prelu.backward(dy, { x, alpha: [1, 1, 1, 1] }, { shape: [1, 4] }).alpha).toEqual(
    x.map((at, i) => at * (dy[i] as number)),
  );
  // Next to the largest numbers, whose parts must not overflow, and next to the smallest.
  const [large, small] = [2 ** 1000 + 2 ** 950, 2 ** -200];
  for (const [a, b] of [
    [Number.MAX_VALUE, 1],
    [Number.MAX_VALUE, 0.5 + 2 ** -50],
    [large, 1 + 2 ** -30],
    [small, 1.1],
    [2 ** -1000, 0.3],
    [5e-324, 1],
  ] as const) {
    expect(prelu.backward([b], { x: [-a], alpha: 1 }).alpha, `${a} times ${b}`).toBe(-a * b);
    expect(prelu.backward([b, b], { x: [-a, -a], alpha: 1 }).alpha, `${a} times ${b}, twice`).toBe(-a * b - a * b);
  }
  // Infinite products, and factors of those that do not count.
  expect(prelu.backward([1e200, 1, 3], { x: [-1e200, -1, -2], alpha: 1 }).alpha).toBe(-Infinity);
  expect(prelu.backward([1e200, -1e200], { x: [-1e200, -1e200], alpha: 1 }).alpha).toBeNaN();
  expect(prelu.backward([1, 0, Infinity, NaN, 2], { x: [-1, Infinity, 1, 5, -2], alpha: 1 }).alpha).toBe(-5);
  expect(prelu.backward([0], { x: [-Infinity], alpha: 1 }).alpha).toBeNaN();
});

test('f″ is that of lrelu for every special number', () => {
  const x = [0, -0, 1, -1, Infinity, -Infinity, NaN, 5e-324, -5e-324, Number.MAX_VALUE];
  for (const alpha of [0.3, -2, 0, 1e300])
    expectSameBits('f″', Float64Array.from(prelu.deriv2(x, { alpha })), Float64Array.from(lrelu.deriv2(x, { alpha })));
  expect(prelu.deriv2(-1, { alpha: Infinity })).toBe(0);
  expect(prelu.deriv2([-1, 1], { alpha: NaN })).toEqual([NaN, 0]);
});

describe('containers', () => {
  test('one slope, as a number or alone in a container, for any shape', () => {
    expect(prelu(-2, { alpha: 0.25 })).toBe(-0.5);
    expect(prelu([-2, 4], { alpha: [0.25] })).toEqual([-0.5, 4]);
    expect(prelu.deriv2(-2, { alpha: 0.25 })).toBe(0);
    expect(prelu.valueAndDeriv(-2, { alpha: 0.25 })).toEqual({ value: -0.5, deriv: 0.25 });
    expect(prelu.valueAndDeriv([[-2], [4]], { alpha: [0.25] })).toEqual({ value: [[-0.5], [4]], deriv: [[0.25], [1]] });
    expect(prelu.deriv2({ data: [-2, 4], shape: [2] }, { alpha: 0.25 })).toEqual({ data: Float64Array.of(0, 0), shape: [2] });
    expect(prelu.backward(3, { x: -2, alpha: 0.25 })).toEqual({ x: 0.75, alpha: -6 });
    expect(prelu.backward([3, 1], { x: [-2, 4], alpha: 0.5 })).toEqual({ x: [1.5, 1], alpha: -6 });
  });

  test('each result like its own container; more than a block; none', () => {
    const x = normals(30_000);
    const alpha = normals(30);
    const whole = prelu(x, { alpha }, { shape: [1000, 30] });
    expectSameBits('strided', prelu({ data: x, shape: [1000, 30] }, { alpha }).data, whole);
    expect(prelu(Float32Array.of(-1, 1), { alpha: Float32Array.of(0.5) })).toEqual(Float32Array.of(-0.5, 1));
    expect(prelu.backward([], { x: [], alpha: 0.5 })).toEqual({ x: [], alpha: 0 });
    expect(prelu.backward([[], []], { x: [[], []], alpha: [0.5] })).toEqual({ x: [[], []], alpha: [0] });
  });

  test('out, in place too', () => {
    const x = Float64Array.of(-1, 2);
    expect(prelu(x, { alpha: 0.5 }, { out: x })).toBe(x);
    expect([...x]).toEqual([-0.5, 2]);
    expect(prelu.deriv2(x, { alpha: 0.5 }, { out: x })).toBe(x);
    expect([...x]).toEqual([0, 0]);
    const pair = { value: Float64Array.of(-1, 2), deriv: new Float32Array(2) };
    expect(prelu.valueAndDeriv(pair.value, { alpha: 0.5 }, { out: pair })).toBe(pair);
    expect(pair).toEqual({ value: Float64Array.of(-0.5, 2), deriv: Float32Array.of(0.5, 1) });
    const other = { value: [0, 0], deriv: Float64Array.of(-1, 2) };
    expect(prelu.valueAndDeriv(other.deriv, { alpha: [0.5, 3] }, { axis: 0, out: other })).toBe(other);
    expect(other).toEqual({ value: [-0.5, 2], deriv: Float64Array.of(0.5, 1) });
    const out = { x: new Float64Array(2), alpha: new Float64Array(2) };
    expect(prelu.backward([1, 1], { x: [-4, -8], alpha: [1, 2] }, { axis: 0, out })).toBe(out);
    expect(out).toEqual({ x: Float64Array.of(1, 2), alpha: Float64Array.of(-4, -8) });
  });

  test('NaN stays in its element, and in the gradient of its slope', () => {
    const back = prelu.backward([[1, 1]], { x: [[Number.NaN, -1]], alpha: [0.5, 0.5] });
    expect(back).toEqual({ x: [[Number.NaN, 0.5]], alpha: [Number.NaN, -1] });
  });
});

test('with sets the axis', () => {
  const rows = prelu.with({ axis: 0 });
  expect([rows.name, rows.defaults, prelu.defaults]).toEqual(['prelu', { axis: 0 }, { axis: 1 }]);
  expect(
    rows(
      [
        [-1, -1],
        [-1, -1],
      ],
      { alpha: [2, 3] },
    ),
  ).toEqual([
    [-2, -2],
    [-3, -3],
  ]);
});

describe('what is refused', () => {
  type Call = (...given: unknown[]) => unknown;
  const loose = prelu as unknown as Call & Readonly<Record<'backward' | 'deriv2' | 'valueAndDeriv', Call>>;
  test.each<[string, () => unknown, string, RegExp]>([
    ['no slopes', () => loose([1]), 'ERR_OPTION', /expected \{ alpha \}/],
    ['slopes of another name', () => loose([1], { slope: 1 }), 'ERR_OPTION', /"slope" is not a part/],
    ['slopes that are no numbers', () => loose([1], { alpha: 'a' }), 'ERR_DTYPE', /^"alpha" expected/],
    [
      'too many slopes',
      () => loose([[1, 2]], { alpha: [1, 2, 3] }),
      'ERR_SHAPE',
      /^"alpha" expected .* 2 channels along axis 1, got 3/,
    ],
    ['no such axis', () => loose([1, 2], { alpha: [1, 2] }), 'ERR_AXIS', /axis/],
    ['a dy of another shape', () => loose.backward([1], { x: [1, 2], alpha: 1 }), 'ERR_SHAPE', /^"dy" expected/],
    ['an out for one of two', () => loose.backward([1], { x: [1], alpha: 1 }, { out: { x: [0] } }), 'ERR_OPTION', /alpha/],
    [
      'an option beside the slopes',
      () => loose([1], { alpha: 1, axis: 0 }),
      'ERR_OPTION',
      /^"axis" .* belongs in the options, the third/,
    ],
    [
      'an out beside x',
      () => loose.backward([1], { x: [1], alpha: 1, out: {} }),
      'ERR_OPTION',
      /^"out" .* the options, the third/,
    ],
    [
      'slopes as an option',
      () => loose.backward([1], { x: [1], alpha: 1 }, { alpha: 1 }),
      'ERR_OPTION',
      /"alpha" .* the second argument/,
    ],
    ['an out that is no pair', () => loose.valueAndDeriv([1], { alpha: 1 }, { out: [0] }), 'ERR_OPTION', /\{ value, deriv \}/],
    ['an out of another size', () => loose.deriv2([1], { alpha: 1 }, { out: [0, 0] }), 'ERR_SHAPE', /^"out" expected/],
    ['an unknown option', () => loose([1], { alpha: 1 }, { slopes: 1 }), 'ERR_OPTION', /"slopes" is not an option of prelu/],
  ])('%s', (_, call, code, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
