// checkGradient for functions along rows: several rows, other axes, masked elements, kinks; right derivatives pass, wrong ones
// fail.

import * as nonlin from 'nonlin';
import { describe, expect, test } from 'vitest';

const {
  checkGradient,
  gruGates,
  hadamard,
  logSoftmax,
  logSumExp,
  lstmGates,
  prelu,
  sigmoidCrossEntropy,
  softmax,
  softmaxCrossEntropy,
  softmin,
  sparsemax,
} = nonlin;
type Differentiable = nonlin.Differentiable;

const six = [1, 2, 3, 0.5, 0.1, 0.2];
const twelve = [...six, -1, 0.7, 1.4, -0.3, 2.2, 0];

/** A loss with its labels. */
const crossEntropy = (labels: readonly number[], given: object) =>
  Object.assign((logits: Float64Array) => softmaxCrossEntropy(logits, labels, given), {
    deriv: (logits: Float64Array) => softmaxCrossEntropy.deriv(logits, labels, given),
  });

function passes(f: unknown, x: readonly number[], options?: object): nonlin.GradientReport {
  const report = checkGradient(f as Differentiable, x, { options });
  expect(report.message).toMatch(/^passed/);
  expect(report.passed).toBe(true);
  return report;
}

const fails = (f: unknown, x: readonly number[], options?: object): nonlin.Difference | undefined => {
  const { passed, worst } = checkGradient(f as Differentiable, x, { options });
  expect(passed).toBe(false);
  return worst;
};

/** A function one of whose parts, `part`, contains one wrong number. */
function spoiled(f: unknown, part: 'deriv' | 'backward', index: number, by: number): unknown {
  const { deriv, backward } = f as Record<'deriv' | 'backward', (...args: unknown[]) => Float64Array>;
  const own = part === 'deriv' ? deriv : backward;
  const wrong = (...args: unknown[]) => own(...args).map((value, i) => (i === index ? value + by : value));
  return Object.assign((...args: unknown[]) => (f as typeof own)(...args), { [part]: wrong });
}

describe('a gradient for each row', () => {
  test.each([
    ['classes', [1, 0], { shape: [2, 3] }],
    ['distributions', [0, 0.5, 0.5, 1, 0, 0], { shape: [2, 3] }],
    ['along axis 0', [1, 0, 0], { shape: [2, 3], axis: 0 }],
    ['along two axes', [3, 2], { shape: [2, 3], axis: [1] }],
    ['with a mask', [1, 0], { shape: [2, 3], mask: [1, 1, 0, 1, 1, 0] }],
    ['a row that does not count', [1, -1], { shape: [2, 3] }],
    ['an infinite loss', [2, 0], { shape: [2, 3], mask: [1, 1, 0, 1, 1, 1] }],
    ['a row of which nothing is left', [1, 0], { shape: [2, 3], mask: [1, 1, 1, 0, 0, 0] }],
  ] as const)('softmaxCrossEntropy, %s', (_, labels, given) => {
    passes(
      crossEntropy(
        labels.map((label) => label % 3),
        given,
      ),
      six,
    );
  });

  test('sigmoidCrossEntropy', () => {
    const loss = (shape: readonly number[]) =>
      Object.assign((x: Float64Array) => sigmoidCrossEntropy(x, six, { shape }), {
        deriv: (x: Float64Array) => sigmoidCrossEntropy.deriv(x, six, { shape }),
      });
    for (const shape of [[6], [2, 3]]) passes(loss(shape), six);
  });

  test.each([
    { shape: [2, 3] },
    { shape: [2, 3], axis: 0 },
    { shape: [2, 3], axis: 0, keepDims: true },
    { shape: [2, 3], axis: [0, 1] },
    { shape: [2, 3], temperature: 0.5 },
    { shape: [2, 3], mask: [1, 0, 1, 1, 1, 0] },
    { shape: [2, 3], mask: [1, 1, 1, 0, 0, 0] },
    { shape: [2, 3], mask: [1, 1, 1, 0, 0, 0], emptyRow: 'zero' },
  ])('logSumExp, %j', (options) => {
    expect(passes(logSumExp, six, options).checks.map(({ of }) => of)).toEqual(['deriv', 'backward']);
  });

  test('logSumExp, causal and along axes apart', () => {
    passes(logSumExp, [1, 2, 3, 4], { shape: [2, 2], causal: true });
    passes(logSumExp, twelve, { shape: [2, 3, 2], axis: [0, 2] });
  });

  test('a fault in one row is found', () => {
    const loss = crossEntropy([1, 0], { shape: [2, 3] });
    expect(fails(spoiled(loss, 'deriv', 4, 1e-8), six)).toMatchObject({ of: 'deriv', index: 4 });
    expect(fails(spoiled(logSumExp, 'backward', 3, 1e-8), six, { shape: [2, 3] })).toMatchObject({ of: 'backward', index: 3 });
    const masked = { shape: [2, 3], mask: [1, 1, 0, 0, 0, 0] };
    expect(fails(spoiled(logSumExp, 'deriv', 1, 1e-8), six, masked)).toMatchObject({ index: 1 });
  });

  test('a matrix for a function of any number of results', () => {
    const sums = (x: Float64Array) => [x.reduce((a, b) => a + b, 0), x.reduce((a, b) => a + b * b, 0), 3, 4].slice(0, 4);
    const matrix = (x: Float64Array) => [[...x].map(() => 1), [...x].map((value) => 2 * value), [0, 0, 0], [0, 0, 0]];
    passes(Object.assign(sums, { deriv: matrix }), [1, 2, 3]);
    const wrong = (x: Float64Array) => matrix(x).map((row, i) => (i === 1 ? row.map((value) => value / 2) : row));
    expect(fails(Object.assign(sums, { deriv: wrong }), [1, 2, 3])).toMatchObject({
      index: 5,
      expected: expect.closeTo(6),
      got: 3,
    });
  });
});

describe('Jacobians along axes', () => {
  const layouts = [
    { shape: [2, 6] },
    { shape: [2, 6], axis: 0 },
    { shape: [2, 3, 2], axis: 1 },
    { shape: [2, 3, 2], axis: -3 },
    { shape: [2, 3, 2], axis: [0, 1] },
    { shape: [2, 3, 2], axis: [2, 0] },
    { shape: [2, 3, 2], axis: [0, 1, 2] },
    { shape: [3, 2, 2], axis: 2, causal: true },
    { shape: [2, 3, 2], axis: 1, mask: [1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1] },
    { shape: [2, 3, 2], axis: 1, mask: [1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1] },
    { shape: [2, 3, 2], axis: 1, mask: [1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1], emptyRow: 'zero' },
  ];

  test.each(layouts)('softmax and its like, %j', (options) => {
    for (const f of [softmax, softmin]) passes(f, twelve, options);
    for (const f of [logSoftmax, sparsemax]) passes(f, twelve, options);
  });

  test('by default', () => {
    passes(softmax.with({ axis: 0 }), six, { shape: [2, 3] });
    passes(softmin.with({ axis: [0, 2] }), twelve, { shape: [2, 3, 2] });
    passes(logSoftmax.with({ axis: 0 }), six, { shape: [2, 3] });
  });

  test('a fault in one entry is found', () => {
    for (const index of [0, 5, 11]) {
      expect(fails(spoiled(softmax, 'deriv', index, 1e-8), six, { shape: [2, 3], axis: 0 })).toMatchObject({
        of: 'deriv',
        index,
      });
    }
  });

  test('rows that cannot be known are refused', () => {
    const hidden = (given: object) =>
      Object.assign((x: Float64Array) => softmax(x, given), { deriv: (x: Float64Array) => softmax.deriv(x, given) });
    const check = (f: unknown, options?: object) => () => checkGradient(f as Differentiable, [1, 2, 3, 0.5], { options });
    expect(check(hidden({ shape: [2, 2] }))).toThrow(
      expect.objectContaining({ code: 'ERR_SHAPE', message: expect.stringMatching(/^"shape" expected the shape of x/) }),
    );
    for (const shape of [
      [2, 2],
      [4, 1],
      [1, 4],
    ]) {
      expect(check(hidden({ shape: [2, 2], axis: 0 }), { shape }), `${shape}`).toThrow(
        expect.objectContaining({ code: 'ERR_AXIS' }),
      );
    }
    const long = Object.assign((x: Float64Array) => x.map((value) => value), { deriv: () => [1, 2, 3, 4, 5] });
    expect(check(long)).toThrow(
      expect.objectContaining({ code: 'ERR_SHAPE', message: '"deriv" expected 4 numbers, or 16 of a Jacobian, got 5' }),
    );
  });
});

test('an entry that is left out receives nothing', () => {
  const options = { shape: [2, 3], mask: [1, 1, 0, 1, 1, 1] };
  for (const f of [softmax, logSoftmax, sparsemax]) {
    expect(fails(spoiled(f, 'backward', 2, 1e-8), six, options)).toMatchObject({ of: 'backward', index: 2, expected: 0 });
  }
});

describe('kinks of rows', () => {
  test.each([[[0, 1]], [[1, 2, 3]], [[3, 2, 2, 1]]])('sparsemax(%j) passes and the kinks are told', (x) => {
    expect(passes(sparsemax, x).kinks.length).toBeGreaterThan(0);
  });

  test('a slope of neither side does not pass', () => {
    expect(fails(spoiled(sparsemax, 'backward', 1, 1e-8), [0, 1])).toMatchObject({ index: 1 });
    expect(fails(spoiled(sparsemax, 'backward', 0, 0.3), [1, 2, 3])).toMatchObject({ index: 0 });
  });

  test('the gate of reglu at 0', () => {
    expect(passes(nonlin.reglu, [1, 2, 0, -1]).kinks).toEqual([2]);
  });
});

describe('functions with another argument', () => {
  test.each([prelu, lstmGates, gruGates, softmaxCrossEntropy, sigmoidCrossEntropy, hadamard].map((f) => [f.name, f] as const))(
    '%s',
    (name, f) => {
      const check = () => checkGradient(f as unknown as Differentiable, six);
      const message = expect.stringMatching(`^"f" expected a function of x alone, got ${name}; write \\(x\\) => ${name}\\(x, `);
      expect(check).toThrow(expect.objectContaining({ name: 'TypeError', code: 'ERR_DTYPE', message }));
    },
  );

  test('by what the errors say to write', () => {
    const alpha = [0.25, 0.5];
    const options = { shape: [3, 2] };
    const rectifier = Object.assign((x: Float64Array) => prelu(x, { alpha }, options), {
      deriv: (x: Float64Array) => prelu.deriv(x, { alpha }, options),
      backward: (dy: Float64Array, { x }: { x: Float64Array }) => prelu.backward(dy, { x, alpha }, options).x,
    });
    expect(passes(rectifier, [1, -2, 0, 0.5, -1e-5, 1e-5]).kinks).toEqual([2]);
    const [c, gates] = [
      [0.3, -0.2],
      [...six, 0.3, -0.4],
    ];
    const lstm = Object.assign((x: Float64Array) => lstmGates(x, { c }).h, {
      backward: (dy: Float64Array, { x }: { x: Float64Array }) => lstmGates.backward({ h: dy }, { gates: x, c }).gates,
    });
    passes(lstm, gates);
    const gru = Object.assign((x: Float64Array) => gruGates(x, { h: c }), {
      backward: (dy: Float64Array, { x }: { x: Float64Array }) => gruGates.backward(dy, { gates: x, h: c }).gates,
    });
    passes(gru, six);
  });
});
