// In place of source.ts where only modules compiled at deployment may run, Cloudflare Workers above all.
// There the wasm file is imported as a `WebAssembly.Module`, its default export; what follows the standard (bundlers that are given the
// condition `workerd`) makes an instance at once, and its exports are the module's own. Both are accepted, which is why the namespace is
// looked into when it is needed, not by the names of an import declaration.

import type { Exports, Source } from './instance.js';
import * as imported from './nonlin_bg.wasm';

const namespace: Readonly<Record<string, unknown>> = imported;

export const source: Source =
  'allocate' in namespace
    ? { exports: namespace as unknown as Exports }
    : { module: (namespace['default'] ?? namespace) as WebAssembly.Module };
