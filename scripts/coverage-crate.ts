// The branches of crate/ that the tests take: tsx scripts/coverage-crate.ts FILE FLOOR [--missed]
//
// FILE is what llvm-cov exports. It has a branch once for each copy of its function: for every type of a generic one, and for the
// crate as its own tests compile it and as those in crate/tests/ do. Here a branch counts once, in whichever of them it was
// taken, as scripts/coverage.ts has it: what is chosen by a constant of the type is one way in each copy. Fails below FLOOR per
// cent. With --missed, the branches that were not taken.

import { readFileSync } from 'node:fs';

/** A branch: where it begins and ends, and how often it was true and false. */
type Branch = readonly [line: number, column: number, endLine: number, endColumn: number, ifTrue: number, ifFalse: number];

interface Export {
  readonly data: readonly {
    readonly files: readonly { readonly filename: string; readonly branches: readonly Branch[] }[];
    readonly totals: { readonly lines: { readonly percent: number } };
  }[];
}

const [path = '', floor = '0', option] = process.argv.slice(2);
const [data] = (JSON.parse(readFileSync(path, 'utf8')) as Export).data;
if (!data) throw new Error(`${path} holds no coverage`);

let [all, taken] = [0, 0];
for (const { filename, branches } of data.files) {
  const file = filename.replace(/.*\/crate\//, 'crate/');
  const places = new Map<string, { readonly line: number; ifTrue: number; ifFalse: number }>();
  for (const [line, column, endLine, endColumn, ifTrue, ifFalse] of branches) {
    const key = [line, column, endLine, endColumn].join();
    const place = places.get(key) ?? { line, ifTrue: 0, ifFalse: 0 };
    place.ifTrue += ifTrue;
    place.ifFalse += ifFalse;
    places.set(key, place);
  }
  const missed = [...places.values()].flatMap(({ line, ifTrue, ifFalse }) => [
    ...(ifTrue === 0 ? [`${line}, never true`] : []),
    ...(ifFalse === 0 ? [`${line}, never false`] : []),
  ]);
  all += 2 * places.size;
  taken += 2 * places.size - missed.length;
  if (missed.length > 0) console.log(`  ${file}: ${missed.length} of ${2 * places.size} branches not taken`);
  if (option === '--missed') for (const one of missed) console.log(`      line ${one}`);
}
const share = (100 * taken) / all;
console.log(
  `  crate/: ${all} branches, ${share.toFixed(2)} % taken, ${data.totals.lines.percent.toFixed(2)} % of lines; at least ${floor} % are asked for`,
);
process.exitCode = share >= Number(floor) ? 0 : 1;
