// In place of source.ts for the external entry: the wasm is a file beside this one, and `init()` gets it.

import type { Source } from './instance.js';

export const source: Source = { load };

async function load(): Promise<unknown> {
  const url = new URL('./nonlin_bg.wasm', import.meta.url);
  // Node's fetch reads no files; where there is no such module, fetch does.
  if (url.protocol === 'file:' && 'process' in globalThis) {
    // A name that is not a literal: bundlers for browsers would look for the module.
    const name = 'node:fs/promises';
    const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ name);
    return readFile(url);
  }
  return url;
}
