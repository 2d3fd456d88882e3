// The declarations, read by each TypeScript from the oldest to the newest, under each moduleResolution, as ES module and as
// CommonJS, strictly, without skipping the package's own files, with the browser's library and without it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../support/environment.js';

const consumer = new URL('../app/consumer.txt', import.meta.url);
const versions = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', '7.0'];

const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  isolatedModules: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'es2022',
  types: [],
};

export const environments: readonly Environment[] = versions.map((number) => {
  const alias = `typescript${number.replace('.', '')}`;
  return {
    id: alias,
    name: 'TypeScript',
    how: 'moduleResolution node16, nodenext, bundler; ES module and CommonJS; strict; with and without lib dom',
    group: 'typescript',
    quick: false,
    version: (t) => t.version('typescript', alias),
    async run(t) {
      const text = await readFile(consumer, 'utf8');
      const external = "import * as external from 'nonlin/external';\nexport const later: Promise<void> = external.init();\n";
      await t.write({ 'consumer.ts': text + external, 'consumer.mts': text + external, 'consumer.cts': text });
      for (const resolution of ['node16', 'nodenext', 'bundler']) {
        const bundler = resolution === 'bundler';
        for (const lib of [['es2022', 'dom'], ['es2022']]) {
          const config = `tsconfig.${resolution}.${lib.length}.json`;
          const compilerOptions = { ...strict, lib, module: bundler ? 'esnext' : resolution, moduleResolution: resolution };
          const files = bundler ? ['consumer.ts'] : ['consumer.mts', 'consumer.cts'];
          await t.write({ [config]: JSON.stringify({ compilerOptions, files }) });
          await t.run('node', [t.tool(join(alias, 'bin/tsc')), '-p', config, '--pretty', 'false']);
        }
      }
      return {};
    },
  };
});
