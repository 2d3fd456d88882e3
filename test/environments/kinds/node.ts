// Node: ES modules, CommonJS, both at once (one wasm instance), the wasm as a file, a worker thread.

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment, Project, Results } from '../support/environment.js';

const files = {
  'esm.mjs': `
    import * as nonlin from 'nonlin';
    import * as epynn from 'nonlin/epynn';
    import { Worker } from 'node:worker_threads';
    import { fullProbe, probe } from './probe.mjs';
    const results = { import: fullProbe(nonlin, epynn) };
    results.worker = await new Promise((resolve, reject) => {
      new Worker(new URL('./worker.mjs', import.meta.url)).on('message', resolve).on('error', reject);
    });
    await nonlin.init();
    await nonlin.init();
    results['after init()'] = probe(nonlin);
    console.log('result ' + JSON.stringify(results));`,
  'worker.mjs': `
    import * as nonlin from 'nonlin';
    import { parentPort } from 'node:worker_threads';
    import { probe } from './probe.mjs';
    parentPort.postMessage(probe(nonlin));`,
  'external.mjs': `
    import * as external from 'nonlin/external';
    import { probe, refusal } from './probe.mjs';
    const early = refusal(() => external.sigmoid(new Float64Array([1])));
    if (early.code !== 'ERR_ENVIRONMENT') throw new Error('before init(): ' + JSON.stringify(early));
    await external.init();
    await external.init();
    console.log('result ' + JSON.stringify({ external: probe(external) }));`,
  'cjs.cjs': `
    const nonlin = require('nonlin');
    const epynn = require('nonlin/epynn');
    const { probe } = require('./probe.cjs');
    if (typeof require('nonlin/package.json').version !== 'string') throw new Error('no nonlin/package.json');
    const results = { require: probe(nonlin, epynn) };
    import('nonlin').then((imported) => {
      // Before Node 20.19 require takes no ES modules, and each gets its own copy.
      if (process.features.require_module && imported.sigmoid !== nonlin.sigmoid) throw new Error('require and import give two copies');
      console.log('result ' + JSON.stringify(results));
    });`,
  'bytes.cjs': `
    const { readFileSync } = require('node:fs');
    const nonlin = require('nonlin');
    const { probe } = require('./probe.cjs');
    const bytes = readFileSync(require.resolve('nonlin/nonlin_bg.wasm'));
    nonlin.initSync(new WebAssembly.Module(bytes));
    nonlin.initSync(bytes);
    const results = { 'initSync(module)': probe(nonlin) };
    nonlin.initSync(bytes);
    nonlin.init(bytes).then(() => {
      results['initSync after use'] = probe(nonlin);
      console.log('result ' + JSON.stringify(results));
    });`,
};

/** Runs each program of `files` with `command` and joins their results. */
async function runAll(t: Project, command: string): Promise<Results> {
  await t.write(files);
  const results = {};
  for (const name of Object.keys(files)) {
    if (name !== 'worker.mjs') Object.assign(results, t.result(await t.run(command, [name])));
  }
  return results;
}

const how = 'import, require, external, init, initSync, worker thread';

export const environments: readonly Environment[] = [
  {
    id: 'node',
    name: 'Node (the one at hand)',
    how,
    quick: true,
    record: false,
    npmInstall: true,
    version: () => process.version.slice(1),
    run: (t) => runAll(t, process.execPath),
  },
  ...['20-oldest', '20', '22', '24', '26'].map(
    (major): Environment => ({
      id: `node${major}`,
      name: `Node ${Number.parseInt(major, 10)}`,
      how,
      group: 'node',
      // Part of the quick run where it is installed already; 20.0.0 is not, as it was seen to hang once in a busy machine.
      quick: async (cache) =>
        major !== '20-oldest' &&
        access(join(cache, 'node/installed')).then(
          () => true,
          () => false,
        ),
      version: (t) => t.version('node', `node${major}`),
      run: (t) => runAll(t, t.node(major)),
    }),
  ),
];
