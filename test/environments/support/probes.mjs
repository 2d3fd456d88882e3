// Builds app/probe.mjs, with the checksums of the accuracy work in it, into files that any environment can load.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('../app/probe.mjs', import.meta.url));
const globals = fileURLToPath(new URL('globals.mjs', import.meta.url));

/** Writes probe.js (= probe.mjs), probe.cjs and probe.iife.js (global `tools`) into a folder and returns it. */
export async function buildProbes(cache) {
  const folder = join(cache, 'probes');
  await mkdir(folder, { recursive: true });
  for (const [file, format] of [
    ['probe.js', 'esm'],
    ['probe.mjs', 'esm'],
    ['probe.cjs', 'cjs'],
    ['probe.iife.js', 'iife'],
  ]) {
    await build({
      entryPoints: [source],
      outfile: join(folder, file),
      format,
      globalName: 'tools',
      bundle: true,
      inject: [globals],
      target: 'es2022',
      logLevel: 'error',
    });
  }
  return folder;
}
