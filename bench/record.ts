// The record of a run, as it stands in bench/records/DATE.json: numbers only, from which report.ts makes every table and chart.

import type { Op } from './plain.js';

/** Something a contender could not do, or did wrongly. */
export interface Failure {
  readonly name: string;
  readonly why: string;
}

/** A function on ordinary inputs, against plain JavaScript and the peers. Ratios are how many times faster nonlin is. */
export interface OrdinaryRow {
  readonly fn: string;
  readonly op: Op;
  readonly rows: number;
  readonly units: number;
  /**
   * Nanoseconds per element, by contender; for plain JavaScript those of the fastest form in each place, as `handed` and
   * `closure`.
   */
  readonly nanoseconds: Readonly<Record<string, number>>;
  /** `arrays` and `tensors` against each contender. */
  readonly arrays: Readonly<Record<string, number>>;
  readonly tensors: Readonly<Record<string, number>>;
  readonly failed: readonly Failure[];
}

export type Section = 'hard' | 'numbers' | 'containers' | 'layers' | 'placings' | 'start' | 'allocation' | 'parallel';
export type Unit = '×' | 'ns' | 'ms' | 'bytes' | 'elements';

/** One number and its target: a cell of a table of its section. */
export interface Finding {
  readonly section: Section;
  /** The table that contains it, if a section has several. */
  readonly table: string;
  readonly row: string;
  readonly column: string;
  readonly got: number;
  readonly unit: Unit;
  /** The target: at most this or, with `atLeast`, at least this. Without it, the number is only shown. */
  readonly asked?: number;
  readonly atLeast?: boolean;
  /** The numbers from which `got` was computed, by name: nanoseconds per call, unless the section says otherwise. */
  readonly from?: Readonly<Record<string, number>>;
}

export interface Growth {
  readonly byCount: readonly GrowthRow[];
  readonly byUnits: readonly GrowthRow[];
  readonly total: number;
  readonly capacity: { readonly count: number; readonly before: number; readonly after: number };
}

/** Nanoseconds per element at one size. */
export interface GrowthRow {
  readonly at: number;
  readonly arrays: number;
  readonly tensors: number;
  readonly plain: number;
}

export interface BenchmarkRecord {
  readonly date: string;
  readonly machine: string;
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly ordinary: readonly OrdinaryRow[];
  readonly findings: readonly Finding[];
  readonly growth?: Growth;
}

/** What a finding has, in the order in which a line of the file has it: names beside each value would be a third of the file. */
const PARTS = ['section', 'table', 'row', 'column', 'got', 'unit', 'asked', 'atLeast', 'from'] as const;

/** The record as a file: one line per row, with five digits of each number, as many as can mean something. */
export function serialized(record: BenchmarkRecord): string {
  const short = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);
  const lines = (rows: readonly object[]) => `[\n  ${rows.map((row) => JSON.stringify(row, short)).join(',\n  ')}\n ]`;
  const findings = record.findings.map((finding) => PARTS.map((part) => finding[part]));
  const parts = Object.entries({ ...record, findings }).map(
    ([name, value]) => `${JSON.stringify(name)}: ${Array.isArray(value) ? lines(value) : JSON.stringify(value, short)}`,
  );
  return `{\n ${parts.join(',\n ')}\n}\n`;
}

/** Reads the record in a file. */
export function parsed(text: string): BenchmarkRecord {
  const record = JSON.parse(text) as Omit<BenchmarkRecord, 'findings'> & { readonly findings: readonly (readonly unknown[])[] };
  const findings = record.findings.map(
    (line) =>
      Object.fromEntries(PARTS.map((part, i) => [part, line[i]]).filter(([, value]) => value !== null)) as unknown as Finding,
  );
  return { ...record, findings };
}
