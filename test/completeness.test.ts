// No list lacks what another one has: the exports of the wasm, the functions of the package, the test table, the limits, the
// README.

import { readFileSync } from 'node:fs';
import * as nonlin from 'nonlin';
import { expect, test } from 'vitest';
import { functionPage, functionTable, listed } from '../scripts/readme/functions.js';
import { picture } from '../scripts/readme/picture.js';
import { path, text } from './support/files.js';
import { limitOf, rows, softmaxLimits } from './table.js';

/** The exports of the wasm module that are not activations. */
const OTHERS = [
  'memory',
  'allocate',
  'release',
  'address',
  'run',
  'scalar',
  'rows',
  'cells',
  'hadamard',
  'multiplyAdd',
  'widen',
  'narrow',
];

const module = new WebAssembly.Module(readFileSync(path('dist', 'nonlin_bg.wasm')));
const exported = WebAssembly.Module.exports(module).filter(({ name }) => !name.startsWith('__'));
const activations = exported.filter(({ name, kind }) => kind === 'function' && !OTHERS.includes(name)).map(({ name }) => name);

interface Named {
  readonly name: string;
  readonly defaults: Readonly<Record<string, number>>;
}
const functions = Object.entries(nonlin).filter(
  (entry): entry is [string, (typeof entry)[1] & Named] => typeof entry[1] === 'function' && 'defaults' in entry[1],
);
/** The functions along rows. */
const ALONG_ROWS = ['geglu', 'glu', 'logSoftmax', 'logSumExp', 'reglu', 'softmax', 'softmin', 'sparsemax', 'swiglu'];
const WITH_PARAMETERS = ['gruGates', 'lstmGates', 'prelu'];
const LOSSES = ['sigmoidCrossEntropy', 'softmaxCrossEntropy'];
const names = [...new Set(functions.map(([, f]) => f.name))].sort();

test('the wasm exports an activation for each row of the test table, and no other', () => {
  expect(activations.sort()).toEqual(rows.map((row) => row.name).sort());
  for (const other of OTHERS)
    expect(
      exported.map(({ name }) => name),
      'exports of the wasm',
    ).toContain(other);
});

test('an activation of the wasm takes its hyperparameters and nothing more', () => {
  const needed = WebAssembly.Module.imports(module);
  const of = (from: string) => needed.filter((each) => each.module === from).map(({ name }) => [name, () => undefined] as const);
  const imports = Object.fromEntries(needed.map(({ module: from }) => [from, Object.fromEntries(of(from))]));
  const wasm = new WebAssembly.Instance(module, imports).exports as Record<string, unknown>;
  for (const row of rows) {
    expect((wasm[row.name] as { length: number }).length, `hyperparameters of ${row.name}`).toBe(
      Object.keys(row.defaults).length,
    );
  }
});

test('the package exports each of them under its name, and no other', () => {
  expect(names).toEqual([...rows.map((row) => row.name), ...ALONG_ROWS, ...WITH_PARAMETERS, ...LOSSES].sort());
  for (const [name, f] of functions) expect(name === f.name || name === 'leakyRelu' || name === 'swish', name).toBe(true);
  for (const row of rows)
    expect((nonlin as unknown as Record<string, Named>)[row.name]?.defaults, row.name).toEqual(row.defaults);
});

test('README and docs/functions.md list each function once, as they are generated', () => {
  const all = listed();
  const table = functionTable(all);
  const named = [...table.matchAll(/\[([^\]]+)\]\(/g)].flatMap(([, names = '']) =>
    names.split(' = ').map((name) => name.slice(1, -1)),
  );
  expect(named.sort()).toEqual(functions.map(([name]) => name).sort());
  for (const { activation, value } of all)
    expect(value, `a formula in the first sentence of the comment of ${activation.name}`).not.toBe('');
  expect(text('README.md'), 'npx tsx scripts/readme.ts writes it').toContain(table);
  expect(text('docs', 'functions.md'), 'npx tsx scripts/readme.ts writes it').toBe(functionPage(all));
  expect(text('docs', 'functions.svg') === picture(all), 'docs/functions.svg: npx tsx scripts/readme.ts writes it').toBe(true);
});

test('every function has its limits', () => {
  for (const row of rows) {
    for (const of of ['value', 'deriv', 'deriv2', ...(row.takesY ? (['fromValue'] as const) : [])] as const)
      expect(limitOf(row, of), `${row.name} ${of}`).toBeGreaterThanOrEqual(0.5);
  }
  for (const op of ['value', 'jacobian', 'diagonal', 'backward', 'fromValue'] as const)
    expect(softmaxLimits[op], `softmax ${op}`).toBeGreaterThan(0);
});

test('every row says what it needs to say', () => {
  for (const row of rows) {
    expect(row.cases.length, row.name).toBeGreaterThan(0);
    expect(row.intervals.length, row.name).toBeGreaterThan(0);
    const at = row.specials(row.defaults).map(({ x }) => x);
    for (const x of [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]) {
      expect(
        at.some((special) => Object.is(special, x)),
        `${row.name} says what happens at ${x}`,
      ).toBe(true);
    }
    for (const kink of row.kinks) expect(at, `${row.name}, kink at ${kink}`).toContain(kink);
  }
});

test('backward goes back from y where the table has the derivative in y, and nowhere else', () => {
  const one = Float64Array.of(0.5);
  for (const { name, fn, takesY } of rows) {
    const back = () => fn.backward(one, { y: one });
    if (takesY) expect(back()[0], name).not.toBeNaN();
    else expect(back, name).toThrow(`${name}.backward expected { x }`);
  }
});
