// Where the default entry's wasm comes from: bytes inlined as hex, which gzip packs better than base64.
// The entries without inlined bytes are built with another file in this one's place (source.external.ts, source.workerd.ts).

import { bytes } from '../build/bytes.js';

/** The module, or its bytes as hex digits; undefined where `init` has to be awaited first. */
export const inlined: string | WebAssembly.Module | undefined = bytes;

/** Finds what `init()` compiles where nothing is inlined. */
export const load = (): unknown => undefined;
