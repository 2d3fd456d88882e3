// The public API is that of the committed snapshot: a change of it shows as a new snapshot (scripts/api.ts --accept).

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the declarations in dist/ are those of test/api.snapshot.d.ts', { timeout: 60_000 }, () => {
  const [tsx, script] = ['../node_modules/.bin/tsx', '../scripts/api.ts'].map((file) =>
    fileURLToPath(new URL(file, import.meta.url)),
  );
  const { status, stderr } = spawnSync(tsx as string, [script as string], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
