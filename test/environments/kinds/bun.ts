// Bun: ES modules, CommonJS, its bundler for the browser.

import type { Environment } from '../support/environment.js';

export const environments: readonly Environment[] = [
  {
    id: 'bun',
    name: 'Bun',
    how: 'import, require, external, bun build',
    group: 'bun',
    browser: 'chromium',
    async run(t) {
      await t.write({
        'esm.mjs': `
          import * as nonlin from 'nonlin';
          import * as epynn from 'nonlin/epynn';
          import * as external from 'nonlin/external';
          import { fullProbe, probe } from './probe.mjs';
          await external.init();
          console.log('result ' + JSON.stringify({ import: fullProbe(nonlin, epynn), external: probe(external) }));`,
        'cjs.cjs': `
          const { probe } = require('./probe.cjs');
          console.log('result ' + JSON.stringify({ require: probe(require('nonlin'), require('nonlin/epynn')) }));`,
        'page.mjs': `
          import * as nonlin from 'nonlin';
          import { probe } from './probe.mjs';
          import { report } from './report.js';
          report({ page: probe(nonlin) });`,
      });
      await t.app('report.js', 'index.html');
      const bun = t.tool('bun/bin/bun');
      const results = { ...t.result(await t.run(bun, ['esm.mjs'])), ...t.result(await t.run(bun, ['cjs.cjs'])) };
      await t.run(bun, ['build', 'page.mjs', '--target=browser', '--outfile=page.js']);
      return { ...results, ...(await t.open('chromium', await t.serve('.'))) };
    },
  },
];
