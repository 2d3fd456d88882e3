// Fills the marked blocks of README.md, so that every number in it is one that a command printed.
//
//   node scripts/readme.mjs           writes the blocks
//   node scripts/readme.mjs --check   says which are out of date, and runs every example: each must give what it shows
//
// A block NAME is copied from the part of docs/NAME.md between <!-- readme:begin --> and <!-- readme:end -->, which the
// command that measures has written. `sizes` is measured here, from dist/.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, 'README.md');

const MEASURED_BY = { accuracy: 'accuracy', benchmarks: 'bench', environments: 'environments' };
/** Another Node or another machine's compiler gives a few bytes more or less. */
const SIZE_TOLERANCE = 0.02;

const blocks = { ...Object.fromEntries(Object.keys(MEASURED_BY).map((name) => [name, copied])), sizes };

function copied(name) {
  const source = join(root, 'docs', `${name}.md`);
  const text = existsSync(source) ? readFileSync(source, 'utf8') : '';
  const part = between(text, 'readme');
  if (part === undefined) {
    return `Not measured yet: \`./build.sh ${MEASURED_BY[name]}\` does.`;
  }
  // Links in docs/ are relative to docs/.
  return part.replace(/(\]\(|src="|srcset=")(?![a-z]+:|#|\/)/g, '$1docs/').replaceAll('docs/../', '');
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
  const measured = ['| file | raw | gzip −9 |', '|---|---:|---:|', ...rows].join('\n');
  return alike(previous, measured, SIZE_TOLERANCE) ? previous : measured;
}

function kilobytes(bytes) {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

function between(text, name) {
  return text.match(new RegExp(`<!-- ${name}:begin -->\\n([\\s\\S]*?)\\n?<!-- ${name}:end -->`))?.[1];
}

/** The same text, numbers apart by no more than `tolerance` of the larger. */
function alike(a, b, tolerance) {
  const number = /\d+(\.\d+)?(e[-+]\d+)?/g;
  const [left, right] = [a, b].map((text) => (text.match(number) ?? []).map(Number));
  return (
    a.replace(number, '#') === b.replace(number, '#') &&
    left.every((value, index) => Math.abs(value - right[index]) <= tolerance * Math.max(value, right[index]))
  );
}

/** Runs a ```js block as pasted; returns a complaint for each line whose result is not the one it shows. */
async function wrongResults(code, index) {
  const expected = [];
  const watched = code.replace(
    /^(const (\w+) = )?(.*?); *\/\/ → (.*)$/gm,
    (_line, declaration = '', name, expression, result) => {
      expected.push({ expression, result });
      const call = `$results.push($outcome(() => (${name ?? expression})));`;
      return name === undefined ? call : `${declaration}${expression}; ${call}`;
    },
  );
  const path = join(root, 'build', 'readme', `example-${index}.mjs`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `export const $results = [];\nconst $outcome = globalThis.$outcome;\n${watched}`);
  try {
    const { $results } = await import(pathToFileURL(path));
    return expected
      .map(({ expression, result }, at) => ({ expression, result, got: $results[at] }))
      .filter(({ result, got }) => !alike(result, got, 1e-15))
      .map(({ expression, result, got }) => `README.md: ${expression} shows ${result}, gives ${got}`);
  } finally {
    rmSync(path);
  }
}

globalThis.$outcome = (call) => {
  try {
    return inspect(call(), { depth: null, breakLength: Number.POSITIVE_INFINITY, compact: 10 });
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};

const before = readFileSync(file, 'utf8');
let after = before;
for (const [name, content] of Object.entries(blocks)) {
  const previous = between(after, name);
  if (previous === undefined) {
    throw new Error(`README.md has no block ${name}`);
  }
  after = after.replace(
    `<!-- ${name}:begin -->\n${previous}${previous === '' ? '' : '\n'}<!-- ${name}:end -->`,
    () => `<!-- ${name}:begin -->\n${content(name, previous)}\n<!-- ${name}:end -->`,
  );
}

if (process.argv.includes('--check')) {
  const examples = [...before.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
  const complaints = (await Promise.all(examples.map(wrongResults))).flat();
  if (after !== before) {
    complaints.push('README.md: a marked block is out of date; `node scripts/readme.mjs` writes it');
  }
  for (const complaint of complaints) {
    console.error(complaint);
  }
  console.log(`README: ${examples.length} examples run, ${complaints.length} complaints`);
  process.exitCode = complaints.length > 0 ? 1 : 0;
} else {
  writeFileSync(file, after);
}
