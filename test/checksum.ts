// The checksums of test/checksums.json, computed over the package in whatever environment this runs in: no imports, no Node.
// crate/tests/checksums.rs is the same in Rust and writes the file; its names say what to compute.

/** The part of the package's namespace that is needed. */
type Namespace = Readonly<Record<string, unknown>>;
type Call = (...values: readonly unknown[]) => unknown;
type Fn = Call & { deriv: Call; deriv2: Call; backward: Call; valueAndDeriv: Call };

/** The number of element-wise inputs: odd, so that half of the last pair is padding. */
const COUNT = 2 ** 20 + 1;

/** [outer, units, inner] of the arrays for softmax. */
const SHAPES = [
  [1001, 1, 1],
  [100_001, 3, 1],
  [40_000, 10, 1],
  [3000, 64, 1],
  [200, 1001, 1],
  [300, 10, 7],
  [50, 33, 64],
] as const;

/** The checksum that `name` asks for, from the functions of `nonlin`; in blocks of any size, 2²⁰ elements at most. */
export function checksum(nonlin: Namespace, name: string): string {
  const words = name.split(' ');
  const fn = nonlin[words[0] ?? ''] as Fn;
  const op = words[words.length - 1] ?? '';
  const options = Object.fromEntries(
    words
      .filter((word) => word.includes('='))
      .map((word) => word.split('='))
      .map(([key, value]) => [key, Number.isNaN(Number(value)) ? value : Number(value)]),
  );
  if (op === 'hadamard') return new Hash().add(fn(inputs(COUNT, 1), inputs(COUNT, 2))).hex();
  if (op === 'contract') return contraction(nonlin['hadamard'] as Fn);
  const hash = new Hash();
  if (words[0] === 'softmax') {
    for (const shape of SHAPES) softmax(hash, fn, op, options, shape);
    return hash.hex();
  }
  operation(
    hash,
    fn,
    op,
    options,
    inputs(COUNT, 1),
    (x) => x,
    () => gradients(COUNT, 2),
  );
  return hash.hex();
}

function operation(
  hash: Hash,
  fn: Fn,
  op: string,
  options: object,
  x: Float64Array,
  toValue: (x: Float64Array) => unknown,
  dy: () => Float64Array,
): void {
  if (op === 'value') hash.add(fn(x, options));
  else if (op === 'deriv') hash.add(fn.deriv(x, options));
  else if (op === 'deriv2') hash.add(fn.deriv2(x, options));
  else if (op === 'backwardX') hash.add(fn.backward(dy(), { x }, options));
  else if (op === 'backwardY') hash.add(fn.backward(dy(), { y: toValue(x) }, options));
  else {
    const { value, deriv } = fn.valueAndDeriv(x, options) as { value: unknown; deriv: unknown };
    hash.add(value).add(deriv);
  }
}

function softmax(
  hash: Hash,
  fn: Fn,
  op: string,
  options: { temperature?: number },
  [rows, units, inner]: (typeof SHAPES)[number],
): void {
  // A Jacobian is `units` times as large.
  const outer = op === 'deriv' || op === 'valueAndDeriv' ? Math.floor(rows / units) + 1 : rows;
  const count = outer * units * inner;
  const all = { ...options, shape: [outer, units, inner], axis: 1 };
  const x = logits(count, units, options.temperature ?? 1);
  operation(
    hash,
    fn,
    op,
    all,
    x,
    (values) => fn(values, all),
    () => gradients(count, 2),
  );
}

function contraction(hadamard: Fn): string {
  const hash = new Hash();
  for (const units of [1, 3, 10, 101]) {
    const rows = Math.floor(2 ** 18 / (units * units)) + 1;
    const dA = { data: gradients(rows * units, 1), shape: [rows, units] };
    const jacobian = { data: gradients(rows * units * units, 2), shape: [rows, units, units] };
    hash.add((hadamard(dA, jacobian) as { data: Float64Array }).data);
  }
  return hash.hex();
}

/**
 * Hashes the words of the numbers in two 32-bit lanes; each step can be undone, so that no single change is lost. All NaNs count
 * as one.
 */
class Hash {
  private a = 0x243f6a88;
  private b = 0x85a308d3;

  add(values: unknown): this {
    const words = new Uint32Array((values as Float64Array).slice().buffer);
    let { a, b } = this;
    for (let i = 0; i < words.length; i += 2) {
      let low = words[i] as number;
      let high = words[i + 1] as number;
      const size = high & 0x7fffffff;
      if (size > 0x7ff00000 || (size === 0x7ff00000 && low !== 0)) [low, high] = [0, 0x7ff80000];
      a ^= low;
      a = Math.imul((a << 13) | (a >>> 19), 0x9e3779b1) ^ high;
      a = Math.imul((a << 13) | (a >>> 19), 0x9e3779b1);
      b ^= low;
      b = Math.imul((b << 17) | (b >>> 15), 0x85ebca77) ^ high;
      b = Math.imul((b << 17) | (b >>> 15), 0x85ebca77);
    }
    this.a = a;
    this.b = b;
    return this;
  }

  hex(): string {
    return [this.a, this.b].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

/** SplitMix in 32 bits, with the multipliers of the low-bias search by C. Wellons. */
class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  word(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }
}

/** The high words of 0, infinity, NaN, 1, the least normal number, 708.4, 745.1, 40, 20. */
const SPECIAL = [0, 0x7ff00000, 0x7ff80000, 0x3ff00000, 0x00100000, 0x40862333, 0x408748cc, 0x40440000, 0x40340000];

/** Writes inputs into `words`: bit patterns, specials, everyday sizes, large and small ones, subnormals … */
function input(words: Uint32Array, index: number, random: Random, kind: number): void {
  const word = random.word();
  let low = random.word();
  const choice = random.word();
  const sign = word & 0x80000000;
  const fraction = word & 0x000fffff;
  let high: number;
  if (kind < 3) high = word;
  else if (kind === 3) {
    low = choice & 1;
    high = sign | (SPECIAL[word % 9] as number);
  } else if (kind < 10) high = sign | ((1015 + (choice % 11)) << 20) | fraction;
  else if (kind < 12) high = sign | ((1026 + (choice % 8)) << 20) | fraction;
  else if (kind < 14) high = sign | ((963 + (choice % 60)) << 20) | fraction;
  else if (kind === 14) high = sign | fraction;
  else high = sign | (1032 << 20) | (385_000 + (choice % 120_000));
  words[2 * index] = low;
  words[2 * index + 1] = high;
}

function inputs(count: number, seed: number): Float64Array {
  const x = new Float64Array(count);
  const words = new Uint32Array(x.buffer);
  const random = new Random(seed);
  for (let i = 0; i < count; i++) input(words, i, random, i & 15);
  return x;
}

/** Everyday sizes, and a zero here and there. */
function gradients(count: number, seed: number): Float64Array {
  const dy = new Float64Array(count);
  const words = new Uint32Array(dy.buffer);
  const random = new Random(seed);
  for (let i = 0; i < count; i++) {
    if (i % 32 !== 31) input(words, i, random, 4);
  }
  return dy;
}

/** Rows for softmax: everyday sizes times the temperature; masks; and in every eighth run of `units` anything at all. */
function logits(count: number, units: number, temperature: number): Float64Array {
  const x = new Float64Array(count);
  const words = new Uint32Array(x.buffer);
  const random = new Random(3);
  for (let i = 0; i < count; i++) {
    const kind = i & 15;
    if (Math.floor(i / units) % 8 === 7) input(words, i, random, kind);
    else {
      input(words, i, random, kind === 15 ? 10 : 4);
      x[i] = kind === 14 ? Number.NEGATIVE_INFINITY : (x[i] as number) * temperature;
    }
  }
  return x;
}
