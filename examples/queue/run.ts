// Softmax probabilities of a logits file that is larger than one machine likes, by workers that share a queue in Redis.
//
//   ./build.sh engine                                       Redis on this machine, where none answers
//   npx tsx examples/queue/worker.ts &                      as many as there are cores
//   npx tsx examples/queue/run.ts logits.f64 probabilities.f64 --columns 1000 [--temperature 0.7] [--mask mask.u8] [--rows 10000]
//
// It may be stopped and started again: chunks that have their file are not computed again.

import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type JobsOptions, Queue, QueueEvents } from 'bullmq';
import cliProgress from 'cli-progress';
import { connection } from './connection.js';
import { type Chunk, type Matrix, nameOf, QUEUE } from './matrix.js';

const { values, positionals } = parseArgs({
  options: {
    columns: { type: 'string' },
    temperature: { type: 'string', default: '1' },
    mask: { type: 'string' },
    rows: { type: 'string', default: '10000' },
    redis: { type: 'string' },
  },
  allowPositionals: true,
});
const [from, to] = positionals;
if (!from || !to || !values.columns) throw new Error('usage: run.ts logits.f64 probabilities.f64 --columns n');

const columns = Number(values.columns);
const rows = statSync(from).size / 8 / columns;
const perChunk = Number(values.rows);
const count = Math.ceil(rows / perChunk);
const results = `${resolve(to)}.chunks`;
const matrix: Matrix = {
  file: resolve(from),
  mask: values.mask && resolve(values.mask),
  columns,
  temperature: Number(values.temperature),
  results,
};
if (!Number.isInteger(rows)) throw new Error(`${from} does not hold whole rows of ${columns}`);
mkdirSync(results, { recursive: true });

const queue = new Queue<Chunk>(QUEUE, { connection: connection() });
const events = new QueueEvents(QUEUE, { connection: connection() });
await events.waitUntilReady();
await queue.obliterate({ force: true });
const options = (chunk: number): JobsOptions => ({ jobId: nameOf(chunk), attempts: 3, backoff: 1000, removeOnComplete: false });
const chunks = Array.from({ length: count }, (_, chunk) => chunk).filter((chunk) => !existsSync(join(results, nameOf(chunk))));
for (let at = 0; at < chunks.length; at += 1000) {
  await queue.addBulk(
    chunks.slice(at, at + 1000).map((chunk) => {
      const offset = chunk * perChunk;
      return {
        name: 'softmax',
        data: { ...matrix, chunk, offset, rows: Math.min(perChunk, rows - offset) },
        opts: options(chunk),
      };
    }),
  );
}

const bar = new cliProgress.SingleBar({ format: '{bar} {value}/{total} chunks  {active} active  {eta_formatted} left' });
bar.start(chunks.length, 0, { active: 0 });
for (let completed = 0; completed < chunks.length; ) {
  const counts = await queue.getJobCounts('completed', 'active', 'failed');
  completed = counts['completed'] ?? 0;
  bar.update(completed, { active: counts['active'] });
  if (counts['failed']) {
    const [failed] = await queue.getFailed(0, 0);
    throw new Error(`${failed?.id} failed: ${failed?.failedReason}`);
  }
  if (completed < chunks.length) await new Promise((wait) => setTimeout(wait, 200));
}
bar.stop();

writeFileSync(to, '');
for (let chunk = 0; chunk < count; chunk++) appendFileSync(to, readFileSync(join(results, nameOf(chunk))));
rmSync(results, { recursive: true });
await queue.obliterate({ force: true });
await Promise.all([queue.close(), events.close()]);
console.log(`${rows} rows of ${columns} in ${to}`);
