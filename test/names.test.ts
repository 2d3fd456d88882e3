// Activations by name: every spelling of other libraries, suggestions, and that a page without it does not carry it.

import { build } from 'esbuild';
import * as nonlin from 'nonlin';
import { describe, expect, test } from 'vitest';
import { path } from './support/files.js';
import { alongRows } from './support/functions.js';
import { rows } from './table.js';

const { activation, activations, elu, gelu, identity, lrelu, sigmoid, silu, softmax } = nonlin;

async function bundled(contents: string): Promise<{ text: string }> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: path('test') },
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'error',
  });
  return outputFiles[0] ?? { text: '' };
}

test.each([
  ['leaky_relu', lrelu],
  ['LeakyReLU', lrelu],
  ['LeakyRelu', lrelu],
  ['lrelu', lrelu],
  ['swish', silu],
  ['SiLU', silu],
  ['gelu', gelu],
  ['quick_gelu', nonlin.quickGelu],
  ['LogSigmoid', nonlin.logSigmoid],
  ['Softmax', softmax],
  ['Softmin', nonlin.softmin],
  ['log_softmax', nonlin.logSoftmax],
  ['log-softmax', nonlin.logSoftmax],
  ['LogSoftmax', nonlin.logSoftmax],
  ['sparsemax', nonlin.sparsemax],
  ['linear', identity],
  ['Tanhshrink', nonlin.tanhShrink],
  ['ELU', elu],
  ['hard_tanh', nonlin.hardTanh],
  ['Hardtanh', nonlin.hardTanh],
] as const)('%s', (name, f) => {
  expect(activation(name)).toBe(f);
});

test('every name that is listed is known, and every function whose result is like x is listed under its own', () => {
  const names = activations();
  expect(names).toEqual([...new Set(names)].sort());
  for (const name of ['leaky_relu', 'leakyRelu', 'quick_gelu', 'gelu_new', 'relu2', 'log_softmax', 'softmax2d'])
    expect(names).toContain(name);
  for (const name of names) expect(activation(name), name).toBeTypeOf('function');
  for (const { name, fn } of rows) expect(activation(name), name).toBe(fn);
  for (const f of alongRows) expect(activation(f.name), f.name).toBe(f);
});

test('functions that are called in another way, or whose results are not like x, are to be imported', () => {
  const others = { GLU: 'glu', SwiGLU: 'swiglu', geglu: 'geglu', reglu: 'reglu', PReLU: 'prelu', logsumexp: 'logSumExp' };
  for (const [name, own] of Object.entries(others)) {
    const message = `"${name}" is not of the type that activation returns; import { ${own} } instead`;
    expect(() => activation(name)).toThrow(expect.objectContaining({ code: 'ERR_OPTION', name: 'TypeError', message }));
    expect(nonlin).toHaveProperty(own);
    expect(activations()).not.toContain(own);
  }
});

describe('what is refused', () => {
  test.each([
    ['sigmod', /^"sigmod" is not a known activation; did you mean "sigmoid"\?$/],
    ['leakyrelus', /did you mean "leakyRelu"\?/],
    ['constructor', /^"constructor" is not a known activation; /],
    ['', /^"" is not a known activation; /],
  ])('%s', (name, message) => {
    expect(() => activation(name)).toThrow(message);
    expect(() => activation(name)).toThrow(expect.objectContaining({ code: 'ERR_OPTION', name: 'TypeError' }));
  });

  test('what is no name, and hyperparameters that the function does not have', () => {
    expect(() => activation(3 as unknown as string)).toThrow('"name" expected the name of an activation, got 3');
    expect(() => activation('relu', { alpha: 1 })).toThrow('"alpha" is not an option of relu');
    expect(() => activation('elu', { alpha: Number.NaN })).toThrow('"alpha" expected a finite number, got NaN');
  });
});

test('a page that does not look up names does not carry the table', async () => {
  const { text: page } = await bundled("import { relu } from 'nonlin'; console.log(relu);");
  const { text: all } = await bundled("import { activation } from 'nonlin'; console.log(activation);");
  expect(page).not.toContain('gelu_python');
  expect(all).toContain('gelu_python');
});

test('hyperparameters become defaults', () => {
  expect(activation('leaky_relu', { alpha: 0.01 }).defaults).toEqual({ alpha: 0.01 });
  expect(activation('leaky_relu').defaults).toEqual({ alpha: 0.3 });
  expect(activation('log_softmax', { temperature: 2 })([0, 2])).toEqual(nonlin.logSoftmax([0, 1]));
  expect(activation('logistic')([0])).toEqual(sigmoid([0]));
});

test('hyperparameters have the names of other libraries too', () => {
  const defaultsOf = (...call: Parameters<typeof activation>) => activation(...call).defaults;
  expect(defaultsOf('LeakyReLU', { negative_slope: 0.01, inplace: true })).toEqual({ alpha: 0.01 });
  expect(defaultsOf('threshold', { threshold: 0.1, default_value: 20 })).toEqual({ threshold: 0.1, value: 20 });
  expect(defaultsOf('Hardshrink', { lambd: 1 })).toEqual({ lambda: 1 });
  expect(defaultsOf('soft_shrink', { threshold: 1 })).toEqual({ lambda: 1 });
  expect(defaultsOf('Hardtanh', { min_val: -2, max_val: 3 })).toEqual({ min: -2, max: 3 });
  expect(defaultsOf('ThresholdedReLU', { theta: 2 })).toEqual({ alpha: 2 });
  expect(defaultsOf('threshold', { threshold: 1, value: 2 })).toEqual({ threshold: 1, value: 2 });
  expect(defaultsOf('Swish', { alpha: 1.702 })).toEqual({ beta: 1.702 });
  expect(defaultsOf('gelu', { approximate: true })).toEqual({ approximate: 'tanh' });
  expect(defaultsOf('gelu', { approximate: false })).toEqual({ approximate: 'none' });
  expect(defaultsOf('softmax', { dim: 0 })).toEqual({ axis: 0, temperature: 1 });
  expect(defaultsOf('log_softmax', { dim: [0, 1] })).toMatchObject({ axis: [0, 1] });
  expect(defaultsOf('Softmax2d')).toMatchObject({ axis: -3 });
  // Only of the functions that have it, and once.
  expect(() => activation('elu', { theta: 1 })).toThrow('"theta" is not an option of elu');
  expect(() => activation('leaky_relu', { alpha: 1, negative_slope: 1 })).toThrow(
    '"alpha" and "negative_slope" are two names for one option: expected one of them, got both',
  );
  expect(() => activation('elu', 3 as never)).toThrow('"options" expected an object, got 3');
  expect(() => activation('elu', null as never)).toThrow('"options" expected an object, got null');
  for (const name of ['hasOwnProperty', 'constructor'])
    expect(() => activation('lrelu', { [name]: 1 })).toThrow(`"${name}" is not an option`);
});
