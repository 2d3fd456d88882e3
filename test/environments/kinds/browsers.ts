// Chromium, Firefox and WebKitGTK without any tool: a module page with an import map, a classic script from file://,
// workers, and a Content-Security-Policy with and without 'wasm-unsafe-eval'.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserName, Environment, Refusal } from '../support/environment.js';
import { expectRefusal } from '../support/refusal.js';

const html = (body: string, head = ''): string => `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>nonlin</title><link rel="icon" href="data:,">${head}</head>
  <body>${body}</body>
</html>`;

const importMap = `<script type="importmap">${JSON.stringify({
  imports: {
    nonlin: './node_modules/nonlin/dist/index.js',
    'nonlin/epynn': './node_modules/nonlin/dist/epynn.js',
    'nonlin/external': './node_modules/nonlin/dist/external.js',
  },
})}</script>`;

/** The files of all pages; import maps do not reach into workers, so these name the file. */
const files = {
  'index.html': html('<script type="module" src="./main.js"></script>', importMap),
  'main.js': `
    import * as nonlin from 'nonlin';
    import * as epynn from 'nonlin/epynn';
    import * as external from 'nonlin/external';
    import { fullProbe, probe } from './probe.js';
    import { reportAll } from './report.js';
    // Arrays of an iframe are as good as those of the page.
    function tryFrame() {
      const { Array, Float32Array, Float64Array, Map } = document.body.appendChild(document.createElement('iframe')).contentWindow;
      const x = Float64Array.of(-1, 2), out = new Float64Array(2), floats = Float32Array.of(-1, 2), rows = Array.of(Array.of(-1, 2));
      const wanted = nonlin.elu([-1, 2]);
      const of = [nonlin.elu(x), nonlin.elu(x, { out }), nonlin.elu(rows)[0], nonlin.elu({ data: x, shape: Array.of(2) }).data];
      const narrow = nonlin.elu(floats).join() === globalThis.Float32Array.from(wanted).join();
      let code;
      try { nonlin.elu(new Map()); } catch (error) { code = error.code; }
      if (of.some((y) => y.join() !== wanted.join()) || !narrow || of[1] !== out || code !== 'ERR_DTYPE')
        throw new Error('arrays of an iframe: ' + of.join(' and ') + ', ' + narrow + ', ' + code);
    }
    reportAll(async () => {
      tryFrame();
      await external.init(new URL('node_modules/nonlin/dist/nonlin_bg.wasm', location.href));
      return { page: fullProbe(nonlin, epynn), external: probe(external) };
    });`,
  'classic.html': html(`
    <script src="node_modules/nonlin/dist/index.iife.js"></script>
    <script src="probe.iife.js"></script>
    <pre id="result"></pre>
    <script src="classic.js"></script>`),
  'classic.js': `
    var result;
    try {
      result = { 'file://': tools.probe(nonlin) };
    } catch (error) {
      result = { error: String(error.stack) };
    }
    document.getElementById('result').textContent = JSON.stringify(result);`,
  'workers.html': html('<script type="module" src="./workers.js"></script>'),
  'workers.js': `
    import { reportAll } from './report.js';
    const answer = (worker) => new Promise((resolve, reject) => {
      worker.onmessage = (event) => resolve(event.data);
      worker.onerror = (event) => reject(new Error('worker: ' + event.message));
    });
    reportAll(async () => ({
      'module worker': await answer(new Worker('./module-worker.js', { type: 'module' })),
      'classic worker': await answer(new Worker('./classic-worker.js')),
    }));`,
  'module-worker.js': `
    import * as nonlin from './node_modules/nonlin/dist/index.js';
    import { probe } from './probe.js';
    postMessage(probe(nonlin));`,
  'classic-worker.js': `
    importScripts('node_modules/nonlin/dist/index.iife.js', 'probe.iife.js');
    postMessage(tools.probe(nonlin));`,
  'worklet.html': html('<script type="module" src="./worklet.js"></script>'),
  'worklet.js': `
    import { reportAll } from './report.js';
    reportAll(async () => {
      const context = new OfflineAudioContext(1, 128, 44100);
      await context.audioWorklet.addModule('./processor.js');
      const node = new AudioWorkletNode(context, 'nonlin');
      const answer = new Promise((resolve) => { node.port.onmessage = (event) => resolve(event.data); });
      node.connect(context.destination);
      await context.startRendering();
      return { 'audio worklet': await answer };
    });`,
  'processor.js': `
    import * as nonlin from './node_modules/nonlin/dist/index.js';
    import { probe } from './probe.js';
    registerProcessor('nonlin', class extends AudioWorkletProcessor {
      constructor() {
        super();
        try {
          this.port.postMessage(probe(nonlin));
        } catch (error) {
          this.port.postMessage({ error: String(error) });
        }
      }
      process() {
        return false;
      }
    });`,
  'allowed.html': html('<script type="module" src="./allowed.js"></script>'),
  'allowed.js': `
    import * as nonlin from './node_modules/nonlin/dist/index.js';
    import { probe } from './probe.js';
    import { reportAll } from './report.js';
    const worker = new Worker('./module-worker.js', { type: 'module' });
    const answer = new Promise((resolve, reject) => {
      worker.onmessage = (event) => resolve(event.data);
      worker.onerror = (event) => reject(new Error('worker: ' + event.message));
    });
    reportAll(async () => ({ page: probe(nonlin), worker: await answer }));`,
  'refused.html': html('<script type="module" src="./refused.js"></script>'),
  'refused.js': `
    import * as nonlin from './node_modules/nonlin/dist/index.js';
    import { refusal } from './probe.js';
    import { reportAll } from './report.js';
    const worker = new Worker('./refused-worker.js', { type: 'module' });
    const answer = new Promise((resolve, reject) => {
      worker.onmessage = (event) => resolve(event.data);
      worker.onerror = (event) => reject(new Error('worker: ' + event.message));
    });
    reportAll(async () => ({
      first: refusal(() => nonlin.sigmoid(new Float64Array([1]))),
      second: refusal(() => nonlin.sigmoid(new Float64Array([1]))),
      init: await nonlin.init().then(
        () => ({ name: 'nothing', message: 'init() did not reject' }),
        (error) => refusal(() => { throw error; }),
      ),
      worker: await answer,
    }));`,
  'refused-worker.js': `
    import * as nonlin from './node_modules/nonlin/dist/index.js';
    import { refusal } from './probe.js';
    postMessage(refusal(() => nonlin.sigmoid(new Float64Array([1]))));`,
};

const policy = (script: string): Readonly<Record<string, string>> => ({
  'content-security-policy': `default-src 'none'; script-src ${script}; worker-src 'self'; connect-src 'self'; img-src data:`,
});

const engine = (
  id: BrowserName,
  name: string,
  { quick, worklet }: { readonly quick: boolean; readonly worklet: boolean },
): Environment[] => [
  {
    id,
    name,
    how: `module page with an import map, arrays of an iframe, external, classic script from file://, module and classic worker${worklet ? ', audio worklet' : ''}`,
    quick,
    browser: id,
    async run(t) {
      await t.write(files);
      await t.app('report.js');
      const url = await t.serve('.');
      const results = {
        ...(await t.open(id, url)),
        ...(await t.open(id, pathToFileURL(join(t.folder, 'classic.html')).href)),
        ...(await t.open(id, `${url}workers.html`)),
      };
      return worklet ? { ...results, ...(await t.open(id, `${url}worklet.html`)) } : results;
    },
  },
  {
    id: `${id}-csp`,
    name: `${name}, Content-Security-Policy`,
    how: "page and worker: with 'wasm-unsafe-eval' the same bits, without it ERR_ENVIRONMENT that names the directive",
    quick,
    browser: id,
    async run(t) {
      await t.write(files);
      await t.app('report.js');
      const allowed = await t.open(id, `${await t.serve('.', policy("'self' 'wasm-unsafe-eval'"))}allowed.html`);
      const refused = await t.open<Record<string, Refusal>>(id, `${await t.serve('.', policy("'self'"))}refused.html`);
      for (const [label, error] of Object.entries(refused)) expectRefusal(error, "'wasm-unsafe-eval'", label);
      return allowed;
    },
  },
];

export const environments: readonly Environment[] = [
  ...engine('chromium', 'Chromium', { quick: true, worklet: true }),
  ...engine('firefox', 'Firefox', { quick: false, worklet: true }),
  ...engine('webkit', 'WebKitGTK', { quick: false, worklet: false }),
];
