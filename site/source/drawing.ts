// A digit drawn by hand, made into what the network has learned: 8×8 counts from 0 to 16.
//
// The images of the data set were made from digits that fill 32 rows and are at most about 20 columns wide, in the middle of 32
// columns, drawn in black or white; each number counts the black ones of 4×4. So a drawing is kept as strokes, scaled to that
// size, and only then drawn with a pen as thick as those of the data set; how large it was drawn, and where, does not matter.

export interface Point {
  readonly x: number;
  readonly y: number;
}
export type Stroke = readonly Point[];

const SIDE = 32;
const CELL = 4;
const WIDEST = 20;
const PEN = 4.2;

/** The counts, row by row, as numbers from 0 to 1; undefined if nothing is drawn. */
export function pixelsOf(strokes: readonly Stroke[]): Float64Array | undefined {
  const points = strokes.flat();
  if (points.length === 0) return undefined;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser has no canvas to draw on');
  context.lineWidth = PEN;
  context.lineCap = context.lineJoin = 'round';
  trace(context, strokes.map(fitted(points)));
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  const counts = new Float64Array((SIDE / CELL) ** 2);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const isInk = data[4 * (y * SIDE + x) + 3] > 127;
      if (isInk) counts[Math.floor(y / CELL) * (SIDE / CELL) + Math.floor(x / CELL)] += 1 / CELL ** 2;
    }
  }
  return counts;
}

/** Draws the strokes; a single point becomes a dot. */
export function trace(context: CanvasRenderingContext2D, strokes: readonly Stroke[]): void {
  for (const [first, ...others] of strokes) {
    if (!first) continue;
    context.beginPath();
    context.moveTo(first.x, first.y);
    for (const { x, y } of others.length > 0 ? others : [first]) context.lineTo(x, y);
    context.stroke();
  }
}

/** Scales and moves a stroke so that all `points` fill the rows of the image, and at most its widest columns. */
function fitted(points: readonly Point[]): (stroke: Stroke) => Stroke {
  const [left, right, top, bottom] = [
    Math.min(...points.map(({ x }) => x)),
    Math.max(...points.map(({ x }) => x)),
    Math.min(...points.map(({ y }) => y)),
    Math.max(...points.map(({ y }) => y)),
  ];
  const [height, width] = [SIDE - PEN, WIDEST - PEN];
  // A line that lies flat is not blown up to the full height.
  const down = height / Math.max(bottom - top, (right - left) / 3, 1);
  const across = Math.min(down, width / Math.max(right - left, 1));
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  return (stroke) => stroke.map(({ x, y }) => ({ x: SIDE / 2 + across * (x - middle.x), y: SIDE / 2 + down * (y - middle.y) }));
}
