// Unusual hosts and moments: other realms, a full stack, calls of every kind in any order.

import { runInNewContext } from 'node:vm';
import * as nonlin from 'nonlin';
import { describe, expect, test } from 'vitest';
import { expectSameBits, Random, SPECIALS } from './support/bits.js';
import { run } from './support/child.js';
import { rows } from './table.js';

const { elu, scope, softmax, Tensor } = nonlin;

describe('values of another realm (an iframe, a vm, jsdom)', () => {
  const foreign = (code: string) => runInNewContext(code) as never;
  const wanted = elu(Float64Array.of(-1, 2));

  test('are read as those of this one', () => {
    expectSameBits('Float64Array', elu(foreign('new Float64Array([-1, 2])') as Float64Array), wanted);
    expectSameBits('Float32Array', elu(foreign('new Float32Array([-1, 2])') as Float32Array), Float32Array.from(wanted));
    expectSameBits('Int8Array', elu(foreign('new Int8Array([-1, 2])') as Int8Array), wanted);
    expectSameBits('number[]', elu(foreign('[-1, 2]') as number[]), wanted);
    expect(elu(foreign('[[-1], [2]]') as number[][])).toEqual([[wanted[0]], [wanted[1]]]);
    expectSameBits(
      '{ data, shape }',
      elu(foreign('({ data: new Float64Array([-1, 2]), shape: [2] })') as { data: Float64Array; shape: number[] }).data,
      wanted,
    );
    expectSameBits('options', elu(Float64Array.of(-1, 2), foreign('({ alpha: 1 })') as object), wanted);
    expectSameBits(
      'saved',
      elu.backward(Float64Array.of(1, 1), foreign('({ x: new Float64Array([-1, 2]) })') as { x: Float64Array }),
      elu.deriv(Float64Array.of(-1, 2)),
    );
    expectSameBits(
      'a tensor',
      scope(() => Tensor.from(foreign('new Float64Array([-1, 2])') as Float64Array).toFloat64Array()),
      Float64Array.of(-1, 2),
    );
  });

  test('are written to, and refused, as those of this one', () => {
    const out = foreign('new Float64Array(2)') as Float64Array;
    expect(elu([-1, 2], { out })).toBe(out);
    expectSameBits('out', out, wanted);
    for (const wrong of ['new BigInt64Array(2)', 'new DataView(new ArrayBuffer(8))', '"1"', 'new Map()', 'new Date()']) {
      expect(() => elu(foreign(wrong)), wrong).toThrow(expect.objectContaining({ name: 'TypeError', code: 'ERR_DTYPE' }));
    }
  });
});

test('a call on a full stack fails, and leaves everything as it was', () => {
  const program = `
    import * as nonlin from 'nonlin';
    const { elu, hadamard, scope, sigmoid, softmax, tanh, Tensor } = nonlin;
    const x = Float64Array.from({ length: 40 }, (_, i) => i / 5 - 4);
    const functions = ['identity', 'relu', 'lrelu', 'elu', 'sigmoid', 'tanh', 'softmax'].map((name) => nonlin[name]);
    const kept = Tensor.from(x);
    const state = () => JSON.stringify([functions.map((f) => [f(x), f.deriv(x), f.backward(x, { x })]), [...kept.data]]);
    const wanted = state();
    const shaped = { data: x, shape: [5, 8] };
    const calls = [
      () => sigmoid(x),
      () => softmax(x, { out: x.slice() }),
      () => elu([...x]),
      () => tanh.backward(shaped, { x: shaped }),
      () => softmax.valueAndDeriv(x.slice(0, 8)),
      () => hadamard(x, x),
      () => Tensor.from(x).dispose(),
      () => scope(() => sigmoid(kept).toArray()),
      () => sigmoid(new Float64Array(9000)),
    ];
    const results = [];
    for (const call of calls) {
      // Frames of several sizes, so that the stack ends in different places of the call.
      for (const width of [0, 1, 2, 3, 5, 7]) {
        const dive = (...padding) => { call(); return dive(...padding) + padding.length; };
        let failure;
        try { dive(...new Array(width).fill(0)); } catch (error) { failure = error; }
        results.push(failure instanceof RangeError && state() === wanted);
      }
    }
    console.log(JSON.stringify({ results, tensors: nonlin.memory().tensors }));`;
  const { results, tensors } = run<{ results: boolean[]; tensors: number }>(program);
  expect(results).toEqual(new Array(results.length).fill(true));
  expect(tensors, 'tensors made before').toBeGreaterThanOrEqual(1);
});

test('a call gives the same bits whatever was called before it', () => {
  const random = new Random(112);
  const functions = [...rows, { fn: softmax as unknown as (typeof rows)[number]['fn'], takesY: true }];
  const calls: (() => ArrayLike<number>)[] = [];
  for (const shape of [[1], [2], [3], [7], [64], [41, 7], [3, 5, 4], [9000], [2, 5001]]) {
    const size = shape.reduce((a, b) => a * b, 1);
    for (const make of [() => random.normal(3), () => (random.below(9) ? random.normal(20) : random.pick(SPECIALS))]) {
      const [x, dy] = [Float64Array.from({ length: size }, make), Float64Array.from({ length: size }, make)];
      for (const { fn: f, takesY } of functions) {
        const y = f(x, { shape });
        calls.push(
          () => f(x, { shape }),
          () => f.backward(dy, { x }, { shape }),
          () => f.backward(dy, takesY ? { y } : { x }, { shape }),
          () => scope(() => (f(Tensor.from(x, shape) as unknown as Float64Array) as unknown as nonlin.Tensor).toFloat64Array()),
        );
        if (size < 5000)
          calls.push(
            () => f.deriv(x, { shape }),
            () => f.valueAndDeriv(x, { shape }).deriv,
          );
      }
      for (const axis of shape.keys()) {
        const y = softmax(x, { shape, axis });
        calls.push(
          () => softmax.backward(dy, { x }, { shape, axis }),
          () => softmax.backward(dy, { y }, { shape, axis, temperature: 0.3 }),
        );
      }
    }
  }
  const wanted = calls.map((call) => call());
  for (let round = 0; round < 4; round++) {
    const order = calls.map((_, i) => i);
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    for (const i of order) expectSameBits(`call ${i}`, (calls[i] as (typeof calls)[number])(), wanted[i] as ArrayLike<number>);
  }
});
