// The error of a formula in the browser's own `Math`, and of the package, along the axis. The truth is computed here, to 224 bits,
// by the definitions that the package's tests use.

import { errorInUlp, type Real, real } from '../../../test/support/exact';
import { rows } from '../../../test/table';
import { compile } from '../formula';
import { FUNCTIONS, type Options } from '../functions';

export type Operation = 'value' | 'deriv';

export interface Request {
  readonly name: string;
  readonly operation: Operation;
  readonly options: Options;
  readonly formula: string;
  readonly from: number;
  readonly to: number;
}

/** The largest error seen, and where. */
export interface Worst {
  readonly error: number;
  readonly x: number;
  readonly got: number;
}

export interface Result {
  /** The middle of each of the equal pieces the interval is cut into. */
  readonly x: Float64Array;
  /**
   * The larger error in ULP of the inputs tried in each piece; infinite where the formula gives NaN or an infinity instead of a
   * number.
   */
  readonly formula: Float64Array;
  readonly package: Float64Array;
  readonly worstFormula: Worst;
  readonly worstPackage: Worst;
}

const PIECES = 360;
/** Inputs in each piece: not its middle, whose few digits would flatter, but anywhere in it. */
const INPUTS = 3;

/** Whether the truth is known for this function. */
export const hasTruth = (name: string): boolean => rows.some((row) => row.name === name);

export function run({ name, operation, options, formula, from, to }: Request): Result {
  const row = rows.find((candidate) => candidate.name === name);
  const f = FUNCTIONS.get(name)?.f;
  if (!row || !f) throw new Error(`there is no reference for ${name}`);
  const { at } = row.definition({ ...f.defaults, ...options } as typeof row.defaults);
  const truth = (x: Real): Real => at(x)[operation === 'value' ? 0 : 1];
  const theirs = compile(formula, Object.keys(f.defaults));
  const ours = operation === 'value' ? f : f.deriv;

  const result = { x: new Float64Array(PIECES), formula: new Float64Array(PIECES), package: new Float64Array(PIECES) };
  const none: Worst = { error: 0, x: from, got: Number.NaN };
  let [worstFormula, worstPackage] = [none, none];
  let state = 1;
  const random = () => (state = (Math.imul(state, 48271) >>> 0) % 2147483647) / 2147483647;
  for (let piece = 0; piece < PIECES; piece++) {
    const width = (to - from) / PIECES;
    result.x[piece] = from + (piece + 0.5) * width;
    for (let input = 0; input < INPUTS; input++) {
      const x = from + (piece + random()) * width;
      const exact = truth(real(x));
      const measure = (got: number): Worst => ({ error: errorInUlp(got, exact), x, got });
      const [formulaHere, packageHere] = [measure(theirs.at(x, options)), measure(ours(x, options))];
      result.formula[piece] = Math.max(result.formula[piece], formulaHere.error);
      result.package[piece] = Math.max(result.package[piece], packageHere.error);
      if (formulaHere.error > worstFormula.error) worstFormula = formulaHere;
      if (packageHere.error > worstPackage.error) worstPackage = packageHere;
    }
  }
  return { ...result, worstFormula, worstPackage };
}
