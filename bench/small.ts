// Single numbers, and every container from one element on, each against plain JavaScript on the same container.

import { ASKED, type Case, sizeOf } from './cases.js';
import { onContainer, onNumbers } from './contenders.js';
import { ordinary } from './inputs.js';
import { type Contender, measure, type Pace } from './measure.js';
import { activation, here, type Kind, POINTWISE } from './nonlin.js';
import { Entrants, problemOf } from './ordinary.js';
import { type Peer, TFJS_WASM } from './peers/peers.js';
import { hasForms, type Op, type Problem, plainOnNumbers } from './plain.js';
import type { PlainKind, PlainProcess } from './plain-process.js';
import type { Finding } from './record.js';

const NUMBERS = 1000;

export const NUMBER_CASES: readonly { fn: string; op: Op }[] = POINTWISE.flatMap((fn) =>
  (['value', 'deriv', 'backward'] as const).map((op) => ({ fn, op })),
);

/** One number at a time, out of a thousand different ones. */
export async function measureNumbers({ fn, op }: { fn: string; op: Op }, title: string, pace: Pace): Promise<Finding[]> {
  const { x, dy } = ordinary(NUMBERS);
  const problem: Problem = { fn, op, rows: 1, units: NUMBERS, x, y: x, dy, alpha: activation(fn).defaults['alpha'] ?? 1 };
  const entrants = new Entrants(onNumbers(problem));
  await entrants.addFastest(plainOnNumbers(problem), 'plain JS');
  const timings = await measure(entrants.contenders, pace);
  const nanoseconds = (name: string) => timings.median(name) / NUMBERS;
  const from = { nonlin: nanoseconds('nonlin'), ...(timings.has('plain JS') ? { 'plain JS': nanoseconds('plain JS') } : {}) };
  return [
    {
      section: 'numbers',
      table: 'numbers',
      row: title,
      column: 'nonlin',
      got: from.nonlin,
      unit: 'ns',
      asked: ASKED.number,
      from,
    },
    ...(timings.has('plain JS')
      ? [
          {
            section: 'numbers',
            table: 'numbers',
            row: title,
            column: 'plain JS',
            got: nanoseconds('plain JS'),
            unit: 'ns',
          } as const,
        ]
      : []),
  ];
}

/** Vectors of these sizes; as rows where the target is about nested arrays. */
const VECTORS = [1, 2, 4, 8, 16, 32, 64, 320];
const SHAPES = [
  [4, 4],
  [32, 10],
  [256, 128],
] as const;

export interface ContainerCase extends Case {
  readonly kinds: readonly Kind[];
}

const FLAT: readonly Kind[] = ['Float64Array', 'number[]', 'Tensor'];
const SHAPED: readonly Kind[] = (['Float64Array', 'nested', '{ data, shape }', 'Float32Array', 'Float16Array'] as const).filter(
  here,
);

export const CONTAINER_CASES: readonly ContainerCase[] = [...POINTWISE, 'softmax']
  .flatMap((fn) => (['value', 'backward'] as const).map((op) => ({ fn, op })))
  .filter(({ fn, op }) => hasForms(fn, op))
  .flatMap(({ fn, op }) => [
    ...VECTORS.map((units) => ({ fn, op, rows: 1, units, kinds: FLAT })),
    ...SHAPES.map(([rows, units]) => ({
      fn,
      op,
      rows,
      units,
      kinds: rows * units > 1000 ? [...SHAPED, 'number[]' as const] : SHAPED,
    })),
    // Short rows, more of them than fit in a block: the cost of each row shows.
    ...(['relu', 'sigmoid', 'softmax'].includes(fn) ? [{ fn, op, rows: 1100, units: 4, kinds: ['nested' as const] }] : []),
  ]);

/** The sizes that `--quick` measures. */
export const isQuick = ({ op, rows, units }: ContainerCase): boolean =>
  op === 'value' && (rows > 1 || [4, 16, 64].includes(units));

const PLAIN: Readonly<Partial<Record<Kind, PlainKind>>> = { Float64Array: 'handed', 'number[]': 'number[]', nested: 'nested' };

/** The rows of a case: nonlin on each container, against the target for that container. */
export async function measureContainers(
  test: ContainerCase,
  title: string,
  process: PlainProcess,
  peers: readonly Peer[],
  pace: Pace,
): Promise<Finding[]> {
  const problem = problemOf(test);
  const contenders: Contender[] = [];
  for (const kind of test.kinds) {
    const entrants = new Entrants(onContainer(kind, problem));
    const plain = PLAIN[kind];
    if (plain) await entrants.addFastest(await process.forms(problem, plain), `plain ${kind}`);
    contenders.push(...entrants.contenders);
  }
  const tfjs = test.rows * test.units > 1000 ? await peers.find(({ name }) => name === TFJS_WASM)?.make(problem) : undefined;
  if (tfjs) contenders.push({ ...tfjs, name: TFJS_WASM });
  const timings = await measure(contenders, pace);
  for (const contender of contenders) contender.dispose?.();
  const count = test.rows * test.units;
  const row = test.rows > 1 ? `${title} ${sizeOf(test)}` : `${title} ${test.units}`;
  const finding = (column: string, got: number, kind: string, other: string, more: Partial<Finding>): Finding => ({
    section: 'containers',
    table: test.rows > 1 ? 'shapes' : 'vectors',
    row,
    column,
    got,
    unit: '×',
    from: { [kind]: timings.median(kind), [other]: timings.median(other) },
    ...more,
  });
  const found: Finding[] = [];
  for (const kind of test.kinds) {
    const plain = `plain ${kind}`;
    if (timings.has(plain)) {
      const asked =
        test.fn === 'identity' ? undefined : kind === 'Float64Array' ? ASKED.atLeastTyped(count) : ASKED.atLeastArrays(count);
      const ask = asked === undefined ? {} : { asked, atLeast: true };
      found.push(finding(`${kind} × plain JS`, timings.ratio(kind, plain), kind, plain, ask));
    }
    if (kind === 'Tensor') {
      found.push(finding('Tensor × plain JS', timings.ratio(kind, 'plain Float64Array'), kind, 'plain Float64Array', {}));
    }
    if (kind === '{ data, shape }' && count <= 1000) {
      const extra = timings.median(kind) - timings.median('Float64Array');
      found.push(finding('{ data, shape }: more than typed', extra, kind, 'Float64Array', { unit: 'ns', asked: ASKED.strided }));
    }
    if (kind === 'Float32Array' || kind === 'Float16Array') {
      const ask = count >= 320 ? { asked: ASKED.atLeastFloat64, atLeast: true } : {};
      found.push(finding(`${kind} × Float64Array`, timings.ratio(kind, 'Float64Array'), kind, 'Float64Array', ask));
      if (tfjs && kind === 'Float32Array') {
        const asked = ASKED.atLeastTfjs(test.fn);
        found.push(
          finding('Float32Array × tfjs-wasm', timings.ratio(kind, TFJS_WASM), kind, TFJS_WASM, { asked, atLeast: true }),
        );
      }
    }
  }
  return found;
}
