// Gated units, recurrent cells, losses, a caller's own activations, and compositions: on typed arrays with `out`, against plain
// JavaScript.

import * as nonlin from 'nonlin';
import { ASKED, sizeOf } from './cases.js';
import { ordinary } from './inputs.js';
import { type Contender, measure, type Pace, repeated } from './measure.js';
import { Entrants } from './ordinary.js';
import { joined, type Op, type Problem } from './plain.js';
import { resultsOf } from './plain-layers.js';
import type { PlainProcess } from './plain-process.js';
import type { Finding } from './record.js';
import { titled } from './words.js';

export interface LayerCase {
  readonly fn: string;
  readonly op: Op;
  readonly rows: number;
  /** The last axis of the inputs: gates side by side, or both halves. */
  readonly units: number;
}

/** The functions of a build of the package by name, together with a caller's own activation and a composition. */
export function made(build: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  const { compose, defineActivation, softplus, tanh } = build as typeof nonlin;
  const own = defineActivation({
    name: 'own',
    value: (x) => x / (1 + Math.abs(x)),
    deriv: (x) => 1 / (1 + Math.abs(x)) ** 2,
  });
  return new Map<string, unknown>([...Object.entries(build), ['own', own], ['compose', compose(tanh, softplus)]]);
}

const HERE = made({ ...nonlin });

const SIZES = [
  [4, 4],
  [32, 16],
  [256, 128],
] as const;

const LAYERS: readonly (readonly [fn: string, op: Op, parts: number])[] = [
  ['glu', 'value', 2],
  ['glu', 'backward', 2],
  ['swiglu', 'value', 2],
  ['swiglu', 'backward', 2],
  ['lstmGates', 'value', 4],
  ['gruGates', 'value', 3],
  ['softmaxCrossEntropy', 'valueAndDeriv', 1],
  ['sigmoidCrossEntropy', 'valueAndDeriv', 1],
  ['own', 'value', 1],
  ['own', 'backward', 1],
  ['compose', 'value', 1],
  ['compose', 'backward', 1],
];

export const LAYER_CASES: readonly LayerCase[] = LAYERS.flatMap(([fn, op, parts]) =>
  SIZES.map(([rows, units]) => ({ fn, op, rows, units: units * parts })),
);

/** One number at a time. */
export const LAYER_NUMBERS: readonly LayerCase[] = (['own', 'compose'] as const).flatMap((fn) =>
  (['value', 'backward'] as const).map((op) => ({ fn, op, rows: 1, units: 1 })),
);

/** Class indices for a cross-entropy, targets from 0 to 1, or a state of any numbers. */
function besideOf({ fn, rows, units }: LayerCase, dy: Float64Array): Float64Array {
  if (fn === 'softmaxCrossEntropy') return Float64Array.from({ length: rows }, (_, row) => (row * 7) % units);
  if (fn === 'sigmoidCrossEntropy') return dy.map((value) => Math.abs(value) % 1);
  return dy.slice(0, dy.length / (fn === 'lstmGates' ? 4 : fn === 'gruGates' ? 3 : 1));
}

export function layerProblem(test: LayerCase): Problem {
  const { x, dy } = ordinary(test.rows * test.units);
  return { ...test, x, y: besideOf(test, dy), dy, alpha: 1 };
}

/** The call as a program writes it, into arrays of its own. */
export function onLayer(problem: Problem, functions = HERE): Contender {
  const { fn, op, rows, units, x, y, dy } = problem;
  const [out, also] = resultsOf(problem).map((count) => new Float64Array(count));
  const shape = [rows, units];
  const scope: Record<string, unknown> = { f: functions.get(fn), dy, x, y, saved: { x }, options: { out, shape } };
  let call = op === 'backward' ? 'f.backward(dy, saved, options);' : 'f(x, options);';
  if (fn === 'lstmGates') Object.assign(scope, { y: { c: y }, options: { out: { h: out, c: also }, shape } });
  if (fn === 'gruGates') scope['y'] = { h: y };
  if (fn.endsWith('Gates')) call = 'f(x, y, options);';
  if (op === 'valueAndDeriv') {
    call = 'f.valueAndDeriv(x, y, options);';
    scope['options'] = { out: { value: also, deriv: out }, shape };
  }
  // The gradient passed to the `backward` of a gated unit is as long as its value.
  if (fn.endsWith('glu')) scope['dy'] = dy.slice(0, dy.length / 2);
  if (fn === 'own' || fn === 'compose') scope['options'] = { out };
  return { name: 'nonlin', run: repeated(call, scope), read: () => joined([out ?? [], also ?? []]) };
}

export async function measureLayer(test: LayerCase, process: PlainProcess, pace: Pace): Promise<Finding[]> {
  const problem = layerProblem(test);
  const entrants = new Entrants(onLayer(problem));
  await entrants.addFastest(await process.forms(problem, 'layer'), 'plain JS');
  const timings = await measure(entrants.contenders, pace);
  if (!timings.has('plain JS')) throw new Error(`plain JavaScript is wrong: ${JSON.stringify(entrants.failed)}`);
  const asked = ASKED.atLeastTyped(test.rows * test.units);
  const mine = test.fn !== 'own' && asked !== undefined ? { asked, atLeast: true } : {};
  const from = { nonlin: timings.median('nonlin'), 'plain JS': timings.median('plain JS') };
  const row = titled(test);
  const finding = { section: 'layers', table: 'layers', row } as const;
  return [
    { ...finding, column: '× plain JS', got: timings.ratio('nonlin', 'plain JS'), unit: '×', from, ...mine },
    { ...finding, column: `nonlin, ${NANOSECONDS}`, got: from.nonlin, unit: 'ns' },
    { ...finding, column: `plain JS, ${NANOSECONDS}`, got: from['plain JS'], unit: 'ns' },
  ];
}

const NANOSECONDS = 'ns a call';

/** The size in its title, which is not that of the numbers in and out. */
export const layerId = ({ fn, op, rows, units }: LayerCase): string => `${fn}/${op}/${sizeOf({ rows, units }).replace('×', 'x')}`;

/** The cost of a caller's own activation, and of a composition, for one number. */
export async function measureLayerNumber({ fn, op }: LayerCase, pace: Pace): Promise<Finding[]> {
  const { x, dy } = ordinary(1000);
  const sum = { value: 0 };
  const call = op === 'value' ? 'f(x[i])' : 'f.backward(dy[i], { x: x[i] })';
  const loop = (one: string) => `let total = 0; for (let i = 0; i < x.length; i++) total += ${one}; sum.value = total;`;
  const plain = {
    'own value': 'v / (1 + Math.abs(v))',
    'own backward': 'd / (1 + Math.abs(v)) ** 2',
    'compose value': 'Math.tanh(Math.log1p(Math.exp(v)))',
    'compose backward': 'd * (1 - Math.tanh(Math.log1p(Math.exp(v))) ** 2) / (1 + Math.exp(-v))',
  }[`${fn} ${op}` as 'own value'];
  const entrants = new Entrants({
    name: 'nonlin',
    run: repeated(loop(call), { f: HERE.get(fn), x, dy, sum }),
    read: () => [sum.value],
  });
  const f = new Function('v', 'd', `return ${plain};`);
  await entrants.add({ name: 'plain JS', run: repeated(loop('f(x[i], dy[i])'), { f, x, dy, sum }), read: () => [sum.value] });
  const timings = await measure(entrants.contenders, pace);
  return ['nonlin', 'plain JS']
    .filter((name) => timings.has(name))
    .map((column) => ({
      section: 'layers',
      table: 'numbers',
      row: `${fn}${op === 'value' ? '' : ' backward'}`,
      column,
      got: timings.median(column) / 1000,
      unit: 'ns',
    }));
}
