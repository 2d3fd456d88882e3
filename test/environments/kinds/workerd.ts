// Cloudflare's workerd, which forbids compiling: wrangler takes the entry of the `workerd` condition, whose wasm is compiled
// ahead.

import type { Environment } from '../support/environment.js';
import { freePort } from '../support/process.js';

export const environments: readonly Environment[] = [
  {
    id: 'workerd',
    name: 'workerd',
    how: 'wrangler dev, workerd condition',
    group: 'workerd',
    groups: ['node'],
    async run(t) {
      await t.write({
        'worker.js': `
          import * as nonlin from 'nonlin';
          import * as epynn from 'nonlin/epynn';
          import { fullProbe } from './probe.js';
          export default {
            fetch(request) {
              if (!request.url.endsWith('/probe')) return new Response('ready');
              try {
                return Response.json({ worker: fullProbe(nonlin, epynn) });
              } catch (error) {
                return Response.json({ error: String(error.stack) });
              }
            },
          };`,
        'wrangler.json': JSON.stringify({ name: 'nonlin', main: 'worker.js', compatibility_date: '2026-01-01' }),
      });
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/`;
      const inspector = await freePort();
      await t.start(
        t.node(24),
        [
          t.tool('wrangler/bin/wrangler.js'),
          'dev',
          '--ip',
          '127.0.0.1',
          '--port',
          port,
          '--inspector-port',
          inspector,
          '--local',
        ],
        { url, env: { WRANGLER_SEND_METRICS: 'false', HOME: t.folder, XDG_CONFIG_HOME: t.folder } },
      );
      return (await fetch(`${url}probe`)).json();
    },
  },
];
