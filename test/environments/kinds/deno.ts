// Deno, with the package in node_modules. The default entry asks for no permission.

import { join } from 'node:path';
import type { Environment } from '../support/environment.js';

export const environments: readonly Environment[] = [
  {
    id: 'deno',
    name: 'Deno',
    how: 'import without any permission, external, worker',
    group: 'deno',
    async run(t) {
      await t.write({
        'main.mjs': `
          import * as nonlin from 'nonlin';
          import * as epynn from 'nonlin/epynn';
          import { fullProbe } from './probe.mjs';
          console.log('result ' + JSON.stringify({ import: fullProbe(nonlin, epynn) }));`,
        'external.mjs': `
          import * as external from 'nonlin/external';
          import { probe } from './probe.mjs';
          await external.init();
          const worker = new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' });
          worker.onmessage = (event) => {
            console.log('result ' + JSON.stringify({ external: probe(external), worker: event.data }));
            worker.terminate();
          };`,
        'worker.mjs': `
          import * as nonlin from 'nonlin';
          import { probe } from './probe.mjs';
          postMessage(probe(nonlin));`,
      });
      const deno = t.tool('deno/deno');
      const env = { DENO_DIR: join(t.folder, '.deno'), DENO_NO_UPDATE_CHECK: '1' };
      const run = async (...args: string[]) =>
        t.result(await t.run(deno, ['run', '--no-prompt', '--no-remote', ...args], { env }));
      return { ...(await run('main.mjs')), ...(await run('--allow-read=.', 'external.mjs')) };
    },
  },
];
