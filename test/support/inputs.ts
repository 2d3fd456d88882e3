// The inputs that every elementwise function is measured on.

import type { Row } from '../table.js';
import { neighbour, Random, SPECIALS } from './bits.js';

/** Finite inputs: named points, neighbours of kinks, edges and table cells, even steps over bit patterns, seeded random ones. */
export function inputs(row: Row, { cells = true, random = 1500 } = {}): Float64Array {
  const points = new Set<number>();
  const around = (x: number, steps: number) => {
    for (let step = -steps; step <= steps; step++) points.add(neighbour(x, step));
  };
  for (const x of SPECIALS) points.add(x);
  for (const x of [...row.kinks, ...row.edges]) around(x, 3);
  if (cells) for (let k = -40 * 32; k <= 40 * 32; k++) around(k / 32, 1);
  for (let exponent = -1074; exponent <= 1023; exponent += 13) {
    points.add(2 ** exponent);
    points.add(-1.7 * 2 ** exponent);
  }
  const seeded = new Random(20);
  for (let i = 0; i < random; i++) {
    points.add(seeded.normal(3));
    points.add(seeded.uniform(-750, 750));
    points.add(seeded.magnitude(1e-308, 1e3));
    points.add(seeded.pattern());
  }
  return Float64Array.from([...points].filter(Number.isFinite));
}
