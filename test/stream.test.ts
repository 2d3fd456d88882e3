// activationStream: the bits of one call however the data is cut, no more taken than is wanted, and a file that does not fit in
// memory.

import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as nonlin from 'nonlin';
import { activationStream, createPool } from 'nonlin/parallel';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { path } from './support/files.js';

const numbers = (count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => 20 * Math.sin(i * 1.7) ** 3);

/** Pieces of many lengths, also none and less than a row. */
function* cut(x: Float64Array, lengths: readonly number[]): Generator<Float64Array> {
  for (let at = 0, i = 0; at < x.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    yield x.slice(at, at + length);
    at += length;
  }
}

function streamOf(chunks: Iterable<unknown>): ReadableStream<Float64Array> {
  const rest = chunks[Symbol.iterator]() as Iterator<Float64Array>;
  return new ReadableStream({
    pull(controller) {
      const { done, value } = rest.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

async function through(chunks: Iterable<unknown>, stream: TransformStream<Float64Array, Float64Array>): Promise<number[]> {
  const results: number[] = [];
  for await (const chunk of streamOf(chunks).pipeThrough(stream)) results.push(...chunk);
  return results;
}

test('the bits of one call, with a pool too, whatever the chunks are', async () => {
  const x = numbers(30_000);
  const before = x.slice();
  const pool = await createPool({ threads: 2, minimum: 0 });
  for (const own of [{}, { pool }]) {
    for (const lengths of [[1, 0, 7], [4096], [30_000], [9, 10, 11, 999]]) {
      const chunks = [...cut(x, lengths)];
      expect(await through(chunks, activationStream(nonlin.tanh, own))).toEqual([...nonlin.tanh(x)]);
      expect(await through(chunks, activationStream(nonlin.elu, { alpha: 2, ...own }))).toEqual([...nonlin.elu(x, { alpha: 2 })]);
      const rows = nonlin.softmax(x, { shape: [3000, 10], temperature: 3 });
      expect(await through(chunks, activationStream(nonlin.softmax, { columns: 10, temperature: 3, ...own }))).toEqual([...rows]);
    }
  }
  await pool.dispose();
  expect(x).toEqual(before);
});

test('the last axis of a row may be named', async () => {
  for (const axis of [-1, 1, [-1], [1]]) {
    for (const stream of [
      activationStream(nonlin.softmax, { columns: 2, axis }),
      activationStream(nonlin.softmax.with({ axis }), { columns: 2 }),
      activationStream(nonlin.softmax.with({ axis: 0 }), { columns: 2, axis }),
    ]) {
      expect(await through([Float64Array.of(0, 0, 1), Float64Array.of(1)], stream)).toEqual([0.5, 0.5, 0.5, 0.5]);
    }
  }
});

test('a gated unit has half a row, and no pool computes it', async () => {
  const pool = await createPool({ threads: 1 });
  expect(await through([Float64Array.of(3, 0, 5), Float64Array.of(0)], activationStream(nonlin.glu, { columns: 2 }))).toEqual([
    1.5, 2.5,
  ]);
  expect(() => activationStream(nonlin.glu, { columns: 2, pool })).toThrow(
    '"f" expected a function that a pool can compute, got glu',
  );
  await pool.dispose();
});

test('chunks of a subclass are read as what they are; one that was given away is an error', async () => {
  class Bytes extends Float64Array {
    static get [Symbol.species](): Float64ArrayConstructor {
      return Int8Array as never;
    }
  }
  const chunks = [Bytes.of(1, 2, 3), Bytes.of(4)];
  const want = [...nonlin.softmax(Float64Array.of(1, 2, 3, 4), { shape: [2, 2] })];
  expect(await through(chunks, activationStream(nonlin.softmax, { columns: 2 }))).toEqual(want);
  const gone = new Float64Array(2);
  structuredClone(gone, { transfer: [gone.buffer] });
  await expect(through([gone], activationStream(nonlin.sigmoid))).rejects.toThrow(
    '"chunk" expected an array that is not detached, got a detached Float64Array',
  );
});

test('takes no more than is read', async () => {
  let taken = 0;
  const source = new ReadableStream<Float64Array>(
    { pull: (controller) => controller.enqueue(new Float64Array(1000).fill(taken++)) },
    { highWaterMark: 0 },
  );
  const reader = source.pipeThrough(activationStream(nonlin.sigmoid)).getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const waiting = taken;
  expect(waiting).toBeLessThan(5);
  for (let i = 0; i < 100; i++) await reader.read();
  expect(taken).toBeLessThan(waiting + 102);
  await reader.cancel();
});

test('what is wrong is said: options at once, chunks when they come', async () => {
  const attempt = (f: unknown, options: unknown) => () => activationStream(f as typeof nonlin.sigmoid, options as never);
  expect(attempt(nonlin.softmax, {})).toThrow('"columns" expected the length of a row, an integer >= 1, got undefined');
  expect(attempt(nonlin.sigmoid, { columns: 0 })).toThrow(/"columns"/);
  expect(attempt(nonlin.elu, { apha: 1 })).toThrow('"apha" is not an option of elu; did you mean "alpha"?');
  expect(attempt(nonlin.elu, { alpha: Number.NaN })).toThrow(/"alpha" expected a finite number/);
  expect(attempt(Math.exp, {})).toThrow(/"f" expected an activation function/);
  expect(attempt(nonlin.elu, 3)).toThrow(/"options" expected an object/);
  expect(attempt(nonlin.elu, [])).toThrow('"options" expected an object, got an Array');
  expect(attempt(nonlin.elu, { colums: 1 })).toThrow('"colums" is not an option of a call of elu; did you mean "columns"?');
  expect(attempt(nonlin.elu, { columns: null })).toThrow(/"columns" expected the length of a row.*, got null/);
  for (const pool of [null, {}, 3]) expect(attempt(nonlin.elu, { pool })).toThrow(/^"pool" expected a pool from createPool, got/);
  for (const options of [{ columns: 1 }, { alpha: 2 }]) {
    expect(attempt(nonlin.elu, Object.create(options))).toThrow(/expected an own property of the options, got an inherited one$/);
  }
  const mixed = Object.assign(Object.create({ alpha: 2 }), { columns: 2 });
  expect(attempt(nonlin.elu, mixed)).toThrow('"alpha" expected an own property of the options, got an inherited one');
  for (const [axis, got] of [
    [0, '0'],
    [2, '2'],
    [-2, '-2'],
    [[0, 1], '(0, 1)'],
    [[0], '(0)'],
  ] as const) {
    const message = `"axis" expected -1, because the rows of a stream run along the last axis, got ${got}`;
    const refused = expect.objectContaining({ name: 'RangeError', code: 'ERR_AXIS', message });
    expect(attempt(nonlin.softmax, { columns: 2, axis })).toThrow(refused);
    expect(attempt(nonlin.softmax.with({ axis }), { columns: 2 })).toThrow(refused);
  }
  for (const f of [nonlin.prelu, nonlin.softmaxCrossEntropy, nonlin.sigmoidCrossEntropy])
    expect(attempt(f, { columns: 2 })).toThrow(`"f" expected a function of x alone, got ${f.name}`);
  const dtype = expect.objectContaining({
    name: 'TypeError',
    code: 'ERR_DTYPE',
    message: '"chunk" expected a Float64Array, got an Array',
  });
  await expect(through([numbers(3), [1, 2]], activationStream(nonlin.sigmoid))).rejects.toEqual(dtype);
  const shape = expect.objectContaining({ code: 'ERR_SHAPE', message: '"chunk" expected rows of 4 elements, got 3 at the end' });
  await expect(through([numbers(7)], activationStream(nonlin.softmax, { columns: 4 }))).rejects.toEqual(shape);
});

// 64 MB here; NONLIN_STREAM_MB=2048 is what ./build.sh soak does.
const MEGABYTES = Number(process.env['NONLIN_STREAM_MB'] ?? 64);
const COLUMNS = 1000;
const BLOCK = 125 * COLUMNS;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nonlin-stream-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(`examples/stream.ts: a file of ${MEGABYTES} MB in little memory`, { timeout: 1_800_000 }, () => {
  const [from, to] = [join(folder, 'logits.f64'), join(folder, 'probabilities.f64')];
  const blocks = Math.ceil((MEGABYTES * 2 ** 20) / (8 * BLOCK));
  const blockOf = (at: number) => numbers(BLOCK).map((x) => x + (at % 13));
  const file = openSync(from, 'w');
  for (let at = 0; at < blocks; at++) writeSync(file, blockOf(at));
  closeSync(file);
  const program = [
    '--import',
    'tsx',
    path('examples', 'stream.ts'),
    from,
    to,
    '--function',
    'softmax',
    '--columns',
    `${COLUMNS}`,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, program, { encoding: 'utf8', cwd: path() });
  expect(status, stderr).toBe(0);
  const [, memory] = /at most (\d+) MB of memory/.exec(stdout) ?? [];
  // As much for 2 GB as for 64 MB.
  expect(Number(memory), stdout).toBeLessThan(400);
  const results = openSync(to, 'r');
  const got = new Float64Array(BLOCK);
  for (let at = 0; at < blocks; at++) {
    expect(readSync(results, new Uint8Array(got.buffer)), `block ${at}`).toBe(got.byteLength);
    const want = nonlin.softmax(blockOf(at), { shape: [BLOCK / COLUMNS, COLUMNS] });
    expect(Buffer.compare(Buffer.from(got.buffer), Buffer.from(want.buffer)), `bits of block ${at}`).toBe(0);
  }
  expect(readSync(results, new Uint8Array(1))).toBe(0);
  closeSync(results);
});
