// Digests of a million results each: the same inputs, made from bits, go through every function; all results are hashed. The tests
// of the package use the same checksums, computed by native Rust, so that the page, Node and Rust are held to one another.

import * as nonlin from 'nonlin';
import { checksum } from '../../test/checksum';
import { FUNCTIONS } from './functions';

/** Results in each digest, about: element-wise functions get one input more than that, softmax seven shapes of rows. */
export const RESULTS = 2 ** 20;

/** What there is a digest of, as the name that `checksum` knows. */
export const DIGESTS: readonly string[] = [
  ...[...FUNCTIONS.keys()].flatMap((name) => [`${name} value`, `${name} deriv`]),
  'softmax value',
];

export const digest = (name: string): string => checksum({ ...nonlin }, name);
