// Gated units and the gates of recurrent cells, compared with plain formulas and differences, in every layout and container; and
// mistakes.

import { geglu, gelu, glu, gruGates, lstmGates, reglu, relu, sigmoid, silu, swiglu, Tensor, tanh } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { expectSameBits, Random } from './support/bits.js';
import { nest } from './support/containers.js';

const INF = Number.POSITIVE_INFINITY;
const NAN = Number.NaN;
const random = new Random(122);
const normals = (count: number, spread = 1): Float64Array => Float64Array.from({ length: count }, () => random.normal(spread));

const near = (got: number, wanted: number, within: number, what: string): void => {
  expect(Math.abs(got - wanted), `${what}: ${got} for ${wanted}`).toBeLessThanOrEqual(within * Math.max(1, Math.abs(wanted)));
};

describe.each([
  ['glu', glu, sigmoid],
  ['swiglu', swiglu, silu],
  ['geglu', geglu, gelu],
  ['reglu', reglu, relu],
] as const)('%s', (name, f, gate) => {
  test('along every axis: the products of a and of dy with the gate and its derivative, to the bit', () => {
    for (const shape of [[2], [6], [3, 4], [2, 6, 5], [2, 4, 2, 3]]) {
      const size = shape.reduce((a, b) => a * b);
      const x = normals(size, 8);
      for (const [axis, length] of shape.entries()) {
        if (length % 2 === 1) continue;
        const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
        const width = (length / 2) * inner;
        const options = { shape, axis };
        const value = f(x, options);
        expect(value.length).toBe(size / 2);
        const dy = normals(size / 2);
        const dx = f.backward(dy, { x }, options);
        expect(dx.length).toBe(size);
        for (const [at, y] of value.entries()) {
          const first = Math.floor(at / width) * 2 * width + (at % width);
          const [a, b, d] = [x[first] as number, x[first + width] as number, dy[at] as number];
          const what = `${name} of ${a} and ${b}`;
          expect(y, what).toBe(a * gate(b));
          expect(dx[first], `first half of ${what}, backward`).toBe(d * gate(b));
          expect(dx[first + width], `second half of ${what}, backward`).toBe(d * a * gate.deriv(b));
        }
        const tensor = Tensor.from(x, shape);
        expectSameBits(name, f(tensor, { axis }).data, value);
        expect(f(tensor, { axis }).shape).toEqual(shape.map((n, i) => (i === axis ? n / 2 : n)));
        expectSameBits(name, f.backward(f(tensor, { axis }), { x: tensor }, { axis }).data, f.backward(value, { x }, options));
      }
    }
  });

  test('tiny numbers and gates, which many processors are slow with: the same products, to the bit', () => {
    const sizes = [1e-310, 1e-300, 1e-160, 1e-154, 1e-90, 1e-70, 1, -720, -745, 1e300];
    for (const [first, second] of sizes.flatMap((a) => sizes.map((b) => [a, b] as const))) {
      const width = 50;
      // Some elements of each half are ordinary, and some are 0.
      const half = (size: number): number[] =>
        Array.from({ length: width }, (_, i) =>
          size < 0 ? size + random.normal(9) : random.normal(3) * (i % 7 === 3 ? 1 : size),
        );
      const x = Float64Array.of(...half(first), ...half(second), 0, -0, 5e-324, ...half(second).slice(3), ...half(first));
      const dy = Float64Array.from({ length: 2 * width }, (_, i) => random.normal() * (i % 5 ? 1 : second < 0 ? 1e-200 : second));
      const options = { shape: [2, 2 * width] };
      const [value, dx] = [f(x, options), f.backward(dy, { x }, options)];
      const parts = [0, 2].map((n) => [x.subarray(n * width, (n + 1) * width), x.subarray((n + 1) * width, (n + 2) * width)]);
      const all = (take: (a: number, b: number, d: number) => number): number[] =>
        parts.flatMap(([a, b], row) =>
          Array.from(a as Float64Array, (v, i) => take(v, b?.[i] as number, dy[row * width + i] as number)),
        );
      const what = `${name} of numbers times ${first} and ${second}`;
      expectSameBits(what, value, Float64Array.from(all((a, b) => a * gate(b))));
      const [left, right] = [all((_, b, d) => d * gate(b)), all((a, b, d) => d * a * gate.deriv(b))];
      const wanted = [0, 1].flatMap((n) => [left, right].flatMap((side) => side.slice(n * width, (n + 1) * width)));
      expectSameBits(`${what}, backward`, dx, Float64Array.from(wanted));
    }
  });

  test('containers, blocks, with', () => {
    const x = normals(12_000, 2);
    const rows = nest(x, [30, 400]) as number[][];
    const value = f(x, { shape: [30, 400] });
    expect((f(rows) as number[][]).flat()).toEqual([...value]);
    expectSameBits(
      name,
      f(Float32Array.from(x), { shape: [30, 400] }),
      Float32Array.from(f(Float64Array.from(Float32Array.from(x)), { shape: [30, 400] })),
    );
    const out = new Float64Array(6000);
    expect(f(x, { shape: [30, 400], out })).toBe(out);
    expectSameBits(name, out, value);
    const own = x.slice();
    expect(f.backward(value, { x: own }, { shape: [30, 400], out: own })).toBe(own);
    expectSameBits('in place', own, f.backward(value, { x }, { shape: [30, 400] }));
    expect(f.name).toBe(name);
    expect(f.defaults).toEqual({ axis: -1 });
    const columns = f.with({ axis: 0 });
    expect(columns.defaults).toEqual({ axis: 0 });
    expect(
      columns([
        [4, 6],
        [0.5, 1],
      ]),
    ).toEqual(
      f(
        [
          [4, 6],
          [0.5, 1],
        ],
        { axis: 0 },
      ),
    );
  });

  test('special values', () => {
    expect(f([2, 2, 2, NAN, -INF, INF])).toEqual([NAN, name === 'glu' ? 0 : expect.closeTo(0), name === 'glu' ? 2 : INF]);
    const [a, b] = f.backward([1], { x: [3, -INF] });
    expect(a === 0 && b === 0).toBe(true);
    expect(f([])).toEqual([]);
  });

  const cases: [string, () => unknown, new () => Error, string, RegExp][] = [
    [
      'an odd axis',
      () => f([1, 2, 3]),
      RangeError,
      'ERR_SHAPE',
      /^"x" expected an even number of elements along axis -1, for two halves, got 3$/,
    ],
    ['a number', () => f(3 as never), RangeError, 'ERR_AXIS', /expected a container with an axis/],
    [
      'dy as long as x',
      () => f.backward([[1, 2]], { x: [[1, 2]] }),
      RangeError,
      'ERR_SHAPE',
      /^"dy" expected the shape \(1, 1\), got \(1, 2\)$/,
    ],
    // @ts-expect-error there is no way back from y
    ['from y', () => f.backward([1], { y: [1] }), TypeError, 'ERR_OPTION', /\.backward expected \{ x \}, got \{ y \}/],
    [
      'several axes',
      () => f([[1, 2]], { axis: [0, 1] as never }),
      TypeError,
      'ERR_AXIS',
      /^"axis" expected an integer, got an Array$/,
    ],
    ['mask', () => f([1, 2], { mask: [1] } as never), TypeError, 'ERR_OPTION', /^"mask" is not an option of/],
  ];
  test.each(cases)('%s', (_, call, Class, code, message) => {
    expect(call).toThrow(Class);
    expect(call).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error);
  });
});

describe('lstmGates', () => {
  const cell = (g: number[], c: number): [number, number] => {
    const [i = 0, f = 0, n = 0, o = 0] = g;
    const after = sigmoid(f) * c + sigmoid(i) * tanh(n);
    return [sigmoid(o) * tanh(after), after];
  };

  test('against the formulas, forward and back', () => {
    const [rows, units] = [5, 3];
    const [gates, c] = [normals(rows * units * 4, 2), normals(rows * units)];
    const [dh, dc] = [normals(rows * units), normals(rows * units)];
    const options = { shape: [rows, 4 * units] };
    const next = lstmGates(gates, { c }, options);
    const back = lstmGates.backward({ h: dh, c: dc }, { gates, c }, options);
    const without = lstmGates.backward({ h: dh }, { gates, c }, options);
    const zeros = lstmGates.backward({ h: dh, c: new Float64Array(rows * units) }, { gates, c }, options);
    expectSameBits('dc of 0 is none', without.gates, zeros.gates);
    for (let at = 0; at < rows * units; at++) {
      const [row, unit] = [Math.floor(at / units), at % units];
      const places = [0, 1, 2, 3].map((gate) => (row * 4 + gate) * units + unit);
      const own = places.map((place) => gates[place] as number);
      const [h, after] = cell(own, c[at] as number);
      near(next.h[at] as number, h, 1e-15, 'h');
      near(next.c[at] as number, after, 1e-15, 'c');
      const loss = (g: number[], state: number) => {
        const [a, b] = cell(g, state);
        return (dh[at] as number) * a + (dc[at] as number) * b;
      };
      const step = 1e-5;
      for (const [k, place] of places.entries()) {
        const moved = (by: number) =>
          loss(
            own.map((v, j) => (j === k ? v + by : v)),
            c[at] as number,
          );
        near(back.gates[place] as number, (moved(step) - moved(-step)) / (2 * step), 1e-8, `gate ${k}`);
      }
      near(
        back.c[at] as number,
        (loss(own, (c[at] as number) + step) - loss(own, (c[at] as number) - step)) / (2 * step),
        1e-8,
        'c',
      );
    }
  });

  test('containers, out, and in place', () => {
    const gates = normals(1300 * 8, 2);
    const c = normals(1300 * 2);
    const wanted = lstmGates(gates, { c }, { shape: [1300, 8] });
    const tensors = lstmGates(Tensor.from(gates, [1300, 8]), { c: Tensor.from(c, [1300, 2]) });
    expectSameBits('h', tensors.h.data, wanted.h);
    expectSameBits('c', tensors.c.data, wanted.c);
    const nested = lstmGates(nest(gates, [13, 100, 8]) as number[][][], { c: nest(c, [13, 100, 2]) as number[][][] });
    expectSameBits('h', nested.h.flat(2), wanted.h);
    const state = Tensor.from(c, [1300, 2]);
    const out = { h: Tensor.zeros(1300, 2), c: state };
    expect(lstmGates(Tensor.from(gates, [1300, 8]), { c: state }, { out })).toBe(out);
    expectSameBits('in place', state.data, wanted.c);
    const [one] = lstmGates([0, 0, 0, 0], { c: [2] }).c;
    expect(one).toBe(1);
    const back = lstmGates.backward({ h: [[1]], c: [[1]] }, { gates: [[0, 0, 0, 0]], c: [[2]] });
    expect(back.c).toEqual([[expect.closeTo(0.5 + 0.5 * 0.5 * (1 - Math.tanh(1) ** 2))]]);
    const into = { gates: new Float64Array(4), c: [0] };
    expect(lstmGates.backward({ h: [1] }, { gates: [0, 0, 0, 0], c: [2] }, { out: into })).toBe(into);
  });

  const cases: [string, () => unknown, new () => Error, string, RegExp][] = [
    [
      'a last axis that is not four parts',
      () => lstmGates([1, 2, 3], { c: [1] }),
      RangeError,
      'ERR_SHAPE',
      /^"gates" expected a last axis whose length is a multiple of 4, got 3$/,
    ],
    [
      'a state of another size',
      () => lstmGates([[1, 2, 3, 4]], { c: [[1, 2]] }),
      RangeError,
      'ERR_SHAPE',
      /^"c" expected the shape \(1, 1\), got \(1, 2\)$/,
    ],
    [
      'no state',
      () => lstmGates([1, 2, 3, 4], undefined as never),
      TypeError,
      'ERR_OPTION',
      /^"the state of lstmGates" expected \{ c \}, got undefined$/,
    ],
    ['a bare state', () => lstmGates([1, 2, 3, 4], [1] as never), TypeError, 'ERR_OPTION', /expected \{ c \}, got an Array$/],
    [
      'another name',
      () => lstmGates([1, 2, 3, 4], { C: [1] } as never),
      TypeError,
      'ERR_OPTION',
      /^"C" is not a part of the state of lstmGates; did you mean "c"\?$/,
    ],
    [
      'no gradient of h',
      () => lstmGates.backward({ c: [1] } as never, { gates: [1, 2, 3, 4], c: [1] }),
      TypeError,
      'ERR_OPTION',
      /expected \{ h, c\? \}, got no "h"$/,
    ],
    [
      'out of one',
      () => lstmGates([1, 2, 3, 4], { c: [1] }, { out: { h: [0] } as never }),
      TypeError,
      'ERR_OPTION',
      /^"out" expected \{ h, c \}, got no "c"$/,
    ],
    [
      'an axis',
      () => lstmGates([1, 2, 3, 4], { c: [1] }, { axis: 0 } as never),
      TypeError,
      'ERR_OPTION',
      /^"axis" is not an option of lstmGates/,
    ],
    [
      'a number for gates',
      () => lstmGates(1 as never, { c: [1] }),
      RangeError,
      'ERR_AXIS',
      /^"gates" expected a container with an axis/,
    ],
  ];
  test.each(cases)('%s', (_, call, Class, code, message) => {
    expect(call).toThrow(Class);
    expect(call).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error);
  });
});

describe('gruGates', () => {
  const cell = (g: number[], h: number, hn: number): number => {
    const [r = 0, z = 0, n = 0] = g;
    return sigmoid(-z) * tanh(n + sigmoid(r) * hn) + sigmoid(z) * h;
  };

  test.each([true, false])('against the formulas, forward and back, with hn: %s', (withHidden) => {
    const [rows, units] = [4, 5];
    const [gates, h, dh] = [normals(rows * units * 3, 2), normals(rows * units), normals(rows * units)];
    const hn = withHidden ? normals(rows * units) : undefined;
    const options = { shape: [rows, 3 * units] };
    const next = gruGates(gates, { h, hn }, options);
    const back = gruGates.backward(dh, { gates, h, ...(hn && { hn }) }, options) as {
      gates: Float64Array;
      h: Float64Array;
      hn?: Float64Array;
    };
    expect('hn' in back).toBe(withHidden);
    for (let at = 0; at < rows * units; at++) {
      const [row, unit] = [Math.floor(at / units), at % units];
      const places = [0, 1, 2].map((gate) => (row * 3 + gate) * units + unit);
      const own = places.map((place) => gates[place] as number);
      const [before, hidden, d] = [h[at] as number, hn?.[at] ?? 0, dh[at] as number];
      near(next[at] as number, cell(own, before, hidden), 1e-15, 'h');
      const slope = (f: (by: number) => number) => (d * (f(1e-5) - f(-1e-5))) / 2e-5;
      for (const [k, place] of places.entries()) {
        near(
          back.gates[place] as number,
          slope((by) =>
            cell(
              own.map((v, j) => (j === k ? v + by : v)),
              before,
              hidden,
            ),
          ),
          1e-8,
          `gate ${k}`,
        );
      }
      near(
        back.h[at] as number,
        slope((by) => cell(own, before + by, hidden)),
        1e-8,
        'h',
      );
      if (back.hn)
        near(
          back.hn[at] as number,
          slope((by) => cell(own, before, hidden + by)),
          1e-8,
          'hn',
        );
    }
    const tensors = gruGates(Tensor.from(gates, options.shape), {
      h: Tensor.from(h, [rows, units]),
      ...(hn && { hn: Tensor.from(hn, [rows, units]) }),
    });
    expectSameBits('tensors', tensors.data, next);
  });

  test('out, and mistakes', () => {
    const out = new Float64Array(1);
    expect(gruGates([0, 0, 0], { h: [4] }, { out })).toBe(out);
    expect(out[0]).toBe(2);
    const all = { gates: new Float64Array(3), h: new Float64Array(1), hn: new Float64Array(1) };
    expect(gruGates.backward([1], { gates: [0, 0, 0], h: [4], hn: [1] }, { out: all })).toBe(all);
    expect(() => gruGates([1, 2], { h: [1] })).toThrow(/^"gates" expected a last axis whose length is a multiple of 3, got 2$/);
    expect(() => gruGates.backward([1], { gates: [0, 0, 0], h: [4] }, { out: all as never })).toThrow(
      /^"hn" is not a part of out/,
    );
    expect(() => gruGates.backward([1, 2], { gates: [0, 0, 0], h: [4] })).toThrow(/^"dy" expected 1 elements, got 2$/);
  });
});
