// The messages between a pool and its workers.

import type { Work } from '../prepared.js';
import { type FloatArray, isShared, type NumberArray } from '../typed.js';

/** Some slices of a call, with their arrays: those of the call itself on shared memory, otherwise copies. */
export interface Piece {
  readonly work: Work;
  readonly slices: number;
  readonly inputs: readonly NumberArray[];
  readonly outputs: readonly FloatArray[];
}

/** Sent to a worker: the module and its parts, before anything else; or pieces. */
export type Request = { readonly modules: readonly WebAssembly.Module[] } | { readonly pieces: readonly Piece[] };

/**
 * Sent by a worker: that it is running; the pieces it was sent, computed; or the error that one of them met. Answers come in the
 * order of the requests.
 */
export type Answer = { readonly ready: true } | { readonly pieces: readonly Piece[] } | { readonly error: Failure };

export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code: unknown;
}

/** The buffers that are not shared, each once: those that are transferred with a message. */
export function buffersOf(pieces: readonly Piece[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { inputs, outputs } of pieces) {
    for (const { buffer } of [...inputs, ...outputs]) if (!isShared(buffer)) buffers.add(buffer);
  }
  return [...buffers];
}
