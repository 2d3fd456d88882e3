// What nonlin answers to a question: on the page, and in docs/functions.md.

import * as nonlin from 'nonlin';
import { numbersOf, type Question, textOf } from './question.js';

interface Asked {
  (x: unknown, options?: object): unknown;
  deriv(x: unknown, options?: object): unknown;
  backward(dy: unknown, saved: object, options?: object): unknown;
}

/** What nonlin answers, written as the answers of the frameworks are. */
export function answer({ function: name, operation, x, dy, options = {}, minus = 0 }: Question): string {
  const f = (nonlin as unknown as Record<string, Asked>)[name] as Asked;
  const at = numbersOf(x);
  const result =
    operation === 'value'
      ? f(at, options)
      : operation === 'deriv'
        ? f.deriv(at, options)
        : f.backward(numbersOf(dy ?? '1'), { x: at }, options);
  return [result]
    .flat()
    .map((value) => textOf(Number(value) - minus))
    .join(', ');
}
