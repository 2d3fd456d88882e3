// Ordinary inputs: each case against plain JavaScript in both places, a copy of the bytes, and the other packages.

import type { Case } from './cases.js';
import { copy, onArrays, onTensors } from './contenders.js';
import { ordinary } from './inputs.js';
import { type Contender, difference, measure, type Pace } from './measure.js';
import { activation } from './nonlin.js';
import { NATIVE, type Peer } from './peers/peers.js';
import { fastest, type Problem } from './plain.js';
import type { PlainProcess } from './plain-process.js';
import type { Failure, OrdinaryRow } from './record.js';

/** An absolute error of 10⁻¹² is allowed: the plain forms cancel near zero, which is not held against their speed. */
const FLOAT64 = { limit: 1e-9, floor: 1e-3 };
const FLOAT32 = { limit: 1e-4, floor: 1e-2 };
const SAME_BITS = { limit: 0, floor: 0 };
type Tolerance = typeof FLOAT64;

/** The same inputs for all contenders; y = f(x). hadamard multiplies dy with x, or with Jacobians in x. */
export function problemOf(test: Case): Problem {
  const { fn, op, rows, units } = test;
  const count = rows * units;
  const inputs = ordinary(count, op === 'contraction' ? count * units : count);
  if (fn === 'hadamard') return { ...test, ...inputs, y: inputs.dy, alpha: 1 };
  const f = activation(fn);
  const y = f(inputs.x, fn === 'softmax' ? { shape: [rows, units] } : {}) as Float64Array;
  return { ...test, ...inputs, y, alpha: f.defaults['alpha'] ?? 1 };
}

/** Arrays that a contender may overwrite. */
const copied = (data: ArrayLike<number>): ArrayLike<number> => (data instanceof Float64Array ? data.slice() : Array.from(data));

/** The contenders whose result is right; the others are recorded as failed. */
export class Entrants {
  readonly contenders: Contender[] = [];
  readonly failed: Failure[] = [];
  readonly #want: ArrayLike<number>;

  constructor(first: Contender) {
    first.run(1);
    this.#want = copied(first.read());
    this.contenders.push(first);
  }

  /** Whether the contender, or this one call of it, was right. */
  async add(contender: Contender, { limit, floor }: Tolerance = FLOAT64): Promise<boolean> {
    await contender.run(1);
    const worst = difference(contender.read(), this.#want, floor);
    if (worst <= limit) this.contenders.push(contender);
    else this.failed.push({ name: contender.name, why: `wrong by ${worst.toExponential(1)}` });
    return worst <= limit;
  }

  fail(name: string, error: unknown): void {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    this.failed.push({ name, why: line.slice(0, 120) });
  }

  /** The fastest of several forms whose results are right, under this name. */
  async addFastest(forms: readonly Contender[], name: string): Promise<void> {
    const right = new Entrants(this.contenders[0] as Contender);
    for (const form of forms) await right.add(form);
    this.failed.push(...right.failed);
    const best = await fastest(right.contenders.slice(1));
    if (best) this.contenders.push({ ...best, name });
  }
}

const tolerance = (peer: string, fn: string): Tolerance => {
  if (peer === NATIVE) return SAME_BITS;
  // ONNX keeps alpha in float32.
  return peer.includes('float32') || (peer.startsWith('onnx') && fn === 'lrelu') ? FLOAT32 : FLOAT64;
};

/** One row. */
export async function measureOrdinary(test: Case, plain: PlainProcess, peers: readonly Peer[], pace: Pace): Promise<OrdinaryRow> {
  const problem = problemOf(test);
  const entrants = new Entrants(onArrays(problem));
  await entrants.add(onTensors(problem), SAME_BITS);
  await entrants.addFastest(await plain.forms(problem, 'handed'), 'handed');
  await entrants.addFastest(await plain.forms(problem, 'closure'), 'closure');
  if (test.op === 'value' && ['identity', 'relu', 'lrelu'].includes(test.fn)) entrants.contenders.push(copy(problem));
  for (const peer of peers) {
    try {
      const contender = await peer.make(problem);
      if (contender) await entrants.add({ ...contender, name: peer.name }, tolerance(peer.name, test.fn));
    } catch (error) {
      entrants.fail(peer.name, error);
    }
  }
  const { contenders, failed } = entrants;
  const timings = await measure(contenders, pace);
  for (const contender of contenders) contender.dispose?.();
  const others = contenders.map(({ name }) => name).filter((name) => !name.startsWith('nonlin'));
  const against = (mine: string) => Object.fromEntries(others.map((name) => [name, timings.ratio(mine, name)]));
  return {
    ...test,
    nanoseconds: Object.fromEntries(contenders.map(({ name }) => [name, timings.median(name) / (test.rows * test.units)])),
    arrays: against('nonlin'),
    tensors: against('nonlin on tensors'),
    failed,
  };
}
