// Makes dist/ from ts/ and build/pkg: the wasm as text, one bundle for each entry and format, the declarations.
// Written to build/dist first, so that a failure leaves the dist/ that was there.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { minify } from 'terser';
import { pack } from './pack.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'build/dist');
const wasm = join(root, 'build/pkg/nonlin_bg.wasm');

// Each file is bundled from ts/<entry>.ts; where ts/source.<entry>.ts exists, it takes the place of source.ts, which inlines
// the wasm. `instead` names the file that is imported where the entry says './index.js': one instance, one copy of the bytes.
const FILES = [
  { name: 'index', entry: 'index', formats: ['esm', 'cjs', 'iife'] },
  { name: 'epynn', entry: 'epynn', formats: ['esm', 'cjs'], instead: 'index' },
  { name: 'external', entry: 'external', formats: ['esm'] },
  { name: 'workerd', entry: 'workerd', formats: ['esm'] },
  { name: 'epynn.workerd', entry: 'epynn', formats: ['esm'], instead: 'workerd' },
];
const DECLARED = ['index', 'epynn', 'external'];
const EXTENSIONS = { esm: '.js', cjs: '.cjs', iife: '.iife.js' };

/** What a program sees as `name` of a function. */
const PUBLIC_NAMES = /^(hadamard|activation_tune|init|initSync|memory|scope|Tensor)$/;

/** The wasm as text for the default entry: packed, and unpacked once by ts/unpack.ts to be sure. */
async function writePacked() {
  const bytes = readFileSync(wasm);
  const text = pack(bytes, join(root, 'build/packed.json'));
  const { code } = await transform(readFileSync(join(root, 'ts/unpack.ts'), 'utf8'), { loader: 'ts' });
  const { unpack } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  if (!bytes.equals(unpack(text))) throw new Error('ts/unpack.ts does not undo scripts/pack.mjs');
  writeFileSync(join(root, 'build/packed.js'), `export const packed = '${text}';\n`);
  writeFileSync(
    join(root, 'build/packed.d.ts'),
    '/** The wasm module as text, see ts/unpack.ts; the default entry carries it. */\nexport declare const packed: string;\n',
  );
}

/** Resolves what a file does not hold, or holds in another form. */
function resolve({ entry, instead }, extension) {
  const source = join(root, `ts/source.${entry}.ts`);
  return {
    name: 'resolve',
    setup({ onResolve }) {
      onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path, external: true }));
      if (instead) onResolve({ filter: /^\.\/index\.js$/ }, () => ({ path: `./${instead}${extension}`, external: true }));
      if (existsSync(source)) onResolve({ filter: /^\.\/source\.js$/ }, () => ({ path: source }));
    },
  };
}

/** The source maps show the TypeScript; the bytes are in the bundle already. */
function dropWasmFromMap(file) {
  const map = JSON.parse(readFileSync(file, 'utf8'));
  map.sourcesContent = map.sources.map((source, at) => (source.endsWith('/packed.js') ? null : map.sourcesContent[at]));
  writeFileSync(file, JSON.stringify(map));
}

// esbuild bundles; terser minifies, as it keeps the annotations that let a bundler drop the functions a program does not
// import (esbuild's own minifier leaves them out), and is 4 % smaller. Public functions keep their names.
async function bundle(file, format) {
  const extension = EXTENSIONS[format];
  const name = file.name + extension;
  const built = await build({
    entryPoints: [join(root, `ts/${file.entry}.ts`)],
    outfile: join(out, name),
    bundle: true,
    write: false,
    format,
    globalName: 'nonlin',
    target: 'es2022',
    platform: 'neutral',
    minifySyntax: true,
    sourcemap: 'external',
    legalComments: 'none',
    tsconfig: join(root, 'tsconfig.build.json'),
    plugins: [resolve(file, extension)],
    logLevel: 'warning',
  });
  const text = (ending) => built.outputFiles.find(({ path }) => path.endsWith(ending)).text;
  // esbuild calls a class that names itself by another name, which a program would see.
  const { code, map } = await minify(text(extension).replaceAll('_Tensor', 'Tensor'), {
    module: format === 'esm',
    toplevel: format !== 'iife',
    ecma: 2020,
    // A function of its own stays one: inlined, the closures in a rare path would cost every call an object.
    compress: { passes: 3, reduce_funcs: false, inline: 1 },
    keep_fnames: PUBLIC_NAMES,
    keep_classnames: PUBLIC_NAMES,
    format: { preserve_annotations: true, ascii_only: true, comments: false },
    sourceMap: { content: text('.map'), filename: name, url: `${name}.map`, includeSources: true },
  });
  writeFileSync(join(out, name), code);
  writeFileSync(join(out, `${name}.map`), map);
  dropWasmFromMap(join(out, `${name}.map`));
}

/** Declarations for `import` (.d.ts) and for `require` (.d.cts, which import each other), of what the entries reach. */
function declare() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tsc failed\n${stdout}`);

  const reached = new Set();
  const reach = (name) => {
    if (reached.has(name)) return;
    reached.add(name);
    const text = readFileSync(join(out, `${name}.d.ts`), 'utf8');
    for (const [, path] of text.matchAll(/(?:from |import\()['"](\.[^'"]*)['"]/g)) {
      const sibling = /^\.\/([\w/-]+)\.js$/.exec(path)?.[1];
      if (!sibling || !existsSync(join(out, `${sibling}.d.ts`)))
        throw new Error(`${name}.d.ts imports "${path}", which is not in dist`);
      reach(sibling);
    }
    writeFileSync(join(out, `${name}.d.cts`), text.replaceAll(/((?:from |import\()['"]\.[^'"]*)\.js(?=['"])/g, '$1.cjs'));
  };
  for (const name of DECLARED) reach(name);
  for (const file of readdirSync(out)) {
    if (file.endsWith('.d.ts') && !reached.has(file.slice(0, -'.d.ts'.length))) rmSync(join(out, file));
  }
}

try {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await writePacked();
  for (const file of FILES) {
    for (const format of file.formats) await bundle(file, format);
  }
  declare();
  copyFileSync(wasm, join(out, 'nonlin_bg.wasm'));
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  renameSync(out, join(root, 'dist'));
} catch (error) {
  // esbuild has printed its own messages.
  if (!error.errors) console.error(error.message);
  process.exitCode = 1;
}
