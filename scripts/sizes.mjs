// Prints what the package weighs, and fails when the default entry is over its limit: node scripts/sizes.mjs [--check]

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

// All that the default entry loads, JavaScript and wasm, gzip -9: what is asked, and what is held while that is missed.
const { asked, held } = JSON.parse(readFileSync(join(dirname(fileURLToPath(import.meta.url)), '../test/size.json'), 'utf8'));

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const sizes = (file) => {
  const bytes = readFileSync(join(dist, file));
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
};

for (const file of ['nonlin_bg.wasm', 'index.js', 'index.cjs', 'index.iife.js', 'epynn.js']) {
  if (!existsSync(join(dist, file))) continue;
  const { raw, gzip } = sizes(file);
  console.log(`  dist/${file}: ${raw} bytes, ${gzip} gzip`);
}

if (process.argv.includes('--check')) {
  const { gzip } = sizes('index.js');
  console.log(`  the default entry: ${gzip} bytes; asked ${asked}${gzip > asked ? ', missed' : ''}; held ${held}`);
  if (gzip > held) {
    console.error(`dist/index.js is ${gzip} bytes after gzip, over the ${held} of test/size.json`);
    process.exit(1);
  }
}
