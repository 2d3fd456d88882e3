// examples/stream.ts: a file of 2 GB in little memory, made for this and not kept.

import { command } from '../../support/child.js';
import type { Part } from '../part.js';

export const part: Part = {
  name: 'stream',
  async run({ progress }) {
    progress(0, 'a file of 2 GB');
    command('env', ['NONLIN_STREAM_MB=2048', 'npx', 'vitest', 'run', 'test/stream.test.ts', '-t', 'examples/stream']);
    return 'a file of 2,048 MB through softmax, every bit compared, at most 400 MB of memory';
  },
};
