// The reference values of test/reference, and an error in real ULP against one.

import { same, ulp } from './bits.js';
import { doubles, path, signedBytes, text } from './files.js';

interface Column {
  readonly name: string;
  readonly offset: number;
  readonly residual_offset?: number;
}

interface Manifest {
  readonly groups: Readonly<
    Record<string, { file: string; residual_file: string; count: number; columns: readonly Column[]; sha256: string }>
  >;
  /** Where a derivative crosses 0, by the name of its column. */
  readonly roots: Readonly<Record<string, number>>;
  readonly softmax: {
    readonly file: string;
    readonly residual_file: string;
    readonly sha256: string;
    readonly rows: readonly { n: number; T: number; x: number; softmax: number; log_softmax: number; jacobian?: number }[];
  };
}

export const manifest = JSON.parse(text('test', 'reference', 'manifest.json')) as Manifest;
export const file = (name: string): string => path('test', 'reference', name);

/** Rounded results and, a byte each, what the rounding left. */
export interface Wanted {
  readonly values: Float64Array;
  readonly residuals: Int8Array;
}

/** The inputs of a group, and its columns by name (`elu_1`, `elu_1_deriv`). */
export function group(name: string): { x: Float64Array; column(name: string): Wanted } {
  const entry = manifest.groups[name];
  if (!entry) throw new Error(`test/reference has no group ${name}`);
  const values = doubles(file(entry.file));
  const residuals = signedBytes(file(entry.residual_file));
  return {
    x: values.slice(0, entry.count),
    column(wanted) {
      const found = entry.columns.find((column) => column.name === wanted);
      if (found?.residual_offset === undefined) throw new Error(`test/reference/${entry.file} has no column ${wanted}`);
      return {
        values: values.slice(found.offset, found.offset + entry.count),
        residuals: residuals.slice(found.residual_offset, found.residual_offset + entry.count),
      };
    },
  };
}

/** The two forms of gelu, as reference values call them and as the package does. */
const FORMS: Readonly<Record<string, string>> = { erf: 'none', tanh: 'tanh' };

/** The groups of a function: `sigmoid`, with its defaults, or one for a value of its one hyperparameter, as `elu_0.5`. */
export function groupsOf(of: {
  name: string;
  defaults: object;
}): { reference: string; options: Readonly<Record<string, string | number>> }[] {
  const [key] = Object.keys(of.defaults);
  return Object.keys(manifest.groups).flatMap((reference) => {
    const [name, value] = reference.split('_');
    if (name !== of.name) return [];
    return [
      {
        reference,
        options: key === undefined || value === undefined ? { ...of.defaults } : { [key]: FORMS[value] ?? Number(value) },
      },
    ];
  });
}

/** The softmax rows: logits, temperature, softmax, its logarithm and, where it is stored, the Jacobian. */
export function softmaxRows(): {
  x: Float64Array;
  temperature: number;
  softmax: Wanted;
  logSoftmax: Wanted;
  jacobian?: Wanted;
}[] {
  const { rows, file: name, residual_file } = manifest.softmax;
  const [values, residuals] = [doubles(file(name)), signedBytes(file(residual_file))];
  const part = (at: number, count: number): Wanted => ({
    values: values.slice(at, at + count),
    residuals: residuals.slice(at, at + count),
  });
  return rows.map(({ n, T, x, softmax, log_softmax, jacobian }) => ({
    x: values.slice(x, x + n),
    temperature: T,
    softmax: part(softmax, n),
    logSoftmax: part(log_softmax, n),
    ...(jacobian === undefined ? {} : { jacobian: part(jacobian, n * n) }),
  }));
}

/** What a residual byte leaves open, in ULP. */
export const RESOLUTION = 0.002;

/** Next to a root of a derivative errors count in steps of 2^-54, which is so many ulp of this value. */
export function stepsNear(column: string, x: number, value: number): number {
  const root = manifest.roots[column];
  return root !== undefined && Math.abs(x - root) < 0.25 ? Math.max(1, 2 ** -54 / ulp(value)) : 1;
}

/** Error in ULP of `got` where the exact result is `value + residual / 254 * ulp(value)`. */
export function score(got: number, value: number, residual: number): number {
  if (!Number.isFinite(value) || !Number.isFinite(got)) return same(got, value) ? 0 : Number.POSITIVE_INFINITY;
  return Math.abs((got - value) / ulp(value) - residual / 254);
}
