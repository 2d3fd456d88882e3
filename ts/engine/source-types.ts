// What an entry has of the module, and what the module exports.

import type { InitOutput } from '../../build/pkg/nonlin.js';

/** What the wasm module exports: functions over numbers, and its memory. @internal */
export type Exports = Omit<InitOutput, `__${string}`>;

/** What an entry has of the module: one of these. @internal */
export interface Source {
  /** Makes the bytes. */
  readonly bytes?: () => Uint8Array<ArrayBuffer>;
  /** Makes those of a part. */
  readonly decode?: (text: string) => Uint8Array<ArrayBuffer>;
  /** The module, compiled by the host. */
  readonly module?: WebAssembly.Module;
  /** The exports of an instance that the host has made. */
  readonly exports?: Exports;
  /** Finds what `init()` compiles; no call works before that. */
  readonly load?: () => Promise<unknown>;
}
