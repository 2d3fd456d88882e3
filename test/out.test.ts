// `out` in every form, in place, and overlaps.

import { elu, hadamard, logSumExp, sigmoid, sigmoidCrossEntropy, softmax, softmaxCrossEntropy, Tensor } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { awkward, expectSameBits, Random } from './support/bits.js';
import { flatten, indices, mould, nest, product, strided } from './support/containers.js';
import { rows } from './table.js';

const random = new Random(71);
const SHAPE = [3, 4] as const;
const values = (shape: readonly number[] = SHAPE) => Float64Array.from({ length: product(shape) }, () => random.normal(3));

/** Each form of `out` for a shape: the container, and its values read back row-major. */
function forms(shape: readonly number[]): [string, unknown, () => ArrayLike<number>, boolean?][] {
  const size = product(shape);
  const wide = new Float64Array(size + 4);
  const narrow = new Float32Array(size);
  const plain: number[] = new Array(size).fill(0);
  const nested = mould(shape);
  const sized = { data: new Float64Array(size), shape: [...shape] };
  const listed = { data: new Array<number>(size).fill(0), shape: [...shape] };
  const turned = strided(new Float64Array(size), shape, [...shape.keys()].reverse(), [0], 2);
  return [
    ['Float64Array', wide.subarray(3, 3 + size), () => wide.subarray(3, 3 + size)],
    ['Float32Array', narrow, () => narrow, true],
    ['number[]', plain, () => plain],
    ['nested array', nested, () => flatten(nested)],
    ['{ data, shape }', sized, () => sized.data],
    ['{ data: number[], shape }', listed, () => listed.data],
    ['{ data, shape, stride, offset }', turned, () => indices(turned).map((at) => turned.data[at] as number)],
  ];
}

type Call = (out: unknown) => unknown;

/** Every call that takes an `out`, with the shape of its result. */
function calls(): [string, Call, Float64Array, readonly number[]][] {
  const [x, dy] = [values(), values()];
  const [sized, dySized] = [
    { data: x, shape: SHAPE },
    { data: dy, shape: SHAPE },
  ];
  const rowsCalls = [
    ...rows.map((row) => [row.name, row.fn as unknown as typeof sigmoid, row.takesY] as const),
    ['softmax', softmax as unknown as typeof sigmoid, true] as const,
  ];
  const list = rowsCalls.flatMap(([name, f, takesY]): [string, Call, Float64Array, readonly number[]][] => [
    [name, (out) => f(sized, { out } as object), f(sized).data, SHAPE],
    [`${name}.deriv`, (out) => f.deriv(sized, { out } as object), f.deriv(sized).data, f.deriv(sized).shape],
    [
      `${name}.backward from x`,
      (out) => f.backward(dySized, { x: sized }, { out } as object),
      f.backward(dySized, { x: sized }).data,
      SHAPE,
    ],
    ...(takesY
      ? [
          [
            `${name}.backward from y`,
            (out) => f.backward(dySized, { y: sized }, { out } as object),
            f.backward(dySized, { y: sized }).data,
            SHAPE,
          ] satisfies [string, Call, Float64Array, readonly number[]],
        ]
      : []),
  ]);
  const jacobian = softmax.deriv(sized);
  return [
    ...list,
    ['hadamard', (out) => hadamard(sized, dySized, { out } as object), hadamard(sized, dySized).data, SHAPE],
    [
      'hadamard with a Jacobian',
      (out) => hadamard(dySized, jacobian, { out } as object),
      hadamard(dySized, jacobian).data,
      SHAPE,
    ],
    ['softmax, axis 0', (out) => softmax(sized, { axis: 0, out } as object), softmax(sized, { axis: 0 }).data, SHAPE],
    [
      'softmax.deriv, axis 0',
      (out) => softmax.deriv(sized, { axis: 0, out } as object),
      softmax.deriv(sized, { axis: 0 }).data,
      [4, 3, 3],
    ],
  ];
}

describe.each(calls())('%s', (name, call, wanted, shape) => {
  for (const [form, out, read, narrow] of forms(shape)) {
    test(`into ${form}`, () => {
      expect(call(out)).toBe(out);
      expectSameBits(`${name} into ${form}`, read(), narrow ? Float32Array.from(wanted) : wanted);
    });
  }

  test('nothing around a strided out is written', () => {
    const turned = strided(new Float64Array(product(shape)), shape, [...shape.keys()].reverse(), [0], 3);
    call(turned);
    const inside = new Set(indices(turned));
    for (const [i, value] of turned.data.entries()) if (!inside.has(i)) expect(value).toBe(-7777);
  });
});

test('valueAndDeriv: both outs in every form, returned in the very object', () => {
  const x = { data: values(), shape: SHAPE };
  for (const f of [elu as unknown as typeof sigmoid, softmax as unknown as typeof sigmoid]) {
    const wanted = f.valueAndDeriv(x);
    for (const [i, [form, value, readValue, narrowValue]] of forms(SHAPE).entries()) {
      const others = forms(wanted.deriv.shape);
      const [other, deriv, readDeriv, narrowDeriv] = others[(i * 3 + 1) % others.length] as (typeof others)[number];
      const out = { value, deriv };
      const got = f.valueAndDeriv(x, { out } as object) as unknown as typeof out;
      expect(got.value).toBe(value);
      expect(got.deriv).toBe(deriv);
      expect(got).toBe(out);
      expectSameBits(`value into ${form}`, readValue(), narrowValue ? Float32Array.from(wanted.value.data) : wanted.value.data);
      expectSameBits(`deriv into ${other}`, readDeriv(), narrowDeriv ? Float32Array.from(wanted.deriv.data) : wanted.deriv.data);
    }
  }
});

test('a flat input of a shape fills an out that has that shape', () => {
  const x = values();
  const out = { data: new Float64Array(12), shape: [...SHAPE] };
  expect(softmax(x, { shape: [...SHAPE], out })).toBe(out);
  expectSameBits('softmax', out.data, softmax(x, { shape: [...SHAPE] }));
  const flat = new Float64Array(12);
  expect(softmax({ data: x, shape: [...SHAPE] }, { out: flat })).toBe(flat);
  expectSameBits('softmax', flat, out.data);
});

describe('in place', () => {
  const elementwise = rows.map((row) => [row.name, row.fn as unknown as typeof sigmoid, row.takesY] as const);
  test.each([...elementwise, ['softmax', softmax as unknown as typeof sigmoid, true] as const])('%s', (name, f, takesY) => {
    const [x, dy] = [awkward(random, 24), awkward(random, 24)];
    const shaped = name === 'softmax' ? { shape: [4, 6] } : {};
    const check = (what: string, wanted: Float64Array, call: (x: Float64Array, dy: Float64Array) => [unknown, Float64Array]) => {
      const [a, b] = [x.slice(), dy.slice()];
      const [got, out] = call(a, b);
      expect(got).toBe(out);
      expectSameBits(`${name} ${what}`, out, wanted);
      const untouched = out === a ? [b, dy] : [a, x];
      expectSameBits(`${name} ${what}: the other input`, untouched[0] as Float64Array, untouched[1] as Float64Array);
    };
    check('out is x', f(x, shaped), (a) => [f(a, { ...shaped, out: a }), a]);
    check('backward, out is dy', f.backward(dy, { x }, shaped), (a, b) => [f.backward(b, { x: a }, { ...shaped, out: b }), b]);
    check('backward, out is x', f.backward(dy, { x }, shaped), (a, b) => [f.backward(b, { x: a }, { ...shaped, out: a }), a]);
    if (takesY) {
      check('backward, out is y', f.backward(dy, { y: x }, shaped), (a, b) => [
        f.backward(b, { y: a }, { ...shaped, out: a }),
        a,
      ]);
      check('backward, out is dy, from y', f.backward(dy, { y: x }, shaped), (a, b) => [
        f.backward(b, { y: a }, { ...shaped, out: b }),
        b,
      ]);
    }
    check('backward, dy is x is out', f.backward(x, { x }, shaped), (a) => [f.backward(a, { x: a }, { ...shaped, out: a }), a]);
    if (name !== 'softmax') {
      check('deriv, out is x', f.deriv(x), (a) => [f.deriv(a, { out: a }), a]);
      check('deriv2, out is x', f.deriv2(x), (a) => [f.deriv2(a, { out: a }), a]);
      const { value, deriv } = f.valueAndDeriv(x);
      for (const [own, wanted] of [
        ['value', value],
        ['deriv', deriv],
      ] as const) {
        const a = x.slice();
        const out = { value: new Float64Array(24), deriv: new Float64Array(24), [own]: a };
        f.valueAndDeriv(a, { out });
        expectSameBits(`${name} valueAndDeriv, ${own} in place`, a, wanted);
      }
    }
  });

  test('other views of the same bytes: another subarray object, Float32Array, nested, strided', () => {
    const x = values();
    const wanted = sigmoid(x);
    const buffer = new Float64Array(20);
    buffer.set(x, 5);
    sigmoid(buffer.subarray(5, 17), { out: buffer.subarray(5, 17) });
    expectSameBits('same bytes', buffer.subarray(5, 17), wanted);
    const narrow = Float32Array.from(x);
    const narrowWanted = sigmoid(narrow);
    expect(sigmoid(narrow, { out: narrow })).toBe(narrow);
    expectSameBits('Float32Array', narrow, narrowWanted);
    const plain = [...x];
    sigmoid(plain, { out: plain });
    expectSameBits('number[]', plain, wanted);
    const nested = nest(x, SHAPE) as number[][];
    sigmoid(nested, { out: nested });
    expect(nested).toEqual(nest(wanted, SHAPE));
    const turned = strided(x, SHAPE, [1, 0], [0], 2);
    sigmoid(turned, { out: turned });
    expectSameBits(
      'strided',
      indices(turned).map((at) => turned.data[at] as number),
      wanted,
    );
    const soft = strided(x, SHAPE, [1, 0], [0], 2);
    const softWanted = softmax({ data: x, shape: [...SHAPE] }, { axis: 0 });
    softmax(soft, { out: soft, axis: 0 });
    expectSameBits(
      'softmax, strided',
      indices(soft).map((at) => soft.data[at] as number),
      softWanted.data,
    );
  });

  test('softmax.valueAndDeriv, the value over x', () => {
    const x = values([4, 6]);
    const wanted = softmax.valueAndDeriv(x, { shape: [4, 6] });
    const own = x.slice();
    const out = { value: own, deriv: new Float64Array(4 * 36) };
    expect(softmax.valueAndDeriv(own, { shape: [4, 6], out })).toBe(out);
    expectSameBits('value', own, wanted.value);
    expectSameBits('Jacobian', out.deriv, wanted.deriv);
  });

  test('hadamard, out is either factor', () => {
    const [a, b] = [values(), values()];
    const wanted = hadamard(a, b);
    for (const own of [0, 1]) {
      const pair = [a.slice(), b.slice()] as const;
      const out = pair[own] as Float64Array;
      expect(hadamard(pair[0], pair[1], { out })).toBe(out);
      expectSameBits('hadamard', out, wanted);
    }
    const jacobian = softmax.deriv(a, { shape: [...SHAPE] });
    const contracted = hadamard({ data: a, shape: [...SHAPE] }, { data: jacobian, shape: [3, 4, 4] });
    const own = { data: a.slice(), shape: [...SHAPE] };
    expect(hadamard(own, { data: jacobian, shape: [3, 4, 4] }, { out: own })).toBe(own);
    expectSameBits('hadamard, contracted in place', own.data, contracted.data);
  });

  test('bytes that only lie in one buffer, without meeting, are no overlap', () => {
    const buffer = new Float64Array(40);
    buffer.set(values(), 0);
    const wanted = sigmoid(buffer.slice(0, 12));
    expectSameBits('beside', sigmoid(buffer.subarray(0, 12), { out: buffer.subarray(12, 24) }), wanted);
    expectSameBits(
      'deriv beside',
      softmax.deriv(buffer.subarray(0, 3), { out: buffer.subarray(30, 39) }),
      softmax.deriv(buffer.slice(0, 3)),
    );
    // Arrays without bytes share nothing.
    expect(sigmoid(buffer.subarray(3, 3), { out: buffer.subarray(3, 3) })).toHaveLength(0);
  });

  test('no memory of a mask, whatever the container and the types, not even exactly that', () => {
    const memory = Float64Array.of(1, 0, 1, 1);
    const list = [1, 0, 1];
    const nested = [[1, 0, 1]];
    const tensor = Tensor.from([1, 0, 1]);
    const x = [1, 1, 1];
    const labels = [0, 0, 1];
    const held = [memory, list, nested];
    const before = JSON.stringify([held, tensor]);
    for (const call of [
      () => softmax(x, { mask: memory.subarray(0, 3), out: memory.subarray(1) }),
      () => softmax(x, { mask: memory.subarray(0, 3), out: memory.subarray(0, 3) }),
      () => softmax(x, { mask: new Uint8Array(memory.buffer, 0, 3), out: memory.subarray(0, 3) }),
      () => softmax(x, { mask: list, out: list }),
      () => softmax([x], { mask: nested, out: nested }),
      () => softmax(Tensor.from(x), { mask: tensor, out: tensor }),
      () => softmax.backward(x, { x }, { mask: list, out: list }),
      () => softmax.valueAndDeriv(x, { mask: list, out: { value: list, deriv: new Float64Array(9) } }),
      () => logSumExp.deriv(x, { mask: list, out: list }),
      () => softmaxCrossEntropy.deriv(x, labels, { mask: list, out: list }),
      () => softmaxCrossEntropy.deriv([x], [0], { mask: nested, out: nested }),
    ]) {
      expect(call).toThrow(
        expect.objectContaining({ code: 'ERR_SHAPE', message: expect.stringMatching(/no memory of "mask", got an overlap$/) }),
      );
      expect(JSON.stringify([held, tensor])).toBe(before);
    }
    tensor.dispose();
    // In one buffer, without sharing bytes.
    const out = new Float64Array(6);
    out.set([1, 0, 1], 3);
    expect([...softmax(x, { mask: out.subarray(3), out: out.subarray(0, 3) })]).toEqual([0.5, 0, 0.5]);
  });

  test('two results of one call need memory of their own', () => {
    const x = [1, 2, 3];
    const [value, deriv] = [Float64Array.of(7, 8, 9), [7, 8, 9]];
    const twice = (out: { value: Float64Array | number[]; deriv: Float64Array | number[] }) => () =>
      sigmoidCrossEntropy.valueAndDeriv(x, [0, 1, 0], { out });
    for (const same of [value, deriv]) {
      expect(twice({ value: same, deriv: same })).toThrow('"out.deriv" expected no memory of "out.value", got an overlap');
      expect([...same]).toEqual([7, 8, 9]);
    }
    twice({ value, deriv })();
    expect([...value]).toEqual(sigmoidCrossEntropy(x, [0, 1, 0]));
    expect(deriv).toEqual(sigmoidCrossEntropy.deriv(x, [0, 1, 0]));
  });
});

test('a nested out of no elements has the shape that is left to see', () => {
  const none = { data: new Float64Array(0), shape: [2, 0, 3] };
  const calls: [string, (out: number[][]) => unknown][] = [
    ['the Jacobian', (out) => softmax.deriv([[], []], { out: out as never })],
    ['the Jacobian of a tensor', (out) => softmax.deriv(Tensor.zeros(2, 0), { out: out as never })],
    ['the Jacobian with a mask', (out) => softmax.deriv([[], []], { mask: [[], []], out: out as never })],
    ['a value', (out) => elu(none, { out: out as never })],
    ['a gradient', (out) => elu.backward(none, { x: none }, { out: out as never })],
    ['a gradient of rows', (out) => logSumExp.deriv(none, { out: out as never })],
    ['a product', (out) => hadamard(none, none, { out: out as never })],
  ];
  for (const [what, call] of calls) {
    const out: number[][] = [[], []];
    expect(call(out), what).toBe(out);
    expect(out, what).toEqual([[], []]);
    for (const wrong of [
      [[], [], []],
      [[[]], [[]]],
    ]) {
      expect(() => call(wrong as never), what).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }) as Error);
    }
  }
  for (const f of [softmax, elu]) {
    const x = f === softmax ? [[], []] : none;
    const pair = { value: [[], []], deriv: [[], []] };
    expect((f.valueAndDeriv as (x: unknown, options: object) => unknown)(x, { out: pair })).toBe(pair);
    expect(pair).toEqual({ value: [[], []], deriv: [[], []] });
  }
});
