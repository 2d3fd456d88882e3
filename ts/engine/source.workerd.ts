// Replaces source.ts on hosts where only modules compiled at deployment may run, above all Cloudflare Workers.
//
// There the wasm file is imported as a `WebAssembly.Module`, its default export. Bundlers that support the condition `workerd`
// differ: those that follow the standard make an instance whose exports become the imported names (Vite, webpack); with Nitro,
// the default export is a function that returns these exports. So the code inspects the namespace, and no import declaration uses
// a name that may not exist.

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
