// How somebody might draw the ten digits: strokes over the unit square, y downwards. For the tests of the page.

type Stroke = readonly (readonly [x: number, y: number])[];

/** Part of an ellipse, from one angle to another, in turns: 0 is right, 0.25 down. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Stroke {
  const steps = 24;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = 2 * Math.PI * (from + ((to - from) * step) / steps);
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)] as const;
  });
}

export const DRAWN_DIGITS: readonly (readonly Stroke[])[] = [
  [arc(0.5, 0.5, 0.2, 0.33, -0.25, 0.75)],
  [
    [
      [0.4, 0.3],
      [0.52, 0.18],
      [0.52, 0.82],
    ],
  ],
  [[...arc(0.5, 0.33, 0.18, 0.16, 0.55, 1.08), [0.32, 0.82], [0.7, 0.82]]],
  [arc(0.48, 0.33, 0.17, 0.15, 0.6, 1.25), arc(0.48, 0.65, 0.2, 0.17, -0.25, 0.42)],
  [
    [
      [0.5, 0.16],
      [0.3, 0.58],
      [0.72, 0.58],
    ],
    [
      [0.62, 0.4],
      [0.56, 0.86],
    ],
  ],
  [[[0.68, 0.18], [0.38, 0.18], [0.36, 0.45], ...arc(0.47, 0.62, 0.2, 0.19, -0.2, 0.4)]],
  [[[0.58, 0.15], [0.4, 0.4], ...arc(0.5, 0.66, 0.17, 0.18, 0.5, 1.5)]],
  [
    [
      [0.3, 0.2],
      [0.7, 0.2],
      [0.45, 0.82],
    ],
    [
      [0.38, 0.52],
      [0.66, 0.52],
    ],
  ],
  [[...arc(0.5, 0.33, 0.15, 0.15, 0.25, -0.75)], [...arc(0.5, 0.66, 0.17, 0.17, -0.25, 0.75)]],
  [[...arc(0.5, 0.34, 0.16, 0.17, 0, -1), [0.64, 0.6], [0.5, 0.84]]],
];
