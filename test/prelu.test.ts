// prelu: along every axis against lrelu, channel by channel; the gradient of the slopes against exact sums; containers, `out` and mistakes.

import { lrelu, prelu, Tensor } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { expectSameBits, Random } from './support/bits.js';
import { add, errorInUlp, type Real, real, ZERO } from './support/exact.js';

const random = new Random(140);
const normals = (count: number): Float64Array => Float64Array.from({ length: count }, () => random.normal(2));

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
      const back = prelu.backward(dy, { x, alpha }, options);
      expectSameBits(
        'dx',
        back.x,
        each((at, slope, i) => lrelu.backward(dy[i] as number, { x: at }, { alpha: slope })),
      );
      for (const [channel, got] of back.alpha.entries()) {
        const terms = [...x].map((at, i) => (of[i] === channel && at <= 0 ? at * (dy[i] as number) : 0));
        const exact = terms.reduce<Real>((sum, term) => add(sum, real(term)), ZERO);
        expect(errorInUlp(got, exact), `gradient of slope ${channel}, shape ${shape}, axis ${axis}`).toBeLessThanOrEqual(0.51);
      }
      const tensors = { x: Tensor.from(x, shape), alpha: Tensor.from(alpha) };
      const onTensors = prelu.backward(Tensor.from(dy, shape), tensors, { axis });
      expectSameBits('dx of tensors', onTensors.x.data, back.x);
      expectSameBits('gradient of slopes in a tensor', onTensors.alpha.data, back.alpha);
    }
  }
});

test('a sum keeps what cancels', () => {
  const x = [-1e16, -1, -1, -1e16, -3, -0.5];
  const dy = [1, 1, 1, -1, 1, 1];
  expect(prelu.backward(dy, { x, alpha: 0.25 }).alpha).toBe(-5.5);
  expect(prelu.backward([[1], [1], [-1]], { x: [[-1e16], [-1], [-1e16]], alpha: [0.25] }).alpha).toEqual([-1]);
});

describe('containers', () => {
  test('one slope, as a number or alone in a container, for any shape', () => {
    expect(prelu(-2, { alpha: 0.25 })).toBe(-0.5);
    expect(prelu([-2, 4], { alpha: [0.25] })).toEqual([-0.5, 4]);
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
  const loose = prelu as unknown as ((...given: unknown[]) => unknown) & { backward: (...given: unknown[]) => unknown };
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
    ['an unknown option', () => loose([1], { alpha: 1 }, { slopes: 1 }), 'ERR_OPTION', /"slopes" is not an option of prelu/],
  ])('%s', (_, call, code, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
