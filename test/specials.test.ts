// Zeros, infinities, NaN, subnormals and kinks, to the bit; masks, infinities and huge logits in softmax.

import { hadamard, softmax } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { expectSameBits, MAX, MIN, mismatch, neighbour, same } from './support/bits.js';
import { real, round } from './support/exact.js';
import { type Elementwise, hyperparameters, rows, tellsFromY, title } from './table.js';

const INF = Number.POSITIVE_INFINITY;
const NAN = Number.NaN;
const all = rows.flatMap((row) => row.cases.map((options) => [title(row, options), row, options] as const));

/** f, f′ and f″ of one number, by the ways that lead there. */
function ways(fn: Elementwise, x: number, options: object): [string, number, number, number][] {
  const one = Float64Array.of(x);
  const { value, deriv } = fn.valueAndDeriv(one, options);
  const scalar = fn as unknown as Record<'deriv' | 'deriv2', (x: number, options: object) => number> &
    ((x: number, options: object) => number);
  const second = fn.deriv2(one, options)[0] as number;
  return [
    ['array', fn(one, options)[0] as number, fn.deriv(one, options)[0] as number, second],
    ['valueAndDeriv', value[0] as number, deriv[0] as number, second],
    ['number', scalar(x, options), scalar.deriv(x, options), scalar.deriv2(x, options)],
  ];
}

describe.each(all)('%s', (name, row, options) => {
  const all = hyperparameters(row, options);

  test('special values of the table', () => {
    // A product with a hyperparameter of 0 has no sign that matters.
    const signed = !Object.values(all).includes(0);
    const equal = (got: number, wanted: number) => same(got, wanted) || (!signed && got === 0 && wanted === 0);
    for (const { x, results } of row.specials(all)) {
      for (const [way, ...got] of ways(row.fn, x, options)) {
        for (const [order, value] of results.entries()) {
          if (value === undefined) continue;
          const one = got[order] as number;
          if (!equal(one, value)) throw new Error(mismatch(`${name}${'′'.repeat(order)} (${way})`, `x = ${x}`, one, value));
        }
      }
    }
  });

  test('the derivative at a kink is that of the branch x ≤ 0, and changes right above it', () => {
    const { at } = row.definition(all);
    for (const kink of row.kinks) {
      for (const x of [neighbour(kink, -1), kink, -kink, neighbour(kink, 1)]) {
        const got = row.fn.deriv(Float64Array.of(x), options)[0] as number;
        const wanted = round(at(real(x))[1]);
        if (got !== wanted) throw new Error(mismatch(`${name} derivative`, `x = ${x}`, got, wanted));
      }
    }
  });

  test('NaN in gives NaN out, in every operation', () => {
    const [x, one] = [Float64Array.of(NAN), Float64Array.of(1)];
    const results = [
      row.fn(x, options),
      row.fn.deriv(x, options),
      row.fn.deriv2(x, options),
      row.fn.backward(one, { x }, options),
      row.fn.backward(x, { x: one }, options),
    ];
    if (tellsFromY(row, all)) {
      results.push(row.fn.backward(one, { y: x }, options), row.fn.backward(x, { y: one }, options));
    }
    for (const [i, result] of results.entries()) expect(result[0], `operation ${i}`).toBeNaN();
  });
});

test('the special values of the table are what the definitions say', () => {
  for (const [title, row, options] of all) {
    const hyper = hyperparameters(row, options);
    const { at } = row.definition(hyper);
    for (const { x, results } of row.specials(hyper)) {
      if (!Number.isFinite(x)) continue;
      const exact = at(real(x)).map((value) => round(value));
      expect(
        results.every((value, order) => value === undefined || value === exact[order]),
        `${title} at ${x}: ${results.join(', ')} in the table, ${exact.join(', ')} by definition`,
      ).toBe(true);
    }
  }
});

describe('softmax', () => {
  const cases: [string, number[], number[], number?][] = [
    ['one entry', [3], [1]],
    ['one entry, huge', [-1e308], [1]],
    ['two equal', [0, -0], [0.5, 0.5]],
    ['a mask', [-INF, 0, 0], [0, 0.5, 0.5]],
    ['all but one masked', [-INF, 5, -INF], [0, 1, 0]],
    ['only masks', [-INF, -INF], [NAN, NAN]],
    ['one mask alone', [-INF], [NAN]],
    ['+inf', [INF, 0], [NAN, NAN]],
    ['two +inf', [INF, INF, 0], [NAN, NAN, NAN]],
    ['+inf and a mask', [INF, -INF], [NAN, NAN]],
    ['+inf alone', [INF], [NAN]],
    ['NaN', [0, NAN, 1], [NAN, NAN, NAN]],
    ['NaN and a mask', [NAN, -INF], [NAN, NAN]],
    ['NaN at the end', [1, 2, 3, 4, NAN], [NAN, NAN, NAN, NAN, NAN]],
    ['NaN alone', [NAN], [NAN]],
    ['huge and opposite', [1e308, -1e308], [1, 0]],
    ['huge and equal', [1e308, 1e308], [0.5, 0.5]],
    ['largest and opposite', [MAX, -MAX, 0], [1, 0, 0]],
    ['subnormal result', [0, -740], [1, 85 * MIN]],
    ['results below all floats', [0, -800, -1e300], [1, 0, 0]],
    ['tiny T, huge logits', [1e308, -1e308], [1, 0], MIN],
    ['tiny T, neighbouring logits', [1, neighbour(1, 1)], [0, 1], MIN],
    ['tiny T, tiny logits', [0, MIN], [0.2689414213699951, 0.7310585786300049], MIN],
    ['huge T, huge logits', [5e307, -5e307], [0.7310585786300049, 0.2689414213699951], 1e308],
    ['huge T, opposite ends', [MAX, -MAX], [0.8807970779778823, 0.11920292202211755], MAX],
    ['huge T, small logits', [3, -5], [0.5, 0.5], MAX],
    ['huge T and a mask', [-INF, 0], [0, 1], MAX],
    ['tiny T and a mask', [-INF, 0, 0], [0, 0.5, 0.5], MIN],
  ];

  test.each(cases)('%s', (_, x, wanted, temperature = 1) => {
    for (const sign of [1, -1]) {
      const [a, b] = sign > 0 ? [x, wanted] : [[...x].reverse(), [...wanted].reverse()];
      const got = softmax(a, { temperature });
      for (const [i, value] of got.entries()) {
        const expected = b[i] as number;
        // The zero of a mask has no sign that matters; results between 0 and 1 are held to the limit elsewhere.
        const close =
          expected > MIN && expected < 1
            ? Math.abs(value - expected) <= expected * 2 ** -52
            : value === expected || (Number.isNaN(value) && Number.isNaN(expected));
        if (!close) throw new Error(mismatch(`softmax, temperature ${temperature}`, `entry ${i} of [${a}]`, value, expected));
      }
    }
  });

  test('the Jacobian of a row with NaN, +inf or only masks is NaN throughout, and that of a mask is 0 in its row and column', () => {
    for (const x of [[NAN, 0], [INF, 0], [-INF, -INF], [INF], [-INF]]) {
      expect([...softmax.deriv(Float64Array.from(x))].every(Number.isNaN), `[${x}]`).toBe(true);
      expect(
        softmax
          .backward(
            x.map(() => 1),
            { x },
          )
          .every(Number.isNaN),
        `backward of [${x}]`,
      ).toBe(true);
    }
    // To the bit: an exact 0 is +0, and −0 is left to products of two positive entries that underflow.
    expect(softmax.deriv([[-INF, 1, 1]])[0]).toEqual([
      [0, 0, 0],
      [0, 0.25, -0.25],
      [0, -0.25, 0.25],
    ]);
    for (const x of [
      [0, -400, -400, -INF],
      [0, -5000, -INF],
      [1e9, -1e9, -INF, 5],
    ]) {
      for (const options of [{}, { temperature: 1e-300 }, { temperature: 1e200 }]) {
        const rows = softmax.deriv([x], options)[0] as number[][];
        const both = softmax.valueAndDeriv([x], options).deriv[0] as number[][];
        for (const [i, row] of [...rows, ...both].entries()) {
          for (const [j, entry] of row.entries()) {
            const mask = x[i % x.length] === -INF || x[j] === -INF;
            const sign = mask ? 1 : i % x.length === j ? 1 : -1;
            expect(entry === 0 ? 1 / entry : Math.sign(entry) * INF, `entry (${i}, ${j}) of [${x}]`).toBe(sign * INF);
            if (mask) expect(entry).toBe(0);
          }
        }
      }
    }
    expect(softmax.deriv([7]).map((v) => v + 0)).toEqual([0]);
  });

  test('backward: an entry masked by −∞ contributes and receives 0, whatever its dy', () => {
    for (const dy of [5, 1e308, -1e-300, INF, -INF, NAN]) {
      const x = [-INF, 1, 1, 2];
      const rest = softmax.backward([0.3, -0.2, 0.7], { x: x.slice(1) });
      const got = softmax.backward([dy, 0.3, -0.2, 0.7], { x });
      expect(got[0] === 0, `dy of the mask ${dy}`).toBe(true);
      for (const [i, value] of rest.entries())
        expect(Math.abs((got[i + 1] as number) - value), `dy of the mask ${dy}, entry ${i + 1}`).toBeLessThan(1e-16);
    }
  });

  /** What backward gives for a dy that is not finite, see the function's documentation; s is 0 where it underflows. */
  const shown = (s: readonly number[], masks: readonly boolean[], dy: readonly number[]): number[] => {
    let sum = 0;
    for (const [i, g] of dy.entries()) if (!masks[i] && !Number.isFinite(g)) sum += (s[i] as number) * g;
    return dy.map((g, i) => (masks[i] ? 0 : (s[i] as number) * (g - sum)));
  };

  test.each([
    ['NaN where s underflows', [0, 1000], [NAN, 1]],
    ['−∞ where s underflows', [0, 1000], [-INF, 1]],
    ['∞ where s underflows, among huge dy', [0, 1000, 900], [INF, 1e300, -1e300]],
    ['NaN where s is subnormal', [0, 740, 740], [NAN, 1, 2]],
    ['∞ where s is large', [1, 1, 2], [INF, 1, 2]],
    ['−∞ where s is small', [1, 30, 30, 31, 2], [-INF, 1, 2, 3, 4]],
    ['∞ and −∞', [1, 2, 3], [INF, -INF, 0]],
    ['two ∞', [1, 2, 3, 4], [INF, INF, 0, 1]],
    ['∞ beside s that underflows', [1, 2, -2000], [INF, 0, 1]],
    ['a mask beside NaN', [1, -INF, 2], [NAN, 1, 1]],
    ['a mask with NaN beside ∞', [1, -INF, 2], [INF, NAN, 1]],
    ['far from 0', [1e9, 1e9 - 3, 1e9 - 2000], [-INF, 1, 2]],
    ['huge logits', [1e308, -1e308], [1, NAN]],
  ] as [string, number[], number[]][])('backward shows a dy that is not finite: %s', (_, x, dy) => {
    const pad = (row: readonly number[], units: number, value: number) => [...row, ...Array(units - row.length).fill(value)];
    // Rows of odd and even length, short and long; lying side by side, or along a first or middle axis; beside an ordinary row.
    for (const units of [x.length, x.length + 1, 131, 1000]) {
      const [rowX, rowDy] = [pad(x, units, -INF), pad(dy, units, 0.5)];
      const masks = rowX.map((v) => v === -INF);
      const s = softmax(rowX);
      const wanted = shown(s, masks, rowDy);
      const fromY = shown(
        s,
        masks.map(() => false),
        rowDy,
      );
      const calm = softmax.backward(
        rowDy.map((_, i) => i / units),
        { x: rowX.map((_, i) => (i % 7) / 3) },
      );
      for (const inner of [1, 2, 5]) {
        const rows = (row: readonly number[], other: (i: number) => number) =>
          Float64Array.from({ length: units * inner * 2 }, (_, i) => {
            const [unit, beside] = [Math.floor(i / inner) % units, i % inner];
            return i < units * inner && beside === inner - 1 ? (row[unit] as number) : other(unit);
          });
        const options = { shape: [2, units, inner], axis: 1 };
        const saved = {
          x: rows(rowX, (i) => (i % 7) / 3),
          dy: rows(rowDy, (i) => i / units),
        };
        const of = (result: Float64Array, row: number) =>
          Array.from({ length: units }, (_, i) => result[(row * units + i) * inner + inner - 1]);
        const got = softmax.backward(saved.dy, { x: saved.x }, options);
        expect(of(got, 0), `${units} units, ${inner} inner`).toEqual(wanted);
        expect(of(got, 1)).toEqual(calm);
        const got2 = softmax.backward(saved.dy, { y: softmax(saved.x, options) }, options);
        expect(of(got2, 0), `from y, ${units} units, ${inner} inner`).toEqual(fromY);
        expect(softmax.backward(saved.dy, { x: saved.x }, { ...options, out: saved.dy })).toEqual(got);
      }
    }
  });

  test('backward: NaN in dy does not leave its row', () => {
    const x = [
      [0, 0],
      [0, 0],
    ];
    const dy = [
      [NAN, 1],
      [1, 2],
    ];
    expect(softmax.backward(dy, { x })).toEqual([
      [NAN, NAN],
      [-0.25, 0.25],
    ]);
  });

  test('a single entry has gradient 0', () => {
    for (const x of [0, 1e308, -3]) expect((softmax.backward([2.5], { x: [x] })[0] as number) + 0).toBe(0);
  });
});

test('hadamard: IEEE products, signs of zero too', () => {
  const a = Float64Array.of(0, -0, 0, INF, NAN, MIN, MAX, -1e-200);
  const b = Float64Array.of(-1, -1, INF, -INF, 1, 0.5, 2, 1e-200);
  expectSameBits(
    'hadamard',
    hadamard(a, b),
    a.map((x, i) => x * (b[i] as number)),
  );
});
