// The packed package: made with `npm pack` as it would be published, unpacked as npm would install it.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './process.js';

interface Packed {
  readonly filename: string;
}

/** Packs the project at `root` into `folder` and returns the tarball's path. */
export async function pack(root: string, folder: string): Promise<string> {
  const to = join(folder, 'pack');
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const output = await run('npm', ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', to], {
    cwd: root,
  });
  const parsed = JSON.parse(output) as readonly Packed[] | Readonly<Record<string, Packed>>;
  const [packed] = Object.values(parsed);
  if (packed === undefined) throw new Error(`npm pack printed ${output}`);
  return join(to, packed.filename);
}

/** Unpacks the tarball into `folder`. */
export async function unpack(tarball: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
}
