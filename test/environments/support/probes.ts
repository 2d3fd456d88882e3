// Builds app/probe.ts, with the checksums of the accuracy work in it, into files that any environment can load.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('../app/probe.ts', import.meta.url));
const globals = fileURLToPath(new URL('globals.ts', import.meta.url));

/** Writes probe.js (= probe.mjs), probe.cjs and probe.iife.js (global `tools`) into a folder and returns it. */
export async function buildProbes(cache: string): Promise<string> {
  const folder = join(cache, 'probes');
  await mkdir(folder, { recursive: true });
  for (const [file, format] of [
    ['probe.js', 'esm'],
    ['probe.mjs', 'esm'],
    ['probe.cjs', 'cjs'],
    ['probe.iife.js', 'iife'],
  ] as const) {
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
