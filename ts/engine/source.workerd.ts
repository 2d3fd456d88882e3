// In place of source.ts where only modules compiled at deployment may run, Cloudflare Workers above all.
//
// There the wasm file is imported as a `WebAssembly.Module`, its default export. Bundlers that are given the condition `workerd`
// differ: those that follow the standard make an instance, whose exports are then the imported ones (Vite, webpack); Nitro's
// default export is a function that returns them. So the namespace is looked into, and no import declaration says a name that may
// not be there.

import * as imported from './nonlin_bg.wasm';
import type { Exports, Source } from './source-types.js';

const isExports = (value: object): value is Exports => 'allocate' in value;

function read(namespace: { readonly default?: WebAssembly.Module | (() => object) }): Source {
  if (isExports(namespace)) return { exports: namespace };
  const given = namespace.default ?? namespace;
  const made = typeof given === 'function' ? given() : given;
  return isExports(made) ? { exports: made } : { module: made as WebAssembly.Module };
}

export const source: Source = /* @__PURE__ */ read(imported);
