// Takes out of a wasm file what wasm-bindgen puts in for values other than numbers: a table of JavaScript objects, and the start function
// that has it filled by an import. Nothing here passes objects; without it the module imports nothing, so every host can instantiate it,
// also by `import`. Fails where anything else is imported. The names of functions go into a file of their own, for check-wasm.ts.
//
//   tsx scripts/trim-wasm.ts FILE.wasm        writes FILE.wasm and FILE.named.wasm

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const [, , file = ''] = process.argv;
const named = file.replace(/\.wasm$/, '.named.wasm');
const read = (): WebAssembly.Module => new WebAssembly.Module(readFileSync(file));
const binaryen = (tool: string, ...options: string[]): void => {
  execFileSync(`node_modules/.bin/${tool}`, ['--all-features', ...options], { stdio: 'ignore' });
};

// Binaryen keeps what these exports reach, and drops the rest.
const kept = WebAssembly.Module.exports(read())
  .map(({ name }) => name)
  .filter((name) => !name.startsWith('__'));
const graph = [{ name: 'callers', root: true, reaches: kept }, ...kept.map((name) => ({ name, export: name }))];
const graphFile = `${file}.graph.json`;
writeFileSync(graphFile, JSON.stringify(graph));
binaryen('wasm-metadce', '-g', '--graph-file', graphFile, '-o', named, file);
// Once more, as without what was dropped a little more can be folded.
binaryen('wasm-opt', '-O3', '-g', '-o', named, named);
binaryen('wasm-opt', '--strip-debug', '-o', file, named);
rmSync(graphFile);

const imports = WebAssembly.Module.imports(read());
if (imports.length > 0) throw new Error(`${file} imports ${imports.map(({ module, name }) => `${module} ${name}`).join(', ')}`);
