// Parcel. It reads the exports of packages only when it is told to in package.json; the default entry works either way.

import type { Environment, Project, Results } from '../support/environment.js';

export const environments: readonly Environment[] = [
  {
    id: 'parcel',
    name: 'Parcel',
    how: 'default entry, page and module worker; in Chromium',
    group: 'parcel',
    browser: 'chromium',
    async run(t) {
      await t.app('index.html', 'worker.js', 'report.js');
      await t.write({
        'page.js': `
          import * as nonlin from 'nonlin';
          import { fullProbe } from './probe.js';
          import { reportAll } from './report.js';
          const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
          const inWorker = new Promise((resolve) => { worker.onmessage = (event) => resolve(event.data); });
          reportAll(async () => ({ page: fullProbe(nonlin), worker: await inWorker }));`,
      });
      return build(t);
    },
  },
  {
    id: 'parcel-exports',
    name: 'Parcel with packageExports',
    how: 'page, module worker, external; in Chromium',
    group: 'parcel',
    browser: 'chromium',
    async run(t) {
      await t.manifest({ '@parcel/resolver-default': { packageExports: true } });
      // Parcel takes the folder with a lock file for the project.
      await t.write({ 'package-lock.json': '{}' });
      await t.app('index.html', 'page.js', 'worker.js', 'external.js', 'report.js');
      return build(t);
    },
  },
];

async function build(t: Project): Promise<Results> {
  await t.run('node', [t.tool('parcel/lib/bin.js'), 'build', 'index.html', '--no-cache', '--dist-dir', 'dist']);
  return t.open('chromium', await t.serve('dist'));
}
