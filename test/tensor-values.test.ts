// Tensors as values: how tests for equality, consoles, JSON, structuredClone, proxies and another copy of the package see them.

import { deepStrictEqual, notDeepStrictEqual } from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { memory, relu, scope, sigmoid, Tensor } from 'nonlin';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT } from './support/files.js';

describe('equality', () => {
  const pairs: [string, Tensor, Tensor, boolean][] = [
    ['the same elements', Tensor.from([1, 2]), Tensor.from([1, 2]), true],
    ['other elements', Tensor.from([1, 2]), Tensor.from([3, 4]), false],
    ['one other element', Tensor.from([1, 2]), Tensor.from([1, 3]), false],
    ['another shape', Tensor.from([1, 2, 3, 4], [2, 2]), Tensor.from([1, 2, 3, 4], [4]), false],
    ['another length', Tensor.from([1, 2]), Tensor.from([1, 2, 3]), false],
    ['NaN and NaN', Tensor.from([Number.NaN]), Tensor.from([Number.NaN]), true],
  ];
  test.each(pairs)('%s', (_, a, b, same) => {
    if (same) {
      deepStrictEqual(a, b);
      expect(a).toEqual(b);
      expect(a).toStrictEqual(b);
    } else {
      notDeepStrictEqual(a, b);
      expect(a).not.toEqual(b);
      expect(a).not.toStrictEqual(b);
    }
    expect({ nested: [a] }).toEqual({ nested: [a] });
  });

  test('holds after the memory has grown', () => {
    const [a, b] = [Tensor.from([1, 2]), Tensor.from([3, 4])];
    const big = Tensor.zeros(3_000_000);
    notDeepStrictEqual(a, b);
    expect(a).not.toEqual(b);
    deepStrictEqual(a, Tensor.from([1, 2]));
    big.dispose();
  });
});

test('JSON has shape and elements, and can be read back', () => {
  const t = Tensor.from([
    [1, 2.5],
    [-3, 4],
  ]);
  const text = JSON.stringify({ t });
  expect(text).toBe('{"t":{"shape":[2,2],"data":[1,2.5,-3,4]}}');
  expect(Tensor.from((JSON.parse(text) as { t: { data: number[]; shape: number[] } }).t).toArray()).toEqual(t.toArray());
});

test('consoles show shape and elements, the first ones of many', () => {
  expect(
    inspect(
      Tensor.from([
        [1, 2],
        [3, 4],
      ]),
    ),
  ).toBe('Tensor(2, 2) [ 1, 2, 3, 4 ]');
  expect(inspect({ t: Tensor.from(5) })).toBe('{ t: Tensor() [ 5 ] }');
  expect(inspect(Tensor.zeros(100_000)).length).toBeLessThan(1000);
  const gone = Tensor.zeros(2);
  gone.dispose();
  expect(inspect(gone)).toBe('Tensor(2) disposed');
  expect(Object.prototype.toString.call(gone)).toBe('[object Tensor]');
});

test('structuredClone refuses, and says what to send instead', () => {
  expect(() => structuredClone(Tensor.from([1]))).toThrow(/cannot be cloned or posted: send its toFloat64Array\(\)/);
  expect(() => structuredClone({ deep: [Tensor.from([1])] })).toThrow(/toFloat64Array/);
});

describe('in a proxy, as reactive frameworks make them', () => {
  /** Wraps what is read through it too, as Vue's `reactive` does; functions and frozen objects stay as they are. */
  function reactive<T extends object>(target: T): T {
    return new Proxy(target, {
      get(object, key, receiver) {
        const value: unknown = Reflect.get(object, key, receiver);
        return typeof value === 'object' && value !== null && !Object.isFrozen(value) && !ArrayBuffer.isView(value)
          ? reactive(value)
          : value;
      },
    });
  }

  test('everything works, and is the tensor itself', () => {
    const t = Tensor.from([[-1, 2]]);
    const p = reactive({ t }).t;
    expect(p.shape).toEqual([1, 2]);
    expect([...p.data]).toEqual([-1, 2]);
    expect(p.size).toBe(2);
    expect(p.toArray()).toEqual([[-1, 2]]);
    expect(relu(p).toArray()).toEqual([[0, 2]]);
    expect(sigmoid.backward(p, { x: p }).shape).toEqual([1, 2]);
    expect(p.reshape(2).toArray()).toEqual([-1, 2]);
    expect(relu(t, { out: p }).toArray()).toEqual([[0, 2]]);
    expect(t.toArray()).toEqual([[0, 2]]);
    expect(Tensor.from(p).toArray()).toEqual([[0, 2]]);
    expect(JSON.stringify(p)).toBe(JSON.stringify(t));
    p.dispose();
    expect([p.disposed, t.disposed]).toEqual([true, true]);
    expect(() => relu(p)).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
  });

  test('scope keeps what it returns inside one', () => {
    const before = memory().tensors;
    const kept = scope(() => {
      Tensor.zeros(3);
      return reactive({ y: relu(Tensor.from([-1, 5])) });
    });
    expect(kept.y.toArray()).toEqual([0, 5]);
    expect(memory().tensors).toBe(before + 1);
    kept.y.dispose();
  });
});

describe('of another copy of the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nonlin-copy-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is refused with what to do, and never read as { data, shape }', async () => {
    const file = join(folder, 'index.mjs');
    copyFileSync(join(ROOT, 'dist/index.js'), file);
    const other = (await import(pathToFileURL(file).href)) as typeof import('nonlin');
    const theirs = other.Tensor.from([-1, 2]);
    expect(theirs).not.toBeInstanceOf(Tensor);
    for (const call of [
      () => relu(theirs as unknown as Tensor),
      () => relu.backward([1, 1], { x: theirs as unknown as Tensor }),
      () => relu([1, 2], { out: theirs as unknown as Tensor }),
      () => Tensor.from(theirs as unknown as Tensor),
    ]) {
      expect(call).toThrow(
        expect.objectContaining({
          name: 'TypeError',
          code: 'ERR_DTYPE',
          message: expect.stringMatching(
            /is a Tensor of another copy of nonlin: pass its toFloat64Array\(\), or load the package once/,
          ),
        }),
      );
    }
    expect(other.relu(theirs).toArray()).toEqual([0, 2]);
    expect(relu(theirs.toFloat64Array())).toEqual(Float64Array.of(0, 2));
  });
});

test('what names another owner in a shape like that of a tensor is none', () => {
  const [mark] = Object.getOwnPropertySymbols(Tensor.from([1, 2]).shape);
  for (const owner of [undefined, null, 5, 'a', {}, () => 1, Object.create(Tensor.prototype)]) {
    const shape = Object.defineProperty([2], mark as symbol, { value: owner });
    const forged = Object.defineProperty(Object.create(Tensor.prototype), 'shape', { value: shape }) as Tensor;
    expect(inspect(forged)).toBe('Tensor {}');
    expect(forged.disposed).toBe(true);
    for (const use of [() => sigmoid(forged), () => forged.toArray(), () => sigmoid([1, 2], { out: forged }), () => forged.data])
      expect(use).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
  }
});
