// A program that a part runs beside itself, with what it prints as progress.

import { spawn } from 'node:child_process';
import { ROOT } from '../support/files.js';
import type { Soak } from './part.js';

/** Runs a program to its end and returns what it printed. The share of the work that is done is taken from the time. */
export function runBeside(
  soak: Soak,
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const start = performance.now();
  const child = spawn(program, args, { cwd: ROOT, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const note = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout.on('data', note);
  child.stderr.on('data', note);
  const timer = setInterval(() => {
    const share = (performance.now() - start) / 1000 / soak.seconds;
    soak.progress(Math.min(1, share), text.trimEnd().split('\n').at(-1)?.slice(0, 60) ?? '');
  }, 500);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      clearInterval(timer);
      if (status === 0) resolve(text);
      else reject(new Error(`${program} ${args.join(' ')} ended with ${status}:\n${text.slice(-4000)}`));
    });
  });
}
