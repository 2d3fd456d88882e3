// The product of backpropagation over containers of every kind: one rounding a product, and for a contraction the sum of exact
// products within the error of so many additions.

import fc from 'fast-check';
import { hadamard } from 'nonlin';
import { describe, expect } from 'vitest';
import { expectSameBits } from '../support/bits.js';
import { product } from '../support/containers.js';
import { drawn, palettes, palettesOf } from '../support/elements.js';
import { abs, add, compare, mul, real, sub, sum } from '../support/exact.js';
import { expectLike, expectStored, input, layouts, output, shapes, shapesWithAxis } from '../support/held.js';
import { holds } from '../support/properties.js';

const call = hadamard as unknown as (dA: unknown, dLinear: unknown, options?: object) => unknown;
const calls = fc.record({
  a: fc.tuple(layouts, palettes),
  b: fc.tuple(layouts, palettes),
  out: fc.option(layouts, { nil: undefined }),
});

describe('equal shapes', () => {
  holds('multiply', fc.tuple(calls, shapes), 300, ([{ a, b, out }, shape]) => {
    const [dA, dLinear] = [input(a[0], shape, drawn(a[1], product(shape))), input(b[0], shape, drawn(b[1], product(shape)))];
    const target = out && output(out, shape);
    const held = target ? [dA, dLinear, target] : [dA, dLinear];
    try {
      // Without an option for a shape, a flat array is a vector.
      if (shape.length !== 1 && held.some(({ flat }) => flat)) return;
      const factors = dLinear.elements();
      const wanted = dA.elements().map((value, i) => value * (factors[i] as number));
      const before = [dA.state(), dLinear.state(), target?.surroundings()];
      const given = target?.container();
      const result = call(dA.container(), dLinear.container(), target ? { out: given } : undefined);
      if (target) {
        expect(result).toBe(given);
        expectStored(`hadamard into ${target.name}`, target, target.elements(), wanted);
      } else {
        expectLike('hadamard', dA, result, shape, wanted);
        if (result !== null && typeof result === 'object' && 'dispose' in result) (result as { dispose(): void }).dispose();
      }
      expect([dA.state(), dLinear.state(), target?.surroundings()]).toEqual(before);
    } finally {
      for (const each of held) each.free();
    }
  });
});

describe('a Jacobian for each row', () => {
  const factors = palettesOf(fc.double({ min: -1e18, max: 1e18, noNaN: true }));
  const contractions = fc.tuple(
    calls,
    factors,
    factors,
    shapesWithAxis.filter((shape) => product(shape) * (shape.at(-1) as number) <= 2000),
  );
  holds('contracts', contractions, 200, ([{ a, b, out }, x, y, shape]) => {
    const units = shape.at(-1) as number;
    const [dA, dLinear] = [
      input(a[0], shape, drawn(x, product(shape))),
      input(b[0], [...shape, units], drawn(y, product(shape) * units)),
    ];
    const target = out && output(out, shape);
    const held = target ? [dA, dLinear, target] : [dA, dLinear];
    try {
      // Flat arrays are one row.
      if (shape.length > 1 && held.some(({ flat }) => flat)) return;
      if (shape.length === 1 && dLinear.flat && !dA.flat) return;
      const [values, jacobian] = [dA.elements(), dLinear.elements()];
      const alone = values.map((_, i) => {
        const row = Math.floor(i / units);
        const slice = Float64Array.from(values.slice(row * units, (row + 1) * units));
        const own = Float64Array.from(jacobian.slice(row * units * units, (row + 1) * units * units));
        return (call(slice, { data: own, shape: [units, units] }) as Float64Array)[i % units] as number;
      });
      const given = target?.container();
      const result = call(dA.container(), dLinear.container(), target ? { out: given } : undefined);
      if (target) expectStored(`hadamard into ${target.name}`, target, target.elements(), alone);
      else expectLike('hadamard', dA, result, shape, alone);
      if (!target && result instanceof Object && 'dispose' in result) (result as { dispose(): void }).dispose();
      // What a Float16Array cannot hold is infinite there.
      if (![...values, ...jacobian].every(Number.isFinite)) return;
      for (const [i, got] of alone.entries()) {
        const row = Math.floor(i / units);
        const terms = Array.from({ length: units }, (_, j) =>
          mul(real(values[row * units + j] as number), real(jacobian[(row * units + j) * units + (i % units)] as number)),
        );
        const size = sum(terms.map(abs));
        const allowed = add(mul(real(units * 2 ** -53), size), real(units * Number.MIN_VALUE));
        expect(compare(abs(sub(real(got), sum(terms))), allowed), `element ${i} is ${got}`).toBeLessThanOrEqual(0);
      }
    } finally {
      for (const each of held) each.free();
    }
  });

  holds('a flat Jacobian is one of (U, U)', fc.tuple(factors, fc.integer({ min: 1, max: 12 })), 60, ([x, units]) => {
    const [a, j] = [drawn(x, units), drawn(x, units * units)];
    const flat = call(a, j) as Float64Array;
    const shaped = call({ data: a, shape: [1, units] }, { data: j, shape: [1, units, units] }) as { data: Float64Array };
    expectSameBits('hadamard', shaped.data, flat);
  });
});
