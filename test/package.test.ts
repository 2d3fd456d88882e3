// The package as it is published: packed, installed in an empty folder, imported both ways; what it holds, what it weighs, and
// what it says in a host that cannot run it.

import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import * as nonlin from 'nonlin';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command, run } from './support/child.js';
import { path, text } from './support/files.js';

const manifest = JSON.parse(text('package.json')) as Record<string, unknown> & { exports: Record<string, unknown> };
/**
 * The largest the default entry should be, gzip -9, and what it may be while that is missed: kernels within 1 ULP for every alpha
 * and T take more than the budget foresaw.
 */
const { brotli: most } = JSON.parse(text('test', 'size.json')) as { brotli: number };

describe('installed from the tarball', () => {
  let folder = '';
  let files: string[] = [];

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'nonlin-pack-')));
    const [packed] = JSON.parse(command('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])) as {
      filename: string;
      files: { path: string }[];
    }[];
    files = (packed?.files ?? []).map((file) => file.path).sort();
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    command('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, packed?.filename ?? '')], folder);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('holds dist, README, LICENSE, CHANGELOG and nothing else', () => {
    expect(files.filter((file) => !file.startsWith('dist/'))).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    expect(
      files
        .filter((file) => file.startsWith('dist/'))
        .every((file) => /^dist\/[\w.]+\.(js|cjs|d\.ts|d\.cts|map|wasm)$/.test(file)),
      files.join(),
    ).toBe(true);
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['nonlin']);
  });

  test('import and require work, and are one instance', () => {
    const program = `
      import { createRequire } from 'node:module';
      import * as nonlin from 'nonlin';
      import * as epynn from 'nonlin/epynn';
      const require = createRequire(import.meta.url);
      const [cjs, cjsEpynn] = [require('nonlin'), require('nonlin/epynn')];
      epynn.activation_tune({ ELU_alpha: 2 });
      console.log(JSON.stringify({
        values: [nonlin.relu([-1, 2, 3]), cjs.relu([-1, 2, 3]), epynn.relu([-1, 2, 3]), cjsEpynn.relu([-1, 2, 3])],
        names: [Object.keys(nonlin).sort(), Object.keys(cjs).filter((name) => name !== 'module.exports' && name !== 'default').sort()],
        same: [cjs.relu === nonlin.relu, cjsEpynn.relu === epynn.relu, cjsEpynn.elu([-1000])[0]],
        requires: Boolean(process.features.require_module),
        called: [nonlin.Tensor, nonlin.scope, nonlin.hadamard, nonlin.relu, cjs.Tensor].map(({ name }) => name),
      }));`;
    writeFileSync(join(folder, 'main.mjs'), program);
    const got = JSON.parse(command(process.execPath, ['main.mjs'], folder)) as {
      values: number[][];
      names: string[][];
      same: unknown[];
      requires: boolean;
      called: string[];
    };
    expect(got.called).toEqual(['Tensor', 'scope', 'hadamard', 'relu', 'Tensor']);
    expect(got.values).toEqual(new Array(4).fill([0, 2, 3]));
    expect(got.names[0]).toEqual(Object.keys(nonlin).sort());
    expect(got.names[1]).toEqual(got.names[0]);
    // From Node 20.19 on require takes ES modules, and \`module-sync\` leads both to one file.
    if (got.requires) expect(got.same).toEqual([true, true, -2]);
  });

  test('CommonJS alone works: the files that older hosts and Jest take', () => {
    const program = `
      const nonlin = require('./node_modules/nonlin/dist/index.cjs');
      const epynn = require('./node_modules/nonlin/dist/epynn.cjs');
      console.log(JSON.stringify([nonlin.sigmoid([0]), epynn.sigmoid([0], true), require('nonlin/package.json').version]));`;
    writeFileSync(join(folder, 'main.cjs'), program);
    expect(JSON.parse(command(process.execPath, ['main.cjs'], folder))).toEqual([[0.5], [0.25], manifest['version']]);
  });

  test('the classic script makes the global nonlin', () => {
    const program = `
      const context = require('node:vm').createContext({ WebAssembly, Float64Array });
      require('node:vm').runInContext(require('node:fs').readFileSync('node_modules/nonlin/dist/index.iife.js', 'utf8'), context);
      console.log(JSON.stringify(require('node:vm').runInContext('Array.from(nonlin.relu([-1, 2]))', context)));`;
    writeFileSync(join(folder, 'script.cjs'), program);
    expect(JSON.parse(command(process.execPath, ['script.cjs'], folder))).toEqual([0, 2]);
  });

  test('the wasm file is exported, and is the one that is inlined', () => {
    const program = `
      import { readFileSync } from 'node:fs';
      import { fileURLToPath } from 'node:url';
      import { relu } from 'nonlin';
      const bytes = readFileSync(fileURLToPath(import.meta.resolve('nonlin/nonlin_bg.wasm')));
      let inlined;
      const { Module } = WebAssembly;
      WebAssembly.Module = class extends Module { constructor(source) { super(source); inlined = Buffer.from(source); } };
      console.log(JSON.stringify([relu([-1, 2]), bytes.equals(inlined)]));`;
    writeFileSync(join(folder, 'inlined.mjs'), program);
    expect(JSON.parse(command(process.execPath, ['inlined.mjs'], folder))).toEqual([[0, 2], true]);
  });

  test('init and initSync, before and after use, twice', () => {
    const program = `
      import { readFileSync } from 'node:fs';
      import { fileURLToPath } from 'node:url';
      import { init, initSync, relu } from 'nonlin';
      const bytes = readFileSync(fileURLToPath(import.meta.resolve('nonlin/nonlin_bg.wasm')));
      initSync(new WebAssembly.Module(bytes));
      const first = relu([-1, 2]);
      initSync(bytes);
      await init();
      await init(bytes);
      console.log(JSON.stringify([first, relu([-1, 3])]));`;
    writeFileSync(join(folder, 'init.mjs'), program);
    expect(JSON.parse(command(process.execPath, ['init.mjs'], folder))).toEqual([
      [0, 2],
      [0, 3],
    ]);
  });
});

test('package.json: no dependency, no install script, no side effects, types beside every entry', () => {
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies', 'bundleDependencies'])
    expect(manifest[field], field).toBeUndefined();
  const scripts = (manifest['scripts'] ?? {}) as Record<string, string>;
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) expect(scripts[script], script).toBeUndefined();
  expect(manifest['sideEffects']).toBe(false);
  expect(manifest['license']).toBe('MIT');
  expect(Object.keys(manifest.exports)).toEqual(expect.arrayContaining(['.', './epynn', './nonlin_bg.wasm', './package.json']));
});

describe('the default entry', () => {
  test.each(['index.js', 'index.cjs', 'index.iife.js'])('dist/%s has none of the words that break tools', (name) => {
    const code = text('dist', name);
    const words = [
      /\bBuffer\b/,
      /\bnode:/,
      /\bimport\.meta\b/,
      /\bfetch\b/,
      /\bTextDecoder\b/,
      /\binstanceof Float64Array\b/,
      /\bprocess\b/,
    ];
    expect(words.filter((word) => word.test(code)).map(String)).toEqual([]);
    if (name === 'index.js') {
      expect(/^import\b|[;}]import[\s{*"']/m.test(code), 'imports nothing: it is one file').toBe(false);
      // An await outside every function makes a script of the same text fail to parse.
      const body = code.replace(/export\s*\{[^}]*\};?/g, '');
      expect(() => new Function(body), 'no await at the top').not.toThrow();
    }
  });

  test('nonlin/epynn imports that file instead of holding a copy', () => {
    for (const [name, sibling] of [
      ['epynn.js', './index.js'],
      ['epynn.cjs', './index.cjs'],
    ] as const) {
      const code = text('dist', name);
      expect(code, name).toContain(sibling);
      expect(/[0-9a-f]{1000}/.test(code), `${name} holds no wasm`).toBe(false);
    }
  });

  test(`weighs at most ${most} bytes after brotli`, () => {
    const { length } = brotliCompressSync(readFileSync(path('dist', 'index.js')));
    expect(length).toBeLessThanOrEqual(most);
  });

  test('does nothing at import', () => {
    const program = `
      const calls = [];
      const { Module, Instance, validate, compile } = WebAssembly;
      for (const name of ['Module', 'Instance', 'validate', 'compile', 'instantiate', 'Memory']) {
        WebAssembly[name] = new Proxy(WebAssembly[name], { apply: (...all) => (calls.push(name), Reflect.apply(...all)), construct: (...all) => (calls.push(name), Reflect.construct(...all)) });
      }
      const globals = Object.getOwnPropertyNames(globalThis).length;
      const { relu } = await import('nonlin');
      const atImport = [...calls];
      const added = Object.getOwnPropertyNames(globalThis).length - globals;
      relu([1]);
      console.log(JSON.stringify({ atImport, added, used: calls.length > 0 }));`;
    expect(run(program)).toEqual({ atImport: [], added: 0, used: true });
  });
});

describe('a host that cannot run it', () => {
  const attempt = (setup: string, after = '') =>
    run<{ errors: { name: string; code: string; message: string }[]; later?: unknown }>(`
      import * as nonlin from 'nonlin';
      const real = { ...Object.fromEntries(Object.getOwnPropertyNames(WebAssembly).map((name) => [name, WebAssembly[name]])) };
      const wasm = WebAssembly;
      ${setup}
      const errors = [];
      const note = (call) => { try { call(); errors.push(null); } catch ({ name, code, message }) { errors.push({ name, code, message }); } };
      note(() => nonlin.sigmoid(new Float64Array(1)));
      note(() => nonlin.softmax([1, 2]));
      note(() => nonlin.Tensor.zeros(3));
      await nonlin.init().then(() => errors.push(null), ({ name, code, message }) => errors.push({ name, code, message }));
      let later;
      ${after}
      console.log(JSON.stringify({ errors, later }));`);
  const all = (pattern: RegExp) =>
    new Array(4).fill({ name: 'Error', code: 'ERR_ENVIRONMENT', message: expect.stringMatching(pattern) });

  test('no WebAssembly', () => {
    expect(attempt('delete globalThis.WebAssembly;').errors).toEqual(all(/WebAssembly/));
  });

  test('no SIMD; and when that was only for a moment, the next call works', () => {
    const { errors, later } = attempt(
      'WebAssembly.validate = () => false;',
      'WebAssembly.validate = real.validate; later = nonlin.relu([-1, 2]);',
    );
    expect(errors).toEqual(all(/SIMD/));
    expect(later).toEqual([0, 2]);
  });

  test('compiling forbidden by the page: names the directive', () => {
    const refuse = (name: string) =>
      `WebAssembly.${name} = function () { throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder'); };`;
    for (const name of ['Module', 'Instance']) {
      const later = `WebAssembly.${name} = real.${name}; later = nonlin.relu([-1, 2]);`;
      const setup = `${refuse(name)} WebAssembly.compile = async () => { throw new WebAssembly.CompileError('disallowed'); };`;
      const got = attempt(setup, later);
      expect(got.errors, `WebAssembly.${name} refuses`).toEqual(all(/'wasm-unsafe-eval'/));
      expect(got.later).toEqual([0, 2]);
    }
  });

  test('memory that cannot be had at the start', () => {
    const setup = `WebAssembly.Instance = function () { throw new RangeError('WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance'); };`;
    const { errors, later } = attempt(setup, 'WebAssembly.Instance = real.Instance; later = nonlin.relu([-1, 2]);');
    expect(errors.map((error) => error.code)).toEqual(new Array(4).fill('ERR_MEMORY'));
    expect(later).toEqual([0, 2]);
  });

  test('init and initSync refuse what is no module', () => {
    const program = `
      import { init, initSync } from 'nonlin';
      const errors = [];
      const note = ({ name, code }) => errors.push(name + ' ' + code);
      for (const wrong of [3, 'wasm', null, {}, undefined]) { try { initSync(wrong); errors.push('none'); } catch (error) { note(error); } }
      for (const wrong of [3, null, {}]) await init(wrong).then(() => errors.push('none'), note);
      const other = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
      try { initSync(other); errors.push('none'); } catch (error) { note(error); }
      const { relu } = await import('nonlin');
      console.log(JSON.stringify([...new Set(errors), ...relu([-1, 2])]));`;
    const [kind, ...rest] = run<unknown[]>(program);
    expect(kind).toBe('TypeError ERR_OPTION');
    expect(rest.slice(-2)).toEqual([0, 2]);
  });
});
