// What the runs of one activation come to: one row of the table.

import { percent } from './format.js';
import type { Epoch } from './training.js';

/** One network, trained from one seed. `read` is what it takes each held-out image for. */
export interface Run {
  readonly seed: number;
  readonly record: readonly Epoch[];
  readonly milliseconds: number;
  readonly inActivations: number;
  readonly read: Uint8Array;
}

export interface Result {
  readonly name: string;
  readonly gradientDifference: number;
  readonly runs: readonly Run[];
}

export interface Summary {
  readonly epochs: number;
  readonly seconds: number;
  readonly activationShare: number;
  readonly loss: number;
  readonly mean: number;
  readonly worst: number;
}

/** Means over the seeds, and the worst held-out accuracy among them. */
export function summary({ runs }: Result): Summary {
  const mean = (of: (run: Run) => number) => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  return {
    epochs: Math.max(...runs.map(({ record }) => record.length - 1)),
    seconds: mean((run) => run.milliseconds) / 1000,
    activationShare: mean((run) => run.inActivations) / mean((run) => run.milliseconds),
    loss: mean((run) => last(run).loss),
    mean: mean((run) => last(run).accuracy),
    worst: Math.min(...runs.map((run) => last(run).accuracy)),
  };
}

/** Where a run ended. */
export function last({ record }: Run): Epoch {
  return record[record.length - 1];
}

export const HEADINGS = [
  'activation',
  'epochs',
  'seconds',
  'in activations',
  'train loss',
  'held out: mean',
  'worst',
  'gradient off by',
];

/** The cells under HEADINGS. */
export function cells(result: Result): string[] {
  const { epochs, seconds, activationShare, loss, mean, worst } = summary(result);
  return [
    result.name,
    String(epochs),
    seconds.toFixed(2),
    percent(activationShare),
    loss.toFixed(4),
    percent(mean),
    percent(worst),
    result.gradientDifference.toExponential(1),
  ];
}
