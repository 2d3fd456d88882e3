// Splits the module into a base and parts, so that a page carries no more than its functions need. A part is linked to the base
// when a function that needs it is first called. The whole module is kept, too, for entries that carry it as a file.
//
//   tsx scripts/split-wasm.ts LINKED.wasm NAMED.wasm FOLDER
//
// LINKED is the output of the linker, with its relocations, which say what uses what. NAMED is the same after wasm-bindgen and
// wasm-opt, with the names of functions. FOLDER receives base.wasm, a file for each part, and parts.json: the files, and which of
// them a function of the crate needs.
//
// The exports find an activation, a function along rows or a cell by its number in tables of the crate (TABLES). Code that is
// reached only from the entries of one family goes into a part of that family; code that several families reach, into a part of
// theirs; code that is reached in another way, or is small, into the base. A part calls the base and parts of more families than
// its own, never the reverse; the entries are called through the table of functions, in which each part fills in its own.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionSizes, keyOf, type Linked, readLinked } from './linked-wasm.js';

const [, , linked = '', named = '', folder = ''] = process.argv;

/** Families of functions that are likely to be used without others. A function that is in none is in the family "others". */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  lines: ['identity', 'relu'],
  lrelu: ['lrelu'],
  products: ['contraction'],
  elu: ['elu'],
  elus: ['selu', 'celu'],
  sigmoid: ['sigmoid'],
  tanh: ['tanh'],
  softmax: ['softmax', 'softmin'],
  gelu: ['gelu'],
  silu: ['silu', 'quickGelu'],
  softplus: ['softplus', 'logSigmoid', 'mish'],
  losses: ['logSoftmax', 'logSumExp', 'sparsemax', 'crossEntropy', 'crossEntropyOfDistributions', 'sigmoidCrossEntropy'],
  pieces: [
    ...['relu6', 'reluSquared', 'prelu', 'hardTanh', 'hardSigmoid', 'hardSwish', 'softsign'],
    ...['threshold', 'thresholdedRelu', 'shrink', 'hardShrink', 'softShrink'],
  ],
  gates: ['glu', 'swiglu', 'reglu', 'geglu', 'lstm', 'gru'],
};
const BASE = 'base';
const OTHERS = 'others';

/** Code of several families with at most this many bytes does not become a part of its own. */
const SMALL = 1000;

/** The tables, by the name of the static in Rust, and what their entries are called in order. */
const TABLES: readonly { readonly table: RegExp; readonly names: readonly string[] }[] = [
  { table: /10activation7ENTRIES17h/, names: activations() },
  {
    table: /4rows9FUNCTIONS17h/,
    names: [
      ...['softmax', 'softmin', 'logSoftmax', 'logSumExp', 'sparsemax', 'crossEntropy', 'crossEntropyOfDistributions'],
      ...['sigmoidCrossEntropy', 'glu', 'swiglu', 'reglu', 'geglu', 'prelu', 'contraction'],
    ],
  },
  { table: /5cells5CELLS17h/, names: ['lstm', 'gru'] },
];

/** The names of the activations, in the order of their list. */
function activations(): string[] {
  const list = /activations! \{\n((?: {4}\w+ "\w+".*\n)+)\}/.exec(readFileSync('crate/src/activation.rs', 'utf8'))?.[1] ?? '';
  return [...list.matchAll(/"(\w+)"/g)].map(([, name = '']) => name);
}

const familyOf = (name: string): string => Object.keys(FAMILIES).find((family) => FAMILIES[family]?.includes(name)) ?? OTHERS;

// ---- Which families reach a function, by the linked module ----

const { symbols, table: inLinked } = readLinked(linked);

/** The families that reach a function, by its key. */
const families = new Map<string, Set<string>>();

const tables = [...symbols.values()].filter(({ name }) => TABLES.some(({ table }) => table.test(name)));
if (tables.length !== TABLES.length) throw new Error(`${linked}: tables found: ${tables.map(({ name }) => name).join(' ')}`);

function reach(from: readonly Linked[], family: string): void {
  const reached = new Set(from);
  for (const { name, uses, isFunction } of reached) {
    if (isFunction) families.set(keyOf(name), (families.get(keyOf(name)) ?? new Set()).add(family));
    for (const { symbol } of uses) if (!tables.includes(symbol)) reached.add(symbol);
  }
}

const exported = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(named))).map(({ name }) => name);
reach(
  exported.flatMap((name) => [...symbols.values()].filter((symbol) => symbol.isFunction && keyOf(symbol.name) === name)),
  BASE,
);
for (const { table, names } of TABLES) {
  for (const { name, size, uses } of tables) {
    if (!table.test(name)) continue;
    const width = size / names.length;
    for (const { at, symbol } of uses) reach([symbol], familyOf(names[Math.floor(at / width)] ?? ''));
  }
}

// ---- The optimised module as text ----

const text = execFileSync('node_modules/.bin/wasm-dis', ['--all-features', named], { encoding: 'utf8', maxBuffer: 2 ** 26 });
/** Its top-level items: types, functions, a table … */
const forms = text.slice(text.indexOf('\n') + 1, text.lastIndexOf('\n)')).split(/\n(?= \()/);
const formsOf = (kind: string): string[] => forms.filter((form) => form.startsWith(` (${kind} `));

/** A name, in quotation marks if it contains spaces. */
const NAME = /\$(?:"(?:[^"\\]|\\.)*"|[^\s()]+)/.source;
const nameIn = (form: string): string => new RegExp(NAME).exec(form)?.[0] ?? '';
const namesIn = (form: string): string[] => [...form.matchAll(new RegExp(NAME, 'g'))].map(([name]) => name);
const keyOfName = (name: string): string => keyOf(name.replace(/^\$"?|"$/g, ''));

interface Function {
  readonly name: string;
  readonly text: string;
  readonly size: number;
  readonly families: Set<string>;
  readonly calls: Set<string>;
}

const sizes = functionSizes(named);
const functions = new Map(
  formsOf('func').map((form, i): [string, Function] => {
    const name = nameIn(form);
    const calls = [...form.matchAll(new RegExp(`\\((?:return_)?call (${NAME})`, 'g'))].map(([, callee = '']) => callee);
    // A function that the linker does not know was made by wasm-opt: its callers tell which families reach it.
    const reachedBy = new Set(families.get(keyOfName(name)));
    return [name, { name, text: form, size: sizes[i] ?? 0, families: reachedBy, calls: new Set(calls) }];
  }),
);
const functionOf = (name: string): Function => functions.get(name) ?? missing(name);
function missing(name: string): never {
  throw new Error(`${named} has no function ${name}`);
}

/** The functions in the table, by index. */
const slots = new Map<number, Function>();
for (const form of formsOf('elem')) {
  const first = Number(/\(i32\.const (\d+)\)/.exec(form)?.[1]);
  namesIn(form.replace(/^ \(elem \$\S+/, '')).forEach((name, i) => {
    slots.set(first + i, functionOf(name));
  });
}
// Equal functions have been merged, in the table and in calls: the result is reached by every family that reached one of them.
for (const [index, { families: reachedBy }] of slots)
  for (const family of families.get(keyOf(inLinked.get(index) ?? '')) ?? [BASE]) reachedBy.add(family);
for (let changed = true; changed; ) {
  changed = false;
  for (const caller of functions.values()) {
    for (const callee of caller.calls) {
      const { families: reachedBy } = functionOf(callee);
      const before = reachedBy.size;
      for (const family of caller.families) reachedBy.add(family);
      changed ||= reachedBy.size > before;
    }
  }
}

// ---- Parts ----

interface Part {
  readonly families: ReadonlySet<string>;
  readonly functions: Function[];
}

const base: Part = { families: new Set(), functions: [] };
const parts = new Map<string, Part>();
const partOf = new Map<string, Part>();
function put(part: Part, each: Function): void {
  part.functions.push(each);
  partOf.set(each.name, part);
}
for (const each of functions.values()) {
  const key = each.families.size === 0 || each.families.has(BASE) ? BASE : [...each.families].sort().join(' ');
  const part = key === BASE ? base : (parts.get(key) ?? { families: each.families, functions: [] });
  put(part, each);
  if (part !== base) parts.set(key, part);
}

/** Whether part `a` may call part `b`: every page that has a must have b, too. */
const reaches = (a: Part, b: Part): boolean =>
  b === base || (a !== base && [...a.families].every((family) => b.families.has(family)));

/** Whether the functions that `part` calls outside of itself could also be called by `other`. */
const fits = (part: Part, other: Part): boolean =>
  part.functions.every(({ calls }) =>
    [...calls].every((callee) => partOf.get(callee) === part || reaches(other, partOf.get(callee) ?? base)),
  );

// Parts of more families come first, because others call them. A small one is taken in by the base, or by a part for a few more
// families.
const split: Part[] = [];
for (const part of [...parts.values()].sort((a, b) => b.families.size - a.families.size)) {
  const size = part.functions.reduce((sum, each) => sum + each.size, 0);
  const taker =
    part.families.size > 1 && size < SMALL
      ? [base, ...split.slice().reverse()].find((other) => reaches(part, other) && fits(part, other))
      : undefined;
  if (taker) for (const each of part.functions) put(taker, each);
  else split.push(part);
}

// ---- Their modules ----

/** The functions that are exported to other parts, under short names. */
const shared = new Map<string, string>();
for (const { name, calls } of functions.values())
  for (const callee of calls)
    if (partOf.get(callee) !== partOf.get(name) && !shared.has(callee)) shared.set(callee, shared.size.toString(36));

const imported = (name: string, what: string): string => ` (import "" "${name}" ${what})`;

/** The import of a function that is defined elsewhere: the first line of its text, without the names of variables. */
const importOf = (name: string): string => {
  const [head = ''] = functionOf(name).text.split('\n');
  return imported(shared.get(name) ?? '', `${head.trim()})`);
};

/** The entries of a part in the table of functions: one segment for functions that are adjacent there. */
function elements(part: Part): string[] {
  const found: string[] = [];
  let before = -1;
  for (const [index, { name }] of [...slots].sort(([a], [b]) => a - b)) {
    if (partOf.get(name) !== part) continue;
    if (index === before + 1 && found.length > 0) found.push(`${(found.pop() ?? '').slice(0, -1)} ${name})`);
    else found.push(` (elem (i32.const ${index}) ${name})`);
    before = index;
  }
  return found;
}

function moduleOf(part: Part): string {
  const own = part.functions.map(({ text: body }) => body);
  const exports = part.functions.flatMap(({ name }) =>
    shared.has(name) ? [` (export "${shared.get(name)}" (func ${name}))`] : [],
  );
  if (part === base) {
    const pointer = formsOf('global').map((form) => ` (export "stack" (global ${nameIn(form)}))`);
    const tables = formsOf('table').map((form) => ` (export "table" (table ${nameIn(form)}))`);
    const kept = ['type', 'global', 'memory', 'data', 'table', 'export'].flatMap(formsOf);
    return `(module\n${[...kept, ...pointer, ...tables, ...exports, ...elements(part), ...own].join('\n')}\n)`;
  }
  const callees = new Set(part.functions.flatMap(({ calls }) => [...calls]));
  const imports = [
    ...formsOf('memory').map((form) => imported('memory', form.trim())),
    ...formsOf('table').map((form) => imported('table', form.trim())),
    ...formsOf('global').map((form) => imported('stack', form.trim().replace(/ \(i32\.const -?\d+\)\)$/, ')'))),
    ...[...callees].filter((name) => partOf.get(name) !== part).map(importOf),
  ];
  return `(module\n${[...formsOf('type'), ...imports, ...exports, ...elements(part), ...own].join('\n')}\n)`;
}

/** The features of every engine with SIMD: with more, Binaryen writes imports in a form that few engines know. */
const FEATURES = [
  'simd',
  'bulk-memory',
  'nontrapping-float-to-int',
  'sign-ext',
  'mutable-globals',
  'reference-types',
  'multivalue',
];
const binaryen = (tool: string, ...options: string[]): void => {
  execFileSync(`node_modules/.bin/${tool}`, [...FEATURES.map((feature) => `--enable-${feature}`), ...options]);
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const files = [base, ...split].map((part, i) => {
  const file = part === base ? 'base' : `part${i}`;
  const [source, target] = [join(folder, `${file}.wat`), join(folder, `${file}.wasm`)];
  writeFileSync(source, moduleOf(part));
  binaryen('wasm-as', source, '-o', target);
  binaryen('wasm-opt', '--remove-unused-module-elements', '--strip-debug', '--strip-target-features', target, '-o', target);
  // This comes afterwards, because Binaryen fails on names of segments.
  binaryen('wasm-opt', '--memory-packing', target, '-o', target);
  return file;
});

/** The parts that each function of the tables needs, in the order in which they are linked. */
const needs = Object.fromEntries(
  TABLES.flatMap(({ names }) =>
    names.map((name) => [name, split.flatMap(({ families: of }, i) => (of.has(familyOf(name)) ? [files[i + 1]] : []))]),
  ),
);
writeFileSync(join(folder, 'parts.json'), `${JSON.stringify({ files, needs }, undefined, 2)}\n`);
for (const [i, part] of [base, ...split].entries())
  console.log(
    files[i],
    part.functions.reduce((sum, each) => sum + each.size, 0),
    [...part.families].join(' '),
  );
