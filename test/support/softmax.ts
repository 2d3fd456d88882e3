// Softmax and its gradients over real numbers, for rows of finite logits and masks.

import { MIN, mismatch } from './bits.js';
import { abs, add, approximate, div, exp, mul, ONE, type Real, real, round, sub, sum, ZERO } from './exact.js';

/** Softmax of finite (or -inf) logits, not all -inf: s, and 1 - s without cancellation. */
export function softmaxRow(x: ArrayLike<number>, temperature: number): { s: Real[]; rest: Real[] } {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < x.length; i++) max = Math.max(max, x[i] as number);
  const [top, t] = [real(max), real(temperature)];
  const weights = Array.from(x, (v) =>
    v === Number.NEGATIVE_INFINITY ? ZERO : v === max ? ONE : exp(div(sub(real(v), top), t)),
  );
  const rest = others(weights);
  const total = sum(weights);
  return { s: weights.map((w) => div(w, total)), rest: rest.map((r) => div(r, total)) };
}

/** For every term the sum of all the others, without subtracting. */
function others(terms: readonly Real[]): Real[] {
  const after: Real[] = new Array(terms.length + 1).fill(ZERO);
  for (let i = terms.length - 1; i >= 0; i--) after[i] = add(after[i + 1] as Real, terms[i] as Real);
  let before = ZERO;
  return terms.map((term, i) => {
    const rest = add(before, after[i + 1] as Real);
    before = add(before, term);
    return rest;
  });
}

/** One entry of a gradient: its exact value, and the sum of the absolute terms that its error is measured in. */
export interface Slope {
  readonly exact: Real;
  readonly scale: Real;
}

/** dx_i = s_i(sum of s_j·dy_i - sum of s_j·dy_j)/T over all j other than i: the terms s_i(δ_ij - s_j)·dy_j/T of a softmax of x. */
export function gradient(x: Float64Array, dy: Float64Array, temperature: number): Slope[] {
  const { s, rest } = softmaxRow(x, temperature);
  const t = real(temperature);
  const products = s.map((a, j) => mul(a, real(dy[j] as number)));
  const [sums, sizes] = [others(products), others(products.map(abs))];
  return s.map((a, i) => {
    const own = mul(rest[i] as Real, real(dy[i] as number));
    return {
      exact: div(mul(a, sub(own, sums[i] as Real)), t),
      scale: div(mul(a, add(abs(own), sizes[i] as Real)), t),
    };
  });
}

/** dx_i = y_i(dy_i - sum of y_j·dy_j)/T of a saved y, which does not add up to 1 exactly: the terms do not cancel as above. */
export function gradientFromValue(y: Float64Array, dy: Float64Array, temperature: number): Slope[] {
  const t = real(temperature);
  const products = Array.from(y, (a, j) => mul(real(a), real(dy[j] as number)));
  const [total, size] = [sum(products), sum(products.map(abs))];
  return Array.from(y, (a, i) => {
    const own = real(dy[i] as number);
    return { exact: div(mul(real(a), sub(own, total)), t), scale: div(mul(real(a), add(abs(own), size)), t) };
  });
}

/** |got - exact| ≤ limit·2^-53·scale for every entry, and a step of the subnormals. */
export function expectGradient(what: string, slopes: readonly Slope[], got: Float64Array, limit: number, inputs: object): void {
  for (const [i, { exact, scale }] of slopes.entries()) {
    const [result, wanted] = [got[i] as number, round(exact)];
    const fail = () => {
      const input = Object.entries(inputs).map(([name, values]) => `${name} = [${values}]`);
      return new Error(
        mismatch(what, `entry ${i}, ${input.join(', ')}`, result, wanted, `limit ${limit}·2^-53·${approximate(scale)}`),
      );
    };
    if (!Number.isFinite(result) || !Number.isFinite(wanted)) {
      // Where the terms overflow although their sum does not, an infinity is right too.
      if (result !== wanted && (Number.isNaN(result) || Number.isFinite(round(scale)))) throw fail();
      continue;
    }
    const allowed = add(mul(real(limit * 2 ** -53), scale), real(MIN));
    if (sub(allowed, abs(sub(real(result), exact))).m < 0n) throw fail();
  }
}
