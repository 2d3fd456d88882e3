// The module in parts, as the default entry carries it. Each function alone, as on a page that imports nothing else, is complete;
// and it has the parts it needs after the instance was thrown away, if `init()` made it, and if the caller's module is whole.

import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import * as nonlin from 'nonlin';
import { describe, expect, test } from 'vitest';
import { path } from './support/files.js';

interface Any {
  (...args: unknown[]): unknown;
  readonly [method: string]: (...args: unknown[]) => unknown;
}

/** A program that imports `names` and nothing else, bundled as a page's; it gives the functions, and `init` if asked for. */
async function alone(...names: string[]): Promise<{ code: string; functions: Readonly<Record<string, Any>> }> {
  const contents = `import { ${names.join(', ')} } from 'nonlin'; globalThis.functions = { ${names.join(', ')} };`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: path() },
    bundle: true,
    format: 'iife',
    write: false,
    logLevel: 'error',
  });
  const code = outputFiles[0]?.text ?? '';
  // Arrays and errors of this realm.
  const page = createContext({
    WebAssembly,
    Float64Array,
    Float32Array,
    Uint8Array,
    Array,
    Object,
    Error,
    RangeError,
    TypeError,
  });
  runInContext(code, page);
  return { code, functions: (page as { functions: Record<string, Any> }).functions };
}

/** Ordinary numbers, and the ends of the domain, where formulas of their own are called. */
const NUMBERS = [
  ...[
    0, -0, 1, -1, 0.3, -0.7, 2.5, -2.5, 7, -7, 1e-9, -1e-9, 1e-200, 5e-324, 30, -30, 45, -45, 300, -300, 720, -720, 740, -745.1,
  ],
  ...[1e5, -1e5, 1e300, -1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0.1, -0.2, 1.7, 3, -3],
];
/** Of these results in float32 lie beside halfway between two, which longer formulas decide. */
const SINGLES = Float32Array.from({ length: 4000 }, (_, i) => (i - 2000) * 2 ** -((i % 40) - 3));

/** Everything that a function of one argument can be asked for, as text that tells all bits apart. */
function everything(f: Any): string {
  const results: unknown[] = [];
  const keep = (call: () => unknown): void => {
    try {
      results.push(call());
    } catch (error) {
      results.push((error as Error).message);
    }
  };
  const dy = NUMBERS.map((_, i) => 1 + i / 8);
  const array = Float64Array.from({ length: 512 }, (_, i) => NUMBERS[(i * 7) % NUMBERS.length] ?? 0);
  for (const method of ['value', 'deriv', 'deriv2', 'valueAndDeriv']) {
    const call = (x: unknown) => (method === 'value' ? f(x) : f[method]?.(x));
    // A Jacobian has the square of so many.
    const singles = 'axis' in (f['defaults'] ?? {}) ? SINGLES.subarray(1900, 2100) : SINGLES;
    for (const x of [...NUMBERS, NUMBERS, array, singles, [NUMBERS.slice(0, 6), NUMBERS.slice(6, 12)]]) keep(() => call(x));
  }
  for (const from of ['x', 'y']) {
    keep(() => f['backward']?.(dy, { [from]: NUMBERS }));
    for (const [i, x] of NUMBERS.entries()) keep(() => f['backward']?.(dy[i], { [from]: x }));
  }
  return JSON.stringify(results, (_, value) =>
    typeof value === 'number'
      ? Object.is(value, -0)
        ? '-0'
        : String(value)
      : ArrayBuffer.isView(value)
        ? [...(value as Float64Array)]
        : value,
  );
}

const rowsAndLosses: Readonly<Record<string, (f: Any) => unknown>> = {
  softmaxCrossEntropy: (f) => [
    f([[1, 2, 3]], [2]),
    f([[1, 800, 3]], [[0.2, 0.3, 0.5]]),
    f['valueAndDeriv']?.([[1, -1e300, 3]], [0]),
  ],
  sigmoidCrossEntropy: (f) => [f([1, -800, 3], [1, 0, 0.5]), f['valueAndDeriv']?.([1, 50, -3], [1, 0, 0.5])],
  lstmGates: (f) => [f([[1, 2, 3, 4]], { c: [[0.5]] }), f['backward']?.({ h: [[1]] }, { gates: [[1, 2, 3, 4]], c: [[0.5]] })],
  gruGates: (f) => [f([[1, 2, 3]], { h: [[0.5]] }), f['backward']?.([[1]], { gates: [[1, 2, 3]], h: [[0.5]] })],
  prelu: (f) => [f([-1, 2], { alpha: 0.3 }), f['backward']?.([1, 2], { x: [-1, 2], alpha: 0.3 })],
  hadamard: (f) => [
    f([1, 2], [3, 4]),
    f(
      [[1, 2]],
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ),
  ],
};

const functions = Object.entries(nonlin).filter(
  ([name, f]) => typeof f === 'function' && (('deriv' in f && 'with' in f) || 'backward' in f || name in rowsAndLosses),
) as unknown as readonly [string, Any][];

describe('each function alone, with the parts that it needs', () => {
  test('there are functions', () => expect(functions.length).toBeGreaterThan(40));

  test.each(functions)('%s', async (name, f) => {
    const { functions: page } = await alone(name);
    const one = page[name] as Any;
    const ask = rowsAndLosses[name];
    if (ask) expect(JSON.stringify(ask(one))).toBe(JSON.stringify(ask(f)));
    else expect(everything(one)).toBe(everything(f));
  });
});

test('a page carries the parts of its functions only', async () => {
  const { code: relu } = await alone('relu');
  const { code: gelu } = await alone('relu', 'gelu');
  const { code: both } = await alone('relu', 'gelu', 'softmax');
  expect(relu.length + 20_000).toBeLessThan(gelu.length);
  expect(gelu.length + 20_000).toBeLessThan(both.length);
});

describe('the parts are linked', () => {
  test('again, where the instance was thrown away by a trap', async () => {
    const { functions: page } = await alone('gelu', 'softmax');
    const { Instance } = WebAssembly;
    let traps = false;
    let bases = 0;
    // Stands between the page and its base, whose calls can be made to trap.
    const between = (module: WebAssembly.Module, imports?: WebAssembly.Imports) => {
      const { exports } = new Instance(module, imports);
      const { run } = exports as unknown as { readonly run: undefined | ((...args: number[]) => number) };
      if (!run) return { exports };
      bases++;
      const trapping = (...args: number[]): number => {
        if (traps) throw new WebAssembly.RuntimeError('unreachable');
        return run(...args);
      };
      return { exports: { ...exports, run: trapping } };
    };
    WebAssembly.Instance = new Proxy(Instance, { construct: (_, [module, imports]) => between(module, imports) });
    try {
      const results = () => [page['gelu']?.([1, -40]), page['gelu']?.(0.3), page['softmax']?.([1, 2])];
      const before = results();
      traps = true;
      expect(() => page['gelu']?.([1])).toThrow('unreachable');
      traps = false;
      expect(results()).toEqual(before);
      expect(bases).toBe(2);
    } finally {
      WebAssembly.Instance = Instance;
    }
  });

  test('where the host allows it: else the call says so, and the next one works', async () => {
    const { functions: page } = await alone('relu', 'gelu');
    expect(page['relu']?.([-1, 2])).toEqual([0, 2]);
    const { Module } = WebAssembly;
    const refused = () => {
      throw new WebAssembly.CompileError('Refused to compile');
    };
    WebAssembly.Module = Object.assign(refused, { imports: Module.imports }) as unknown as typeof Module;
    const out = [7, 7];
    try {
      expect(() => page['gelu']?.([1, 2], { out })).toThrow(expect.objectContaining({ code: 'ERR_ENVIRONMENT' }));
    } finally {
      WebAssembly.Module = Module;
    }
    expect(out).toEqual([7, 7]);
    expect(page['relu']?.([-1, 2])).toEqual([0, 2]);
    expect(page['gelu']?.([1, 2])).toEqual(nonlin.gelu([1, 2]));
  });

  test('by init(), to all functions at once', async () => {
    const { functions: page } = await alone('init', 'gelu', 'softmax');
    await (page['init'] as Any)();
    const { Module, Instance } = WebAssembly;
    // Nothing is compiled afterwards.
    const refused = () => {
      throw new Error('compiled on the page');
    };
    Object.assign(WebAssembly, { Module: Object.assign(refused, Module), Instance: refused });
    try {
      expect(page['gelu']?.(1)).toBe(nonlin.gelu(1));
      expect(page['softmax']?.([1, 2])).toEqual(nonlin.softmax([1, 2]));
    } finally {
      Object.assign(WebAssembly, { Module, Instance });
    }
  });

  test('not where the caller gives the whole module', async () => {
    const { functions: page } = await alone('initSync', 'gelu', 'elu');
    (page['initSync'] as Any)(readFileSync(path('dist', 'nonlin_bg.wasm')));
    expect(page['gelu']?.([1, -40])).toEqual(nonlin.gelu([1, -40]));
    expect(page['elu']?.([1, -40])).toEqual(nonlin.elu([1, -40]));
  });
});
