// The queue of examples/queue: three workers, each killed ten times.

import { hasRedis, runKilled } from '../../support/queue.js';
import type { Part } from '../part.js';

export const part: Part = {
  name: 'queue',
  async run({ progress }) {
    if (!hasRedis()) return 'left out, as there is no redis-server: ./build.sh engine installs it';
    return runKilled(600, 10, (share) => progress(share, 'chunks'));
  },
};
