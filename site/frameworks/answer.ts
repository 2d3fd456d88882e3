// What nonlin answers to a question: on the page, and in docs/functions.md.

import * as nonlin from 'nonlin';
import type { Question } from './question.js';

interface Asked {
  (x: unknown, options?: object): unknown;
  deriv(x: unknown, options?: object): unknown;
  backward(dy: unknown, saved: object, options?: object): unknown;
}

/** What nonlin answers, written as the answers of the frameworks are. */
export function answer({ function: name, operation, x, dy, options = {}, minus = 0 }: Question): string {
  const f = (nonlin as unknown as Record<string, Asked>)[name] as Asked;
  const numbers = (given: Question['x']) => (typeof given === 'string' ? Number(given) : given.map(Number));
  const at = numbers(x);
  const result =
    operation === 'value'
      ? f(at, options)
      : operation === 'deriv'
        ? f.deriv(at, options)
        : f.backward(numbers(dy ?? '1'), { x: at }, options);
  return [result]
    .flat()
    .map((value) => text(Number(value) - minus))
    .join(', ');
}

const text = (value: number): string =>
  Number.isFinite(value)
    ? Object.is(value, -0)
      ? '-0'
      : String(Number(value.toPrecision(6)))
    : String(value).replace('Infinity', '∞');
