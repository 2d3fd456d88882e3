// Real numbers to 200 bits and more, in BigInt: the truth that tests measure against if there is no stored reference value. A
// number is m·2^e. Sums and products are exact until `trim`; quotients and exponentials carry PRECISION bits.

export interface Real {
  readonly m: bigint;
  readonly e: number;
}

const PRECISION = 224;

const bitLength = (n: bigint): number => (n < 0n ? -n : n).toString(2).length;
const shift = (n: bigint, by: number): bigint => (by >= 0 ? n << BigInt(by) : n >> BigInt(-by));

export const ZERO: Real = { m: 0n, e: 0 };
export const ONE: Real = { m: 1n, e: 0 };

const view = new DataView(new ArrayBuffer(8));

/** The exact value of a finite float. */
export function real(value: number): Real {
  if (!Number.isFinite(value)) throw new Error(`real(${value}): not finite`);
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 2047n);
  const fraction = bits & ((1n << 52n) - 1n);
  const m = exponent === 0 ? fraction : fraction | (1n << 52n);
  return { m: bits >> 63n ? -m : m, e: Math.max(exponent, 1) - 1075 };
}

function trim(x: Real): Real {
  const excess = bitLength(x.m) - PRECISION;
  return excess > 0 ? { m: x.m >> BigInt(excess), e: x.e + excess } : x;
}

export const neg = (x: Real): Real => ({ m: -x.m, e: x.e });
export const abs = (x: Real): Real => (x.m < 0n ? neg(x) : x);
export const mul = (x: Real, y: Real): Real => trim({ m: x.m * y.m, e: x.e + y.e });
export const sub = (x: Real, y: Real): Real => add(x, neg(y));
/** x·2^by */
export const scale = (x: Real, by: number): Real => ({ m: x.m, e: x.e + by });

export function add(x: Real, y: Real): Real {
  if (x.m === 0n) return y;
  if (y.m === 0n) return x;
  const [high, low] = x.e >= y.e ? [x, y] : [y, x];
  // Too far apart to matter: keep the larger, so that nothing is shifted by thousands of bits.
  const top = bitLength(high.m) + high.e;
  const other = bitLength(low.m) + low.e;
  if (top - other > 2 * PRECISION) return high;
  if (other - top > 2 * PRECISION) return low;
  return trim({ m: (high.m << BigInt(high.e - low.e)) + low.m, e: low.e });
}

export function div(x: Real, y: Real): Real {
  if (y.m === 0n) throw new Error('division by zero');
  const up = Math.max(0, PRECISION + bitLength(y.m) - bitLength(x.m));
  return trim({ m: (x.m << BigInt(up)) / y.m, e: x.e - up - y.e });
}

export const sum = (terms: Iterable<Real>): Real => {
  let total = ZERO;
  for (const term of terms) total = add(total, term);
  return total;
};

export function compare(x: Real, y: Real): number {
  const { m } = sub(x, y);
  return m < 0n ? -1 : m > 0n ? 1 : 0;
}

/** Nearest double of any size, for ratios and messages; truncated, not for rounding checks. */
export function approximate(x: Real): number {
  const excess = bitLength(x.m) - 60;
  const m = excess > 0 ? x.m >> BigInt(excess) : x.m;
  const e = excess > 0 ? x.e + excess : x.e;
  const half = Math.trunc(Math.max(-1100, Math.min(1100, e)) / 2);
  return Number(m) * 2 ** half * 2 ** (Math.max(-1100, Math.min(1100, e)) - half);
}

const FRACTION = 256;
const LN2 = (() => {
  // ln 2 = 2·artanh(1/3), in units of 2^-(FRACTION + 64)
  const unit = 1n << BigInt(FRACTION + 64);
  let [total, power] = [0n, unit / 3n];
  for (let k = 1n; power > 0n; k += 2n) {
    total += power / k;
    power /= 9n;
  }
  return 2n * total;
})();

/** e^x; 0 below -30000, where no product with a float leaves anything. */
export function exp(x: Real): Real {
  if (x.m === 0n) return ONE;
  const magnitude = bitLength(x.m) + x.e;
  if (magnitude > 15) {
    if (x.m < 0n) return ZERO;
    throw new Error('exp of a huge number');
  }
  const wide = shift(x.m, x.e + FRACTION + 64);
  const k = (wide + LN2 / 2n) / LN2 - (wide + LN2 / 2n < 0n ? 1n : 0n);
  const HALVINGS = 8;
  const r = (wide - k * LN2) >> BigInt(64 + HALVINGS);
  let [total, term] = [1n << BigInt(FRACTION), 1n << BigInt(FRACTION)];
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = ((term * r) / n) >> BigInt(FRACTION);
    total += term;
  }
  for (let i = 0; i < HALVINGS; i++) total = (total * total) >> BigInt(FRACTION);
  return trim({ m: total, e: Number(k) - FRACTION });
}

/** Bits after the point of what `circle` computes with. */
const ARC = 320;

/** Half of π in units of 2^-bits, by Machin's formula. */
function halfOfPi(bits: number): bigint {
  const arctangentOfInverse = (n: bigint): bigint => {
    let [total, term] = [0n, (1n << BigInt(bits + 16)) / n];
    for (let k = 1n; term !== 0n; k += 2n) {
      total += (k % 4n === 1n ? term : -term) / k;
      term /= n * n;
    }
    return total;
  };
  return (8n * arctangentOfInverse(5n) - 2n * arctangentOfInverse(239n)) >> 16n;
}

const HALF_OF_PI = new Map<number, bigint>();

/** Sine and cosine. */
export function circle(x: Real): [Real, Real] {
  const magnitude = bitLength(x.m) + x.e;
  if (magnitude < -64) {
    const square = mul(x, x);
    const [sixth, half] = [div(square, real(6)), scale(square, -1)];
    return [mul(x, sub(ONE, sixth)), add(sub(ONE, half), div(mul(half, half), real(6)))];
  }
  // A multiple of 64, so that few are computed.
  const bits = ARC + Math.max(0, Math.ceil(magnitude / 64) * 64);
  const quarter = HALF_OF_PI.get(bits) ?? halfOfPi(bits);
  HALF_OF_PI.set(bits, quarter);
  const wide = shift(x.m, x.e + bits);
  const turns = (2n * wide + quarter) / (2n * quarter) - (2n * wide + quarter < 0n ? 1n : 0n);
  const r = (wide - turns * quarter) >> BigInt(bits - ARC);
  const series = (first: bigint, from: bigint): Real => {
    let [total, term] = [first, first];
    for (let n = from; term !== 0n && term !== -1n; n += 2n) {
      term = -((((term * r) >> BigInt(ARC)) * r) >> BigInt(ARC)) / (n * (n + 1n));
      total += term;
    }
    return trim({ m: total, e: -ARC });
  };
  const [sine, cosine] = [series(r, 2n), series(1n << BigInt(ARC), 1n)];
  const quadrant = Number(((turns % 4n) + 4n) % 4n);
  if (quadrant === 0) return [sine, cosine];
  if (quadrant === 1) return [cosine, neg(sine)];
  return quadrant === 2 ? [neg(sine), neg(cosine)] : [neg(cosine), sine];
}

/** e^x - 1, small x to full relative precision. */
export function expm1(x: Real): Real {
  if (x.m === 0n) return x;
  if (bitLength(x.m) + x.e > -2) return sub(exp(x), ONE);
  let [total, term] = [x, x];
  for (let n = 2; bitLength(term.m) + term.e > bitLength(total.m) + total.e - PRECISION; n++) {
    term = div(mul(term, x), real(n));
    if (term.m === 0n) break;
    total = add(total, term);
  }
  return total;
}

/** ln(1 + x) for x > -1, small x to full relative precision. */
export function ln1p(x: Real): Real {
  if (x.m === 0n) return x;
  if (bitLength(x.m) + x.e > -20) return ln(add(ONE, x));
  let [total, power] = [x, x];
  for (let n = 2; bitLength(power.m) + power.e > bitLength(total.m) + total.e - PRECISION; n++) {
    power = neg(mul(power, x));
    total = add(total, div(power, real(n)));
  }
  return total;
}

/** ln x for x > 0, to some 2^-220 of 1 or of the result, whichever is more. */
export function ln(x: Real): Real {
  const exponent = bitLength(x.m) + x.e;
  const significand = scale(x, -exponent);
  // Halley's method triples the digits.
  let y = real(Math.log(approximate(significand)));
  for (let i = 0; i < 2; i++) {
    const power = exp(y);
    y = add(y, scale(div(sub(significand, power), add(significand, power)), 1));
  }
  return add(y, { m: BigInt(exponent) * LN2, e: -(FRACTION + 64) });
}

/** √x to PRECISION bits. */
export function sqrt(x: Real): Real {
  if (x.m === 0n) return x;
  const up = Math.max(0, 2 * PRECISION - bitLength(x.m));
  const even = up + ((x.e - up) & 1);
  const m = x.m << BigInt(even);
  let root = 1n << BigInt((bitLength(m) + 1) >> 1);
  for (let next = (root + m / root) >> 1n; next < root; next = (root + m / root) >> 1n) root = next;
  return trim({ m: root, e: (x.e - even) / 2 });
}

/** The logistic function at x and at −x. */
export function sigmas(x: Real): [Real, Real] {
  const e = exp(neg(abs(x)));
  const [large, small] = [div(ONE, add(ONE, e)), div(e, add(ONE, e))];
  return x.m > 0n ? [large, small] : [small, large];
}

/** tanh x without cancellation: expm1(2x)/(expm1(2x) + 2), with the sign taken out. */
export function tanh(x: Real): Real {
  if (x.m === 0n) return ZERO;
  const m = expm1(scale(neg(abs(x)), 1));
  const y = div(neg(m), add(m, real(2)));
  return x.m > 0n ? y : neg(y);
}

/** 1/√(2π), with π = 16·artan(1/5) − 4·artan(1/239). */
const INVERSE_ROOT = (() => {
  const artan = (inverse: bigint): bigint => {
    let [total, power] = [0n, (1n << BigInt(FRACTION + 16)) / inverse];
    for (let k = 1n; power !== 0n; k += 2n) {
      total += power / k;
      power /= -inverse * inverse;
    }
    return total;
  };
  const pi = { m: 16n * artan(5n) - 4n * artan(239n), e: -FRACTION - 16 };
  return div(ONE, sqrt(scale(pi, 1)));
})();

/** The normal distribution function and its density at x. */
export function normal(x: Real): [Real, Real] {
  const density = mul(exp(neg(scale(mul(x, x), -1))), INVERSE_ROOT);
  if (density.m === 0n) return [x.m > 0n ? ONE : ZERO, ZERO];
  const z = abs(x);
  const half = scale(ONE, -1);
  const size = approximate(z);
  if (size < 2) {
    // Φ(z) − 1/2 = φ(z)·(z + z³/3 + z⁵/(3·5) + …)
    const square = mul(z, z);
    let [total, term] = [ZERO, z];
    for (let k = 3; term.m !== 0n && bitLength(term.m) + term.e > bitLength(total.m) + total.e - PRECISION; k += 2) {
      total = add(total, term);
      term = div(mul(term, square), real(k));
    }
    const above = mul(density, total);
    return [x.m > 0n ? add(half, above) : sub(half, above), density];
  }
  // Mills' ratio (1 − Φ(z))/φ(z) = 1/(z + 1/(z + 2/(z + …))), whose n-th approximation is right to about 2z√(2n) powers of e.
  const terms = Math.ceil((PRECISION / size) ** 2 / 16) + 20;
  let fraction = z;
  for (let n = terms; n > 0; n--) fraction = add(z, div(real(n), fraction));
  const beyond = div(density, fraction);
  return [x.m > 0n ? sub(ONE, beyond) : beyond, density];
}

/** Exponent of the unit in the last place of a float near x. */
function ulpExponent(x: Real): number {
  return x.m === 0n ? -1074 : Math.max(bitLength(x.m) + x.e - 53, -1074);
}

/** x rounded once, to nearest, ties to even; infinite beyond the largest float. A zero has the sign `negative` says. */
export function round(x: Real, negative = x.m < 0n): number {
  const unit = ulpExponent(x);
  const m = x.m < 0n ? -x.m : x.m;
  const drop = unit - x.e;
  let q = drop > 0 ? m >> BigInt(drop) : m << BigInt(-drop);
  if (drop > 0) {
    const [rest, half] = [m - (q << BigInt(drop)), 1n << BigInt(drop - 1)];
    if (rest > half || (rest === half && q & 1n)) q += 1n;
  }
  const value =
    bitLength(q) + unit > 1024
      ? Number.POSITIVE_INFINITY
      : Number(q) * 2 ** Math.trunc(unit / 2) * 2 ** (unit - Math.trunc(unit / 2));
  return negative ? -value : value;
}

/**
 * |got - exact| in units of the last place of the exact value, or of `least` where that is larger; 0 for an infinity that is the
 * rounded result.
 */
export function errorInUlp(got: number, exact: Real, least = 0): number {
  const rounded = round(exact);
  if (!Number.isFinite(got) || !Number.isFinite(rounded)) return got === rounded ? 0 : Number.POSITIVE_INFINITY;
  const unit = ulpExponent(exact);
  const error = Math.abs(approximate(scale(sub(real(got), exact), -unit)));
  return least > 2 ** unit ? (error * 2 ** unit) / least : error;
}
