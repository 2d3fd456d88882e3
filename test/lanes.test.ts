// An element gives the same bits whatever stands beside it: every length from 0 to 70 at every offset, rare neighbours, long
// arrays.

import { hadamard, softmax } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { awkward, expectSameBits, Random, SPECIALS, same } from './support/bits.js';
import { type Elementwise, hyperparameters, type Options, rows, tellsFromY, title } from './table.js';

/** Every operation as (x, dy, out) → results, one or two arrays. */
type Operation = (x: Float64Array, dy: Float64Array, out?: readonly [Float64Array, Float64Array]) => readonly Float64Array[];

function operations(fn: Elementwise, options: Options, fromY: boolean): Record<string, Operation> {
  const into = (out?: readonly [Float64Array, Float64Array]) => (out ? { ...options, out: out[0] } : options);
  return {
    value: (x, _dy, out) => [fn(x, into(out))],
    deriv: (x, _dy, out) => [fn.deriv(x, into(out))],
    deriv2: (x, _dy, out) => [fn.deriv2(x, into(out))],
    'backward from x': (x, dy, out) => [fn.backward(dy, { x }, into(out))],
    ...(fromY
      ? {
          'backward from y': (x: Float64Array, dy: Float64Array, out?: readonly [Float64Array, Float64Array]) => [
            fn.backward(dy, { y: x }, into(out)),
          ],
        }
      : {}),
    valueAndDeriv: (x, _dy, out) => {
      const both = fn.valueAndDeriv(x, out ? { ...options, out: { value: out[0], deriv: out[1] } } : options);
      return [both.value, both.deriv];
    },
  };
}

const GUARD = 12345.678;
const LENGTHS = Array.from({ length: 71 }, (_, length) => length);
const OFFSETS = [0, 1, 2, 3, 4, 5, 6, 7];

/** Runs an operation at every length and offset, `out` at another offset, and compares with each element alone. */
function everyLengthAndOffset(what: string, operation: Operation, x: Float64Array, dy: Float64Array): void {
  const alone = Array.from(x, (_, i) => operation(x.slice(i, i + 1), dy.slice(i, i + 1)).map((result) => result[0] as number));
  const wanted = (alone[0] ?? []).map((_, k) => Float64Array.from(alone, (results) => results[k] as number));
  const buffers = [new Float64Array(90), new Float64Array(90)] as const;
  for (const offset of OFFSETS) {
    for (const length of LENGTHS) {
      const end = offset + length;
      const at = (offset * 5 + length) % 8;
      for (const buffer of buffers) buffer.fill(GUARD);
      const out = [buffers[0].subarray(at, at + length), buffers[1].subarray(7 - at, 7 - at + length)] as const;
      const where = `${what}, length ${length}, offset ${offset}`;
      const input = (i: number) => `x = ${x[offset + i]}, element ${i}`;
      const fresh = operation(x.subarray(offset, end), dy.subarray(offset, end));
      const written = operation(x.subarray(offset, end), dy.subarray(offset, end), out);
      for (const [k, results] of wanted.entries()) {
        expectSameBits(where, fresh[k] as Float64Array, results.subarray(offset, end), input);
        if (written[k] !== out[k]) throw new Error(`${where}: did not return its out`);
        expectSameBits(`${where}, into out`, out[k] as Float64Array, results.subarray(offset, end), input);
        const buffer = buffers[k] as Float64Array;
        const start = k ? 7 - at : at;
        for (let i = 0; i < buffer.length; i++) {
          if ((i < start || i >= start + length) && buffer[i] !== GUARD)
            throw new Error(`${where}: wrote ${buffer[i]} outside its out`);
        }
      }
    }
  }
}

const some = rows.flatMap((row) => row.cases.slice(0, 5).map((options) => [title(row, options), row, options] as const));

describe.each(some)('%s', (title, row, options) => {
  const fromY = tellsFromY(row, hyperparameters(row, options));
  for (const [name, operation] of Object.entries(operations(row.fn, options, fromY))) {
    const what = `${title} ${name}`;

    test(`${name}: every length and offset as one element at a time`, () => {
      const random = new Random(41);
      everyLengthAndOffset(what, operation, awkward(random, 80), awkward(random, 80));
    });

    test(`${name}: each lane beside every other input`, () => {
      const values = [...SPECIALS, 3.25, -3.25, 0.1, -0.1, -709, -745, 18.7, -37.2, 1e-320, -1e-320];
      const pairs = values.flatMap((a) => values.map((b) => [a, b]));
      const x = Float64Array.from(pairs.flat());
      const dy = x.map((_, i) => 1 + (i % 3));
      const got = operation(x, dy);
      const alone = Array.from(x, (_, i) => operation(x.slice(i, i + 1), dy.slice(i, i + 1)));
      for (const [k, results] of got.entries()) {
        expectSameBits(
          what,
          results,
          alone.map((one) => (one[k] as Float64Array)[0] as number),
          (i) => `x = ${x[i]} in the pair (${pairs[i >> 1]})`,
        );
      }
    });

    test(`${name}: one rare element anywhere in a long array`, () => {
      const random = new Random(42);
      const plain = Float64Array.from({ length: 301 }, () => random.normal(3));
      const dy = plain.map(() => random.normal());
      const wanted = operation(plain, dy);
      for (const rare of [-740, Number.NaN, Number.NEGATIVE_INFINITY, 1e308]) {
        const alone = (at: number) => operation(Float64Array.of(rare), dy.slice(at, at + 1));
        for (let at = 0; at < plain.length; at += 1 + (at % 7)) {
          const x = plain.slice();
          x[at] = rare;
          for (const [k, results] of operation(x, dy).entries()) {
            const expected = (wanted[k] as Float64Array).slice();
            expected[at] = (alone(at)[k] as Float64Array)[0] as number;
            expectSameBits(what, results, expected, (i) => `x = ${x[i]}, element ${i}, with ${rare} at ${at}`);
          }
        }
      }
    });

    test(`${name}: an array of many blocks as its parts`, () => {
      const random = new Random(43);
      const x = Float64Array.from({ length: 100_003 }, () => random.normal(3));
      const dy = x.map((_, i) => (i % 11) - 5);
      const whole = operation(x, dy);
      for (let start = 0; start < x.length; start += 1009) {
        for (const [k, part] of operation(x.slice(start, start + 1009), dy.slice(start, start + 1009)).entries()) {
          expectSameBits(
            what,
            (whole[k] as Float64Array).subarray(start, start + 1009),
            part,
            (i) => `x = ${x[start + i]}, element ${start + i}`,
          );
        }
      }
    });
  }
});

test('hadamard: every length and offset', () => {
  const random = new Random(44);
  everyLengthAndOffset(
    'hadamard',
    (x, dy, out) => [out ? hadamard(x, dy, { out: out[0] }) : hadamard(x, dy)],
    awkward(random, 80),
    awkward(random, 80),
  );
});

interface RowOptions {
  temperature?: number;
  shape?: number[];
  out?: Float64Array;
}
/** Softmax with or without `out`, which its own types distinguish. */
const soft = softmax as unknown as Elementwise;

describe('softmax', () => {
  const rowOperations: Record<string, (x: Float64Array, dy: Float64Array, options: RowOptions) => Float64Array> = {
    value: (x, _dy, options) => soft(x, options),
    Jacobian: (x, _dy, options) => soft.deriv(x, options),
    'backward from x': (x, dy, options) => soft.backward(dy, { x }, options),
    'backward from y': (x, dy, { out, ...options }) => soft.backward(dy, { y: soft(x, options) }, { ...options, out }),
  };

  for (const [name, operation] of Object.entries(rowOperations)) {
    test(`${name}: every length at every offset as a copy at offset 0`, () => {
      const random = new Random(45);
      const x = Float64Array.from({ length: 80 }, () => random.normal(10));
      const dy = x.map(() => random.normal());
      for (const temperature of [1, 0.3]) {
        for (const length of LENGTHS) {
          for (const offset of OFFSETS) {
            const [a, b] = [x.subarray(offset, offset + length), dy.subarray(offset, offset + length)];
            const wanted = operation(a.slice(), b.slice(), { temperature });
            const what = `softmax ${name}, length ${length}, offset ${offset}, temperature ${temperature}`;
            expectSameBits(what, operation(a, b, { temperature }), wanted);
            const buffer = new Float64Array(wanted.length + 8).fill(GUARD);
            const at = (offset * 3) % 8;
            operation(a, b, { temperature, out: buffer.subarray(at, at + wanted.length) });
            expectSameBits(`${what}, into out`, buffer.subarray(at, at + wanted.length), wanted);
            for (const [i, value] of buffer.entries()) {
              if ((i < at || i >= at + wanted.length) && value !== GUARD)
                throw new Error(`${what}: wrote ${value} outside its out`);
            }
          }
        }
      }
    });

    test(`${name}: rows together as each row alone, whatever its neighbours`, () => {
      const random = new Random(46);
      for (const units of [1, 2, 3, 4, 7, 10, 33, 65]) {
        const count = 41;
        const x = Float64Array.from({ length: count * units }, () => random.normal(5));
        // A rare row beside ordinary ones: masks, NaN, an infinity, huge logits.
        x.fill(Number.NEGATIVE_INFINITY, units, 2 * units - 1);
        x[3 * units] = Number.NaN;
        x[5 * units] = Number.POSITIVE_INFINITY;
        x.fill(1e308, 7 * units, 8 * units);
        const dy = x.map(() => random.normal());
        dy[9 * units] = Number.NaN;
        dy[11 * units] = Number.POSITIVE_INFINITY;
        dy[13 * units] = 1e308;
        dy.fill(0, 15 * units, 16 * units);
        const together = operation(x, dy, { shape: [count, units] });
        const size = together.length / count;
        for (let row = 0; row < count; row++) {
          const [a, b] = [x.slice(row * units, (row + 1) * units), dy.slice(row * units, (row + 1) * units)];
          expectSameBits(
            `softmax ${name}, row ${row} of ${count}, x = [${a}]`,
            together.subarray(row * size, (row + 1) * size),
            operation(a, b, {}),
          );
        }
      }
    });
  }

  test('equal logits give equal results, in any position', () => {
    for (const units of LENGTHS.slice(1)) {
      for (const logit of [0, -3.7, 1e308, -1e308, 5e-324]) {
        const got = softmax(new Float64Array(units).fill(logit));
        expect(
          got.every((value) => same(value, got[0] as number)),
          `${units} logits of ${logit}: [${got}]`,
        ).toBe(true);
      }
    }
    const random = new Random(47);
    for (let trial = 0; trial < 300; trial++) {
      const levels = [random.normal(5), random.normal(5), Number.NEGATIVE_INFINITY];
      const x = Float64Array.from({ length: 1 + random.below(40) }, (_, i) => (i ? random.pick(levels) : (levels[0] as number)));
      const got = softmax(x);
      for (const level of levels) {
        const results = new Set([...got].filter((_, i) => x[i] === level));
        expect(results.size, `x = [${x}] gives [${got}]`).toBeLessThanOrEqual(1);
      }
    }
  });
});
