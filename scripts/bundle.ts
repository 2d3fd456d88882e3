// Makes dist/ from ts/ and build/pkg: the wasm as text, one bundle for each entry and format, the declarations.
// Written to build/dist first, so that a failure leaves the dist/ that was there.
//
// Modules are shipped readable, with the names of the sources: bundlers minify. Only the classic script, which no bundler sees, is
// minified. esbuild breaks lines that are too long, the text of the wasm above all, so that no editor or error shows it whole.
// There are no source maps: what is shipped is what one reads.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin, transform } from 'esbuild';
import { withWorstErrors } from './worst-errors.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'build/dist');
const wasm = join(root, 'build/pkg/nonlin_bg.wasm');

/**
 * The oldest browsers with wasm SIMD, except for Firefox, where 90 is the first with private fields; without these every tensor
 * would need a map.
 */
const TARGET = ['chrome91', 'firefox90', 'safari16.4'];

const LINE_LIMIT = 130;

type Format = 'esm' | 'cjs' | 'iife';

interface Bundle {
  readonly name: string;
  /** Bundled from ts/<entry>.ts. If a file of REPLACED has a sibling with <name> before its extension, that takes its place. */
  readonly entry: string;
  readonly formats: readonly Format[];
  /** The file that is imported in place of './index.js': one instance, one copy of the bytes. */
  readonly instead?: string;
}

/** The modules that differ between entries: where the wasm comes from, and what a worker is. */
const REPLACED = ['engine/source', 'parallel/host'];

const BUNDLES: readonly Bundle[] = [
  { name: 'index', entry: 'index', formats: ['esm', 'cjs', 'iife'] },
  { name: 'epynn', entry: 'epynn', formats: ['esm', 'cjs'], instead: 'index' },
  { name: 'external', entry: 'external', formats: ['esm'] },
  { name: 'external.node', entry: 'external', formats: ['esm'] },
  { name: 'workerd', entry: 'workerd', formats: ['esm'] },
  { name: 'epynn.workerd', entry: 'epynn', formats: ['esm'], instead: 'workerd' },
  { name: 'parallel', entry: 'parallel', formats: ['esm'] },
  { name: 'parallel.node', entry: 'parallel', formats: ['esm', 'cjs'] },
];
/**
 * The program of the workers, a classic script: embedded in nonlin/parallel as text, and also a file of its own for strict
 * policies.
 */
const WORKER: Bundle = { name: 'worker', entry: 'parallel/worker', formats: [] };
const DECLARED = ['index', 'epynn', 'external', 'parallel'];
const EXTENSIONS = { esm: '.js', cjs: '.cjs', iife: '.iife.js' };

/** A module that exports a text as the constant `name`. */
function writeText(file: string, name: string, text: string): void {
  writeFileSync(join(root, `build/${file}.js`), `export const ${name} = ${JSON.stringify(text)};\n`);
  writeFileSync(join(root, `build/${file}.d.ts`), `export declare const ${name}: string;\n`);
}

/**
 * The base of the module and its parts as text, with the list of the parts that each function needs; and the same with empty
 * lists, for entries whose module is whole.
 */
function writeParts(): void {
  const folder = join(root, 'build/parts');
  const { files, needs } = JSON.parse(readFileSync(join(folder, 'parts.json'), 'utf8')) as {
    readonly files: readonly string[];
    readonly needs: Readonly<Record<string, readonly string[]>>;
  };
  const parts = files.map((file) => {
    const text = JSON.stringify(readFileSync(join(folder, `${file}.wasm`), 'hex'));
    return file === 'base' ? `export const base = ${text};` : `const ${file} = { text: ${text}, module: undefined };`;
  });
  const lists = (of: (name: string) => readonly string[]): string =>
    Object.keys(needs)
      .map((name) => `export const ${name} = [${of(name).join(', ')}];\n`)
      .join('');
  writeFileSync(join(root, 'build/wasm-parts.js'), `${parts.join('\n')}\n${lists((name) => needs[name] ?? [])}`);
  writeFileSync(
    join(root, 'build/wasm-whole.js'),
    lists(() => []),
  );
  const declared = Object.keys(needs).map((name) => `export declare const ${name}: readonly Part[];\n`);
  const imports = "import type { Part } from '../ts/engine/parts.js';\n\nexport declare const base: string;\n";
  writeFileSync(join(root, 'build/wasm-parts.d.ts'), imports + declared.join(''));
}

/** The wasm of a file in its text format. */
function assemble(file: string): Buffer {
  const target = join(root, 'build/assembled.wasm');
  const options = ['--enable-simd', join(root, file), '-o', target];
  const { status, stderr } = spawnSync(join(root, 'node_modules/.bin/wasm-as'), options, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`wasm-as failed on ${file}\n${stderr}`);
  return readFileSync(target);
}

/** Resolves imports that a file does not contain, or contains in another form. */
function resolve({ name, instead }: Bundle): Plugin {
  return {
    name: 'resolve',
    setup({ onResolve }) {
      onResolve({ filter: /\.wasm$|^node:/ }, ({ path }) => ({ path, external: true }));
      const whole = existsSync(join(root, `ts/engine/source.${name}.ts`));
      if (whole) onResolve({ filter: /\/wasm-parts\.js$/ }, () => ({ path: join(root, 'build/wasm-whole.js') }));
      if (instead) onResolve({ filter: /^\.\/index\.js$/ }, () => ({ path: `./${instead}.js`, external: true }));
      for (const file of REPLACED) {
        const path = join(root, `ts/${file}.${name}.ts`);
        const filter = new RegExp(`^\\./${basename(file)}\\.js$`);
        if (existsSync(path)) onResolve({ filter }, () => ({ path }));
      }
    },
  };
}

/** The ES module of an entry as text. */
async function bundle(file: Bundle): Promise<string> {
  const options = {
    entryPoints: [join(root, `ts/${file.entry}.ts`)],
    bundle: true,
    write: false,
    format: 'esm',
    target: TARGET,
    charset: 'utf8',
    lineLimit: LINE_LIMIT,
    legalComments: 'none',
    tsconfig: join(root, 'tsconfig.build.json'),
    absWorkingDir: root,
    plugins: [resolve(file)],
    logLevel: 'warning',
  } as const satisfies BuildOptions;
  const [output] = (await build(options)).outputFiles;
  // esbuild renames a class that refers to itself, which a program would see.
  const code = (output?.text ?? '').replaceAll('class _Tensor', 'class Tensor').replaceAll(/\b_Tensor\b/g, 'Tensor');
  const helper = /\b__(?:private|public|static|async|spread|rest|name)\w*/.exec(code)?.[0];
  if (helper) throw new Error(`${file.name}: syntax newer than ${TARGET.join(', ')}, for which esbuild adds ${helper}`);
  return code;
}

/** A list of names as esbuild writes it between the braces of an import or export: [name here, name there]. */
const names = (list: string): (readonly [string, string])[] =>
  list
    .split(',')
    .map((one) => one.trim().split(' as '))
    .map(([here = '', there = here]) => [here, there] as const)
    .filter(([here]) => here !== '');

/** Takes an ES module written by esbuild apart: its body without imports and exports, and these. */
function dissect(code: string) {
  const imports: string[] = [];
  const exports: (readonly [string, string])[] = [];
  const body = code
    .replace(/^import (?:\* as (\w+)|\{([^}]*)\}) from "([^"]*)";\n/gm, (_, all = '', list = '', file = '') => {
      const bindings = names(list).map(([there, here]) => (here === there ? here : `${there}: ${here}`));
      imports.push(`const ${all || `{ ${bindings.join(', ')} }`} = require('${file.replace(/\.js$/, '.cjs')}');`);
      return '';
    })
    .replace(/^export \{([^}]*)\};\n/m, (_, list: string) => {
      exports.push(...names(list));
      return '';
    });
  // A long string, such as the program of a worker, spans several lines, one of which may begin like this, but not end like it.
  const left = /^(?:import|export)\b.*;$|^(?:var|let|const|function|class) (?:exports|module|require)\b/m.exec(body)?.[0];
  if (left) throw new Error(`scripts/bundle.ts cannot make CommonJS of "${left}"`);
  return { imports, exports, body };
}

/**
 * The CommonJS file. esbuild's own has helpers that go through inherited properties, and fail where a program has extended
 * `Object.prototype`. Node and bundlers read the names of `exports` from these assignments.
 */
function toCommonJs(code: string, name: string): string {
  const { imports, exports, body } = dissect(code);
  const lines = exports.map(([here, there]) => `exports.${there} = ${here};`);
  return `'use strict';

Object.defineProperty(exports, '__esModule', { __proto__: null, value: true });
${[...imports, body, ...lines].join('\n')}

// Newer versions of Node answer require() with the ES module (condition "module-sync"). Tools that collect the files of a server
// but do not know that condition find the file by this line, which never runs.
if (false) import('./${name}.js');
`;
}

/** The classic script, which defines one global. */
async function toClassicScript(code: string): Promise<string> {
  const { exports, body } = dissect(code);
  const properties = exports.map(([here, there]) => (here === there ? here : `${there}: ${here}`));
  const script = `var nonlin = (function () { 'use strict';\n${body}\nreturn { ${properties.join(', ')} };\n})();\n`;
  return (await transform(script, { minify: true, target: TARGET, lineLimit: LINE_LIMIT, charset: 'ascii' })).code;
}

async function write(file: Bundle): Promise<void> {
  const code = await bundle(file);
  for (const format of file.formats) {
    const text = format === 'esm' ? code : format === 'cjs' ? toCommonJs(code, file.name) : await toClassicScript(code);
    writeFileSync(join(out, file.name + EXTENSIONS[format]), text);
  }
}

/**
 * Writes the declarations for `import` (.d.ts) and for `require` (.d.cts, which import each other), of everything that the
 * entries reach.
 */
function declare(): void {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tsc failed\n${stdout}`);

  const reached = new Set<string>();
  const reach = (name: string): void => {
    if (reached.has(name)) return;
    reached.add(name);
    const text = withWorstErrors(readFileSync(join(out, `${name}.d.ts`), 'utf8'), join(root, 'docs'));
    for (const [, path = ''] of text.matchAll(/(?:from |import\()['"](\.[^'"]*)['"]/g)) {
      const sibling = join(dirname(name), path.replace(/\.js$/, ''));
      if (!path.endsWith('.js') || !existsSync(join(out, `${sibling}.d.ts`)))
        throw new Error(`${name}.d.ts imports "${path}", which is not in dist`);
      reach(sibling);
    }
    writeFileSync(join(out, `${name}.d.ts`), text);
    writeFileSync(join(out, `${name}.d.cts`), text.replaceAll(/((?:from |import\()['"]\.[^'"]*)\.js(?=['"])/g, '$1.cjs'));
  };
  for (const name of DECLARED) reach(name);
  for (const file of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.d.ts') && !reached.has(file.slice(0, -'.d.ts'.length))) rmSync(join(out, file));
  }
  for (const { parentPath, name } of readdirSync(out, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isDirectory(),
  )) {
    if (readdirSync(join(parentPath, name)).length === 0) rmSync(join(parentPath, name), { recursive: true });
  }
}

try {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeParts();
  writeText('decoder-text', 'decoder', assemble('ts/engine/hexadecimal.wat').toString('hex'));
  const worker = (await transform(await bundle(WORKER), { minify: true, format: 'iife', target: TARGET, lineLimit: LINE_LIMIT }))
    .code;
  writeText('worker-text', 'program', worker);
  writeFileSync(join(out, 'parallel.worker.js'), worker);
  for (const file of BUNDLES) await write(file);
  declare();
  copyFileSync(wasm, join(out, 'nonlin_bg.wasm'));
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  renameSync(out, join(root, 'dist'));
} catch (error) {
  // esbuild has already printed its messages.
  if (!(error instanceof Error && 'errors' in error)) console.error(error);
  process.exitCode = 1;
}
