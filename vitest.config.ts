import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'site/test/*.test.ts'],
    // What ships is tested, not what a bundler makes of it.
    server: { deps: { external: [/\/dist\//] } },
    testTimeout: 60_000,
  },
});
