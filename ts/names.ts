// Activations by the names that other libraries and model files have for them.

import * as functions from './activations.js';
import { fail, refuseName, wrongType } from './errors.js';
import { logSoftmax, softmin, sparsemax } from './function/family.js';
import { softmax } from './function/softmax.js';
import type { ActivationFunction } from './function/types.js';
import { hasOwn, isNamed } from './keys.js';

/** A name as `plain` makes it. */
type Plain<Name extends string> = Name extends `${infer Head}${'-' | '_' | ' '}${infer Rest}`
  ? Plain<`${Head}${Rest}`>
  : Lowercase<Name>;

type Table = ReturnType<typeof table>;

/** The functions by their names as `plain` makes them. */
type ByName = { readonly [Name in keyof Table as Plain<Name>]: Table[Name] };

/** The type of the function of a name, where the name stands in the program; of any other that of all functions. */
export type ActivationOf<Name extends string> = Plain<Name> extends keyof ByName ? ByName[Plain<Name>] : ActivationFunction;

type Found = Table[keyof Table];

// Made on the first call, so that a page that does not look up names has none of this.
let known: Table | undefined;

/** Names without capitals, hyphens, underscores and blanks: what is left tells them apart. */
const plain = (name: string): string => name.toLowerCase().replace(/[-_ ]/g, '');

function table() {
  const geluTanh = functions.gelu.with({ approximate: 'tanh' });
  return {
    // Under their own names, which most libraries have too but for capitals and underscores. One by one: for the namespace as an
    // object the bundler adds a helper, which an extended Object.prototype breaks.
    celu: functions.celu,
    elu: functions.elu,
    gelu: functions.gelu,
    hardShrink: functions.hardShrink,
    hardSigmoid: functions.hardSigmoid,
    hardSwish: functions.hardSwish,
    hardTanh: functions.hardTanh,
    identity: functions.identity,
    logSigmoid: functions.logSigmoid,
    lrelu: functions.lrelu,
    mish: functions.mish,
    quickGelu: functions.quickGelu,
    relu: functions.relu,
    relu6: functions.relu6,
    reluSquared: functions.reluSquared,
    selu: functions.selu,
    shrink: functions.shrink,
    sigmoid: functions.sigmoid,
    silu: functions.silu,
    snake: functions.snake,
    softplus: functions.softplus,
    softShrink: functions.softShrink,
    softsign: functions.softsign,
    sparsePlus: functions.sparsePlus,
    squareplus: functions.squareplus,
    tanh: functions.tanh,
    tanhShrink: functions.tanhShrink,
    threshold: functions.threshold,
    thresholdedRelu: functions.thresholdedRelu,
    leakyRelu: functions.lrelu,
    swish: functions.silu,
    softmax,
    softmin,
    logSoftmax,
    sparsemax,
    // Keras and tfjs.
    linear: functions.identity,
    // PyTorch: over the channels of (N, C, H, W).
    softmax2d: softmax.with({ axis: -3 }),
    // SciPy and statistics.
    expit: functions.sigmoid,
    logistic: functions.sigmoid,
    // Hugging Face.
    gelu_python: functions.gelu,
    gelu_python_tanh: geluTanh,
    gelu_new: geluTanh,
    gelu_fast: geluTanh,
    gelu_accurate: geluTanh,
    gelu_pytorch_tanh: geluTanh,
    gelu_tanh: geluTanh,
    relu2: functions.reluSquared,
    // JAX.
    hard_silu: functions.hardSwish,
    sparse_sigmoid: functions.hardSigmoid.with({ alpha: 0.5 }),
  } as const;
}

/** Functions that are called in another way than those above, or whose results are not like x. */
const OTHERS: readonly string[] = ['glu', 'swiglu', 'geglu', 'reglu', 'prelu', 'logSumExp'];

/**
 * The activation with a name that PyTorch, Keras, ONNX, JAX, Hugging Face or EpyNN gives it. Case, hyphens, underscores and
 * blanks do not matter: `'leaky_relu'` is `'LeakyReLU'`. It knows the functions whose result is like x; gated units, `prelu` and
 * `logSumExp` have to be imported by name.
 *
 * Takes a name, and hyperparameters (default: those of this package), which become the defaults of the function, as with `.with`.
 * They, too, may have the names that other libraries use: `negative_slope`, `lambd`, `theta`, `min_val`, `max_val`, `dim`,
 * Keras's `threshold` of a shrink, the `alpha` of ONNX's Swish; `approximate` may be true or false; `inplace` is ignored. The
 * default slope of leaky ReLU differs: 0.3 here and in EpyNN, 0.01 in PyTorch and JAX, 0.2 in tfjs. Pass it explicitly for a
 * model made elsewhere. Hugging Face's `gelu_new`, `gelu_fast` and `gelu_pytorch_tanh` are `gelu` in its tanh form, which is
 * JAX's default. If the name is a literal in the program, the result has the type of that function, otherwise the type of any
 * function.
 *
 * @param name a name of `activations()`.
 * @param hyperparameters what the function's `.with` takes, in the spelling of this package or of another.
 * @throws `ERR_OPTION` for an unknown name, with a suggestion or what to import instead, and for hyperparameters that the
 *   function does not have.
 * @example
 * ```ts
 * import { activation } from 'nonlin';
 * activation('LeakyReLU', { alpha: 0.01 })([-1, 2]); // → [-0.01, 2]
 * activation('swish').name; // → 'silu'
 * ```
 */
export function activation<Name extends string>(name: Name, hyperparameters?: NamedHyperparameters): ActivationOf<Name>;
export function activation(name: string, hyperparameters?: NamedHyperparameters): unknown {
  if (typeof name !== 'string') wrongType('ERR_OPTION', 'name', 'the name of an activation', name);
  known ??= table();
  const wanted = plain(name);
  const [, found] = Object.entries<Found>(known).find(([one]) => plain(one) === wanted) ?? [];
  if (found === undefined) {
    const other = OTHERS.find((one) => plain(one) === wanted);
    if (other === undefined) return refuseName(name, 'a known activation', activations());
    fail(TypeError, 'ERR_OPTION', `"${name}" is not of the type that activation returns; import { ${other} } instead`);
  }
  return hyperparameters === undefined
    ? found
    : (found.with as (values: NamedHyperparameters) => unknown)(own(found, hyperparameters));
}

/** Hyperparameters by their names, here or in another library. */
export type NamedHyperparameters = Readonly<Record<string, number | string | boolean | readonly number[] | undefined>>;

const OF_A_SHRINK = { lambd: 'lambda', threshold: 'lambda' };
const OF_ROWS = { dim: 'axis' };

/** What other libraries call the hyperparameters of a function, and what they are here. */
const MEANT: Readonly<Record<string, Readonly<Record<string, string>> | undefined>> = {
  lrelu: { negative_slope: 'alpha' },
  // ONNX's Swish.
  silu: { alpha: 'beta' },
  hardTanh: { min_val: 'min', max_val: 'max' },
  thresholdedRelu: { theta: 'alpha' },
  hardShrink: OF_A_SHRINK,
  softShrink: OF_A_SHRINK,
  shrink: { lambd: 'lambda' },
  threshold: { default_value: 'value' },
  softmax: OF_ROWS,
  softmin: OF_ROWS,
  logSoftmax: OF_ROWS,
  sparsemax: OF_ROWS,
};

/** The same hyperparameters by the names that the function has for them. What it has no name for stays as it is, to be refused. */
function own({ name }: Found, given: NamedHyperparameters): NamedHyperparameters {
  // Refused as it is.
  if (!isNamed(given)) return given;
  const meant = hasOwn.call(MEANT, name) ? MEANT[name] : undefined;
  const entries = Object.entries(given).map(([key, value]) => {
    const known = meant && hasOwn.call(meant, key) ? meant[key] : undefined;
    if (known !== undefined && hasOwn.call(given, known)) {
      fail(TypeError, 'ERR_OPTION', `"${known}" and "${key}" are two names for one option: expected one of them, got both`);
    }
    const named = known ?? key;
    // JAX says of gelu whether it is approximate.
    return [named, named === 'approximate' && typeof value === 'boolean' ? (value ? 'tanh' : 'none') : value] as const;
  });
  return Object.fromEntries(entries.filter(([key]) => key !== 'inplace'));
}

/**
 * The names that `activation` knows, in alphabetical order; several may be one function. Names of two words are listed twice: as
 * this package writes them, and with an underscore.
 *
 * @example
 * ```ts
 * import { activations } from 'nonlin';
 * activations().includes('leaky_relu'); // → true
 * ```
 */
export function activations(): string[] {
  known ??= table();
  const names = Object.keys(known);
  const spaced = names.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  return [...new Set([...names, ...spaced])].sort();
}
