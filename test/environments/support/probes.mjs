// Builds app/probe.mjs together with the checksum of the accuracy work into files that any environment can load.

import { access, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = join(dirname(fileURLToPath(import.meta.url)), '../app/probe.mjs');

/** Writes probe.js (= probe.mjs), probe.cjs and probe.iife.js (global `tools`) into a folder and returns it. */
export async function buildProbes(root, cache) {
  const folder = join(cache, 'probes');
  await mkdir(folder, { recursive: true });
  const checksum = join(root, 'test/checksum.ts');
  const found = await access(checksum).then(
    () => true,
    () => false,
  );
  const options = {
    entryPoints: [source],
    bundle: true,
    target: 'es2022',
    logLevel: 'error',
    plugins: [
      {
        name: 'checksum',
        setup(builder) {
          builder.onResolve({ filter: /checksum\.mjs$/ }, () =>
            found ? { path: checksum } : { path: 'none', namespace: 'none' },
          );
          builder.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export const checksum = () => "none yet";' }));
        },
      },
    ],
  };
  await build({ ...options, format: 'esm', outfile: join(folder, 'probe.js') });
  await build({ ...options, format: 'esm', outfile: join(folder, 'probe.mjs') });
  await build({ ...options, format: 'cjs', outfile: join(folder, 'probe.cjs') });
  await build({ ...options, format: 'iife', globalName: 'tools', outfile: join(folder, 'probe.iife.js') });
  return folder;
}
