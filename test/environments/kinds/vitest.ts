// Vitest with its node and jsdom environments: the last version that runs on Node 20, and the newest, on Node 24.

import type { Environment } from '../support/environment.js';

const vitest = (group: 'vitest' | 'vitest5', environment: 'node' | 'jsdom'): Environment => ({
  id: `${group}-${environment}`,
  name: `Vitest, ${environment}`,
  how: group === 'vitest5' ? 'on Node 24' : 'on the Node at hand',
  group,
  groups: group === 'vitest5' ? ['node'] : [],
  async run(t) {
    await t.write({
      'probe.test.mjs': `
        import { writeFileSync } from 'node:fs';
        import { test } from 'vitest';
        import * as nonlin from 'nonlin';
        import * as epynn from 'nonlin/epynn';
        import { fullProbe } from './probe.mjs';
        test('the same bits', () => {
          writeFileSync('result.json', JSON.stringify({ test: fullProbe(nonlin, epynn) }));
        });`,
      'vitest.config.mjs': `export default { test: { environment: '${environment}', testTimeout: 60_000, root: ${JSON.stringify(t.folder)} } };`,
    });
    await t.run(group === 'vitest5' ? t.node(24) : 'node', [t.tool('vitest/vitest.mjs'), 'run']);
    return JSON.parse(await t.read('result.json'));
  },
});

export const environments: readonly Environment[] = [
  vitest('vitest', 'node'),
  vitest('vitest', 'jsdom'),
  vitest('vitest5', 'node'),
  vitest('vitest5', 'jsdom'),
];
