// The formulas of test/functions.json: read once, then computed over real numbers with their first two derivatives, or over plain
// numbers. The accuracy program (test/accuracy) reads the same file.
//
//   formula    = sum [("<" | ">" | "<=" | ">=") sum "?" formula ":" formula]
//   sum        = product {("+" | "-") product}
//   product    = signed {("*" | "/") signed}
//   signed     = "-" signed | number | name | name "(" formula ")" | "(" formula ")"

/** What a formula computes with. */
export interface Arithmetic<T> {
  number(value: number): T;
  neg(a: T): T;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  less(a: T, b: T): boolean;
  /** The function `name` at `a`. */
  call(name: string, a: T): T;
}

export type Variables<T> = Readonly<Record<string, T>>;

export type Formula = <T>(on: Arithmetic<T>, variables: Variables<T>) => T;

const OPERATIONS = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' } as const;

/** Reads a formula. */
export function parse(text: string): Formula {
  const words = text.match(/\d+(\.\d+)?(e[-+]?\d+)?|\w+|[<>]=?|\S/g) ?? [];
  let at = 0;
  const refuse = (): never => {
    throw new Error(`the formula "${text}" cannot be read at "${words.slice(at).join(' ')}"`);
  };
  const taken = (...expected: string[]): string | undefined => {
    const word = words[at];
    if (word === undefined || !expected.includes(word)) return undefined;
    at++;
    return word;
  };
  const need = (expected: string): string => taken(expected) ?? refuse();

  const formula = (): Formula => {
    const left = sum();
    const sign = taken('<', '>', '<=', '>=');
    if (sign === undefined) return left;
    const right = sum();
    need('?');
    const then = formula();
    need(':');
    const otherwise = formula();
    return (on, variables) => {
      const [a, b] = [left(on, variables), right(on, variables)];
      const holds = sign === '<' ? on.less(a, b) : sign === '>' ? on.less(b, a) : sign === '<=' ? !on.less(b, a) : !on.less(a, b);
      return (holds ? then : otherwise)(on, variables);
    };
  };

  const chain = (part: () => Formula, ...signs: (keyof typeof OPERATIONS)[]): Formula => {
    let left = part();
    for (let sign = taken(...signs); sign !== undefined; sign = taken(...signs)) {
      const [a, b, operation] = [left, part(), OPERATIONS[sign as keyof typeof OPERATIONS]];
      left = (on, variables) => on[operation](a(on, variables), b(on, variables));
    }
    return left;
  };
  const sum = (): Formula => chain(product, '+', '-');
  const product = (): Formula => chain(signed, '*', '/');

  const signed = (): Formula => {
    if (taken('-')) {
      const inner = signed();
      return (on, variables) => on.neg(inner(on, variables));
    }
    if (taken('(')) {
      const inner = formula();
      need(')');
      return inner;
    }
    const word = words[at] ?? refuse();
    if (!/^\w/.test(word)) return refuse();
    at++;
    if (/^\d/.test(word)) return (on) => on.number(Number(word));
    if (taken('(')) {
      const inner = formula();
      need(')');
      return (on, variables) => on.call(word, inner(on, variables));
    }
    return (_, variables) => variables[word] ?? refuse();
  };

  const whole = formula();
  if (at < words.length) refuse();
  return whole;
}

/** Plain numbers, for what is not measured. */
export const numbers: Arithmetic<number> = {
  number: (value) => value,
  neg: (a) => -a,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  less: (a, b) => a < b,
  call: (name) => {
    throw new Error(`${name} is not for plain numbers`);
  },
};
