// The entry for many cores and for streams: re-exports, and nothing else.

export { createPool } from './parallel/pool.js';
export type {
  AsyncDisposeMethod,
  DerivOf,
  OptionsOf,
  Pool,
  PoolFunction,
  PoolOptions,
  Progress,
  RunOptions,
  Signal,
} from './parallel/types.js';
