// Which curves are drawn of an activation: its own over a number, or one entry of a row over one logit.

import type { Curve } from '../../examples/digits/curves.js';
import { type Elementwise, isElementwise } from '../../site/source/elementwise.js';
import type { Activation } from './functions.js';

export interface Plotted {
  /** What is drawn, if it is not the function itself. */
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
  try {
    const [value, jacobian] = [f([0.5, 0, 0]), f.deriv?.([0.5, 0, 0])];
    if (!Array.isArray(value) || !Array.isArray(jacobian)) return undefined;
  } catch {
    return undefined;
  }
  const first = (result: unknown): number => (Array.isArray(result) ? first(result[0]) : Number(result));
  return { of: 'first entry for (x, 0, 0)', value: (x) => first(f([x, 0, 0])), deriv: (x) => first(f.deriv?.([x, 0, 0])) };
}
