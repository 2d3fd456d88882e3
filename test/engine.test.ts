// What happens around a kernel: memory that grows during a call, calls inside calls, kernels that fail or trap, and memory that
// is released. Faults of the module are simulated by standing between the package and WebAssembly.Instance, in a separate Node
// process.

import { elu, memory, relu, sigmoid, softmax, Tensor, tanh } from 'nonlin';
import { describe, expect, test } from 'vitest';
import { expectSameBits, Random } from './support/bits.js';
import { run } from './support/child.js';

const random = new Random(91);
const values = (count: number) => Float64Array.from({ length: count }, () => random.normal(2));

/** Makes the wasm memory grow a little: from then on, views of it that were read before have length 0. */
function grow(): void {
  const before = memory().capacity;
  const made: Tensor[] = [];
  for (let size = 2 ** 20; size >= 2 ** 10 && memory().capacity === before; size /= 2) {
    // All free pieces of this size are taken; the next one makes the memory grow.
    while (memory().capacity === before && made.length < 1000) made.push(Tensor.zeros(size));
  }
  expect(memory().capacity).toBeGreaterThan(before);
  for (const tensor of made) tensor.dispose();
}

/**
 * How many tensors of 1,000 elements fit into the wasm memory that `program` leaves, before it grows. The memory of a new process
 * is the same each time.
 */
function room(program: string): number {
  return run<number>(`${program}
    const { capacity } = memory();
    while (memory().capacity === capacity) kept.push(Tensor.zeros(1000));
    console.log(kept.length - 1);`);
}

describe('memory that grows while a call is on its way', () => {
  test('views of wasm memory as x, dy and y live on where a result is made that makes it grow', () => {
    for (let round = 0; round < 3; round++) {
      const count = 400_000 * (round + 2);
      const [x, dy] = [Tensor.from(values(count)), Tensor.from(values(count))];
      const wanted = sigmoid.backward(dy.toFloat64Array(), { x: x.toFloat64Array() });
      const got = sigmoid.backward(dy, { x: x.data });
      expectSameBits('from a view', got.data, wanted);
      const rows = { data: x.data, shape: [2, count / 2], strides: [count / 2, 1] };
      const shaped = sigmoid.backward(dy.reshape(2, count / 2), { x: rows });
      expectSameBits('from a strided view', shaped.data, wanted);
      const nested = sigmoid.backward(dy.reshape(2, count / 2), {
        x: [x.data.subarray(0, count / 2), x.data.subarray(count / 2)],
      });
      expectSameBits('from rows that are views', nested.data, wanted);
      for (const tensor of [x, dy, got, shaped, nested]) tensor.dispose();
    }
  });

  test('views of wasm memory as x and out live on where a long row makes it grow', () => {
    const program = `
      import { memory, softmax, Tensor } from 'nonlin';
      const results = [];
      for (const units of [6000, 50_000, 400_000, 1_000_001]) {
        const x = Float64Array.from({ length: units }, (_, i) => Math.sin(i) * 3);
        const wanted = softmax(x);
        const [from, to] = [Tensor.from(x), Tensor.zeros(units)];
        const before = memory().capacity;
        softmax(from.data, { out: to.data });
        const same = to.data.every((value, i) => Object.is(value, wanted[i]));
        const matrix = Tensor.zeros(2, 3);
        const small = softmax([[1, 2, 3], [3, 2, 1]], { out: matrix.data });
        results.push(same, small[0] === softmax([1, 2, 3])[0]);
        for (const tensor of [from, to, matrix]) tensor.dispose();
      }
      const fresh = Tensor.from([1, 2, 3, 4]);
      const big = new Float64Array(3_000_000);
      const out = fresh.data;
      results.push(softmax(big, { out: big }) === big);
      console.log(JSON.stringify({ results }));`;
    const { results } = run<{ results: boolean[] }>(program);
    expect(results).toEqual(results.map(() => true));
  });

  test('in a kernel that looks along rows: outs that are views of wasm memory are found again', () => {
    for (const units of [3000, 20_000]) {
      const start = `
        import { memory, sigmoid, softmax, Tensor } from 'nonlin';
        sigmoid([1]);
        const x = Float64Array.from({ length: ${units} }, (_, i) => Math.cos(i));
        const to = Tensor.zeros(${units}), from = Tensor.from(x);
        const kept = [];`;
      const program = `${start}
        for (let i = 0; i < ${room(start)}; i++) kept.push(Tensor.zeros(1000));
        const [input, out] = [from.data, to.data];
        softmax(input, { out });
        const wanted = softmax(x);
        const same = to.data.every((value, i) => Object.is(value, wanted[i]));
        console.log(JSON.stringify({ grew: out.length === 0, same }));`;
      expect(run<{ grew: boolean; same: boolean }>(program), `${units}`).toEqual({ grew: true, same: true });
    }
  });

  test('in a kernel that makes its table: Float32Arrays that are views of wasm memory are found again', () => {
    const start = `
      import { memory, mish, relu, Tensor } from 'nonlin';
      relu([1]);
      const count = 5000, home = Tensor.zeros(3 * count);
      const kept = [];`;
    const program = `${start}
      for (let i = 0; i < ${room(start)}; i++) kept.push(Tensor.zeros(1000));
      const { buffer, byteOffset } = home.data;
      const views = (of) => [0, 1, 2].map((part) => new Float32Array(of, byteOffset + 4 * count * part, count));
      const [x, dy, out] = views(buffer);
      for (let i = 0; i < count; i++) [x[i], dy[i]] = [Math.sin(i), Math.cos(i)];
      const copies = [x, dy].map((array) => array.slice());
      mish.backward(dy, { x }, { out });
      const wanted = mish.backward(copies[1], { x: copies[0] });
      const same = views(home.data.buffer)[2].every((value, i) => Object.is(value, wanted[i]));
      console.log(JSON.stringify({ grew: out.length === 0, same }));`;
    expect(run<{ grew: boolean; same: boolean }>(program)).toEqual({ grew: true, same: true });
  });

  test('in a getter of an element: what was read before and after it counts', () => {
    for (const length of [4, 5000]) {
      const x = [...values(length)];
      const wanted = elu(x);
      for (const at of [0, length - 1]) {
        const element = x[at] as number;
        const odd = [...x];
        Object.defineProperty(odd, at, {
          get() {
            grow();
            return element;
          },
        });
        expect(elu(odd)).toEqual(wanted);
        expect(elu.backward(x, { x: odd })).toEqual(elu.backward(x, { x }));
        expect(elu.backward(odd, { x })).toEqual(elu.backward(x, { x }));
        expect(elu([odd, x])).toEqual([wanted, wanted]);
      }
    }
  });

  test('in a getter: a view of a tensor passed beside it is read where it is now', () => {
    const t = Tensor.from([-1, 2, 3]);
    const dy = [1, 1, 1];
    Object.defineProperty(dy, 1, {
      get() {
        grow();
        return 5;
      },
    });
    expect(relu.backward(dy, { x: t.data })).toEqual([0, 5, 1]);
    const out = Tensor.zeros(3);
    const view = out.data;
    relu(dy, { out: view });
    expect(out.toArray()).toEqual([1, 5, 1]);
  });

  test('in a setter of an out: what is written after it is right', () => {
    const x = values(9);
    const wanted = [...tanh(x)];
    const target: number[] = new Array(9).fill(0);
    const out = new Proxy(target, {
      set(array, key, value: unknown) {
        if (key === '3') grow();
        return Reflect.set(array, key, value);
      },
    });
    expect(tanh(x, { out })).toBe(out);
    expect(target).toEqual(wanted);
    target.fill(0);
    const pair = { value: out, deriv: new Float64Array(9) };
    tanh.valueAndDeriv(x, { out: pair });
    expect(target).toEqual(wanted);
    expectSameBits('deriv', pair.deriv, tanh.deriv(x));
  });
});

describe('calls inside calls', () => {
  test('a getter that calls the package changes nothing of the call around it', () => {
    const inner = values(3000);
    const x = { data: values(6), shape: [2, 3] };
    const wanted = softmax(x);
    const odd = {
      get data() {
        sigmoid([...inner]);
        expect(softmax({ data: [1, 1], shape: [1, 2] }).data).toEqual(Float64Array.of(0.5, 0.5));
        return x.data;
      },
      get shape() {
        relu([
          [1, 2],
          [3, 4],
        ]);
        return x.shape;
      },
    };
    expect(softmax(odd)).toEqual(wanted);
    const options = {
      get temperature() {
        elu([1, 2], { alpha: 3 });
        return 0.5;
      },
    };
    expect(softmax(odd, options)).toEqual(softmax(x, { temperature: 0.5 }));
  });

  test('to any depth, and after one that throws', () => {
    const nest = (depth: number): number[] =>
      Object.defineProperty([1, 2], 0, {
        get: () => (depth === 0 ? -3 : (relu(nest(depth - 1))[0] as number) - depth),
      });
    expect(relu(nest(40))).toEqual([0, 2]);
    const throwing = Object.defineProperty([1, 2], 1, {
      get() {
        throw new Error('theirs');
      },
    });
    for (let i = 0; i < 100; i++) expect(() => relu(throwing)).toThrow('theirs');
    const capacity = memory().capacity;
    for (let i = 0; i < 1000; i++) relu(nest(3));
    expect(memory().capacity).toBe(capacity);
  });

  test('a tensor disposed, or an array resized, by a getter of the same call', () => {
    const t = Tensor.from([1, 2]);
    const dy = Object.defineProperty([1, 2], 0, {
      get() {
        t.dispose();
        return 1;
      },
    });
    expect(() => relu.backward(dy as number[], { x: t })).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
    const resizable = new (
      ArrayBuffer as unknown as new (
        size: number,
        options: object,
      ) => ArrayBuffer & { resize(size: number): void }
    )(16, { maxByteLength: 32 });
    const x = new Float64Array(resizable);
    const shrinking = Object.defineProperty([1, 2], 0, {
      get() {
        resizable.resize(8);
        return 1;
      },
    });
    expect(() => relu.backward(shrinking as number[], { x })).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
    expect(relu([-1, 2])).toEqual([0, 2]);
  });
});

test('memory of long rows is given back', () => {
  const program = `
    import { memory, softmax, Tensor } from 'nonlin';
    const x = new Float64Array(3_000_000);
    softmax(x, { out: x });
    const { capacity } = memory();
    const t = Tensor.zeros(2_500_000);
    console.log(JSON.stringify({ grew: memory().capacity - capacity }));`;
  expect(run<{ grew: number }>(program).grew).toBe(0);
});

describe('a module that fails', () => {
  const prelude = `
    const fault = {};
    const Real = WebAssembly.Instance;
    let instances = 0;
    WebAssembly.Instance = function (module, imports) {
      instances++;
      const { exports } = new Real(module, imports);
      const wrapped = { ...exports };
      for (const name of ['run', 'rows', 'allocate']) {
        wrapped[name] = (...args) => {
          if (fault[name] === 'trap') throw new WebAssembly.RuntimeError('unreachable');
          if (fault[name] === 'no memory') return name === 'allocate' ? 0 : 1;
          return exports[name](...args);
        };
      }
      return { exports: wrapped };
    };
    const { hadamard, memory, relu, sigmoid, softmax, Tensor } = await import('nonlin');
    const caught = (call) => { try { call(); return 'nothing'; } catch (error) { return error.code ?? error.name; } };
    const t = Tensor.from([[1, 2], [3, 4]]);
    const out = Tensor.zeros(2, 2);
    const state = () => JSON.stringify([memory().tensors, memory().bytes, t.toArray(), out.toArray()]);
    relu([1]);`;

  test('for want of memory: no tensor is left behind, out is as it was', () => {
    const got = run<{ codes: string[]; same: boolean[]; next: number[] }>(`${prelude}
      const codes = [], same = [];
      const before = state();
      for (const [name, call] of [
        ['rows', () => softmax(t)],
        ['rows', () => softmax.deriv(t)],
        ['rows', () => softmax.valueAndDeriv(t)],
        ['rows', () => softmax(t, { out })],
        ['rows', () => softmax.backward(t, { x: t.data }, { shape: [2, 2] })],
        ['rows', () => softmax([[1, 2]])],
        ['rows', () => softmax.deriv([[1, 2]])],
        ['rows', () => hadamard(t, softmax.deriv({ data: [1, 2, 3, 4], shape: [2, 2] }))],
        ['allocate', () => relu(t)],
        ['allocate', () => relu.valueAndDeriv(t)],
        ['allocate', () => Tensor.from([1])],
        ['allocate', () => softmax(new Float64Array(9000))],
      ]) {
        fault[name] = 'no memory';
        codes.push(caught(call));
        fault[name] = undefined;
        same.push(state() === before);
      }
      console.log(JSON.stringify({ codes, same, next: softmax([0, 0]) }));`);
    expect(got.codes.filter((code) => code !== 'ERR_MEMORY' && code !== 'ERR_SHAPE')).toEqual([]);
    expect(got.codes.filter((code) => code === 'ERR_SHAPE').length).toBeLessThan(2);
    expect(got.same).toEqual(got.same.map(() => true));
    expect(got.next).toEqual([0.5, 0.5]);
  });

  test('by a trap: the next call has a new instance, and tensors are taken over', () => {
    const got = run<{ names: string[]; instances: number; after: string; before: string; next: unknown[] }>(`${prelude}
      const before = state();
      const names = [];
      for (const call of [() => relu([1, 2]), () => softmax(t), () => relu.backward(t, { x: t })]) {
        fault.run = fault.rows = 'trap';
        names.push(caught(call));
        fault.run = fault.rows = undefined;
      }
      const next = [relu([-1, 2]), relu(t).toArray(), sigmoid(0), t.reshape(4).toArray()];
      const tensors = memory().tensors;
      console.log(JSON.stringify({ names, instances, before, after: state(), next, tensors }));`);
    expect(got.names).toEqual(['RuntimeError', 'RuntimeError', 'RuntimeError']);
    expect(got.instances).toBeGreaterThan(1);
    expect(got.next).toEqual([
      [0, 2],
      [
        [1, 2],
        [3, 4],
      ],
      0.5,
      [1, 2, 3, 4],
    ]);
    expect(JSON.parse(got.after).slice(2)).toEqual(JSON.parse(got.before).slice(2));
  });

  test('by a trap, with no memory for the tensors in the new one: they count as disposed, the rest works', () => {
    const got = run<{ codes: string[]; disposed: boolean; next: number[] }>(`${prelude}
      const codes = [];
      fault.run = 'trap';
      codes.push(caught(() => relu(t)));
      fault.run = undefined;
      fault.allocate = 'no memory';
      codes.push(caught(() => relu(t)), caught(() => softmax.deriv(t, { out: Tensor.zeros() })));
      fault.allocate = undefined;
      codes.push(caught(() => relu(t)));
      console.log(JSON.stringify({ codes, disposed: t.disposed, next: relu([-1, 2]) }));`);
    expect(got.codes[0]).toBe('RuntimeError');
    expect(['ERR_MEMORY', 'ERR_DISPOSED']).toContain(got.codes[1]);
    expect(['ERR_MEMORY', 'ERR_DISPOSED']).toContain(got.codes[2]);
    expect(got.codes[3]).toBe('ERR_DISPOSED');
    expect(got.disposed).toBe(true);
    expect(got.next).toEqual([0, 2]);
  });
});
