// examples/queue: every row exactly once and with the bits of one process, though workers are killed. Ten times each in
// ./build.sh soak.

import { expect, test } from 'vitest';
import { hasRedis, runKilled } from './support/queue.js';

test.skipIf(!hasRedis())('a queue whose workers are killed loses and repeats no row', { timeout: 300_000 }, async () => {
  expect(await runKilled(60, 1)).toMatch(/3 workers killed/);
});
