// Jest: CommonJS with its node and jsdom environments, ES modules with the flag that they need there.

import type { Environment } from '../support/environment.js';

const jest = (
  id: string,
  name: string,
  how: string,
  { environment, esm = false }: { readonly environment: 'node' | 'jsdom'; readonly esm?: boolean },
): Environment => ({
  id,
  name,
  how,
  group: 'jest',
  async run(t) {
    const read = esm
      ? `import { writeFileSync } from 'node:fs';
         import * as nonlin from 'nonlin';
         import * as epynn from 'nonlin/epynn';
         import { fullProbe } from './probe.mjs';`
      : `const { writeFileSync } = require('node:fs');
         const nonlin = require('nonlin');
         const epynn = require('nonlin/epynn');
         const { fullProbe } = require('./probe.cjs');`;
    await t.write({
      [`probe.test.${esm ? 'mjs' : 'cjs'}`]: `
        ${read}
        test('the same bits', () => {
          writeFileSync('result.json', JSON.stringify({ test: fullProbe(nonlin, epynn) }));
        });`,
      'jest.config.json': JSON.stringify({
        testEnvironment: environment,
        testMatch: ['**/*.test.?js'],
        moduleFileExtensions: ['mjs', 'cjs', 'js'],
        transform: {},
        testTimeout: 60_000,
        cacheDirectory: '.jest',
      }),
    });
    const flags = esm ? ['--experimental-vm-modules'] : [];
    await t.run('node', [...flags, t.tool('jest/bin/jest.js'), '--ci']);
    return JSON.parse(await t.read('result.json'));
  },
});

export const environments: readonly Environment[] = [
  jest('jest-node', 'Jest, node', 'CommonJS', { environment: 'node' }),
  jest('jest-jsdom', 'Jest, jsdom', 'CommonJS', { environment: 'jsdom' }),
  jest('jest-esm', 'Jest, ES modules', '--experimental-vm-modules', { environment: 'node', esm: true }),
];
