// Elements that lie at strides, as runs: those of the last axis, one step apart, begin where the steps of the other axes say. As
// few and as long as they can be, since each run costs as much as several elements.

/** The lengths of the axes, how far apart neighbours along each are, and where the first element is. */
export interface Runs {
  readonly lengths: readonly number[];
  readonly strides: readonly number[];
  readonly start: number;
}

/**
 * Fills `lengths` and `steps` with a shape and its strides without axes of length 1, and with one axis for those that go on at
 * one step. `steps` may be the strides themselves.
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
  // Not emptied and filled again, which would take new memory.
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

/** Where run number `row` begins: its indices in all axes but the last, times their strides. */
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
