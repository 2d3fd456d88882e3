// The branches of ts/ that the tests reach: tsx scripts/coverage.ts FOLDER FLOOR [--missed]
//
// FOLDER holds what Node wrote with NODE_V8_COVERAGE, from every process that ran: the tests, programs that they start, workers.
// What ran are the files of dist/, which name the source before each part of theirs; a branch counts once, in whichever of them
// it was taken. Fails below FLOOR per cent. With --missed, the branches that were not taken.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mergeProcessCovs, type ProcessCov } from '@bcoe/v8-coverage';
import { convert } from 'ast-v8-to-istanbul';
import { parseAst } from 'vite';

const [folder = '', floor = '0', option] = process.argv.slice(2);

const DIST = pathToFileURL(`${join(dirname(fileURLToPath(import.meta.url)), '..', 'dist')}/`).href;

/**
 * What ran of the files in dist/, all processes together; copies that tests made elsewhere do not count, because they are gone.
 */
function whatRan(): ProcessCov['result'] {
  let all: ProcessCov = { result: [] };
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    // Incomplete if a test ended the process while it was writing.
    if (text === '') continue;
    const { result } = JSON.parse(text) as ProcessCov;
    // With a query in its address, a module is loaded again from the same file.
    const files = result.map((one) => ({ ...one, url: one.url.replace(/\?.*/, '') }));
    const own = files.filter(({ url }) => url.startsWith(DIST) && /^[\w.]+\.c?js$/.test(url.slice(DIST.length)));
    if (own.length > 0) all = mergeProcessCovs([all, { result: own }]);
  }
  return all.result;
}

interface Branch {
  readonly source: string;
  readonly line: string;
  taken: number;
}

/**
 * Branches by their source and the line they are in: bundles leave out functions, so that the number of a line differs, and the
 * column too.
 */
const branches = new Map<string, Branch>();

for (const coverage of whatRan()) {
  const file = fileURLToPath(coverage.url);
  const code = readFileSync(file, 'utf8');
  const lines = code.split('\n');
  // The classic script is minified, and has no names of sources.
  if (!code.includes('\n// ts/')) continue;
  const data = await convert({ code, ast: parseAst(code), coverage });
  const seen = new Map<string, number>();
  for (const { branchMap, b } of Object.values(data)) {
    for (const [id, { loc, locations }] of Object.entries(branchMap)) {
      for (const [i, own] of locations.entries()) {
        // An `if` without `else` has a branch without a location.
        const start = own.start.line === undefined ? loc.start : own.start;
        let at = start.line - 1;
        const line = lines[at]?.trim() ?? '';
        while (at > 0 && !/^(var \w+ = .*\n)?\s*\/\/ [\w./-]+$/.test(lines[at] ?? '')) at--;
        const source = /\/\/ (ts\/[\w./-]+)$/.exec(lines[at] ?? '')?.[1];
        if (source === undefined) continue;
        // Bundles number names that occur in two sources; equal branches are told apart by their order.
        const alike = `${source}: ${line.replace(/(?<=[A-Za-z_])\d+\b/g, '')}, ${i}`;
        const before = seen.get(alike) ?? 0;
        seen.set(alike, before + 1);
        const key = `${alike}, ${before}`;
        const known = branches.get(key) ?? { source, line: `${basename(file)}:${start.line}: ${line}`, taken: 0 };
        known.taken += b[id]?.[i] ?? 0;
        branches.set(key, known);
      }
    }
  }
}

const sources = [...new Set([...branches.values()].map(({ source }) => source))].sort();
const share = (of: readonly Branch[]): number => (100 * of.filter(({ taken }) => taken > 0).length) / of.length;
for (const source of sources) {
  const own = [...branches.values()].filter((branch) => branch.source === source);
  const missed = own.filter(({ taken }) => taken === 0);
  if (missed.length > 0) console.log(`  ${source}: ${missed.length} of ${own.length} branches not taken`);
  if (option === '--missed') for (const { line } of missed) console.log(`      ${line}`);
}
const all = share([...branches.values()]);
console.log(`  ts/: ${branches.size} branches, ${all.toFixed(2)} % taken; at least ${floor} % are asked for`);
process.exitCode = all >= Number(floor) ? 0 : 1;
