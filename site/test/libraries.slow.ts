// The guides' examples with other libraries, which are installed into .toolchain for this.

import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { install } from '../../test/environments/support/install.js';
import { fenced, runExample } from '../../test/support/examples.js';

const guides = 'docs/guides';
const examples = readdirSync(guides).flatMap((file) =>
  fenced(readFileSync(join(guides, file), 'utf8'), 'js libraries').map((code, index) => ({
    title: `${file}, with a library, ${index + 1}`,
    code,
  })),
);
let folder = '';

beforeAll(async () => {
  folder = await install(resolve('.toolchain/environments'), 'libraries');
  const nonlin = join(folder, 'node_modules/nonlin');
  mkdirSync(nonlin, { recursive: true });
  for (const part of ['package.json', 'dist']) cpSync(part, join(nonlin, part), { recursive: true });
}, 300_000);

test('there are such examples', () => expect(examples.length).toBeGreaterThanOrEqual(8));

test.each(examples.map(({ title, code }, index) => [title, code, index] as const))('%s', (title, code, index) =>
  runExample(title, code, folder, `example-${index}`),
);
