// Replaces source.ts in the external entry: the wasm is a file beside this one, and `init()` fetches it. Bundlers recognise this
// form of address and copy the file. Node's fetch reads no files: see source.external.node.ts.

import type { Source } from './source-types.js';

export const source: Source = { load: async () => new URL('./nonlin_bg.wasm', import.meta.url) };
