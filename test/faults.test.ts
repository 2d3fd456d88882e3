// Too little memory, a full stack, several copies and realms: what is impossible is refused, and everything else goes on. Each
// test runs in a separate Node process.

import { describe, expect, test } from 'vitest';
import { run } from './support/child.js';

/** Losses and prelu need more than x. */
const takesX = "const takesX = (f) => { try { return 'deriv' in f && f([1]) !== undefined; } catch { return false; } };";

describe('a module whose memory may not grow beyond 16 MB', () => {
  // The limit is written into the memory section of the module, which is what 4 GiB are in every other one.
  const prelude = `
    import { readFileSync } from 'node:fs';
    import * as nonlin from 'nonlin';
    const { elu, hadamard, initSync, memory, relu, scope, sigmoid, softmax, Tensor } = nonlin;
    const PAGES = 256;
    function limited(bytes) {
      let at = 8;
      const number = () => { let value = 0, shift = 0, byte; do { byte = bytes[at++]; value |= (byte & 127) << shift; shift += 7; } while (byte & 128); return value; };
      const leb = (value) => { const out = []; do { out.push((value & 127) | (value > 127 ? 128 : 0)); value >>>= 7; } while (value); return out; };
      while (at < bytes.length) {
        const start = at, id = bytes[at++], size = number(), body = at;
        if (id === 5) {
          at += 2;
          const section = [1, 1, ...leb(number()), ...leb(PAGES)];
          return Uint8Array.from([...bytes.subarray(0, start), 5, ...leb(section.length), ...section, ...bytes.subarray(body + size)]);
        }
        at = body + size;
      }
      throw new Error('no memory section');
    }
    initSync(limited(readFileSync('dist/nonlin_bg.wasm')));
    ${takesX}
    const code = (call) => { try { call(); return 'nothing'; } catch (error) { return error.name + ' ' + error.code; } };
    const all = () => JSON.stringify(Object.values(nonlin).filter(takesX)
      .map((f) => [f(Float64Array.of(-1, 0, 2)), f.deriv([-1, 0, 2])]));
    const wanted = all();`;

  test('tensors up to the limit; one more is refused, all are intact, and what is freed is had again', () => {
    const got = run<Record<string, unknown>>(`${prelude}
      const made = [], rounds = [];
      for (let round = 0; round < 3; round++) {
        let error = 'none';
        for (let i = 0; error === 'none'; i++) {
          error = code(() => { const t = Tensor.zeros(1000 + 7 * i); t.data.fill(i); made.push(t); });
          if (error === 'nothing') error = 'none';
        }
        const { tensors, bytes } = memory();
        const intact = made.every((t, i) => t.data.every((value) => value === i));
        const same = all() === wanted, still = code(() => Tensor.zeros(500_000)), counted = tensors === made.length;
        for (const t of made.splice(0)) t.dispose();
        rounds.push({ error, intact, same, still, counted, enough: bytes > 4e6, left: memory().tensors, bytes: memory().bytes });
      }
      console.log(JSON.stringify({ rounds, capacity: memory().capacity }));`);
    const round = {
      error: 'RangeError ERR_MEMORY',
      intact: true,
      same: true,
      still: 'RangeError ERR_MEMORY',
      counted: true,
      enough: true,
      left: 0,
      bytes: 0,
    };
    expect(got['rounds']).toEqual([round, round, round]);
    expect(got['capacity']).toBeLessThanOrEqual(2 ** 24);
  });

  test('value and derivative as float32 need a copy of x: without memory for it nothing changes, and then it is had', () => {
    const got = run<Record<string, unknown>>(`${prelude}
      const count = 4096, x = Float32Array.from({ length: count }, (_, i) => i / 512 - 4);
      const out = { value: new Float32Array(count).fill(7), deriv: new Float32Array(count).fill(7) };
      const taken = [], single = sigmoid(x)[9];
      for (let size = 2 ** 20; size >= 1;) {
        const error = code(() => taken.push(Tensor.zeros(size)));
        if (error !== 'nothing') size = Math.floor(size / 2);
      }
      for (const t of taken) t.data.fill(3);
      const given = x.slice();
      const codes = [code(() => sigmoid.valueAndDeriv(x, { out })), code(() => sigmoid.valueAndDeriv(x))];
      const intact = x.every((v, i) => v === given[i]) && taken.every((t) => t.data.every((v) => v === 3));
      const untouched = [...out.value, ...out.deriv].every((v) => v === 7);
      const without = sigmoid(x)[9] === single;
      for (const t of taken) t.dispose();
      const { value, deriv } = sigmoid.valueAndDeriv(x);
      const same = value.every((v, i) => v === sigmoid(x)[i]) && deriv[9] === sigmoid.deriv(x)[9];
      console.log(JSON.stringify({ codes, intact, untouched, without, same }));`);
    expect(got).toEqual({
      codes: ['RangeError ERR_MEMORY', 'RangeError ERR_MEMORY'],
      intact: true,
      untouched: true,
      without: true,
      same: true,
    });
  });

  test('results, long rows, Jacobians and pairs that do not fit change nothing', () => {
    const got = run<{ codes: string[]; same: boolean[]; next: boolean }>(`${prelude}
      const t = Tensor.zeros(500_000), out = Tensor.from([[7, 7], [7, 7]]), plain = [1, 2], row = new Float64Array(1_300_000).fill(2);
      t.data.fill(3);
      const state = () => JSON.stringify([memory().tensors, memory().bytes, out.toArray(), plain, t.data.every((x) => x === 3), row.every((x) => x === 2)]);
      const before = state();
      const codes = [], same = [];
      for (const call of [
        () => relu(Tensor.from(row)),
        () => [sigmoid.valueAndDeriv(t), sigmoid.valueAndDeriv(t)],
        () => [relu(t), relu(t), relu(t), relu(t)],
        () => softmax(row),
        () => softmax(row, { out: row }),
        () => softmax.backward(row, { x: row }, { out: row }),
        () => softmax.deriv(t),
        () => softmax.deriv(new Float64Array(2000)),
        () => softmax.valueAndDeriv(new Float64Array(2000)),
        () => hadamard(new Float64Array(2000), new Float64Array(4_000_000)),
        () => Tensor.from(row),
        () => Tensor.zeros(2 ** 27),
      ]) {
        codes.push(code(() => scope(call)));
        same.push(all() === wanted);
      }
      console.log(JSON.stringify({ codes, same, next: state() === before }));`);
    expect(new Set(got.codes)).toEqual(new Set(['RangeError ERR_MEMORY']));
    expect(got.same).toEqual(got.same.map(() => true));
    expect(got.next).toBe(true);
  });

  test('of two results that are tensors the first is freed where the second does not fit; those that were given stay', () => {
    const got = run<{ codes: string[]; left: number[][]; free: string; kept: boolean[] }>(`${prelude}
      const { lstmGates, prelu, sigmoidCrossEntropy, softmaxCrossEntropy } = nonlin;
      const COUNT = 100_000, filled = [], codes = [], left = [];
      const t = Tensor.zeros(1, COUNT), gates = Tensor.zeros(1, 4 * COUNT), out = Tensor.zeros(1, COUNT), loss = Tensor.zeros(1);
      const fill = (count) => { while (code(() => filled.push(Tensor.zeros(count))) === 'nothing'); };
      const refused = (call) => {
        const { tensors, bytes } = memory();
        codes.push(code(call));
        left.push([memory().tensors - tensors, memory().bytes - bytes]);
      };
      fill(COUNT);
      filled.pop()?.dispose();
      refused(() => sigmoidCrossEntropy.valueAndDeriv(t, t));
      refused(() => lstmGates(gates, { c: t }));
      refused(() => prelu.backward(t, { x: t, alpha: t }));
      const free = code(() => Tensor.zeros(COUNT).dispose());
      fill(COUNT);
      fill(1000);
      refused(() => softmaxCrossEntropy.valueAndDeriv(t, t, { out: { value: loss, deriv: out } }));
      console.log(JSON.stringify({ codes, left, free, kept: [loss.disposed, out.disposed] }));`);
    expect(got).toEqual({
      codes: new Array(4).fill('RangeError ERR_MEMORY'),
      left: new Array(4).fill([0, 0]),
      free: 'nothing',
      kept: [false, false],
    });
  });
});

test('a call at each of 200 depths before the stack is full works, or fails and leaves everything as it was', () => {
  const program = `
    import { setFlagsFromString } from 'node:v8';
    import * as nonlin from 'nonlin';
    // Optimised code has other stack frames than the code before it: with it, the limit would move while it is measured.
    for (const flag of ['--no-opt', '--no-maglev']) setFlagsFromString(flag);
    const { elu, hadamard, scope, sigmoid, softmax, tanh, Tensor } = nonlin;
    const x = Float64Array.from({ length: 40 }, (_, i) => i / 5 - 4), shaped = { data: x, shape: [5, 8] };
    const kept = Tensor.from(x), out = new Float64Array(40), nested = [[1, 2], [3, 4]];
    ${takesX}
    const functions = Object.values(nonlin).filter(takesX);
    const state = () => JSON.stringify([functions.map((f) => f(x)), [...kept.data], nonlin.memory().tensors, nonlin.memory().bytes]);
    const calls = [
      () => sigmoid(0.5), () => sigmoid(x, { out }), () => softmax([...x]), () => elu(nested), () => tanh.backward(shaped, { x: shaped }),
      () => softmax.valueAndDeriv(x.slice(0, 8)), () => hadamard(x, x), () => scope(() => sigmoid(kept).toArray()), () => elu(x, { alpha: 2 }),
    ];
    for (const call of calls) call();
    const wanted = state();
    const depth = (n) => { try { return depth(n + 1); } catch { return n; } };
    const at = (n, call) => (n === 0 ? call() : at(n - 1, call));
    let worked = 0, failed = 0;
    const wrong = [];
    // The frames of the two functions differ: the limit of the second is found first. Each step leaves two frames more.
    let most = depth(0);
    const fits = (n) => { try { at(n, () => 0); return true; } catch { return false; } };
    while (!fits(most)) most -= 50;
    while (fits(most + 1)) most++;
    for (const [i, call] of calls.entries()) {
      for (let left = 0; left < 200; left++) {
        try { at(most - 2 * left, call); worked++; } catch (error) { failed++; if (!(error instanceof RangeError)) wrong.push(String(error)); }
        if (left % 20 === 0 && state() !== wanted) wrong.push('call ' + i + ', ' + left + ' before the end');
      }
    }
    console.log(JSON.stringify({ worked, failed, wrong }));`;
  const { worked, failed, wrong } = run<{ worked: number; failed: number; wrong: string[] }>(program);
  expect(wrong).toEqual([]);
  expect(worked).toBeGreaterThan(100);
  expect(failed).toBeGreaterThan(100);
});

test('two copies in one process have nothing in common, and refuse the tensors of each other', () => {
  const program = `
    import { createRequire } from 'node:module';
    import * as one from 'nonlin';
    const two = createRequire(import.meta.url)('./dist/index.cjs');
    const [a, b] = [one.Tensor.from([1, 2]), two.Tensor.from([3, 4])];
    const code = (call) => { try { call(); return 'nothing'; } catch (error) { return error.code + ' ' + /another copy/.test(error.message); } };
    const codes = [
      () => one.relu(b), () => two.relu(a), () => one.relu([1, 2], { out: b }), () => one.relu.backward(a, { x: b }),
      () => two.hadamard([1, 2], a), () => two.Tensor.from(a),
    ].map(code);
    const counts = [one.memory().tensors, two.memory().tensors];
    one.Tensor.zeros(1_000_000);
    const results = [two.relu(b).toArray(), one.relu(a.toFloat64Array()), two.relu(a.data), one.relu({ data: b.data, shape: [1, 2] }).data];
    console.log(JSON.stringify({ codes, counts, results: results.map((result) => [...result]) }));`;
  const got = run<{ codes: string[]; counts: number[]; results: number[][] }>(program);
  expect(new Set(got.codes)).toEqual(new Set(['ERR_DTYPE true']));
  expect(got.counts).toEqual([1, 1]);
  expect(got.results).toEqual([
    [3, 4],
    [1, 2],
    [1, 2],
    [3, 4],
  ]);
});

test('workers compute at the same time what one thread does; one that ends takes nothing with it', () => {
  const program = `
    import { Worker } from 'node:worker_threads';
    import { memory, sigmoid, softmax, Tensor } from 'nonlin';
    const work = (salt) => {
      const x = Float64Array.from({ length: 5000 }, (_, i) => Math.sin(i * salt) * 9);
      let digest = 0;
      for (let i = 0; i < 40; i++) digest = (sigmoid(x)[i] + softmax(x, { shape: [50, 100] })[i + digest % 7 | 0]) * 1000;
      return digest;
    };
    const source = 'const { parentPort, workerData } = require("node:worker_threads");' +
      'import("nonlin").then(({ sigmoid, softmax, Tensor, memory }) => { const work = ' + work + ';' +
      'Tensor.zeros(100); parentPort.postMessage([work(workerData), memory().tensors]); });';
    const t = Tensor.from([1, 2]);
    const ask = (salt) => new Promise((resolve, reject) => {
      const worker = new Worker(source, { eval: true, execArgv: [], workerData: salt });
      worker.on('message', resolve).on('error', reject);
    });
    const salts = [1, 2, 3, 4];
    const killed = new Worker('import("nonlin").then(({ relu }) => { for (;;) relu(new Float64Array(5000)); })', { eval: true, execArgv: [] });
    const answers = salts.map(ask), own = salts.map(work);
    const got = await Promise.all(answers);
    await killed.terminate();
    console.log(JSON.stringify({ own, got: got.map(([digest]) => digest), tensors: got.map(([, count]) => count), here: memory().tensors, kept: t.toArray() }));`;
  const { own, got, tensors, here, kept } = run<Record<'own' | 'got' | 'tensors' | 'kept', number[]> & { here: number }>(program);
  expect(got).toEqual(own);
  expect(tensors).toEqual([1, 1, 1, 1]);
  expect(here).toBe(1);
  expect(kept).toEqual([1, 2]);
});

test('the package in a context of its own (an iframe, jsdom) takes arrays of this one, and gives its own', () => {
  const program = `
    import { readFileSync } from 'node:fs';
    import { createContext, runInContext } from 'node:vm';
    import * as here from 'nonlin';
    const context = createContext({ WebAssembly, x: Float64Array.of(-1, 2), rows: [[1, 2], [3, 4]], floats: Float32Array.of(-1, 2), out: new Float64Array(2), options: { alpha: 2 } });
    runInContext(readFileSync('dist/index.iife.js', 'utf8'), context);
    const there = (code) => runInContext(code, context);
    const same = (a, b) => JSON.stringify([...a]) === JSON.stringify([...b]);
    const x = Float64Array.of(-1, 2);
    console.log(JSON.stringify([
      same(there('nonlin.elu(x)'), here.elu(x)),
      there('nonlin.elu(x) instanceof Float64Array'),
      same(there('nonlin.elu(x, options)'), here.elu(x, { alpha: 2 })),
      same(there('nonlin.elu(x, { out })'), here.elu(x)),
      there('nonlin.elu(floats) instanceof Float32Array'),
      JSON.stringify(there('nonlin.softmax(rows)')) === JSON.stringify(here.softmax([[1, 2], [3, 4]])),
      there('nonlin.Tensor.from(x).data instanceof Float64Array'),
      there('(() => { try { nonlin.relu("1"); } catch (error) { return error instanceof TypeError && error.code; } })()'),
      same(here.relu(there('nonlin.Tensor.from(x).data')), here.relu(x)),
    ]));`;
  expect(run<unknown[]>(program)).toEqual([true, true, true, true, true, true, true, 'ERR_DTYPE', true]);
});
