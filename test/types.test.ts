// The declarations: what must and must not compile (test/types), and a snapshot of all that is public.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
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

describe('the public declarations', () => {
  /** A declaration file and all it reaches, without comments. */
  function reached(entry: string): string {
    const seen = new Map<string, string>();
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      const code = readFileSync(path('dist', `${name}.d.ts`), 'utf8');
      seen.set(name, code.replace(/\/\*\*?[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').replace(/^\s*\n/gm, ''));
      for (const [, next] of code.matchAll(/(?:from |import\()['"]\.\/([\w-]+)\.js['"]/g)) visit(next as string);
    };
    visit(entry);
    return [...seen]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, code]) => `// ${name}.d.ts\n${code}`)
      .join('\n');
  }

  test.each(['index', 'epynn'])('of %s are as recorded (vitest -u records them anew)', async (entry) => {
    await expect(reached(entry)).toMatchFileSnapshot(`types/${entry}.snapshot.txt`);
  });

  test('have a twin for CommonJS', () => {
    for (const entry of ['index', 'epynn'])
      expect(text('dist', `${entry}.d.cts`).replaceAll('.cjs', '.js')).toBe(text('dist', `${entry}.d.ts`));
  });
});
