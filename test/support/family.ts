// The softmax family over real numbers, for rows of finite logits and masks.

import { abs, add, compare, div, exp, ln1p, mul, neg, ONE, type Real, real, sub, sum, ZERO } from './exact.js';

const MASK = Number.NEGATIVE_INFINITY;

/** (x - max)/T of each entry; none for a mask. */
function below(x: ArrayLike<number>, temperature: number): (Real | undefined)[] {
  const top = real(Math.max(...Array.from(x)));
  return Array.from(x, (v) => (v === MASK ? undefined : div(sub(real(v), top), real(temperature))));
}

/** ln of the sum of e^d, one d being 0, and the other terms together small or not. */
function lnSum(distances: readonly (Real | undefined)[]): Real {
  let winner = false;
  const rest = distances.map((d) => {
    if (d === undefined) return ZERO;
    if (d.m === 0n && !winner) {
      winner = true;
      return ZERO;
    }
    return exp(d);
  });
  return ln1p(sum(rest));
}

export function logSumExpExact(x: ArrayLike<number>, temperature: number): Real {
  return add(div(real(Math.max(...Array.from(x))), real(temperature)), lnSum(below(x, temperature)));
}

/** Log-softmax; none for a mask. */
export function logSoftmaxExact(x: ArrayLike<number>, temperature: number): (Real | undefined)[] {
  const distances = below(x, temperature);
  const log = lnSum(distances);
  return distances.map((d) => d && sub(d, log));
}

/** Sparsemax by its definition: the entries sorted, the support the longest beginning with 1 + k·z_k > the sum of its z. */
export function sparsemaxExact(x: ArrayLike<number>, temperature: number): Real[] {
  const z = below(x, temperature);
  const sorted = z.filter((d) => d !== undefined).sort((a, b) => compare(b, a));
  let [total, threshold] = [ZERO, ZERO];
  for (const [i, d] of sorted.entries()) {
    const next = add(total, d);
    const count = real(i + 1);
    if (compare(add(ONE, mul(count, d)), next) <= 0) break;
    total = next;
    threshold = div(sub(total, ONE), count);
  }
  return z.map((d) => (d !== undefined && compare(d, threshold) > 0 ? sub(d, threshold) : ZERO));
}

/** Σ −t·log-softmax. */
export function crossEntropyExact(x: ArrayLike<number>, labels: ArrayLike<number>, temperature: number): Real {
  const logs = logSoftmaxExact(x, temperature);
  return sum(logs.map((log, i) => (log === undefined || labels[i] === 0 ? ZERO : neg(mul(real(labels[i] as number), log)))));
}

/** max(x, 0) − x·t + ln(1 + e^−|x|). */
export function sigmoidCrossEntropyExact(x: number, t: number): Real {
  const missed = x > 0 ? sub(ONE, real(t)) : real(t);
  return add(mul(missed, abs(real(x))), ln1p(exp(neg(abs(real(x))))));
}
