// The bare kernels: node bench/kernels.mjs [module.wasm …], by default those of the package.
// Nanoseconds an element in the fastest round, in wasm memory, without the TypeScript around them, and how many times faster than
// the fastest of the three plain JavaScript forms (the median of the rounds' ratios); several modules in the same rounds. What docs/kernels.md says of speed is measured with this.

import { readFileSync } from 'node:fs';
import { measure, median, ratio } from './measure.mjs';
import { plainForms } from './plain.mjs';

const OPS = { value: 0, deriv: 1, backward: 2, backwardY: 3 };
const CASES = [
  ['relu', 0, []],
  ['lrelu', 0.3, [0.3]],
  ['elu', 1, [1]],
  ['elu', 0.7, [0.7]],
  ['sigmoid', 0, []],
  ['tanh', 0, []],
];
const COUNTS = [16, 512, 32_768];
const SOFTMAX_OPS = { value: 0, jacobian: 1, backward: 2, backwardY: 3 };
const ROWS = [
  [4, 4],
  [32, 10],
  [64, 33],
  [64, 1000],
];

const files = process.argv.length > 2 ? process.argv.slice(2) : ['dist/nonlin_bg.wasm'];
const modules = files.map((file) => {
  const module = new WebAssembly.Module(readFileSync(file));
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) imports[from] = { ...imports[from], [name]: () => 0 };
  const { exports } = new WebAssembly.Instance(module, imports);
  return { exports, memory: Object.values(exports).find((value) => value instanceof WebAssembly.Memory) };
});

/** A call of a module, or of one from before all functions had one export (until November 2026). */
function caller(exports, fn, args) {
  if (!exports.run) return () => exports[fn](...args);
  if (fn === 'softmax') return () => exports.rows(0, ...args);
  const numbers = [exports[fn](), ...args, 0, 0, 0, 0].slice(0, 10);
  return () => exports.run(...numbers);
}

// normal(0, 1)·3, seeded.
let state = 1;
const uniform = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state + 0.5) / 2 ** 32;
};
const normal = () => 3 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

const pad = (text) => String(text).padStart(9);
console.log(`Node ${process.versions.node}; ns an element, and the ratio to plain JavaScript`);
console.log('function'.padEnd(20), pad('elements'), pad('plain JS'), ...files.map((file) => file.split('/').at(-1)));
/** Measures one kernel of every module, beside the plain forms; `numbers` are its arguments after the handles. */
async function compare(name, shape, data, number, numbers, results = data.x.length) {
  const count = data.x.length;
  const plain = plainForms({ ...data, out: new Float64Array(results) });
  const kernels = modules.map(({ exports, memory }) => {
    const [a, b, out] = [count, count, results].map((size) => exports.allocate(size));
    new Float64Array(memory.buffer, exports.address(a), count).set(data.op === 'backwardY' ? data.y : data.x);
    new Float64Array(memory.buffer, exports.address(b), count).set(data.dy);
    const call = caller(exports, data.fn, [number, a, b, out, ...numbers]);
    return { call, free: () => [a, b, out].map(exports.release) };
  });
  await measure([...plain, ...kernels], { rounds: 15, nanoseconds: 2e6 });
  const best = plain.reduce((a, b) => (median(a.samples) <= median(b.samples) ? a : b));
  const time = (contender) => (Math.min(...contender.samples) / count).toFixed(2);
  const shown = kernels.map((kernel) => `${pad(time(kernel))} ${ratio(kernel, best).toFixed(1).padStart(5)}×`);
  console.log(name.padEnd(20), pad(shape), pad(time(best)), ...shown);
  for (const kernel of kernels) kernel.free();
}

const inputs = (count) => [Float64Array.from({ length: count }, normal), Float64Array.from({ length: count }, normal)];

for (const [fn, alpha, hyperparameters] of CASES) {
  for (const [op, number] of Object.entries(OPS)) {
    for (const count of COUNTS) {
      const [x, dy] = inputs(count);
      const y = x.map((value) => 1 / (1 + Math.exp(-value)));
      const name = `${fn}${alpha ? `(${alpha})` : ''} ${op}`;
      await compare(name, count, { fn, op, x, y, dy, units: count, alpha }, number, [count, ...hyperparameters]);
    }
  }
}
for (const [op, number] of Object.entries(SOFTMAX_OPS)) {
  for (const [rows, units] of op === 'jacobian' ? ROWS.slice(0, -1) : ROWS) {
    const [x, dy] = inputs(rows * units);
    const y = x.map((value) => Math.abs(value) / (3 * units));
    const results = op === 'jacobian' ? x.length * units : x.length;
    await compare(
      `softmax ${op}`,
      `${rows}×${units}`,
      { fn: 'softmax', op, x, y, dy, units },
      number,
      [rows, units, 1, 1, 1],
      results,
    );
  }
}
