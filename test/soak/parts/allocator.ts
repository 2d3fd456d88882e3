// The module's allocator under a random workload, for as long as there is time.

import { Exercise } from '../../support/allocator.js';
import { type Part, untilTime } from '../part.js';

export const part: Part = {
  name: 'allocator',
  async run(soak) {
    const exercise = new Exercise(soak.seed);
    const timeLeft = untilTime(soak);
    const words = () => `${exercise.steps} steps, ${exercise.live} buffers, peak ${exercise.peak >> 20} MB`;
    while (timeLeft(words)) for (let i = 0; i < 1000; i++) exercise.step();
    exercise.finish();
    return words();
  },
};
