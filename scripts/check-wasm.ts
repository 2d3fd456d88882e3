// Disassembles the shipped wasm and reads the loops of every kernel: tsx scripts/check-wasm.ts dist/nonlin_bg.wasm
// A loop over elements has f64x2 work or only copies, no scalar f64 arithmetic, and no call but under a condition (a rare path).
// The loops of an export are in itself, in what it calls, and in the functions that are handed on to be called.

import { execFileSync } from 'node:child_process';

/** What has no loop over elements. */
const NOT_KERNELS = ['allocate', 'release', 'address', 'scalar'];

const VECTOR = /^(f64x2\.(?!splat|extract_lane|replace_lane)|f32x4\.demote)/;
const SCALAR = /^f64\.(add|sub|mul|div|sqrt|min|max|neg|abs|copysign|ceil|floor|trunc|nearest)$/;

const [, , file = ''] = process.argv;
const text = execFileSync('node_modules/.bin/wasm-dis', ['--all-features', file], { encoding: 'utf8', maxBuffer: 2 ** 26 });
/** The functions as text, by name. */
const bodies = new Map(text.split(/\n(?= \(func )/).map((body) => [/^ \(func \$(\S+)/.exec(body)?.[1] ?? '', body]));
const bodyOf = (name: string): string => bodies.get(name) ?? '';

/** What call_indirect reaches, by index. */
const [, first = '0', names = ''] = /\n \(elem [^\n]*\(i32\.const (\d+)\)([^)]*)\)/.exec(text) ?? [];
const table = new Map([...names.matchAll(/\$(\S+)/g)].map(([, name = ''], index) => [Number(first) + index, name]));

/** The bytes of the data segments by address; what is not there is zero. */
const memory = new Map<number, number>();
const ESCAPED: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13 };
for (const [, start, escaped = ''] of text.matchAll(/\n \(data \$\S+ \(i32\.const (\d+)\) "(.*)"\)/g)) {
  let address = Number(start);
  for (const [, hex, named = '', plain = ''] of escaped.matchAll(/\\([0-9a-f]{2})|\\(.)|(.)/g)) {
    memory.set(address++, hex ? Number.parseInt(hex, 16) : (ESCAPED[named] ?? (named || plain).charCodeAt(0)));
  }
}
const word = (address: number): number => [3, 2, 1, 0].reduce((sum, at) => sum * 256 + (memory.get(address + at) ?? 0), 0);

/** The functions of a virtual table: from the fourth word on (after drop, size, alignment) indices, until one is none. */
function virtual(address: number): string[] {
  const found: string[] = [];
  for (let at = address + 12, name = table.get(word(at)); name !== undefined; at += 4, name = table.get(word(at)))
    found.push(name);
  return found;
}

/** The functions whose indices a body hands, as they are or in a virtual table, to a function that calls what it is handed. */
function handed(body: string): string[] {
  return [...body.matchAll(/\n( *)\(call \$(\S+)\n((?:\1 .*\n)+)/g)].flatMap(([, indent = '', callee = '', operands = '']) => {
    if (!bodyOf(callee).includes('(call_indirect')) return [];
    const constants = [...operands.matchAll(/^( *)\(i32\.const (\d+)\)$/gm)].filter(
      ([, own = '']) => own.length === indent.length + 1,
    );
    return constants.flatMap(([, , value]) => table.get(Number(value)) ?? virtual(Number(value)));
  });
}

const callees = (name: string): string[] => [...bodyOf(name).matchAll(/\(call \$(\S+?)\)?\n/g)].map(([, callee = '']) => callee);

/**
 * The functions that hold the loops of the function `name`: itself, what it calls, and what those hand on to be called; or, where
 * nothing is handed on, all that is reached from it.
 */
function functionsOf(name: string): string[] {
  const reached = new Set([name, ...callees(name)]);
  const methods = [...reached].flatMap((each) => handed(bodyOf(each)));
  if (methods.length > 0) for (const each of methods) reached.add(each);
  else for (const each of reached) for (const callee of callees(each)) reached.add(callee);
  return [...reached].filter((each) => bodies.has(each));
}

interface Loop {
  /** How many f64x2 operations, and loads of vectors, are in it. */
  vector: number;
  loads: number;
  /** The scalar operations, and the calls that each round makes. */
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

/** The loops of a function. Binaryen prints one instruction a line, and what is inside another is further to the right. */
function loopsOf(text: string): Loop[] {
  const loops: Loop[] = [];
  let open: Open[] = [];
  for (const line of text.split('\n')) {
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
      // Of what is open inside the innermost loop, something decides whether the call is reached.
      const within = open.slice(open.map(({ loop }) => loop !== undefined).lastIndexOf(true) + 1);
      const conditional = within.some(({ word, branched }) => word === 'if' || (word === 'block' && branched));
      if (!conditional) inside.at(-1)?.calls.push(line.trim());
    }

    const loop = word === 'loop' ? { vector: 0, loads: 0, scalar: [], calls: [], innermost: true } : undefined;
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
/** An export that only gives the number of an activation. */
const givesNumber = ({ value }: { readonly value: string }): boolean =>
  /^[^\n]*\n\s*\(i32\.const \d+\)\s*\)\s*$/.test(bodyOf(value));
const activations = exported.filter(givesNumber).length;

let wrong = 0;
for (const { name, value } of exported.filter((each) => !givesNumber(each))) {
  const functions = functionsOf(value);
  const loops = functions.flatMap((each) => loopsOf(bodyOf(each))).filter(({ innermost }) => innermost);
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
