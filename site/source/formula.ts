// Formulas as a visitor writes them: `x > 0 ? x : alpha * (Math.exp(x) - 1)`. jsep parses the text; only numbers, the names that
// are given, Math and arithmetic are let through, so that a formula that comes with a link can compute and nothing else.

import jsep from 'jsep';

/** A formula that cannot be understood; the message says why. */
export class FormulaError extends Error {}

export interface Formula {
  readonly text: string;
  /** Its value, written in the browser's own `Math`. */
  at(x: number, options: Readonly<Record<string, number | string>>): number;
  /** `out[i] = formula(x[i])` in one loop, which the browser compiles as it would one in a program. */
  loop(x: ArrayLike<number>, out: Float64Array, options: Readonly<Record<string, number | string>>): void;
}

const BINARY = new Set(['+', '-', '*', '/', '%', '**', '<', '>', '<=', '>=', '===', '!==', '==', '!=', '&&', '||']);
const UNARY = new Set(['+', '-', '!']);

/** Compiles `text`, a formula in x and in the hyperparameters called `names`. */
export function compile(text: string, names: readonly string[]): Formula {
  const code = written(parsed(text), new Set(['x', ...names]));
  const at = new Function('x', ...names, `'use strict'; return +(${code});`);
  const loop = new Function(
    'xs',
    'out',
    ...names,
    `'use strict'; for (let i = 0; i < out.length; i++) { const x = xs[i]; out[i] = ${code}; }`,
  );
  const values = (options: Readonly<Record<string, number | string>>) => names.map((name) => options[name]);
  return {
    text,
    at: (x, options) => at(x, ...values(options)),
    loop: (x, out, options) => loop(x, out, ...values(options)),
  };
}

function parsed(text: string): jsep.Expression {
  try {
    return jsep(text);
  } catch (error) {
    throw new FormulaError(error instanceof Error ? error.message : String(error));
  }
}

/** The code of a syntax tree, of the parts that are allowed. */
function written(node: jsep.baseTypes, names: ReadonlySet<string>): string {
  const write = (part: unknown) => written(part as jsep.baseTypes, names);
  const tree = node as jsep.CoreExpression;
  switch (tree.type) {
    case 'Literal':
      if (typeof tree.value === 'number') return String(tree.value);
      break;
    case 'Identifier':
      if (names.has(tree.name)) return tree.name;
      throw new FormulaError(`"${tree.name}" is unknown; there are ${[...names].join(', ')} and Math`);
    case 'UnaryExpression':
      // With a space, as --x would be something else.
      if (UNARY.has(tree.operator)) return `(${tree.operator} ${write(tree.argument)})`;
      break;
    case 'BinaryExpression':
      if (BINARY.has(tree.operator)) return `(${write(tree.left)} ${tree.operator} ${write(tree.right)})`;
      break;
    case 'ConditionalExpression':
      return `(${write(tree.test)} ? ${write(tree.consequent)} : ${write(tree.alternate)})`;
    case 'MemberExpression':
      return ofMath(tree);
    case 'CallExpression':
      return `${ofMath(tree.callee as jsep.CoreExpression)}(${tree.arguments.map(write).join(', ')})`;
    case 'Compound':
      throw new FormulaError(tree.body.length === 0 ? 'the formula is empty' : 'one expression is expected');
  }
  throw new FormulaError('only numbers, x, hyperparameters, arithmetic, comparisons, ? : and Math are understood');
}

/** `Math.exp`, `Math.PI`: a member of Math that is a number or a function of numbers. */
function ofMath(tree: jsep.CoreExpression): string {
  if (tree.type === 'MemberExpression' && !tree.computed) {
    const object = tree.object as jsep.CoreExpression;
    const property = tree.property as jsep.CoreExpression;
    if (object.type === 'Identifier' && object.name === 'Math' && property.type === 'Identifier') {
      if (Object.hasOwn(Math, property.name)) return `Math.${property.name}`;
      throw new FormulaError(`there is no Math.${property.name}`);
    }
  }
  throw new FormulaError('only functions of Math can be called');
}

/** How the activations and their derivatives are usually written; the first of each is the one the speed is compared with. */
export const USUAL: Readonly<Record<string, { readonly value: readonly string[]; readonly deriv: readonly string[] }>> = {
  identity: { value: ['x'], deriv: ['1'] },
  relu: { value: ['x > 0 ? x : 0', 'Math.max(x, 0)'], deriv: ['x > 0 ? 1 : 0'] },
  lrelu: { value: ['x > 0 ? x : alpha * x', 'Math.max(x, alpha * x)'], deriv: ['x > 0 ? 1 : alpha'] },
  elu: {
    value: ['x > 0 ? x : alpha * (Math.exp(x) - 1)', 'x > 0 ? x : alpha * Math.expm1(x)'],
    deriv: ['x > 0 ? 1 : alpha * Math.exp(x)', 'x > 0 ? 1 : alpha * (Math.exp(x) - 1) + alpha'],
  },
  sigmoid: {
    value: ['1 / (1 + Math.exp(-x))', 'Math.exp(x) / (1 + Math.exp(x))', '0.5 + 0.5 * Math.tanh(0.5 * x)'],
    deriv: [
      '1 / (1 + Math.exp(-x)) * (1 - 1 / (1 + Math.exp(-x)))',
      'Math.exp(-x) / (1 + Math.exp(-x)) ** 2',
      '0.25 - 0.25 * Math.tanh(0.5 * x) ** 2',
    ],
  },
  tanh: {
    value: ['Math.tanh(x)', '(Math.exp(x) - Math.exp(-x)) / (Math.exp(x) + Math.exp(-x))', '2 / (1 + Math.exp(-2 * x)) - 1'],
    deriv: ['1 - Math.tanh(x) ** 2', '1 / Math.cosh(x) ** 2'],
  },
  silu: {
    value: ['x / (1 + Math.exp(-beta * x))'],
    deriv: ['1 / (1 + Math.exp(-beta * x)) * (1 + beta * x * (1 - 1 / (1 + Math.exp(-beta * x))))'],
  },
  softplus: {
    value: ['Math.log(1 + Math.exp(beta * x)) / beta', 'Math.log1p(Math.exp(beta * x)) / beta'],
    deriv: ['1 / (1 + Math.exp(-beta * x))'],
  },
  logSigmoid: {
    value: ['-Math.log(1 + Math.exp(-x))', 'Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)))'],
    deriv: ['1 / (1 + Math.exp(x))'],
  },
  mish: {
    value: ['x * Math.tanh(Math.log(1 + Math.exp(x)))', 'x * Math.tanh(Math.log1p(Math.exp(x)))'],
    deriv: ['Math.tanh(Math.log1p(Math.exp(x))) + x / (1 + Math.exp(-x)) * (1 - Math.tanh(Math.log1p(Math.exp(x))) ** 2)'],
  },
  gelu: {
    value: ['0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))'],
    deriv: [
      '0.5 * (1 + Math.tanh(0.7978845608028654 * (x + 0.044715 * x ** 3))) + 0.5 * x * (1 - Math.tanh(0.7978845608028654 * (x + 0.044715 * x ** 3)) ** 2) * 0.7978845608028654 * (1 + 0.134145 * x ** 2)',
    ],
  },
  quickGelu: {
    value: ['x / (1 + Math.exp(-1.702 * x))'],
    deriv: ['1 / (1 + Math.exp(-1.702 * x)) * (1 + 1.702 * x * (1 - 1 / (1 + Math.exp(-1.702 * x))))'],
  },
  softsign: { value: ['x / (1 + Math.abs(x))'], deriv: ['1 / (1 + Math.abs(x)) ** 2'] },
  tanhShrink: { value: ['x - Math.tanh(x)'], deriv: ['Math.tanh(x) ** 2'] },
};
