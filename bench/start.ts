// From an imported module to the first result: the first call of a function in fresh processes of Node, and in Chromium if there
// is one.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { build } from 'esbuild';
import { ASKED } from './cases.js';
import type { Finding } from './record.js';

/** Functions that differ in the tables that their first call fills. */
const FUNCTIONS = ['relu', 'sigmoid', 'tanh', 'elu', 'softmax', 'silu', 'gelu', 'reglu', 'swiglu'];

interface Steps {
  /** Milliseconds. */
  readonly import: number;
  /** In the whole first call: there is a module for each part. */
  readonly compile: number;
  readonly instantiate: number;
  /** After the last of them. */
  readonly fill: number;
  readonly first: number;
  readonly second: number;
}

export interface Host {
  readonly name: string;
  /** Runs the page once, on its own. */
  run(fn: string): Promise<Steps>;
}

/**
 * The page of one function as JavaScript. In Node, `nonlin` is the built package; for a browser it is in the same file, as
 * bundlers make it.
 */
async function bundled(root: string, fn: string, platform: 'node' | 'browser'): Promise<string> {
  const inPage = '(text) => { document.body.textContent = text; }';
  const result = await build({
    entryPoints: [join(root, 'bench/start/page.ts')],
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'esm',
    platform,
    target: 'es2022',
    external: platform === 'node' ? ['nonlin'] : [],
    alias: platform === 'node' ? {} : { nonlin: join(root, 'dist/index.js') },
    define: { FUNCTION: JSON.stringify(fn), REPORT: 'globalThis.report' },
    banner: { js: `globalThis.report = ${platform === 'node' ? 'console.log' : inPage};` },
    logLevel: 'warning',
  });
  return result.outputFiles[0]?.text ?? '';
}

function nodeHost(root: string): Host {
  const folder = join(root, 'build/bench');
  mkdirSync(folder, { recursive: true });
  return {
    name: `Node ${process.versions.node}`,
    run: async (fn) => {
      const file = join(folder, `start-${fn}.mjs`);
      writeFileSync(file, await bundled(root, fn, 'node'));
      return JSON.parse(execFileSync(process.execPath, [file], { encoding: 'utf8' }));
    },
  };
}

const CHROMIUM_FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

function chromiumHost(root: string): Host | undefined {
  const program = ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
  if (!program) return undefined;
  const run = (args: readonly string[]) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [version = 'unknown'] = /\d+\.\d+/.exec(run(['--version'])) ?? [];
  return {
    name: `Chromium ${version}`,
    run: async (fn) => {
      const folder = mkdtempSync(join(tmpdir(), 'nonlin-start-'));
      try {
        const script = (await bundled(root, fn, 'browser')).replaceAll('</script', '<\\/script');
        const page = join(folder, 'page.html');
        writeFileSync(page, `<!doctype html><meta charset="utf-8"><body><script type="module">${script}</script>`);
        const dom = run([
          ...CHROMIUM_FLAGS.split(' '),
          `--user-data-dir=${join(folder, 'profile')}`,
          '--dump-dom',
          `file://${page}`,
        ]);
        const [answer] = /\{"import".*?\}/.exec(dom.replaceAll('&quot;', '"')) ?? [];
        if (!answer) throw new Error(`${program} printed no times`);
        return JSON.parse(answer);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** The available hosts. */
export const hosts = (root: string): Host[] => [nodeHost(root), ...[chromiumHost(root) ?? []].flat()];

/** The fastest of `times` fresh starts of a function, step by step: the time on a quiet machine. */
export async function measureStart(host: Host, times: number): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const fn of FUNCTIONS) {
    const runs: Steps[] = [];
    for (let time = 0; time < times; time++) runs.push(await host.run(fn));
    const of = (step: keyof Steps) => Math.min(...runs.map((run) => run[step]));
    const rest = Math.min(...runs.map(({ first, compile, instantiate, fill }) => first - compile - instantiate - fill));
    const column = (name: string, got: number, asked?: number): Finding => ({
      section: 'start',
      table: 'start',
      row: `${fn}, ${host.name}`,
      column: name,
      got,
      unit: 'ms',
      ...(asked === undefined ? {} : { asked }),
    });
    found.push(
      column('import', of('import')),
      column('decode, link', rest),
      column('compile', of('compile')),
      column('instantiate', of('instantiate')),
      column('fill, compute', of('fill')),
      column('first result', of('first'), fn === 'gelu' ? ASKED.startOfGelu : ASKED.start),
      column('second result', of('second')),
    );
  }
  return found;
}
