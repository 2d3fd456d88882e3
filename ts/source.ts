// Where the default entry's wasm comes from: text in the bundle, from scripts/pack.mjs.
// The entries without it are built with another file in this one's place (source.external.ts, source.workerd.ts).

import { packed } from '../build/packed.js';
import { unpack } from './unpack.js';

/** The module, or what gives its bytes; undefined where `init` has to be awaited first. */
export const inlined: WebAssembly.Module | (() => BufferSource) | undefined = () => unpack(packed);

/** Finds what `init()` compiles where nothing is inlined. */
export const load = (): unknown => undefined;
