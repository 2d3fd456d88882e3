// ./build.sh soak: long runs of what must hold for hours. tsx test/soak/run.ts [options]
//
//   --seconds n    how long each part may take, about (90)
//   --seed n       what random numbers begin with; the time of day otherwise. A failure names it
//   --only a,b     only these parts
//
// Each part is a file in parts/.

import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { path } from '../support/files.js';
import type { Part } from './part.js';

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '90' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const seconds = Number(options.seconds);
const seed = options.seed === undefined ? Date.now() % 1_000_000_007 : Number(options.seed);
const only = options.only?.split(',');

const files = readdirSync(path('test', 'soak', 'parts')).filter((name) => name.endsWith('.ts'));
const parts = await Promise.all(files.map(async (name) => ((await import(`./parts/${name}`)) as { part: Part }).part));
const unknown = only?.filter((name) => !parts.some((part) => part.name === name)) ?? [];
if (unknown.length > 0) throw new Error(`no part is called ${unknown}; there are ${parts.map(({ name }) => name)}`);

/** Runs one part with its line of progress: a bar on a terminal, a line every ten seconds elsewhere. */
async function runPart({ name, run }: Part): Promise<boolean> {
  const start = performance.now();
  const passed = () => `${Math.round((performance.now() - start) / 1000)} s`;
  const bar = process.stdout.isTTY
    ? new SingleBar({ format: `  ${name.padEnd(12)} {bar} {percentage} %  {words}`, hideCursor: true, clearOnComplete: true })
    : undefined;
  let shown = performance.now();
  bar?.start(1000, 0, { words: '' });
  const progress = (share: number, words: string) => {
    bar?.update(Math.round(1000 * share), { words });
    if (bar || performance.now() - shown < 10_000) return;
    shown = performance.now();
    console.log(`  ${name}: ${Math.round(100 * share)} %, ${words}`);
  };
  try {
    const done = await run({ seconds, seed, progress });
    bar?.stop();
    console.log(`  ${name}: ${done} (${passed()})`);
    return true;
  } catch (error) {
    bar?.stop();
    console.log(`  ${name}: FAILED after ${passed()}; again with --only ${name} --seed ${seed}\n${(error as Error).stack}`);
    return false;
  }
}

let failed = 0;
const chosen = parts.filter(({ name }) => only === undefined || only.includes(name));
for (const part of chosen) if (!(await runPart(part))) failed++;
console.log(`${chosen.length - failed} passed, ${failed} failed; seed ${seed}`);
process.exitCode = failed > 0 ? 1 : 0;
