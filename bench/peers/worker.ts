// Runs a peer in a process of its own, with the protocol of worker.py.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Contender } from '../measure.js';
import type { Problem } from '../plain.js';

/** The problem whose inputs lie in the folder. */
let shared: Problem | undefined;

function share(folder: string, problem: Problem): void {
  if (shared === problem) return;
  for (const name of ['x', 'y', 'dy'] as const) writeFileSync(join(folder, `${name}.f64`), problem[name]);
  shared = problem;
}

export class Worker {
  readonly #folder: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #gone: Promise<never>;

  /** @param folder where inputs and results are left for each other */
  constructor(command: string, args: readonly string[], folder: string) {
    this.#folder = folder;
    this.#child = spawn(command, [...args, folder], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#gone = once(this.#child, 'exit').then(() => Promise.reject(new Error('the process ended')));
    // Reported to whoever waits for a line; nobody may be waiting.
    this.#gone.catch(() => undefined);
  }

  /** The version it announces first. */
  async version(): Promise<string> {
    return (await this.#line()).replace(/^version /, '');
  }

  /** The contender of a problem, or undefined where the peer has no such operation. */
  async make(problem: Problem): Promise<Contender | undefined> {
    const { fn, op, rows, units } = problem;
    share(this.#folder, problem);
    if ((await this.#ask('prepare', fn, op, rows, units)) === 'absent') return undefined;
    return {
      name: '',
      run: async () => {
        await this.#ask('check');
      },
      read: () => new Float64Array(Uint8Array.from(readFileSync(join(this.#folder, 'out.f64'))).buffer),
      time: async (times) => Number(await this.#ask('time', times)),
    };
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }

  async #line(): Promise<string> {
    const next = await Promise.race([this.#lines.next(), this.#gone]);
    if (next.done) throw new Error('the process ended');
    return next.value;
  }

  async #ask(...words: (string | number)[]): Promise<string> {
    this.#child.stdin.write(`${words.join(' ')}\n`);
    const answer = await this.#line();
    if (answer.startsWith('failed')) throw new Error(answer.slice('failed '.length));
    return answer;
  }
}
