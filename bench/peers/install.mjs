// Installs the peers into folders of their own under .toolchain/bench, once; says in one line what cannot be had and goes on without it.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = (root, name) => join(root, 'bench/peers', name);

/** A folder made by `install` from the text of `recipe`, remade when the text changes. */
function cached(root, name, recipe, install) {
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

const run = (command, args, options = {}) => execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options });

/** The JavaScript peers; returns their folder. */
export function installPeers(root) {
  return cached(root, 'javascript', here(root, 'package.json'), (folder) => {
    for (const file of ['package.json', 'package-lock.json']) {
      if (existsSync(here(root, file))) copyFileSync(here(root, file), join(folder, file));
    }
    run(
      'npm',
      [
        existsSync(here(root, 'package-lock.json')) ? 'ci' : 'install',
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        '--loglevel=error',
      ],
      { cwd: folder },
    );
  });
}

/** A Python with one peer; returns its interpreter, or undefined where there is no Python. */
export function installPython(root, what) {
  try {
    const folder = cached(root, `python-${what}`, here(root, `requirements-${what}.txt`), (target) => {
      run('python3', ['-m', 'venv', target]);
      // --no-deps for EpyNN alone: it pins a NumPy of 2021; its maths.py runs on a newer one.
      const options = what === 'epynn' ? ['--no-deps'] : [];
      run(join(target, 'bin/pip'), ['install', '--quiet', ...options, '-r', here(root, `requirements-${what}.txt`)]);
    });
    return join(folder, 'bin/python');
  } catch (error) {
    console.log(`${what}: not here (${String(error.message).split('\n')[0]})`);
    return undefined;
  }
}

/** The native build of the crate's benchmark; returns its program. */
export function installNative(root) {
  try {
    const messages = execFileSync(
      'cargo',
      [
        'build',
        '--profile',
        'release',
        '--bench',
        'native',
        '--message-format=json',
        '--manifest-path',
        join(root, 'crate/Cargo.toml'),
      ],
      { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    const built = messages
      .split('\n')
      .filter((line) => line.includes('"executable":"'))
      .map((line) => JSON.parse(line).executable);
    return built.find((path) => /native-[0-9a-f]+$/.test(path));
  } catch {
    console.log('native crate: not here (cargo could not build it)');
    return undefined;
  }
}
