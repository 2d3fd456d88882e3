// Objects of several containers by name, such as `{ gates, c }`, which functions of more than one array accept and return.

import { Tensor } from '../containers/tensor.js';
import { fail, wrongType } from '../errors.js';
import { isNamed, readKeys } from '../keys.js';

/** The names of the parts in order; those from number `needed` on are optional. */
export interface PartNames {
  readonly names: readonly string[];
  readonly needed: number;
}

/** Names of parts; a ? marks optional ones, which come last. */
export const partNames = (...marked: readonly string[]): PartNames => ({
  names: marked.map((name) => name.replace('?', '')),
  needed: marked.filter((name) => !name.endsWith('?')).length,
});

const says = ({ names, needed }: PartNames): string =>
  `{ ${names.map((name, i) => (i < needed ? name : `${name}?`)).join(', ')} }`;

/**
 * The parts of an object in the order of their names, each read once. `options` are names of options that callers may have put
 * here by mistake.
 */
export function readParts(what: string, given: unknown, parts: PartNames, options?: readonly string[]): unknown[] {
  const { names, needed } = parts;
  if (!isNamed(given) || given instanceof Tensor) return wrongType('ERR_OPTION', what, says(parts), given);
  const found = readKeys(given, `a part of ${what}`, names, what, options);
  for (let i = 0; i < needed; i++) {
    if (found[i] === undefined) {
      fail(TypeError, 'ERR_OPTION', `"${what}" expected ${says(parts)}, got no "${names[i]}"`);
    }
  }
  return found;
}

/** Parts that come in an object, unless there is only one. */
export const partsOf = (what: string, given: unknown, parts: PartNames): unknown[] =>
  parts.names.length === 1 ? [given] : readParts(what, given, parts);
