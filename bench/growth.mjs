// How the cost grows with size: node bench/growth.mjs [--quick], in a process of its own, so that no other row's memory counts. Prints JSON,
// which bench/run.mjs puts into the record: nanoseconds per element of sigmoid in place by the number of elements, of softmax's backward by the
// units per row, and the WebAssembly memory before and after a call on arrays of ten million elements.

import { freemem } from 'node:os';
import { memory, sigmoid, softmax, Tensor } from 'nonlin';
import { measure, median } from './measure.mjs';
import { plainForms } from './plain.mjs';

const quick = process.argv.includes('--quick');
const pace = quick ? { rounds: 3, nanoseconds: 1e7, warmUp: 1e7 } : { rounds: 5, nanoseconds: 5e7 };
const COUNTS = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8].filter((count) => count <= (quick ? 1e7 : 1e8));
const UNITS = [10, 100, 1000, 10_000, 100_000];
const TOTAL = 1e6;
const LARGE = 1e7;

/** normal(0, 1)·3, seeded; a period of 10⁵, as making 10⁸ takes longer than using them. */
function normals(count) {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const all = new Float64Array(count);
  const period = Math.min(count, 1e5);
  for (let i = 0; i < period; i++) all[i] = 3 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  for (let length = period; length < count; length *= 2) all.copyWithin(length, 0, Math.min(length, count - length));
  return all;
}

/** name → nanoseconds per element, of calls given by name; undefined where the memory is not to be had. */
async function cost(count, calls) {
  const contenders = Object.entries(calls).map(([name, call]) => ({ name, call }));
  await measure(contenders, pace);
  return Object.fromEntries(contenders.map(({ name, samples }) => [name, median(samples) / count]));
}

/** Sigmoid in place, over and over: its time does not depend on the values. */
async function elementwise(count) {
  const x = normals(count);
  const own = normals(count);
  const [plain] = plainForms({ fn: 'sigmoid', op: 'value', x: own, dy: own, out: own });
  const tensor = Tensor.from(x);
  const [inArray, inTensor] = [{ out: x }, { out: tensor }];
  const calls = { arrays: () => sigmoid(x, inArray), tensors: () => sigmoid(tensor, inTensor), plain: plain.call };
  const costs = await cost(count, calls);
  tensor.dispose();
  return { count, ...costs };
}

async function rows(units) {
  const shape = [TOTAL / units, units];
  const [x, dy, out] = [normals(TOTAL), normals(TOTAL), new Float64Array(TOTAL)];
  const tensors = [x, dy, out].map((data) => Tensor.from(data, shape));
  const [tx, tdy, tout] = tensors;
  const [from, into, tensorFrom, tensorInto] = [{ x }, { out, shape }, { x: tx }, { out: tout }];
  const [plain] = plainForms({ fn: 'softmax', op: 'backward', x, dy, units });
  const costs = await cost(TOTAL, {
    arrays: () => softmax.backward(dy, from, into),
    tensors: () => softmax.backward(tdy, tensorFrom, tensorInto),
    plain: plain.call,
  });
  for (const tensor of tensors) tensor.dispose();
  return { units, ...costs };
}

function capacity() {
  const x = normals(LARGE);
  const out = new Float64Array(LARGE);
  sigmoid(x.subarray(0, 16), { out: out.subarray(0, 16) });
  const before = memory().capacity;
  sigmoid(x, { out });
  return { count: LARGE, before, after: memory().capacity };
}

const held = capacity();
const byUnits = [];
for (const units of UNITS) byUnits.push(await rows(units));
const byCount = [];
// Three arrays and a tensor.
for (const count of COUNTS.filter((count) => 32 * count < freemem())) byCount.push(await elementwise(count));
console.log(JSON.stringify({ byCount, byUnits, total: TOTAL, capacity: held }));
