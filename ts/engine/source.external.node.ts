// Replaces source.external.ts under the condition "node": the file is read. It is an entry of its own because bundlers for
// browsers refuse imports of Node's modules, some of them even if the name is not a constant.

import { readFile } from 'node:fs/promises';
import type { Source } from './source-types.js';

export const source: Source = {
  load: async () => {
    const url = new URL('./nonlin_bg.wasm', import.meta.url);
    return url.protocol === 'file:' ? readFile(url) : url;
  },
};
