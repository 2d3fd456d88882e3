// Prints the sizes of the package; with --check, fails if a page exceeds its limit in test/size.json.
//
//   tsx scripts/sizes.ts [--check]

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LIMITS, PAGES, type Size, sharesWith, sizeComplaint, sizeOf } from './page-size.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const check = process.argv.includes('--check');

const print = (what: string, { minified, gzip, brotli }: Size): void =>
  console.log(`  ${what}: ${minified} bytes, ${gzip} gzip, ${brotli} brotli`);

for (const file of ['nonlin_bg.wasm', 'index.js', 'index.cjs', 'index.iife.js', 'epynn.js', 'parallel.js']) {
  print(`dist/${file}`, sizeOf(readFileSync(join(root, 'dist', file))));
}

for (const [page, measure] of Object.entries(PAGES)) {
  const size = await measure();
  print(`a page with ${page}`, size);
  const limit = LIMITS[page];
  if (!limit) throw new Error(`test/size.json has no limit for a page with ${page}`);
  const held = limit.exception ? `, held ${limit.exception.held}: ${limit.exception.reason}` : '';
  console.log(`    asked ${limit.asked}, is ${size.brotli}${held}`);
  const complaint = check && sizeComplaint(page, size, limit);
  if (complaint) {
    console.error(`  ${complaint}`);
    process.exitCode = 1;
  }
}

// The parts of pages with one import.
const NAMES = [
  'Tensor',
  'relu',
  'elu',
  'sigmoid',
  'tanh',
  'softmax',
  'gelu',
  'silu',
  'softplus',
  'hardSwish',
  'softmaxCrossEntropy',
  'lstmGates',
];
for (const name of NAMES) {
  const { all, withoutWasm } = await sharesWith(name);
  console.log(`  a page with ${name}: ${all} brotli, ${withoutWasm} without its wasm`);
}
