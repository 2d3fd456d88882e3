// A number: a container of one element and no dimension.

import { NUMBER, type Operand } from './operand.js';
import { noShape } from './shape.js';

export function readNumber(to: Operand, value: number, shape: unknown): void {
  noShape(to.label, shape);
  to.kind = NUMBER;
  to.shape = to.ownShape;
  if (to.ownShape.length > 0) to.ownShape.length = 0;
  to.size = to.run = 1;
  to.plain = to.gaps = false;
  to.number = value;
}
