// Bundles the page: index.html, style.css and one classic script, which also runs when index.html is opened from disk.
// It takes the folder to write as its argument.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { documentation } from '../scripts/documentation';
import { writePages } from './build/pages';

const [out = 'build/site'] = process.argv.slice(2);
const LARGEST_BROTLI = 400_000;

/** Modules that are made here: their names begin with `virtual:`. */
function virtual(modules: Readonly<Record<string, unknown>>): Plugin {
  return {
    name: 'virtual',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: 'virtual' }));
      onLoad({ filter: /.*/, namespace: 'virtual' }, ({ path }) => {
        const made = modules[path.slice('virtual:'.length)];
        if (made === undefined) return { errors: [{ text: `site/build.ts makes no ${path}` }] };
        return { contents: JSON.stringify(made), loader: 'json' };
      });
    },
  };
}

/** The table of test/table.ts defines every function over real numbers. It reads its rows from disk; here they come with the bundle. */
const tableInBundle: Plugin = {
  name: 'table in the bundle',
  setup({ onLoad }) {
    onLoad({ filter: /test\/support\/files\.ts$/ }, () => ({
      contents: `const files = ${JSON.stringify(filesOfTable())}; export const text = (...parts) => files[parts.at(-1)];`,
      loader: 'js',
    }));
  },
};

const filesOfTable = () =>
  Object.fromEntries(['functions.json', 'limits.json'].map((name) => [name, readFileSync(`test/${name}`, 'utf8')]));

async function bundle(entry: string, modules: Readonly<Record<string, unknown>>, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join('site/source', entry)],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    loader: { '.csv': 'text' },
    tsconfig: 'site/tsconfig.json',
    plugins: [virtual(modules), tableInBundle],
    logLevel: 'warning',
    ...options,
  });
  return outputFiles?.[0]?.text ?? '';
}

/** A module of the page, bundled as the page has it, and imported here. */
async function imported(entry: string, modules: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const code = await bundle(entry, modules, { format: 'esm', platform: 'node' });
  return import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
}

/** What the digests are in this Node, by the very code that the page runs. */
async function expectedDigests(modules: Readonly<Record<string, unknown>>): Promise<Record<string, string>> {
  const { DIGESTS, digest } = (await imported('digest.ts', modules)) as typeof import('./source/digest');
  return Object.fromEntries(DIGESTS.map((name) => [name, digest(name)]));
}

/** index.html, with a button for each function where the script will put one: nothing moves when it does. */
async function html(modules: Readonly<Record<string, unknown>>): Promise<string> {
  const { FUNCTIONS } = (await imported('functions.ts', modules)) as typeof import('./source/functions');
  const buttons = [...FUNCTIONS.keys()].map((name) => `<span class="toggle"><span>${name}</span></span>`);
  return readFileSync('site/index.html', 'utf8').replace('<!-- a button for each function -->', buttons.join(''));
}

async function main(): Promise<void> {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const documented = documentation('ts/index.ts');
  const modules = {
    // Of all that is documented, what the page shows.
    documentation: Object.fromEntries(Object.entries(documented).map(([name, { text, settings }]) => [name, { text, settings }])),
    version: { version, date: new Date().toISOString().slice(0, 10) },
  };
  const worker = await bundle('worker.ts', modules);
  const expected = { node: process.versions.node, digests: await expectedDigests(modules) };
  const script = await bundle('main.ts', { ...modules, worker, expected });
  const style = readFileSync('node_modules/uplot/dist/uPlot.min.css', 'utf8') + readFileSync('site/style.css', 'utf8');

  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'index.html'), await html(modules));
  writeFileSync(join(out, 'site.js'), script);
  writeFileSync(join(out, 'site.css'), style);

  writePages(out, documented, version);

  const compressed = brotliCompressSync(script).length;
  console.log(
    `  ${join(out, 'index.html')}: script ${kilobytes(script.length)}, ${kilobytes(compressed)} brotli; open it in a browser`,
  );
  if (compressed > LARGEST_BROTLI) throw new Error(`the script should be at most ${kilobytes(LARGEST_BROTLI)}`);
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} KB`;

await main();
