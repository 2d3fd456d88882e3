// A function and its derivative as marks of Observable Plot.

import * as Plot from '@observablehq/plot';
import { type Curve, sample } from './curves.js';

export interface CurveStyle {
  readonly from: number;
  readonly to: number;
  readonly first: string;
  readonly second: string;
  readonly axes: string;
  /** Whether "f" and "f′" stand at the ends of the curves. */
  readonly labels: boolean;
}

/** Both axes, f, and f′ dashed, each cut where it jumps. */
export function curveMarks(value: Curve, deriv: Curve, { from, to, first, second, axes, labels }: CurveStyle): Plot.Markish[] {
  const { x, pieces } = sample([value, deriv], from, to, 200);
  const looks = [
    { label: 'f', stroke: first, dashes: 'none' },
    { label: 'f′', stroke: second, dashes: '5 4' },
  ];
  return [
    Plot.ruleX([0], { stroke: axes }),
    Plot.ruleY([0], { stroke: axes }),
    ...looks.flatMap(({ label, stroke, dashes }, which) => {
      const parts = (pieces[which] ?? []).map((values) =>
        x.flatMap((at, index) => {
          const y = values[index] ?? null;
          return y === null ? [] : [{ x: at, y }];
        }),
      );
      const jumps = parts.slice(0, -1).flatMap((points) => points.slice(-1));
      return [
        ...parts.map((points) =>
          Plot.line(points, { x: 'x', y: 'y', stroke, strokeWidth: 2.5, strokeDasharray: dashes, clip: true }),
        ),
        Plot.dot(jumps, { x: 'x', y: 'y', r: 4, fill: stroke }),
        ...(labels
          ? [
              Plot.text(parts.flat().slice(-1), {
                x: 'x',
                y: 'y',
                text: () => label,
                textAnchor: 'start',
                dx: 7,
                fill: stroke,
                fontSize: 14,
                fontWeight: 600,
              }),
            ]
          : []),
      ];
    }),
  ];
}
