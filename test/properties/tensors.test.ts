// Programs of tensors, made at random, against a model of them: what each holds, which are alive, and what `memory()` counts.

import fc from 'fast-check';
import { memory, scope, sigmoid, Tensor } from 'nonlin';
import { expect } from 'vitest';
import { expectSameBits } from '../support/bits.js';
import { holds } from '../support/properties.js';

/** What the model knows of a tensor: its numbers, shared by those that were reshaped from one. */
interface Known {
  readonly tensor: Tensor;
  readonly numbers: Float64Array;
  disposed: boolean;
}

const steps = fc.record({
  does: fc.constantFrom('zeros', 'from', 'reshape', 'dispose', 'write', 'apply', 'apply into', 'scope', 'throwing scope', 'grow'),
  /** Which of the tensors. */
  at: fc.nat(99),
  size: fc.oneof(fc.nat(9), fc.constantFrom(511, 512, 513, 4097)),
});

type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

/** Runs a program, and adds to `made` what is still alive of it. */
function run(program: readonly Step[], made: Known[]): void {
  const alive = () => made.filter(({ disposed }) => !disposed);
  const chosen = (at: number): Known | undefined => alive()[at % Math.max(1, alive().length)];
  const add = (tensor: Tensor, numbers: Float64Array) => made.push({ tensor, numbers, disposed: false });
  for (const [i, { does, at, size }] of program.entries()) {
    const known = chosen(at);
    const numbers = Float64Array.from({ length: size }, (_, k) => Math.sin(k + at));
    if (does === 'zeros') add(Tensor.zeros(size), new Float64Array(size));
    else if (does === 'from') add(Tensor.from(numbers), numbers);
    else if (does === 'reshape' && known) add(known.tensor.reshape(1, known.numbers.length), known.numbers);
    else if (does === 'write' && known) known.tensor.data.set(known.numbers.fill(at));
    else if (does === 'apply' && known) add(sigmoid(known.tensor), sigmoid(known.numbers));
    else if (does === 'apply into' && known) {
      sigmoid(known.tensor, { out: known.tensor });
      sigmoid(known.numbers, { out: known.numbers });
    } else if (does === 'dispose' && known) {
      known.tensor.dispose();
      known.disposed = true;
    } else if (does === 'scope' || does === 'throwing scope') {
      // What is left of the program runs in a scope, which keeps one tensor, or none where it throws.
      const inner = [...made];
      let kept: Known | undefined;
      const rest = () => {
        run(program.slice(i + 1), inner);
        kept = inner.slice(made.length).filter(({ disposed }) => !disposed)[0];
        if (does === 'throwing scope') throw new Error('ours');
        return kept && { deep: [kept.tensor] };
      };
      if (does === 'scope') scope(rest);
      else expect(() => scope(rest)).toThrow('ours');
      const survivor = does === 'scope' ? kept : undefined;
      for (const each of inner.slice(made.length)) if (each !== survivor) each.disposed = true;
      made.push(...inner.slice(made.length));
      return;
    } else if (does === 'grow') {
      const { capacity } = memory();
      Tensor.zeros(capacity / 8).dispose();
    }
  }
}

holds('a program of tensors leaves what its model says', fc.array(steps, { maxLength: 25 }), 150, (program) => {
  const before = memory();
  const made: Known[] = [];
  // Memory that grows more than a few times is not given back, and would be all there is.
  const limited = before.capacity > 2 ** 27 ? program.filter(({ does }) => does !== 'grow') : program;
  run(limited, made);
  const alive = made.filter(({ disposed }) => !disposed);
  for (const { tensor, numbers } of alive) expectSameBits('a tensor', tensor.toFloat64Array(), numbers);
  for (const { tensor } of made.filter(({ disposed }) => disposed)) {
    expect(tensor.disposed).toBe(true);
    expect(() => tensor.data).toThrow(expect.objectContaining({ name: 'TypeError', code: 'ERR_DISPOSED' }));
  }
  const { tensors, bytes } = memory();
  expect(tensors - before.tensors).toBe(alive.length);
  const own = [...new Set(alive.map(({ numbers }) => numbers))];
  expect(bytes - before.bytes).toBe(own.reduce((sum, { length }) => sum + 8 * length, 0));
  for (const { tensor } of alive) tensor.dispose();
  const after = memory();
  expect([after.tensors, after.bytes]).toEqual([before.tensors, before.bytes]);
});
