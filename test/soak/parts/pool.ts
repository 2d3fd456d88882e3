// nonlin/parallel: 1,000 workers that die while they compute. Each costs its own call and nothing else.

import { sigmoid } from 'nonlin';
import { createPool } from 'nonlin/parallel';
import { alive, DIE, EXHAUST, makeMortal } from '../../support/mortal.js';
import type { Part } from '../part.js';

const DEATHS = 1000;
/** Of them out of memory, which takes longer to come about. */
const EXHAUSTED = 20;

export const part: Part = {
  name: 'pool',
  async run({ progress }) {
    makeMortal();
    const pool = await createPool({ threads: 2, minimum: 0 });
    let [died, completed] = [0, 0];
    while (died < DEATHS) {
      const calls = Array.from({ length: 8 }, (_, i) => {
        const x = new Float64Array(20_000 * (i + 1)).fill((died + i) / 300);
        const number = died % (DEATHS / EXHAUSTED) === 0 ? EXHAUST : DIE;
        const dies = i === died % 8;
        if (dies) x[0] = number;
        return { dies, x, result: pool.run(sigmoid, x) };
      });
      const settled = await Promise.allSettled(calls.map(({ result }) => result));
      for (const [i, { dies, x }] of calls.entries()) {
        const one = settled[i];
        if (dies) {
          if (one?.status !== 'rejected' || one.reason.code !== 'ERR_WORKER')
            throw new Error(`call ${i} should have died: ${one?.status}`);
          died++;
        } else {
          if (one?.status !== 'fulfilled') throw new Error(`call ${i} was lost: ${one?.reason}`);
          const want = sigmoid(x.subarray(0, 1))[0];
          if (one.value.some((y) => y !== want)) throw new Error(`call ${i} has wrong results`);
          completed++;
        }
      }
      progress(died / DEATHS, `${died} workers died, ${completed} calls beside them complete`);
    }
    await pool.dispose();
    if (alive.size > 0) throw new Error(`${alive.size} workers outlived dispose()`);
    return `${died} workers died (${EXHAUSTED} of them out of memory), ${completed} calls beside them complete, none outlived dispose()`;
  },
};
