// Calls that must be refused, as a list: each throws its class of error with its code and names the argument, leaves everything
// as it was, and the next call is right.

import * as nonlin from 'nonlin';
import { memory, Tensor } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { alongRows, elementwise, type Loose } from './functions.js';

export type Code = 'ERR_DTYPE' | 'ERR_SHAPE' | 'ERR_AXIS' | 'ERR_OPTION' | 'ERR_DISPOSED' | 'ERR_MEMORY';
export type Class = 'TypeError' | 'RangeError';

/** The functions that are called by name, without their types: wrong calls are the point. */
export const {
  elu,
  glu,
  gruGates,
  hadamard,
  logSumExp,
  lstmGates,
  prelu,
  relu,
  sigmoid,
  sigmoidCrossEntropy,
  softmax,
  softmaxCrossEntropy,
} = nonlin as unknown as Readonly<Record<keyof typeof nonlin, Loose>>;

/** An operation of a function. */
export const at = (f: Loose, operation: string) => f[operation] as (...args: unknown[]) => unknown;

/** Good arguments, made afresh for each call. */
export function makeGood() {
  return {
    x: Float64Array.of(-2, -1, 0.5, 3),
    dy: Float64Array.of(1, 2, 3, 4),
    plain: [-2, -1, 0.5, 3],
    nested: [
      [-2, -1],
      [0.5, 3],
    ],
    strided: { data: Float64Array.of(9, -2, 9, -1, 9, 0.5, 9, 3), shape: [2, 2], stride: [4, 2], offset: 1 },
    out: new Float64Array(4).fill(7),
    tensor: Tensor.from([-2, -1, 0.5, 3], [2, 2]),
  };
}
export type Good = ReturnType<typeof makeGood>;

const stateOf = (good: Good): string => JSON.stringify([good, memory().tensors, memory().bytes]);

const probe = Float64Array.of(-1, 0, 2);
const nextCalls = () => JSON.stringify([...elementwise, ...alongRows].map((f) => [f(probe), at(f, 'deriv')(probe)]));
const wantedNext = nextCalls();

type Call = (good: Good) => unknown;

const SAYS = /^"[\w.[\]]+" expected .+, got .+/s;

/** What a message about an argument begins with. */
export const about = (label: string): RegExp =>
  new RegExp(`^"${label.replace('.', '\\.')}[\\w.[\\]]*" (expected .+, got .+|is a Tensor of another copy)`, 's');

/** Calls to be refused: `refuses` adds one, `check` makes tests of them. */
export class Refusals {
  readonly #cases: { what: string; code: Code; name: Class; says: RegExp; call: Call }[] = [];

  readonly refuses = (code: Code, name: Class, what: string, call: Call, says = SAYS): void => {
    this.#cases.push({ what, code, name, says, call });
  };

  /** `least`: how many there are, or more; each is its own. */
  check(least: number): void {
    test(`there are at least ${least}`, () => {
      expect(this.#cases.length).toBeGreaterThanOrEqual(least);
      expect(new Set(this.#cases.map(({ what }) => what)).size).toBe(this.#cases.length);
    });
    for (const code of new Set(this.#cases.map((each) => each.code))) {
      const group = this.#cases.filter((each) => each.code === code);
      describe(code, () => {
        test.each(group)('$what', ({ call, name, says }) => {
          const good = makeGood();
          const before = stateOf(good);
          let error: unknown;
          try {
            call(good);
          } catch (thrown) {
            error = thrown;
          }
          expect(error, 'what was thrown').toMatchObject({ name, code, message: expect.stringMatching(says) });
          expect(stateOf(good), 'arguments, tensors and memory afterwards').toBe(before);
          expect(nextCalls(), 'the next calls').toBe(wantedNext);
          good.tensor.dispose();
        });
      });
    }
  }
}
