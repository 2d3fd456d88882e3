// The page in real browsers, and the guides' examples with other libraries: ./build.sh site --test.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['site/test/*.browser.ts', 'site/test/*.slow.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
