// Vite with its defaults: the development server with its dependency optimizer, and the build; page and worker.

import { freePort } from '../support/process.mjs';

const page = (t) => t.app('index.html', 'page.js', 'worker.js', 'external.js', 'report.js');

export default [
  {
    id: 'vite-dev',
    name: 'Vite, development server',
    how: 'page, module worker, external; in Chromium',
    group: 'vite',
    browser: 'chromium',
    async run(t) {
      await page(t);
      const port = await freePort();
      const url = `http://localhost:${port}/`;
      await t.start('node', [t.tool('vite/bin/vite.js'), '--port', port, '--strictPort'], { url });
      return t.open('chromium', url);
    },
  },
  {
    id: 'vite-build',
    name: 'Vite, build',
    how: 'page, module worker, external; in Chromium',
    group: 'vite',
    browser: 'chromium',
    async run(t) {
      await page(t);
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
