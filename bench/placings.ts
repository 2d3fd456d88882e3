// The position of arrays in their page of memory must not matter: the same call with its source, then its target, at all 512
// positions in a page that an f64 can have, and at 16 of them for each together. On some processors a copy between two addresses
// that agree in most of their last 12 bits is many times slower, and nobody chooses where an array lies.

import { performance } from 'node:perf_hooks';
import { ASKED } from './cases.js';
import { ordinary } from './inputs.js';
import { activation, scope, Tensor } from './nonlin.js';
import type { Finding } from './record.js';

const PAGE = 4096;
const PLACES = PAGE / 8;
const COUNT = 32_768;

export const PLACING_CASES = [
  { fn: 'relu', on: 'arrays' },
  { fn: 'sigmoid', on: 'arrays' },
  { fn: 'relu', on: 'tensors' },
] as const;
export type PlacingCase = (typeof PLACING_CASES)[number];

interface Placing {
  readonly name: string;
  readonly x: unknown;
  readonly options: { readonly out: unknown };
  /** Nanoseconds of the fastest round. */
  best: number;
}

/** Views of memory of its own, which begins on a page. */
function memory(): (place: number) => Float64Array {
  const { buffer } = new WebAssembly.Memory({ initial: Math.ceil((COUNT * 8 + PAGE) / 65_536) });
  return (place) => new Float64Array(buffer, place * 8, COUNT);
}

function arrays(data: Float64Array): Placing[] {
  const [source, target] = [memory(), memory()];
  const placing = (from: number, to: number): Placing => {
    const x = source(from);
    return {
      name: `from byte ${from * 8} of a page to byte ${to * 8}`,
      x,
      options: { out: target(to) },
      best: Number.POSITIVE_INFINITY,
    };
  };
  const places = Array.from({ length: PLACES }, (_, place) => place);
  const sixteen = places.filter((place) => place % (PLACES / 16) === 0);
  source(0).set(data);
  source(PLACES).set(data);
  return [
    ...places.map((place) => placing(place, 0)),
    ...places.map((place) => placing(0, place)),
    ...sixteen.flatMap((from) => sixteen.map((to) => placing(from, to))),
  ];
}

/** Tensors one after the other, with spacers between them: the package decides where they lie. */
function tensors(data: Float64Array): Placing[] {
  const sixteen = () =>
    Array.from({ length: 16 }, (_, index) => {
      Tensor.zeros((index * PLACES) / 16 + 2);
      return Tensor.from(data);
    });
  const [sources, targets] = [sixteen(), sixteen()];
  return sources.flatMap((x, from) =>
    targets.map((out, to) => ({ name: `tensor ${from} to tensor ${to}`, x, options: { out }, best: Number.POSITIVE_INFINITY })),
  );
}

/** The worst position against the best one. Frees the tensors it makes. */
export const measurePlacings = (test: PlacingCase, rounds: number): Finding => scope(() => compared(test, rounds));

function compared({ fn, on }: PlacingCase, rounds: number): Finding {
  const { x } = ordinary(COUNT);
  const placings = on === 'arrays' ? arrays(x) : tensors(x);
  const f = activation(fn);
  const loop = new Function('f', 'x', 'options', 'times', 'for (let i = 0; i < times; i++) f(x, options);');
  const calls = fn === 'relu' ? 4 : 1;
  const time = (some: readonly Placing[], times: number) => {
    for (let round = 0; round < times; round++) {
      for (const placing of some) {
        const started = performance.now();
        loop(f, placing.x, placing.options, calls);
        placing.best = Math.min(placing.best, ((performance.now() - started) * 1e6) / calls);
      }
    }
  };
  const slowestFirst = () => placings.sort((a, b) => b.best - a.best);
  time(placings, rounds);
  // A busy moment of the machine is not a bad position: those that look worst get more chances.
  for (let again = 0; again < 5; again++) time(slowestFirst().slice(0, 16), rounds);
  slowestFirst();
  const [worst, best] = [placings[0], placings.at(-1)];
  if (!best || !worst) throw new Error('no placings');
  return {
    section: 'placings',
    table: 'placings',
    row: `${fn} 256×128 on ${on}`,
    column: 'worst ÷ best',
    got: worst.best / best.best,
    unit: '×',
    asked: ASKED.placing,
    from: { [`best: ${best.name}`]: best.best, [`worst: ${worst.name}`]: worst.best },
  };
}
