// Starts programs in a process group of their own, with a time limit, so that what they start ends with them.

import { spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { basename } from 'node:path';
import type { RunOptions } from './environment.js';

interface Options extends RunOptions {
  readonly signal?: AbortSignal | undefined;
}

/** How a program ended: its exit code, null where there is none. */
interface End {
  readonly code: number | null;
  readonly error?: Error;
}

interface Running {
  readonly pid: number | undefined;
  readonly ended: Promise<End>;
  /** All that it has written so far, and what of it went to stdout. */
  readonly output: () => string;
  readonly stdout: () => string;
}

const running = new Set<Running>();

/** Ends every program that is still running; for the end of the run and for Ctrl-C. */
export function stopAll(): void {
  for (const child of running) stop(child);
}

function stop({ pid }: Running): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

function launch(command: string, args: readonly string[], { cwd, env, signal }: Options): Running {
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, CI: '1', NO_COLOR: '1', FORCE_COLOR: undefined, NODE_OPTIONS: undefined, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<End>((resolve) => {
    child.on('error', (error) => resolve({ code: null, error }));
    child.on('close', (code) => resolve({ code }));
  }).then((end) => {
    running.delete(launched);
    signal?.removeEventListener('abort', abort);
    return end;
  });
  const launched: Running = { pid: child.pid, ended, output: () => output, stdout: () => stdout };
  const abort = () => stop(launched);
  signal?.addEventListener('abort', abort);
  running.add(launched);
  return launched;
}

/** A command as a reader of the result wants it: without the folders of this machine. */
const shown = (command: string, args: readonly string[]): string =>
  [basename(command), ...args.map((arg) => arg.replace(/^.*\/(node_modules|pack)\//, ''))].join(' ');

const tail = (text: string): string => text.trim().split('\n').slice(-30).join('\n');

/**
 * Runs a program to its end and returns what it wrote to stdout; throws with the end of its output when it fails, unless it
 * `mayFail`.
 */
export async function run(command: string, args: readonly string[], options: Options = {}): Promise<string> {
  const child = launch(command, args, options);
  const { code, error } = await child.ended;
  options.signal?.throwIfAborted();
  if (code !== 0 && !(options.mayFail && code !== null)) {
    throw new Error(`${shown(command, args)} ended with ${error?.message ?? code}\n${tail(child.output())}`);
  }
  return child.stdout();
}

/** Runs a program that must end with an error and returns all of its output. */
export async function fail(command: string, args: readonly string[], options: Options = {}): Promise<string> {
  const child = launch(command, args, options);
  const { code, error } = await child.ended;
  options.signal?.throwIfAborted();
  if (error) throw error;
  if (code === 0) throw new Error(`${shown(command, args)} should have failed\n${tail(child.output())}`);
  return child.output();
}

/** Starts a server and waits until it answers at `url`, `patience` seconds at most; returns a function that ends it. */
export async function start(
  command: string,
  args: readonly string[],
  { url, patience = 100, ...options }: Options & { readonly url: string; readonly patience?: number },
): Promise<{ readonly stop: () => void }> {
  const child = launch(command, args, options);
  const deadline = Date.now() + patience * 1000;
  let ended = false;
  child.ended.then(() => {
    ended = true;
  });
  for (;;) {
    const late = Date.now() > deadline;
    if (ended || late) {
      stop(child);
      throw new Error(
        `${shown(command, args)} ${late ? `did not answer in ${patience} s` : 'ended before it answered'}\n${tail(child.output())}`,
      );
    }
    try {
      await fetch(url, { signal: AbortSignal.timeout(10_000) });
      return { stop: () => stop(child) };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** A port of the loopback interface that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
