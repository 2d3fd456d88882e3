// docs/environments.json: one row for each environment, from the last run of it; README's table is made from it.

import { execFileSync } from 'node:child_process';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes the rows of this run over those of earlier ones, in the order of `environments`. */
export async function record(root, environments, rows) {
  const file = join(root, 'docs/environments.json');
  const before = JSON.parse(await readFile(file, 'utf8').catch(() => '[]'));
  const kept = new Map(before.map((row) => [row.id, row]));
  const table = environments
    .filter((environment) => environment.record !== false)
    .map(({ id }) => rows.get(id) ?? kept.get(id))
    .filter((row) => row !== undefined);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(table, null, 2)}\n`);
  const readme = join(root, 'scripts/readme.mjs');
  const found = await access(readme).then(
    () => true,
    () => false,
  );
  if (found) execFileSync(process.execPath, [readme], { cwd: root, stdio: 'inherit' });
  return `docs/environments.json: ${table.length} environments`;
}
