// Fills the marked blocks of README.md, so that every function is listed and every number is one that a command printed; and writes
// docs/functions.md and docs/functions.svg.
//
//   tsx scripts/readme.ts           writes
//   tsx scripts/readme.ts --check   fails if something is out of date
//
// `functions` comes from the package and its documentation comments, the others from what a command measured and recorded; only
// sizes are measured here, from dist/. Links become what package.json's repository makes of them (readme/links.ts).

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pageSize, sizeWith } from './page-size.js';
import { accuracyTable } from './readme/accuracy.js';
import { comparison } from './readme/comparison.js';
import { functionPage, functionTable, listed } from './readme/functions.js';
import { type Manifest, published } from './readme/links.js';
import { picture } from './readme/picture.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, 'README.md');

/** The text that a block should contain. */
type Block = () => string | Promise<string>;

const activations = listed();

const BLOCKS: Readonly<Record<string, Block>> = {
  functions: () => functionTable(activations),
  comparison,
  accuracy: () => accuracyTable(),
  benchmarks: () => `${partOf('benchmarks')} All measurements are in [docs/benchmarks.md](docs/benchmarks.md).`,
  package: async () => `${await sizes()} ${environments()}`,
};

/**
 * The compression of another version of Node, or another compiler, gives a few bytes more or less: that does not make a size out
 * of date.
 */
const SIZE_TOLERANCE = 0.02;
const SIZE = /[\d.]+(?= KB)/g;

/** The part of docs/NAME.md that is meant for README. */
function partOf(name: string): string {
  const part = between(readFileSync(join(root, 'docs', `${name}.md`), 'utf8'), 'readme');
  if (part === undefined) throw new Error(`docs/${name}.md has no part for README`);
  return part;
}

async function sizes(): Promise<string> {
  const [one, all] = [await sizeWith('sigmoid'), await pageSize("import * as nonlin from 'nonlin'; console.log(nonlin);")];
  return `A page that imports \`sigmoid\` weighs ${kilobytes(one.brotli)}, and one that imports everything weighs ${kilobytes(all.brotli)}, including the WebAssembly (bundled, minified, brotli 11).`;
}

/** The environments that were tested, with their versions, in one sentence. */
function environments(): string {
  const rows = partOf('environments')
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()));
  // Hosts that lack something, second ways to use one, and Python, whose version is that of wasmtime, are only in
  // docs/environments.md.
  const tried = rows.filter(([, name = '', , , result]) => result === 'ok' && !/ with| condition$|^Python$/.test(name));
  const list = tried.map(([, name, version]) => `${name} ${version}`).join('; ');
  return `Tested in ${list} ([how](docs/environments.md)).`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

/** Whether two texts are the same, except for sizes that differ by no more than SIZE_TOLERANCE. */
function alike(a: string, b: string): boolean {
  const sizesOf = (text: string): number[] => (text.match(SIZE) ?? []).map(Number);
  const right = sizesOf(b);
  return (
    a.replace(SIZE, '#') === b.replace(SIZE, '#') &&
    sizesOf(a).every((value, index) => Math.abs(value - (right[index] ?? 0)) <= SIZE_TOLERANCE * value)
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
  const measured = await content();
  const wanted = alike(previous, measured) ? previous : measured;
  if (wanted !== previous) {
    stale.push(name);
    const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
    after = `${after.slice(0, after.indexOf(begin))}${begin}\n${wanted}\n${after.slice(after.indexOf(end))}`;
  }
}

after = published(after, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest);
const outputs = [
  { path: file, before, after, what: `README.md (${stale.join(', ') || 'links'})` },
  output('docs/functions.md', functionPage(activations)),
  output('docs/functions.svg', picture(activations)),
];
const changed = outputs.filter((each) => each.before !== each.after);
if (!process.argv.includes('--check')) {
  for (const { path, after } of changed) writeFileSync(path, after);
} else if (changed.length > 0) {
  console.error(`out of date: ${changed.map(({ what }) => what).join(', ')}; 'npx tsx scripts/readme.ts' writes them`);
  process.exitCode = 1;
}

function output(what: string, after: string): { path: string; before: string; after: string; what: string } {
  const path = join(root, what);
  return { path, before: existsSync(path) ? readFileSync(path, 'utf8') : '', after, what };
}
