// Where the wasm of the default entry comes from: hexadecimal text in the bundle. After gzip or brotli, this text is about as
// small as the compressed bytes would be, since whatever repeats among the bytes repeats among the digits. Entries without it are
// built with another file in place of this one (source.external.ts, source.workerd.ts).

import { base } from '../../build/wasm-parts.js';
import { fromHexadecimal } from './hexadecimal.js';
import type { Source } from './source-types.js';

export const source: Source = { bytes: () => fromHexadecimal(base), decode: fromHexadecimal };
