// Replaces source.ts in the workers of nonlin/parallel: the pool sends them the compiled module.

import type { Source } from './source-types.js';

export const source: Source = {};
