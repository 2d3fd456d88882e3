// The entry for many cores and for streams: re-exports, and nothing else.

export { createPool } from './parallel/pool.js';
export { activationStream } from './parallel/stream.js';
export type {
  AsyncDisposeMethod,
  CallOptionsOf,
  DerivOf,
  OptionsOf,
  Pool,
  Pooled,
  PoolFunction,
  PoolOptions,
  Progress,
  RunOptions,
  Signal,
  Streamed,
  StreamOptions,
} from './parallel/types.js';
