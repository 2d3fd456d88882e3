// Learns to read handwritten digits, once with each activation of nonlin, and writes a report.
//
//   ./build.sh demo [--data data/digits.csv] [--report demo/report.html]
//
// A network of 64 pixels, 32 hidden units and 10 digits is trained on 1,297 images and tried on 500 it has never seen.
// Start with digits/network.ts: that is where the functions of nonlin are called.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import util from 'node:util';
import { elu, identity, lrelu, relu, sigmoid, softmaxCrossEntropy, tanh } from 'nonlin';
import { type Digits, PIXELS, rowsOf, split } from './digits/data.js';
import { readDigits } from './digits/files.js';
import { percent, table } from './digits/format.js';
import { worstGradientDifference } from './digits/gradient.js';
import { type Activation, type Loss, mostProbable, Network } from './digits/network.js';
import { checkNodeVersion } from './digits/node-version.js';
import { PLAIN, plainCrossEntropy } from './digits/plain.js';
import { progress } from './digits/progress.js';
import { random } from './digits/random.js';
import { checkWritable, writeReport } from './digits/report.js';
import { timedActivation, timedLoss } from './digits/stopwatch.js';
import { cells, HEADINGS, type Result, type Run, spreadOfSeeds } from './digits/summary.js';
import { train } from './digits/training.js';
import { reason, UserError } from './digits/user-error.js';

// Chosen before the first run and the same for every activation: no seed, split or rate was picked for its result.
const SIZES = [PIXELS, 32, 10] as const;
const SETTINGS = { epochs: 50, batch: 32, rate: 0.1, momentum: 0.9 };
const HELD_OUT = 500;
const SPLIT_SEED = 1;
const SEEDS = [1, 2, 3];
const LARGEST_GRADIENT_DIFFERENCE = 1e-5;

const ACTIVATIONS = { identity, relu, lrelu, elu, sigmoid, tanh };

function main(): void {
  checkNodeVersion();
  const { data, report } = options();
  checkWritable(report);
  const { training, heldOut } = split(readDigits(data), HELD_OUT, SPLIT_SEED);
  console.log(
    `Networks of ${SIZES.join('–')}: ${training.digits.length} images to train on, ${heldOut.digits.length} held out\n`,
  );

  const results = Object.entries(ACTIVATIONS).map(([name, activation]): Result => {
    const gradientDifference = checkGradient(name, activation, training);
    const [runs, plain]: [Run[], Run[]] = [[], []];
    for (const seed of SEEDS) {
      runs.push(run(`${name.padEnd(8)} seed ${seed}       `, activation, softmaxCrossEntropy, seed, training, heldOut));
      const same = PLAIN[name];
      if (same) plain.push(run(`${name.padEnd(8)} seed ${seed}, plain`, same, plainCrossEntropy, seed, training, heldOut));
    }
    return { name, hyperparameters: hyperparametersOf(activation), gradientDifference, runs, plain };
  });

  const worst = Math.max(...results.map(({ gradientDifference }) => gradientDifference));
  console.log(`\n${table([HEADINGS, ...results.map(cells)])}\n`);
  console.log(
    `Means over seeds ${SEEDS.join(', ')}; “plain”: the same networks with activations in plain JavaScript. “In activations”: the time spent there and in the loss.`,
  );
  console.log(
    `The seeds of one activation differ by up to ${percent(spreadOfSeeds(results))}: smaller differences between activations mean nothing.`,
  );
  console.log(`Gradients of all weights against central differences: worst relative difference ${worst.toExponential(1)}`);
  writeReport(report, {
    results,
    heldOut,
    trainingCount: training.digits.length,
    sizes: SIZES,
    settings: SETTINGS,
    version: JSON.parse(readFileSync(inProject('package.json'), 'utf8')).version,
    code: readFileSync(inProject('examples/digits/network.ts'), 'utf8'),
  });
  console.log(`Curves, functions and misread digits: ${report}`);
}

/** `alpha 0.3` for a function that has hyperparameters. */
function hyperparametersOf({ defaults }: { defaults: Readonly<Record<string, number>> }): string {
  return Object.entries(defaults)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** The worst relative difference between analytic and numeric gradient, on a few images and fresh weights. */
function checkGradient(name: string, activation: Activation, training: Digits): number {
  const network = new Network(SIZES, activation, softmaxCrossEntropy, random(SEEDS[0]));
  const difference = worstGradientDifference(
    network,
    rowsOf(
      training,
      Uint32Array.from({ length: 20 }, (_, row) => row),
    ),
  );
  if (!(difference <= LARGEST_GRADIENT_DIFFERENCE)) {
    throw new UserError(`the gradient with ${name} differs from central differences by ${difference} (relative)`);
  }
  return difference;
}

/** Trains one network; the seed decides its first weights and the order of the images. */
function run(label: string, hidden: Activation, loss: Loss, seed: number, training: Digits, heldOut: Digits): Run {
  const watch = { milliseconds: 0 };
  const next = random(seed);
  const network = new Network(SIZES, timedActivation(hidden, watch), timedLoss(loss, watch), next);
  const shown = progress(label, SETTINGS.epochs);
  const start = performance.now();
  const record = train(network, training, heldOut, SETTINGS, next, shown.after);
  const milliseconds = performance.now() - start;
  const inActivations = watch.milliseconds;
  shown.done();
  return { seed, record, milliseconds, inActivations, read: mostProbable(network.forward(heldOut.images).logits) };
}

/** A file of the project, wherever this is run from. */
function inProject(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** The command line; both paths default to their place in the project. */
function options(): { data: string; report: string } {
  try {
    const { values } = util.parseArgs({ options: { data: { type: 'string' }, report: { type: 'string' } } });
    return { data: values.data ?? inProject('data/digits.csv'), report: values.report ?? inProject('demo/report.html') };
  } catch (error) {
    throw new UserError(reason(error));
  }
}

try {
  main();
} catch (error) {
  const explained = error instanceof UserError || (error instanceof Error && 'code' in error && error.code === 'ERR_ENVIRONMENT');
  if (!explained) {
    throw error;
  }
  console.error(`error: ${reason(error)}`);
  process.exitCode = 1;
}
