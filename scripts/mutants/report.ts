// Reports what ./build.sh mutants found: the share of changes that a test noticed, and the changes that none did.
//
//   tsx scripts/mutants/report.ts ts|crate
//
// alike.json names changes that no test can notice, each with the reason: they change no result, or none within reach of the
// tests. They are counted separately. An entry for a change that a test did notice is reported, because it is wrong.

import { readFileSync } from 'node:fs';

interface Outcome {
  readonly file: string;
  /** The line before the change, the part that is replaced, and by what. */
  readonly line: string;
  readonly from: string;
  readonly to: string;
  readonly what: string;
  readonly noticed: boolean;
}

interface Alike {
  readonly file: string;
  readonly line: string;
  /** What is replaced in the line, and by what. */
  readonly changes: readonly (readonly [from: string, to: string])[];
  readonly why: string;
}

/** The report of Stryker, as its schema has it. */
interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}
interface Place {
  readonly line: number;
  readonly column: number;
}
interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

function ofStryker(): Outcome[] {
  const report = JSON.parse(readFileSync('build/mutants/ts.json', 'utf8')) as Report;
  return Object.entries(report.files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants
      .filter(({ status }) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status))
      .map(({ replacement = '', status, statusReason = '', location: { start, end } }) => {
        const line = lines[start.line - 1] ?? '';
        const from = line.slice(start.column - 1, end.line === start.line ? end.column - 1 : undefined);
        // A change that only took too long may have done so because the machine was busy; in an endless loop, Stryker has counted
        // the rounds.
        const noticed = status === 'Killed' || (status === 'Timeout' && statusReason.startsWith('Hit limit'));
        const to = /^["'`]{2}$/.test(replacement) ? '' : replacement;
        const what = `${file}:${start.line}:${start.column}: ${line.trim()} → ${from} is ${replacement.split('\n')[0]}`;
        return { file, line: line.trim(), from, to, what, noticed };
      });
  });
}

function ofCargo(): Outcome[] {
  const read = (name: string): string[] => readFileSync(`build/mutants/${name}.txt`, 'utf8').split('\n').filter(Boolean);
  // Of a sample, what runs with other samples noticed does not count.
  const sample = new Set(read('crate-sample'));
  const outcomes = (names: readonly string[], noticed: boolean): Outcome[] =>
    [...new Set(names)]
      .filter((what) => sample.size === 0 || sample.has(what))
      .map((what) => {
        // crate/src/x.rs:12:3: replace + with - in f
        const [, file = '', line = ''] = /^([^:]+)(?::\d+)+: (.*)$/.exec(what) ?? [];
        return { file, line, from: '', to: '', what, noticed };
      });
  return [...outcomes(read('crate-noticed'), true), ...outcomes(read('mutants.out/missed'), false)];
}

const [, , which] = process.argv;
const outcomes = which === 'ts' ? ofStryker() : ofCargo();
const alike = JSON.parse(readFileSync('scripts/mutants/alike.json', 'utf8')) as Alike[];
const isAlike = (one: Outcome): boolean =>
  alike.some(
    ({ file, line, changes }) =>
      file === one.file && line === one.line && changes.some(([from, to]) => from === one.from && to === one.to),
  );

const noticed = (of: readonly Outcome[]): Outcome[] => of.filter((one) => one.noticed);
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;
function share(of: readonly Outcome[]): string {
  const found = noticed(of).length;
  const same = of.filter((one) => !one.noticed && isAlike(one)).length;
  const rest = of.length - same;
  const all = `${found} of ${of.length} noticed (${percent(found, of.length)})`;
  return same === 0 ? all : `${all}; without ${same} that alike.json explains ${percent(found, rest)}`;
}

for (const one of outcomes.filter((each) => !each.noticed))
  console.log(`  not noticed${isAlike(one) ? ', alike' : ''}: ${one.what}`);
for (const { what } of noticed(outcomes).filter(isAlike)) console.log(`  noticed, though alike.json has it: ${what}`);
for (const file of [...new Set(outcomes.map((one) => one.file))].sort()) {
  console.log(`  ${file}: ${share(outcomes.filter((one) => one.file === file))}`);
}
console.log(`  ${which}/: ${share(outcomes)}`);
