// How many times the ordinary time hard inputs take: on tensors, where no copy hides it, except for functions with several inputs
// or results.

import { sizeOf } from './cases.js';
import { onTensors } from './contenders.js';
import { HARD_ELEMENTS, HARD_GATES, HARD_LOGITS, HARD_ROWS, type Hard, hardened } from './inputs.js';
import { layerProblem, onLayer } from './layers.js';
import { type Contender, measure, type Pace } from './measure.js';
import { activation, hardValuesOf, POINTWISE } from './nonlin.js';
import { problemOf } from './ordinary.js';
import type { Op, Problem } from './plain.js';
import type { Finding } from './record.js';

export interface HardCase {
  readonly fn: string;
  readonly op: Op;
  readonly rows: number;
  readonly units: number;
  readonly table: string;
  readonly hards: readonly Hard[];
}

const OPS: readonly Op[] = ['value', 'deriv', 'backward', 'backwardY'];

/** Gated units, losses and the logarithm of softmax, on arrays. */
const LAYERS: readonly (readonly [fn: string, ops: readonly Op[], hards: readonly Hard[]])[] = [
  ...['glu', 'swiglu', 'geglu'].map((fn) => [fn, ['value', 'backward'], HARD_GATES] as const),
  ['logSoftmax', ['value', 'backward'], HARD_LOGITS],
  ['softmaxCrossEntropy', ['valueAndDeriv'], HARD_LOGITS],
  ['sigmoidCrossEntropy', ['valueAndDeriv'], HARD_LOGITS],
];

/** Each function and operation with the inputs that touch it. */
export const HARD_CASES: readonly HardCase[] = [
  ...POINTWISE.flatMap((fn) =>
    OPS.flatMap((op): HardCase[] => {
      const size = { fn, op, rows: 256, units: 128 };
      return [
        { ...size, table: 'elements', hards: HARD_ELEMENTS },
        { ...size, table: 'hyperparameters', hards: hardValuesOf(fn, op) },
      ].filter(({ hards }) => hards.length > 0);
    }),
  ),
  ...(['value', 'backward', 'backwardY'] as const).flatMap((op) =>
    [
      [32, 10],
      [64, 1000],
    ].map(([rows = 0, units = 0]) => ({ fn: 'softmax', op, rows, units, table: 'rows', hards: HARD_ROWS })),
  ),
  ...LAYERS.flatMap(([fn, ops, hards]) => ops.map((op) => ({ fn, op, rows: 64, units: 256, table: 'layers', hards }))),
];

/** A finding for each input that concerns the operation; none if the function has no such operation. */
export async function measureHard(test: HardCase, title: string, pace: Pace): Promise<Finding[]> {
  const hards = test.hards.filter(({ ops }) => ops.includes(test.op));
  const isLayer = test.table === 'layers';
  const problem = isLayer ? layerProblem(test) : problemOf(test);
  const on = (name: string, changed: Problem, options?: object): Contender =>
    isLayer ? { ...onLayer(changed), name } : onTensors(changed, name, options);
  const usual = on('ordinary', problem);
  try {
    await usual.run(1);
  } catch {
    usual.dispose?.();
    return [];
  }
  const contenders = [
    usual,
    ...hards.map((hard) => {
      const inputs = hardened(hard, problem, test.units);
      // The saved y are the results of these inputs.
      const isSaved = test.op === 'backwardY' && hard.x !== undefined;
      const y = isSaved ? (activation(test.fn)(inputs.x, { shape: [test.rows, test.units] }) as Float64Array) : problem.y;
      return on(hard.name, { ...problem, ...inputs, y }, hard.options);
    }),
  ];
  const timings = await measure(contenders, pace);
  for (const contender of contenders) contender.dispose?.();
  const row = test.table === 'rows' || isLayer ? `${title} ${sizeOf(test)}` : title;
  return hards.map(({ name, asked }) => ({
    section: 'hard',
    table: test.table,
    row,
    column: name,
    got: timings.ratio('ordinary', name),
    unit: '×',
    asked,
    from: { ordinary: timings.median('ordinary'), hard: timings.median(name) },
  }));
}
