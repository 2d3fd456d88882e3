// nonlin/parallel: a pool gives what the function gives, bit for bit and error for error; and nothing is lost when workers die.

import * as nonlin from 'nonlin';
import { createPool, type Pool } from 'nonlin/parallel';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failing, run } from './support/child.js';
import { alive, DIE, EXHAUST, makeMortal, REFUSE, STUMBLE } from './support/mortal.js';

makeMortal();

/** Those whose value is like x: losses want labels, and sums along rows are fewer. */
const functions = Object.values(nonlin).filter(
  (value): value is typeof nonlin.sigmoid => typeof value === 'function' && 'valueAndDeriv' in value && isLikeX(value as never),
);

function isLikeX(f: typeof nonlin.sigmoid): boolean {
  try {
    return f(Float64Array.of(1, 2)).length === 2;
  } catch {
    return false;
  }
}
const METHODS = ['run', 'deriv', 'deriv2', 'backward', 'valueAndDeriv'] as const;

const numbers = (count: number, seed = 1): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => 30 * Math.sin(i * 12.9898 + seed) ** 3);

function shared<A extends Float64Array | Float32Array>(from: A): A {
  const Class = from.constructor as new (buffer: SharedArrayBuffer) => A;
  const array = new Class(new SharedArrayBuffer(from.byteLength));
  array.set(from);
  return array;
}

/** The bits of a result of any kind. */
const bits = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    ArrayBuffer.isView(each)
      ? [each.constructor.name, Buffer.from(each.buffer, each.byteOffset, each.byteLength).toString('base64')]
      : each instanceof nonlin.Tensor
        ? ['Tensor', each.shape, each.toFloat64Array()]
        : Object.is(each, -0)
          ? '-0'
          : each,
  );

/** The call of a function, or of a pool with that function. */
function call(on: Pool | undefined, f: typeof nonlin.sigmoid, method: (typeof METHODS)[number], x: unknown, options?: object) {
  const dy = method === 'backward' ? [x, { x }] : [x];
  const args = [...dy, options] as never[];
  if (on) return (on[method] as unknown as (f: unknown, ...args: never[]) => Promise<unknown>)(f, ...args);
  const plain = (method === 'run' ? f : f[method]) as unknown as (...args: never[]) => unknown;
  return plain(...args);
}

const outcome = async (make: () => unknown): Promise<string> => {
  try {
    return bits(await make());
  } catch (error) {
    const { name, message, code } = error as nonlin.NonlinError;
    return `${name} ${code}: ${message}`;
  }
};

describe('a pool', () => {
  let pool: Pool;
  beforeAll(async () => {
    pool = await createPool({ threads: 3, minimum: 0 });
  });
  afterAll(async () => {
    await pool.dispose();
    expect(alive.size, 'workers after dispose()').toBe(0);
  });

  test.each(functions.map((f) => [f.name, f] as const))('%s has the bits of one core, however it is cut', async (_, f) => {
    const rows = 'axis' in f.defaults;
    for (const method of METHODS.filter((one) => one === 'run' || one in f)) {
      const jacobian = rows && (method === 'deriv' || method === 'valueAndDeriv');
      for (const count of jacobian ? [12, 7 * 90, 300 * 90] : [1, 2, 70, 131072, 200_001]) {
        const shape = count % 90 === 0 ? { shape: [count / 90, 90] } : {};
        const x = numbers(count);
        const options = jacobian || count > 70 ? shape : undefined;
        const want = bits(call(undefined, f, method, x, options));
        expect(bits(await call(pool, f, method, x, options)) === want, `${method} of ${count}`).toBe(true);
        expect(bits(await call(pool, f, method, shared(x), options)) === want, `${method} of ${count}, shared`).toBe(true);
      }
    }
  });

  test('every container comes back as from the function, with out and without', async () => {
    const x = numbers(3000);
    const rows = Array.from({ length: 30 }, (_, i) => Array.from(x.subarray(i * 100, i * 100 + 100)));
    const containers: readonly (readonly [unknown, object?])[] = [
      [x],
      [x, { shape: [60, 50] }],
      [Float32Array.from(x)],
      [Int16Array.from(x)],
      [Array.from(x)],
      [rows],
      [rows.map((row) => Float32Array.from(row))],
      [{ data: x, shape: [100, 30] }],
      [{ data: x, shape: [30, 100], stride: [1, 30] }],
      [{ data: x, shape: [10, 100], offset: 7, stride: [100, -1].map(Math.abs) }],
      [nonlin.Tensor.from(x, [300, 10])],
      [new Float64Array(0)],
      [2.5],
      [[]],
    ];
    for (const [at, [value, options]] of containers.entries()) {
      for (const f of [nonlin.sigmoid, nonlin.softmax, nonlin.elu.with({ alpha: 0.3 })]) {
        for (const method of METHODS) {
          if (f.name === 'softmax' && (method === 'deriv' || method === 'deriv2' || method === 'valueAndDeriv')) continue;
          const want = await outcome(() => call(undefined, f as never, method, value, options));
          expect(
            await outcome(() => call(pool, f as never, method, value, options)),
            `${f.name}.${method}, container ${at}`,
          ).toBe(want);
        }
      }
    }
    for (const make of [
      () => new Float64Array(3000),
      () => new Float32Array(3000),
      () => shared(new Float64Array(3000)),
      () => new Array<number>(3000).fill(0),
      () => rows.map((row) => row.slice()),
      () => ({ data: new Float64Array(6000), shape: [30, 100], stride: [100, 1], offset: 1000 }),
      () => nonlin.Tensor.zeros(30, 100),
    ]) {
      const [one, other] = [make(), make()];
      nonlin.tanh({ data: x, shape: [30, 100] }, { out: one as Float64Array });
      expect(await pool.run(nonlin.tanh, { data: x, shape: [30, 100] }, { out: other as Float64Array })).toBe(other);
      expect(bits(other)).toBe(bits(one));
    }
  });

  test('float32 results beside a point halfway between two, in rows too', async () => {
    const tie = new Float32Array(Uint32Array.of(0x34c00000).buffer)[0] as number;
    const row = new Float32Array(300).fill(tie);
    const out = () => ({ data: new Float32Array(600), shape: [300], stride: [2] });
    for (const x of [row, [row, row], [row, Float64Array.from(row), [...row]]]) {
      expect(bits(await call(pool, nonlin.sigmoid, 'run', x))).toBe(bits(call(undefined, nonlin.sigmoid, 'run', x)));
    }
    const shaped = { data: row, shape: [300] };
    const [far, here] = [out(), out()];
    await call(pool, nonlin.sigmoid, 'run', shaped, { out: far });
    call(undefined, nonlin.sigmoid, 'run', shaped, { out: here });
    expect(bits(far)).toBe(bits(here));
  });

  test('in place, and on shared memory without a copy', async () => {
    for (const x of [numbers(100_000), shared(numbers(100_000))]) {
      const want = nonlin.sigmoid(x);
      expect(await pool.run(nonlin.sigmoid, x, { out: x })).toBe(x);
      expect(bits(x.slice()) === bits(want)).toBe(true);
    }
  });

  test('an axis that is not the last, a saved y, hyperparameters of the call and of with', async () => {
    const x = numbers(12_000);
    const want = nonlin.softmax(x, { shape: [40, 30, 10], axis: 1, temperature: 0.5 });
    expect(bits(await pool.run(nonlin.softmax, x, { shape: [40, 30, 10], axis: 1, temperature: 0.5 }))).toBe(bits(want));
    expect(bits(await pool.run(nonlin.softmax.with({ axis: 1, temperature: 0.5 }), x, { shape: [40, 30, 10] }))).toBe(bits(want));
    const y = nonlin.elu(x, { alpha: 2 });
    expect(bits(await pool.backward(nonlin.elu, x, { y }, { alpha: 2 }))).toBe(bits(nonlin.elu.backward(x, { y }, { alpha: 2 })));
  });

  test('map keeps the order of many arrays of any size', async () => {
    const arrays = Array.from({ length: 500 }, (_, i) => numbers(i % 7 === 0 ? 9000 * (i % 3) : i, i));
    const results = await pool.map(nonlin.tanh, arrays);
    expect(bits(results)).toBe(bits(arrays.map((x) => nonlin.tanh(x))));
    expect(await pool.map(nonlin.tanh, [])).toEqual([]);
  });

  test('bad input is refused with the words of the function', async () => {
    const x = numbers(64);
    const cases: readonly (readonly [nonlin.ActivationFunction, (typeof METHODS)[number], unknown, object?])[] = [
      [nonlin.elu, 'run', x, { apha: 1 }],
      [nonlin.elu, 'run', x, { alpha: Number.NaN }],
      [nonlin.elu, 'run', x, Object.create({ alpha: 1 }, { onProgress: { value: () => 0, enumerable: true } })],
      [nonlin.softmax, 'run', x, { axis: 4 }],
      [nonlin.softmax, 'run', 3],
      [nonlin.softmax, 'run', x, { temperature: 0 }],
      [nonlin.relu, 'run', x, { shape: [3, 7] }],
      [nonlin.relu, 'run', x, { out: new Float64Array(3) }],
      [nonlin.relu, 'run', x, { out: x.subarray(1) }],
      [nonlin.relu, 'deriv', 'text'],
      [nonlin.relu, 'run', [1, Number.NaN, 'x']],
      [nonlin.relu, 'run', [[1, 2], [3]]],
      [nonlin.relu, 'run', x, 7 as never],
      [nonlin.softmax, 'valueAndDeriv', x, { out: new Float64Array(64) }],
    ];
    for (const [f, method, value, options] of cases) {
      const plain: Record<string, unknown> | undefined =
        typeof options === 'object' ? Object.assign(Object.create(Object.getPrototypeOf(options)), options) : options;
      if (typeof plain === 'object') delete plain['onProgress'];
      const want = await outcome(() => call(undefined, f as never, method, value, plain));
      expect(want).toMatch(/^(Type|Range)Error ERR_/);
      expect(await outcome(() => call(pool, f as never, method, value, options))).toBe(want);
    }
    expect(await outcome(() => pool.backward(nonlin.relu, x, { x: [1] }))).toBe(
      await outcome(() => nonlin.relu.backward(x, { x: [1] })),
    );
    expect(await outcome(() => pool.backward(nonlin.relu, x, {} as never))).toBe(
      await outcome(() => nonlin.relu.backward(x, {} as never)),
    );
    for (const f of [Math.exp, 'relu', null, undefined, 1, { name: 'relu', defaults: {} }]) {
      expect(await outcome(() => pool.run(f as never, x)), String(f)).toMatch(
        /^TypeError ERR_OPTION: "f" expected an activation function of nonlin, got /,
      );
    }
    for (const f of [nonlin.logSoftmax, nonlin.sparsemax])
      expect(await outcome(() => pool.deriv(f as never, x))).toMatch(
        /^TypeError ERR_OPTION: "f" expected a function with deriv, got/,
      );
    for (const f of [nonlin.glu, nonlin.lstmGates, nonlin.softmaxCrossEntropy])
      expect(await outcome(() => pool.run(f as never, x))).toBe(
        `TypeError ERR_OPTION: "f" expected a function that a pool can compute, got ${f.name}; call ${f.name} directly`,
      );
    expect(await outcome(() => pool.run(nonlin.relu, x, { signal: 3 as never }))).toMatch(
      /^TypeError ERR_OPTION: "signal" expected/,
    );
    expect(await outcome(() => pool.run(nonlin.relu, x, { onProgress: 3 as never }))).toMatch(
      /^TypeError ERR_OPTION: "onProgress"/,
    );
    for (const options of [{ threads: 0 }, { threads: 1.5 }, { minimum: -1 }, { worker: 3 }, 3])
      expect(await outcome(() => createPool(options as never)), JSON.stringify(options)).toMatch(/^(Type|Range)Error ERR_OPTION/);
  });

  test('options that it does not have, that are inherited, or null, are refused', async () => {
    const x = numbers(10);
    const inherited = (options: object): never => Object.create(options) as never;
    const cases: [() => unknown, string][] = [
      [
        () => createPool({ thread: 2 } as never),
        'TypeError ERR_OPTION: "thread" is not an option of createPool; did you mean "threads"?',
      ],
      [() => createPool([] as never), 'TypeError ERR_OPTION: "options" expected an object, got an Array'],
      [() => createPool({ worker: {} } as never), 'TypeError ERR_OPTION: "worker" expected an address, got an Object'],
      [() => createPool({ worker: null } as never), 'TypeError ERR_OPTION: "worker" expected an address, got null'],
      [() => createPool({ minimum: null } as never), 'TypeError ERR_OPTION: "minimum" expected an integer >= 0, got null'],
      [
        () => createPool(inherited({ threads: 2 })),
        'TypeError ERR_OPTION: "threads" expected an own property of the options, got an inherited one',
      ],
      [
        () => pool.run(nonlin.relu, x, inherited({ signal: AbortSignal.abort() })),
        'TypeError ERR_OPTION: "signal" expected an own property of the options, got an inherited one',
      ],
      [
        () => pool.run(nonlin.relu, x, { singal: 1 } as never),
        'TypeError ERR_OPTION: "singal" is not an option of a call of relu; did you mean "signal"?',
      ],
      [
        () => pool.run(nonlin.elu, x, { apha: 1 } as never),
        'TypeError ERR_OPTION: "apha" is not an option of elu; did you mean "alpha"?',
      ],
      [
        () => pool.map(nonlin.relu, [x, x], { out: x } as never),
        'TypeError ERR_OPTION: "out" is not an option of map; expected one of "signal", "onProgress"',
      ],
      [() => pool.map(nonlin.relu, null as never), 'TypeError ERR_DTYPE: "arrays" expected an iterable of arrays, got null'],
    ];
    for (const [call, message] of cases) expect(await outcome(call)).toBe(message);
    expect(await pool.map(nonlin.relu, [x], { out: undefined, signal: undefined } as never)).toEqual([nonlin.relu(x)]);
  });

  test('what stands on Object.prototype is no option of a call', async () => {
    const x = numbers(10);
    Object.defineProperty(Object.prototype, 'signal', { value: AbortSignal.abort(), configurable: true });
    try {
      expect(await pool.run(nonlin.elu, x, { alpha: 2 })).toEqual(nonlin.elu(x, { alpha: 2 }));
    } finally {
      delete (Object.prototype as { signal?: unknown }).signal;
    }
  });

  test('progress grows to the whole', async () => {
    const seen: number[] = [];
    await pool.run(nonlin.tanh, numbers(500_000), { onProgress: ({ done, total }) => void seen.push(done / total) });
    expect(seen.length).toBeGreaterThan(3);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });

  test('an aborted call is rejected with the reason, and others go on', async () => {
    const x = numbers(500_000);
    const want = bits(nonlin.tanh(x));
    const late = new AbortController();
    const calls = [
      pool.run(nonlin.tanh, x, { signal: AbortSignal.abort(new Error('before')) }),
      pool.run(nonlin.tanh, x, { signal: late.signal, onProgress: () => late.abort(new Error('during')) }),
      pool.run(nonlin.tanh, x),
      pool.run(nonlin.tanh, x, {
        onProgress: () => {
          throw new Error('of the caller');
        },
      }),
    ];
    const [before, during, whole, thrown] = await Promise.allSettled(calls);
    expect(before).toEqual({ status: 'rejected', reason: new Error('before') });
    expect(during).toEqual({ status: 'rejected', reason: new Error('during') });
    expect(whole?.status === 'fulfilled' && bits(whole.value) === want).toBe(true);
    expect(thrown).toEqual({ status: 'rejected', reason: new Error('of the caller') });
  });

  test.each([
    ['ends', DIE, /exit code 9/],
    ['is out of memory', EXHAUST, /memory/],
  ])('a worker that %s rejects its call, the others are complete, and the pool heals', async (_, number, message) => {
    const x = numbers(300_000);
    const want = bits(nonlin.sigmoid(x));
    const bad = x.slice();
    bad[0] = number;
    const settled = await Promise.allSettled([x, bad, x, bad, x].map((each) => pool.run(nonlin.sigmoid, each)));
    for (const [at, one] of settled.entries()) {
      if (at % 2 === 0) expect(one.status === 'fulfilled' && bits(one.value) === want, `call ${at}`).toBe(true);
      else
        expect(one).toEqual({
          status: 'rejected',
          reason: expect.objectContaining({ code: 'ERR_WORKER', message: expect.stringMatching(message) }),
        });
    }
    expect(bits(await pool.run(nonlin.sigmoid, x)) === want, 'afterwards').toBe(true);
  });

  test('an error that a worker meets is the error of that call, with its class and code, and of no other', async () => {
    const spoiled = (first: number): Float64Array => Float64Array.of(first, ...numbers(9999));
    const [refused, stumbled, right] = await Promise.allSettled([
      pool.run(nonlin.tanh, spoiled(REFUSE)),
      pool.run(nonlin.tanh, spoiled(STUMBLE)),
      pool.run(nonlin.tanh, numbers(9999)),
    ]);
    expect(refused).toMatchObject({
      status: 'rejected',
      reason: { name: 'RangeError', message: 'not enough memory', code: 'ERR_MEMORY' },
    });
    expect(refused.status === 'rejected' && refused.reason).toBeInstanceOf(RangeError);
    expect(stumbled).toMatchObject({ status: 'rejected', reason: { name: 'Error', message: 'strange' } });
    expect(stumbled.status === 'rejected' && 'code' in stumbled.reason).toBe(false);
    expect(right.status === 'fulfilled' && bits(right.value)).toBe(bits(nonlin.tanh(numbers(9999))));
    // What was lent to the worker has come back, as far as it is there.
    expect(bits(await pool.run(nonlin.tanh, numbers(9999)))).toBe(bits(nonlin.tanh(numbers(9999))));
  });

  test('arrays of a subclass are read and written as what they are', async () => {
    class Bytes extends Float64Array {
      static get [Symbol.species](): Float64ArrayConstructor {
        return Int8Array as never;
      }
    }
    class Vector extends Float64Array {
      constructor(...components: number[]) {
        super(components);
      }
    }
    const want = bits(nonlin.sigmoid(Float64Array.of(1, 2, 3, 4)));
    const onShared = new Bytes(new SharedArrayBuffer(32) as never);
    onShared.set([1, 2, 3, 4]);
    for (const x of [Bytes.of(1, 2, 3, 4), onShared, new Vector(1, 2, 3, 4)]) {
      expect(bits(await pool.run(nonlin.sigmoid, x))).toBe(want);
      expect(await pool.run(nonlin.sigmoid, Float64Array.of(1, 2, 3, 4), { out: x })).toBe(x);
      expect(bits(Float64Array.from(x))).toBe(want);
    }
  });

  test('memory that is taken away while a call runs is an error', async () => {
    const x = numbers(1_000_000);
    const call = pool.run(nonlin.sigmoid, x);
    structuredClone(x.buffer, { transfer: [x.buffer as ArrayBuffer] });
    expect(await outcome(() => call)).toMatch(/^RangeError ERR_SHAPE: "x" expected the memory/);
    expect(bits(await pool.run(nonlin.sigmoid, numbers(70)))).toBe(bits(nonlin.sigmoid(numbers(70))));
  });
});

test('dispose ends calls and workers, twice is harmless, and later calls are refused', async () => {
  const pool = await createPool({ threads: 2, minimum: 0 });
  expect(pool.threads).toBe(2);
  const disposed = { status: 'rejected', reason: expect.objectContaining({ name: 'TypeError', code: 'ERR_DISPOSED' }) };
  const calls = Promise.allSettled([numbers(3_000_000), numbers(10)].map((x) => pool.run(nonlin.sigmoid, x)));
  await Promise.all([pool.dispose(), pool.dispose()]);
  expect(alive.size).toBe(0);
  expect(await calls).toEqual([disposed, disposed]);
  expect(await Promise.allSettled([pool.run(nonlin.sigmoid, [1])])).toEqual([disposed]);
  await (await createPool({ threads: 1 }))[Symbol.asyncDispose]();
  expect(alive.size).toBe(0);
});

describe('a process', () => {
  const program = (body: string) => `
    import { sigmoid } from 'nonlin';
    import { createPool } from 'nonlin/parallel';
    const pool = await createPool({ threads: 2, minimum: 0 });
    ${body}`;

  test('ends with a pool that nobody disposes, after its calls', () => {
    expect(run(program('pool.run(sigmoid, new Float64Array(300_000)).then((y) => console.log(y.length));'))).toBe(300_000);
    expect(run(program('console.log((await pool.run(sigmoid, [0]))[0]);'))).toBe(0.5);
  });

  test('that may start no worker is told', () => {
    const body = "console.log('never');";
    // Node 24 has it under the first of the names alone, Node 20 under the second.
    const known = ['--permission', '--experimental-permission'].filter((name) => process.allowedNodeEnvironmentFlags.has(name));
    const { stderr } = failing(process.execPath, [
      ...known.slice(0, 1),
      '--allow-fs-read=*',
      '--input-type=module',
      '--eval',
      program(body),
    ]);
    expect(stderr).toMatch(/could not start a worker/);
  });
});
