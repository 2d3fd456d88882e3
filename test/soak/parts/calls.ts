// Ten million calls of every kind: neither the heap nor the wasm memory has grown afterwards.

import { runBeside } from '../command.js';
import type { Part } from '../part.js';

const CALLS = 10_000_000;

const program = `
  import * as nonlin from 'nonlin';
  const { memory, Tensor } = nonlin;
  // Losses and prelu want more than x.
  const takesX = (f) => { try { return 'deriv' in f && f([1]) !== undefined; } catch { return false; } };
  const functions = Object.values(nonlin).filter(takesX);
  const x = Float64Array.from({ length: 12 }, (_, i) => i / 2 - 3);
  const shaped = { data: x, shape: [3, 4] }, nested = [[...x.subarray(0, 4)], [...x.subarray(4, 8)]];
  const tensor = Tensor.from(x, [3, 4]), out = new Float64Array(12), into = Tensor.zeros(3, 4);
  const tried = functions.flatMap((f) => [
    () => f(x), () => f(x, { out }), () => f(tensor, { out: into }), () => f(shaped), () => f(nested), () => f([...x]),
    () => f.backward(x, { x }), () => f.backward(tensor, { x: tensor }).dispose(), () => f.deriv(x), () => f.valueAndDeriv(x),
    () => f(tensor).dispose(), () => { try { f(x, { nothing: 1 }); } catch {} }, () => { try { f([1, '2']); } catch {} },
  ]);
  // What a function refuses for its own reasons is no part of this.
  const calls = tried.filter((call) => { try { call(); return true; } catch { return false; } });
  let made = 0;
  const round = (count) => { for (const end = made + count; made < end; made++) calls[made % calls.length](); };
  const heap = () => { gc(); gc(); return process.memoryUsage().heapUsed; };
  round(${CALLS / 10});
  const before = { heap: heap(), ...memory() };
  for (let i = 0; i < 9; i++) { round(${CALLS / 10}); console.log(made + ' calls'); }
  const after = { heap: heap(), ...memory() };
  console.log(JSON.stringify({ before, after, kinds: calls.length, made }));`;

interface Use {
  readonly heap: number;
  readonly capacity: number;
  readonly bytes: number;
  readonly tensors: number;
}

export const part: Part = {
  name: 'calls',
  async run(soak) {
    const text = await runBeside(soak, process.execPath, ['--expose-gc', '--input-type=module', '--eval', program]);
    const last = text.trimEnd().split('\n').at(-1) as string;
    const { before, after, kinds, made } = JSON.parse(last) as { before: Use; after: Use; kinds: number; made: number };
    const grown = after.heap - before.heap;
    if (
      made < CALLS ||
      grown > 1_000_000 ||
      after.capacity !== before.capacity ||
      after.bytes !== before.bytes ||
      after.tensors !== before.tensors
    )
      throw new Error(`after ${made} calls: ${last}`);
    return `${made} calls of ${kinds} kinds, ${grown} bytes more on the heap, wasm memory as before`;
  },
};
