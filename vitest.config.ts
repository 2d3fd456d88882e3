import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'site/test/*.test.ts'],
    // What ships is tested, not what a bundler makes of it.
    server: { deps: { external: [/\/dist\//] } },
    // Where scripts/coverage.sh counts what runs.
    setupFiles: process.env['NODE_V8_COVERAGE'] ? ['test/support/take-coverage.ts'] : [],
    // Vitest leaves one processor to itself, which is half of two.
    maxWorkers: '100%',
    testTimeout: 60_000,
  },
});
