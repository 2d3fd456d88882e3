// Workers that die when they are told to: the pool's own program, with a few lines behind it that look at the first number of an input.

import { createRequire, syncBuiltinESMExports } from 'node:module';

/** The worker's process ends. */
export const DIE = 667e300;
/** The worker runs out of memory. */
export const EXHAUST = 668e300;

const MORTAL = `
const compute = self.onmessage;
self.onmessage = (event) => {
  for (const { inputs: [x] } of event.data.pieces ?? []) {
    if (x[0] === ${DIE}) process.exit(9);
    if (x[0] === ${EXHAUST}) for (const all = []; ; ) all.push(new Array(1e6).fill(0.5));
  }
  compute(event);
};
`;

interface WorkerOptions {
  readonly eval: true;
  readonly name: string;
  readonly resourceLimits?: { readonly maxOldGenerationSizeMb: number };
}

const threads = createRequire(import.meta.url)('node:worker_threads') as {
  Worker: new (
    program: string,
    options: WorkerOptions,
  ) => { readonly threadId: number; on(event: 'exit', listener: () => void): void };
};

/** How many worker threads run at this moment. */
export const alive = new Set<object>();

/** From now on the pools of this process have such workers. */
export function makeMortal(): void {
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(program: string, options: WorkerOptions) {
      super(program + MORTAL, { ...options, resourceLimits: { maxOldGenerationSizeMb: 32 } });
      alive.add(this);
      this.on('exit', () => alive.delete(this));
    }
  };
  syncBuiltinESMExports();
}
