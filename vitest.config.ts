import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'site/test/*.test.ts'],
    // What ships is tested, not what a bundler makes of it.
    server: { deps: { external: [/\/dist\//] } },
    // Where scripts/coverage.sh counts what runs.
    setupFiles: process.env['NODE_V8_COVERAGE'] ? ['test/support/take-coverage.ts'] : [],
    testTimeout: 60_000,
  },
});
