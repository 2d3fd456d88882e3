// The part of this package that scripts/coverage.ts uses; it has no types of its own.
declare module '@bcoe/v8-coverage' {
  import type { Profiler } from 'node:inspector';

  export interface ProcessCov {
    readonly result: Profiler.ScriptCoverage[];
  }
  export function mergeProcessCovs(list: readonly ProcessCov[]): ProcessCov;
}
