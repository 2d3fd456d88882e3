// Rollup with nothing but its resolver of packages. It copies no files, so the wasm file is copied by hand.

import type { Environment } from '../support/environment.js';

export const environments: readonly Environment[] = [
  {
    id: 'rollup',
    name: 'Rollup',
    how: 'page, module worker, external with the file copied; in Chromium',
    group: 'rollup',
    browser: 'chromium',
    async run(t) {
      await t.app('index.html', 'page.js', 'worker.js', 'report.js', ['external-fetched.js', 'external.js']);
      await t.run('node', [
        t.tool('rollup/dist/bin/rollup'),
        'page.js',
        'worker.js',
        '-p',
        '@rollup/plugin-node-resolve',
        '-d',
        'dist',
        '-f',
        'es',
        '--failAfterWarnings',
      ]);
      await t.copy('index.html', 'dist/index.html');
      await t.copy('node_modules/nonlin/dist/nonlin_bg.wasm', 'dist/nonlin_bg.wasm');
      return t.open('chromium', await t.serve('dist'));
    },
  },
];
