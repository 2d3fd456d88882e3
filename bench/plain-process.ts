// Plain JavaScript is timed in a process of its own. As soon as one ArrayBuffer anywhere has been detached, which happens when a
// WebAssembly memory grows, V8 compiles every access to a typed array more carefully: a loop in a closure then takes three times
// as long. People who write plain JavaScript do not pay for that, so it must not count here.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Contender } from './measure.js';
import type { Problem } from './plain.js';

/** The place of a form, or the container it works on. */
export type PlainKind = 'handed' | 'closure' | 'number[]' | 'nested' | 'layer';

export type Question =
  | { readonly ask: 'prepare'; readonly kind: PlainKind; readonly problem: Problem }
  | { readonly ask: 'run' | 'time'; readonly name: string; readonly times: number };
export type Answer =
  | { readonly names: readonly string[] }
  | { readonly nanoseconds: number }
  | { readonly result: Float64Array }
  | { readonly error: string };

export class PlainProcess {
  readonly #child: ChildProcess;

  constructor() {
    // Typed arrays are sent as they are.
    this.#child = fork(fileURLToPath(new URL('plain-worker.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
    });
  }

  /** The forms of a problem, of one kind; the earlier forms of that kind are dropped. */
  async forms(problem: Problem, kind: PlainKind): Promise<Contender[]> {
    const { fn, op, rows, units, x, y, dy, alpha } = problem;
    const answer = await this.#ask({ ask: 'prepare', kind, problem: { fn, op, rows, units, x, y, dy, alpha } });
    return 'names' in answer ? answer.names.map((name) => this.#contender(name)) : [];
  }

  close(): void {
    this.#child.disconnect();
  }

  #contender(name: string): Contender {
    let result: ArrayLike<number> = [];
    return {
      name,
      settles: true,
      run: async (times) => {
        const answer = await this.#ask({ ask: 'run', name, times });
        if ('result' in answer) result = answer.result;
      },
      time: async (times) => {
        const answer = await this.#ask({ ask: 'time', name, times });
        return 'nanoseconds' in answer ? answer.nanoseconds : Number.NaN;
      },
      read: () => result,
    };
  }

  async #ask(question: Question): Promise<Answer> {
    const replied = once(this.#child, 'message');
    this.#child.send(question);
    const [answer]: Answer[] = await replied;
    if (!answer) throw new Error('the process of plain JavaScript sent nothing');
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  }
}
