// The package as it is published: packed, installed in an empty folder, imported in both ways; its files, its size, and its
// errors on a host that cannot run it.

import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { transform } from 'esbuild';
import * as nonlin from 'nonlin';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { LIMITS, type Limit, PAGES, sizeComplaint } from '../scripts/page-size.js';
import { decode, decodeInWasm, fromHexadecimal } from '../ts/engine/hexadecimal.js';
import { command, failing, run } from './support/child.js';
import { path, text } from './support/files.js';

const manifest = JSON.parse(text('package.json')) as Record<string, unknown> & { exports: Record<string, unknown> };
/** All of ts/, to look names up in. */
const sources = readdirSync(path('ts'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => text('ts', file))
  .join('\n');
const scripts = readdirSync(path('dist')).filter((name) => /\.c?js$/.test(name));

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
        .every((file) => /^dist\/(?:[\w-]+\/)*[\w.-]+\.(?:js|cjs|d\.ts|d\.cts|wasm)$/.test(file)),
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

  test('the wasm file is exported, and is whole: it imports nothing, and every function is in it', () => {
    const program = `
      import { readFileSync } from 'node:fs';
      import { fileURLToPath } from 'node:url';
      import { gelu, initSync, relu } from 'nonlin';
      const module = new WebAssembly.Module(readFileSync(fileURLToPath(import.meta.resolve('nonlin/nonlin_bg.wasm'))));
      const { Module } = WebAssembly;
      initSync(module);
      WebAssembly.Module = class { constructor() { throw new Error('another one is compiled'); } };
      console.log(JSON.stringify([relu([-1, 2]), gelu(0), Module.imports(module).length]));`;
    writeFileSync(join(folder, 'inlined.mjs'), program);
    expect(JSON.parse(command(process.execPath, ['inlined.mjs'], folder))).toEqual([[0, 2], 0, 0]);
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

  test.each([
    ['import', 'uncaught.mjs', "import { elu } from 'nonlin';"],
    ['require', 'uncaught.cjs', "const { elu } = require('./node_modules/nonlin/dist/index.cjs');"],
  ])('an uncaught error is short and shows names of the sources: %s', (_, file, load) => {
    writeFileSync(join(folder, file), `${load}\nelu([1, 2], { alpha: NaN });\n`);
    const { stderr } = failing(process.execPath, [file], folder);
    expect(stderr).toContain('"alpha" expected a finite number, got NaN');
    expect(stderr.length).toBeLessThan(2048);
    const frames = [...stderr.matchAll(/at (?:Object\.|Function\.)?([\w.]+) .*dist\/index\.c?js/g)].map(
      ([, name]) => name as string,
    );
    expect(frames.length).toBeGreaterThan(1);
    for (const name of frames) expect(sources, name).toMatch(new RegExp(`\\b${name}\\b`));
  });

  test('an extended Object.prototype stops neither form of the package', () => {
    const program = (load: string) => `
      Object.prototype.extended = function () {};
      Object.prototype.also = 1;
      ${load}
      console.log(JSON.stringify([nonlin.relu([-1, 2]), nonlin.softmax([0, 0]), 'extended' in nonlin && Object.keys(nonlin).includes('extended')]));`;
    writeFileSync(join(folder, 'extended.mjs'), program("const nonlin = await import('nonlin');"));
    writeFileSync(join(folder, 'extended.cjs'), program("const nonlin = require('./node_modules/nonlin/dist/index.cjs');"));
    for (const file of ['extended.mjs', 'extended.cjs'])
      expect(JSON.parse(command(process.execPath, [file], folder)), file).toEqual([[0, 2], [0.5, 0.5], false]);
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
    const words = [/\bBuffer\b/, /\bnode:/, /\bimport\.meta\b/, /\bTextDecoder\b/, /\binstanceof Float64Array\b/, /\bprocess\b/];
    expect(words.filter((word) => word.test(code)).map(String)).toEqual([]);
    // For `init(address)`, and nowhere else.
    expect(code.match(/\bfetch\(/g)).toHaveLength(1);
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

  test.each(Object.entries(PAGES))(
    'a page with %s is within its limit, and its exception is still needed',
    async (page, measure) => {
      expect(sizeComplaint(page, await measure(), LIMITS[page] as Limit)).toBeUndefined();
    },
  );

  test('a size over the limit, over what is held, or below an exception is a complaint', () => {
    const complaint = (brotli: number, limit: Limit) => sizeComplaint('all', { minified: 0, gzip: 0, brotli }, limit);
    const exception = { held: 120, reason: 'why' };
    expect(complaint(100, { asked: 100 })).toBeUndefined();
    expect(complaint(101, { asked: 100 })).toContain('over the 100');
    expect(complaint(101, { asked: 100, exception })).toBeUndefined();
    expect(complaint(121, { asked: 100, exception })).toContain('over the 120');
    expect(complaint(100, { asked: 100, exception })).toContain('take its exception out');
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
    const refuse = "throw new WebAssembly.CompileError('Wasm SIMD unsupported');";
    const { errors, later } = attempt(
      `WebAssembly.Module = function () { ${refuse} }; WebAssembly.compile = async () => { ${refuse} }; WebAssembly.validate = () => false;`,
      'Object.assign(WebAssembly, { Module: real.Module, validate: real.validate }); later = nonlin.relu([-1, 2]);',
    );
    expect(errors).toEqual(all(/SIMD/));
    expect(later).toEqual([0, 2]);
  });

  test('compiling forbidden by the page: names the directive', () => {
    const refuse = (name: string) =>
      `WebAssembly.${name} = function () { throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder'); };`;
    for (const name of ['Module', 'Instance']) {
      const later = `WebAssembly.${name} = real.${name}; later = nonlin.relu([-1, 2]);`;
      const setup = `${refuse(name)} WebAssembly.${name === 'Module' ? 'compile' : 'instantiate'} = async () => { throw new WebAssembly.CompileError('disallowed'); };`;
      const got = attempt(setup, later);
      expect(got.errors, `WebAssembly.${name} refuses`).toEqual(all(/'wasm-unsafe-eval'/));
      expect(got.later).toEqual([0, 2]);
    }
  });

  test('too little memory to start', () => {
    const refuse = "throw new RangeError('WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance');";
    const setup = `WebAssembly.Instance = function () { ${refuse} }; WebAssembly.instantiate = async () => { ${refuse} };`;
    const { errors, later } = attempt(setup, 'WebAssembly.Instance = real.Instance; later = nonlin.relu([-1, 2]);');
    expect(errors.map(({ name, code }) => [name, code])).toEqual(new Array(4).fill(['RangeError', 'ERR_MEMORY']));
    for (const { message } of errors) expect(message).toMatch(/address space/);
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

  test('a page in Chromium 91 to 114, which compiles there only ahead of time', () => {
    const refuse = (name: string) => `
      WebAssembly.${name} = new Proxy(WebAssembly.${name}, {
        construct() { throw new RangeError('WebAssembly.${name} is disallowed on the main thread, if the buffer size is larger than 4KB.'); },
      });`;
    const got = run<{ errors: { code: string; message: string }[]; later: number[] }>(`
      import * as nonlin from 'nonlin';
      ${refuse('Module')}
      ${refuse('Instance')}
      const errors = [];
      const note = (call) => { try { call(); } catch ({ code, message }) { errors.push({ code, message }); } };
      note(() => nonlin.sigmoid([1]));
      note(() => nonlin.Tensor.zeros(3));
      await nonlin.init();
      console.log(JSON.stringify({ errors, later: nonlin.relu([-1, 2]) }));`);
    expect(got.errors.length).toBe(2);
    for (const { code, message } of got.errors) {
      expect(code).toBe('ERR_ENVIRONMENT');
      expect(message).toContain('await init()');
    }
    expect(got.later).toEqual([0, 2]);
  });
});

describe('init and initSync', () => {
  /** Runs `init` or `initSync` on each expression in a program of its own and gives what came of it. */
  const outcomes = (call: string, sources: readonly string[], entry = 'nonlin') =>
    run<string[]>(`
      import { readFileSync } from 'node:fs';
      import { gzipSync } from 'node:zlib';
      const bytes = readFileSync('dist/nonlin_bg.wasm');
      const shared = new SharedArrayBuffer(bytes.length);
      new Uint8Array(shared).set(bytes);
      const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
      const inside = new Uint8Array(bytes.length + 8);
      inside.set(bytes, 3);
      const address = 'data:application/wasm;base64,' + bytes.toString('base64');
      const outcomes = [];
      for (const [at, source] of [${sources.map((source) => `() => (${source})`).join()}].entries()) {
        const { init, initSync, relu } = await import('./dist/${entry === 'nonlin' ? 'index' : 'external'}.js?' + at);
        try {
          ${call}
          outcomes.push(String(relu([-1, 2])));
        } catch ({ name, code, message }) {
          outcomes.push([name, code, message].join(' '));
        }
      }
      console.log(JSON.stringify(outcomes));`);
  const bytes = ['bytes', 'buffer', 'shared', 'new DataView(inside.buffer, 3, bytes.length)', 'new Uint8Array(shared)'];

  test('take the module in every form', () => {
    const sync = [...bytes, 'new WebAssembly.Module(bytes)'];
    expect(outcomes('initSync(source());', sync)).toEqual(sync.map(() => '0,2'));
    const later = [
      ...sync,
      'new Response(bytes)',
      'Promise.resolve(new Response(bytes))',
      'fetch(address)',
      'address',
      'new URL(address)',
    ];
    for (const entry of ['nonlin', 'nonlin/external'])
      expect(outcomes('await init(source());', later, entry), entry).toEqual(later.map(() => '0,2'));
  });

  test('blame the bytes, not the host, where the bytes are wrong', () => {
    const page = "'<!DOCTYPE html><title>Not found</title>'";
    const wrong = [
      [`Buffer.from(${page})`, /^RangeError ERR_OPTION .*text that begins with "<!DOCTYPE html>/],
      ['gzipSync(bytes)', /^RangeError ERR_OPTION .*gzip/],
      ['bytes.subarray(0, 5000)', /^RangeError ERR_OPTION .*5000 bytes that are incomplete/],
      ['new Uint8Array(0)', /^RangeError ERR_OPTION .*no bytes/],
      ['Uint8Array.of(1, 2, 3)', /^RangeError ERR_OPTION .*something else/],
      ['new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))', /^TypeError ERR_OPTION .*another/],
      [
        // One that imports a function.
        'new WebAssembly.Module(Uint8Array.of(0,97,115,109,1,0,0,0,1,4,1,96,0,0,2,7,1,1,97,1,98,0,0))',
        /^TypeError ERR_OPTION .*another/,
      ],
    ] as const;
    const sources = wrong.map(([source]) => source);
    for (const call of ['initSync(source());', 'await init(source());'])
      for (const [at, outcome] of outcomes(call, sources).entries())
        expect(outcome, sources[at]).toMatch(wrong[at]?.[1] as RegExp);
    const answers = [
      [`new Response(${page}, { status: 404 })`, /^RangeError ERR_OPTION .*status 404/],
      [`new Response(${page})`, /^RangeError ERR_OPTION .*text that begins with "<!DOCTYPE html>/],
      ["'http://127.0.0.1:9/nonlin_bg.wasm'", /^Error ERR_ENVIRONMENT nonlin could not fetch http:\/\/127\.0\.0\.1:9/],
      ["Promise.reject(new Error('of the caller'))", /^Error {2}of the caller$/],
    ] as const;
    for (const [at, outcome] of outcomes(
      'await init(source());',
      answers.map(([source]) => source),
    ).entries())
      expect(outcome, answers[at]?.[0]).toMatch(answers[at]?.[1] as RegExp);
  });

  test('nonlin/external has no module before init()', () => {
    const program = `
      const { init, relu } = await import('./dist/external.node.js');
      let refused;
      try { relu(1); } catch ({ name, code, message }) { refused = [name, code, message].join(' '); }
      await init();
      console.log(JSON.stringify([refused, relu([-1, 2])]));`;
    expect(run(program)).toEqual([
      'Error ERR_ENVIRONMENT nonlin has no WebAssembly yet: await init() before the next call',
      [0, 2],
    ]);
  });

  test.each([
    ['the exports of an instance that the host has made', 'new WebAssembly.Instance(module).exports'],
    ['a module that the host has compiled', 'module'],
    ['a function that makes the instance', '() => new WebAssembly.Instance(module).exports'],
  ])('the entry for workerd takes %s, with init() and without', (_, namespace) => {
    const program = `
      import { readFileSync } from 'node:fs';
      import { register } from 'node:module';
      const hook = \`
        export const resolve = (name, context, next) =>
          name.endsWith('nonlin_bg.wasm') ? { url: 'test:wasm', shortCircuit: true } : next(name, context);
        export const load = (url, context, next) => url === 'test:wasm'
          ? { format: 'commonjs', source: 'module.exports = globalThis.namespace', shortCircuit: true }
          : next(url, context);\`;
      const module = new WebAssembly.Module(readFileSync('dist/nonlin_bg.wasm'));
      globalThis.namespace = ${namespace};
      register('data:text/javascript,' + encodeURIComponent(hook));
      const results = [];
      for (const ahead of [true, false]) {
        const { init, relu } = await import('./dist/workerd.js?' + ahead);
        if (ahead) await init();
        results.push(relu([-1, 2]));
      }
      console.log(JSON.stringify(results));`;
    expect(run(program)).toEqual([
      [0, 2],
      [0, 2],
    ]);
  });

  test('a call and init() fetch nothing', () => {
    const program = `
      let asked = 0;
      globalThis.fetch = () => { asked++; };
      const { init, relu } = await import('nonlin');
      relu([1]);
      await init();
      console.log(asked);`;
    expect(run(program)).toBe(0);
  });
});

describe('the files of dist/', () => {
  test.each(scripts)('%s ends with a newline, has no line that is too long, and names no source map', (name) => {
    const code = text('dist', name);
    expect(code.endsWith('\n')).toBe(true);
    expect(Math.max(...code.split('\n').map((line) => line.length))).toBeLessThan(400);
    expect(code).not.toContain('sourceMappingURL');
  });

  test.each(scripts)('%s has no syntax newer than the oldest browsers with wasm SIMD', async (name) => {
    const target = ['chrome91', 'firefox90', 'safari16.4'];
    const [kept, lowered] = [await transform(text('dist', name)), await transform(text('dist', name), { target })];
    expect(lowered.code).toBe(kept.code);
  });

  test('modules are readable, the classic script is minified and strict inside its function', () => {
    for (const name of ['index.js', 'index.cjs', 'external.js', 'workerd.js']) {
      expect(text('dist', name), name).toMatch(/^function cannotCompile\(error, bytes\d?\) \{\n {2}\w/m);
    }
    const script = text('dist', 'index.iife.js');
    expect(script).toMatch(/^var nonlin=\(?function\(\)\{"use strict";/);
    const code = (name: string) => gzipSync(text('dist', name).replace(/[0-9a-f\\\n]{1000,}/g, '')).length;
    expect(code('index.iife.js')).toBeLessThan(0.8 * code('index.js'));
  });

  test('external imports nothing, which no bundler has to look for; for Node it reads the file', () => {
    expect(text('dist', 'external.js')).not.toMatch(/\bimport\(|^import\b|\bnode:/m);
    expect(text('dist', 'external.node.js').match(/^import\b.*/gm)).toEqual(['import { readFile } from "node:fs/promises";']);
  });

  test('the wasm imports nothing', () => {
    expect(WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(path('dist', 'nonlin_bg.wasm'))))).toEqual([]);
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test('hexadecimal text is decoded with the help of the engine and without it', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => (i * 167 + 3) & 255);
  for (let length = 0; length <= bytes.length; length += length < 20 ? 1 : 59) {
    const part = bytes.subarray(0, length);
    const text = Buffer.from(part).toString('hex');
    expect([...decode(text)], `${length} bytes`).toEqual([...part]);
    expect([...(decodeInWasm(text) ?? [])], `${length} bytes`).toEqual([...part]);
    expect([...fromHexadecimal(text)], `${length} bytes`).toEqual([...part]);
  }
  // More than a page of memory, and lengths about a multiple of it.
  for (const length of [32760, 32761, 32767, 32768, 32769, 70000]) {
    const text = 'a7'.repeat(length);
    expect(decodeInWasm(text)).toEqual(new Uint8Array(length).fill(0xa7));
  }
});

test.each([
  ['no encoder of text', 'TextEncoder', undefined],
  ['no second memory', 'WebAssembly', { ...WebAssembly, Instance: refusing }],
])('hexadecimal text is decoded by a host with %s', (_, name, value) => {
  vi.stubGlobal(name, value);
  expect(decodeInWasm('00ff')).toBeUndefined();
  expect([...fromHexadecimal('00ff')]).toEqual([0, 255]);
});

function refusing(): never {
  throw new RangeError('could not allocate memory');
}
