// A function with its first two derivatives, carried along through a formula: what a definition says of f, f′ and f″, to more
// than 200 bits. No rule below subtracts neighbours but where the result itself has a zero.

import {
  add,
  circle,
  compare,
  div,
  exp,
  expm1,
  ln1p,
  mul,
  neg,
  normal,
  ONE,
  type Real,
  real,
  scale,
  sigmas,
  sqrt,
  sub,
  tanh,
  ZERO,
} from './exact.js';
import type { Arithmetic } from './formula.js';

/** f, f′, f″ at one x. */
export type Jet = readonly [Real, Real, Real];

export const constant = (value: Real): Jet => [value, ZERO, ZERO];
export const variable = (x: Real): Jet => [x, ONE, ZERO];

const twice = (x: Real): Real => scale(x, 1);

/** g, g′ and g″ at u, for the functions that formulas may call. */
const FUNCTIONS: Readonly<Record<string, (u: Real) => Jet>> = {
  exp: (u) => {
    const e = exp(u);
    return [e, e, e];
  },
  expm1: (u) => {
    const e = exp(u);
    return [expm1(u), e, e];
  },
  abs: (u) => (u.m > 0n ? [u, ONE, ZERO] : [neg(u), neg(ONE), ZERO]),
  sqrt: (u) => {
    const root = sqrt(u);
    const first = div(ONE, twice(root));
    return [root, first, neg(div(first, twice(u)))];
  },
  sin: (u) => {
    const [sine, cosine] = circle(u);
    return [sine, cosine, neg(sine)];
  },
  // Of the right triangle with the legs 1 and u.
  hypotenuse: (u) => {
    const root = sqrt(add(ONE, mul(u, u)));
    return [root, div(u, root), div(ONE, mul(root, mul(root, root)))];
  },
  sigmoid: (u) => {
    const [s, rest] = sigmas(u);
    const first = mul(s, rest);
    return [s, first, neg(mul(first, tanh(scale(u, -1))))];
  },
  tanh: (u) => {
    const t = tanh(u);
    const first = scale(mul(...sigmas(twice(u))), 2);
    return [t, first, neg(twice(mul(t, first)))];
  },
  softplus: (u) => {
    const [s, rest] = sigmas(u);
    const small = ln1p(exp(u.m > 0n ? neg(u) : u));
    return [u.m > 0n ? add(u, small) : small, s, mul(s, rest)];
  },
  normal: (u) => {
    const [distribution, density] = normal(u);
    return [distribution, density, neg(mul(u, density))];
  },
};

export const jets: Arithmetic<Jet> = {
  number: (value) => constant(real(value)),
  neg: ([a, a1, a2]) => [neg(a), neg(a1), neg(a2)],
  add: ([a, a1, a2], [b, b1, b2]) => [add(a, b), add(a1, b1), add(a2, b2)],
  sub: ([a, a1, a2], [b, b1, b2]) => [sub(a, b), sub(a1, b1), sub(a2, b2)],
  mul: ([a, a1, a2], [b, b1, b2]) => [
    mul(a, b),
    add(mul(a1, b), mul(a, b1)),
    add(add(mul(a2, b), twice(mul(a1, b1))), mul(a, b2)),
  ],
  div: ([a, a1, a2], [b, b1, b2]) => {
    const q = div(a, b);
    const q1 = div(sub(a1, mul(q, b1)), b);
    return [q, q1, div(sub(sub(a2, twice(mul(q1, b1))), mul(q, b2)), b)];
  },
  less: ([a], [b]) => compare(a, b) < 0,
  call: (name, [u, u1, u2]) => {
    const at = FUNCTIONS[name];
    if (!at) throw new Error(`formulas have no function ${name}`);
    const [g, g1, g2] = at(u);
    return [g, mul(g1, u1), add(mul(g2, mul(u1, u1)), mul(g1, u2))];
  },
};
