// The wasm file by itself, as hosts that know WebAssembly modules import it; and the tools that collect the files of a server.

import { join } from 'node:path';
import type { Environment } from '../support/environment.js';

const instance = `
  import * as wasm from 'nonlin/nonlin_bg.wasm';
  const { sigmoid, scalar } = wasm;
  const half = scalar(sigmoid(), 0, 0, 0, 0, 0, 0, 0);
  if (half !== 0.5) throw new Error('the imported sigmoid of 0 is ' + half);`;

const source = `
  import source module from 'nonlin/nonlin_bg.wasm';
  import * as nonlin from 'nonlin';
  import { probe } from './probe.mjs';
  nonlin.initSync(module);
  console.log('result ' + JSON.stringify({ 'import source': probe(nonlin) }));`;

export const environments: readonly Environment[] = [
  ...['24', '26'].map(
    (major): Environment => ({
      id: `wasm-node${major}`,
      name: `Node ${major}, the wasm file`,
      how: 'imported as an instance; import source, initSync',
      group: 'node',
      version: (t) => t.version('node', `node${major}`),
      async run(t) {
        await t.write({ 'instance.mjs': instance, 'source.mjs': source });
        await t.run(t.node(major), ['instance.mjs']);
        return t.result(await t.run(t.node(major), ['source.mjs']));
      },
    }),
  ),
  {
    id: 'wasm-deno',
    name: 'Deno, the wasm file',
    how: 'imported as an instance',
    group: 'deno',
    async run(t) {
      await t.write({ 'instance.mjs': instance });
      const env = { DENO_DIR: join(t.folder, '.deno'), DENO_NO_UPDATE_CHECK: '1' };
      await t.run(t.tool('deno/deno'), ['run', '--no-prompt', '--no-remote', 'instance.mjs'], { env });
      return {};
    },
  },
  ...(['nft', 'nft0'] as const).map(
    (group): Environment => ({
      id: group,
      name: '@vercel/nft',
      how: 'traces a program with require and one with import, external with its wasm; they run with the traced files alone',
      group,
      groups: ['node'],
      async run(t) {
        await t.write({
          'app.cjs': `
            const nonlin = require('nonlin');
            const epynn = require('nonlin/epynn');
            const { probe } = require('./probe.cjs');
            console.log('result ' + JSON.stringify({ require: probe(nonlin, epynn) }));`,
          'app.mjs': `
            import * as nonlin from 'nonlin';
            import * as external from 'nonlin/external';
            import { probe } from './probe.mjs';
            await external.init();
            console.log('result ' + JSON.stringify({ import: probe(nonlin), external: probe(external) }));`,
          'trace.mjs': `
            import { cp } from 'node:fs/promises';
            import { nodeFileTrace } from '@vercel/nft';
            const { fileList } = await nodeFileTrace([process.argv[2]], { base: process.cwd() });
            for (const file of fileList) await cp(file, process.argv[3] + '/' + file);`,
        });
        const results = {};
        for (const program of ['app.cjs', 'app.mjs']) {
          await t.run('node', ['trace.mjs', program, `traced/${program}`]);
          // An older Node takes the file of "require", a newer one that of "module-sync".
          for (const node of [t.node('20-oldest'), t.node('24')])
            Object.assign(results, t.result(await t.run(node, [program], { cwd: join(t.folder, 'traced', program) })));
        }
        return results;
      },
    }),
  ),
];
