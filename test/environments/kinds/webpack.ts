// webpack with its defaults, for the browser and for Node.

import type { Environment } from '../support/environment.js';

const program = (name: string): string => `
  import * as nonlin from 'nonlin';
  import * as epynn from 'nonlin/epynn';
  import { fullProbe } from './probe.mjs';
  console.log('result ' + JSON.stringify({ ${name}: fullProbe(nonlin, epynn) }));`;

export const environments: readonly Environment[] = [
  {
    id: 'webpack',
    name: 'webpack, browser',
    how: 'page, module worker, external; in Chromium',
    group: 'webpack',
    browser: 'chromium',
    async run(t) {
      await t.app('index.html', 'page.js', 'worker.js', 'external.js', 'report.js');
      await t.run('node', [
        t.tool('webpack-cli/bin/cli.js'),
        '--mode',
        'production',
        '--entry',
        './page.js',
        '--output-filename',
        'page.js',
      ]);
      await t.copy('index.html', 'dist/index.html');
      return t.open('chromium', await t.serve('dist'));
    },
  },
  {
    id: 'webpack-node',
    name: 'webpack, Node',
    how: '--target node, run in Node',
    group: 'webpack',
    async run(t) {
      await t.write({ 'server.mjs': program('server') });
      await t.run('node', [
        t.tool('webpack-cli/bin/cli.js'),
        '--mode',
        'production',
        '--target',
        'node',
        '--entry',
        './server.mjs',
        '--output-filename',
        'server.cjs',
      ]);
      await t.remove('node_modules');
      return t.result(await t.run('node', ['dist/server.cjs']));
    },
  },
];
