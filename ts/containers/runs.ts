// Strided elements as runs. A run holds the elements along the last axis, a constant step apart, and begins where the strides of
// the other axes put it. Runs are as few and as long as possible, since each costs as much as several elements.

/** The lengths of the axes, the distance between neighbours along each, and the index of the first element. */
export interface Runs {
  readonly lengths: readonly number[];
  readonly strides: readonly number[];
  readonly start: number;
}

/**
 * Fills `lengths` and `steps` with a shape and its strides, leaving out axes of length 1 and merging neighbouring axes that
 * continue at the same step. `steps` may be the array of strides itself.
 */
export function mergeAxes(shape: readonly number[], strides: readonly number[], lengths: number[], steps: number[]): void {
  let count = 0;
  for (let i = 0; i < shape.length; i++) {
    const length = shape[i] as number;
    const step = strides[i] as number;
    if (length === 1) continue;
    if (count > 0 && steps[count - 1] === length * step) (lengths[count - 1] as number) *= length;
    else lengths[count++] = length;
    steps[count - 1] = step;
  }
  if (count === 0) {
    lengths[0] = steps[0] = 1;
    count = 1;
  }
  // Not emptied and refilled, which would allocate.
  if (lengths.length > count) lengths.length = count;
  if (steps.length > count) steps.length = count;
}

/** The runs of a shape with strides. */
export function runsOf(shape: readonly number[], strides: readonly number[]): Runs {
  const lengths: number[] = [];
  const steps: number[] = [];
  mergeAxes(shape, strides, lengths, steps);
  return { lengths, strides: steps, start: 0 };
}

/** The index at which run number `row` begins: its indices along all axes but the last, times their strides. */
export function runStart({ lengths, strides, start }: Runs, row: number): number {
  let at = start;
  let rest = row;
  for (let i = lengths.length - 2; i > 0; i--) {
    const count = lengths[i] as number;
    const outer = Math.floor(rest / count);
    at += (rest - outer * count) * (strides[i] as number);
    rest = outer;
  }
  return lengths.length > 1 ? at + rest * (strides[0] as number) : at;
}
