// Nested arrays that earlier calls were given: what was found out about their rows holds no longer than it is true.

import { elu, hadamard, relu, sigmoidCrossEntropy, softmax } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { grow, lose } from './support/events.js';

const rows = (from = 0): number[][] => [
  [from - 1.5, from + 0.5, from - 0.25],
  [from + 1, from - 2.5, from + 0.75],
  [from - 4, from + 2, from - 0.5],
];
const wanted = (x: readonly (readonly number[])[]): number[][] => x.map((row) => row.map((value) => relu(value)));
/** The same numbers, with something else in one place. */
function withOther(numbers: readonly number[], at: number, other: unknown): number[] {
  const array: unknown[] = [...numbers];
  array[at] = other;
  return array as number[];
}

const zeros = (): number[][] => rows().map((row) => row.map(() => 0.5));

/** Passes the same containers in call after call, running `change` before the last one. */
function again(change: (x: number[][], out: number[][]) => void) {
  const x = rows();
  const out = zeros();
  for (let i = 0; i < 3; i++) expect(relu(x, { out })).toBe(out);
  expect(out).toEqual(wanted(x));
  change(x, out);
  return { x, out, call: () => relu(x, { out }) };
}

describe('an array that was there before', () => {
  test('has other numbers', () => {
    const { x, out, call } = again(([, , last]) => (last as number[]).splice(0, 3, 7, -7, 0.125));
    call();
    expect(out).toEqual(wanted(x));
  });

  test('has another row', () => {
    for (const at of [0, 1, 2]) {
      const { x, out, call } = again((given, to) => {
        given[at] = [5, -5, 5.5];
        to[at] = [1, 2, 3];
      });
      call();
      expect(out).toEqual(wanted(x));
      call();
      expect(out).toEqual(wanted(x));
    }
  });

  test.each([
    ['a longer row', (x: number[][]) => x[1]?.push(1), 'ERR_SHAPE'],
    ['a longer row of out', (_: number[][], out: number[][]) => out[2]?.push(1), 'ERR_SHAPE'],
    ['one row more', (x: number[][]) => x.push([1, 2, 3]), 'ERR_SHAPE'],
    ['one row less', (_: number[][], out: number[][]) => out.pop(), 'ERR_SHAPE'],
    ['a row that is none', (x: unknown[]) => x.splice(1, 1, 'row'), 'ERR_DTYPE'],
    ['an element that is no number', (x: unknown[][]) => x[2]?.splice(1, 1, 'one'), 'ERR_DTYPE'],
    ['a hole', (x: unknown[][]) => delete x[0]?.[1], 'ERR_DTYPE'],
    ['a row twice', (_: number[][], out: number[][]) => out.splice(2, 1, out[0] as number[]), 'ERR_SHAPE'],
    ['the row of another place', (x: number[][], out: number[][]) => out.splice(0, 1, x[1] as number[]), 'ERR_SHAPE'],
    ['a row that is read-only', (_: number[][], out: number[][]) => Object.freeze(out[1]), 'ERR_DTYPE'],
  ] as const)('has %s: refused, and as it was', (_, change, code) => {
    const { x, out, call } = again(change as (x: number[][], out: number[][]) => void);
    const before = JSON.stringify([x, out]);
    for (let i = 0; i < 2; i++) expect(call).toThrow(expect.objectContaining({ code }));
    expect(JSON.stringify([x, out])).toBe(before);
    const next = zeros();
    relu(rows(1), { out: next });
    expect(next).toEqual(wanted(rows(1)));
  });

  test('has rows in place of its numbers', () => {
    const deepen = (array: unknown[][]): void => {
      for (const row of array) for (let i = 0; i < row.length; i++) row[i] = [row[i]];
    };
    const { x, out, call } = again(() => undefined);
    const nested = wanted(x).map((row) => row.map((value) => [value]));
    deepen(out);
    for (let i = 0; i < 2; i++) expect(call).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
    expect(out).toEqual(nested);
    deepen(x);
    for (let i = 0; i < 2; i++) {
      expect(call()).toBe(out);
      expect(out).toEqual(nested);
    }
    (x[1] as unknown[])[2] = 'two';
    expect(call).toThrow('"x" expected a row at [1][2], got "two"');

    const [y, dy, to] = [rows(), rows(1), zeros()];
    for (let i = 0; i < 2; i++) elu.backward(dy, { x: y }, { out: to });
    const gradient = to.map((row) => row.map((value) => [value]));
    for (const array of [y, dy, to]) deepen(array);
    expect(elu.backward(dy, { x: y }, { out: to })).toEqual(gradient);
  });

  test('has something else in a row: the error says what and where', () => {
    for (const other of ['two', new Map(), null]) {
      const { call } = again((x) => (x[1] as unknown[]).splice(2, 1, other));
      const name = other === 'two' ? '"two"' : other === null ? 'null' : 'an? Map';
      expect(call).toThrow(new RegExp(`^"x" expected a number at \\[1\\]\\[2\\], got ${name}$`));
    }
    const { call } = again((x) => (x[1] as unknown[]).splice(2, 1, [5]));
    expect(call).toThrow('"x" expected rows of equal depth: a number at [1][2], got an Array');
  });

  test('is written to in place, and elsewhere next', () => {
    const { x } = again(() => undefined);
    const before = wanted(x);
    relu(x, { out: x });
    expect(x).toEqual(before);
    const out = zeros();
    relu(x, { out });
    expect(out).toEqual(before);
  });

  test('has a row that is longer in all three of backward', () => {
    const [x, dy, out] = [rows(), rows(1), zeros()];
    elu.backward(dy, { x }, { out });
    elu.backward(dy, { x }, { out });
    for (const array of [x, dy, out]) for (const row of array) row.push(0.5);
    elu.backward(dy, { x }, { out });
    expect(out).toEqual(x.map((row, i) => row.map((value, j) => elu.backward(dy[i]?.[j] as number, { x: value }))));
  });
});

test('arrays that are all one, or two of them', () => {
  const numbers = [-1.5, 0.25, 2];
  for (let i = 0; i < 3; i++) {
    const [x, out] = [[...numbers], [0, 0, 0]];
    elu.backward(x, { x }, { out });
    expect(out).toEqual(numbers.map((value) => elu.backward(value, { x: value })));
    elu.backward(x, { x }, { out: x });
    expect(x).toEqual(out);
    const [y, z] = [rows(), zeros()];
    softmax.backward(y, { x: y }, { out: z });
    expect(z).toEqual(softmax.backward(rows(), { x: rows() }));
    softmax.backward(y, { x: y }, { out: y });
    expect(y).toEqual(z);
  }
});

describe('a plain out whose length a getter of an input changes', () => {
  /** The numbers, of which the second is read by way of `run`. */
  const trapped = (run: () => void): number[] =>
    Object.defineProperty([1, 2, 3], 1, {
      get() {
        run();
        return 2;
      },
    });
  const changes: [number, (array: unknown[]) => unknown][] = [
    [1, (array) => array.splice(1)],
    [5, (array) => array.push(5, 5)],
  ];
  const flat: [string, (x: number[], out: number[]) => unknown, string?][] = [
    ['relu', (x, out) => relu(x, { out })],
    ['softmax', (x, out) => softmax(x, { out })],
    ['flat rows', (x, out) => softmax(x, { out, shape: [1, 3] })],
    ['a product', (x, out) => hadamard(x, [1, 2, 3], { out })],
    ['a gradient', (x, out) => elu.backward([1, 2, 3], { x }, { out })],
    ['an option', (x, out) => elu(x, { out, alpha: 2 })],
    ['a mask', (x, out) => softmax(x, { out, mask: [1, 1, 1] })],
    ['a loss', (x, out) => sigmoidCrossEntropy(x, [0, 1, 0], { out })],
    ['two outs', (x, out) => elu.valueAndDeriv(x, { out: { value: [0, 0, 0], deriv: out } }), 'out.deriv'],
    ['{ data, shape }', (x, out) => elu(x, { out: { data: out, shape: [3] } as never })],
  ];
  const nested: [string, (x: number[], out: number[]) => unknown][] = [
    ['relu of rows', (x, out) => relu([x], { out: [out] })],
    ['softmax of rows', (x, out) => softmax([x], { out: [out] })],
    ['an option of rows', (x, out) => elu([x], { out: [out], alpha: 2 })],
    ['a mask of rows', (x, out) => softmax([x], { out: [out], mask: [1, 1, 1] })],
  ];

  test.each([...flat, ...nested])('%s: refused, and nothing is written', (_, call, label = 'out') => {
    for (const [length, change] of changes) {
      const out = [0.5, 0.5, 0.5];
      // The second time the out is one that was there before.
      for (let i = 0; i < 2; i++) {
        const x = trapped(() => change(out));
        const message = `"${label}" expected 3 elements, as when it was read, got ${length}`;
        expect(() => call(x, out)).toThrow(expect.objectContaining({ name: 'RangeError', code: 'ERR_SHAPE', message }));
        expect(out[0]).toBe(0.5);
        out.splice(0, out.length, 0.5, 0.5, 0.5);
        call([1, 2, 3], out);
        out.fill(0.5);
      }
    }
  });

  test('by a row', () => {
    for (const options of [{}, { alpha: 1 }]) {
      const out = [[0.5, 0.5, 0.5]];
      const call = () => elu([trapped(() => out.push([]))], { ...options, out });
      expect(call).toThrow(
        expect.objectContaining({ code: 'ERR_SHAPE', message: '"out" expected 1 elements, as when it was read, got 2' }),
      );
      expect(out[0]).toEqual([0.5, 0.5, 0.5]);
    }
  });
});

describe('an out that was', () => {
  const flat: unknown[] = [0.5, 0.5, 0.5];
  const nested: unknown[] = [[0.5], [0.5], [0.5]];
  const x = [-1, 2, 3];
  const rowsOfX = x.map((value) => [value]);

  test('flat and is nested is refused with a flat x, and takes a nested one', () => {
    relu(x, { out: flat as number[] });
    flat.splice(0, 3, [7], [7], [7]);
    expect(() => relu(x, { out: flat as number[] })).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
    expect(flat).toEqual([[7], [7], [7]]);
    relu(rowsOfX, { out: flat as number[][] });
    expect(flat).toEqual([[0], [2], [3]]);
  });

  test('nested and is flat takes both', () => {
    relu(rowsOfX, { out: nested as number[][] });
    for (const given of [rowsOfX, x]) {
      nested.splice(0, 3, 7, 7, 7);
      relu(given as number[], { out: nested as number[] });
      expect(nested).toEqual([0, 2, 3]);
    }
  });

  test('flat takes a nested x of as many, and no other', () => {
    const out = [0.5, 0.5, 0.5];
    for (let i = 0; i < 2; i++) {
      relu(x, { out });
      relu([[3], [-2], [1]] as never, { out: out as never });
      expect(out).toEqual([3, 0, 1]);
    }
    for (const given of [[], [1], [[1], [2]], [[1, 2], 3, 4]])
      expect(() => relu(given as never, { out: out as never })).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
    expect(() => relu(['1', 2, 3] as never, { out })).toThrow(expect.objectContaining({ code: 'ERR_DTYPE' }));
    expect(out).toEqual([3, 0, 1]);
  });
});

test('products of arrays, of rows and of typed ones; with Jacobians they are contracted', () => {
  const [a, b] = [rows(), rows(1)];
  const products = a.map((row, i) => row.map((value, j) => value * (b[i]?.[j] as number)));
  const out = zeros();
  for (let i = 0; i < 3; i++) {
    expect(hadamard(a, b, { out })).toBe(out);
    expect(out).toEqual(products);
    a.forEach((row, r) => {
      const flat = [0, 0, 0];
      expect(hadamard(row, b[r] as number[], { out: flat })).toBe(flat);
      expect(flat).toEqual(products[r]);
      const typed = new Float64Array(3);
      hadamard(Float64Array.from(row), Float64Array.from(b[r] as number[]), { out: typed });
      expect([...typed]).toEqual(products[r]);
      const gradient = softmax.backward(row, { x: b[r] as number[] });
      hadamard(row, softmax.deriv(b[r] as number[]), { out: flat });
      flat.forEach((value, j) => {
        expect(value).toBeCloseTo(gradient[j] as number, 14);
      });
    });
  }
  for (let i = 0; i < 2; i++) {
    expect(() => hadamard([1, 2], ['1', 2] as never, { out: [0, 0] })).toThrow('"dLinear" expected a number at [0], got "1"');
    expect(() => hadamard([1, null] as never, [1, 2], { out: [0, 0] })).toThrow('"dA" expected a number at [1], got null');
    expect(() => hadamard(a, [...b.slice(1), [1, 2, null]] as never, { out })).toThrow(
      '"dLinear" expected a number at [2][2], got null',
    );
    expect(() => hadamard([1, 2], [1, 2, 3], { out: [0, 0] })).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
    expect(() => hadamard([1, 2], [1, 2], { out: [0, 0, 0] })).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
  }
  expect(out).toEqual(products);
});

test('more arrays than are kept take turns', () => {
  const many = Array.from({ length: 20 }, (_, i) => ({ x: rows(i - 10), out: zeros() }));
  for (let round = 0; round < 3; round++) {
    for (const { x, out } of many) {
      relu(x, { out });
      expect(out).toEqual(wanted(x));
    }
  }
});

test('a row of a dimension more is refused where numbers were before', () => {
  const { call } = again((x) => (x[1] as unknown[]).splice(0, 1, [1]));
  expect(call).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
});

describe.each([
  ['makes the memory grow', grow],
  ['costs the instance', lose],
  [
    'does both',
    () => {
      grow();
      lose();
    },
  ],
] as const)('code of the caller that %s', (_, action) => {
  /** A row that runs it when this element is read, or when it is written. */
  function eventful(values: readonly number[], when: 'get' | 'set', at: number): number[] {
    const row = [...values];
    let value = row[at] as number;
    const run = (now: string): void => {
      if (now === when) action();
    };
    Object.defineProperty(row, at, {
      get: () => {
        run('get');
        return value;
      },
      set: (next: number) => {
        run('set');
        value = next;
      },
    });
    return row;
  }

  const numbers = Array.from({ length: 11 }, (_, i) => Math.sin(i * 1.7) * 3);
  const places = [0, 1, 4, 10].flatMap((at) => (['get', 'set'] as const).map((when) => [when, at] as const));

  test.each(places)('while a flat array is read or written (%s of element %d)', (when, at) => {
    const out = eventful(numbers, when, at);
    const x = eventful(numbers, when, at);
    relu(x, { out });
    expect([...out]).toEqual(numbers.map((value) => relu(value)));
    softmax(x, { out });
    expect([...out]).toEqual(softmax(numbers));
    elu.backward(x, { x: numbers }, { out });
    expect([...out]).toEqual(numbers.map((value) => elu.backward(value, { x: value })));
    hadamard(numbers, x, { out });
    expect([...out]).toEqual(numbers.map((value) => value * value));
  });

  test.each(places)('while rows are read or written (%s of element %d)', (when, at) => {
    const x = [numbers, eventful(numbers, when, at), numbers];
    const out = [[...numbers], eventful(numbers, when, at), [...numbers]];
    for (let i = 0; i < 3; i++) {
      softmax(x, { out });
      expect(out.map((row) => [...row])).toEqual(softmax([numbers, numbers, numbers]));
    }
    elu.backward(x, { x: [numbers, numbers, numbers] }, { out });
    const wantedRow = numbers.map((value) => elu.backward(value, { x: value }));
    expect(out.map((row) => [...row])).toEqual([wantedRow, wantedRow, wantedRow]);
  });
});

describe.each([
  ['fractions', 0.5],
  ['whole numbers', 1],
] as const)('among %s', (_, number) => {
  const count = 11;
  const places = Array.from({ length: count }, (_, i) => i);

  test.each(places)('element %d that is no number is named, and nothing has changed', (at) => {
    const good = places.map((i) => i + number);
    const bad = withOther(good, at, 'one');
    const out = places.map(() => 7);
    for (let i = 0; i < 2; i++) {
      expect(() => relu(bad, { out })).toThrow(`"x" expected a number at [${at}], got "one"`);
      expect(() => elu.backward(bad, { x: good }, { out })).toThrow(`"dy" expected a number at [${at}], got "one"`);
      const rowsOut = [[...out], out];
      expect(() => relu([good, bad], { out: rowsOut })).toThrow(`"x" expected a number at [1][${at}], got "one"`);
      expect(() => elu.backward([bad, good], { x: [good, good] }, { out: rowsOut })).toThrow(
        `"dy" expected a number at [0][${at}], got "one"`,
      );
      expect(() => relu(bad)).toThrow(`"x" expected a number at [${at}], got "one"`);
    }
    expect(out).toEqual(places.map(() => 7));
    relu(good, { out });
    expect(out).toEqual(good);
  });

  test.each(places)('an out whose element %d is something else takes the results', (at) => {
    const good = places.map((i) => i - 5 + number);
    const wantedRow = good.map((value) => relu(value));
    for (const other of [null, 'seven', undefined]) {
      const out = withOther(
        places.map(() => 7),
        at,
        other,
      );
      relu(good, { out });
      expect(out).toEqual(wantedRow);
      const holes = places.map(() => 7);
      delete holes[at];
      relu([good, good], {
        out: [
          holes,
          withOther(
            places.map(() => 7),
            at,
            other,
          ),
        ],
      });
      expect(holes).toEqual(wantedRow);
    }
  });
});
