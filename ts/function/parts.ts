// Objects of several containers by name, as `{ gates, c }`, which functions of more than one array take and give.

import { Tensor } from '../containers/tensor.js';
import { fail, isObject, refuseName, wrongType } from '../errors.js';
import { hasOwn } from '../keys.js';
import { tag } from '../typed.js';

export type Parts = Readonly<Record<string, unknown>>;

/** The name of a part without the ? of one that may be left out. */
export const bare = (name: string): string => name.replace('?', '');

/** Whether a key is the name of a part, the ? of one that may be left out not counted. */
function isPart(parts: readonly string[], key: string): boolean {
  for (const part of parts) if (part === key || (part.endsWith('?') && bare(part) === key)) return true;
  return false;
}

const says = (parts: readonly string[]): string => `{ ${parts.join(', ')} }`;

/** The parts of an object by name, each read once. */
export function readParts(what: string, given: unknown, parts: readonly string[]): Parts {
  if (!isObject(given) || Array.isArray(given) || tag(given) !== undefined || given instanceof Tensor) {
    return wrongType('ERR_OPTION', what, says(parts), given);
  }
  const found: Record<string, unknown> = {};
  for (const key in given) {
    if (!hasOwn.call(given, key)) continue;
    if (!isPart(parts, key)) refuseName(key, `a part of ${what}`, parts.map(bare));
    found[key] = (given as Parts)[key];
  }
  for (const name of parts) {
    if (found[name] === undefined && !name.endsWith('?')) {
      fail(TypeError, 'ERR_OPTION', `"${what}" expected ${says(parts)}, got none of "${name}"`);
    }
  }
  return found;
}

/** Parts of which one alone is not in an object. */
export const partsOf = (what: string, given: unknown, parts: readonly string[]): Parts =>
  parts.length === 1 ? { [parts[0] as string]: given } : readParts(what, given, parts);
