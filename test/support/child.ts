// Programs that need a Node of their own: flags, a clean heap, another folder.

import { spawnSync } from 'node:child_process';
import { ROOT } from './files.js';

/** Runs an ES module given as text and returns what it printed, as JSON. */
export function run<T>(program: string, flags: readonly string[] = [], folder = ROOT): T {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '--eval', program], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (status !== 0) throw new Error(`node ended with ${status}: ${stderr || stdout}`);
  return JSON.parse(stdout) as T;
}

/** Runs a command to its end and returns what it printed. */
export function command(name: string, args: readonly string[], folder = ROOT): string {
  const { status, stdout, stderr, error } = spawnSync(name, args, { cwd: folder, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** Runs a command that must fail and gives what it wrote to stderr. */
export function failing(name: string, args: readonly string[], folder = ROOT): { readonly stderr: string } {
  const { status, stderr, error } = spawnSync(name, args, { cwd: folder, encoding: 'utf8' });
  if (error) throw error;
  if (status === 0) throw new Error(`${name} ${args.join(' ')} should have failed`);
  return { stderr };
}
