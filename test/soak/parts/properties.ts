// The properties of test/properties, for as long as there is time.

import { path } from '../../support/files.js';
import { runBeside } from '../command.js';
import type { Part } from '../part.js';

/** About so many properties there are; two files run at a time. */
const PROPERTIES = 200;

export const part: Part = {
  name: 'properties',
  async run(soak) {
    const each = Math.max(0.1, (2 * soak.seconds) / PROPERTIES);
    const text = await runBeside(
      soak,
      process.execPath,
      [path('node_modules', 'vitest', 'vitest.mjs'), 'run', 'test/properties'],
      {
        SOAK_SECONDS: String(each),
        SOAK_SEED: String(soak.seed),
        NO_COLOR: '1',
      },
    );
    return `${/Tests\s+(\d+) passed/.exec(text)?.[1]} properties, ${each} s each`;
  },
};
