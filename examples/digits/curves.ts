// Sampling a function for a plot: where it jumps, its line must not be drawn through the gap, and the jump has to be found first.

export type Curve = (x: number) => number;

/** The points of the plot, and each curve there in pieces, one more than it has jumps: null outside the piece, and where there is no value. */
export interface Samples {
  readonly x: readonly number[];
  readonly pieces: readonly (readonly (readonly (number | null)[])[])[];
}

/** A step between two neighbouring points that is this part of the curve's whole height is looked at closely. */
const SUSPICIOUS = 0.02;

/** At so many steps from one end to the other, and on either side of each jump. */
export function sample(curves: readonly Curve[], from: number, to: number, steps = 600): Samples {
  const even = Array.from({ length: steps + 1 }, (_, index) => from + ((to - from) * index) / steps);
  const jumps = curves.map((curve) => jumpsOf(curve, even));
  // Either side of each jump is a point, so that a piece ends and the next begins exactly there.
  const x = [...new Set([...even, ...jumps.flat(2)])].sort((a, b) => a - b);
  const pieces = curves.map((curve, which) => {
    const starts = [Number.NEGATIVE_INFINITY, ...(jumps[which] ?? []).map(([, right]) => right)];
    return starts.map((start, piece) => {
      const end = starts[piece + 1] ?? Number.POSITIVE_INFINITY;
      return x.map((at) => (at >= start && at < end ? finiteOrNull(curve(at)) : null));
    });
  });
  return { x, pieces };
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The neighbouring floats between which the curve jumps. */
function jumpsOf(curve: Curve, x: readonly number[]): [number, number][] {
  const points = x.map((at) => ({ at, y: curve(at) }));
  const finite = points.map(({ y }) => y).filter(Number.isFinite);
  const height = Math.max(...finite) - Math.min(...finite);
  return points.slice(1).flatMap((point, index): [number, number][] => {
    const before = points[index] ?? point;
    const step = Math.abs(point.y - before.y);
    if (!(step > SUSPICIOUS * height)) return [];
    const [left, right] = halved(curve, before.at, point.at);
    return Math.abs(curve(right) - curve(left)) > step / 2 ? [[left, right]] : [];
  });
}

/** Halves the interval, keeping the half with the larger step, until nothing lies between its ends. */
function halved(curve: Curve, from: number, to: number): readonly [number, number] {
  let [left, right] = [from, to];
  for (;;) {
    const middle = left + (right - left) / 2;
    if (!(left < middle && middle < right)) return [left, right];
    const inLeft = Math.abs(curve(middle) - curve(left)) >= Math.abs(curve(right) - curve(middle));
    if (inLeft) right = middle;
    else left = middle;
  }
}
