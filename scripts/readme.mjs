// Fills the marked blocks of README.md, so that every number in them is one that a command printed.
//
//   node scripts/readme.mjs           writes the blocks
//   node scripts/readme.mjs --check   fails if one is out of date
//
// A block NAME is copied from the part of docs/NAME.md between <!-- readme:begin --> and <!-- readme:end -->, which the
// command that measures has written. `sizes` is measured here, from dist/.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, 'README.md');

const BLOCKS = {
  accuracy: copied('accuracy'),
  benchmarks: copied('bench'),
  sizes,
  environments: copied('environments'),
};

/** Another Node's gzip or another compiler gives a few bytes more or less: no reason to call a size out of date. */
const SIZE_TOLERANCE = 0.02;

function copied(command) {
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

function sizes(_name, previous) {
  const rows = [
    ['`nonlin`, all that it loads', 'index.js'],
    ['of that, the WebAssembly', 'nonlin_bg.wasm'],
    ['`nonlin/epynn`, beside it', 'epynn.js'],
  ].map(([what, path]) => {
    const bytes = readFileSync(join(root, 'dist', path));
    return `| ${what} | ${kilobytes(bytes.length)} | ${kilobytes(gzipSync(bytes, { level: 9 }).length)} |`;
  });
  const measured = ['| | raw | gzip −9 |', '|---|---:|---:|', ...rows].join('\n');
  return alike(previous, measured) ? previous : measured;
}

function kilobytes(bytes) {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

/** The same text, its numbers apart by no more than SIZE_TOLERANCE. */
function alike(a, b) {
  const number = /\d+(\.\d+)?/g;
  const [left, right] = [a, b].map((text) => (text.match(number) ?? []).map(Number));
  return (
    a.replace(number, '#') === b.replace(number, '#') &&
    left.every((value, index) => Math.abs(value - right[index]) <= SIZE_TOLERANCE * value)
  );
}

function between(text, name) {
  return new RegExp(`<!-- ${name}:begin -->\n([^]*?)\n?<!-- ${name}:end -->`).exec(text)?.[1];
}

const before = readFileSync(file, 'utf8');
const stale = [];
let after = before;
for (const [name, content] of Object.entries(BLOCKS)) {
  const previous = between(after, name);
  if (previous === undefined) {
    throw new Error(`README.md has no block "${name}"`);
  }
  const wanted = content(name, previous);
  if (wanted !== previous) {
    stale.push(name);
    const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
    after = `${after.slice(0, after.indexOf(begin))}${begin}\n${wanted}\n${after.slice(after.indexOf(end))}`;
  }
}

if (!process.argv.includes('--check')) {
  writeFileSync(file, after);
} else if (stale.length > 0) {
  console.error(`README.md: out of date: ${stale.join(', ')}; 'node scripts/readme.mjs' writes them`);
  process.exitCode = 1;
}
