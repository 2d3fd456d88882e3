// Activations by the names that other libraries and model files have for them.

import * as functions from './activations.js';
import { fail, refuseName, wrongType } from './errors.js';
import { logSoftmax, softmin, sparsemax } from './function/family.js';
import { softmax } from './function/softmax.js';
import type { ActivationFunction, RowFunction } from './function/types.js';

type Named = Readonly<Record<string, ActivationFunction | RowFunction>>;

/** A name as `plain` makes it. */
type Plain<Name extends string> = Name extends `${infer Head}${'-' | '_' | ' '}${infer Rest}`
  ? Plain<`${Head}${Rest}`>
  : Lowercase<Name>;

/** The type of the function of a name: that of all functions but two, which have no `deriv`. */
export type ActivationOf<Name extends string> = Plain<Name> extends 'logsoftmax' | 'sparsemax' ? RowFunction : ActivationFunction;

// Made on the first call, so that a page that does not look up names has none of this.
let known: Named | undefined;

/** Names without capitals, hyphens, underscores and blanks: what is left tells them apart. */
const plain = (name: string): string => name.toLowerCase().replace(/[-_ ]/g, '');

function table(): Named {
  // One by one: for the namespace as an object the bundler adds a helper, which an extended Object.prototype breaks.
  const own = [
    functions.celu,
    functions.elu,
    functions.gelu,
    functions.hardShrink,
    functions.hardSigmoid,
    functions.hardSwish,
    functions.hardTanh,
    functions.identity,
    functions.logSigmoid,
    functions.lrelu,
    functions.mish,
    functions.quickGelu,
    functions.relu,
    functions.relu6,
    functions.reluSquared,
    functions.selu,
    functions.shrink,
    functions.sigmoid,
    functions.silu,
    functions.snake,
    functions.softplus,
    functions.softShrink,
    functions.softsign,
    functions.sparsePlus,
    functions.squareplus,
    functions.tanh,
    functions.tanhShrink,
    functions.threshold,
    functions.thresholdedRelu,
  ];
  const geluTanh = functions.gelu.with({ approximate: 'tanh' });
  return {
    // Under their own names, which most libraries have too but for capitals and underscores.
    ...Object.fromEntries(own.map((f) => [f.name, f])),
    leakyRelu: functions.lrelu,
    swish: functions.silu,
    softmax,
    softmin,
    logSoftmax,
    sparsemax,
    // Keras and tfjs.
    linear: functions.identity,
    // SciPy and statistics.
    expit: functions.sigmoid,
    logistic: functions.sigmoid,
    // Hugging Face.
    gelu_python: functions.gelu,
    gelu_new: geluTanh,
    gelu_fast: geluTanh,
    gelu_accurate: geluTanh,
    gelu_pytorch_tanh: geluTanh,
    relu2: functions.reluSquared,
    // JAX.
    hard_silu: functions.hardSwish,
    sparse_sigmoid: functions.hardSigmoid.with({ alpha: 0.5 }),
  };
}

/** Functions that are called in another way than those above, or whose results are not like x. */
const OTHERS = ['glu', 'swiglu', 'geglu', 'reglu', 'prelu', 'logSumExp'];

/**
 * The activation of a name, as PyTorch, Keras, ONNX, JAX, Hugging Face and EpyNN have it; capitals, hyphens, underscores and blanks do
 * not count: `'leaky_relu'` is `'LeakyReLU'`. It knows the functions whose result is like x; gated units, `prelu` and `logSumExp` are to be
 * imported by their names.
 *
 * Takes a name, and hyperparameters (default: those of this package), which become the defaults of the function, as with `.with`.
 * The default slope of leaky ReLU differs: 0.3 here and in EpyNN, 0.01 in PyTorch and JAX, 0.2 in tfjs. Pass `alpha` for a model made
 * elsewhere. Hugging Face's `gelu_new`, `gelu_fast` and `gelu_pytorch_tanh` are the form of `gelu` with tanh, which JAX has by default.
 * The type of the result is that of any function; import a function by its own name where its type matters. `logSoftmax` and `sparsemax`
 * have no `deriv` and no `valueAndDeriv`, which the type knows where the name stands in the program.
 *
 * @param name a name of `activations()`.
 * @param hyperparameters what the function's `.with` takes.
 * @throws `ERR_OPTION` for a name that is not known, with a suggestion or what to import instead, and for hyperparameters that the function does not have.
 * @example
 * ```ts
 * import { activation } from 'nonlin';
 * activation('LeakyReLU', { alpha: 0.01 })([-1, 2]); // → [-0.01, 2]
 * activation('swish').name; // → 'silu'
 * ```
 */
export function activation<Name extends string>(
  name: Name,
  hyperparameters?: Readonly<Record<string, number | string | undefined>>,
): ActivationOf<Name>;
export function activation(
  name: string,
  hyperparameters?: Readonly<Record<string, number | string | undefined>>,
): ActivationFunction | RowFunction {
  if (typeof name !== 'string') wrongType('ERR_OPTION', 'name', 'the name of an activation', name);
  known ??= table();
  const wanted = plain(name);
  const [, found] = Object.entries(known).find(([one]) => plain(one) === wanted) ?? [];
  if (found === undefined) {
    const other = OTHERS.find((one) => plain(one) === wanted);
    if (other === undefined) return refuseName(name, 'a known activation', Object.keys(known));
    fail(TypeError, 'ERR_OPTION', `"${name}" is not of the type that activation returns; import { ${other} } instead`);
  }
  return hyperparameters === undefined ? found : found.with(hyperparameters);
}

/**
 * The names that `activation` knows, in alphabetical order; several may be one function.
 *
 * @example
 * ```ts
 * import { activations } from 'nonlin';
 * activations().includes('leakyRelu'); // → true
 * ```
 */
export function activations(): string[] {
  known ??= table();
  return Object.keys(known).sort();
}
