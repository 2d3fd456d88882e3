// Flat arrays, typed or plain: one vector of U entries or, with `options.shape`, the elements of that shape.

import { describeShape, misfit } from '../errors.js';
import { type ElementType, elementType, lengthOf, type NumberArray, offsetOf, PLAIN } from '../typed.js';
import { ARRAY, type Operand, TYPED } from './operand.js';
import { readShape, sizeOf } from './shape.js';

export function readTyped(to: Operand, value: NumberArray, name: string, shape: unknown): void {
  const length = lengthOf(to.label, value);
  to.kind = TYPED;
  to.type = elementType(name) as ElementType;
  to.byteOffset = offsetOf(value);
  to.plain = false;
  flat(to, value, length, shape);
}

/** `first` is the first element of `value`. */
export function readPlain(to: Operand, value: unknown[], first: unknown, shape: unknown): void {
  to.first = first;
  to.kind = ARRAY;
  to.type = PLAIN;
  to.plain = true;
  flat(to, value, value.length, shape);
}

function flat(to: Operand, array: NumberArray | unknown[], length: number, shape: unknown): void {
  const { ownShape } = to;
  readFlatShape(ownShape, shape, length);
  to.shape = ownShape;
  to.array = array;
  to.size = to.run = to.length = length;
  to.start = 0;
  to.step = 1;
  to.gaps = false;
}

/** The shape of a flat array of `length` elements: that of `options.shape`, or one dimension. */
export function readFlatShape(to: number[], shape: unknown, length: number): void {
  if (shape === undefined) {
    // Not emptied and refilled, which would allocate.
    to[0] = length;
    if (to.length > 1) to.length = 1;
  } else {
    readShape('shape', '', shape, to);
    if (sizeOf(to) !== length) misfit('shape', `${length} elements`, describeShape(to));
  }
}
