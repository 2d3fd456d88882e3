// Workers of browsers, which Deno and Bun have, too. Those of Node are in host.parallel.node.ts.

import type { Answer, Request } from './messages.js';

/** A running worker. */
export interface Thread {
  post(request: Request, transfer: ArrayBuffer[]): void;
  /** Says whether the process has to stay alive for it. */
  hold(yes: boolean): void;
  /** Ends it; resolves when it no longer runs. */
  end(): Promise<void>;
}

/** Called with each answer, and with the reason if the worker ends by itself. */
export interface Listener {
  readonly onAnswer: (answer: Answer) => void;
  readonly onDeath: (reason: unknown) => void;
}

export const cores = (): number => navigator.hardwareConcurrency;

/** Starts a worker from its program, or from an address of that program. */
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
