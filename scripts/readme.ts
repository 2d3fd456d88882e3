// Fills the marked blocks of README.md, so that every function is listed and every number is one that a command printed; and writes
// docs/functions.md.
//
//   tsx scripts/readme.ts           writes
//   tsx scripts/readme.ts --check   fails if something is out of date
//
// `functions` comes from the package and its documentation comments. Most other blocks are copied from the part of docs/NAME.md between
// <!-- readme:begin --> and <!-- readme:end -->, which the command that measures has written. `sizes` is measured here, from dist/.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { functionPage, functionTable, listed } from './functions.js';
import { pageSize, type Size, sizeOf, sizeWith } from './page-size.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, 'README.md');

/** Writes a block, given its name and what it holds now. */
type Block = (name: string, previous: string) => string | Promise<string>;

const activations = listed();

const BLOCKS: Readonly<Record<string, Block>> = {
  functions: () => functionTable(activations),
  accuracy: copied('accuracy'),
  benchmarks: copied('bench'),
  sizes,
  environments: copied('environments'),
};

/** Another Node's compression or another compiler gives a few bytes more or less: no reason to call a size out of date. */
const SIZE_TOLERANCE = 0.02;

function copied(command: string): Block {
  return (name) => {
    const source = join(root, 'docs', `${name}.md`);
    if (!existsSync(source)) {
      return `Not measured yet: \`./build.sh ${command}\` does.`;
    }
    const part = between(readFileSync(source, 'utf8'), 'readme');
    // Links in docs/ are relative to docs/.
    const here = part?.replace(/(\]\(|src="|srcset=")(?!\w+:|[#/])/g, '$1docs/').replaceAll('docs/../', '');
    return `${here ? `${here}\n\n` : ''}More in [docs/${name}.md](docs/${name}.md); \`./build.sh ${command}\` measures it.`;
  };
}

async function sizes(_name: string, previous: string): Promise<string> {
  const row = (what: string, { minified, gzip, brotli }: Size): string =>
    `| ${what} | ${[brotli, gzip, minified].map(kilobytes).join(' | ')} |`;
  const wasm = sizeOf(readFileSync(join(root, 'dist', 'nonlin_bg.wasm')));
  const measured = [
    '| a page that imports | brotli 11 | gzip −9 | minified |',
    '|---|---:|---:|---:|',
    row('`sigmoid`', await sizeWith('sigmoid')),
    row('`softmax`', await sizeWith('softmax')),
    row('everything', await pageSize("import * as nonlin from 'nonlin'; console.log(nonlin);")),
    row('`sigmoid` of `nonlin/epynn`', await sizeWith('sigmoid', 'nonlin/epynn')),
    row('the WebAssembly in each, as a file', wasm),
  ].join('\n');
  return alike(previous, measured) ? previous : measured;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

/** The same text, its numbers apart by no more than SIZE_TOLERANCE. */
function alike(a: string, b: string): boolean {
  const number = /\d+(\.\d+)?/g;
  const numbers = (text: string): number[] => (text.match(number) ?? []).map(Number);
  const right = numbers(b);
  return (
    a.replace(number, '#') === b.replace(number, '#') &&
    numbers(a).every((value, index) => Math.abs(value - (right[index] ?? 0)) <= SIZE_TOLERANCE * value)
  );
}

function between(text: string, name: string): string | undefined {
  return new RegExp(`<!-- ${name}:begin -->\n([^]*?)\n?<!-- ${name}:end -->`).exec(text)?.[1];
}

const before = readFileSync(file, 'utf8');
const stale: string[] = [];
let after = before;
for (const [name, content] of Object.entries(BLOCKS)) {
  const previous = between(after, name);
  if (previous === undefined) {
    throw new Error(`README.md has no block "${name}"`);
  }
  const wanted = await content(name, previous);
  if (wanted !== previous) {
    stale.push(name);
    const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
    after = `${after.slice(0, after.indexOf(begin))}${begin}\n${wanted}\n${after.slice(after.indexOf(end))}`;
  }
}

const outputs = [
  { path: file, before, after, what: `README.md (${stale.join(', ')})` },
  output(join(root, 'docs/functions.md'), functionPage(activations), 'docs/functions.md'),
];
const changed = outputs.filter((each) => each.before !== each.after);
if (!process.argv.includes('--check')) {
  for (const { path, after } of changed) writeFileSync(path, after);
} else if (changed.length > 0) {
  console.error(`out of date: ${changed.map(({ what }) => what).join(', ')}; 'npx tsx scripts/readme.ts' writes them`);
  process.exitCode = 1;
}

function output(path: string, after: string, what: string): { path: string; before: string; after: string; what: string } {
  return { path, before: existsSync(path) ? readFileSync(path, 'utf8') : '', after, what };
}
