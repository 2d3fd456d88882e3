// Reading the handwritten digits from disk; everything else about them is in data.ts, which runs in browsers too.

import { readFileSync } from 'node:fs';
import { type Digits, parseDigits } from './data.js';
import { reason, UserError } from './user-error.js';

/** Reads a CSV of 64 pixels (integers 0..16) and the digit (0..9) a line. */
export function readDigits(file: string): Digits {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`the digits cannot be read: ${reason(error)}`);
  }
  return parseDigits(text, file);
}
