// Objects of several containers by name, as `{ gates, c }`, which functions of more than one array take and give.

import { Tensor } from '../containers/tensor.js';
import { fail, isObject, refuseName, wrongType } from '../errors.js';
import { hasOwn } from '../keys.js';
import { tag } from '../typed.js';

/** The names of parts in order; those from number `needed` on may be left out. */
export interface PartNames {
  readonly names: readonly string[];
  readonly needed: number;
}

/** Names of parts, where a ? marks those that may be left out, the last ones. */
export const partNames = (...marked: readonly string[]): PartNames => ({
  names: marked.map((name) => name.replace('?', '')),
  needed: marked.filter((name) => !name.endsWith('?')).length,
});

const says = ({ names, needed }: PartNames): string =>
  `{ ${names.map((name, i) => (i < needed ? name : `${name}?`)).join(', ')} }`;

/** The parts of an object in the order of their names, each read once. */
export function readParts(what: string, given: unknown, parts: PartNames): unknown[] {
  const { names, needed } = parts;
  if (!isObject(given) || Array.isArray(given) || tag(given) !== undefined || given instanceof Tensor) {
    return wrongType('ERR_OPTION', what, says(parts), given);
  }
  const found: unknown[] = names.map(() => undefined);
  for (const key in given) {
    if (!hasOwn.call(given, key)) continue;
    const at = names.indexOf(key);
    if (at < 0) refuseName(key, `a part of ${what}`, names);
    found[at] = (given as Record<string, unknown>)[key];
  }
  for (let i = 0; i < needed; i++) {
    if (found[i] === undefined) {
      fail(TypeError, 'ERR_OPTION', `"${what}" expected ${says(parts)}, got none of "${names[i]}"`);
    }
  }
  return found;
}

/** Parts of which one alone is not in an object. */
export const partsOf = (what: string, given: unknown, parts: PartNames): unknown[] =>
  parts.names.length === 1 ? [given] : readParts(what, given, parts);
