// The record of the last run of each environment: docs/environments.json, docs/environments.md made from it, and README's
// block made from that.

import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment, Row } from './environment.js';

/** Writes the rows of this run over those of earlier ones, in the order of `environments`. */
export async function record(
  root: string,
  environments: readonly Environment[],
  rows: ReadonlyMap<string, Row>,
): Promise<string> {
  const docs = join(root, 'docs');
  const file = join(docs, 'environments.json');
  const before: readonly Row[] = JSON.parse(await readFile(file, 'utf8').catch(() => '[]'));
  const kept = new Map(before.map((row) => [row.id, row]));
  const table = environments
    .filter((environment) => environment.record !== false)
    .map(({ id }) => rows.get(id) ?? kept.get(id))
    .filter((row) => row !== undefined);
  await mkdir(docs, { recursive: true });
  await writeFile(file, `${JSON.stringify(table, null, 2)}\n`);
  await writeFile(join(docs, 'environments.md'), page(table));
  execFileSync(join(root, 'node_modules/.bin/tsx'), [join(root, 'scripts/readme.ts')], { cwd: root, stdio: 'inherit' });
  return `docs/environments.json, docs/environments.md: ${table.length} environments`;
}

function page(table: readonly Row[]): string {
  return `# Where nonlin was tested

\`./build.sh environments\` wrote this page. It packs the package, installs it in a new project for each environment below, and
runs sigmoid, a softmax gradient and a checksum over every function there. \`ok\` means that the results were bit-for-bit identical to those in
all other environments, or, where the environment lacks something, that the error names it.

## Summary

<!-- readme:begin -->
${summary(table.filter(({ kind }) => kind !== 'package'))}
<!-- readme:end -->

## Each environment

| environment | version | what ran | result | date |
|---|---|---|---|---|
${table.map(({ name, version, how, result, date }) => `| ${[name, version, how, result, date].map(cell).join(' | ')} |`).join('\n')}
`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** One row for each name up to its first comma or number, with all versions and ways. */
function summary(table: readonly Row[]): string {
  const families = new Map<string, Record<'versions' | 'ways' | 'results', Set<string>>>();
  for (const row of table) {
    const [, family = row.name, rest = ''] = /^([^,\d]*[^,\d\s])\s*\d*,?\s*(.*)$/.exec(row.name) ?? [];
    const known = families.get(family) ?? { versions: new Set(), ways: new Set(), results: new Set() };
    if (row.version) known.versions.add(row.version);
    known.ways.add(rest || row.how);
    known.results.add(row.result === 'ok' ? 'ok' : `${rest ? `${rest}: ` : ''}${row.result}`);
    families.set(family, known);
  }
  const lines = [...families].map(
    ([family, { versions, ways, results }]) =>
      `| ${[family, [...versions].join(', '), [...ways].join('; '), [...results].join('; ')].map(cell).join(' | ')} |`,
  );
  return ['| environment | version | what ran | result |', '|---|---|---|---|', ...lines].join('\n');
}
