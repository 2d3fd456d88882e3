// Computes the digests, one after the other.

import { DIGESTS, digest } from '../digest';

export type Request = null;
/** One digest is done. */
export interface Progress {
  readonly name: string;
  readonly digest: string;
}
export type Result = null;

export function run(_: Request, report: (progress: Progress) => void): Result {
  for (const name of DIGESTS) report({ name, digest: digest(name) });
  return null;
}
