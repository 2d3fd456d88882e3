// README's table of errors, from docs/accuracy.json.

import { readFileSync } from 'node:fs';

export interface AccuracyRecord {
  readonly results: readonly {
    readonly function: string;
    readonly op: string;
    /** Why it is an exception to the limit. */
    readonly reason: string | null;
    readonly worst: number | null;
  }[];
  readonly peers: readonly {
    readonly peer: string;
    readonly version: string;
    /** In ULP, by column; "NaN" if the result for a number is NaN. */
    readonly worst: Readonly<Record<string, number | string>>;
  }[];
}

export const accuracyRecord = (): AccuracyRecord => JSON.parse(readFileSync('docs/accuracy.json', 'utf8')) as AccuracyRecord;

/** The rows: the function, the name under which other libraries have it, and whose errors over all inputs are shown beside it. */
const ROWS: readonly (readonly [title: string, column: string, name: string, op: string])[] = [
  ['sigmoid', 'sigmoid', 'sigmoid', 'value'],
  ['sigmoid′', 'sigmoid_deriv', 'sigmoid', 'deriv'],
  ['tanh', 'tanh', 'tanh', 'value'],
  ['tanh′', 'tanh_deriv', 'tanh', 'deriv'],
  ['elu', 'elu', 'elu', 'value'],
  ['elu′', 'elu_deriv', 'elu', 'deriv'],
  ['softmax, logits in [−20, 0]', 'softmax_near', 'softmax', 'value'],
  ['softmax, logits in [−700, 0]', 'softmax_wide', 'softmax', 'value'],
];
const PEERS = ['plain JavaScript', 'EpyNN', 'PyTorch', 'NumPy and SciPy'];
/** The error that leaves no correct digit: 2⁵² ULP. */
const NO_DIGIT = 4e15;

/** An error as the tables show it. */
export function errorText(error: number | string | undefined): string {
  if (error === undefined) return '–';
  if (typeof error === 'string') return error;
  if (error >= NO_DIGIT) return 'no digit';
  return error >= 1e4 ? error.toExponential(1).replace('e+', 'e') : error.toFixed(2);
}

/** The error of a peer, or of the package itself on the same inputs, in a column. */
export const peerError = ({ peers }: AccuracyRecord, peer: string, column: string): number | string | undefined =>
  peers.find((each) => each.peer === peer)?.worst[column];

/**
 * The largest error of an operation of a function over every input and hyperparameter. Rounded up, so that the number shown
 * holds.
 */
export function largestError({ results }: AccuracyRecord, name: string, op: string): number {
  const errors = results
    .filter((row) => row.function === name && row.op === op && row.reason === null)
    .map(({ worst }) => worst ?? Number.POSITIVE_INFINITY);
  return Math.ceil(Math.max(...errors) * 100) / 100;
}

export function accuracyTable(record: AccuracyRecord = accuracyRecord()): string {
  const lines = ROWS.map(([title, column, name, op]) => {
    const cells = ['nonlin', ...PEERS].map((peer) => errorText(peerError(record, peer, column)));
    return `| ${title} | ${largestError(record, name, op).toFixed(2)} | ${cells.join(' | ')} |`;
  });
  const heads = ['function', 'nonlin, any input (ULP)', 'nonlin, same inputs (ULP)', ...PEERS.map((peer) => `${peer} (ULP)`)];
  return [`| ${heads.join(' | ')} |`, `|---|${'---:|'.repeat(heads.length - 1)}`, ...lines].join('\n');
}
