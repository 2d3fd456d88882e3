// Hosts that lack what the package needs: it must say so, with ERR_ENVIRONMENT, at the first call and at each later one.

import type { BrowserName, Computed, Environment, Launch, Project, Refusal, Results } from '../support/environment.js';
import { expectRefusal } from '../support/refusal.js';
import { Skip } from '../support/skip.js';

/** Reports three calls in a row; none may give a CompileError or leave something half done. */
const calls = `
  import { readFileSync } from 'node:fs';
  import * as nonlin from 'nonlin';
  import { refusal } from './probe.mjs';
  const bytes = readFileSync('node_modules/nonlin/dist/nonlin_bg.wasm');
  const calls = {
    first: refusal(() => nonlin.sigmoid(new Float64Array([1]))),
    second: refusal(() => nonlin.softmax([1, 2])),
    initSync: refusal(() => nonlin.initSync(bytes)),
    init: await nonlin.init().then(() => ({ message: 'init() did not reject' }), (error) => refusal(() => { throw error; })),
  };
  console.log('result ' + JSON.stringify(calls));`;

/** Calls with a compiler that refuses, then with the real one: the failed call must leave the package usable. */
const stubbed = `
  import * as nonlin from 'nonlin';
  import { probe, refusal } from './probe.mjs';
  const { Module, validate } = WebAssembly;
  WebAssembly.Module = function () { throw new WebAssembly.CompileError('Wasm SIMD unsupported'); };
  WebAssembly.validate = () => false;
  const first = refusal(() => nonlin.sigmoid(new Float64Array([1])));
  Object.assign(WebAssembly, { Module, validate });
  console.log('result ' + JSON.stringify({ first, then: probe(nonlin) }));`;

const expectAll = (results: Readonly<Record<string, Refusal>>, words: string): void => {
  for (const [label, error] of Object.entries(results)) expectRefusal(error, words, label);
};

const x64Only = () => {
  if (process.arch !== 'x64') throw new Skip('the switch that takes SIMD from V8 is for x64');
};

export const environments: readonly Environment[] = [
  {
    id: 'no-simd',
    name: 'Node without wasm SIMD',
    how: 'a compiler that refuses; node --no-enable-sse4-1: ERR_ENVIRONMENT that names SIMD',
    quick: true,
    version: () => process.version.slice(1),
    async run(t) {
      await t.write({ 'stubbed.mjs': stubbed, 'calls.mjs': calls });
      const { first, then } = t.result<{ first: Refusal; then: Computed }>(await t.run('node', ['stubbed.mjs']));
      expectRefusal(first, 'SIMD', 'stubbed compiler');
      x64Only();
      expectAll(t.result<Record<string, Refusal>>(await t.run('node', ['--no-enable-sse4-1', 'calls.mjs'])), 'SIMD');
      return { 'after the stub': then };
    },
  },
  {
    id: 'no-wasm',
    name: 'Node without WebAssembly',
    how: 'node --jitless: ERR_ENVIRONMENT that names WebAssembly',
    quick: true,
    version: () => process.version.slice(1),
    async run(t) {
      await t.write({ 'calls.mjs': calls });
      expectAll(t.result<Record<string, Refusal>>(await t.run('node', ['--jitless', 'calls.mjs'])), 'WebAssembly');
      return {};
    },
  },
  {
    id: 'chromium-no-simd',
    name: 'Chromium without wasm SIMD',
    how: '--js-flags=--no-enable-sse4-1: ERR_ENVIRONMENT that names SIMD',
    browser: 'chromium',
    async run(t) {
      x64Only();
      expectAll(await open(t, 'chromium', { switches: ['--js-flags=--no-enable-sse4-1'] }), 'SIMD');
      return {};
    },
  },
  {
    id: 'chromium-91',
    name: 'Chromium 91 to 114',
    how:
      'a page whose WebAssembly.Module and Instance refuse more than 4 KB, as in these versions, and without JavaScript ' +
      'features added later: the first call names init(), which works',
    quick: true,
    browser: 'chromium',
    async run(t) {
      await t.app('report.js');
      await t.write({
        'index.html': `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body>
          <script src="./old.js"></script><script type="module" src="./page.js"></script>`,
        'old.js': `
          // What Chromium 91 did not have yet.
          const typed = Object.getPrototypeOf(Uint8Array);
          for (const name of ['at', 'findLast', 'findLastIndex', 'toReversed', 'toSorted', 'toSpliced', 'with']) {
            for (const { prototype } of [Array, String, typed]) delete prototype[name];
          }
          for (const [owner, ...names] of [
            [Object, 'hasOwn', 'groupBy'],
            [Map, 'groupBy'],
            [Array, 'fromAsync'],
            [Promise, 'withResolvers', 'try'],
            [Uint8Array, 'fromHex', 'fromBase64'],
            [Symbol, 'dispose', 'asyncDispose'],
            [globalThis, 'structuredClone', 'Float16Array', 'Iterator'],
          ])
            for (const name of names) delete owner[name];

          // The modules that were compiled from more than 4 KB.
          const large = new WeakSet();
          const { compile } = WebAssembly;
          WebAssembly.compile = async (bytes) => {
            const module = await compile(bytes);
            if (bytes.byteLength > 4096) large.add(module);
            return module;
          };
          const refuse = (name, instead) => {
            throw new RangeError('WebAssembly.' + name + ' is disallowed on the main thread, if the buffer size is larger than 4KB. Use ' + instead);
          };
          WebAssembly.Module = new Proxy(WebAssembly.Module, {
            construct: (target, [bytes]) =>
              bytes.byteLength > 4096 ? refuse('Compile', 'WebAssembly.compile, or compile on a worker thread.') : new target(bytes),
          });
          WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
            construct: (target, [module, ...imports]) =>
              large.has(module) ? refuse('Instance', 'WebAssembly.instantiate.') : new target(module, ...imports),
          });`,
        'page.js': `
          import * as nonlin from './node_modules/nonlin/dist/index.js';
          import * as external from './node_modules/nonlin/dist/external.js';
          import { fullProbe, probe, refusal } from './probe.js';
          import { reportAll } from './report.js';
          reportAll(async () => {
            const refused = {
              first: refusal(() => nonlin.sigmoid(1)),
              softmax: refusal(() => nonlin.softmax([1, 2])),
              initSync: refusal(() => nonlin.initSync(new Uint8Array(5000))),
            };
            await nonlin.init();
            await external.init('./node_modules/nonlin/dist/nonlin_bg.wasm');
            const { data } = nonlin.tanh({ data: Float64Array.of(0, 1, 0), shape: [2], strides: [2], dtype: 'float64' });
            if (data.join() !== '0,0') throw new Error('a strided array gives ' + data);
            return { refused, page: fullProbe(nonlin), external: probe(external) };
          });`,
      });
      const { refused, ...results } = await t.open<{ refused: Record<string, Refusal> } & Results>(
        'chromium',
        await t.serve('.'),
      );
      expectAll(refused, 'await init()');
      return results;
    },
  },
  {
    id: 'address-space',
    name: 'Node with little address space',
    how: 'ulimit -v: ERR_MEMORY that names the address space',
    quick: true,
    version: () => process.version.slice(1),
    async run(t) {
      if (process.platform !== 'linux') throw new Skip('ulimit -v has an effect on Linux only');
      await t.write({ 'calls.mjs': calls });
      // V8 reserves some GiB for each WebAssembly memory; this is enough for Node alone.
      const results = t.result<Record<string, Refusal>>(
        await t.run('bash', ['-c', `ulimit -v 4000000 && exec '${process.execPath}' calls.mjs`]),
      );
      for (const [label, { name, code, message }] of Object.entries(results)) {
        if (name !== 'RangeError' || code !== 'ERR_MEMORY' || !message.includes('address space'))
          throw new Error(`${label}: expected an ERR_MEMORY that names the address space, got ${name} ${code}: ${message}`);
      }
      return {};
    },
  },
  {
    id: 'firefox-no-wasm',
    name: 'Firefox without WebAssembly',
    how: 'javascript.options.wasm = false: ERR_ENVIRONMENT that names WebAssembly',
    browser: 'firefox',
    async run(t) {
      expectAll(await open(t, 'firefox', { preferences: { 'javascript.options.wasm': false } }), 'WebAssembly');
      return {};
    },
  },
];

async function open(t: Project, browser: BrowserName, options: Launch): Promise<Record<string, Refusal>> {
  await t.app('index.html', 'report.js');
  await t.write({
    'page.js': `
      import * as nonlin from './node_modules/nonlin/dist/index.js';
      import { refusal } from './probe.js';
      import { report } from './report.js';
      report({
        first: refusal(() => nonlin.sigmoid(new Float64Array([1]))),
        second: refusal(() => nonlin.softmax([1, 2])),
      });`,
  });
  return t.open<Record<string, Refusal>>(browser, await t.serve('.'), options);
}
