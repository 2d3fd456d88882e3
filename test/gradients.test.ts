// Derivatives compared with central differences, and the relations between gradients.

import { hadamard, logSoftmax, logSumExp, softmax, softmaxCrossEntropy, softmin, sparsemax } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { awkward, expectSameBits, MAX, MIN, MIN_NORMAL, mismatch, neighbour, Random } from './support/bits.js';
import { abs, add, div, errorInUlp, mul, neg, type Real, real, round, sub, sum } from './support/exact.js';
import { byElement, elementwiseOperations, resultsOf } from './support/functions.js';
import { inputs } from './support/inputs.js';
import { expectGradient, gradient, gradientFromValue, type Slope, softmaxRow } from './support/softmax.js';
import { GRADIENTS, INPUTS, inputsOf } from './support/structured.js';
import { type Elementwise, hyperparameters, rowLimits, rows, tellsFromY, title } from './table.js';

const isTiny = (value: number): boolean => Math.abs(value) < MIN_NORMAL;

/** The numbers on both sides of the point where a derivative becomes 0, to the right of 1 or to the left of −1. */
function borderOf(isZero: (x: number) => boolean, side: number): number[] {
  let [near, far] = [1, MAX];
  if (isZero(side * near) || !isZero(side * far)) return [];
  while (neighbour(near, 1) < far) {
    // By size first, then by place.
    const middle = far > 2 * near ? Math.sqrt(near) * Math.sqrt(far) : near + (far - near) / 2;
    if (isZero(side * middle)) far = middle;
    else near = middle;
  }
  return Array.from({ length: 41 }, (_, i) => side * neighbour(near, i - 20));
}

/** `backward` for this dy; in two of three calls, other elements stand beside it. */
function everyThird(fn: Elementwise, x: Float64Array, dy: number, options: object): Float64Array {
  const result = x.slice();
  for (const turn of [0, 1, 2]) {
    const got = fn.backward(
      x.map((_, i) => (i % 3 === turn ? dy : i % 3)),
      { x },
      options,
    );
    for (let i = turn; i < x.length; i += 3) result[i] = got[i] as number;
  }
  return result;
}

const all = rows.flatMap((row) => row.cases.map((options) => [title(row, options), row, options] as const));

describe.each(all)('%s', (name, row, options) => {
  const alpha = Number(hyperparameters(row, options)['alpha'] ?? 1);

  test('the derivative agrees with a central difference', () => {
    const random = new Random(51);
    for (const [low, high] of row.intervals) {
      const x = Float64Array.from({ length: 500 }, () => random.uniform(low, high));
      const step = x.map((at) => Math.min(1e-4 * Math.max(1, Math.abs(at)), (at - low) / 2, (high - at) / 2));
      const [right, left] = [x.map((at, i) => at + (step[i] as number)), x.map((at, i) => at - (step[i] as number))];
      const [up, down, deriv] = [row.fn(right, options), row.fn(left, options), row.fn.deriv(x, options)];
      for (const [i, at] of x.entries()) {
        const width = (right[i] as number) - (left[i] as number);
        const [a, b] = [up[i] as number, down[i] as number];
        const numeric = a / width - b / width;
        // The cubic term of the difference, and the rounding of the two values.
        const curvature = (step[i] as number) ** 2 * row.bend(hyperparameters(row, options));
        const rounding = (2 ** -51 * Math.max(Math.abs(a), Math.abs(b))) / width;
        const error = Math.abs(numeric - (deriv[i] as number));
        if (!(error <= curvature + rounding) && Number.isFinite(numeric)) {
          throw new Error(
            `${name} at x = ${at}: derivative ${deriv[i]}, central difference ${numeric}, ${error} apart, ${curvature + rounding} allowed`,
          );
        }
      }
    }
  });

  // With an alpha next to the subnormal numbers the derivative of elu is subnormal for ordinary x too: see docs/kernels.md.
  test.skipIf(Math.abs(alpha) < 1e-290)(
    'backward is within 2 ULP of the exact product where the derivative is subnormal or 0',
    () => {
      const { at: definition } = row.definition(hyperparameters(row, options));
      const random = new Random(53);
      const x = Float64Array.from(
        { length: 600 },
        (_, i) => (i % 2 ? 1 : -1) * random.uniform(i % 3 ? 30 : 300, i % 5 ? 800 : 1500),
      );
      const dy = x.map(() => random.pick([1, -1]) * random.magnitude(1e-300, 1.7e308));
      const got = row.fn.backward(dy, { x }, options);
      for (const [i, at] of x.entries()) {
        const exact = mul(real(dy[i] as number), definition(real(at))[1]);
        if (round(exact) === Number.POSITIVE_INFINITY || round(exact) === Number.NEGATIVE_INFINITY) continue;
        const error = errorInUlp(got[i] as number, exact);
        if (error > 2) {
          const what = `${name} backward`;
          throw new Error(mismatch(what, `x = ${at}, dy = ${dy[i]}`, got[i] as number, round(exact), `${error} ULP`));
        }
      }
    },
  );

  test('backward is dy times the derivative, rounded once more', () => {
    const random = new Random(52);
    const x = Float64Array.of(...inputs(row, { cells: false, random: 300 }), ...awkward(random, 2000));
    const dy = awkward(random, x.length);
    const deriv = row.fn.deriv(x, options);
    const input = (i: number) => `x = ${x[i]}, dy = ${dy[i]}`;
    const got = row.fn.backward(dy, { x }, options);
    // A derivative or a product below the normal numbers has lost digits; there the exact product counts, below.
    const normal = (i: number) => [deriv[i], (dy[i] as number) * (deriv[i] as number)].every((value) => !isTiny(value as number));
    expectSameBits(
      `${name} backward`,
      got.map((value, i) => (normal(i) ? value : 0)),
      dy.map((g, i) => (normal(i) ? g * (deriv[i] as number) : 0)),
      input,
    );
    expectSameBits(
      `hadamard with the derivative of ${name}`,
      hadamard(dy, deriv),
      dy.map((g, i) => g * (deriv[i] as number)),
      input,
    );
    if (!tellsFromY(row, hyperparameters(row, options))) return;
    const factor = row.fn.backward(
      x.map(() => 1),
      { y: x },
      options,
    );
    const fromY = (i: number) => `y = ${x[i]}, dy = ${dy[i]}`;
    expectSameBits(
      `${name} backward from y`,
      row.fn.backward(dy, { y: x }, options),
      dy.map((g, i) => g * (factor[i] as number)),
      fromY,
    );
  });

  test('an infinite dy is multiplied by the derivative as it is rounded: by one of 0 to NaN', () => {
    const isZero = (x: number): boolean => row.fn.deriv(Float64Array.of(x), options)[0] === 0;
    const x = [...inputs(row, { cells: false, random: 300 }), ...[-1, 1].flatMap((side) => borderOf(isZero, side))];
    // Of each two neighbours one more is far, so that blocks have some of both kinds, few and many.
    const mixed = x.flatMap((at, i) => (i % 128 < 64 ? [at] : [at, (i % 7) / 2]));
    for (const dy of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const at of [Float64Array.from(x), Float64Array.from(mixed), Float64Array.from(x.slice(0, 7))]) {
        const input = (i: number) => `x = ${at[i]}, dy = ${dy}`;
        const wanted = row.fn.deriv(at, options).map((deriv) => dy * deriv);
        const all = at.map(() => dy);
        expectSameBits(`${name} backward`, row.fn.backward(all, { x: at }, options), wanted, input);
        expectSameBits(`${name} backward beside others`, everyThird(row.fn, at, dy, options), wanted, input);
        const fn = row.fn as unknown as { backward(dy: number, saved: { x: number }, options: object): number };
        expectSameBits(
          `${name} backward of a number`,
          at.map((x) => fn.backward(dy, { x }, options)),
          wanted,
          input,
        );
      }
    }
  });

  test('valueAndDeriv has the bits of the value and of the derivative', () => {
    const x = Float64Array.of(...inputs(row, { random: 300 }), ...awkward(new Random(53), 2000));
    const { value, deriv } = row.fn.valueAndDeriv(x, options);
    const input = (i: number) => `x = ${x[i]}`;
    expectSameBits(`${name} valueAndDeriv, value`, value, row.fn(x, options), input);
    expectSameBits(`${name} valueAndDeriv, deriv`, deriv, row.fn.deriv(x, options), input);
  });
});

describe('softmax', () => {
  const shape = [4, 6] as const;
  const random = new Random(54);
  const x = Float64Array.from({ length: 24 }, () => random.normal(2));
  const dy = x.map(() => random.normal());

  test.each([1, 0.25, 3])('gradients agree with central differences, temperature %s', (temperature) => {
    const options = { temperature, shape };
    const jacobian = softmax.deriv(x, options);
    const backward = softmax.backward(dy, { x }, options);
    const step = 1e-5;
    for (let j = 0; j < x.length; j++) {
      const moved = (by: number) => {
        const copy = x.slice();
        copy[j] = (copy[j] as number) + by;
        return softmax(copy, options);
      };
      const [up, down] = [moved(step), moved(-step)];
      let sum = 0;
      for (let i = 0; i < x.length; i++) {
        const numeric = ((up[i] as number) - (down[i] as number)) / (2 * step);
        sum += numeric * (dy[i] as number);
        if (Math.floor(i / 6) !== Math.floor(j / 6)) expect(numeric).toBe(0);
        else expect(jacobian[Math.floor(i / 6) * 36 + (i % 6) * 6 + (j % 6)], `J(${i}, ${j})`).toBeCloseTo(numeric, 8);
      }
      expect(backward[j], `dx(${j})`).toBeCloseTo(sum, 8);
    }
  });

  test('backward is the contraction with the Jacobian, to rounding', () => {
    for (const temperature of [1, 0.25, 3]) {
      const options = { temperature, shape };
      const contracted = hadamard({ data: dy, shape }, { data: softmax.deriv(x, options), shape: [...shape, 6] });
      const backward = softmax.backward(dy, { x }, options);
      for (const [i, value] of contracted.data.entries()) expect(backward[i], `entry ${i}`).toBeCloseTo(value, 14);
    }
  });

  test('valueAndDeriv has the bits of the value and of the Jacobian', () => {
    const rare = Float64Array.of(...x.subarray(0, 18), Number.NaN, 1, Number.NEGATIVE_INFINITY, 1e308, -1e308, 0);
    for (const logits of [x, rare]) {
      for (const options of [{}, { shape }, { shape, axis: 0 }, { shape: [2, 3, 4], axis: 1, temperature: 0.3 }]) {
        const { value, deriv } = softmax.valueAndDeriv(logits, options);
        expectSameBits('softmax valueAndDeriv, value', value, softmax(logits, options));
        expectSameBits('softmax valueAndDeriv, deriv', deriv, softmax.deriv(logits, options));
      }
    }
  });

  test('the Jacobian is symmetric to the bit', () => {
    const wide = Float64Array.from({ length: 40 }, () => random.normal(30));
    for (const temperature of [1, 0.1, 7]) {
      const jacobian = softmax.deriv(wide, { temperature });
      for (let i = 0; i < 40; i++)
        for (let j = 0; j < i; j++) {
          expectSameBits(`entry (${i}, ${j})`, [(jacobian[i * 40 + j] as number) + 0], [(jacobian[j * 40 + i] as number) + 0]);
        }
    }
  });
});

describe('hadamard with a Jacobian', () => {
  test('row m is dA[m]·J[m], within the rounding of a sum', () => {
    const random = new Random(55);
    for (const units of [1, 2, 3, 5, 8, 33, 70]) {
      const rowsCount = 3;
      const dA = Float64Array.from({ length: rowsCount * units }, () => random.normal());
      const jacobian = Float64Array.from({ length: rowsCount * units * units }, () => random.normal());
      const got = hadamard({ data: dA, shape: [rowsCount, units] }, { data: jacobian, shape: [rowsCount, units, units] });
      expect(got.shape).toEqual([rowsCount, units]);
      for (let m = 0; m < rowsCount; m++) {
        for (let j = 0; j < units; j++) {
          let [sum, absolute] = [0, 0];
          for (let i = 0; i < units; i++) {
            const term = (dA[m * units + i] as number) * (jacobian[(m * units + i) * units + j] as number);
            sum += term;
            absolute += Math.abs(term);
          }
          expect(
            Math.abs((got.data[m * units + j] as number) - sum),
            `${units} units, row ${m}, column ${j}`,
          ).toBeLessThanOrEqual(units * 2 ** -52 * absolute);
        }
      }
    }
  });

  test('a vector with a (U, U) Jacobian is one row', () => {
    expect(
      hadamard(
        [1, 2],
        [
          [1, 10],
          [100, 1000],
        ],
      ),
    ).toEqual([201, 2010]);
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
});

/** dx_i = (dy_i - w_i·sum of w'_j·dy_j)/T, the error in the size of both terms. */
function slopes(dy: Float64Array, weights: readonly Real[], total: Real, temperature: number): Slope[] {
  const t = real(temperature);
  return weights.map((weight, i) => {
    const [own, taken] = [real(dy[i] as number), mul(weight, total)];
    return { exact: div(sub(own, taken), t), scale: div(add(abs(own), abs(taken)), t) };
  });
}

const flipped = (slopes: readonly Slope[]): Slope[] => slopes.map(({ exact, scale }) => ({ exact: neg(exact), scale }));

// Inputs that random numbers never give: equal ones, on a grid, with a sum of 0. See support/structured.ts.
describe.each(Object.entries(INPUTS))('structured inputs: %s', (_, pattern) => {
  test.each(Object.entries(GRADIENTS))('gradients along rows for a dy of %s', (_, gradientOf) => {
    for (const units of [1, 2, 3, 4, 7, 16]) {
      for (const temperature of units === 3 ? [1, 0.5, 2, 10] : [1]) {
        const x = inputsOf(pattern, units);
        const options = { temperature };
        const y = softmax(x, options);
        const dy = gradientOf(y);
        const given = { x, dy, temperature: [temperature] };
        const expectSlopes = (what: string, wanted: Slope[], got: Float64Array, limit: number) =>
          expectGradient(what, wanted, got, limit, given);

        const wanted = gradient(x, dy, temperature);
        expectSlopes('softmax', wanted, softmax.backward(dy, { x }, options), rowLimits('softmax', 'backward'));
        const down = x.map((v) => -v);
        expectSlopes('softmin', flipped(wanted), softmin.backward(dy, { x: down }, options), rowLimits('softmin', 'backward'));
        const fromY = gradientFromValue(y, dy, temperature);
        expectSlopes('softmax from y', fromY, softmax.backward(dy, { y }, options), rowLimits('softmax', 'fromValue'));

        const { s } = softmaxRow(x, temperature);
        const total = sum(Array.from(dy, real));
        const ofLogs = slopes(dy, s, total, temperature);
        const limit = rowLimits('logSoftmax', 'backward');
        expectSlopes('logSoftmax', ofLogs, logSoftmax.backward(dy, { x }, options), limit);
        expectSlopes('cross-entropy', flipped(ofLogs), softmaxCrossEntropy.deriv(x, dy, options), limit);

        const [first = 0] = dy;
        for (const [i, dx] of logSumExp.backward(first, { x }, options).entries()) {
          const exact = div(mul(s[i] as Real, real(first)), real(temperature));
          const what = `logSumExp, dy = ${first}, x = [${x}], T ${temperature}, entry ${i}: ${dx}`;
          expect(errorInUlp(dx, exact), what).toBeLessThanOrEqual(rowLimits('logSumExp', 'backward'));
        }

        const support = sparsemax(x, options);
        const share = support.map((each) => Number(each > 0));
        const count = real(share.reduce((a, b) => a + b));
        const weights = Array.from(share, (each) => div(real(each), count));
        const counted = dy.map((each, i) => each * (share[i] as number));
        const ofSupport = slopes(counted, weights, sum(Array.from(counted, real)), temperature);
        const widest = rowLimits('sparsemax', 'backward');
        expectSlopes('sparsemax', ofSupport, sparsemax.backward(dy, { x }, options), widest);
        expectSlopes('sparsemax from y', ofSupport, sparsemax.backward(dy, { y: support }, options), widest);
      }
    }
  });

  test('element by element: the bits of each alone, in arrays of every length, beside one that is unlike the others', () => {
    const [x, dy] = [inputsOf(pattern, 1025), inputsOf((i) => [1, 0, -1, 0.5, -0.5][i % 5] as number, 1025)];
    for (const operation of elementwiseOperations) {
      const alone = byElement(operation, x, dy, {});
      for (const odd of [undefined, Number.NaN, Number.NEGATIVE_INFINITY, -745, 1e300, MIN, 0.3]) {
        for (const length of odd === undefined ? [1, 2, 3, 16, 17, 127, 128, 129, 511, 512, 513, 1025] : [3, 128, 257]) {
          const [at, values] = [length >> 1, x.slice(0, length)];
          const wanted = alone.map((each) => each.slice(0, length));
          if (odd !== undefined) {
            values[at] = odd;
            for (const [k, [result]] of byElement(operation, [odd], [dy[at] as number], {}).entries()) {
              (wanted[k] as number[])[at] = result as number;
            }
          }
          for (const [k, got] of resultsOf(operation, operation.call(values, dy.slice(0, length), {})).entries()) {
            const input = (i: number) => `x = ${values[i]}, dy = ${dy[i]}, element ${i} of ${length}, ${odd} at ${at}`;
            expectSameBits(operation.name, got as Float64Array, wanted[k] as number[], input);
          }
        }
      }
    }
  });
});
