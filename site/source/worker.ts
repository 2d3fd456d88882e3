// The page's worker: gets one job, reports its progress, and sends its result.

import * as benchmark from './jobs/benchmark';
import * as digests from './jobs/digests';
import * as errors from './jobs/errors';
import * as training from './jobs/training';

interface Job<Request, Progress, Result> {
  readonly request: Request;
  readonly progress: Progress;
  readonly result: Result;
}

export interface Jobs {
  readonly benchmark: Job<benchmark.Request, benchmark.Progress, benchmark.Result>;
  readonly digests: Job<digests.Request, digests.Progress, digests.Result>;
  readonly errors: Job<errors.Request, never, errors.Result>;
  readonly training: Job<training.Request, training.Progress, training.Result>;
}

export type Kind = keyof Jobs;

export type Message<K extends Kind> =
  | { readonly progress: Jobs[K]['progress'] }
  | { readonly result: Jobs[K]['result'] }
  | { readonly error: string };

const RUN: {
  readonly [K in Kind]: (request: Jobs[K]['request'], report: (progress: Jobs[K]['progress']) => void) => Jobs[K]['result'];
} = {
  benchmark: benchmark.run,
  digests: digests.run,
  errors: errors.run,
  training: training.run,
};

function perform<K extends Kind>(kind: K, request: Jobs[K]['request']): void {
  const send = (message: Message<K>) => postMessage(message);
  try {
    send({ result: RUN[kind](request, (progress) => send({ progress })) });
  } catch (error) {
    send({ error: error instanceof Error ? error.message : String(error) });
  }
}

addEventListener('message', ({ data: { kind, request } }: MessageEvent<{ kind: Kind; request: never }>) =>
  perform(kind, request),
);
