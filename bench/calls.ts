// Compares builds of the package: npx tsx bench/calls.ts [--only TEXT,…] [--fresh] dist/index.js OTHER/index.js …
// Prints nanoseconds of small calls with `out`. All builds run in the same rounds, each in a process of its own (in a shared one,
// the first is favoured by up to a half), after all functions have been called on all containers, unless `--fresh` is given. The
// times of calls in docs/design.md are measured with this. The figure is the fastest eighth of the rounds, not the median:
// whatever else runs on a machine only ever adds. Copy all builds to places of the same kind: in the dist/ of a checkout, short
// calls took about a third longer than those of the same build in a folder outside.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ordinary } from './inputs.js';
import { LAYER_CASES, layerProblem, made, onLayer } from './layers.js';
import { type Contender, measure, repeated } from './measure.js';
import { type Activation, contained, type Kind } from './nonlin.js';
import { table, titled } from './words.js';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, fresh: { type: 'boolean', default: false }, serve: { type: 'boolean', default: false } },
});

type Build = Readonly<Record<string, unknown>>;

const KINDS: readonly Kind[] = ['Float64Array', 'number[]', 'nested', '{ data, shape }', 'Float32Array'];
const FUNCTIONS = ['relu', 'sigmoid', 'softmax', 'logSoftmax'];
const SHAPES = [
  [1, 4],
  [4, 4],
  [1, 64],
  [32, 10],
  [256, 128],
] as const;

interface CallCase {
  readonly title: string;
  make(build: Build): (times: number) => void;
}

const containers: readonly CallCase[] = FUNCTIONS.flatMap((fn) =>
  (['value', 'backward'] as const).flatMap((op) =>
    KINDS.flatMap((kind) =>
      SHAPES.filter(([rows]) => rows > 1 || !['nested', '{ data, shape }'].includes(kind)).map(
        ([rows, units]): CallCase => ({
          title: `${titled({ fn, op, rows, units })} ${kind}`,
          make(build) {
            const inputs = ordinary(rows * units);
            const [x, dy, out] = [inputs.x, inputs.dy, inputs.dy].map((data) => contained(kind, data, units).value);
            const call = op === 'value' ? 'f(x, options);' : 'f.backward(dy, saved, options);';
            return repeated(call, { f: build[fn], x, dy, saved: { x }, options: { out } });
          },
        }),
      ),
    ),
  ),
);

/** Functions with containers on both sides that are none of these operations. */
const others: readonly CallCase[] = Object.entries({
  'sigmoid backward from y': 'sigmoid.backward(dy, { y: x }, options);',
  hadamard: 'hadamard(x, dy, options);',
}).flatMap(([name, call]) =>
  KINDS.map(
    (kind): CallCase => ({
      title: `${name} 4×4 ${kind}`,
      make(build) {
        const inputs = ordinary(16);
        const [x, dy, out] = [inputs.x, inputs.dy, inputs.dy].map((data) => contained(kind, data, 4).value);
        return repeated(call, { sigmoid: build['sigmoid'], hadamard: build['hadamard'], x, dy, options: { out } });
      },
    }),
  ),
);

const layers: readonly CallCase[] = LAYER_CASES.filter(({ rows }) => rows < 100).map((test) => ({
  title: titled(test),
  make: (build) => onLayer(layerProblem(test), made(build)).run as (times: number) => void,
}));

const numbers: readonly CallCase[] = [...FUNCTIONS.slice(0, 2), 'own', 'compose'].flatMap((fn) =>
  Object.entries({ value: 'f(x)', deriv: 'f.deriv(x)', backward: 'f.backward(0.5, { x })' }).map(
    ([op, call]): CallCase => ({
      title: `${fn} ${op} of a number`,
      make: (build) =>
        repeated(`const x = 0.3 + (round % 7); sum.value += ${call};`, { f: made(build).get(fn), sum: { value: 0 } }),
    }),
  ),
);

/** Calls every function and operation of a build on every container, until the engine has compiled them for all. */
function useAll(build: Build): void {
  const calls: (() => void)[] = [];
  for (const f of Object.values(build) as Activation[]) {
    if (typeof f !== 'function' || !('deriv' in f && 'backward' in f)) continue;
    for (const kind of KINDS) {
      for (const count of [12, 160]) {
        const [x, dy, out] = [1, 2, 3].map(() => contained(kind, ordinary(count).x, 4).value);
        const [options, saved] = [{ out }, { x }];
        calls.push(
          () => f(x),
          () => f(x, options),
          () => f.deriv(x),
          () => f.backward(dy, saved),
          () => f.backward(dy, saved, options),
          () => f.valueAndDeriv(x),
        );
      }
    }
  }
  const usable = calls.filter((call) => {
    try {
      call();
      return true;
    } catch {
      return false;
    }
  });
  for (const until = performance.now() + 2000; performance.now() < until; ) for (const call of usable) call();
}

/** The request to a process: nanoseconds of so many calls. */
interface Question {
  readonly title: string;
  readonly times: number;
}

const cases = [...containers, ...others, ...layers, ...numbers];

/** The program of each process, which measures one build. */
async function serve(file: string): Promise<void> {
  const build: Build = await import(pathToFileURL(resolve(file)).href);
  if (!flags.fresh) useAll(build);
  const prepared = new Map<string, (times: number) => void>();
  process.on('message', ({ title, times }: Question) => {
    const found = prepared.get(title) ?? cases.find((each) => each.title === title)?.make(build);
    if (!found) throw new Error(`no case ${title}`);
    prepared.set(title, found);
    const started = performance.now();
    found(times);
    process.send?.((performance.now() - started) * 1e6);
  });
}

const eighth = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 3] ?? Number.NaN;

async function compare(files: readonly string[]): Promise<void> {
  const processes = files.map((file) =>
    fork(fileURLToPath(import.meta.url), ['--serve', ...(flags.fresh ? ['--fresh'] : []), file], {
      execArgv: ['--import', 'tsx'],
    }),
  );
  const wanted = (title: string): boolean => !flags.only || flags.only.split(',').some((text) => title.includes(text));
  const rows: string[][] = [];
  for (const { title } of cases.filter((each) => wanted(each.title))) {
    const contenders = processes.map(
      (child, index): Contender => ({
        name: `${index}`,
        run: () => undefined,
        read: () => [],
        async time(times) {
          const answered = once(child, 'message');
          child.send({ title, times } satisfies Question);
          const [nanoseconds] = await answered;
          return nanoseconds;
        },
      }),
    );
    const timings = await measure(contenders, { rounds: 61, milliseconds: 0.3, warmUp: 20 });
    rows.push([title, ...contenders.map(({ name }) => eighth(timings.samples(name)).toFixed(0))]);
  }
  for (const child of processes) child.disconnect();
  console.log(table(['nanoseconds a call', ...files], rows));
}

const files = positionals.length > 0 ? positionals : ['dist/index.js'];
await (flags.serve ? serve(files[0] ?? '') : compare(files));
