// What ./build.sh mutants found: the share of changes that a test noticed, and those that none did. tsx scripts/mutants/report.ts ts|crate

import { existsSync, readFileSync } from 'node:fs';

interface Outcome {
  readonly file: string;
  readonly what: string;
  readonly noticed: boolean;
}

/** The report of Stryker, as its schema has it. */
interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}
interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

function ofStryker(): Outcome[] {
  const report = JSON.parse(readFileSync('build/mutants/ts.json', 'utf8')) as Report;
  return Object.entries(report.files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants
      .filter(({ status }) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status))
      .map(({ mutatorName, replacement = '', status, location: { start } }) => ({
        file,
        what: `${file}:${start.line}:${start.column}: ${lines[start.line - 1]?.trim()} → ${mutatorName} ${replacement.split('\n')[0]}`,
        noticed: status === 'Killed' || status === 'Timeout',
      }));
  });
}

function ofCargo(): Outcome[] {
  const read = (name: string, noticed: boolean): Outcome[] => {
    const path = `build/mutants/mutants.out/${name}.txt`;
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    return lines.map((what) => ({ file: what.split(':')[0] ?? '', what, noticed }));
  };
  return [...read('caught', true), ...read('previously_caught', true), ...read('timeout', true), ...read('missed', false)];
}

const [, , which] = process.argv;
const outcomes = which === 'ts' ? ofStryker() : ofCargo();
const share = (of: readonly Outcome[]): string => {
  const noticed = of.filter((one) => one.noticed).length;
  return `${noticed} of ${of.length} noticed (${((100 * noticed) / of.length).toFixed(1)} %)`;
};
for (const { what } of outcomes.filter((one) => !one.noticed)) console.log(`  not noticed: ${what}`);
for (const file of [...new Set(outcomes.map((one) => one.file))].sort()) {
  console.log(`  ${file}: ${share(outcomes.filter((one) => one.file === file))}`);
}
console.log(`  ${which}/: ${share(outcomes)}`);
