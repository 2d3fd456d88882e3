// The public API is the committed one: a change of it is announced by a new snapshot (scripts/api.mjs --accept).

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the declarations in dist/ are those of test/api.snapshot.d.ts', { timeout: 60_000 }, () => {
  const script = fileURLToPath(new URL('../scripts/api.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
