// Finds out which kind of container a value is. Tensors, which know the memory of the module, are recognised in tensor.ts.

import { isObject, wrongType } from '../errors.js';
import { elementType, type NumberArray, tag } from '../typed.js';
import { elementAt } from './element.js';
import { readPlain, readTyped } from './flat.js';
import { readNested } from './nested.js';
import { readNumber } from './number.js';
import type { Operand } from './operand.js';
import { readStrided } from './strided.js';

/**
 * Reads `value`, but not yet the elements of plain arrays. `shape` is `options.shape`, for flat arrays; `says` names what is
 * expected.
 */
export function read(to: Operand, label: string, value: unknown, shape: unknown, says: string): void {
  to.label = label;
  const name = tag(value);
  if (name !== undefined) {
    if (elementType(name) !== undefined) return readTyped(to, value as NumberArray, name, shape);
  } else if (Array.isArray(value)) {
    const first: unknown = value.length > 0 ? elementAt(value, 0) : undefined;
    return typeof first === 'object' && first !== null ? readNested(to, value, first, shape) : readPlain(to, value, first, shape);
  } else if (typeof value === 'number') {
    return readNumber(to, value, shape);
  } else if (isObject(value) && readStrided(to, value, shape)) {
    return;
  }
  wrongType('ERR_DTYPE', label, says, value);
}
