// Reads a wasm file as the linker makes it with --emit-relocs: which function or constant uses which other one, by call or by
// address. The format is that of WebAssembly/tool-conventions, Linking.md.

import { readFileSync } from 'node:fs';

/** A function or a constant. */
export interface Linked {
  readonly name: string;
  /** The functions and constants it uses, and where in it they are referred to. */
  readonly uses: { readonly at: number; readonly symbol: Linked }[];
  /** The number of bytes in it. */
  readonly size: number;
  readonly isFunction: boolean;
}

/** Relocations by type: what they refer to, and whether a number is added to it. */
const TYPES: readonly { readonly about: 'symbol' | 'type' | 'section'; readonly added: boolean }[] = [
  { about: 'symbol', added: false }, // 0: function, as the operand of a call
  { about: 'symbol', added: false }, // 1, 2: number of a function in the table
  { about: 'symbol', added: false },
  { about: 'symbol', added: true }, // 3 to 5: address in memory
  { about: 'symbol', added: true },
  { about: 'symbol', added: true },
  { about: 'type', added: false }, // 6
  { about: 'symbol', added: false }, // 7: global
  { about: 'symbol', added: true }, // 8: place in the code
  { about: 'section', added: true }, // 9
];

const TABLE_NUMBER = 20;

class Reader {
  at: number;
  readonly bytes: Buffer;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  /** A number in groups of seven bits. */
  number(): number {
    let value = 0;
    for (let factor = 1, more = true; more; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      more = byte > 127;
    }
    return value;
  }

  text(): string {
    const length = this.number();
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }
}

/** A section of a wasm file. */
export interface Section {
  readonly kind: number;
  readonly name: string;
  /** Where it begins, and where its content begins, after the name of a custom section. */
  readonly whole: number;
  readonly start: number;
  readonly end: number;
}

/** The sections of a wasm file, in order. */
export function readSections(bytes: Buffer): Section[] {
  const reader = new Reader(bytes, 8);
  const sections: Section[] = [];
  while (reader.at < bytes.length) {
    const whole = reader.at;
    const kind = reader.byte();
    const length = reader.number();
    const end = reader.at + length;
    const name = kind === 0 ? reader.text() : '';
    sections.push({ kind, name, whole, start: reader.at, end });
    reader.at = end;
  }
  return sections;
}

/** The positions of functions or segments of data in their section, in order. */
interface Span {
  readonly start: number;
  readonly end: number;
}

const IMPORT = 2;
const ELEMENTS = 9;
const CODE = 10;
const DATA = 11;

function finder(file: string, bytes: Buffer): (kind: number, name?: string) => Section {
  const sections = readSections(bytes);
  return (kind, name = '') => {
    const found = sections.find((section) => section.kind === kind && section.name === name);
    if (!found) throw new Error(`${file} has no section ${kind} ${name}`);
    return found;
  };
}

/** The number of bytes of code of each function of a wasm file, in order. */
export function functionSizes(file: string): number[] {
  const bytes = readFileSync(file);
  return functionSpans(bytes, finder(file, bytes)(CODE)).map(({ start, end }) => end - start);
}

/**
 * A key that identifies a function both in the linked file and in the module made of it: Rust's hash or, if its name has none,
 * the name without what wasm-bindgen adds.
 */
export const keyOf = (name: string): string =>
  /(?:17|::)(h[0-9a-f]{16})E?$/.exec(name)?.[1] ?? name.replace(/_[0-9a-f]{16}$/, '');

/** The symbols of a linked file by name, and the functions in its table by index. */
export function readLinked(file: string): { readonly symbols: Map<string, Linked>; readonly table: Map<number, string> } {
  const bytes = readFileSync(file);
  const sections = readSections(bytes);
  const find = finder(file, bytes);
  const imported = sections.some(({ kind }) => kind === IMPORT) ? importedFunctions(bytes, find(IMPORT)) : 0;
  const functions = functionSpans(bytes, find(CODE));
  const segments = segmentSpans(bytes, find(DATA));

  // Symbols, in the order of their numbers; those that are neither functions nor constants of this file stay undefined.
  const symbols: (Linked | undefined)[] = [];
  const inCode: (Span & { readonly symbol: Linked })[] = [];
  const inData: (Span & { readonly symbol: Linked })[] = [];
  const nameOf = new Map<number, string>();
  for (const { kind, name, index, offset, size } of readSymbols(bytes, find(0, 'linking'))) {
    const isFunction = kind === 'function';
    const span = isFunction ? functions[index - imported] : segments[index];
    if (span === undefined) {
      symbols.push(undefined);
      continue;
    }
    if (isFunction) nameOf.set(index, name);
    const start = isFunction ? span.start : span.start + offset;
    const end = isFunction ? span.end : start + size;
    const symbol = { name, uses: [], size: end - start, isFunction };
    symbols.push(symbol);
    (isFunction ? inCode : inData).push({ start, end, symbol });
  }
  for (const [name, spans, kind] of [
    ['reloc.CODE', inCode, CODE],
    ['reloc.DATA', inData, DATA],
  ] as const) {
    const { start } = find(kind);
    for (const { at, to } of readRelocations(bytes, find(0, name))) {
      const target = symbols[to];
      if (!target) continue;
      // Several symbols may have the same position.
      for (const span of spans) {
        if (span.start <= start + at && start + at < span.end)
          span.symbol.uses.push({ at: start + at - span.start, symbol: target });
      }
    }
  }
  const table = readTable(bytes, find(ELEMENTS));
  return {
    symbols: new Map(symbols.flatMap((symbol) => (symbol ? [[symbol.name, symbol] as const] : []))),
    table: new Map([...table].map(([index, number]) => [index, nameOf.get(number) ?? ''])),
  };
}

/** The numbers of the functions in the table, by index. */
function readTable(bytes: Buffer, { start }: Section): Map<number, number> {
  const reader = new Reader(bytes, start);
  if (reader.number() !== 1 || reader.number() !== 0) throw new Error('the linked module has other tables than the linker makes');
  // i32.const, the first index, end.
  reader.byte();
  const first = reader.number();
  reader.byte();
  return new Map(Array.from({ length: reader.number() }, (_, i) => [first + i, reader.number()] as const));
}

function importedFunctions(bytes: Buffer, { start }: Section): number {
  const reader = new Reader(bytes, start);
  let functions = 0;
  for (let left = reader.number(); left > 0; left--) {
    reader.text();
    reader.text();
    if (reader.byte() !== 0) throw new Error('the linked module imports something else than functions');
    reader.number();
    functions++;
  }
  return functions;
}

function functionSpans(bytes: Buffer, { start }: Section): Span[] {
  const reader = new Reader(bytes, start);
  const spans: Span[] = [];
  for (let left = reader.number(); left > 0; left--) {
    const length = reader.number();
    spans.push({ start: reader.at, end: reader.at + length });
    reader.at += length;
  }
  return spans;
}

function segmentSpans(bytes: Buffer, { start }: Section): Span[] {
  const reader = new Reader(bytes, start);
  const spans: Span[] = [];
  for (let left = reader.number(); left > 0; left--) {
    if (reader.number() !== 0) throw new Error('the linked module has a segment of data of another kind');
    // i32.const, the address, end.
    reader.byte();
    reader.number();
    reader.byte();
    const length = reader.number();
    spans.push({ start: reader.at, end: reader.at + length });
    reader.at += length;
  }
  return spans;
}

interface Entry {
  readonly kind: 'function' | 'data' | 'other';
  readonly name: string;
  readonly index: number;
  readonly offset: number;
  readonly size: number;
}

/** The table of symbols. */
function readSymbols(bytes: Buffer, { start, end }: Section): Entry[] {
  const reader = new Reader(bytes, start);
  if (reader.number() !== 2) throw new Error('the linked module is of another version');
  while (reader.at < end) {
    const kind = reader.byte();
    const length = reader.number();
    if (kind === 8) return Array.from({ length: reader.number() }, () => readSymbol(reader));
    reader.at += length;
  }
  throw new Error('the linked module has no table of symbols');
}

const UNDEFINED = 0x10;
const EXPLICIT_NAME = 0x40;

function readSymbol(reader: Reader): Entry {
  const kind = reader.byte();
  const flags = reader.number();
  const nothing = { kind: 'other', name: '', index: 0, offset: 0, size: 0 } as const;
  // 1: data; 3: a section; the others (0: a function) have a number, and a name where they are defined here or are given one.
  if (kind === 1) {
    const name = reader.text();
    if (flags & UNDEFINED) return { ...nothing, name };
    return { kind: 'data', name, index: reader.number(), offset: reader.number(), size: reader.number() };
  }
  const index = reader.number();
  if (kind === 3) return nothing;
  const name = flags & UNDEFINED && !(flags & EXPLICIT_NAME) ? '' : reader.text();
  return kind === 0 && !(flags & UNDEFINED) ? { ...nothing, kind: 'function', name, index } : { ...nothing, name };
}

function readRelocations(bytes: Buffer, { start }: Section): { readonly at: number; readonly to: number }[] {
  const reader = new Reader(bytes, start);
  reader.number();
  const found: { at: number; to: number }[] = [];
  for (let left = reader.number(); left > 0; left--) {
    const type = reader.byte();
    const at = reader.number();
    const to = reader.number();
    const { about, added } = type === TABLE_NUMBER ? { about: 'type', added: false } : (TYPES[type] ?? {});
    if (about === undefined) throw new Error(`the linked module has a relocation of type ${type}`);
    if (added) reader.number();
    if (about === 'symbol') found.push({ at, to });
  }
  return found;
}
