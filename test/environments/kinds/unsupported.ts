// Hosts that lack what the package needs: it must say so, with ERR_ENVIRONMENT, at the first call and at each later one.

import type { BrowserName, Computed, Environment, Launch, Project, Refusal } from '../support/environment.js';
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
