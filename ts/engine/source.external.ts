// In place of source.ts for the external entry: the wasm is a file beside this one, and `init()` fetches it. Bundlers know this
// form of address and take the file along. Node's fetch reads no files: source.external.node.ts.

import type { Source } from './source-types.js';

export const source: Source = { load: async () => new URL('./nonlin_bg.wasm', import.meta.url) };
