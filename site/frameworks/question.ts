// One question to all frameworks: a function, what is asked of it, and where. Numbers are text, as JSON has neither NaN nor ∞.

export interface Question {
  readonly title: string;
  readonly function: string;
  readonly operation: 'value' | 'deriv' | 'backward';
  readonly x: string | readonly string[];
  readonly dy?: readonly string[];
  readonly options?: Readonly<Record<string, number>>;
  /** Taken off the answer, where the digits of interest are behind it. */
  readonly minus?: number;
  /** Whether it is about a kink or a jump: docs/functions.md lists those. */
  readonly kink?: boolean;
}

/** The numbers of a question. */
export const numbersOf = (given: Question['x']): number | number[] =>
  typeof given === 'string' ? Number(given) : given.map(Number);

/** A number as answers are written. */
export const textOf = (value: number): string =>
  Number.isFinite(value)
    ? Object.is(value, -0)
      ? '-0'
      : String(Number(value.toPrecision(6)))
    : String(value).replace('Infinity', '∞');
