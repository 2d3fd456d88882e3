// The time an element takes on this machine, in the ways to call the package and in plain JavaScript. Rounds of all contenders
// follow one another, so that what disturbs the machine disturbs all alike; the median of the rounds counts.

import { Tensor } from 'nonlin';
import { compile, USUAL } from '../formula';
import { FUNCTIONS, type Options } from '../functions';

export interface Request {
  readonly name: string;
  readonly operation: 'value' | 'deriv';
  readonly options: Options;
  readonly count: number;
}

export interface Progress {
  readonly done: number;
  readonly of: number;
}

export interface Row {
  readonly contender: string;
  /** Nanoseconds an element, the median of the rounds. */
  readonly nanoseconds: number;
}

export type Result = readonly Row[];

const ROUNDS = 9;
/** Browsers round what their clocks say, to a millisecond at worst: a round must take much longer. */
const ROUND_MILLISECONDS = 25;

export function run(request: Request, report: (progress: Progress) => void): Result {
  const contenders = contendersFor(request).map((contender) => ({
    ...contender,
    calls: callsInRound(contender.call),
    times: [] as number[],
  }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { call, calls, times }] of contenders.entries()) {
      times.push(timeOf(call, calls) / calls);
      report({ done: round * contenders.length + index + 1, of: ROUNDS * contenders.length });
    }
  }
  return contenders.map(({ contender, times }) => ({ contender, nanoseconds: (1e6 * median(times)) / request.count }));
}

interface Contender {
  readonly contender: string;
  readonly call: () => unknown;
}

function contendersFor({ name, operation, options, count }: Request): Contender[] {
  const shown = FUNCTIONS.get(name);
  if (!shown) throw new Error(`there is no function ${name}`);
  const { f } = shown;
  const call = operation === 'value' ? f : f.deriv;
  const x = ordinary(count);
  const out = new Float64Array(count);
  const numbers = Array.from(x);
  const [tensor, outTensor] = [Tensor.from(x), Tensor.zeros(count)];
  const anything = call as unknown as (x: unknown, options: object) => unknown;

  const contenders: Contender[] = [
    { contender: 'tensor, into a tensor', call: () => anything(tensor, { ...options, out: outTensor }) },
    { contender: 'Float64Array, with out', call: () => anything(x, { ...options, out }) },
    { contender: 'Float64Array', call: () => anything(x, options) },
    { contender: 'number[]', call: () => anything(numbers, options) },
    {
      contender: 'one number at a time',
      call() {
        for (let i = 0; i < count; i++) out[i] = call(x[i], options);
      },
    },
  ];
  const usual = USUAL[name]?.[operation][0];
  if (usual) {
    const formula = compile(usual, Object.keys(f.defaults));
    contenders.push({ contender: 'plain JavaScript', call: () => formula.loop(x, out, options) });
  }
  return contenders;
}

/** Inputs as a layer sees them: normal, of standard deviation 3. */
function ordinary(count: number): Float64Array {
  let state = 1;
  const random = () => (state = (Math.imul(state, 48271) >>> 0) % 2147483647) / 2147483647;
  return Float64Array.from({ length: count }, () => 3 * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()));
}

function timeOf(call: () => unknown, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call();
  return performance.now() - start;
}

/** How many calls fill a round; finding that out also warms the contender up. */
function callsInRound(call: () => unknown): number {
  let calls = 1;
  for (;;) {
    // The shorter of two: once, a pause of the machine would be taken for the time of a few calls, and rounds of these for no
    // time at all.
    const milliseconds = Math.min(timeOf(call, calls), timeOf(call, calls));
    if (milliseconds >= ROUND_MILLISECONDS / 2) return Math.max(1, Math.round((calls * ROUND_MILLISECONDS) / milliseconds));
    calls *= 2;
  }
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
