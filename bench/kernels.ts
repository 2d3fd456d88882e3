// Times the bare kernels: npx tsx bench/kernels.ts [--only elu/value,softmax] [--quick] [--hard | --no-hard] [module.wasm …], by
// default with the module of the package. Prints nanoseconds per element, without the TypeScript around the kernels, and how many
// times faster they are than the fastest plain JavaScript form that receives its arrays as arguments; several modules run in the
// same rounds. Then the hard inputs, as multiples of the ordinary time. The speeds in docs/kernels.md are measured with this.

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { HARD_ELEMENTS, HARD_ROWS, type Hard, hardened, ordinary } from './inputs.js';
import { type Contender, measure, repeated, type Timings } from './measure.js';
import { hardValuesOf, POINTWISE } from './nonlin.js';
import { fastest, type Op, type Problem, plainOnNumbers } from './plain.js';
import { PlainProcess } from './plain-process.js';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    hard: { type: 'boolean' },
  },
});

/** The numbers by which `run` and `rows` know an operation; a module that lacks one is left out of its rows. */
const POINTWISE_OPS = { value: 0, deriv: 1, backward: 2, backwardY: 3 } as const;
const ROW_OPS = { value: 0, jacobian: 1, backward: 2, backwardY: 3 } as const;
type PointwiseOp = keyof typeof POINTWISE_OPS;
type RowOp = keyof typeof ROW_OPS;

/** Exports that are not activations. */
const OTHER = /^(memory|allocate|release|address|run|scalar|rows|hadamard|contract|widen|narrow|softmax|__.*)$/;
/** Hyperparameters whose default is not 1. */
const DEFAULTS: Readonly<Record<string, readonly number[]>> = { lrelu: [0.3] };
const COUNTS = flags.quick ? [512] : [16, 512, 32_768];
const HARD_COUNT = 32_768;
/** The number of different numbers for `scalar`. */
const NUMBERS = 1000;
const SHAPES = [
  [4, 4],
  [32, 10],
  [64, 33],
  [64, 1000],
] as const;
const PACE = { rounds: flags.quick ? 15 : 41, milliseconds: 0.5, warmUp: 10, settle: 50 };

type Kernel = (...numbers: number[]) => number;

/** A wasm module, described by its exports. */
class Module {
  readonly name: string;
  readonly memory: WebAssembly.Memory;
  readonly exports: Readonly<Record<string, Kernel>>;

  constructor(name: string, file: string) {
    this.name = name;
    const module = new WebAssembly.Module(readFileSync(file));
    const imports: Record<string, Record<string, () => number>> = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
    const { exports } = new WebAssembly.Instance(module, imports);
    const memory = Object.values(exports).find((value) => value instanceof WebAssembly.Memory);
    if (!memory) throw new Error(`${file} exports no memory`);
    this.memory = memory;
    this.exports = exports as Record<string, Kernel>;
  }

  /** Whether all functions go through the one export `run`, rather than each through its own. */
  get runs(): boolean {
    return this.exports['run'] !== undefined;
  }

  activations(): string[] {
    return Object.keys(this.exports).filter((name) => !OTHER.test(name));
  }

  call(name: string, ...numbers: number[]): number {
    const kernel = this.exports[name];
    if (!kernel) throw new Error(`${this.name} exports no ${name}`);
    return kernel(...numbers);
  }

  buffer(data: Float64Array | number): number {
    const count = typeof data === 'number' ? data : data.length;
    const handle = this.call('allocate', count);
    if (typeof data !== 'number') new Float64Array(this.memory.buffer, this.call('address', handle), count).set(data);
    return handle;
  }
}

/** The kernel of a problem in one module; undefined where the module has none. */
function contender(module: Module, name: string, problem: Problem, hyperparameters: readonly number[]): Contender | undefined {
  const { fn, op, rows, units, x, y, dy } = problem;
  const results = op === 'jacobian' ? dy.length * units : dy.length;
  const [a, b, out] = [module.buffer(op === 'backwardY' ? y : x), module.buffer(dy), module.buffer(results)];
  const call = (kernel: string, ...numbers: number[]) => {
    const names = numbers.map((_, index) => `n${index}`);
    const scope = Object.fromEntries(numbers.map((number, index) => [`n${index}`, number]));
    return repeated(`f(${names.join(', ')});`, { f: module.exports[kernel], ...scope });
  };
  let run: (times: number) => void;
  const [p0 = 0, p1 = 0, p2 = 0, p3 = 0] = hyperparameters;
  if (fn === 'softmax') {
    const number = ROW_OPS[op as RowOp];
    run = module.runs
      ? call('rows', 0, number, a, b, out, rows, units, 1, p0, p1)
      : call('softmax', number, a, b, out, rows, units, 1, p0, p1);
  } else {
    const number = POINTWISE_OPS[op as PointwiseOp];
    if (!module.exports[fn]) return undefined;
    run = module.runs
      ? call('run', module.call(fn, ...hyperparameters), number, a, b, out, dy.length, p0, p1, p2, p3)
      : call(fn, number, a, b, out, dy.length, ...hyperparameters);
  }
  return {
    name,
    run,
    read: () => new Float64Array(module.memory.buffer, module.call('address', out), results),
    dispose: () => {
      for (const handle of [a, b, out]) module.call('release', handle);
    },
  };
}

const files = positionals.length > 0 ? positionals : ['dist/nonlin_bg.wasm'];
const modules = files.map(
  (file, index) => new Module(files.length > 1 ? `${index + 1} ${basename(file)}` : basename(file), file),
);
const plain = new PlainProcess();
const functions = [...new Set(modules.flatMap((module) => module.activations()))];
const wanted = (id: string) => !flags.only || flags.only.split(',').some((word) => `${id}/`.startsWith(`${word}/`));
const column = (text: string, width = 9) => text.padStart(width);

/** Times contenders and frees what they hold. */
async function timed(contenders: readonly Contender[]): Promise<Timings> {
  const timings = await measure(contenders, PACE);
  for (const one of contenders) one.dispose?.();
  return timings;
}

/** The same for one number at a time, over all of x: the export that uses no memory. */
function scalarContender(module: Module, problem: Problem, hyperparameters: readonly number[]): Contender | undefined {
  const { fn, op, x, y, dy } = problem;
  const f = module.exports['scalar'];
  if (!f || !module.exports[fn]) return undefined;
  const [p0 = 0, p1 = 0, p2 = 0, p3 = 0] = hyperparameters;
  const scope = {
    f,
    k: module.call(fn, ...hyperparameters),
    op: POINTWISE_OPS[op as PointwiseOp],
    x: op === 'backwardY' ? y : x,
    dy,
    p0,
    p1,
    p2,
    p3,
  };
  const sum = { value: 0 };
  const loop =
    'let total = 0; for (let i = 0; i < x.length; i++) total += f(k, op, x[i], dy[i], p0, p1, p2, p3); sum.value = total;';
  return { name: module.name, run: repeated(loop, { ...scope, sum }), read: () => [sum.value] };
}

/** A problem in every module that has it, and beside them the fastest plain form if there is one. */
async function compare(label: string, problem: Problem, hyperparameters: readonly number[], scalar = false): Promise<void> {
  const best = await fastest(scalar ? plainOnNumbers(problem) : await plain.forms(problem, 'handed'));
  const kernels = modules.flatMap(
    (module) =>
      (scalar ? scalarContender(module, problem, hyperparameters) : contender(module, module.name, problem, hyperparameters)) ??
      [],
  );
  const timings = await timed(best ? [best, ...kernels] : kernels);
  const time = (name: string) => (timings.fastest(name) / problem.dy.length).toFixed(2);
  const shown = modules.map(({ name }) =>
    timings.has(name)
      ? `${column(time(name))} ${best ? `${timings.ratio(name, best.name).toFixed(1).padStart(5)}×` : ''}`
      : column('–', 16),
  );
  const size = scalar ? 'number' : problem.fn === 'softmax' ? `${problem.rows}×${problem.units}` : String(problem.dy.length);
  console.log(label.padEnd(50), column(size), column(best ? time(best.name) : '–'), ...shown);
}

/** The hard inputs beside the ordinary one, in the same rounds. */
async function compareHard(
  label: string,
  problem: Problem,
  hyperparameters: readonly number[],
  hards: readonly Hard[],
  changed: (hard: Hard) => readonly number[],
): Promise<void> {
  const entrants = hards.filter((hard) => hard.ops.includes(problem.op));
  const contenders = modules.flatMap((module) => {
    const usual = contender(module, `${module.name} ordinary`, problem, hyperparameters);
    const others = entrants.map((hard) => {
      const inputs = hardened(hard, problem, problem.units);
      return contender(module, `${module.name} ${hard.name}`, { ...problem, ...inputs }, changed(hard));
    });
    return [usual, ...others].flatMap((one) => one ?? []);
  });
  const timings = await timed(contenders);
  const count = problem.dy.length;
  const size = problem.fn === 'softmax' ? `${problem.rows}×${problem.units}` : String(count);
  const row = (name: string, asked: number | undefined) => {
    const shown = modules.map((module) => {
      const mine = `${module.name} ${name}`;
      if (!timings.has(mine)) return column('–', 16);
      const times = timings.ratio(`${module.name} ordinary`, mine);
      const multiple = asked === undefined ? '' : `${times.toFixed(1).padStart(5)}×${times > asked ? ' (!)' : '    '}`;
      return `${column((timings.fastest(mine) / count).toFixed(2))} ${multiple}`;
    });
    console.log(`${label}, ${name}`.padEnd(50), column(size), column(asked === undefined ? '' : `≤ ${asked}`), ...shown);
  };
  row('ordinary', undefined);
  for (const hard of entrants) row(hard.name, hard.asked);
}

console.log(
  `Node ${process.versions.node}; ns an element in the fastest round, and the ratio to plain JavaScript that is handed its arrays`,
);
console.log('function'.padEnd(50), column('elements'), column('plain JS'), ...modules.map(({ name }) => name.padStart(16)));

const ordinaryProblem = (fn: string, op: Op, rows: number, units: number, alpha: number): Problem => {
  const { x, dy } = ordinary(rows * units);
  const y = fn === 'softmax' ? x.map((value) => Math.abs(value) / (3 * units)) : x.map((value) => 1 / (1 + Math.exp(-value)));
  return { fn, op, rows, units, x, y, dy, alpha };
};

const arity = (fn: string) => {
  const module = modules.find((module) => module.exports[fn]);
  const parameters = module?.exports[fn]?.length ?? 0;
  return module?.runs ? parameters : parameters - 5;
};

for (const fn of functions) {
  const hyperparameters = Array.from({ length: arity(fn) }, (_, index) => DEFAULTS[fn]?.[index] ?? 1);
  const [alpha = 0] = hyperparameters;
  const kinds = fn === 'elu' ? [hyperparameters, [0.7]] : [hyperparameters];
  for (const op of Object.keys(POINTWISE_OPS) as PointwiseOp[]) {
    if (!wanted(`${fn}/${op}`)) continue;
    for (const kind of flags.hard ? [] : kinds) {
      const label = `${fn}${kind.length > 0 ? `(${kind.join(', ')})` : ''} ${op}`;
      await compare(label, ordinaryProblem(fn, op, 1, NUMBERS, kind[0] ?? 0), kind, true);
      for (const count of COUNTS) {
        await compare(label, ordinaryProblem(fn, op, 1, count, kind[0] ?? 0), kind);
      }
    }
    if (flags.hard ?? !flags.quick) {
      // A kernel computes with any numbers; no time is asked for those that the package refuses.
      const hards =
        hyperparameters.length === 1 && POINTWISE.includes(fn) ? [...HARD_ELEMENTS, ...hardValuesOf(fn, op)] : HARD_ELEMENTS;
      const changed = ({ options = {} }: Hard) =>
        [...Object.values(options), ...hyperparameters].slice(0, hyperparameters.length);
      await compareHard(`${fn} ${op}`, ordinaryProblem(fn, op, 1, HARD_COUNT, alpha), hyperparameters, hards, changed);
    }
  }
}

/** softmax takes the temperature and the divisor of gradients, which are the same here. */
const temperatures = (temperature: number) => [temperature, temperature];
for (const op of Object.keys(ROW_OPS) as RowOp[]) {
  if (!wanted(`softmax/${op}`)) continue;
  const shapes = SHAPES.filter(([, units]) => op !== 'jacobian' || units <= 33).filter(([rows]) => !flags.quick || rows === 32);
  for (const [rows, units] of flags.hard ? [] : shapes) {
    await compare(`softmax ${op}`, ordinaryProblem('softmax', op, rows, units, 0), temperatures(1));
  }
  if ((flags.hard ?? !flags.quick) && op !== 'jacobian') {
    for (const [rows, units] of [
      [32, 10],
      [64, 1000],
    ] as const) {
      const changed = (hard: Hard) => temperatures(hard.options?.['temperature'] ?? 1);
      await compareHard(`softmax ${op}`, ordinaryProblem('softmax', op, rows, units, 0), temperatures(1), HARD_ROWS, changed);
    }
  }
}
plain.close();
