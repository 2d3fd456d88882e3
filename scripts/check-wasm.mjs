// Disassembles the shipped wasm and reads the loops of every kernel: node scripts/check-wasm.mjs dist/nonlin_bg.wasm
// A loop over elements has no scalar f64 arithmetic and no call but under a condition (a rare path), and the loops of a
// kernel have f64x2 work. A function over rows may do in scalars what happens once a row: of its loops the innermost count.

import { readFileSync } from 'node:fs';
import binaryen from 'binaryen';

const NOT_KERNELS = ['allocate', 'release', 'address'];
const ROW_FUNCTIONS = ['softmax', 'contract'];

const VECTOR = /^f64x2\.(?!splat|extract_lane|replace_lane)/;
const SCALAR = /^f64\.(add|sub|mul|div|sqrt|min|max|neg|abs|copysign|ceil|floor|trunc|nearest)$/;

/** The text of each function that is exported, by name of the export. */
function exportedFunctions(bytes) {
  const module = binaryen.readBinary(bytes);
  const bodies = new Map();
  for (const text of module.emitText().split(/\n(?= \(func )/)) bodies.set(/^ \(func \$(\S+)/.exec(text)?.[1], text);
  const functions = [];
  for (let at = 0; at < module.getNumExports(); at++) {
    const { kind, name, value } = binaryen.getExportInfo(module.getExportByIndex(at));
    if (kind === binaryen.ExternalFunction && bodies.has(value)) functions.push({ name, text: bodies.get(value) });
  }
  return functions;
}

/** The loops of a function. Binaryen prints one instruction a line, and what is inside another is further to the right. */
function loopsOf(text) {
  const loops = [];
  let open = [];
  for (const line of text.split('\n')) {
    const column = line.search(/\S/);
    const word = /^\(?([\w.]+)/.exec(line.slice(column))?.[1] ?? '';
    open = open.filter((one) => one.column < column);
    const inside = open.filter(({ loop }) => loop).map(({ loop }) => loop);

    if (word === 'br_if' || word === 'br_table') for (const one of open) one.branched = true;
    for (const loop of inside) {
      if (VECTOR.test(word)) loop.vector++;
      if (SCALAR.test(word)) loop.scalar.push(word);
      if (word === 'loop') loop.innermost = false;
    }
    if (word.startsWith('call')) {
      // Of what is open inside the innermost loop, something decides whether the call is reached.
      const within = open.slice(open.findLastIndex(({ loop }) => loop) + 1);
      const conditional = within.some(({ word, branched }) => word === 'if' || (word === 'block' && branched));
      if (!conditional) inside.at(-1)?.calls.push(line.trim());
    }

    const one = { column, word };
    if (word === 'loop') {
      one.loop = { vector: 0, scalar: [], calls: [], innermost: true };
      loops.push(one.loop);
    }
    open.push(one);
  }
  return loops;
}

let wrong = 0;
for (const { name, text } of exportedFunctions(readFileSync(process.argv[2]))) {
  if (NOT_KERNELS.includes(name) || name.startsWith('__')) continue;
  const loops = loopsOf(text).filter(({ innermost }) => innermost || !ROW_FUNCTIONS.includes(name));
  const complaints = loops.flatMap(({ scalar, calls }, at) => [
    ...(scalar.length ? [`scalar arithmetic in loop ${at + 1}: ${scalar.join(' ')}`] : []),
    ...(calls.length ? [`a call for every element in loop ${at + 1}: ${calls.join(' ')}`] : []),
  ]);
  if (!loops.some(({ vector }) => vector > 0)) complaints.push('no f64x2 work in its loops');
  console.log(`  ${name}: ${loops.length} loops, f64x2 operations in them: ${loops.map(({ vector }) => vector).join(' ')}`);
  for (const complaint of complaints) console.error(`  ${name}: ${complaint}`);
  wrong += complaints.length;
}
process.exitCode = wrong ? 1 : 0;
