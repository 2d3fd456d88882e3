// How the cost grows with the size: npx tsx bench/growth.ts [--quick]. It runs in a process of its own, so that the memory of
// other rows does not count. Prints JSON, which bench/run.ts puts into the record: nanoseconds per element of sigmoid in place by
// the number of elements, and of softmax's backward by the units per row; and the WebAssembly memory before and after a call on
// arrays of ten million elements.

import { freemem } from 'node:os';
import { memory, sigmoid, softmax, Tensor } from 'nonlin';
import { normals } from './inputs.js';
import { type Contender, measure, repeated } from './measure.js';
import { plainForms } from './plain.js';
import type { Growth, GrowthRow } from './record.js';

const quick = process.argv.includes('--quick');
const pace = quick ? { rounds: 3, milliseconds: 5, warmUp: 5 } : { rounds: 5, milliseconds: 30, warmUp: 30, longest: 2000 };
const COUNTS = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8].filter((count) => count <= (quick ? 1e6 : 1e8));
const UNITS = [10, 100, 1000, 10_000, 100_000];
const TOTAL = 1e6;
const LARGE = 1e7;

/** normal(0, 1)·3, seeded, with a period of 10⁵, because making 10⁸ numbers would take longer than using them. */
function numbers(count: number): Float64Array {
  const normal = normals(1);
  const all = new Float64Array(count);
  const period = Math.min(count, 1e5);
  for (let i = 0; i < period; i++) all[i] = 3 * normal();
  for (let length = period; length < count; length *= 2) all.copyWithin(length, 0, Math.min(length, count - length));
  return all;
}

/** Nanoseconds per element of each contender. */
async function cost(at: number, count: number, arrays: Run, tensors: Run, plain: Contender): Promise<GrowthRow> {
  const contenders = [
    { name: 'arrays', run: arrays },
    { name: 'tensors', run: tensors },
    { name: 'plain', run: plain.run },
  ].map((contender) => ({ ...contender, read: () => [] }));
  const timings = await measure(contenders, pace);
  const of = (name: string) => timings.median(name) / count;
  return { at, arrays: of('arrays'), tensors: of('tensors'), plain: of('plain') };
}
type Run = Contender['run'];

const first = (forms: readonly Contender[]): Contender => {
  const [form] = forms;
  if (!form) throw new Error('no plain form');
  return form;
};

/** Sigmoid in place, repeatedly: its time does not depend on the values. */
async function elementwise(count: number): Promise<GrowthRow> {
  const x = numbers(count);
  const tensor = Tensor.from(x);
  const plain = first(plainForms({ fn: 'sigmoid', op: 'value', x, y: x, dy: x, rows: 1, units: count, alpha: 0 }, 'handed'));
  const call = (operand: unknown) => repeated('f(x, options);', { f: sigmoid, x: operand, options: { out: operand } });
  const row = await cost(count, count, call(x.slice()), call(tensor), plain);
  tensor.dispose();
  return row;
}

async function rows(units: number): Promise<GrowthRow> {
  const shape = [TOTAL / units, units];
  const [x, dy, out] = [numbers(TOTAL), numbers(TOTAL), new Float64Array(TOTAL)];
  const [tx, tdy, tout] = [Tensor.from(x, shape), Tensor.from(dy, shape), Tensor.from(out, shape)];
  const plain = first(plainForms({ fn: 'softmax', op: 'backward', x, y: x, dy, rows: TOTAL / units, units, alpha: 0 }, 'handed'));
  const call = 'f.backward(dy, saved, options);';
  const row = await cost(
    units,
    TOTAL,
    repeated(call, { f: softmax, dy, saved: { x }, options: { out, shape } }),
    repeated(call, { f: softmax, dy: tdy, saved: { x: tx }, options: { out: tout } }),
    plain,
  );
  for (const tensor of [tx, tdy, tout]) tensor.dispose();
  return row;
}

function capacity(): Growth['capacity'] {
  const x = numbers(LARGE);
  const out = new Float64Array(LARGE);
  sigmoid(x.subarray(0, 16), { out: out.subarray(0, 16) });
  const before = memory().capacity;
  sigmoid(x, { out });
  return { count: LARGE, before, after: memory().capacity };
}

const held = capacity();
const byUnits: GrowthRow[] = [];
for (const units of UNITS) byUnits.push(await rows(units));
const byCount: GrowthRow[] = [];
// The memory holds three arrays and a tensor.
for (const count of COUNTS.filter((count) => 32 * count < freemem())) byCount.push(await elementwise(count));
console.log(JSON.stringify({ byCount, byUnits, total: TOTAL, capacity: held } satisfies Growth));
