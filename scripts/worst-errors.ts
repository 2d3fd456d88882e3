// The worst errors that `./build.sh accuracy` measured, for the doc comments in dist/: an editor shows them, and nobody copies them.

import { readFileSync } from 'node:fs';

interface Row {
  readonly function: string;
  readonly op: string;
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

/** The sentence for a function, or undefined where nothing was measured. */
function sentence(rows: readonly Row[], name: string): string | undefined {
  const own = rows.filter((row) => row.function === name);
  const parts = Object.entries(NAMES).flatMap(([op, label]) => {
    const errors = own
      .filter((row) => row.op === op && row.reason === null)
      .map(({ worst }) => worst ?? Number.POSITIVE_INFINITY);
    // Rounded up: what is shown holds.
    return errors.length > 0 ? [`${label}${(Math.ceil(Math.max(...errors) * 1000) / 1000).toFixed(3)}`] : [];
  });
  if (parts.length === 0) return undefined;
  const but = own.some(({ reason }) => reason !== null) ? ', with exceptions' : '';
  return `Worst error measured, in ULP: ${parts.join(', ')}${but}.`;
}

/** Declarations in which the comment of each function says its errors where it says where to find them. */
export function withWorstErrors(declarations: string, file: string): string {
  const { results } = JSON.parse(readFileSync(file, 'utf8')) as { results: Row[] };
  return declarations.replaceAll(
    /Worst error: (see docs\/accuracy\.md)\.((?:(?!\*\/)[\s\S])*\*\/\nexport declare const (\w+))/g,
    (whole, where: string, rest: string, name: string) => {
      const said = sentence(results, name);
      return said === undefined ? whole : `${said.slice(0, -1)}; ${where}.${rest}`;
    },
  );
}
