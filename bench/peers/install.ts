// Installs the peers into folders of their own under .toolchain/bench, once; says in one line what is not available and goes on
// without it.

import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = (root: string, name: string) => join(root, 'bench/peers', name);

/** A folder made by `install` from the text of `recipe`, remade when the text changes. */
function cached(root: string, name: string, recipe: string, install: (folder: string) => void): string {
  const folder = join(root, '.toolchain/bench', name);
  const stamp = join(folder, 'made-from');
  const text = readFileSync(recipe, 'utf8');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== text) {
    console.log(`installing ${name} for the benchmark …`);
    mkdirSync(folder, { recursive: true });
    install(folder);
    writeFileSync(stamp, text);
  }
  return folder;
}

const run = (command: string, args: readonly string[], options: ExecFileSyncOptions = {}) =>
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options });

/** The JavaScript peers; returns their folder. */
export function installPeers(root: string): string {
  return cached(root, 'javascript', here(root, 'package.json'), (folder) => {
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(here(root, file), join(folder, file));
    run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], { cwd: folder });
  });
}

/** A Python with one peer; returns its interpreter, or undefined where there is no Python. */
export function installPython(root: string, what: string): string | undefined {
  try {
    const folder = cached(root, `python-${what}`, here(root, `requirements-${what}.txt`), (target) => {
      run('python3', ['-m', 'venv', target]);
      // --no-deps for EpyNN alone: it pins a NumPy of 2021; its maths.py runs on a newer one.
      const options = what === 'epynn' ? ['--no-deps'] : [];
      run(join(target, 'bin/pip'), ['install', '--quiet', ...options, '-r', here(root, `requirements-${what}.txt`)]);
    });
    return join(folder, 'bin/python');
  } catch (error) {
    console.log(`${what}: not here (${String(error instanceof Error ? error.message : error).split('\n')[0]})`);
    return undefined;
  }
}

/** One line of what `cargo build --message-format=json` prints. */
interface CargoMessage {
  readonly executable?: string | null;
}

/** The native build of the crate's benchmark; returns its program. */
export function installNative(root: string): string | undefined {
  const options = ['--profile', 'release', '--bench', 'native', '--message-format=json'];
  try {
    const messages = execFileSync('cargo', ['build', ...options, '--manifest-path', join(root, 'crate/Cargo.toml')], {
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    const built = messages
      .split('\n')
      .filter((line) => line !== '')
      .map((line): CargoMessage => JSON.parse(line));
    return built.map(({ executable }) => executable ?? '').find((path) => /native-[0-9a-f]+$/.test(path));
  } catch {
    console.log('native crate: not here (cargo could not build it)');
    return undefined;
  }
}
