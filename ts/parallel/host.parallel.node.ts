// Replaces host.ts under the condition "node": worker threads.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Listener, Thread } from './host.js';
import type { Answer } from './messages.js';

export const cores = availableParallelism;

/** Gives a worker thread the globals of a browser's worker. */
const BRIDGE = `
const { parentPort } = require('node:worker_threads');
globalThis.self = globalThis;
globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
parentPort.on('message', (data) => globalThis.onmessage({ data }));
`;

/**
 * The address is only for pages, as Node forbids no program. `execArgv` is empty because flags such as --input-type=module would
 * change how the program is read.
 */
export function start(program: string, _address: string | undefined, { onAnswer, onDeath }: Listener): Thread {
  const worker = new Worker(BRIDGE + program, { eval: true, execArgv: [], name: 'nonlin' });
  worker.on('message', (answer) => onAnswer(answer as Answer));
  worker.on('messageerror', onDeath);
  worker.on('error', onDeath);
  worker.on('exit', (code) => onDeath(`it ended with exit code ${code}`));
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    hold: (yes) => (yes ? worker.ref() : worker.unref()),
    end: async () => void (await worker.terminate()),
  };
}
