// The queue of examples/queue with a Redis of its own, and workers that are killed while they work.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { build } from 'esbuild';
import { softmax } from 'nonlin';
import { path } from './files.js';

const WORKERS = 3;
const COLUMNS = 250;
const TEMPERATURE = 0.7;
const ROWS_A_CHUNK = 100;

export const hasRedis = (): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'redis-server')));

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

const sleep = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(child.exitCode)));

/** The programs of the example, which start faster as they are after a build. */
async function programs(): Promise<string> {
  const outdir = path('build', 'queue');
  const entryPoints = ['run', 'worker'].map((name) => path('examples', 'queue', `${name}.ts`));
  await build({
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
  });
  return outdir;
}

/**
 * Computes `chunks` chunks with three workers, of which each is killed `kills` times at moments spread over the run, and compares
 * the result with what one process computes. Returns what was done, in a line.
 */
export async function runKilled(
  chunks: number,
  kills: number,
  progress: (done: number) => void = () => undefined,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nonlin-queue-'));
  const [from, to, mask] = ['logits.f64', 'probabilities.f64', 'mask.u8'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  // One row less, so that the last chunk is shorter.
  const rows = chunks * ROWS_A_CHUNK - 1;
  const logits = Float64Array.from({ length: rows * COLUMNS }, (_, i) => 30 * Math.sin(i * 1.3) ** 3);
  const masked = Uint8Array.from(logits, (_, i) => Number((i * 7919) % 11 === 0));
  writeFileSync(from, logits);
  writeFileSync(mask, masked);

  const out = await programs();
  const port = await freePort();
  const redis = spawn('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder], {
    stdio: 'ignore',
  });
  const running = new Set<ChildProcess>();
  const start = (program: string, ...args: string[]): ChildProcess => {
    const all = [join(out, program), ...args, '--redis', `redis://127.0.0.1:${port}`];
    const child = spawn(process.execPath, all, { stdio: ['ignore', 'ignore', 'inherit'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
  };
  try {
    await sleep(300);
    const options = ['--columns', `${COLUMNS}`, '--temperature', `${TEMPERATURE}`, '--mask', mask, '--rows', `${ROWS_A_CHUNK}`];
    const producer = start('run.mjs', from, to, ...options);
    const workers = Array.from({ length: WORKERS }, () => start('worker.mjs'));
    const finished = ended(producer);
    const turns = Array.from({ length: WORKERS * kills }, (_, i) => i % WORKERS);
    const results = `${to}.chunks`;
    let killed = 0;
    while (producer.exitCode === null) {
      const done = existsSync(results) ? readdirSync(results).filter((name) => /^chunk-\d+$/.test(name)).length : 0;
      progress(done / chunks);
      if (turns.length > 0 && done >= ((killed + 1) * chunks) / (WORKERS * kills + 2)) {
        const [turn = 0] = turns.splice(randomInt(turns.length), 1);
        workers[turn]?.kill('SIGKILL');
        workers[turn] = start('worker.mjs');
        killed++;
      }
      await Promise.race([sleep(randomInt(5, 40)), finished]);
    }
    if ((await finished) !== 0) throw new Error(`examples/queue/run.ts ended with exit code ${producer.exitCode}`);
    if (turns.length > 0) throw new Error(`only ${killed} of ${WORKERS * kills} workers were killed`);

    const want = softmax(
      logits.map((x, i) => (masked[i] ? Number.NEGATIVE_INFINITY : x)),
      { shape: [rows, COLUMNS], temperature: TEMPERATURE },
    );
    const got = readFileSync(to);
    if (got.length !== want.byteLength) throw new Error(`expected ${want.byteLength} bytes of results, got ${got.length}`);
    if (Buffer.compare(got, Buffer.from(want.buffer)) !== 0)
      throw new Error('the results have other bits than those of one process');
    return `${rows} rows in ${chunks} chunks, ${killed} workers killed, the bits of one process`;
  } finally {
    for (const child of running) child.kill('SIGKILL');
    redis.kill();
    await ended(redis);
    rmSync(folder, { recursive: true, force: true });
  }
}
