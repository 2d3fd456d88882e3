// Long work runs in a worker of its own, one a job, so that the page stays responsive and a job can be stopped at any moment.

import source from 'virtual:worker';
import type { Jobs, Kind, Message } from './worker';

export interface Running<K extends Kind> {
  /** Rejected if the job fails, and with `Stopped` if it is stopped. */
  readonly result: Promise<Jobs[K]['result']>;
  stop(): void;
}

export class Stopped extends Error {}

let address: string | undefined;

/** Starts a job; `onProgress` hears from it before it ends. */
export function start<K extends Kind>(
  kind: K,
  request: Jobs[K]['request'],
  onProgress: (progress: Jobs[K]['progress']) => void = () => undefined,
): Running<K> {
  address ??= URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(address);
  let stop = () => {};
  const result = new Promise<Jobs[K]['result']>((resolve, reject) => {
    stop = () => reject(new Stopped(`${kind} was stopped`));
    worker.onmessage = ({ data }: MessageEvent<Message<K>>) => {
      if ('progress' in data) onProgress(data.progress);
      else if ('result' in data) resolve(data.result);
      else reject(new Error(data.error));
    };
    worker.onerror = ({ message }) => reject(new Error(message));
  }).finally(() => worker.terminate());
  // A job that nobody awaits any more may be stopped without an "unhandled rejection" in the console.
  result.catch(() => undefined);
  worker.postMessage({ kind, request });
  return { result, stop: () => stop() };
}
