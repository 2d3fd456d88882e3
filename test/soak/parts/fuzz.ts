// The kernels on random numbers, sizes, operations and hyperparameters: crate/tests/fuzz.rs, for as long as there is time.

import { runBeside } from '../command.js';
import type { Part } from '../part.js';

export const part: Part = {
  name: 'fuzz',
  async run(soak) {
    const text = await runBeside(
      soak,
      'cargo',
      ['test', '-p', 'nonlin', '--all-features', '--test', 'fuzz', '--', '--nocapture'],
      {
        SOAK_SECONDS: String(soak.seconds),
        SOAK_SEED: String(soak.seed),
        // So that the end of what it prints names all that failed.
        RUST_BACKTRACE: '0',
      },
    );
    return [...text.matchAll(/[a-z ]+: \d+ rounds/g)].map(([found]) => found.trim()).join(', ');
  },
};
