// The workers of a pool. Each has up to two messages of one job, so that it has work while the next message is copied. A worker
// that dies takes only that job with it, and a new one is started when there is work again.

import { program } from '../../build/worker-text.js';
import { labelled } from '../errors.js';
import { type Listener, start, type Thread } from './host.js';
import type { Batch, Job } from './job.js';
import { type Answer, buffersOf } from './messages.js';

const MOST_SENT = 2;

interface Worker {
  readonly thread: Thread;
  readonly sent: { readonly job: Job; readonly batch: Batch }[];
  /** The modules it has received. */
  modules: readonly WebAssembly.Module[] | undefined;
}

export class Crew {
  private readonly workers: (Worker | undefined)[];
  private readonly jobs = new Set<Job>();
  private readonly address: string | undefined;
  private modules: readonly WebAssembly.Module[] | undefined;
  private ended: Promise<void> | undefined;

  constructor(threads: number, address: string | undefined) {
    this.workers = new Array(threads).fill(undefined);
    this.address = address;
  }

  get threads(): number {
    return this.workers.length;
  }

  get disposed(): boolean {
    return this.ended !== undefined;
  }

  /** Starts all workers; resolves when they are running. */
  async begin(): Promise<void> {
    await Promise.all(
      this.workers.map((_, at) => new Promise<void>((resolve, reject) => this.start(at, resolve, reject).thread.hold(true))),
    );
    for (const worker of this.workers) worker?.thread.hold(false);
  }

  async run(job: Job, modules: readonly WebAssembly.Module[]): Promise<unknown[]> {
    this.modules = modules;
    this.jobs.add(job);
    const results = job.results();
    this.send();
    try {
      return await results;
    } finally {
      this.jobs.delete(job);
    }
  }

  /** Ends all workers; the jobs they were computing fail. Resolves when all have ended. */
  end(): Promise<void> {
    this.ended ??= this.endAll();
    return this.ended;
  }

  private async endAll(): Promise<void> {
    const workers = this.workers.splice(0);
    for (const job of this.jobs) job.fail(disposed());
    await Promise.all(workers.map((worker) => worker?.thread.end()));
    for (const worker of workers) if (worker) drop(worker);
  }

  private start(at: number, onReady: () => void = () => undefined, onDeath: (reason: unknown) => void = () => undefined): Worker {
    const listener: Listener = {
      onAnswer: (answer) => ('ready' in answer ? onReady() : this.receive(worker, answer)),
      onDeath: (reason) => {
        onDeath(reason);
        this.bury(at, worker, reason);
      },
    };
    const worker: Worker = { thread: start(program, this.address, listener), sent: [], modules: undefined };
    this.workers[at] = worker;
    return worker;
  }

  /** Gives every worker as much as it can take, serving idle ones first. */
  private send(): void {
    for (let depth = 1; depth <= MOST_SENT; depth++) {
      for (let at = 0; at < this.workers.length; at++) {
        const sent = this.workers[at]?.sent ?? [];
        if (sent.length >= depth) continue;
        const own = sent[0]?.job;
        for (const job of own ? [own] : this.jobs) {
          const batch = job.next();
          if (!batch) continue;
          try {
            this.post(this.workers[at] ?? this.start(at), job, batch);
          } catch (error) {
            // No worker could be started, or the host does not allow this memory to be sent.
            job.fail(error);
            job.take(batch, undefined);
          }
          break;
        }
      }
    }
  }

  private post(worker: Worker, job: Job, batch: Batch): void {
    const { thread, sent } = worker;
    const { modules } = this;
    // The modules differ if a second copy of the package is used.
    if (modules && worker.modules !== modules) thread.post({ modules }, []);
    worker.modules = modules;
    thread.post({ pieces: batch.pieces }, buffersOf(batch.pieces));
    if (sent.length === 0) thread.hold(true);
    sent.push({ job, batch });
  }

  private receive(worker: Worker, answer: Exclude<Answer, { readonly ready: true }>): void {
    const { thread, sent } = worker;
    const first = sent.shift();
    if (sent.length === 0) thread.hold(false);
    if (!first) return;
    if ('error' in answer) first.job.fail(remade(answer.error));
    first.job.take(first.batch, 'error' in answer ? undefined : answer.pieces);
    this.send();
  }

  private bury(at: number, worker: Worker, reason: unknown): void {
    if (this.workers[at] !== worker) return;
    this.workers[at] = undefined;
    for (const { job } of worker.sent) job.fail(died(reason));
    // In a browser, a worker may still be running after its error; only when it has ended are the arrays free again.
    void worker.thread.end().then(() => {
      drop(worker);
      this.send();
    });
  }
}

/** Takes back what was sent to a worker that has ended. */
function drop({ sent }: Worker): void {
  for (const { job, batch } of sent.splice(0)) job.take(batch, undefined);
}

export const disposed = (): Error => labelled(TypeError, 'ERR_DISPOSED', '"pool" expected a live pool, got one that is disposed');

function died(reason: unknown): Error {
  const words = reason instanceof Error ? reason.message : reason;
  return labelled(Error, 'ERR_WORKER', `a worker of the pool died while computing this call: ${words}`, reason);
}

const CLASSES: Readonly<Record<string, ErrorConstructor>> = { RangeError, TypeError };

/** The error of a worker, made again on this thread. */
function remade({ name, message, code }: { readonly name: string; readonly message: string; readonly code: unknown }): Error {
  const error = new (CLASSES[name] ?? Error)(message);
  return code === undefined ? error : Object.assign(error, { code });
}
