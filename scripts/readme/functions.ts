// The activations of the package, as README and docs/functions.md list them: from their documentation comments, and from the
// package itself.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as nonlin from 'nonlin';
import { isElementwise } from '../../site/source/elementwise.js';
import { type Documented, documentation } from '../documentation.js';
import { kinkTable } from './kinks.js';

/** A function with `defaults`: an activation, a loss or a cell. If it is element-wise, it returns a number for a number. */
export interface Activation {
  (x: unknown, options?: object): unknown;
  backward(dy: unknown, saved: object, options?: object): unknown;
  readonly name: string;
  readonly defaults: Readonly<Record<string, number | string>>;
}

export interface Listed {
  readonly activation: Activation;
  /** The names under which it is exported, its own first. */
  readonly names: readonly string[];
  readonly documented: Documented;
  /** Its comment's first sentence, cut where it gives a formula. */
  readonly title: string;
  readonly value: string;
  readonly derivative: string;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

export function isActivation(candidate: unknown): candidate is Activation {
  return typeof candidate === 'function' && 'defaults' in candidate;
}

/** Every activation once: those that take a number first, by name. */
export function listed(): Listed[] {
  const documented = documentation(join(root, 'ts/index.ts'));
  const exported = new Map<Activation, string[]>();
  for (const [name, value] of Object.entries<unknown>(nonlin)) {
    if (isActivation(value)) exported.set(value, [...(exported.get(value) ?? []), name]);
  }
  const all = [...exported].map(([activation, names]): Listed => {
    const ordered = [activation.name, ...names.filter((name) => name !== activation.name)];
    const comment = documented[activation.name];
    if (!comment) throw new Error(`${activation.name} is not exported under its own name`);
    return { activation, names: ordered, documented: comment, ...formulas(comment) };
  });
  const rank = ({ activation }: Listed) => (isElementwise(activation) ? 0 : 1);
  return all.sort((a, b) => rank(a) - rank(b) || a.activation.name.localeCompare(b.activation.name));
}

/** "The identity: f(x) = x; f′(x) = 1." in its three parts. */
function formulas({ text }: Documented): { title: string; value: string; derivative: string } {
  const summary = (text.split(/\n\s*\n/)[0] ?? '').replaceAll(/\s+/g, ' ').replace(/\.$/, '');
  const [, title = summary, formula = ''] = /^(.*?): (.*)$/.exec(summary) ?? [];
  const [value = '', derivative = ''] = formula.split(/; (.*)$/);
  return { title, value, derivative: derivative.replace(/^f′\(x\) = |^its /, '') };
}

/** `alpha` (0.3), alias `negativeSlope` */
function hyperparameters({ activation: { defaults }, documented: { settings } }: Listed): string {
  const named = Object.entries(defaults).map(
    ([name, value]) => `\`${name}\` (${value === 1 / 6 ? '1/6' : String(value).replace('-', '−')})`,
  );
  const aliases = settings.filter(({ name }) => !(name in defaults)).map(({ name }) => `alias \`${name}\``);
  return [...named, ...aliases].join(', ');
}

const namesOf = ({ names }: Listed): string => names.map((name) => `\`${name}\``).join(' = ');

/** README's kinds of functions, recognised by what they have: the first one that fits counts. */
const KINDS: readonly { readonly kind: string; readonly fits: (one: Listed) => boolean }[] = [
  { kind: 'element-wise, smooth', fits: ({ activation }) => isElementwise(activation) && !hasKink(activation.name) },
  { kind: 'element-wise, piecewise', fits: ({ activation }) => isElementwise(activation) },
  { kind: 'softmax and its family', fits: ({ activation }) => 'temperature' in activation.defaults && 'backward' in activation },
  { kind: 'gated units', fits: ({ activation }) => 'axis' in activation.defaults && !('deriv' in activation) },
  { kind: 'a slope for each channel', fits: ({ activation }) => 'axis' in activation.defaults && 'backward' in activation },
  { kind: 'recurrent cells', fits: ({ activation }) => 'backward' in activation },
  { kind: 'losses', fits: () => true },
];

const table = JSON.parse(readFileSync(join(root, 'test/functions.json'), 'utf8')) as { name: string; kinks?: unknown }[];
const hasKink = (name: string): boolean => table.find((row) => row.name === name)?.kinks !== undefined;

/** README's table: the functions of each kind. */
export function functionTable(all: readonly Listed[] = listed()): string {
  const rows = KINDS.map(({ kind }, at) => {
    const some = all.filter((one) => KINDS.findIndex(({ fits }) => fits(one)) === at);
    const [first = '', ...others] = new Set(some.map(hyperparameters));
    const cells = some.map((one) => {
      const options = others.length > 0 ? hyperparameters(one) : '';
      return `[${namesOf(one)}](docs/functions.md#${one.names.join('-').toLowerCase()})${options && ` ${options}`}`;
    });
    return `| ${kind} | ${cells.join(' · ')}${others.length === 0 && first !== '' ? ` · ${some.length > 1 ? 'each ' : ''}with ${first}` : ''} |`;
  });
  return ['| kind | functions, with their options (defaults) |', '|---|---|', ...rows].join('\n');
}

/** docs/functions.md: the text of each comment, without errors and examples, which are on the page of each function. */
export function functionPage(all: readonly Listed[] = listed()): string {
  const sections = all.map((one) => {
    const [, ...details] = one.documented.text.split(/\n\s*\n/);
    const lines = details.join('\n\n').split(/\n(?=(?:Special values[^:]*|Source|Worst error[^:]*): )/);
    return [
      `## ${one.names.join(', ')}`,
      `${one.title}.`,
      ...(one.value ? [`- ${one.value}`] : []),
      ...(one.derivative ? [`- f′(x) = ${one.derivative}`.replace(/^- f′\(x\) = Jacobian/, '- Jacobian:')] : []),
      ...(hyperparameters(one) ? [`- Options: ${hyperparameters(one)}`] : []),
      '',
      ...lines
        .filter((line) => !line.startsWith('Worst error: see docs/accuracy.md'))
        .map((line) => line.replace(/^(Special values[^:]*|Source): /, '**$1.** ')),
    ];
  });
  return `# Functions

Written by \`npx tsx scripts/readme.ts\` from the documentation comments in the sources; do not edit this file.

${sections.map((lines) => lines.join('\n')).join('\n\n')}

## Kinks

At a kink or a jump, f and its derivatives take the value of the branch to the left, x ≤ the kink. Other libraries differ from nonlin here, and also from one another.
\`./build.sh site --frameworks\` recorded their answers; a dash means that the library has no such function.

${kinkTable()}

## What is left out

- \`RReLU\`, dropout and Gumbel-softmax need random numbers. In evaluation mode, RReLU is \`lrelu\` with the mean of its bounds as the slope, 11/48 in PyTorch.
- \`MultiheadAttention\`, \`AdaptiveLogSoftmaxWithLoss\` and other layers have weight matrices.
- Softplus and log-sigmoid with a threshold, beyond which they become a line, are not needed: \`softplus\` and \`logSigmoid\` keep their digits everywhere.
- \`Hardmax\` and one-hot have derivative 0 wherever they have a derivative.
- \`gelu_10\` of Hugging Face is gelu clipped at ±10: \`hardTanh(gelu(x), { min: -10, max: 10 })\`.
- \`laplace\` of Hugging Face is the distribution function of a normal distribution, \`0.5 * (1 + erf((x - 0.707107) / (0.282095 * Math.SQRT2)))\`; \`xielu\` has learned weights.
- \`log\`, \`exp\` (Keras's \`exponential\`), \`sin\` and other functions of \`Math\`, JAX's \`log1mexp\`, and \`Affine\` and \`ScaledTanh\` of ONNX's cells are not activations, or are one multiplication away from one.
- \`standardize\` and \`logmeanexp\` of JAX: the first normalises, and the second is \`logSumExp(x)\` minus the logarithm of the row length.

## Names

The names by which \`activation\` finds each function. It ignores capitals, hyphens, underscores and spaces. \`activations()\` also lists two-word names with an underscore.

${nameTable(all)}
`;
}

function nameTable(all: readonly Listed[]): string {
  const rows = all.flatMap(({ activation }) => {
    const names = spellings().filter((name) => nonlin.activation(name).name === activation.name);
    return names.length > 0 ? [`| \`${activation.name}\` | ${names.map((name) => `\`${name}\``).join(', ')} |`] : [];
  });
  return ['| function | names |', '|---|---|', ...rows].join('\n');
}

/** Each name once: as this package writes it, or with the underscores that other libraries use. */
function spellings(): string[] {
  const found = new Map<string, string>();
  for (const name of nonlin.activations()) {
    const bare = name.replaceAll('_', '').toLowerCase();
    if (!found.has(bare) || /[A-Z]/.test(name)) found.set(bare, name);
  }
  return [...found.values()].sort();
}
