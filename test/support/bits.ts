// Floats as bit patterns: equality, distance, printing, and the seeded inputs of the tests.

const view = new DataView(new ArrayBuffer(8));

export const MIN = Number.MIN_VALUE;
export const MAX = Number.MAX_VALUE;
export const MIN_NORMAL = 2 ** -1022;

export function bitsOf(value: number): bigint {
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

export function fromBits(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

/** Same bits; any NaN equals any NaN. */
export const same = (a: number, b: number): boolean => Object.is(a, b);

/** The spacing of floats at `value`: 2^(e-52) in [2^e, 2^(e+1)), 2^-1074 for subnormals and zero. */
export function ulp(value: number): number {
  const exponent = Number((bitsOf(value) >> 52n) & 2047n);
  return 2 ** (Math.max(exponent, 1) - 1075);
}

/** The float `steps` places further up (down when negative) the number line; both zeros are one place. */
export function neighbour(value: number, steps: number): number {
  const at = order(value) + BigInt(steps);
  return at < 0n ? fromBits(-at | (1n << 63n)) : fromBits(at);
}

/** How many floats apart; Infinity when only one is NaN. */
export function distance(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return same(a, b) ? 0 : Number.POSITIVE_INFINITY;
  const gap = order(a) - order(b);
  return Number(gap < 0n ? -gap : gap);
}

function order(value: number): bigint {
  const bits = bitsOf(value);
  return bits >> 63n ? -(bits & ((1n << 63n) - 1n)) : bits;
}

export function show(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return `${text} (0x${bitsOf(value).toString(16).padStart(16, '0')})`;
}

/** The message of a failed comparison: function, input, got, wanted, distance. */
export function mismatch(what: string, input: string, got: number, wanted: number, note = ''): string {
  return `${what} at ${input}: got ${show(got)}, wanted ${show(wanted)}, ${distance(got, wanted)} floats apart${note && `; ${note}`}`;
}

/** Throws for the first element whose bits differ, naming it. */
export function expectSameBits(
  what: string,
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  input: (i: number) => string = (i) => `element ${i}`,
): void {
  if (got.length !== wanted.length) throw new Error(`${what}: got ${got.length} elements, wanted ${wanted.length}`);
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [got[i] as number, wanted[i] as number];
    if (!same(a, b)) throw new Error(mismatch(what, input(i), a, b));
  }
}

/** Seeded random numbers (splitmix64): the same on every machine. */
export class Random {
  #state: bigint;

  constructor(seed: number) {
    this.#state = BigInt(seed);
  }

  /** 64 random bits. */
  bits(): bigint {
    this.#state = BigInt.asUintN(64, this.#state + 0x9e3779b97f4a7c15n);
    let z = this.#state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (Number(this.bits() >> 11n) * 2 ** -53);
  }

  /** An integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.uniform(0, count));
  }

  /** Normal with mean 0. */
  normal(deviation = 1): number {
    return deviation * Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A finite float of random sign whose magnitude is log-uniform in [low, high]. */
  magnitude(low: number, high: number): number {
    const exponent = this.uniform(Math.log2(low), Math.log2(high));
    const value = Math.min(high, 2 ** Math.floor(exponent) * (1 + this.uniform()));
    return this.bits() & 1n ? -value : value;
  }

  /** A float of random bits: any of them, infinities and NaN too. */
  pattern(): number {
    return fromBits(this.bits());
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}

export const SPECIALS: readonly number[] = [
  0,
  -0,
  MIN,
  -MIN,
  MIN_NORMAL,
  -MIN_NORMAL,
  1e-300,
  -1e-300,
  1e-17,
  -1e-17,
  0.5,
  -0.5,
  1,
  -1,
  20,
  -20,
  40,
  -40,
  350,
  -350,
  708.5,
  -708.5,
  740,
  -740,
  745.2,
  -745.2,
  800,
  -800,
  1e10,
  -1e10,
  1e308,
  -1e308,
  MAX,
  -MAX,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];

/** A mixture that reaches every branch: ordinary values, wide ones, tiny ones, specials, random bits. */
export function awkward(random: Random, count: number): Float64Array {
  return Float64Array.from({ length: count }, () => {
    switch (random.below(8)) {
      case 0:
        return random.pick(SPECIALS);
      case 1:
        return random.pattern();
      case 2:
        return random.uniform(-750, 750);
      case 3:
        return random.magnitude(1e-320, 1e3);
      default:
        return random.normal(3);
    }
  });
}
