// Hard inputs: how many times the ordinary time they take, on tensors, where no copy hides it.

import { sizeOf } from './cases.js';
import { onTensors } from './contenders.js';
import { HARD_ELEMENTS, HARD_ROWS, type Hard, hardened } from './inputs.js';
import { measure, type Pace } from './measure.js';
import { hardValuesOf, POINTWISE } from './nonlin.js';
import { problemOf } from './ordinary.js';
import type { Op } from './plain.js';
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
];

/** A finding for each input that concerns the operation; none where the function has no such operation. */
export async function measureHard(test: HardCase, title: string, pace: Pace): Promise<Finding[]> {
  const hards = test.hards.filter(({ ops }) => ops.includes(test.op));
  const problem = problemOf(test);
  const usual = onTensors(problem, 'ordinary');
  try {
    await usual.run(1);
  } catch {
    usual.dispose?.();
    return [];
  }
  const contenders = [
    usual,
    ...hards.map((hard) => onTensors({ ...problem, ...hardened(hard, problem, test.units) }, hard.name, hard.options)),
  ];
  const timings = await measure(contenders, pace);
  for (const contender of contenders) contender.dispose?.();
  const row = test.table === 'rows' ? `${title} ${sizeOf(test)}` : title;
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
