// The handwritten digits: parsed from the text of the CSV, checked, scaled and split.

import type { Matrix } from './matrix.js';
import { permutation, random } from './random.js';
import { UserError } from './user-error.js';

export const PIXELS = 64;
export const BRIGHTEST = 16;

/** `images` holds one image a row, pixels from 0 (paper) to 1 (ink); `digits` what each of them shows. */
export interface Digits {
  readonly images: Matrix;
  readonly digits: Uint8Array;
}

/** Parses a CSV of 64 pixels (integers 0..16) and the digit (0..9) a line; errors call it `source`. */
export function parseDigits(text: string, source: string): Digits {
  const lines = text.trimEnd().split(/\r?\n/);
  const data = new Float64Array(lines.length * PIXELS);
  const digits = new Uint8Array(lines.length);
  for (const [row, line] of lines.entries()) {
    const fields = line.split(',');
    const numbers = fields.map(Number);
    const digit = numbers.pop() ?? Number.NaN;
    const wellFormed =
      numbers.length === PIXELS &&
      fields.every((field) => /^\d+$/.test(field)) &&
      numbers.every((pixel) => pixel <= BRIGHTEST) &&
      digit <= 9;
    if (!wellFormed) {
      throw new UserError(`${source}, line ${row + 1}: expected ${PIXELS} integers from 0 to ${BRIGHTEST} and a digit`);
    }
    data.set(
      numbers.map((pixel) => pixel / BRIGHTEST),
      row * PIXELS,
    );
    digits[row] = digit;
  }
  return { images: { data, shape: [lines.length, PIXELS] }, digits };
}

/** The images with these numbers, in this order. */
export function rowsOf({ images, digits }: Digits, rows: Uint32Array): Digits {
  const [, cols = 0] = images.shape;
  const data = new Float64Array(rows.length * cols);
  for (const [index, row] of rows.entries()) {
    data.set(images.data.subarray(row * cols, (row + 1) * cols), index * cols);
  }
  return { images: { data, shape: [rows.length, cols] }, digits: Uint8Array.from(rows, (row) => digits[row]) };
}

/** Shuffles once, by `seed`, and keeps the last `heldOut` images apart. */
export function split(all: Digits, heldOut: number, seed: number): { training: Digits; heldOut: Digits } {
  const count = all.digits.length;
  if (count <= heldOut) {
    throw new UserError(`${count} images are too few to hold ${heldOut} out`);
  }
  const order = permutation(count, random(seed));
  return { training: rowsOf(all, order.subarray(0, count - heldOut)), heldOut: rowsOf(all, order.subarray(count - heldOut)) };
}
