// In place of source.external.ts where the condition "node" holds: the file is read. An entry of its own, as bundlers for
// browsers refuse to look for modules of Node, some of them even where the name is no constant.

import { readFile } from 'node:fs/promises';
import type { Source } from './source-types.js';

export const source: Source = {
  load: async () => {
    const url = new URL('./nonlin_bg.wasm', import.meta.url);
    return url.protocol === 'file:' ? readFile(url) : url;
  },
};
