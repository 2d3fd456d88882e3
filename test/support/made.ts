// Functions that a caller makes: own ones and compositions, of every kind there is. Tests that go over all element-wise functions
// take them too.

import { compose, defineActivation, gelu, lrelu, mish, sigmoid, tanh } from 'nonlin';

/** x/(1 + |x|/scale)² is its derivative: of numbers, with f″ and two hyperparameters. */
export const bent = defineActivation({
  name: 'bent',
  defaults: { scale: 2, shift: 0.5 },
  value: (x, { scale, shift }) => x / (1 + Math.abs(x) / scale) + shift,
  deriv: (x, { scale }) => 1 / (1 + Math.abs(x) / scale) ** 2,
  deriv2: (x, { scale }) => (-2 * Math.sign(x)) / scale / (1 + Math.abs(x) / scale) ** 3,
});

/** x·sigmoid(beta·x), of arrays, with calls of this package inside, and without f″. */
export const gated = defineActivation({
  name: 'gated',
  arrays: true,
  defaults: { beta: 1 },
  value(x, { beta }) {
    const gate = sigmoid(x.map((each) => beta * each));
    return x.map((each, i) => each * (gate[i] ?? 0));
  },
  deriv(x, { beta }) {
    const { value, deriv } = sigmoid.valueAndDeriv(x.map((each) => beta * each));
    return Array.from(x, (each, i) => (value[i] ?? 0) + beta * each * (deriv[i] ?? 0));
  },
});

export const chained = compose(tanh, gelu);
export const deep = compose(compose(sigmoid, mish), compose(lrelu.with({ alpha: 0.1 }), tanh));
export const mixed = compose(bent.with({ shift: 0 }), tanh);
export const mixedOnce = compose(mish, gated);

export const made = [bent, gated, chained, deep, mixed, mixedOnce];
