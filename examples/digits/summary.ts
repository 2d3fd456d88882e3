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
  /** `alpha 0.3`, or nothing. */
  readonly hyperparameters: string;
  readonly gradientDifference: number;
  readonly runs: readonly Run[];
  /** The same networks with activations in plain JavaScript, where there are such. */
  readonly plain: readonly Run[];
}

export interface Summary {
  readonly epochs: number;
  readonly seconds: number;
  readonly secondsInActivations: number;
  readonly loss: number;
  readonly mean: number;
  readonly worst: number;
}

/** Means over the seeds, and the worst held-out accuracy among them. */
export function summary(runs: readonly Run[]): Summary {
  const mean = (of: (run: Run) => number) => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  return {
    epochs: Math.max(...runs.map(({ record }) => record.length - 1)),
    seconds: mean((run) => run.milliseconds) / 1000,
    secondsInActivations: mean((run) => run.inActivations) / 1000,
    loss: mean((run) => last(run).loss),
    mean: mean((run) => last(run).accuracy),
    worst: Math.min(...runs.map((run) => last(run).accuracy)),
  };
}

/** Where a run ended. */
export function last({ record }: Run): Epoch {
  return record[record.length - 1];
}

/** How far apart the seeds of one activation end, at most: a difference between two activations says nothing unless it is larger. */
export function spreadOfSeeds(results: readonly Result[]): number {
  const spread = ({ runs }: Result) => {
    const accuracies = runs.map((run) => last(run).accuracy);
    return Math.max(...accuracies) - Math.min(...accuracies);
  };
  return Math.max(...results.map(spread));
}

export const HEADINGS = [
  'activation',
  'train loss',
  'held out: mean',
  'worst seed',
  'seconds',
  'in activations',
  'plain: held out',
  'plain: in activations',
  'gradient off by',
];

/** The cells under HEADINGS. */
export function cells({ name, hyperparameters, runs, plain, gradientDifference }: Result): string[] {
  const { seconds, secondsInActivations, loss, mean, worst } = summary(runs);
  const other = plain.length > 0 ? summary(plain) : undefined;
  return [
    hyperparameters ? `${name}, ${hyperparameters}` : name,
    loss.toFixed(4),
    percent(mean),
    percent(worst),
    `${seconds.toFixed(2)} s`,
    `${secondsInActivations.toFixed(2)} s`,
    other ? percent(other.mean) : '–',
    other ? `${other.secondsInActivations.toFixed(2)} s` : '–',
    gradientDifference.toExponential(1),
  ];
}
