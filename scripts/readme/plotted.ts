// Decides which curves of a function are drawn: its own over a number, or one entry of a row over one logit.

import type { Curve } from '../../examples/digits/curves.js';
import { type Elementwise, isElementwise } from '../../site/source/elementwise.js';
import type { Activation } from './functions.js';

export interface Plotted {
  /** What is drawn, if not the function itself. */
  readonly of: string | undefined;
  readonly value: Curve;
  readonly deriv: Curve;
}

/** Undefined for a function of halves or of labels, which refuses three entries and has no such curve. */
export function plotted(f: Activation): Plotted | undefined {
  if (isElementwise(f)) {
    const elementwise: Elementwise = f;
    return { of: undefined, value: (x) => elementwise(x), deriv: (x) => elementwise.deriv(x) };
  }
  const first = (result: unknown): number => (Array.isArray(result) ? first(result[0]) : Number(result));
  /** How the first entry of the result changes with x: what `backward` gives for a dy of 1 there, so that no Jacobian is needed. */
  const deriv: Curve = (x) => {
    const row = [x, 0, 0];
    const y = f(row);
    return first(f.backward(Array.isArray(y) ? y.map((_, index) => (index === 0 ? 1 : 0)) : 1, { x: row }));
  };
  try {
    if (!Number.isFinite(deriv(0.5))) return undefined;
  } catch {
    return undefined;
  }
  return { of: 'of (x, 0, 0)', value: (x) => first(f([x, 0, 0])), deriv };
}
