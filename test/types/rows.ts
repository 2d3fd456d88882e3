// The types of what goes along rows: options, results with and without the axis. Compiled, never run.

import {
  type ActivationFunction,
  activation,
  type InvertibleFunction,
  logSoftmax,
  logSumExp,
  type NewFloat32Array,
  type NewFloat64Array,
  type RowFunction,
  type Softmax,
  type SoftmaxDefaults,
  softmax,
  softmin,
  sparsemax,
  type Tensor,
} from 'nonlin';
import { is } from './is.js';

declare const f64: Float64Array;
declare const f32: Float32Array;
declare const nested: number[][];
declare const cube: number[][][];
declare const rows: Float64Array[];
declare const sized: { data: Float64Array; shape: number[] };
declare const tensor: Tensor;
declare const mask: boolean[][];
declare const list: number[];

// The options of the family.
softmax(nested, { axis: [0, 1], mask, causal: true, emptyRow: 'zero' });
softmax(nested, { mask: new Uint8Array(4), axis: list });
softmax.deriv(nested, { mask: { data: [true], shape: [1] } });
softmin.backward(nested, { x: nested }, { mask: tensor });
// @ts-expect-error booleans or numbers
softmax(nested, { mask: ['true'] });
// @ts-expect-error an array
softmax(nested, { mask: true });
// @ts-expect-error not a number
softmax(nested, { causal: 1 });
// @ts-expect-error one of two words
softmax(nested, { emptyRow: 'none' });
// @ts-expect-error integers
softmax(nested, { axis: ['0'] });
// @ts-expect-error only what sums up
softmax(nested, { keepDims: true });
// @ts-expect-error belongs to a call
softmax.with({ mask });
is<SoftmaxDefaults>()(softmax.with({ axis: [0, 1] }).defaults);
is<number[][]>()(softmax.with({ axis: [0, 1] })(nested));

// Without a derivative.
for (const f of [logSoftmax, sparsemax]) {
  is<RowFunction>()(f);
  is<number[][]>()(f(nested, { axis: 0, mask }));
  is<NewFloat32Array>()(f(f32));
  is<Tensor>()(f.backward(tensor, { y: nested }));
  is<Float64Array>()(f(nested, { out: f64 }));
  // @ts-expect-error it has none
  f.deriv;
  // @ts-expect-error it has none
  f.valueAndDeriv;
  // @ts-expect-error a number has no axis
  f(3);
}
declare const name: string;
for (const f of [activation('log_softmax'), activation('LogSoftmax', { temperature: 2 }), activation('Sparsemax')])
  is<RowFunction>()(f);
is<Softmax>()(activation('Softmax'));
is<InvertibleFunction>()(activation('relu'));
is<Tensor>()(activation('GELU', { approximate: true }).deriv2(tensor));
is<ActivationFunction>()(activation(name));
export const named: ActivationFunction[] = [
  activation('softmax'),
  activation('hard_tanh'),
  activation('Leaky ReLU', { negative_slope: 0.1 }),
];
is<Softmax>()(softmin);
export const any: ActivationFunction[] = [softmax, softmin];
// @ts-expect-error without a derivative it is no activation function
export const other: ActivationFunction = logSoftmax;

// One number a row.
is<number>()(logSumExp(f64));
is<number>()(logSumExp(f32, { temperature: 2 }));
is<number>()(logSumExp([1, 2, 3]));
is<number[]>()(logSumExp(nested));
is<number[]>()(
  logSumExp(
    [
      [1, 2],
      [3, 4],
    ],
    { axis: 0 },
  ),
);
is<number[][]>()(logSumExp(cube));
is<NewFloat64Array>()(logSumExp(rows));
is<NewFloat64Array>()(logSumExp(f64, { shape: [2, 3] }));
is<number[][]>()(logSumExp(nested, { keepDims: true }));
is<NewFloat64Array>()(logSumExp(sized).data);
is<Tensor>()(logSumExp(tensor, { axis: [0, 1] }));
is<number | NewFloat64Array>()(logSumExp(f64, { axis: [0] }));
is<Float32Array>()(logSumExp(nested, { out: f32 }));
is<number[][]>()(logSumExp.deriv(nested));
is<number[][]>()(logSumExp.backward([1, 2], { x: nested }));
is<NewFloat64Array>()(logSumExp.backward(1, { x: f64 }));
is<number[]>()(logSumExp.valueAndDeriv(nested).value);
is<number[][]>()(logSumExp.valueAndDeriv(nested).deriv);
is<Float64Array>()(logSumExp.valueAndDeriv(nested, { out: { value: f64, deriv: nested } }).value);
// @ts-expect-error x only
logSumExp.backward(1, { y: f64 });
// @ts-expect-error misspelt
logSumExp(nested, { keepdims: true });
// @ts-expect-error a number has no axis
logSumExp(3);
