// Runs the tests against the sources in ts/ instead of dist/, for ./build.sh mutants ts: those that take less than a few seconds,
// and are not about the package, the machine code or the documentation.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (name: string): string => fileURLToPath(new URL(`../../ts/${name}.ts`, import.meta.url));

const LONG = [
  'accuracy',
  'checksum',
  'lanes',
  'robustness',
  'memory',
  'gradients',
  'engine',
  'properties/*',
  'reference',
  'worst',
  'curves',
  'pytorch',
];
const OTHER_SUBJECTS = [
  'allocator',
  'api',
  'bench',
  'completeness',
  'documentation',
  'faults',
  'links',
  'package',
  'queue',
  'types',
];

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: {
    alias: [
      { find: /^nonlin$/, replacement: source('index') },
      { find: /^nonlin\/(epynn|parallel|external)$/, replacement: source('$1') },
      // As scripts/bundle.ts has it for Node.
      { find: /^\.\/host\.js$/, replacement: source('parallel/host.parallel.node') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...LONG, ...OTHER_SUBJECTS].map((name) => `test/${name}.test.ts`),
    testTimeout: 120_000,
  },
});
