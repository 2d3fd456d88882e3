// The worst errors that `./build.sh accuracy` measured, for the doc comments in dist/: an editor shows them, and nobody copies
// them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Row {
  readonly function: string;
  readonly op: string;
  /** What it is called, and what its errors are counted in; where there is none, NAMES says it, and they are in ULP. */
  readonly title?: string;
  readonly unit?: string;
  /** None where a result is wrong altogether, which only exceptions are. */
  readonly worst: number | null;
  /** Why it is an exception from the limit. */
  readonly reason: string | null;
}

/** What the operations of docs/accuracy.json are called, of those that are in ULP for every function. */
const NAMES: Readonly<Record<string, string>> = {
  value: '',
  deriv: 'derivative ',
  deriv2: 'second derivative ',
  jacobian: 'Jacobian ',
  diagonal: 'its diagonal ',
};

/** What one of the operations of a function is called before its error; undefined for one that is not shown. */
function labelOf({ op, title }: Row): string | undefined {
  if (title === undefined) return NAMES[op];
  return title === 'f' ? '' : `${title} `;
}

/** The sentence for a function, or undefined where nothing was measured. */
function sentence(rows: readonly Row[], name: string): string | undefined {
  const own = rows.filter((row) => row.function === name);
  const parts = (unit: string): string[] => {
    const worst = new Map<string, [label: string, error: number]>();
    for (const row of own) {
      const label = labelOf(row);
      if (label === undefined || row.reason !== null || (row.unit ?? 'ULP') !== unit) continue;
      const error = Math.max(row.worst ?? Number.POSITIVE_INFINITY, worst.get(row.op)?.[1] ?? 0);
      worst.set(row.op, [label, error]);
    }
    // Rounded up: what is shown holds.
    return [...worst.values()].map(([label, error]) => `${label}${(Math.ceil(error * 1000) / 1000).toFixed(3)}`);
  };
  const [ulps, roundings] = [parts('ULP'), parts('roundings')];
  const all = [
    ...(ulps.length > 0 ? [`in ULP: ${ulps.join(', ')}`] : []),
    ...(roundings.length > 0 ? [`in roundings (2⁻⁵³ of the sum of the absolute terms): ${roundings.join(', ')}`] : []),
  ];
  if (all.length === 0) return undefined;
  const but = own.some(({ reason }) => reason !== null) ? ', with exceptions' : '';
  return `Worst error measured, ${all.join('; ')}${but}.`;
}

/** The results of both records in `docs`: of element-wise functions and softmax, and of all else. */
function measured(docs: string): Row[] {
  const read = (name: string) => (JSON.parse(readFileSync(join(docs, name), 'utf8')) as { results: Row[] }).results;
  return ['accuracy.json', 'accuracy-rows.json'].flatMap(read);
}

/** Declarations in which the comment of each function says its errors where it says where to find them. */
export function withWorstErrors(declarations: string, docs: string): string {
  const results = measured(docs);
  return declarations.replaceAll(
    /Worst error: (see docs\/accuracy\.md)\.((?:(?!\*\/)[\s\S])*\*\/\nexport declare const (\w+))/g,
    (whole, where: string, rest: string, name: string) => {
      const said = sentence(results, name);
      return said === undefined ? whole : `${said.slice(0, -1)}; ${where}.${rest}`;
    },
  );
}
