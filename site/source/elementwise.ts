// What an element-wise function of the package is, and how to tell one from what else is exported.

/** The value, or a derivative: of a number, or of many. */
interface Call {
  (x: number, options?: object): number;
  (x: Float64Array, options?: object): Float64Array;
}

/** What every element-wise function of the package has. */
export interface Elementwise extends Call {
  readonly deriv: Call;
  readonly deriv2: Call;
  readonly name: string;
  readonly defaults: Readonly<Record<string, number | string>>;
}

/** Element-wise is what takes a number and gives one; softmax refuses a number, and losses want labels. */
export function isElementwise(candidate: unknown): candidate is Elementwise {
  if (typeof candidate !== 'function' || !('deriv' in candidate) || !('defaults' in candidate)) return false;
  try {
    return typeof candidate(0.5) === 'number';
  } catch {
    return false;
  }
}
