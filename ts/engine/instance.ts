// The one wasm instance. It is made on the first call from the bytes of the package, or earlier by `init` or `initSync`.
// source.ts says where the bytes come from; the build replaces that file for entries without inlined bytes.

import { describe, fail, isObject, wrongType } from '../errors.js';
import type { WasmBytes, WasmModule, WasmResponse, WasmSource } from '../types.js';
import { allNeeded, type Part } from './parts.js';
import { source as entry } from './source.js';
import type { Exports, Source } from './source-types.js';

/** Without a prototype, because properties of `Object.prototype` must never count. */
const source: Source = /* @__PURE__ */ Object.assign(/* @__PURE__ */ Object.create(null), entry);

let active: Exports | undefined;
let compiled: WebAssembly.Module | undefined;
/** What parts are linked to: all exports of the base and of the parts before them; undefined if the module is whole. */
let shared: WebAssembly.ModuleImports | undefined;
/** The parts that are linked to the instance. */
const linkedParts = /* @__PURE__ */ new Set<Part>();
/** Whether `source.exports` was thrown away; the host makes no second instance. */
let spent = false;

/** The exports of the instance, which is made if there is none. @internal */
export function instance(): Exports {
  return active ?? adopt(make());
}

/** Makes these the exports of the instance, with what its parts have been linked to. */
function adopt(made: Exports, share = shareOf(made)): Exports {
  linkedParts.clear();
  shared = share;
  active = made;
  return made;
}

/** Only a base exports its table. */
const shareOf = (made: Exports): WebAssembly.ModuleImports | undefined =>
  'table' in made ? Object.assign(Object.create(null), made) : undefined;

/** The exports, if an instance has been made. @internal */
export const current = (): Exports | undefined => active;

/** Throws the instance away: after a trap its state is unknown. The next call makes a new one. @internal */
export function discard(): void {
  spent ||= active !== undefined && active === source.exports;
  active = undefined;
}

function make(): Exports {
  if (compiled === undefined && source.exports && !spent) return source.exports;
  return exportsOf(instantiate((compiled ??= source.module ?? (source.bytes ? compile(source.bytes()) : notYet()))));
}

const decode = (text: string): Uint8Array<ArrayBuffer> => source.decode?.(text) ?? notYet();

/** Links parts to the instance, in their order, unless the module is whole. @internal */
export function link(parts: readonly Part[]): void {
  if (!shared) return;
  const missing = parts.filter((part) => !linkedParts.has(part));
  // Decoded together, because starting takes longer than decoding a small part.
  const cold = missing.filter(({ module }) => module === undefined);
  const bytes = cold.length > 0 ? decode(cold.map(({ text }) => text).join('')) : undefined;
  let at = 0;
  for (const part of missing) {
    if (bytes && part.module === undefined) part.module = compile(bytes.subarray(at, (at += part.text.length / 2)));
    if (part.module) linkModule(part.module);
    linkedParts.add(part);
  }
}

/** Links a compiled part to the instance. @internal */
export function linkModule(module: WebAssembly.Module): void {
  Object.assign(shared ?? foreign(), instantiate(module, shared).exports);
}

let modules: readonly WebAssembly.Module[] | undefined;

/**
 * The module and, if that is a base, all parts that functions of this program need, in order: for the workers of nonlin/parallel.
 * Undefined if the host keeps the module to itself.
 * @internal
 */
export function compiledModules(): readonly WebAssembly.Module[] | undefined {
  instance();
  if (compiled === undefined || modules?.[0] === compiled) return modules;
  link(allNeeded());
  return (modules = [compiled, ...allNeeded().flatMap(({ module }) => module ?? [])]);
}

function notYet(): never {
  const words = spent ? 'lost its WebAssembly instance in a failed call' : 'has no WebAssembly yet';
  return fail(Error, 'ERR_ENVIRONMENT', `nonlin ${words}: await init(${spent ? 'module' : ''}) before the next call`);
}

/**
 * Compiles the WebAssembly ahead of the first call, off the main thread. With the default entry it is needed only where the browser
 * refuses to compile during a call (pages in Chromium 91 to 114); elsewhere the first call does it. Harmless when repeated or late.
 *
 * @param source the module, in any of these forms, or a promise of one: a `WebAssembly.Module`; its bytes, as a typed array, a
 *   `DataView` or a (shared) array buffer; a `Response` with status 200 to 299; the address of the file, a string or a `URL`,
 *   which is fetched. By default, the module that comes with the package.
 * @throws `ERR_ENVIRONMENT` where WebAssembly, its SIMD or compiling are not available, or the address cannot be fetched;
 *   `ERR_OPTION` where the source is none of these, or not nonlin's module; `ERR_MEMORY` where there is not enough memory to start.
 * @example
 * ```ts
 * import { init, relu } from 'nonlin';
 * await init();
 * relu(-1); // → 0
 * ```
 */
export async function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void> {
  const given = await (source === undefined ? own() : source);
  if (source !== undefined && !isSource(given)) wrongSource(given);
  if (active || given === undefined) return;
  const module = await compileLater(given);
  const made = exportsOf(await instantiateLater(module));
  const share = shareOf(made);
  const parts = share ? allNeeded() : [];
  for (const part of parts) {
    part.module ??= await compileLater(decode(part.text));
    Object.assign(share ?? {}, (await instantiateLater(part.module, share)).exports);
  }
  // A call may have made the instance in the meantime.
  if (active) return;
  adopt(made, share);
  compiled = module;
  for (const part of parts) linkedParts.add(part);
}

/**
 * Makes the wasm instance now, from a module that you pass; harmless when repeated or late. On a page, Chromium 91 to 114 refuse
 * that: `await init(module)` works there.
 *
 * @param module a `WebAssembly.Module` of nonlin, or its bytes: a typed array, a `DataView`, a (shared) array buffer.
 * @throws `ERR_OPTION` for anything else, `ERR_ENVIRONMENT` where WebAssembly, its SIMD or compiling are not available,
 *   `ERR_MEMORY` where there is not enough memory to start.
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
export function initSync(module: WasmModule | WasmBytes): void {
  const given = isModule(module)
    ? module
    : isBytes(module)
      ? compile(bytesOf(module))
      : wrongSource(module, 'module', ' or its bytes');
  if (active) return;
  adopt(exportsOf(instantiate(given)));
  compiled = given;
}

/** The module that comes with the package, or a promise of it; undefined if there is nothing to compile. */
function own(): unknown {
  if (source.exports && !spent) return undefined;
  return compiled ?? source.module ?? source.bytes?.() ?? source.load?.() ?? notYet();
}

// ---- Compiling ----

function compile(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  checkHost();
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    return cannotCompile(error, bytes);
  }
}

async function compileLater(source: unknown): Promise<WebAssembly.Module> {
  if (isModule(source)) return source;
  const from = typeof source === 'string' || isAddress(source) ? await request(source) : source;
  const got = isResponse(from) ? await bodyOf(from) : from;
  if (!isBytes(got)) return wrongSource(got);
  const bytes = bytesOf(got);
  checkHost();
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    return cannotCompile(error, bytes);
  }
}

async function request(address: string | { readonly href: string }): Promise<unknown> {
  const { href } = typeof address === 'string' ? { href: address } : address;
  try {
    return await fetch(href);
  } catch (error) {
    const hint = href.startsWith('file:') ? ': in Node, pass the bytes of the file' : '';
    return fail(Error, 'ERR_ENVIRONMENT', `nonlin could not fetch ${href}${hint}`, error);
  }
}

async function bodyOf(response: WasmResponse): Promise<ArrayBuffer> {
  const { ok, status, url } = response;
  if (!ok) fail(RangeError, 'ERR_OPTION', `"source" expected a response with the wasm file, got status ${status} from ${url}`);
  try {
    return await response.arrayBuffer();
  } catch (error) {
    // The body has already been read, or the connection ended.
    return fail(
      RangeError,
      'ERR_OPTION',
      '"source" expected a response with the wasm file, got one whose body cannot be read',
      error,
    );
  }
}

function checkHost(): void {
  if (typeof WebAssembly !== 'object') unsupported('this host has no WebAssembly');
}

function unsupported(what: string): never {
  const needs = 'WebAssembly with SIMD (Node 20, Chrome 91, Firefox 90, Safari 16.4 or newer)';
  return fail(Error, 'ERR_ENVIRONMENT', `nonlin needs ${needs}: ${what}`);
}

/** The smallest module with vector instructions: (func (result v128) (i8x16.splat (i32.const 0))) and one more. */
const SIMD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];

/** Says why the bytes do not compile: a limit of the host, a policy, no SIMD, or the bytes themselves. */
function cannotCompile(error: unknown, bytes: Uint8Array<ArrayBuffer>): never {
  checkLimits(error);
  if (WebAssembly.validate(bytes)) return forbidden(error);
  const fault = faultOf(bytes);
  if (!fault && !WebAssembly.validate(Uint8Array.from(SIMD))) return unsupported('this host has no SIMD');
  return fail(RangeError, 'ERR_OPTION', `nonlin expected the bytes of nonlin_bg.wasm, got ${fault ?? damaged(bytes)}`, error);
}

/** What the bytes are if they do not begin like a wasm file. */
function faultOf(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0 && b === 97 && c === 115 && d === 109) return undefined;
  if (a === undefined) return 'no bytes';
  if (a === 31 && b === 139) return 'gzip-compressed ones: serve them with "Content-Encoding: gzip", or decompress them first';
  const text = String.fromCharCode(...bytes.subarray(0, 40));
  return /^[\t\n\r -~]+$/.test(text) ? `text that begins with ${describe(text.trim())}` : 'something else';
}

const damaged = (bytes: Uint8Array): string => `${bytes.length} bytes that are incomplete or damaged`;

// ---- Instantiating ----

/** A part imports what is in `share`; without that, the module is the whole or the base, which imports nothing. */
function instantiate(module: WebAssembly.Module, share?: WebAssembly.ModuleImports): WebAssembly.Instance {
  if (!share) checkImports(module);
  try {
    return share ? new WebAssembly.Instance(module, { '': share }) : new WebAssembly.Instance(module);
  } catch (error) {
    return cannotInstantiate(error);
  }
}

async function instantiateLater(module: WebAssembly.Module, share?: WebAssembly.ModuleImports): Promise<WebAssembly.Instance> {
  if (!share) checkImports(module);
  try {
    return await (share ? WebAssembly.instantiate(module, { '': share }) : WebAssembly.instantiate(module));
  } catch (error) {
    return cannotInstantiate(error);
  }
}

function checkImports(module: WebAssembly.Module): void {
  if (WebAssembly.Module.imports(module).length > 0) foreign();
}

function exportsOf({ exports }: WebAssembly.Instance): Exports {
  return exports['allocate'] && exports['memory'] ? (exports as unknown as Exports) : foreign();
}

function cannotInstantiate(error: unknown): never {
  checkLimits(error);
  return forbidden(error);
}

// ---- What the host says no to ----

/** For a valid module on a host that lacks nothing: the host forbids compiling. */
function forbidden(error: unknown): never {
  return fail(
    Error,
    'ERR_ENVIRONMENT',
    "nonlin is not allowed to compile WebAssembly here: the Content-Security-Policy needs 'wasm-unsafe-eval' in script-src",
    error,
  );
}

/** Reports errors of the host that are not about the module: compiling on the main thread, memory, a full stack. */
function checkLimits(error: unknown): void {
  // Recognised by name, because the error may come from another realm.
  const { name, message } = error as Error;
  if (name === 'RangeError' && /main thread/i.test(message)) {
    fail(
      Error,
      'ERR_ENVIRONMENT',
      'this browser does not compile WebAssembly during a call on a page: await init() once before the first call of nonlin',
      error,
    );
  }
  if (/memory/i.test(message)) {
    fail(
      RangeError,
      'ERR_MEMORY',
      'not enough memory, or not enough address space, to start WebAssembly: engines reserve several GiB of ' +
        'addresses, which a limit such as "ulimit -v" may forbid',
      error,
    );
  }
  if (name === 'RangeError') throw error;
}

// ---- What the caller gave ----

const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

const isModule = (value: unknown): value is WebAssembly.Module => kindOf(value) === 'WebAssembly.Module';

const isAddress = (value: unknown): value is { readonly href: string } =>
  isObject(value) && 'href' in value && typeof value.href === 'string';

const isResponse = (value: unknown): value is WasmResponse =>
  isObject(value) && 'arrayBuffer' in value && typeof value.arrayBuffer === 'function';

const isBytes = (value: unknown): value is WasmBytes =>
  ArrayBuffer.isView(value) || kindOf(value) === 'ArrayBuffer' || kindOf(value) === 'SharedArrayBuffer';

const isSource = (value: unknown): boolean =>
  isModule(value) || isBytes(value) || isResponse(value) || isAddress(value) || typeof value === 'string';

/** The bytes in a form that every host accepts: not shared, which compilers refuse. */
function bytesOf(given: WasmBytes): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(given) ? given : new Uint8Array(given);
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return kindOf(buffer) === 'SharedArrayBuffer' ? bytes.slice() : (bytes as Uint8Array<ArrayBuffer>);
}

const foreign = (): never => fail(TypeError, 'ERR_OPTION', '"module" expected the WebAssembly module of nonlin, got another one');

function wrongSource(got: unknown, label = 'source', others = ', its bytes, a Response or an address'): never {
  return wrongType('ERR_OPTION', label, `nonlin's wasm as a WebAssembly.Module${others}`, got);
}
