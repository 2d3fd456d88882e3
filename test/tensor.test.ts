// Tensor, scope and memory(): values, sharing, freeing, growth, and errors.

import { elu, hadamard, memory, relu, scope, sigmoid, softmax, Tensor, tanh } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { awkward, expectSameBits, Random } from './support/bits.js';
import { nest, product } from './support/containers.js';
import { rows } from './table.js';

const random = new Random(101);
const values = (shape: readonly number[]) => Float64Array.from({ length: product(shape) }, () => random.normal(3));
const MANY = 20_000_000;

/** Checks that what `fn` leaves behind is nothing. */
function leavesNothing(fn: () => void): void {
  const before = memory();
  fn();
  const after = memory();
  expect({ tensors: after.tensors, bytes: after.bytes }).toEqual({ tensors: before.tensors, bytes: before.bytes });
}

describe('making and reading', () => {
  test('from every container, with its shape', () => {
    scope(() => {
      const x = values([2, 3]);
      expect(Tensor.from(x).shape).toEqual([6]);
      expect(Tensor.from(x, [2, 3]).shape).toEqual([2, 3]);
      expect(Tensor.from([...x], [3, 2]).shape).toEqual([3, 2]);
      expect(Tensor.from(nest(x, [2, 3]) as number[][]).shape).toEqual([2, 3]);
      expect(Tensor.from({ data: x, shape: [2, 3], stride: [1, 2] }).toFloat64Array()).toEqual(
        Float64Array.of(...[0, 2, 4, 1, 3, 5].map((i) => x[i] as number)),
      );
      expect(Tensor.from(Float32Array.of(0.5)).toFloat64Array()).toEqual(Float64Array.of(0.5));
      expect(Tensor.from(Int8Array.of(-3, 4)).toArray()).toEqual([-3, 4]);
      expect(Tensor.from(7).shape).toEqual([]);
      expect(Tensor.from(7).toArray()).toBe(7);
      expect(Tensor.from([]).shape).toEqual([0]);
      expect(Tensor.from([[], []]).toArray()).toEqual([[], []]);
      const first = Tensor.from(x, [2, 3]);
      const copy = Tensor.from(first);
      expect(copy.shape).toEqual([2, 3]);
      copy.data[0] = 99;
      expectSameBits('a tensor made of a tensor is a copy', first.data, x);
      x[0] = 50;
      expect(first.data[0]).not.toBe(50);
    });
  });

  test('zeros, size, data, toArray, toFloat64Array', () => {
    scope(() => {
      const t = Tensor.zeros(2, 3);
      expect([t.shape, t.size, t.disposed]).toEqual([[2, 3], 6, false]);
      expect(t.toArray()).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
      t.data[4] = 5;
      t.data.fill(7, 0, 1);
      expect(t.toArray()).toEqual([
        [7, 0, 0],
        [0, 5, 0],
      ]);
      const copy = t.toFloat64Array();
      copy[0] = -1;
      expect(t.data[0]).toBe(7);
      expect(copy.buffer.byteLength).toBe(48);
      expect(Tensor.zeros(0, 3).toArray()).toEqual([]);
      expect(Tensor.zeros().size).toBe(1);
    });
  });

  test('memory freed and had again is zero', () => {
    for (let i = 0; i < 50; i++) {
      const dirty = Tensor.zeros(1000);
      dirty.data.fill(3);
      dirty.dispose();
      scope(() => expect(Tensor.zeros(1000).data.every((v) => v === 0)).toBe(true));
    }
  });

  test('elements of odd numbers stay apart', () => {
    scope(() => {
      const tensors = [1, 3, 5, 1, 7, 2].map((length) => Tensor.zeros(length));
      for (const [i, t] of tensors.entries()) t.data.fill(i + 1);
      for (const [i, t] of tensors.entries())
        expect([...sigmoid(t, { out: t }).data]).toEqual(new Array(t.size).fill(sigmoid(i + 1)));
      const [a, b] = [Tensor.zeros(3), Tensor.zeros(3)];
      b.data.fill(9);
      elu(Tensor.from([-1, -2, -3]), { out: a });
      expect([...b.data]).toEqual([9, 9, 9]);
    });
  });
});

describe('functions on tensors', () => {
  test.each(rows.map((row) => [row.name, row.fn, row.takesY] as const))(
    '%s: tensor in, tensor out, the bits of an array',
    (name, fn, takesY) => {
      const f = fn as unknown as typeof sigmoid;
      for (const shape of [[37], [5, 8], [3, 1, 7]]) {
        const [x, dy] = [awkward(random, product(shape)), awkward(random, product(shape))];
        leavesNothing(() =>
          scope(() => {
            const [tx, tdy] = [Tensor.from(x, shape), Tensor.from(dy, shape)];
            const check = (what: string, got: unknown, wanted: Float64Array) => {
              expect(got).toBeInstanceOf(Tensor);
              expect((got as Tensor).shape).toEqual(shape);
              expectSameBits(`${name} ${what}`, (got as Tensor).data, wanted);
            };
            check('value', f(tx), fn(x));
            check('deriv', f.deriv(tx), fn.deriv(x));
            check('backward from x', f.backward(tdy, { x: tx }), fn.backward(dy, { x }));
            check('deriv2', f.deriv2(tx), fn.deriv2(x));
            if (takesY) check('backward from y', f.backward(tdy, { y: tx }), fn.backward(dy, { y: x }));
            const both = f.valueAndDeriv(tx);
            check('valueAndDeriv', both.value, fn(x));
            check('valueAndDeriv', both.deriv, fn.deriv(x));
            expectSameBits(name, tx.data, x);

            const out = Tensor.zeros(...shape);
            expect(f(tx, { out })).toBe(out);
            expectSameBits(`${name} into a tensor`, out.data, fn(x));
            const second = Tensor.zeros(...shape);
            const pair = { value: out, deriv: second };
            expect(f.valueAndDeriv(tx, { out: pair })).toBe(pair);
            expectSameBits(`${name} into tensors`, second.data, fn.deriv(x));
            expect(f.backward(tdy, { x: tx }, { out: tdy })).toBe(tdy);
            expectSameBits(`${name} backward in place`, tdy.data, fn.backward(dy, { x }));
            expect(f(tx, { out: tx })).toBe(tx);
            expectSameBits(`${name} in place`, tx.data, fn(x));
          }),
        );
      }
    },
  );

  test.each([1, 0.5])('softmax, every axis, temperature %s', (temperature) => {
    for (const shape of [[9], [4, 5], [2, 3, 4]]) {
      const [x, dy] = [values(shape), values(shape)];
      for (const axis of shape.keys()) {
        const options = { axis, temperature };
        const flat = { ...options, shape };
        scope(() => {
          const [tx, tdy] = [Tensor.from(x, shape), Tensor.from(dy, shape)];
          const y = softmax(tx, options);
          expectSameBits('softmax', y.data, softmax(x, flat));
          const jacobian = softmax.deriv(tx, options);
          expect(jacobian.shape).toEqual([...shape.filter((_, i) => i !== axis), shape[axis], shape[axis]]);
          expectSameBits('softmax Jacobian', jacobian.data, softmax.deriv(x, flat));
          expectSameBits('softmax backward', softmax.backward(tdy, { x: tx }, options).data, softmax.backward(dy, { x }, flat));
          expectSameBits(
            'softmax backward from y',
            softmax.backward(tdy, { y }, options).data,
            softmax.backward(dy, { y: y.toFloat64Array() }, flat),
          );
          const both = softmax.valueAndDeriv(tx, options);
          expectSameBits('softmax valueAndDeriv', both.value.data, y.data);
          expectSameBits('softmax valueAndDeriv', both.deriv.data, jacobian.data);
          expect(softmax(tx, { ...options, out: tx })).toBe(tx);
          expectSameBits('softmax in place', tx.data, y.data);
        });
      }
    }
  });

  test('hadamard, contraction too', () => {
    const [a, b] = [values([3, 4]), values([3, 4])];
    scope(() => {
      const [ta, tb] = [Tensor.from(a, [3, 4]), Tensor.from(b, [3, 4])];
      expectSameBits('hadamard', hadamard(ta, tb).data, hadamard(a, b));
      const jacobian = softmax.deriv(tb);
      const wanted = hadamard({ data: a, shape: [3, 4] }, { data: jacobian.toFloat64Array(), shape: [3, 4, 4] }).data;
      expectSameBits('hadamard with a Jacobian', hadamard(ta, jacobian).data, wanted);
      expect(hadamard(ta, jacobian, { out: ta })).toBe(ta);
      expectSameBits('hadamard with a Jacobian in place', ta.data, wanted);
    });
  });

  test('tensors and arrays mix', () => {
    const shape = [3, 4];
    const [x, dy] = [values(shape), values(shape)];
    const wanted = tanh.backward(dy, { x });
    scope(() => {
      const tx = Tensor.from(x, shape);
      expectSameBits('array dy, tensor x', tanh.backward(nest(dy, shape) as number[][], { x: tx }).flat(), wanted);
      expectSameBits(
        'tensor dy, array x',
        tanh.backward(Tensor.from(dy, shape), { x: nest(x, shape) as number[][] }).data,
        wanted,
      );
      const array = new Float64Array(12);
      expect(sigmoid(tx, { out: array })).toBe(array);
      expectSameBits('tensor into array', array, sigmoid(x));
      const tensor = Tensor.zeros(3, 4);
      expect(sigmoid({ data: x, shape }, { out: tensor })).toBe(tensor);
      expectSameBits('array into tensor', tensor.data, sigmoid(x));
      expect(softmax(nest(x, shape) as number[][], { out: tensor })).toBe(tensor);
      expectSameBits('softmax, nested into tensor', tensor.data, softmax(x, { shape }));
      const nested = nest(x, shape) as number[][];
      softmax(tx, { out: nested });
      expect(nested).toEqual(tensor.toArray());
      expectSameBits('hadamard', hadamard(tx, { data: x, shape }).data, hadamard(x, x));
      expectSameBits('hadamard', hadamard(x, Tensor.from(dy)), hadamard(x, dy));
    });
  });

  test('the data of a tensor is an array like any other, also while memory grows', () => {
    scope(() => {
      const t = Tensor.from(values([30_000]));
      const x = t.toFloat64Array();
      expectSameBits('sigmoid', sigmoid(t.data), sigmoid(x));
      const out = Tensor.zeros(30_000);
      expect(sigmoid(t.data, { out: out.data })).toHaveLength(30_000);
      expectSameBits('sigmoid into data', out.data, sigmoid(x));
      // A row this long needs new scratch memory, whose growth ends the views that were passed.
      const long = Tensor.zeros(3_000_000);
      long.data[7] = 40;
      const wanted = softmax(long.toFloat64Array());
      expectSameBits('softmax of data', softmax(long.data), wanted);
      softmax(long.data, { out: long.data });
      expectSameBits('softmax of data in place', long.data, wanted);
      sigmoid(t.data, { out: t.data });
      expectSameBits('sigmoid of data in place', t.data, sigmoid(x));
    });
  });
});

describe('sharing and freeing', () => {
  test('reshape shares the memory, freed with the last', () => {
    leavesNothing(() => {
      const t = Tensor.from([1, 2, 3, 4, 5, 6]);
      const before = memory();
      const matrix = t.reshape(2, 3);
      expect(memory().bytes).toBe(before.bytes);
      expect(matrix.toArray()).toEqual([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      matrix.data[0] = 10;
      expect(t.data[0]).toBe(10);
      t.dispose();
      expect(t.disposed).toBe(true);
      expect(matrix.disposed).toBe(false);
      expect(matrix.toArray()).toEqual([
        [10, 2, 3],
        [4, 5, 6],
      ]);
      expect(memory().bytes).toBe(before.bytes);
      const cube = matrix.reshape(1, 6, 1);
      matrix.dispose();
      expect(cube.data[5]).toBe(6);
      cube.dispose();
    });
  });

  test('reshape onto itself: two tensors on one memory are one place', () => {
    scope(() => {
      const t = Tensor.from([-1, 2, 3, 4]);
      const same = t.reshape(4);
      expect(relu(t, { out: same })).toBe(same);
      expect(t.toArray()).toEqual([0, 2, 3, 4]);
      const matrix = t.reshape(2, 2);
      expect(() => softmax.deriv(t.reshape(1, 4).reshape(4), { out: Tensor.zeros(4, 4) })).not.toThrow();
      expect(() =>
        hadamard(
          Tensor.from([[1, 2]]),
          Tensor.from([
            [
              [1, 2],
              [3, 4],
            ],
          ]),
          { out: Tensor.zeros(1, 2) },
        ),
      ).not.toThrow();
      expect(() => softmax.deriv(Tensor.from([1]), { out: matrix })).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
    });
  });

  test('dispose: twice is harmless, use after it is an error', () => {
    leavesNothing(() => {
      const t = Tensor.from([1, 2]);
      const other = Tensor.from([1, 2]);
      t.dispose();
      t.dispose();
      t[Symbol.dispose]();
      expect(t.disposed).toBe(true);
      const uses: (() => unknown)[] = [
        () => t.data,
        () => t.toArray(),
        () => t.toFloat64Array(),
        () => t.reshape(2, 1),
        () => Tensor.from(t),
        () => sigmoid(t),
        () => sigmoid.deriv(t),
        () => sigmoid.valueAndDeriv(t),
        () => softmax(t),
        () => sigmoid.backward(t, { x: other }),
        () => sigmoid.backward(other, { x: t }),
        () => sigmoid.backward(other, { y: t }),
        () => hadamard(t, other),
        () => hadamard(other, t),
        () => sigmoid(other, { out: t }),
        () => sigmoid.valueAndDeriv(other, { out: { value: other, deriv: t } }),
      ];
      for (const use of uses) {
        expect(use).toThrow(expect.objectContaining({ name: 'TypeError', code: 'ERR_DISPOSED' }));
        expect([...other.data]).toEqual([1, 2]);
      }
      other.dispose();
    });
  });

  test('what only looks like a tensor', () => {
    const forged = Object.create(Tensor.prototype) as Tensor;
    for (const use of [
      () => sigmoid(forged),
      () => forged.data,
      () => sigmoid([1], { out: forged }),
      () => Tensor.from(forged),
      () => forged.reshape(1),
    ]) {
      expect(use).toThrow(expect.objectContaining({ name: 'TypeError', code: 'ERR_DISPOSED' }));
    }
    expect(() => Reflect.construct(Tensor, [])).toThrow(TypeError);
    expect(() => Reflect.construct(Tensor, [{}, [2], {}])).toThrow(TypeError);
  });

  test('methods without their tensor', () => {
    leavesNothing(() => {
      const t = Tensor.from([1, 2]);
      const { dispose, reshape, toArray, toFloat64Array, toJSON } = t;
      for (const use of [
        () => dispose(),
        () => reshape(2),
        () => toArray(),
        () => toFloat64Array(),
        () => toJSON(),
        () => dispose.call(Object.create(Tensor.prototype)),
      ]) {
        expect(use).toThrow(expect.objectContaining({ name: 'TypeError', code: 'ERR_DISPOSED' }));
      }
      expect(t.toArray()).toEqual([1, 2]);
      t.dispose();
    });
  });

  test('a shape stays what it is', () => {
    const t = Tensor.from([1, 2, 3, 4], [2, 2]);
    expect(() => Object.assign(t, { shape: [4] })).toThrow(TypeError);
    expect(Reflect.deleteProperty(t, 'shape')).toBe(false);
    expect(t.shape).toEqual([2, 2]);
    expect(Object.keys(t)).toContain('shape');
    t.dispose();
  });

  test('Symbol.dispose is what using calls', () => {
    leavesNothing(() => {
      const t = Tensor.zeros(5);
      t[Symbol.dispose]();
      expect(t.disposed).toBe(true);
    });
  });

  test('a disposed tensor’s memory is used again', () => {
    leavesNothing(() => {
      const start = memory().capacity;
      for (let i = 0; i < 200; i++) Tensor.zeros(500_000).dispose();
      expect(memory().capacity - start).toBeLessThan(3 * 500_000 * 8);
    });
  });
});

describe('growth', () => {
  test('data is made again after growth, old views are known dead', () => {
    leavesNothing(() =>
      scope(() => {
        const t = Tensor.from(values([1000]));
        const copy = t.toFloat64Array();
        const { capacity } = memory();
        Tensor.zeros(MANY).data[MANY - 1] = 1;
        expect(memory().capacity).toBeGreaterThan(capacity);
        expectSameBits('data after growth', t.data, copy);
        expectSameBits('a function after growth', sigmoid(t).data, sigmoid(copy));
        expectSameBits('an array after growth', sigmoid(copy), sigmoid(t).data);
        expect(t.data).toBe(t.data);
      }),
    );
  });

  test('memory() counts tensors and bytes', () => {
    const before = memory();
    const [a, b] = [Tensor.zeros(100), Tensor.zeros(7)];
    const after = memory();
    expect(after.tensors - before.tensors).toBe(2);
    expect(after.bytes - before.bytes).toBeGreaterThanOrEqual(107 * 8);
    expect(after.bytes - before.bytes).toBeLessThanOrEqual(108 * 8);
    expect(after.capacity).toBeGreaterThanOrEqual(after.bytes);
    const shared = a.reshape(10, 10);
    expect(memory().tensors - before.tensors).toBe(3);
    expect(memory().bytes).toBe(after.bytes);
    for (const t of [a, b, shared]) t.dispose();
    expect(memory().tensors).toBe(before.tensors);
    expect(memory().bytes).toBe(before.bytes);
  });
});

describe('scope', () => {
  test('frees what was made and not returned', () => {
    leavesNothing(() => {
      let inner: Tensor[] = [];
      const kept = scope(() => {
        const x = Tensor.from([-1, 1]);
        const y = sigmoid(x);
        const z = tanh(y);
        inner = [x, y];
        return z;
      });
      expect(inner.map((t) => t.disposed)).toEqual([true, true]);
      expect(kept.disposed).toBe(false);
      expectSameBits('kept', kept.data, tanh(sigmoid([-1, 1])));
      kept.dispose();
    });
  });

  test('keeps tensors in arrays and plain objects, at any depth, and those of reshape', () => {
    leavesNothing(() => {
      const kept = scope(() => {
        const t = Tensor.zeros(4);
        Tensor.zeros(9);
        return { a: [t.reshape(2, 2), { b: Tensor.zeros(1) }], n: 3, none: null, f: undefined };
      });
      const [a, { b }] = kept.a as [Tensor, { b: Tensor }];
      expect([a.disposed, b.disposed]).toEqual([false, false]);
      expect(a.toArray()).toEqual([
        [0, 0],
        [0, 0],
      ]);
      a.dispose();
      b.dispose();
    });
  });

  test('keeps tensors in an object without a prototype, not those in an object of a class', () => {
    leavesNothing(() => {
      class Layer {
        readonly weights = Tensor.zeros(3);
      }
      const [kept, layer] = scope(() => {
        const bare: Record<string, Tensor> = Object.create(null);
        bare['a'] = Tensor.zeros(2);
        return [bare, new Layer()] as const;
      });
      expect(kept['a']?.disposed).toBe(false);
      expect(layer.weights.disposed).toBe(true);
      kept['a']?.dispose();
    });
  });

  test('nests: what the inner one returns belongs to the outer one', () => {
    leavesNothing(() => {
      let fromInner: Tensor | undefined;
      scope(() => {
        fromInner = scope(() => {
          Tensor.zeros(2);
          return Tensor.zeros(3);
        });
        expect(fromInner.disposed).toBe(false);
      });
      expect(fromInner?.disposed).toBe(true);
    });
  });

  test('leaves alone what was made outside, even if returned or disposed inside', () => {
    leavesNothing(() => {
      const [a, b] = [Tensor.zeros(2), Tensor.zeros(2)];
      expect(scope(() => a)).toBe(a);
      scope(() => b.dispose());
      expect([a.disposed, b.disposed]).toEqual([false, true]);
      scope(() => relu(a, { out: a }));
      expect(a.disposed).toBe(false);
      a.dispose();
    });
  });

  test('frees on throw, and passes the exception on', () => {
    leavesNothing(() => {
      const mine = new Error('mine');
      let made: Tensor | undefined;
      expect(() =>
        scope((): number => {
          made = Tensor.zeros(1000);
          throw mine;
        }),
      ).toThrow(mine);
      expect(made?.disposed).toBe(true);
      // An error of the library inside frees as well.
      expect(() => scope(() => sigmoid.backward(Tensor.zeros(2), { x: Tensor.zeros(3) }))).toThrow(RangeError);
    });
  });

  test('refuses a promise, and frees', async () => {
    const before = memory();
    let made: Tensor | undefined;
    const call = (fn: () => unknown) => () => scope(fn as () => number);
    expect(
      call(async () => {
        made = Tensor.zeros(3);
      }),
    ).toThrow(TypeError);
    expect(made?.disposed).toBe(true);
    // A rejection that nobody handles would end the run of tests.
    const rejects = async () => {
      throw new Error('rejected');
    };
    expect(call(rejects)).toThrow(TypeError);
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    expect(call(() => ({ then: () => undefined }))).toThrow(TypeError);
    await Promise.resolve();
    expect(memory().tensors).toBe(before.tensors);
    expect(() => scope(3 as unknown as () => number)).toThrow(TypeError);
  });

  test('returns what the function returns', () => {
    expect(scope(() => 5)).toBe(5);
    expect(scope(() => undefined)).toBe(undefined);
    const array = [1, 2];
    expect(scope(() => array)).toBe(array);
  });
});

describe('errors', () => {
  type Case = [string, () => unknown, typeof TypeError | typeof RangeError, string];
  const loose = Tensor as unknown as { from(...args: unknown[]): Tensor; zeros(...args: unknown[]): Tensor };
  const cases: Case[] = [
    ['from a string', () => loose.from('1'), TypeError, 'ERR_DTYPE'],
    ['from nothing', () => loose.from(), TypeError, 'ERR_DTYPE'],
    ['from a hole', () => loose.from(new Array(3)), TypeError, 'ERR_DTYPE'],
    ['from ragged rows', () => loose.from([[1], [1, 2]]), RangeError, 'ERR_SHAPE'],
    ['from, another size', () => loose.from([1, 2, 3], [2, 2]), RangeError, 'ERR_SHAPE'],
    ['from, a shape for nested', () => loose.from([[1, 2]], [2, 1]), RangeError, 'ERR_SHAPE'],
    ['from, a shape that is a number', () => loose.from([1, 2], 2), TypeError, 'ERR_SHAPE'],
    ['zeros of a fraction', () => loose.zeros(1.5), RangeError, 'ERR_SHAPE'],
    ['zeros of a negative length', () => loose.zeros(-1), RangeError, 'ERR_SHAPE'],
    ['zeros of NaN', () => loose.zeros(Number.NaN), RangeError, 'ERR_SHAPE'],
    ['zeros of a string', () => loose.zeros('3'), TypeError, 'ERR_SHAPE'],
    ['zeros of 2^28 elements', () => loose.zeros(2 ** 28), RangeError, 'ERR_MEMORY'],
    ['zeros of 2^53 elements', () => loose.zeros(2 ** 30, 2 ** 23), RangeError, 'ERR_MEMORY'],
    ['a Jacobian beyond a tensor', () => softmax.deriv(Tensor.zeros(2 ** 14 + 1)), RangeError, 'ERR_MEMORY'],
    ['reshape to another size', () => Tensor.zeros(4).reshape(3), RangeError, 'ERR_SHAPE'],
    ['reshape to a fraction', () => Tensor.zeros(4).reshape(0.5, 8), RangeError, 'ERR_SHAPE'],
    ['shape of a tensor is its own', () => softmax(Tensor.zeros(4), { shape: [2, 2] }), RangeError, 'ERR_SHAPE'],
    ['out of another shape', () => sigmoid(Tensor.zeros(4), { out: Tensor.zeros(2, 2) }), RangeError, 'ERR_SHAPE'],
    ['out of another size', () => sigmoid(Tensor.zeros(4), { out: Tensor.zeros(5) }), RangeError, 'ERR_SHAPE'],
    ['sizes of backward', () => sigmoid.backward(Tensor.zeros(4), { x: Tensor.zeros(2, 2) }), RangeError, 'ERR_SHAPE'],
    [
      'a Jacobian in place',
      () => {
        const t = Tensor.zeros(1);
        return softmax.deriv(t, { out: t.reshape(1, 1) });
      },
      RangeError,
      'ERR_SHAPE',
    ],
    [
      'value and deriv on one memory',
      () => {
        const t = Tensor.zeros(2);
        return sigmoid.valueAndDeriv([1, 2], { out: { value: t, deriv: t.reshape(2) } });
      },
      RangeError,
      'ERR_SHAPE',
    ],
    [
      'a part of its own data',
      () => {
        const t = Tensor.zeros(4);
        return sigmoid(t, { out: t.data.subarray(1).subarray(0, 3) });
      },
      RangeError,
      'ERR_SHAPE',
    ],
    [
      'its data shifted',
      () => {
        const t = Tensor.zeros(4);
        return sigmoid(t.data.subarray(0, 3), { out: t.data.subarray(1) });
      },
      RangeError,
      'ERR_SHAPE',
    ],
    ['a scalar has no axis', () => softmax(Tensor.from(3)), RangeError, 'ERR_AXIS'],
  ];
  test.each(cases)('%s', (_, call, type, code) => {
    leavesNothing(() =>
      scope(() => {
        const bystander = Tensor.from([1, 2, 3]);
        try {
          call();
        } catch (error) {
          expect((error as Error).constructor, `${error}`).toBe(type);
          expect((error as { code: string }).code, `${error}`).toBe(code);
          expect(bystander.toArray()).toEqual([1, 2, 3]);
          expect(sigmoid(bystander).data[0]).toBe(sigmoid(1));
          return;
        }
        throw new Error('nothing was thrown');
      }),
    );
  });

  test('a tensor in place through its own data, exactly', () => {
    scope(() => {
      const t = Tensor.from([-1, 2, 0.5]);
      sigmoid(t, { out: t.data });
      expectSameBits('sigmoid', t.data, sigmoid([-1, 2, 0.5]));
    });
  });

  test('shape cannot be changed from outside', () => {
    scope(() => {
      const t = Tensor.zeros(2, 2);
      expect(() => (t.shape as number[]).push(3)).toThrow(TypeError);
      const own = [2, 2];
      const u = Tensor.from([1, 2, 3, 4], own);
      own[0] = 4;
      expect(u.shape).toEqual([2, 2]);
    });
  });
});
