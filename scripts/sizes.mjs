// Prints what the package weighs, and fails when the default entry is over its limit: node scripts/sizes.mjs [--check]

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

// What the default entry, JavaScript and wasm, may weigh as content networks serve it.
const { brotli: most } = JSON.parse(readFileSync(join(dirname(fileURLToPath(import.meta.url)), '../test/size.json'), 'utf8'));

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const sizes = (file) => {
  const bytes = readFileSync(join(dist, file));
  return { raw: bytes.length, brotli: brotliCompressSync(bytes).length };
};

for (const file of ['nonlin_bg.wasm', 'index.js', 'index.cjs', 'index.iife.js', 'epynn.js']) {
  if (!existsSync(join(dist, file))) continue;
  const { raw, brotli } = sizes(file);
  console.log(`  dist/${file}: ${raw} bytes, ${brotli} brotli`);
}

if (process.argv.includes('--check')) {
  const { brotli } = sizes('index.js');
  if (brotli > most) {
    console.error(`dist/index.js is ${brotli} bytes after brotli, over the ${most} of test/size.json`);
    process.exit(1);
  }
}
