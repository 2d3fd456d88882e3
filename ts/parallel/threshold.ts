// From how many elements on a call goes to the workers: docs/guides/parallel.md shows what was measured.

import type { Prepared } from '../prepared.js';

const SMALLEST = 131072;

/** Whether calls are worth sending; `minimum` is what the caller of `createPool` wants. */
export function isLarge(calls: readonly Prepared[], minimum = SMALLEST): boolean {
  const size = calls.reduce((sum, call) => sum + call.size, 0);
  return size > 0 && size >= minimum;
}
