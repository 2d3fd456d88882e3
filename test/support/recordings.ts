// The recorded cases of test/recordings: every `.json` of the folder with the data beside it.

import { readdirSync } from 'node:fs';
import { doubles, path, text } from './files.js';

export interface Recording {
  readonly id: string;
  readonly fn: string;
  readonly mode: 'forward' | 'deriv' | 'backward' | 'hadamard' | 'train';
  readonly hparams: Readonly<Record<string, number | string>>;
  readonly shape: readonly number[];
  readonly tol: { readonly rtol: number; readonly atol: number };
  readonly quirks: readonly string[];
  readonly arrays: Readonly<Record<string, Float64Array>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly train?: Training;
}

export interface Training {
  readonly layers: readonly { units: number; fn: string; hparams: Readonly<Record<string, number>> }[];
  readonly loss: string;
  readonly epochs: number;
  readonly batches: number;
  readonly batchSize: number;
  readonly sets: readonly string[];
  readonly eSafe: number;
}

interface Stored extends Omit<Recording, 'arrays' | 'shapes' | 'quirks'> {
  readonly quirks?: readonly string[];
  readonly arrays: Readonly<Record<string, { offset: number; length: number; shape: readonly number[] }>>;
}

export function recordings(): Recording[] {
  const folder = path('test', 'recordings');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const { parts, cases } = JSON.parse(text('test', 'recordings', name)) as { parts: string[]; cases: Stored[] };
      const data = doubles(...parts.map((part) => path('test', 'recordings', part)));
      return cases.map((stored): Recording => {
        const entries = Object.entries(stored.arrays);
        return {
          ...stored,
          quirks: stored.quirks ?? [],
          arrays: Object.fromEntries(entries.map(([key, { offset, length }]) => [key, data.slice(offset, offset + length)])),
          shapes: Object.fromEntries(entries.map(([key, { shape }]) => [key, shape])),
        };
      });
    });
}

/** Throws for the first element that is further from the recorded one than the case allows. */
export function expectRecorded(
  recording: Recording,
  name: string,
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  input?: ArrayLike<number>,
): void {
  const { rtol, atol } = recording.tol;
  if (got.length !== wanted.length)
    throw new Error(`${recording.id}, ${name}: got ${got.length} elements, wanted ${wanted.length}`);
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [got[i] as number, wanted[i] as number];
    const close = Object.is(a, b) || a === b || Math.abs(a - b) <= atol + rtol * Math.abs(b);
    if (!close)
      throw new Error(
        `${recording.id}, ${name}[${i}]${input ? ` at ${input[i]}` : ''}: got ${a}, recorded ${b}, ${Math.abs(a - b)} apart, ${atol + rtol * Math.abs(b)} allowed`,
      );
  }
}
