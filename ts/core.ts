// The one wasm instance: made on the first call from the bytes of the package, or earlier by `init` or `initSync`.
// Where the bytes come from is in source.ts, which the build replaces for the entries without inlined bytes.

// biome-ignore-all assist/source/organizeImports: the text of the wasm comes first in the bundle, which gzip packs better so

import { inlined, load } from './source.js';
import type { InitOutput } from '../build/pkg/nonlin.js';
import { fail, isObject, noMemory, wrongType } from './check.js';

/** What the wasm module exports: functions over numbers, and its memory. @internal */
export type Exports = InitOutput;

let exports: Exports | undefined;
let compiled: WebAssembly.Module | undefined;

/** The exports of the instance, which is made when there is none. @internal */
export function instance(): Exports {
  return (exports ??= instantiate((compiled ??= compile())));
}

/** The exports, where an instance has been made. @internal */
export const current = (): Exports | undefined => exports;

/** Throws the instance away: after a trap its state is not known. The next call makes a new one. @internal */
export function discard(): void {
  exports = undefined;
}

/**
 * Compiles the wasm module ahead of the first call. Never needed with the default entry, where the first call does it
 * (most of its time is unpacking: `node scripts/pack.mjs FILE` prints it); harmless when repeated or late.
 *
 * @param source the module: a `WebAssembly.Module`, its bytes, a `Response`, or a promise of one. Without it, the bytes that
 *   come with the package.
 * @throws `ERR_ENVIRONMENT` where wasm, its SIMD or compiling are not to be had; `ERR_OPTION` for another source.
 * @example
 * ```ts
 * import { init, relu } from 'nonlin';
 * await init();
 * relu(-1); // → 0
 * ```
 */
export async function init(source?: unknown): Promise<void> {
  const given = await (source === undefined ? own() : source);
  if (exports) return;
  const module = await compileLater(given);
  // Someone may have made a call meanwhile.
  if (!exports) {
    exports = instantiate(module);
    compiled = module;
  }
}

/**
 * Makes the instance now, from a module that the caller has compiled; harmless when repeated or late.
 *
 * @param module a `WebAssembly.Module` of nonlin, or its bytes.
 * @throws `ERR_OPTION` for anything else, `ERR_ENVIRONMENT` where wasm is not to be had.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { createRequire } from 'node:module';
 * import { initSync, relu } from 'nonlin';
 * const file = createRequire(import.meta.url).resolve('nonlin/nonlin_bg.wasm');
 * initSync(new WebAssembly.Module(readFileSync(file)));
 * relu(-1); // → 0
 * ```
 */
export function initSync(module: object): void {
  const given = isModule(module) ? module : isBytes(module) ? compileBytes(module) : wrongSource('module', module);
  if (exports) return;
  exports = instantiate(given);
  compiled = given;
}

/** What comes with the package, or a promise of it. */
const own = (): unknown => (typeof inlined === 'function' ? inlined() : (inlined ?? load()));

function compile(): WebAssembly.Module {
  if (inlined === undefined) {
    return fail(Error, 'ERR_ENVIRONMENT', 'nonlin has no wasm yet: await init() before the first call of this entry');
  }
  return typeof inlined === 'function' ? compileBytes(inlined()) : inlined;
}

async function compileLater(source: unknown): Promise<WebAssembly.Module> {
  let bytes = source;
  if (isModule(source)) return source;
  if (isObject(bytes) && 'arrayBuffer' in bytes && typeof bytes.arrayBuffer === 'function') {
    bytes = await bytes.arrayBuffer();
  }
  if (!isBytes(bytes)) return wrongSource('source', source);
  checkHost(bytes);
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    return cannotCompile(error);
  }
}

function compileBytes(bytes: BufferSource): WebAssembly.Module {
  checkHost(bytes);
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    return cannotCompile(error);
  }
}

function instantiate(module: WebAssembly.Module): Exports {
  const imports: Record<string, Record<string, () => void>> = {};
  // Only numbers cross the boundary: what wasm-bindgen may ask for is the start of a table that nothing uses.
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => undefined;
  }
  let made: Partial<Exports>;
  try {
    made = new WebAssembly.Instance(module, imports).exports as Partial<Exports>;
  } catch (error) {
    return cannotCompile(error);
  }
  if (!made.allocate || !made.memory) return wrongSource('module', 'another module');
  return made as Exports;
}

/** A host that lacks wasm or its SIMD says so here, not with a `CompileError`. */
function checkHost(bytes: BufferSource): void {
  const needs = 'WebAssembly with SIMD (Node 16.4, Chrome 91, Firefox 89, Safari 16.4 or newer)';
  if (typeof WebAssembly !== 'object') fail(Error, 'ERR_ENVIRONMENT', `nonlin needs ${needs}: this host has no WebAssembly`);
  if (!WebAssembly.validate(bytes)) fail(Error, 'ERR_ENVIRONMENT', `nonlin needs ${needs}: this host refuses the module`);
}

/** The module is valid: what remains is memory, a full stack, or a host that forbids compiling. */
function cannotCompile(error: unknown): never {
  if (error instanceof RangeError) {
    if (/memory/i.test(error.message)) return noMemory(2 ** 17);
    throw error;
  }
  return fail(
    Error,
    'ERR_ENVIRONMENT',
    "nonlin may not compile WebAssembly here: the Content-Security-Policy needs 'wasm-unsafe-eval' in script-src",
    error,
  );
}

const isModule = (value: unknown): value is WebAssembly.Module =>
  Object.prototype.toString.call(value) === '[object WebAssembly.Module]';

const isBytes = (value: unknown): value is BufferSource =>
  ArrayBuffer.isView(value) || /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(value));

function wrongSource(label: string, got: unknown): never {
  const says = "nonlin's wasm as a WebAssembly.Module or its bytes";
  return wrongType('ERR_OPTION', label, says, got);
}
