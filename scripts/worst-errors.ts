// Puts the worst errors that `./build.sh accuracy` measured into the doc comments in dist/: an editor shows them, and nobody has
// to copy them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Row {
  readonly function: string;
  readonly op: string;
  /** What it is called, and what its errors are counted in; where there is none, NAMES says it, and they are in ULP. */
  readonly title?: string;
  readonly unit?: string;
  /** Missing if a result is entirely wrong, which only exceptions may be. */
  readonly worst: number | null;
  /** Why it is an exception to the limit. */
  readonly reason: string | null;
}

/** The names of the operations in docs/accuracy.json whose errors are in ULP for every function. */
const NAMES: Readonly<Record<string, string>> = {
  value: '',
  deriv: 'derivative ',
  deriv2: 'second derivative ',
  jacobian: 'Jacobian ',
  diagonal: 'its diagonal ',
};

/** The name of an operation before its error; undefined if its error is not shown. */
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

/** The results of both records in `docs`: of element-wise functions and softmax, and of everything else. */
function measured(docs: string): Row[] {
  const read = (name: string) => (JSON.parse(readFileSync(join(docs, name), 'utf8')) as { results: Row[] }).results;
  return ['accuracy.json', 'accuracy-rows.json'].flatMap(read);
}

/** The declarations, with the errors in the comment of each function in place of the reference to them. */
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
