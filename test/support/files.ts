// Where things are, and reading little-endian float64 files.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const path = (...parts: string[]): string => join(ROOT, ...parts);
export const text = (...parts: string[]): string => readFileSync(path(...parts), 'utf8');

/** The float64 of the files, one after the other. */
export function doubles(...files: string[]): Float64Array {
  const bytes = Buffer.concat(files.map((file) => readFileSync(file)));
  const result = new Float64Array(bytes.length / 8);
  for (let i = 0; i < result.length; i++) result[i] = bytes.readDoubleLE(8 * i);
  return result;
}

export function signedBytes(file: string): Int8Array {
  return Int8Array.from(readFileSync(file));
}
