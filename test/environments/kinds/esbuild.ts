// esbuild for the browser and for Node. It copies no files, so the wasm file is copied by hand.

import type { Environment } from '../support/environment.js';

const node = (format: 'esm' | 'cjs'): Environment => ({
  id: `esbuild-node-${format}`,
  name: `esbuild, Node (${format === 'esm' ? 'ES module' : 'CommonJS'})`,
  how: `--platform=node --format=${format}, run in Node`,
  group: 'esbuild',
  async run(t) {
    await t.write({
      'server.mjs': `
        import * as nonlin from 'nonlin';
        import * as epynn from 'nonlin/epynn';
        import { fullProbe } from './probe.mjs';
        console.log('result ' + JSON.stringify({ server: fullProbe(nonlin, epynn) }));`,
    });
    const out = `dist/server.${format === 'esm' ? 'mjs' : 'cjs'}`;
    await t.run('node', [
      t.tool('esbuild/bin/esbuild'),
      'server.mjs',
      '--bundle',
      '--platform=node',
      `--format=${format}`,
      `--outfile=${out}`,
    ]);
    await t.remove('node_modules');
    return t.result(await t.run('node', [out]));
  },
});

export const environments: readonly Environment[] = [
  {
    id: 'esbuild',
    name: 'esbuild, browser',
    how: 'page, module worker, external with the file copied; in Chromium',
    group: 'esbuild',
    browser: 'chromium',
    async run(t) {
      await t.app('index.html', 'page.js', 'worker.js', 'report.js', ['external-fetched.js', 'external.js']);
      await t.run('node', [
        t.tool('esbuild/bin/esbuild'),
        'page.js',
        'worker.js',
        '--bundle',
        '--minify',
        '--format=esm',
        '--outdir=dist',
      ]);
      await t.copy('index.html', 'dist/index.html');
      await t.copy('node_modules/nonlin/dist/nonlin_bg.wasm', 'dist/nonlin_bg.wasm');
      return t.open('chromium', await t.serve('dist'));
    },
  },
  node('esm'),
  node('cjs'),
];
