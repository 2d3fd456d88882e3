// The declarations: what must and must not compile (test/types). What is public at all, api.test.ts watches.

import { expect, test } from 'vitest';
import { command } from './support/child.js';
import { path, text } from './support/files.js';

test('test/types compiles, each expected error being one', () => {
  command(process.execPath, [
    path('node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    path('test', 'types', 'tsconfig.json'),
    '--pretty',
    'false',
  ]);
});

test('the declarations have a twin for CommonJS', () => {
  for (const entry of ['index', 'epynn'])
    expect(text('dist', `${entry}.d.cts`).replaceAll('.cjs', '.js')).toBe(text('dist', `${entry}.d.ts`));
});
