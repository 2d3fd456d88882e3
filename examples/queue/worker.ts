// A worker: takes jobs from the queue until it is told to end. Start as many as there are cores, on as many machines as see the files.
//
//   npx tsx examples/queue/worker.ts [--redis redis://127.0.0.1:6379]

import { Worker } from 'bullmq';
import { connection } from './connection.js';
import { type Chunk, compute, QUEUE } from './matrix.js';

const worker = new Worker<Chunk>(QUEUE, async ({ data }) => compute(data), {
  connection: connection(),
  // A job whose worker was killed goes to another after this time; one that takes longer is not lost, as its lock is renewed.
  lockDuration: 5000,
  stalledInterval: 2500,
  // How often that may happen to one job: a job that kills its worker would do it again and again.
  maxStalledCount: 20,
});
worker.on('error', (error) => console.error(error.message));
process.once('SIGTERM', () => void worker.close().then(() => process.exit()));
