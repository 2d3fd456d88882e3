// One run at a time in one copy of the project: they share the folders.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
};

/** Waits until no other run holds `cache`, then holds it; returns what frees it. */
export async function lock(cache: string): Promise<() => Promise<void>> {
  await mkdir(cache, { recursive: true });
  const file = join(cache, 'running');
  for (let said = false; ; ) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const pid = Number(await readFile(file, 'utf8').catch(() => '0'));
    if (pid > 0 && !alive(pid)) {
      // Left behind by a run that was killed.
      await rm(file, { force: true });
      continue;
    }
    if (!said) console.log(`waiting for the run of process ${pid} to end`);
    said = true;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
