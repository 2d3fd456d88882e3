// Asks each framework what it answers at kinks, at NaN, at ±∞ and where digits are lost, and writes answers.json, which the page
// shows.
//
//   ./build.sh site --frameworks
//
// Installs the frameworks into .toolchain/frameworks: some gigabytes, once. What nonlin itself answers is asked on the page.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { numbersOf, type Question, textOf } from './question';

const here = 'site/frameworks';
const cache = resolve('.toolchain/frameworks');
const questionFile = join(here, 'questions.json');
const questions = JSON.parse(readFileSync(questionFile, 'utf8')) as readonly Question[];

interface Answers {
  readonly versions: Record<string, string>;
  readonly answers: Record<string, Record<string, string>>;
}

const run = (program: string, args: readonly string[], cwd?: string) =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 26 });

/** The Python frameworks, in an environment of their own. */
function python(): Answers {
  const folder = join(cache, 'python');
  if (!existsSync(join(folder, 'bin/python'))) run('python3', ['-m', 'venv', folder]);
  run(join(folder, 'bin/pip'), ['install', '--quiet', '-r', join(here, 'requirements.txt')]);
  return JSON.parse(run(join(folder, 'bin/python'), [join(here, 'measure.py'), questionFile])) as Answers;
}

/** The part of tfjs that is asked. */
interface Tensor {
  dataSync(): ArrayLike<number>;
}
type Operation = (x: Tensor) => Tensor;
interface Tfjs {
  readonly version: { readonly tfjs: string };
  ready(): Promise<void>;
  setBackend(name: string): Promise<boolean>;
  tensor(values: number[] | number): Tensor;
  grad(f: Operation): (x: Tensor, dy?: Tensor) => Tensor;
  [operation: string]: unknown;
}

async function tensorflowJs(): Promise<Answers> {
  const folder = join(cache, 'javascript');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact', '@tensorflow/tfjs@4.22.0'], folder);
  const tf = createRequire(join(folder, 'package.json'))('@tensorflow/tfjs') as Tfjs;
  await tf.setBackend('cpu');
  await tf.ready();
  const named: Record<string, string> = {
    relu: 'relu',
    lrelu: 'leakyRelu',
    elu: 'elu',
    sigmoid: 'sigmoid',
    tanh: 'tanh',
    softmax: 'softmax',
    softplus: 'softplus',
    logSigmoid: 'logSigmoid',
    relu6: 'relu6',
  };
  const answers: Answers['answers'] = {};
  for (const question of questions) {
    const f = tf[named[question.function] ?? ''] as Operation | undefined;
    // tfjs takes no alpha for elu.
    if (!f || question.options) continue;
    const x = tf.tensor(numbersOf(question.x));
    const dy = question.dy && tf.tensor(numbersOf(question.dy));
    const y = question.operation === 'value' ? f(x) : tf.grad((value) => f(value))(x, dy);
    answers[question.title] = {
      tfjs: `${Array.from(y.dataSync(), (value) => textOf(value - (question.minus ?? 0))).join(', ')} (float32)`,
    };
  }
  return { versions: { tfjs: tf.version.tfjs }, answers };
}

const measured = [python(), await tensorflowJs()];
const versions = Object.assign({}, ...measured.map((one) => one.versions)) as Record<string, string>;
const answers = Object.fromEntries(
  questions.map(({ title }) => [title, Object.assign({}, ...measured.map((one) => one.answers[title] ?? {}))]),
);
writeFileSync(join(here, 'answers.json'), `${JSON.stringify({ versions, answers }, null, 2)}\n`);
console.log(`${join(here, 'answers.json')}: ${questions.length} questions to ${Object.keys(versions).join(', ')}`);
