// Starts programs in a process group of their own, with a time limit, so that what they start ends with them.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { basename } from 'node:path';

const running = new Set();

/** Ends every program that is still running; for the end of the run and for Ctrl-C. */
export function stopAll() {
  for (const child of running) stop(child);
}

function stop(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

function launch(command, args, { cwd, env, signal } = {}) {
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, CI: '1', NO_COLOR: '1', FORCE_COLOR: undefined, NODE_OPTIONS: undefined, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.output = '';
  child.stdoutText = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    child.output += text;
    child.stdoutText += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    child.output += text;
  });
  const abort = () => stop(child);
  signal?.addEventListener('abort', abort);
  child.ended = new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, error }));
    child.on('close', (code) => resolve({ code }));
  }).then((end) => {
    running.delete(child);
    signal?.removeEventListener('abort', abort);
    return end;
  });
  return child;
}

/** A command as a reader of the result wants it: without the folders of this machine. */
const shown = (command, args) =>
  [basename(command), ...args.map((arg) => arg.replace(/^.*\/(node_modules|pack)\//, ''))].join(' ');

const tail = (text) => text.trim().split('\n').slice(-30).join('\n');

/**
 * Runs a program to its end and returns what it wrote to stdout; throws with the end of its output when it fails, unless it
 * `mayFail`.
 */
export async function run(command, args, options = {}) {
  const child = launch(command, args, options);
  const { code, error } = await child.ended;
  options.signal?.throwIfAborted();
  if (code !== 0 && !(options.mayFail && code !== null)) {
    throw new Error(`${shown(command, args)} ended with ${error?.message ?? code}\n${tail(child.output)}`);
  }
  return child.stdoutText;
}

/** Starts a server and waits until it answers at `url`, `patience` seconds at most; returns a function that ends it. */
export async function start(command, args, { url, patience = 100, ...options }) {
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
        `${shown(command, args)} ${late ? `did not answer in ${patience} s` : 'ended before it answered'}\n${tail(child.output)}`,
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
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
