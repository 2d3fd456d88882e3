// The package gives the bits of the native build: one checksum an operation over about 10⁶ fixed inputs, written by
// crate/tests/checksums.rs.

import { readFileSync } from 'node:fs';
import * as nonlin from 'nonlin';
import { expect, test } from 'vitest';
import { checksum } from './checksum.js';
import { rows } from './table.js';

const stored = JSON.parse(readFileSync(new URL('checksums.json', import.meta.url), 'utf8')) as Record<string, string>;

test.each(Object.entries(stored))('%s', (name, sum) => {
  expect(checksum(nonlin, name), `${name}: other bits than the native build`).toBe(sum);
});

test('every function has its checksums', () => {
  const names = new Set(Object.keys(stored).map((name) => name.split(' ')[0]));
  expect([...names].sort()).toEqual([...rows.map((row) => row.name), 'softmax', 'hadamard', 'contract'].sort());
});
