// What the types promise: a container in is the same container out, options by their literal names. Compiled, never run.

import {
  elu,
  hadamard,
  identity,
  leakyRelu,
  lrelu,
  memory,
  type NewFloat32Array,
  type NewFloat64Array,
  relu,
  scope,
  sigmoid,
  softmax,
  Tensor,
  tanh,
} from 'nonlin';
import * as epynn from 'nonlin/epynn';
import { is } from './is.js';

declare const f64: Float64Array;
declare const f32: Float32Array;
declare const nested: number[][];
declare const cube: number[][][];
declare const sized: { data: Float64Array; shape: number[] };
declare const tensor: Tensor;

// Containers, for every function.
for (const f of [identity, relu, sigmoid, tanh]) {
  is<NewFloat64Array>()(f(f64));
  is<NewFloat32Array>()(f(f32));
  is<NewFloat64Array>()(f(new Int16Array(3)));
  is<number>()(f(0.5));
  is<number[]>()(f([1, 2]));
  is<number[][]>()(f(nested));
  is<number[][][]>()(f(cube));
  is<NewFloat64Array>()(f(sized).data);
  is<number[]>()(f(sized).shape);
  is<Tensor>()(f(tensor));
  is<NewFloat32Array>()(f.deriv(f32));
  is<number[][]>()(f.backward(nested, { x: nested }));
  is<number>()(f.backward(1, { y: 2 }));
  is<NewFloat64Array>()(f.valueAndDeriv(f64).deriv);
  is<number[][]>()(f.valueAndDeriv(nested).value);
}
relu(Object.freeze([1, 2]));
relu([[1], [2]] as const);
relu({ data: [1, 2], shape: [2], stride: [-1], offset: 1 });
relu({ data: f32, shape: [1, 2] } as const);

// The container of backward is that of dy.
is<NewFloat64Array>()(tanh.backward(f64, { x: [1, 2] }));
is<Tensor>()(tanh.backward(tensor, { x: nested }));

// Softmax: an axis is needed, the Jacobian is one level deeper.
is<number[][]>()(softmax(nested, { axis: 0, temperature: 2 }));
is<number[][][]>()(softmax.deriv(nested));
is<number[]>()(softmax.deriv([1, 2]));
is<NewFloat64Array>()(softmax.deriv(f64, { shape: [2, 3] }));
is<Tensor>()(softmax.deriv(tensor));
is<number[][][][]>()(softmax.valueAndDeriv(cube).deriv);
// @ts-expect-error a number has no axis
softmax(3);
// @ts-expect-error a number has no axis
softmax.deriv(3);

// Options.
elu(f64, { alpha: 0.5, shape: [2, 2] });
elu(f64, { alpha: undefined });
lrelu(f64, { negativeSlope: 0.1 });
leakyRelu(f64, { alpha: 0.1 });
// @ts-expect-error one name or the other
lrelu(f64, { alpha: 0.1, negativeSlope: 0.1 });
// @ts-expect-error misspelt
elu(f64, { apha: 1 });
// @ts-expect-error another function's option
sigmoid(f64, { alpha: 1 });
// @ts-expect-error softmax has no alpha
softmax(f64, { alpha: 1 });
// @ts-expect-error only softmax has an axis
relu(f64, { axis: 0 });
// @ts-expect-error a number
elu(f64, { alpha: '1' });
// @ts-expect-error not null
elu(f64, { alpha: null });
// @ts-expect-error an object
elu(f64, 0.5);

// What is no container.
// @ts-expect-error a string
relu('1');
// @ts-expect-error bigints
relu(new BigInt64Array(2));
// @ts-expect-error strings
relu(['1']);
// @ts-expect-error booleans
relu(true);
// @ts-expect-error undefined among numbers
relu([1, undefined]);
// @ts-expect-error a DataView
relu(new DataView(new ArrayBuffer(8)));
// @ts-expect-error no shape
relu({ data: f64 });
// @ts-expect-error nothing
relu();
// @ts-expect-error null
relu(null);

// out: the call returns its type.
is<Float32Array>()(sigmoid(f64, { out: f32 }));
is<number[][]>()(sigmoid(f64, { out: nested, shape: [2, 2] }));
is<Tensor>()(softmax(nested, { out: tensor }));
is<{ data: Float64Array; shape: number[] }>()(elu.deriv(f64, { out: sized }));
is<Float64Array>()(elu.backward(nested, { x: nested }, { out: f64 }));
is<Float32Array>()(elu.valueAndDeriv(f64, { out: { value: f32, deriv: f64 } }).value);
is<Tensor>()(hadamard(f64, f64, { out: tensor }));
// @ts-expect-error integers cannot hold results
sigmoid(f64, { out: new Int32Array(3) });
// @ts-expect-error a number is no place
sigmoid(3, { out: 4 });
// @ts-expect-error both
elu.valueAndDeriv(f64, { out: { value: f64 } });
// @ts-expect-error a pair
elu.valueAndDeriv(f64, { out: f64 });

// backward: one of x and y.
// @ts-expect-error neither
tanh.backward(f64, {});
// @ts-expect-error both
tanh.backward(f64, { x: f64, y: f64 });
// @ts-expect-error missing
tanh.backward(f64);

// with, name, defaults.
const gentle = elu.with({ alpha: 0.1 });
is<number>()(gentle.defaults.alpha);
is<NewFloat64Array>()(gentle(f64, { alpha: 2 }));
is<number | readonly number[]>()(softmax.defaults.axis);
is<number>()(softmax.with({ axis: 0, temperature: 2 }).defaults.temperature);
is<string>()(elu.name satisfies string as string);
lrelu.with({ negativeSlope: 0.1 });
// @ts-expect-error no shape
softmax.with({ shape: [2] });
// @ts-expect-error no out
elu.with({ out: f64 });
// @ts-expect-error frozen
elu.defaults.alpha = 2;
// @ts-expect-error read only
elu.deriv = lrelu.deriv;

// hadamard: dA's container.
is<number[][]>()(hadamard(nested, cube));
is<NewFloat64Array>()(hadamard(f64, nested));
is<number>()(hadamard(2, 3));

// Tensor, scope, memory.
is<Tensor>()(Tensor.from(nested));
is<NewFloat64Array>()(Tensor.zeros(2, 3).data);
is<Tensor>()(tensor.reshape(3, 2));
is<number>()(memory().capacity + memory().bytes + memory().tensors);
is<Tensor>()(scope(() => tensor));
is<{ a: Tensor; n: number }>()(scope(() => ({ a: tensor, n: 1 })));
// @ts-expect-error read only
tensor.shape = [1];
// @ts-expect-error made by from and zeros
new Tensor();
// @ts-expect-error numbers
Tensor.zeros('3');
// @ts-expect-error promises are refused
scope(async () => 3);

// The bridge.
is<number[][]>()(epynn.relu(nested, true));
is<number[][]>()(epynn.softmax(nested));
is<NewFloat64Array>()(epynn.tanh(f64));
epynn.activation_tune({ ELU_alpha: 1, LRELU_alpha: 0.3, softmax_temperature: 1 });
epynn.activation_tune({ learning_rate: 0.1, schedule: 'steady', epochs: 3 });
export const activate: epynn.ActivateFunction[] = [epynn.relu, epynn.lrelu, epynn.softmax];
is<NewFloat64Array>()(activate.map((f) => f(f64, true))[0] ?? new Float64Array(0));
is<number[][] | number[][][]>()(epynn.softmax(nested, true as boolean));
// @ts-expect-error rows of 2 and 1
epynn.relu([[1, 2], [3]]);
// @ts-expect-error misspelt
epynn.activation_tune({ ELU_aplha: 1 });
// @ts-expect-error a boolean
epynn.relu(nested, 1);
