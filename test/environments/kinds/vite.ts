// Vite with its defaults: the development server, the build, the build for a server.

import type { Environment, Project } from '../support/environment.js';
import { freePort } from '../support/process.js';

const page = (t: Project, external: string): Promise<void> =>
  t.app('index.html', 'page.js', 'worker.js', [external, 'external.js'], 'report.js');

/** The development server of one Vite; its dependency optimizer is where packages with wasm break. */
const development = (group: 'vite' | 'vite7', name: string, how: string, external: string): Environment => ({
  id: `${group}-dev`,
  name,
  how,
  group,
  browser: 'chromium',
  async run(t) {
    await page(t, external);
    await t.copy('node_modules/nonlin/dist/nonlin_bg.wasm', 'nonlin_bg.wasm');
    const port = await freePort();
    const url = `http://localhost:${port}/`;
    await t.start('node', [t.tool('vite/bin/vite.js'), '--port', port, '--strictPort'], { url });
    return t.open('chromium', url);
  },
});

export const environments: readonly Environment[] = [
  development('vite', 'Vite, development server', 'page, module worker, external; in Chromium', 'external.js'),
  // The optimizer before Vite 8 loses the wasm file that external names: init() gets it another way.
  development(
    'vite7',
    'Vite 7, development server',
    'page, module worker, external with init(source); in Chromium',
    'external-fetched.js',
  ),
  {
    id: 'vite-build',
    name: 'Vite, build',
    how: 'page, module worker, external; in Chromium',
    group: 'vite',
    browser: 'chromium',
    async run(t) {
      await page(t, 'external.js');
      await t.run('node', [t.tool('vite/bin/vite.js'), 'build']);
      return t.open('chromium', await t.serve('dist'));
    },
  },
  {
    id: 'vite-ssr',
    name: 'Vite, server build',
    how: 'the package bundled (noExternal), run in Node',
    group: 'vite',
    async run(t) {
      await t.write({
        'server.mjs': `
          import * as nonlin from 'nonlin';
          import * as epynn from 'nonlin/epynn';
          import { fullProbe } from './probe.mjs';
          console.log('result ' + JSON.stringify({ server: fullProbe(nonlin, epynn) }));`,
        'vite.config.mjs': 'export default { ssr: { noExternal: true } };',
      });
      await t.run('node', [t.tool('vite/bin/vite.js'), 'build', '--ssr', 'server.mjs']);
      await t.remove('node_modules');
      return t.result(await t.run('node', ['dist/server.mjs']));
    },
  },
];
