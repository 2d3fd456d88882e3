// How rows and numbers are written in the terminal, in docs/ and in charts.

import { sizeOf } from './cases.js';
import type { Op } from './plain.js';
import type { Finding, Unit } from './record.js';

const OPS: Readonly<Record<Op, string>> = {
  value: '',
  deriv: '′',
  backward: ' backward',
  backwardY: ' backward from y',
  jacobian: ' Jacobian',
  valueAndDeriv: ' with its derivative',
  product: '',
  contraction: ' with Jacobians',
};

/** sigmoid′, softmax backward … */
export const named = ({ fn, op }: { fn: string; op: Op }): string => `${fn}${OPS[op]}`;

/** With its size: sigmoid′ 256×128. */
export const titled = (row: { fn: string; op: Op; rows: number; units: number }): string => `${named(row)} ${sizeOf(row)}`;

/** Three digits that matter. */
export const number = (value: number | undefined): string =>
  value === undefined ? '–' : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** 10³ for a power of ten. */
export const power = (value: number): string =>
  `10${[...String(Math.round(Math.log10(value)))].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`;

export const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;

const UNITS: Readonly<Record<Unit, string>> = { '×': '×', ns: ' ns', ms: ' ms', bytes: ' bytes', elements: ' elements' };
export const withUnit = (value: number, unit: Unit): string => `${number(value)}${UNITS[unit]}`;

/** Whether the target was reached; true if there is none. */
export const reached = ({ got, asked, atLeast = false }: Pick<Finding, 'got' | 'asked' | 'atLeast'>): boolean =>
  asked === undefined || (atLeast ? got >= asked : got <= asked);

export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}
