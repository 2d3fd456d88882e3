// What a caller makes: its hyperparameters and containers are typed as those of the package are.

import {
  type ActivationFunction,
  activation,
  checkGradient,
  compose,
  defineActivation,
  type ElementwiseFunction,
  elu,
  type FirstOrderFunction,
  type Hyperparameters,
  type NewFloat64Array,
  type NoHyperparameters,
  relu,
  silu,
  softmax,
  type Tensor,
  tanh,
} from 'nonlin';
import { createPool } from 'nonlin/parallel';
import { is } from './is.js';

declare const f64: Float64Array;
declare const tensor: Tensor;

const once = defineActivation({
  name: 'once',
  defaults: { alpha: 1, beta: 2 },
  value(x, { alpha, beta }) {
    for (const each of [x, alpha, beta]) is<number>()(each);
    return x + alpha * beta;
  },
  deriv: () => 1,
});
is<FirstOrderFunction<Hyperparameters<'alpha' | 'beta'>, 'alpha' | 'beta'>>()(once);
is<NewFloat64Array>()(once(f64, { alpha: 2 }));
is<number>()(once(1));
is<number[][]>()(once([[1], [2]], { beta: 1 }));
is<Tensor>()(once.backward(tensor, { x: tensor }));
is<number>()(once.defaults.alpha);
is<NewFloat64Array>()(once.with({ beta: 1 })(f64));
// @ts-expect-error no such hyperparameter
once(f64, { gamma: 1 });
// @ts-expect-error a number
once(f64, { alpha: '1' });
// @ts-expect-error there is no second derivative
once.deriv2;
// @ts-expect-error a derivative cannot be computed from a result
once.backward(f64, { y: f64 });

const twice = defineActivation({ name: 'twice', value: (x) => x * x, deriv: (x) => 2 * x, deriv2: () => 2 });
is<ElementwiseFunction<NoHyperparameters, never>>()(twice);
is<number>()(twice.deriv2(1));
// @ts-expect-error it has no hyperparameters
twice(1, { alpha: 1 });

// Where any activation is wanted, too: its hyperparameters are what its defaults say.
export const any: ActivationFunction = defineActivation({ name: 'any', value: (x) => x, deriv: () => 1 });
const taking = (f: ActivationFunction) => f(f64);
taking(defineActivation({ name: 'taken', value: (x) => x, deriv: () => 1, deriv2: () => 0 }));
taking(
  defineActivation({ name: 'taken', defaults: { alpha: 1 }, value: (x, { alpha }) => alpha * x, deriv: (_, { alpha }) => alpha }),
);

const ofArrays = defineActivation({
  name: 'ofArrays',
  arrays: true,
  defaults: { beta: 1 },
  value(x, { beta }) {
    is<Float64Array>()(x);
    is<number>()(beta);
    return silu(x, { beta });
  },
  deriv: (x) => Array.from(x),
});
is<Tensor>()(ofArrays(tensor));

// @ts-expect-error a derivative is needed
defineActivation({ name: 'f', value: (x: number) => x });
// @ts-expect-error numbers, where arrays are not asked for
defineActivation({ name: 'f', value: (x: Float64Array) => x, deriv: (x: Float64Array) => x });
// @ts-expect-error defaults are numbers
defineActivation({ name: 'f', defaults: { mode: 'a' }, value: (x) => x, deriv: () => 1 });

const both = compose(elu.with({ alpha: 2 }), tanh);
is<ElementwiseFunction>()(both);
is<Tensor>()(both.deriv2(tensor));
is<ElementwiseFunction>()(compose(twice, both));
is<FirstOrderFunction>()(compose(once, relu));
is<ElementwiseFunction>()(compose(activation('tanh'), tanh));
is<FirstOrderFunction>()(compose(once, activation('relu')));
is<ElementwiseFunction>()(compose(activation('elu'), activation('gelu', { approximate: 'tanh' })));
is<ElementwiseFunction>()(compose(relu, tanh, twice, silu));
is<FirstOrderFunction>()(compose(relu, tanh, once));
// @ts-expect-error one of them has no second derivative
compose(relu, once).deriv2;
// @ts-expect-error softmax works along rows
compose(softmax, tanh);
// @ts-expect-error whatever comes first
compose(activation('tanh'), softmax);
// @ts-expect-error or in the middle
compose(tanh, softmax, tanh);
// @ts-expect-error nothing to derive
compose(Math.sin, tanh);
// @ts-expect-error one alone is no composition
compose(tanh);

for (const f of [once, ofArrays, both]) checkGradient(f, f64);
export const pooled = async () => {
  const pool = await createPool();
  is<NewFloat64Array>()(await pool.run(once, f64, { alpha: 1 }));
  is<Tensor>()(await pool.backward(both, tensor, { x: tensor }));
};
