// A file of float64 numbers, larger than memory if need be, through an activation function into another file.
//
//   npx tsx examples/stream.ts logits.f64 probabilities.f64 --function softmax --columns 1000 [--threads 2]
//
// The numbers are little-endian, one row after the other. What is in memory at a time is a few chunks of 4 MB.

import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import * as nonlin from 'nonlin';
import { activationStream, createPool } from 'nonlin/parallel';

const CHUNK = 1 << 22;

const { values, positionals } = parseArgs({
  options: { function: { type: 'string', default: 'sigmoid' }, columns: { type: 'string' }, threads: { type: 'string' } },
  allowPositionals: true,
});
const [from, to] = positionals;
const f = new Map<string, unknown>(Object.entries(nonlin)).get(values.function) as nonlin.ActivationFunction | undefined;
if (!from || !to || !f) throw new Error('usage: stream.ts input.f64 output.f64 --function name [--columns n] [--threads n]');

const total = statSync(from).size;
const bar = new cliProgress.SingleBar({ format: '{bar} {percentage} %  {speed} MB/s  {eta_formatted} left', hideCursor: true });
const start = performance.now();
let done = 0;

/** Bytes as numbers; a number may be cut in two by the end of a chunk. */
async function* numbers(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Float64Array> {
  let rest = new Uint8Array(0);
  for await (const chunk of chunks) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    const whole = bytes.length - (bytes.length % 8);
    rest = bytes.slice(whole);
    yield new Float64Array(bytes.buffer, 0, whole / 8);
  }
}

async function* bytes(chunks: AsyncIterable<Float64Array>): AsyncGenerator<Uint8Array> {
  for await (const { buffer, byteOffset, byteLength } of chunks) {
    done += byteLength;
    bar.update(done, { speed: (done / 1e3 / (performance.now() - start)).toFixed(0) });
    yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}

const pool = values.threads ? await createPool({ threads: Number(values.threads) }) : undefined;
const stream = activationStream(f, {
  ...(values.columns ? { columns: Number(values.columns) } : {}),
  ...(pool ? { pool } : {}),
});
bar.start(total, 0, { speed: '–' });
await pipeline(
  createReadStream(from, { highWaterMark: CHUNK }),
  numbers,
  // The same class, but TypeScript has one type of it for browsers and one for Node.
  Duplex.fromWeb(stream as Parameters<typeof Duplex.fromWeb>[0], { objectMode: true, highWaterMark: 1 }),
  bytes,
  createWriteStream(to),
);
bar.update(done);
bar.stop();
await pool?.dispose();
const megabytes = process.resourceUsage().maxRSS >> 10;
console.log(
  `${(done / 2 ** 20).toFixed(0)} MB in ${((performance.now() - start) / 1000).toFixed(1)} s, at most ${megabytes} MB of memory`,
);
