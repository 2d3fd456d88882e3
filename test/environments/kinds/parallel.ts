// nonlin/parallel: workers of each host, with and without shared memory, under a policy, and built by a bundler that is told
// nothing.

import { join } from 'node:path';
import type { BrowserName, Environment, Project, Refusal, Results } from '../support/environment.js';
import { expectRefusal } from '../support/refusal.js';

const main = (nonlin: string, parallel: string, call = 'tryPool(nonlin, parallel)'): string => `
  import * as nonlin from '${nonlin}';
  import * as parallel from '${parallel}';
  import { probe } from './probe.js';
  import { tryPool } from './pool.js';
  import { reportAll } from './report.js';
  reportAll(async () => ({ [await ${call}]: probe(nonlin) }));`;

const page = (script: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>nonlin</title><link rel="icon" href="data:,"></head><body><script type="module" src="./${script}"></script></body></html>`;

const FILES = ['./node_modules/nonlin/dist/index.js', './node_modules/nonlin/dist/parallel.js'] as const;
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const policy = (workers: string) => ({
  'content-security-policy': `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src ${workers}; img-src data:`,
});

/** Which way a pool must have worked in a context. */
function expectWay(results: Results, way: 'shared' | 'copied'): Results {
  if (!(way in results)) throw new Error(`expected memory that is ${way}, got ${Object.keys(results)}`);
  return results;
}

async function inPages(t: Project, id: BrowserName, shares: boolean): Promise<Results> {
  const address = 'node_modules/nonlin/dist/parallel.worker.js';
  await t.write({
    'blob.html': page('blob.js'),
    'blob.js': main(...FILES),
    'file.html': page('file.js'),
    'file.js': main(...FILES, `tryPool(nonlin, parallel, { worker: new URL('${address}', location.href) })`),
    'refused.html': page('refused.js'),
    'refused.js': `
      import { createPool } from '${FILES[1]}';
      import { report } from './report.js';
      createPool({ threads: 2 }).then(
        () => report({ error: 'a pool was made' }),
        ({ name, code, message }) => report({ refusal: { name, code, message } }));`,
  });
  await t.app('report.js', 'pool.js');
  const open = async <R = Results>(file: string, headers = {}): Promise<R> =>
    t.open<R>(id, `${await t.serve('.', headers)}${file}.html`);
  const { refusal } = await open<{ refusal: Refusal }>('refused', policy("'self'"));
  expectRefusal(refusal, 'worker-src blob:', 'without blob:');
  return {
    ...expectWay(await open('blob'), 'copied'),
    ...expectWay(await open('blob', ISOLATED), shares ? 'shared' : 'copied'),
    ...expectWay(await open('blob', policy('blob:')), 'copied'),
    ...expectWay(await open('file', policy("'self'")), 'copied'),
  };
}

const inBrowser = (id: BrowserName, name: string, { quick = false, shares = true }): Environment => ({
  id: `${id}-parallel`,
  name: `${name}, nonlin/parallel`,
  how: `pool and stream: memory ${shares ? 'shared and copied' : 'copied, because it has no SharedArrayBuffer'}; Content-Security-Policy with blob:, with a worker of its own, and with neither: ERR_ENVIRONMENT`,
  quick,
  browser: id,
  run: (t) => inPages(t, id, shares),
});

/** A program without a page. */
async function program(t: Project): Promise<string> {
  await t.app('pool.js');
  await t.copy('pool.js', 'pool.mjs');
  await t.write({
    'parallel.mjs': `
      import * as nonlin from 'nonlin';
      import * as parallel from 'nonlin/parallel';
      import { probe } from './probe.mjs';
      import { tryPool } from './pool.mjs';
      console.log('result ' + JSON.stringify({ [await tryPool(nonlin, parallel)]: probe(nonlin) }));`,
    'parallel.cjs': `
      const nonlin = require('nonlin');
      const parallel = require('nonlin/parallel');
      const { probe } = require('./probe.cjs');
      import('./pool.mjs').then(async ({ tryPool }) => {
        console.log('result ' + JSON.stringify({ [await tryPool(nonlin, parallel)]: probe(nonlin) }));
      });`,
  });
  return 'parallel.mjs';
}

const how = 'pool and stream, memory shared and copied';

export const environments: readonly Environment[] = [
  inBrowser('chromium', 'Chromium', { quick: true }),
  inBrowser('firefox', 'Firefox', {}),
  inBrowser('webkit', 'WebKitGTK', { shares: false }),
  {
    id: 'parallel-node',
    name: 'Node (the one at hand), nonlin/parallel',
    how: `import and require: ${how}`,
    quick: true,
    record: false,
    version: () => process.version.slice(1),
    async run(t) {
      const imported = await t.run('node', [await program(t)]);
      expectWay(t.result(await t.run('node', ['parallel.cjs'])), 'shared');
      return expectWay(t.result(imported), 'shared');
    },
  },
  ...['20-oldest', '22', '24', '26'].map(
    (major): Environment => ({
      id: `parallel-node${major}`,
      name: `Node ${Number.parseInt(major, 10)}, nonlin/parallel`,
      how,
      group: 'node',
      version: (t) => t.version('node', `node${major}`),
      run: async (t) => expectWay(t.result(await t.run(t.node(major), [await program(t)])), 'shared'),
    }),
  ),
  {
    id: 'parallel-deno',
    name: 'Deno, nonlin/parallel',
    how,
    group: 'deno',
    async run(t) {
      const env = { DENO_DIR: join(t.folder, '.deno'), DENO_NO_UPDATE_CHECK: '1' };
      const args = ['run', '--no-prompt', '--no-remote', '--allow-all', await program(t)];
      return expectWay(t.result(await t.run(t.tool('deno/deno'), args, { env })), 'shared');
    },
  },
  {
    id: 'parallel-bun',
    name: 'Bun, nonlin/parallel',
    how,
    group: 'bun',
    run: async (t) => expectWay(t.result(await t.run(t.tool('bun/bin/bun'), [await program(t)])), 'shared'),
  },
  {
    id: 'parallel-vite',
    name: 'Vite, nonlin/parallel',
    how: 'build without configuration; in Chromium',
    group: 'vite',
    browser: 'chromium',
    async run(t) {
      await t.app('report.js', 'pool.js');
      await t.write({ 'index.html': page('page.js'), 'page.js': main('nonlin', 'nonlin/parallel') });
      await t.run('node', [t.tool('vite/bin/vite.js'), 'build']);
      return expectWay(await t.open('chromium', await t.serve('dist')), 'copied');
    },
  },
];
