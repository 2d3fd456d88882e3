// Cloudflare's workerd, which forbids compiling: wrangler takes the entry of the `workerd` condition, whose wasm is compiled
// ahead.

import { join } from 'node:path';
import type { Environment, Project, Results } from '../support/environment.js';
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
      return dev(t);
    },
  },
  {
    id: 'workerd-vite',
    name: 'workerd condition, Vite',
    how: 'vite build with resolve.conditions workerd; in Chromium',
    group: 'vite',
    browser: 'chromium',
    async run(t) {
      await t.app('index.html', 'report.js');
      await t.write({
        'page.js': page,
        'vite.config.mjs': `
          export default {
            resolve: { conditions: ['workerd', 'module', 'browser', 'development|production'] },
            build: { target: 'esnext' },
          };`,
      });
      await t.run('node', [t.tool('vite/bin/vite.js'), 'build']);
      return t.open('chromium', await t.serve('dist'));
    },
  },
  {
    id: 'workerd-webpack',
    name: 'workerd condition, webpack',
    how: 'conditionNames workerd, asyncWebAssembly; in Chromium',
    group: 'webpack',
    browser: 'chromium',
    async run(t) {
      await t.app('index.html', 'report.js');
      await t.write({
        'page.js': page,
        'webpack.config.mjs': `
          export default {
            mode: 'production',
            entry: './page.js',
            output: { filename: 'page.js' },
            resolve: { conditionNames: ['workerd', '...'] },
            experiments: { asyncWebAssembly: true },
          };`,
      });
      await t.run('node', [t.tool('webpack-cli/bin/cli.js')]);
      await t.copy('index.html', 'dist/index.html');
      return t.open('chromium', await t.serve('dist'));
    },
  },
  {
    id: 'workerd-nitro',
    name: 'workerd condition, Nitro',
    how: 'preset cloudflare_module with experimental.wasm; wrangler dev',
    group: 'nitro',
    groups: ['workerd', 'node'],
    async run(t) {
      await t.write({
        'routes/index.js': "export default defineEventHandler(() => 'ready');",
        'routes/probe.js': `
          import * as nonlin from 'nonlin';
          import * as epynn from 'nonlin/epynn';
          import { fullProbe } from '../probe.js';
          export default defineEventHandler(() => ({ worker: fullProbe(nonlin, epynn) }));`,
        'nitro.config.mjs': "export default { compatibilityDate: '2026-01-01', experimental: { wasm: true } };",
      });
      const nitro = t.tool('nitropack/dist/cli/index.mjs');
      await t.run('node', [nitro, 'build'], { env: { NITRO_PRESET: 'cloudflare_module' } });
      await t.write({
        'wrangler.json': JSON.stringify({
          name: 'nonlin',
          main: '.output/server/index.mjs',
          compatibility_date: '2026-01-01',
          compatibility_flags: ['nodejs_compat'],
          assets: { directory: '.output/public', binding: 'ASSETS' },
        }),
      });
      return dev(t);
    },
  },
];

/** The page of a bundler that takes the condition. */
const page = `
  import * as nonlin from 'nonlin';
  import * as epynn from 'nonlin/epynn';
  import { fullProbe } from './probe.js';
  import { reportAll } from './report.js';
  reportAll(async () => ({ page: fullProbe(nonlin, epynn) }));`;

/** Runs the project's worker and asks it. */
async function dev(t: Project): Promise<Results> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const inspector = await freePort();
  const wrangler = join(t.tools, '../workerd/node_modules/wrangler/bin/wrangler.js');
  const options = ['--ip', '127.0.0.1', '--port', port, '--inspector-port', inspector, '--local'];
  const env = { WRANGLER_SEND_METRICS: 'false', HOME: t.folder, XDG_CONFIG_HOME: t.folder };
  await t.start(t.node(24), [wrangler, 'dev', ...options], { url, env });
  return (await (await fetch(`${url}probe`)).json()) as Results;
}
