// Prints what the package weighs, and fails when a page with one function is over the limit of test/size.json.
//
//   tsx scripts/sizes.ts [--check]

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as nonlin from 'nonlin';
import { pageSize, type Size, sizeOf, sizeWith } from './page-size.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { page: limit } = JSON.parse(readFileSync(join(root, 'test/size.json'), 'utf8')) as { page: number };

const print = (what: string, { minified, gzip, brotli }: Size): void =>
  console.log(`  ${what}: ${minified} bytes, ${gzip} gzip, ${brotli} brotli`);

for (const file of ['nonlin_bg.wasm', 'index.js', 'index.cjs', 'index.iife.js', 'epynn.js']) {
  print(`dist/${file}`, sizeOf(readFileSync(join(root, 'dist', file))));
}

const functions = Object.entries(nonlin).flatMap(([name, value]) =>
  typeof value === 'function' && 'deriv' in value ? [name] : [],
);
const pages = await Promise.all(functions.map(async (name) => ({ name, size: await sizeWith(name) })));
const largest = pages.reduce((a, b) => (b.size.brotli > a.size.brotli ? b : a));
print(`a page with one function (the largest of ${pages.length}: ${largest.name})`, largest.size);
print('a page with all of them', await pageSize("import * as nonlin from 'nonlin'; console.log(nonlin);"));

if (process.argv.includes('--check') && largest.size.brotli > limit) {
  console.error(
    `a page that imports ${largest.name} is ${largest.size.brotli} bytes after brotli, over the ${limit} of test/size.json`,
  );
  process.exitCode = 1;
}
