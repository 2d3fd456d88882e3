// Disassembles the shipped wasm and reads the loops of every kernel: node scripts/check-wasm.mjs dist/nonlin_bg.wasm
// A loop over elements has f64x2 work or only copies, no scalar f64 arithmetic, and no call but under a condition (a rare path).
// The loops of an export are in itself, in the functions that it hands on to be called, or in what it calls.

import { readFileSync } from 'node:fs';
import binaryen from 'binaryen';

/** What has no loop over elements. */
const NOT_KERNELS = ['allocate', 'release', 'address', 'scalar'];

const VECTOR = /^f64x2\.(?!splat|extract_lane|replace_lane)/;
const SCALAR = /^f64\.(add|sub|mul|div|sqrt|min|max|neg|abs|copysign|ceil|floor|trunc|nearest)$/;

const module = binaryen.readBinary(readFileSync(process.argv[2]));
const text = module.emitText();
const bodies = new Map(text.split(/\n(?= \(func )/).map((body) => [/^ \(func \$(\S+)/.exec(body)?.[1], body]));

/** What call_indirect reaches, by index. */
const [, first, names] = /\n \(elem [^\n]*\(i32\.const (\d+)\)([^)]*)\)/.exec(text) ?? [undefined, 0, ''];
const table = new Map([...names.matchAll(/\$(\S+)/g)].map(([, name], index) => [Number(first) + index, name]));

/** The bytes of the data segments by address; what is not there is zero. */
const memory = new Map();
for (const [, start, escaped] of text.matchAll(/\n \(data \$\S+ \(i32\.const (\d+)\) "(.*)"\)/g)) {
  let address = Number(start);
  for (const [, hex, named, plain] of escaped.matchAll(/\\([0-9a-f]{2})|\\(.)|(.)/g)) {
    memory.set(address++, hex ? Number.parseInt(hex, 16) : ({ t: 9, n: 10, r: 13 }[named] ?? (named ?? plain).charCodeAt(0)));
  }
}
const word = (address) => [3, 2, 1, 0].reduce((sum, at) => sum * 256 + (memory.get(address + at) ?? 0), 0);

/** The functions of a virtual table: from the fourth word on (after drop, size, alignment) indices, until one is none. */
function virtual(address) {
  const found = [];
  for (let at = address + 12; table.has(word(at)); at += 4) found.push(table.get(word(at)));
  return found;
}

/** The functions whose indices a body hands, as they are or in a virtual table, to a function that calls what it is handed. */
function handed(body) {
  return [...body.matchAll(/\n( *)\(call \$(\S+)\n((?:\1 .*\n)+)/g)].flatMap(([, indent, callee, operands]) => {
    if (!bodies.get(callee)?.includes('(call_indirect')) return [];
    const constants = [...operands.matchAll(/^( *)\(i32\.const (\d+)\)$/gm)].filter(
      ([, own]) => own.length === indent.length + 1,
    );
    return constants.flatMap(([, , value]) => table.get(Number(value)) ?? virtual(Number(value)));
  });
}

const callees = (name) => [...(bodies.get(name)?.matchAll(/\(call \$(\S+?)\)?\n/g) ?? [])].map(([, callee]) => callee);

/** The functions that hold the loops of the function `name`: itself and what it hands on to be called, or what it calls. */
function functionsOf(name) {
  const reached = new Set([name, ...handed(bodies.get(name))]);
  if (reached.size === 1) for (const each of reached) for (const callee of callees(each)) reached.add(callee);
  return [...reached].filter((each) => bodies.has(each));
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
      if (word === 'v128.load') loop.loads++;
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
      one.loop = { vector: 0, loads: 0, scalar: [], calls: [], innermost: true };
      loops.push(one.loop);
    }
    open.push(one);
  }
  return loops;
}

const exported = Array.from({ length: module.getNumExports() }, (_, at) =>
  binaryen.getExportInfo(module.getExportByIndex(at)),
).filter(
  ({ kind, name, value }) =>
    kind === binaryen.ExternalFunction && bodies.has(value) && !NOT_KERNELS.includes(name) && !name.startsWith('__'),
);
/** An export that only gives the number of an activation. */
const givesNumber = ({ value }) => /^[^\n]*\n\s*\(i32\.const \d+\)\s*\)\s*$/.test(bodies.get(value));
const activations = exported.filter(givesNumber).length;

let wrong = 0;
for (const { name, value } of exported.filter((each) => !givesNumber(each))) {
  const functions = functionsOf(value);
  const loops = functions.flatMap((each) => loopsOf(bodies.get(each))).filter(({ innermost }) => innermost);
  const complaints = loops.flatMap(({ vector, loads, scalar, calls }, at) => {
    // What loads no vectors, or is for the most part scalar, goes over something else: the rows of a table that is filled, what
    // happens once a row.
    if (!vector || !loads || scalar.length > vector) return [];
    return [
      ...(scalar.length ? [`scalar arithmetic in loop ${at + 1}: ${scalar.join(' ')}`] : []),
      ...(calls.length ? [`a call for every element in loop ${at + 1}: ${calls.join(' ')}`] : []),
    ];
  });
  const vectors = loops.map(({ vector }) => vector);
  // Each activation has a loop for its derivative at the least.
  const fewest = name === 'run' ? activations : 1;
  if (vectors.filter((vector) => vector > 0).length < fewest) complaints.push(`f64x2 work in fewer than ${fewest} loops`);
  console.log(`  ${name}: ${vectors.length} loops, f64x2 operations in them: ${vectors.join(' ')}`);
  for (const complaint of complaints) console.error(`  ${name}: ${complaint}`);
  wrong += complaints.length;
}
process.exitCode = wrong ? 1 : 0;
