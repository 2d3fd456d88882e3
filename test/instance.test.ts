// The wasm instance under each kind of source that an entry can have, and after it was thrown away.

import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Exports, Source } from '../ts/engine/source-types.js';
import { path } from './support/files.js';

const bytes = (): Uint8Array<ArrayBuffer> => Uint8Array.from(readFileSync(path('dist', 'nonlin_bg.wasm')));
const made = (): Exports => new WebAssembly.Instance(new WebAssembly.Module(bytes())).exports as unknown as Exports;

/** engine/instance.ts as the entry with this source has it. */
async function engineWith(source: Source) {
  vi.doMock('../ts/engine/source.js', () => ({ source }));
  return import('../ts/engine/instance.js');
}

beforeEach(() => {
  vi.resetModules();
});

test('bytes: made at the first call and once; thrown away, the next call makes another from the same module', async () => {
  const source = { bytes: vi.fn(bytes) };
  const { current, discard, init, instance } = await engineWith(source);
  expect(current()).toBeUndefined();
  const first = instance();
  expect(instance()).toBe(first);
  expect(current()).toBe(first);
  await init();
  expect(instance()).toBe(first);
  discard();
  expect(current()).toBeUndefined();
  expect(instance()).not.toBe(first);
  discard();
  await init();
  expect(current()).toBeDefined();
  expect(source.bytes).toHaveBeenCalledTimes(1);
});

test('a module of the host: no bytes are compiled', async () => {
  const { init, instance } = await engineWith({ module: new WebAssembly.Module(bytes()) });
  const compile = vi.spyOn(WebAssembly, 'compile');
  await init();
  expect(instance().allocate(1)).toBeGreaterThan(0);
  expect(compile).not.toHaveBeenCalled();
  compile.mockRestore();
});

describe('exports of the host', () => {
  test('are the instance, with init() and without', async () => {
    const exports = made();
    const { init, instance } = await engineWith({ exports });
    await init();
    expect(instance()).toBe(exports);
  });

  test('are not used again once they were thrown away: the host has no others, so init needs the module', async () => {
    const exports = made();
    const { discard, init, instance } = await engineWith({ exports });
    instance();
    discard();
    const refused = expect.objectContaining({ code: 'ERR_ENVIRONMENT', message: expect.stringContaining('await init(module)') });
    expect(instance).toThrow(refused);
    await expect(init()).rejects.toEqual(refused);
    await init(bytes());
    expect(instance()).not.toBe(exports);
    discard();
    expect(instance().allocate(1)).toBeGreaterThan(0);
  });
});

test('a file to load: calls wait for init(); thrown away, the instance is made again from the same module', async () => {
  const source = { load: vi.fn(async () => new Response(bytes())) };
  const { discard, init, instance } = await engineWith(source);
  expect(instance).toThrow(
    expect.objectContaining({ code: 'ERR_ENVIRONMENT', message: expect.stringContaining('await init()') }),
  );
  await Promise.all([init(), init()]);
  const first = instance();
  discard();
  expect(instance()).not.toBe(first);
  await init();
  expect(source.load).toHaveBeenCalledTimes(2);
});

test('a call made while init() compiles keeps its instance', async () => {
  const { init, instance } = await engineWith({ bytes });
  const ahead = init();
  const first = instance();
  await ahead;
  expect(instance()).toBe(first);
});

test('a response that is an error is refused with its status', async () => {
  const { init } = await engineWith({ bytes });
  await expect(init(new Response('not found', { status: 404 }))).rejects.toEqual(
    expect.objectContaining({
      name: 'RangeError',
      code: 'ERR_OPTION',
      message: expect.stringMatching(/^"source" expected a response with the wasm file, got status 404 from /),
    }),
  );
  await init(new Response(bytes()));
});

test('a response that was read before is refused, with the reason', async () => {
  const { init } = await engineWith({ bytes });
  const response = new Response(bytes());
  await response.arrayBuffer();
  await expect(init(response)).rejects.toEqual(
    expect.objectContaining({
      name: 'RangeError',
      code: 'ERR_OPTION',
      message: '"source" expected a response with the wasm file, got one whose body cannot be read',
      cause: expect.any(TypeError),
    }),
  );
});

test('the address of a file, which Node does not fetch, is refused with what to pass', async () => {
  const { init } = await engineWith({ bytes });
  await expect(init(new URL('file:///nonlin_bg.wasm'))).rejects.toEqual(
    expect.objectContaining({
      code: 'ERR_ENVIRONMENT',
      message: 'nonlin could not fetch file:///nonlin_bg.wasm: in Node, pass the bytes of the file',
    }),
  );
});

test('what is no source is refused, before the first call and after it', async () => {
  const { init, instance } = await engineWith({ bytes });
  for (const when of ['before', 'after']) {
    for (const wrong of [3, null, {}, Promise.resolve(undefined)])
      await expect(init(wrong as never), when).rejects.toEqual(
        expect.objectContaining({
          name: 'TypeError',
          code: 'ERR_OPTION',
          message: expect.stringMatching(/^"source" expected nonlin's wasm as/),
        }),
      );
    instance();
  }
});

test('what initSync does not take, it does not say that it takes', async () => {
  const { initSync } = await engineWith({ bytes });
  for (const wrong of [new Response(bytes()), 'nonlin_bg.wasm', Promise.resolve(bytes())])
    expect(() => initSync(wrong as never)).toThrow(
      /^"module" expected nonlin's wasm as a WebAssembly.Module or its bytes, got (a Response|a Promise|"nonlin_bg.wasm")$/,
    );
});

test('a host without WebAssembly: the first call and init() say so', async () => {
  const { init, instance } = await engineWith({ bytes });
  const refused = expect.objectContaining({
    code: 'ERR_ENVIRONMENT',
    message: expect.stringContaining('this host has no WebAssembly'),
  });
  vi.stubGlobal('WebAssembly', undefined);
  try {
    expect(instance).toThrow(refused);
    await expect(init()).rejects.toEqual(refused);
  } finally {
    vi.unstubAllGlobals();
  }
  expect(instance().allocate(1)).toBeGreaterThan(0);
});
