// Workers that die or fail when they are told to: the pool's own program, with a few lines behind it that look at the first
// number of an input.

import { createRequire, syncBuiltinESMExports } from 'node:module';

/** The worker's process ends. */
export const DIE = 667e300;
/** The worker runs out of memory. */
export const EXHAUST = 668e300;
/** The worker answers that its WebAssembly has no memory left. */
export const REFUSE = 669e300;
/** The worker answers with an error of a class that the pool does not know, without a code. */
export const STUMBLE = 670e300;

const MORTAL = `
const compute = self.onmessage;
self.onmessage = (event) => {
  for (const { inputs: [x] } of event.data.pieces ?? []) {
    if (x[0] === ${DIE}) process.exit(9);
    if (x[0] === ${REFUSE}) return postMessage({ error: { name: 'RangeError', message: 'not enough memory', code: 'ERR_MEMORY' } });
    if (x[0] === ${STUMBLE}) return postMessage({ error: { name: 'EvalError', message: 'strange' } });
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
