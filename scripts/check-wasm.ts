// Disassembles the shipped wasm and examines the loops of every kernel:
//
//   tsx scripts/check-wasm.ts LINKED.wasm NAMED.wasm (see split-wasm.ts)
//
// A loop over elements has f64x2 work or only copies, no scalar f64 arithmetic, and no call except under a condition (a rare
// path) or to one of the functions in CALLED. The loops of an export are those in itself, in what it calls, and in functions that
// it passes on to be called.

import { execFileSync } from 'node:child_process';
import { keyOf, readLinked } from './linked-wasm.js';

/** Exports without a loop over elements. */
const NOT_KERNELS = ['allocate', 'release', 'address', 'scalar'];

/** The functions that a loop may call for every pair of elements, and why. One that no loop calls is an error, too. */
const CALLED: readonly (readonly [name: RegExp, why: string])[] = [
  [/^nonlin::rows::log_sum::LogSum::scaled_distance::/, 'one copy for sparsemax and the logarithms (rows/log_sum.rs)'],
  [/nonlin::loops::compact::Compact>::at::/, 'f″ and the gradient from y, of functions that few programs use (loops/compact.rs)'],
  [/^call_indirect in <nonlin::loops::outlined::Blocks/, 'formulas so long that a call does not show (loops/outlined.rs)'],
  [
    /^nonlin::rows::softmax::extended_range::/,
    'numbers of any size, one at a time: rows that next to none are (rows/softmax/extended_range.rs)',
  ],
  [/^nonlin::lazy::Lazy<T>::first::/, 'at the first call only, which fills a table (lazy.rs)'],
  [
    /^<?nonlin::numeric::(double_double|series)::/,
    'for a row of a table that is filled, not for elements (activation/gelu_tanh.rs)',
  ],
  [/^nonlin::numeric::units::easy_product::/, 'for tiny numbers, which have a loop of their own (rows/gated.rs)'],
  [/^nonlin::formats::(pack|halves)::/, 'to and from f16, four numbers a call (formats.rs)'],
];

const VECTOR = /^(f64x2\.(?!splat|extract_lane|replace_lane)|f32x4\.demote)/;
const SCALAR = /^f64\.(add|sub|mul|div|sqrt|min|max|neg|abs|copysign|ceil|floor|trunc|nearest)$/;

const [, , linked = '', file = ''] = process.argv;
// Names that contain spaces come in quotation marks, and some characters as \\xx.
const text = execFileSync('node_modules/.bin/wasm-dis', ['--all-features', file], {
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
}).replace(/\$"([^"\n]*)"/g, (_, name: string) => `$${name.replace(/\\[0-9a-f]{2}|[\s()]/g, '_')}`);
/** The functions as text, by name. */
const bodies = new Map(text.split(/\n(?= \(func )/).map((body) => [/^ \(func \$(\S+)/.exec(body)?.[1] ?? '', body]));
const bodyOf = (name: string): string => bodies.get(name) ?? '';

/** The functions of this file that an export reaches: by calls, and by pointers, as the linker records them. */
const { symbols } = readLinked(linked);
const namesByKey = new Map([...bodies.keys()].map((name) => [keyOf(name.replaceAll('"', '')), name]));
function functionsOf(name: string): string[] {
  const reached = new Set([...symbols.values()].filter((symbol) => keyOf(symbol.name) === name));
  for (const { uses } of reached) for (const { symbol } of uses) reached.add(symbol);
  return [...new Set([name, ...[...reached].flatMap((symbol) => namesByKey.get(keyOf(symbol.name)) ?? [])])];
}

interface Loop {
  /** The function that contains it. */
  readonly name: string;
  /** The number of f64x2 operations and of loads of vectors in it. */
  vector: number;
  loads: number;
  /** The scalar operations and the calls in each round. */
  readonly scalar: string[];
  readonly calls: string[];
  innermost: boolean;
}

/** An instruction with others inside it. */
interface Open {
  readonly column: number;
  readonly word: string;
  readonly loop: Loop | undefined;
  branched: boolean;
}

/** The functions of CALLED that loops call. */
const called = new Set<(typeof CALLED)[number]>();

/** The loops of a function. Binaryen prints one instruction per line, and indents what is inside another. */
function loopsOf(name: string): Loop[] {
  const loops: Loop[] = [];
  let open: Open[] = [];
  for (const line of bodyOf(name).split('\n')) {
    const column = line.search(/\S/);
    const word = /^\(?([\w.]+)/.exec(line.slice(column))?.[1] ?? '';
    open = open.filter((one) => one.column < column);
    const inside = open.flatMap(({ loop }) => loop ?? []);

    if (word === 'br_if' || word === 'br_table') for (const one of open) one.branched = true;
    for (const loop of inside) {
      if (VECTOR.test(word)) loop.vector++;
      if (word === 'v128.load') loop.loads++;
      if (SCALAR.test(word)) loop.scalar.push(word);
      if (word === 'loop') loop.innermost = false;
    }
    if (word.startsWith('call')) {
      // One of the blocks around the call, inside the innermost loop, decides whether it is reached.
      const within = open.slice(open.map(({ loop }) => loop !== undefined).lastIndexOf(true) + 1);
      const conditional = within.some(({ word, branched }) => word === 'if' || (word === 'block' && branched));
      const callee = /^\(call \$([^\s)]+)/.exec(line.trim())?.[1] ?? `${word} in ${name}`;
      const known = CALLED.find(([pattern]) => pattern.test(callee));
      if (known && inside.length > 0) called.add(known);
      else if (!conditional) inside.at(-1)?.calls.push(callee);
    }

    const loop = word === 'loop' ? { name, vector: 0, loads: 0, scalar: [], calls: [], innermost: true } : undefined;
    if (loop) loops.push(loop);
    open.push({ column, word, loop, branched: false });
  }
  return loops;
}

/** The functions that are exported: the name, and the name inside the module. */
const exported = [...text.matchAll(/\n \(export "(\w+)" \(func \$(\S+)\)\)/g)]
  .map(([, name = '', value = '']) => ({ name, value }))
  .filter(({ name }) => !NOT_KERNELS.includes(name));
if (exported.length === 0) throw new Error(`${file} exports no function`);
/** An export that only returns the number of an activation. */
const givesNumber = ({ value }: { readonly value: string }): boolean =>
  /^[^\n]*\n\s*\(i32\.const \d+\)\s*\)\s*$/.test(bodyOf(value));
const activations = exported.filter(givesNumber).length;

let wrong = 0;
for (const { name, value } of exported.filter((each) => !givesNumber(each))) {
  const functions = functionsOf(value);
  const loops = functions.flatMap((each) => loopsOf(each)).filter(({ innermost }) => innermost);
  const complaints = loops.flatMap(({ name, vector, loads, scalar, calls }) => {
    // A loop that loads no vectors, or has more scalar operations than vector ones, does not run over elements: it fills the rows
    // of a table, or runs once per row.
    if (!loads || scalar.length > vector) return [];
    return [
      ...(scalar.length ? [`scalar arithmetic in ${name}: ${scalar.join(' ')}`] : []),
      ...(calls.length ? [`a call for every element in ${name}: ${calls.join(' ')}`] : []),
    ];
  });
  const vectors = loops.map(({ vector }) => vector);
  // Each activation has at least a loop for its derivative.
  const fewest = name === 'run' ? activations : 1;
  if (vectors.filter((vector) => vector > 0).length < fewest) complaints.push(`f64x2 work in fewer than ${fewest} loops`);
  console.log(`  ${name}: ${vectors.length} loops, f64x2 operations in them: ${vectors.join(' ')}`);
  for (const complaint of complaints) console.error(`  ${name}: ${complaint}`);
  wrong += complaints.length;
}
for (const one of CALLED) {
  if (called.has(one)) console.log(`  called for every pair: ${one[0].source}: ${one[1]}`);
  else console.error(`  no loop calls ${one[0].source} any more: it can leave CALLED`);
  if (!called.has(one)) wrong++;
}
process.exitCode = wrong ? 1 : 0;
