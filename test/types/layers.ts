// The types of gated units, recurrent cells and losses. Compiled, never run.

import {
  type GatedUnit,
  geglu,
  glu,
  gruGates,
  lstmGates,
  type NewFloat32Array,
  type NewFloat64Array,
  prelu,
  reglu,
  type SoftmaxCrossEntropy,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  swiglu,
  type Tensor,
} from 'nonlin';
import { is } from './is.js';

declare const f64: Float64Array;
declare const f32: Float32Array;
declare const nested: number[][];
declare const cube: number[][][];
declare const sized: { data: Float64Array; shape: number[] };
declare const tensor: Tensor;
declare const classes: Uint8Array;
declare const mask: boolean[][];
declare const pair: { value: Float64Array; deriv: Tensor };

// Gated units: like x, half as long.
for (const f of [glu, swiglu, geglu, reglu]) {
  is<GatedUnit>()(f);
  is<number[][]>()(f(nested, { axis: 0 }));
  is<NewFloat32Array>()(f(f32));
  is<Tensor>()(f(tensor));
  is<Float64Array>()(f(nested, { out: f64 }));
  is<number[][]>()(f.backward(tensor, { x: nested }));
  is<GatedUnit>()(f.with({ axis: 0 }));
  // @ts-expect-error one axis
  f(nested, { axis: [0, 1] });
  // @ts-expect-error nothing to gate
  f(3);
  // @ts-expect-error a derivative cannot be computed from a result
  f.backward(nested, { y: nested });
  // @ts-expect-error it has none
  f.deriv;
  // @ts-expect-error rows of 2 and 1
  f([[1, 2], [3]]);
}

// Cells: every result like what it belongs to.
is<{ h: number[][]; c: number[][] }>()(lstmGates(f64, { c: nested }));
is<{ h: Tensor; c: Tensor }>()(lstmGates(tensor, { c: tensor }));
is<{ gates: NewFloat64Array; c: number[][] }>()(lstmGates.backward({ h: f64 }, { gates: f64, c: nested }));
is<{ h: Float64Array; c: Tensor }>()(lstmGates(tensor, { c: tensor }, { out: { h: f64, c: tensor } }));
// @ts-expect-error without a state
lstmGates(tensor);
// @ts-expect-error misspelt
lstmGates(tensor, { C: tensor });
// @ts-expect-error the gradient of h is needed
lstmGates.backward({ c: tensor }, { gates: tensor, c: tensor });
is<NewFloat64Array>()(gruGates(tensor, { h: f64, hn: nested }));
is<{ gates: Tensor; h: number[][] }>()(gruGates.backward(f64, { gates: tensor, h: nested }));
is<{ gates: Tensor; h: number[][]; hn: NewFloat32Array }>()(gruGates.backward(f64, { gates: tensor, h: nested, hn: f32 }));
// @ts-expect-error an object with h
gruGates(tensor, f64);

// The loss of softmax: one number a row, without the axis; the gradient like the logits.
is<SoftmaxCrossEntropy>()(softmaxCrossEntropy);
is<number>()(softmaxCrossEntropy([1, 2], 0));
is<number[]>()(softmaxCrossEntropy(nested, classes));
is<number[][]>()(softmaxCrossEntropy(cube, nested, { mask, emptyRow: 'zero', temperature: 2 }));
is<Tensor>()(softmaxCrossEntropy(tensor, [0, 1]));
is<number[][]>()(softmaxCrossEntropy.deriv(nested, nested));
is<{ value: number[]; deriv: number[][] }>()(softmaxCrossEntropy.valueAndDeriv(nested, classes));
is<{ value: Float64Array; deriv: Tensor }>()(softmaxCrossEntropy.valueAndDeriv(nested, classes, { out: pair }));
is<SoftmaxCrossEntropy>()(softmaxCrossEntropy.with({ axis: [0, 1], temperature: 2 }));
// @ts-expect-error without labels
softmaxCrossEntropy(nested);
// @ts-expect-error a number has no axis
softmaxCrossEntropy(3, 0);
// @ts-expect-error queries and keys
softmaxCrossEntropy(nested, classes, { causal: true });
// @ts-expect-error names are no labels
softmaxCrossEntropy(nested, ['cat', 'dog']);

// The loss of sigmoid: like the logits.
is<number>()(sigmoidCrossEntropy(1, 0));
is<number[][]>()(sigmoidCrossEntropy(nested, tensor));
is<{ data: NewFloat64Array; shape: number[] }>()(sigmoidCrossEntropy.deriv(sized, f64));
is<{ value: NewFloat64Array; deriv: NewFloat64Array }>()(sigmoidCrossEntropy.valueAndDeriv(f64, classes));
// @ts-expect-error no hyperparameters
sigmoidCrossEntropy.with({ temperature: 2 });
// @ts-expect-error it has no axis
sigmoidCrossEntropy(nested, nested, { axis: 0 });

// Prelu: like x.
is<number>()(prelu.deriv2(1, { alpha: 0.25 }));
is<number[][]>()(prelu.deriv2(nested, { alpha: f64 }, { axis: 0 }));
is<{ value: NewFloat32Array; deriv: NewFloat32Array }>()(prelu.valueAndDeriv(f32, { alpha: 0.25 }));
is<{ value: Tensor; deriv: Float64Array }>()(prelu.valueAndDeriv(tensor, { alpha: f64 }, { out: { value: tensor, deriv: f64 } }));
// @ts-expect-error options are the third argument
prelu(nested, { alpha: 0.25, axis: 0 });

// Defaults.
is<number>()(glu.defaults.axis);
is<number>()(prelu.defaults.axis);
// @ts-expect-error the axis is all there is
glu.defaults.length;
// @ts-expect-error cells have none
lstmGates.defaults.axis;
// @ts-expect-error neither has this loss
sigmoidCrossEntropy.defaults.temperature;
