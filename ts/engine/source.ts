// Where the default entry's wasm comes from: hexadecimal text in the bundle. After gzip or brotli, text in this form is as small as
// the bytes' own compression allows, since what repeats among the bytes repeats among the digits.
// The entries without it are built with another file in this one's place (source.external.ts, source.workerd.ts).

import { base } from '../../build/wasm-parts.js';
import { fromHexadecimal } from './hexadecimal.js';
import type { Source } from './source-types.js';

export const source: Source = { bytes: () => fromHexadecimal(base), decode: fromHexadecimal };
