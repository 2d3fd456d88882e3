// The forms in which an entry has the module, and what the module exports.

import type { InitOutput } from '../../build/pkg/nonlin.js';

/** The exports of the wasm module: functions over numbers, and its memory. @internal */
export type Exports = Omit<InitOutput, `__${string}`>;

/** The form in which an entry has the module: one of these. @internal */
export interface Source {
  /** Makes the bytes. */
  readonly bytes?: () => Uint8Array<ArrayBuffer>;
  /** Makes the bytes of a part. */
  readonly decode?: (text: string) => Uint8Array<ArrayBuffer>;
  /** The module, already compiled by the host. */
  readonly module?: WebAssembly.Module;
  /** The exports of an instance that the host has made. */
  readonly exports?: Exports;
  /** Finds what `init()` compiles; without `init()`, no call works. */
  readonly load?: () => Promise<unknown>;
}
