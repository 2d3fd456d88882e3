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

/** The groups of a function: `sigmoid`, or one for each value of its one hyperparameter, as `elu_0.5`. */
export function groupsOf(of: {
  name: string;
  defaults: object;
}): { reference: string; options: Readonly<Record<string, number>> }[] {
  const [key] = Object.keys(of.defaults);
  return Object.keys(manifest.groups).flatMap((reference) => {
    if (key === undefined) return reference === of.name ? [{ reference, options: {} }] : [];
    const [name, value] = reference.split('_');
    return name === of.name ? [{ reference, options: { [key]: Number(value) } }] : [];
  });
}

/** The softmax rows: logits, temperature, softmax and, where it is stored, the Jacobian. */
export function softmaxRows(): { x: Float64Array; temperature: number; softmax: Wanted; jacobian?: Wanted }[] {
  const { rows, file: name, residual_file } = manifest.softmax;
  const [values, residuals] = [doubles(file(name)), signedBytes(file(residual_file))];
  const part = (at: number, count: number): Wanted => ({
    values: values.slice(at, at + count),
    residuals: residuals.slice(at, at + count),
  });
  return rows.map(({ n, T, x, softmax, jacobian }) => ({
    x: values.slice(x, x + n),
    temperature: T,
    softmax: part(softmax, n),
    ...(jacobian === undefined ? {} : { jacobian: part(jacobian, n * n) }),
  }));
}

/** What a residual byte leaves open, in ULP. */
export const RESOLUTION = 0.002;

/** Error in ULP of `got` where the exact result is `value + residual / 254 * ulp(value)`. */
export function score(got: number, value: number, residual: number): number {
  if (!Number.isFinite(value) || !Number.isFinite(got)) return same(got, value) ? 0 : Number.POSITIVE_INFINITY;
  return Math.abs((got - value) / ulp(value) - residual / 254);
}
