// The matrix file of a job, and the part of it that one job computes. Rows never travel through the queue: a job says where they are.

import { closeSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { softmax } from 'nonlin';

/** The name of the queue in Redis. */
export const QUEUE = 'nonlin';

/** What all jobs of a run share: little-endian float64 logits row by row, and what is made of them. */
export interface Matrix {
  readonly file: string;
  /** Bytes, one an element: what is not 0 is masked. */
  readonly mask?: string | undefined;
  readonly columns: number;
  readonly temperature: number;
  /** The folder that the results go to, one file a chunk. */
  readonly results: string;
}

/** One job. */
export interface Chunk extends Matrix {
  readonly chunk: number;
  readonly offset: number;
  readonly rows: number;
}

/** The file of a chunk's results; the jobs have the same names, so that a chunk is queued once however often it is added. */
export const nameOf = (chunk: number): string => `chunk-${String(chunk).padStart(8, '0')}`;

function read(file: string, bytes: Uint8Array, position: number): void {
  const opened = openSync(file, 'r');
  try {
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(opened, bytes, done, bytes.length - done, position + done);
      if (count === 0) throw new Error(`${file} ends at byte ${position + done}`);
      done += count;
    }
  } finally {
    closeSync(opened);
  }
}

/**
 * Computes a chunk. Its file appears whole or not at all, as it is renamed into place; one that is computed twice, because a worker was
 * killed, is written twice with the same bits.
 */
export function compute({ file, mask, columns, temperature, results, chunk, offset, rows }: Chunk): void {
  const logits = new Float64Array(rows * columns);
  read(file, new Uint8Array(logits.buffer), offset * columns * 8);
  if (mask !== undefined) {
    const masked = new Uint8Array(logits.length);
    read(mask, masked, offset * columns);
    for (let i = 0; i < logits.length; i++) if (masked[i] !== 0) logits[i] = Number.NEGATIVE_INFINITY;
  }
  softmax(logits, { shape: [rows, columns], temperature, out: logits });
  const name = join(results, nameOf(chunk));
  const unfinished = `${name}.${process.pid}`;
  try {
    writeFileSync(unfinished, new Uint8Array(logits.buffer));
    renameSync(unfinished, name);
  } finally {
    rmSync(unfinished, { force: true });
  }
}
