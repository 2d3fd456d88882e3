// Removes from a wasm file what wasm-bindgen adds for values other than numbers: a table of JavaScript objects, and the start
// function that has an import fill it. Nothing here passes objects; without them the module imports nothing, so that every host
// can instantiate it, even by `import`. Fails if anything else is imported. The names of functions go into a separate file, for
// check-wasm.ts.
//
//   tsx scripts/trim-wasm.ts FILE.wasm        writes FILE.wasm and FILE.named.wasm

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readSections } from './linked-wasm.js';

const [, , file = ''] = process.argv;
const named = file.replace(/\.wasm$/, '.named.wasm');
const read = (): WebAssembly.Module => new WebAssembly.Module(readFileSync(file));
const binaryen = (tool: string, ...options: string[]): void => {
  execFileSync(`node_modules/.bin/${tool}`, ['--all-features', ...options], { stdio: 'ignore' });
};

/**
 * The module without the texts in its data, which are those of panics (some are names of files on this machine): a panic is a
 * trap. Also without the sections of the linker, which no longer apply.
 */
function withoutTexts(bytes: Uint8Array): Uint8Array {
  const module = Buffer.from(bytes);
  const kept = [module.subarray(0, 8)];
  for (const { kind, name, whole, start, end } of readSections(module)) {
    const data = module.subarray(start, end);
    if (kind === 11) data.write(data.toString('latin1').replace(/[ -~]{12,}/g, blank), 'latin1');
    if (kind > 0 || name === 'name') kept.push(module.subarray(whole, end));
  }
  return Buffer.concat(kept);
}

/** Replaces words and file names by zeros; numbers that happen to look like letters stay. */
function blank(text: string): string {
  return /[a-z] [a-z]|\.rs/.test(text) ? '\0'.repeat(text.length) : text;
}

// Binaryen keeps what these exports reach, and drops the rest.
const kept = WebAssembly.Module.exports(read())
  .map(({ name }) => name)
  .filter((name) => !name.startsWith('__'));
const graph = [{ name: 'callers', root: true, reaches: kept }, ...kept.map((name) => ({ name, export: name }))];
const graphFile = `${file}.graph.json`;
writeFileSync(graphFile, JSON.stringify(graph));
binaryen('wasm-metadce', '-g', '--graph-file', graphFile, '-o', named, file);
// Optimised once more, because a little more can be folded after the removal. An address below 1024 is beyond the end of the
// stack, so no address is the sum of another one and such a small number.
const folding = ['-O3', '--converge', '--low-memory-unused', '--optimize-added-constants-propagate'];
binaryen('wasm-opt', ...folding, '--coalesce-locals-learning', '--reorder-locals', '-g', '-o', named, named);
writeFileSync(named, withoutTexts(readFileSync(named)));
binaryen('wasm-opt', '--strip-debug', '-o', file, named);
binaryen('wasm-opt', '--memory-packing', '-o', file, file);
rmSync(graphFile);

const imports = WebAssembly.Module.imports(read());
if (imports.length > 0) throw new Error(`${file} imports ${imports.map(({ module, name }) => `${module} ${name}`).join(', ')}`);
