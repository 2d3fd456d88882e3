// One type for any function of the package: to store it, to pass it, to call it with arrays.

import {
  type ActivationFunction,
  type ArrayContainer,
  type Backward,
  type CallOptions,
  type Container,
  checkGradient,
  type Elementwise,
  type ElementwiseFunction,
  type EluOptions,
  elu,
  type FromX,
  type InvertibleFunction,
  identity,
  type Jacobian,
  type LreluOptions,
  leakyRelu,
  lrelu,
  type NewFloat64Array,
  type Result,
  relu,
  type SoftmaxOptions,
  sigmoid,
  silu,
  softmax,
  type Tensor,
  tanh,
} from 'nonlin';
import { is } from './is.js';

declare const f64: Float64Array;
declare const nested: number[][];
declare const tensor: Tensor;
declare const view: { data: Float64Array; shape: number[] };

const all = { identity, relu, lrelu, leakyRelu, elu, sigmoid, tanh, softmax };
const byName: Record<string, ActivationFunction> = all;
const list: readonly ActivationFunction[] = [relu, elu, softmax, lrelu.with({ alpha: 0.1 }), softmax.with({ temperature: 2 })];

for (const f of [...list, ...Object.values(byName)]) {
  is<NewFloat64Array>()(f(f64));
  is<number[]>()(f([1, 2]));
  is<number[][]>()(f(nested));
  is<Tensor>()(f(tensor));
  is<NewFloat64Array>()(f(view).data);
  is<NewFloat64Array>()(f(f64, { shape: [2, 2] }));
  is<Float64Array>()(f(nested, { out: f64 }));
  is<NewFloat64Array>()(f.deriv(f64));
  is<Tensor>()(f.deriv(tensor));
  is<number[][] | number[][][]>()(f.deriv(nested));
  is<number[][]>()(f.backward(nested, { x: nested }));
  is<Tensor>()(f.backward(tensor, { x: tensor }, { out: tensor }));
  is<NewFloat64Array>()(f.valueAndDeriv(f64).value);
  is<NewFloat64Array>()(f.valueAndDeriv(f64).deriv);
  is<string>()(f.name);
  is<ActivationFunction>()(f.with({ alpha: 0.1 }));
  is<ActivationFunction>()(f.with({ temperature: 0.1, axis: 0 }));
  // @ts-expect-error some have no axis
  f(3);
  // @ts-expect-error strings
  f(['1']);
  // @ts-expect-error neither a number nor a word
  f.with({ alpha: [1] });
  // @ts-expect-error not every function can go back from y
  f.backward(nested, { y: nested });
}

// One variable for several functions.
let f = relu;
f = tanh;
f = sigmoid;
export let g: ActivationFunction = relu;
g = softmax;
g = elu.with({ alpha: 2 });
is<string>()(f.name);
// @ts-expect-error softmax is not element-wise
f = softmax;

// A caller's own types.
interface Layer {
  readonly activation: ActivationFunction;
  readonly forward: (x: Float64Array) => Float64Array;
}
export const layers: Layer[] = [
  { activation: relu, forward: relu },
  { activation: softmax, forward: (x) => softmax(x, { axis: 0 }) },
];
export const plain: ((x: number[]) => number[])[] = [relu, softmax, elu];
export const onNumbers: (x: number) => number = sigmoid;
export const generic: <X extends ArrayContainer>(x: X) => Result<X> = softmax;
export const jacobian: <X extends ArrayContainer>(x: X) => Jacobian<X> = softmax.deriv;

// A caller's own function of any container.
export function twice<X extends Container>(x: X): Result<X> {
  relu(x);
  return elu(x, { alpha: 2 });
}
is<number>()(twice(1));
is<number[][]>()(twice([[1], [2]]));
export const apply = <X extends ArrayContainer>(activation: ActivationFunction, x: X) => activation(x);
is<NewFloat64Array>()(apply(softmax, f64));
is<number[]>()(apply(relu, [1, 2]));
export const derivatives = <X extends ArrayContainer>(x: X): Result<X> => tanh.backward(x, { x }) as Result<X>;

// By name from a record, `with` too.
declare const name: keyof typeof all;
is<ActivationFunction>()(
  byName['relu']?.with({ alpha: 0.1 }) ?? (relu.with({}) satisfies ActivationFunction as ActivationFunction),
);
const rectifiers = { lrelu, elu };
declare const rectifier: keyof typeof rectifiers;
is<NewFloat64Array>()(rectifiers[rectifier].with({ alpha: 0.1 })(f64));
is<number>()(rectifiers[rectifier].defaults.alpha);
is<NewFloat64Array>()(rectifiers[rectifier](f64, { alpha: 0.1 }));
const units = { relu, elu, tanh };
declare const unit: keyof typeof units;
is<NewFloat64Array>()(units[unit].with({ alpha: 0.1 })(f64));
is<NewFloat64Array>()(units[unit](f64));
is<string>()(all[name].name);
// @ts-expect-error nothing has this
units[unit].with({ slope: 0.1 });
// @ts-expect-error relu alone has none
relu.with({ alpha: 0.1 });
relu.with({});

// Options under their names, for callers who pass them on.
export const withElu = (options: EluOptions) => elu.with(options)([1], options);
export const withLrelu = (options: LreluOptions) => lrelu.with(options)([1], options);
export const withSoftmax = (options: SoftmaxOptions) => softmax.with(options)([1], options);
withLrelu({ negativeSlope: 0.1 });
export const withShape = (options: CallOptions<Float64Array>) => relu(f64, options);
export const gentle: InvertibleFunction<EluOptions> = elu.with({ alpha: 0.1 });
export const less: ElementwiseFunction<EluOptions> = gentle;
export const least: Elementwise<EluOptions> = less;

// A function that has no way back from y says so; it goes wherever any function goes.
silu.backward(f64, { x: f64 });
// @ts-expect-error from x only
silu.backward(f64, { y: f64 });
export const any: ActivationFunction = silu;
is<number>()(silu.with({ beta: 2 }).defaults.beta);
is<number[][]>()(silu.deriv2(nested, { beta: 2 }));
is<Float64Array>()(elu.deriv2(tensor, { out: f64 }));
// @ts-expect-error softmax has no second derivative of this kind
softmax.deriv2(nested);
export const one: Backward<{ readonly beta?: number }, FromX<Container>> = silu.backward;
// @ts-expect-error cannot go back from y
export const both: InvertibleFunction<{ readonly beta?: number }> = silu;

// Checked: functions of this package, and a caller's own.
is<boolean>()(checkGradient(silu, [1, 2]).passed && checkGradient(softmax, f64, { options: { shape: [1, 2] } }).passed);
checkGradient(
  Object.assign((x: Float64Array) => x.length, { deriv: (x: Float64Array) => x.map(() => 0) }),
  [1],
);
// @ts-expect-error a vector
checkGradient(silu, 3);

// Wrapped, as to measure or to log.
export function wrapped<F extends ActivationFunction>(activation: F): F {
  return new Proxy(activation, { apply: (target, _, args) => Reflect.apply(target, undefined, args) });
}
is<typeof softmax>()(wrapped(softmax));
