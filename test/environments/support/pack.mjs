// The packed package: made with `npm pack` as it would be published, unpacked as npm would install it.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './process.mjs';

/** Packs the project at `root` into `folder` and returns the tarball's path. */
export async function pack(root, folder) {
  const to = join(folder, 'pack');
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const output = await run('npm', ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', to], {
    cwd: root,
  });
  const parsed = JSON.parse(output);
  const [{ filename }] = Array.isArray(parsed) ? parsed : Object.values(parsed);
  return join(to, filename);
}

/** Unpacks the tarball into `folder`. */
export async function unpack(tarball, folder) {
  await mkdir(folder, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
}
