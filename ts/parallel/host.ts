// Workers as browsers have them; Deno and Bun have them too. Node's are in host.parallel.node.ts.

import type { Answer, Request } from './messages.js';

/** A running worker. */
export interface Thread {
  post(request: Request, transfer: ArrayBuffer[]): void;
  /** Whether the process stays alive for it. */
  hold(yes: boolean): void;
  /** Resolves when it runs no longer. */
  end(): Promise<void>;
}

/** Called with each answer, and with the reason when the worker ends by itself. */
export interface Listener {
  readonly onAnswer: (answer: Answer) => void;
  readonly onDeath: (reason: unknown) => void;
}

export const cores = (): number => navigator.hardwareConcurrency;

/** Starts a worker from its program, or from the address of one. */
export function start(program: string, address: string | undefined, { onAnswer, onDeath }: Listener): Thread {
  const url = address ?? URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
  const worker = new Worker(url);
  const release = (): void => {
    if (address === undefined) URL.revokeObjectURL(url);
  };
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    if ('ready' in data) release();
    onAnswer(data);
  };
  worker.onmessageerror = () => onDeath('a message was lost');
  worker.onerror = (event) => {
    event.preventDefault();
    release();
    onDeath(event.message);
  };
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    hold: () => undefined,
    end: async () => worker.terminate(),
  };
}
