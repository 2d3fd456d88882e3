// The code that the benchmark compares with has to be right, and what the benchmark says about a record has to be in that record.

import { expect, test } from 'vitest';
import { CASES, idOf } from '../bench/cases.js';
import { onArrays, onContainer, onNumbers, onTensors } from '../bench/contenders.js';
import { HARD_ELEMENTS, HARD_ROWS, hardened, ordinary } from '../bench/inputs.js';
import { LAYER_CASES, layerProblem, onLayer } from '../bench/layers.js';
import { difference, measure, median } from '../bench/measure.js';
import { ACTIVATIONS, hardValuesOf, KINDS } from '../bench/nonlin.js';
import { problemOf } from '../bench/ordinary.js';
import { hasForms, type Op, plainForms, plainOnArrays, plainOnNested, plainOnNumbers } from '../bench/plain.js';
import { plainLayers } from '../bench/plain-layers.js';
import type { BenchmarkRecord } from '../bench/record.js';
import { parsed, serialized } from '../bench/record.js';
import { printed } from '../bench/report.js';

const small = CASES.filter(({ rows, units }) => rows * units <= 640);
/** The error that the benchmark allows plain JavaScript, which cancels near zero. */
const [LIMIT, FLOOR] = [1e-9, 1e-3];

test.each(small.map((each) => [idOf(each), each] as const))('every plain form of %s gives what nonlin gives', async (_, each) => {
  const problem = problemOf(each);
  const mine = onArrays(problem);
  await mine.run(1);
  const want = Float64Array.from(mine.read());
  const flat = [...plainForms(problem, 'handed'), ...plainForms(problem, 'closure')];
  const others = ['value', 'backward'].includes(each.op) ? [...plainOnArrays(problem), ...plainOnNested(problem)] : [];
  expect(flat.length).toBeGreaterThanOrEqual(6);
  for (const form of [...flat, ...others, onTensors(problem)]) {
    await form.run(1);
    expect(difference(form.read(), want, FLOOR), form.name).toBeLessThan(LIMIT);
    form.dispose?.();
  }
});

test.each(
  small
    .filter(({ op, fn }) => ['value', 'backward'].includes(op) && fn !== 'hadamard')
    .map((each) => [idOf(each), each] as const),
)('every container of %s gives what arrays give', async (_, each) => {
  const problem = problemOf(each);
  const mine = onArrays(problem);
  await mine.run(1);
  for (const kind of KINDS) {
    const contender = onContainer(kind, problem);
    await contender.run(1);
    const limit = kind === 'Float16Array' ? 1e-2 : kind === 'Float32Array' ? 1e-6 : 0;
    expect(difference(contender.read(), mine.read(), limit > 0 ? 1 : 0), kind).toBeLessThanOrEqual(limit);
    contender.dispose?.();
  }
});

test.each(['value', 'deriv', 'backward'] as const)(
  'single numbers: %s in plain JavaScript sums to what nonlin sums to',
  async (op) => {
    for (const { name: fn } of ACTIVATIONS.values()) {
      if (fn === 'softmax' || !hasForms(fn, op)) continue;
      const { x, dy } = ordinary(100);
      const problem = { ...problemOf({ fn, op, rows: 1, units: 100 }), x, dy };
      const mine = onNumbers(problem);
      await mine.run(1);
      for (const form of plainOnNumbers(problem)) {
        await form.run(1);
        expect(difference(form.read(), mine.read(), 1), `${fn}, ${form.name}`).toBeLessThan(LIMIT);
      }
    }
  },
);

test('layers: plain JavaScript computes what nonlin computes', async () => {
  for (const each of LAYER_CASES.filter(({ rows }) => rows === 4)) {
    const problem = layerProblem(each);
    const mine = onLayer(problem);
    await mine.run(1);
    const forms = plainLayers(problem);
    expect(forms.length, each.fn).toBeGreaterThan(0);
    for (const form of forms) {
      await form.run(1);
      expect(difference(form.read(), mine.read(), 1), `${each.fn} ${each.op}, ${form.name}`).toBeLessThan(LIMIT);
    }
  }
});

test('a hard input differs from the ordinary one, in what it says that it changes', () => {
  const inputs = ordinary(640);
  for (const hard of [...HARD_ELEMENTS, ...HARD_ROWS]) {
    const { x, dy, y = x } = hardened(hard, { ...inputs, y: inputs.dy }, 10);
    expect(difference(x, inputs.x, 0) > 0, hard.name).toBe(hard.x !== undefined);
    expect(difference(dy, inputs.dy, 0) > 0, hard.name).toBe(hard.dy !== undefined);
    expect(difference(y, inputs.dy, 0) > 0, hard.name).toBe(hard.y !== undefined);
  }
});

test('hyperparameters that a function refuses are not timed, and a choice is none', () => {
  const values = (name: string, op: Op = 'value') => [
    ...new Set(hardValuesOf(name, op).flatMap(({ options = {} }) => Object.values(options))),
  ];
  expect(values('lrelu')).toEqual([0.7, -2, 0, 1e-160, 1e-300, 1e300]);
  expect(values('lrelu', 'backwardY')).toEqual([0.7, 0, 1e-160, 1e-300, 1e300]);
  expect(values('celu')).toEqual([0.7, 1e-160, 1e-300, 1e300]);
  expect(values('softplus')).toEqual([0.7, -2, 1e-160, 1e-300, 1e300]);
  expect(values('softplus', 'backwardY')).toEqual([]);
  for (const name of ['gelu', 'tanh']) expect(values(name)).toEqual([]);
});

test('a ratio is the median of the rounds, and a wrong result is a difference', async () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(difference([1, 2], [1, 2.2], 0)).toBeCloseTo(0.2 / 2.2, 12);
  expect(difference([1, Number.NaN], [1, 2], 0)).toBe(Number.POSITIVE_INFINITY);
  expect(difference([Number.NaN, -0], [Number.NaN, -0], 0)).toBe(0);
  expect(difference([1], [1, 2], 0)).toBe(Number.POSITIVE_INFINITY);
  const contender = (name: string, nanoseconds: number) => ({
    name,
    run: () => undefined,
    time: async (times: number) => times * nanoseconds,
    read: () => [],
  });
  const timings = await measure([contender('slow', 300), contender('fast', 100)], {
    rounds: 3,
    milliseconds: 0.01,
    warmUp: 0.01,
  });
  expect(timings.ratio('fast', 'slow')).toBeCloseTo(3, 12);
  expect(timings.best(['slow', 'fast'])).toBe('fast');
});

test('the report counts what is asked, at least and at most, and names what falls short', () => {
  const finding = { section: 'numbers', table: 'numbers', unit: 'ns', column: 'nonlin' } as const;
  const record: BenchmarkRecord = {
    date: '2026-01-01',
    machine: 'none',
    command: './build.sh bench',
    versions: {},
    ordinary: [
      {
        ...{ fn: 'sigmoid', op: 'value', rows: 256, units: 128, failed: [{ name: 'JAX', why: 'wrong by 1' }] },
        nanoseconds: { nonlin: 2, handed: 8, closure: 3, 'nonlin on tensors': 1.5 },
        arrays: { handed: 4, closure: 1.5 },
        tensors: { handed: 5.3, closure: 2, PyTorch: 0.9 },
      },
    ],
    findings: [
      { ...finding, row: 'tanh', got: 41, asked: 40 },
      { ...finding, row: 'relu', got: 40, asked: 40 },
      { ...finding, row: 'elu', got: 1000 },
      { ...finding, section: 'containers', table: 'vectors', row: 'relu 4', unit: '×', got: 0.4, asked: 0.5, atLeast: true },
    ],
  };
  const text = printed(record);
  expect(text).toContain('3 of 6 targets reached');
  expect(text).toContain('missed: sigmoid 256×128, PyTorch, on tensors: 0.90×, target ≥ 1.00×');
  expect(text).toContain('missed: tanh, nonlin: 41.0 ns, target ≤ 40.0 ns');
  expect(text).toContain('missed: relu 4, nonlin: 0.40×, target ≥ 0.50×');
  expect(text).toContain('failed: JAX: wrong by 1 (sigmoid 256×128)');
});

test('a record is read from its file as it was', () => {
  const plainly = { section: 'hard', table: 'rows', row: 'softmax', column: 'masked', got: 0, unit: '×' } as const;
  const findings = [plainly, { ...plainly, asked: 2, atLeast: true, from: { ordinary: 3.5 } }, { ...plainly, from: {} }];
  const record = { date: '2026-11-28', machine: '', command: '', versions: {}, ordinary: [], findings };
  expect(parsed(serialized(record))).toEqual(record);
});
