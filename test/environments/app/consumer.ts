// What a user's program says of the package's types; checked by every TypeScript of versions.json, as .mts, .cts and .ts.

import {
  elu,
  hadamard,
  identity,
  init,
  initSync,
  leakyRelu,
  lrelu,
  relu,
  sigmoid,
  softmax,
  tanh,
} from 'nonlin';
import { activation_tune, sigmoid as epynnSigmoid } from 'nonlin/epynn';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only where `value` has exactly the type `T`. */
function exactly<T>() {
  return <V>(value: V, ..._same: Same<V, T> extends true ? [] : ['another type than expected']): V => value;
}

const x = new Float64Array([-1, 0, 2]);
exactly<number>()(sigmoid(1));
exactly<Float64Array>()(sigmoid(x));
exactly<Float32Array>()(tanh(new Float32Array(2)));
exactly<Float64Array>()(relu(new Int8Array(2)));
exactly<number[]>()(relu([1, 2]));
exactly<number[][]>()(identity([[1, 2]]));
exactly<number[][][]>()(softmax.deriv([[1, 2]]));
exactly<Float64Array>()(elu(x, { alpha: 0.5 }));
exactly<Float64Array>()(lrelu(x, { negativeSlope: 0.1 }));
exactly<Float64Array>()(softmax(x, { temperature: 2, axis: -1, shape: [3, 1] }));
exactly<Float64Array>()(softmax.backward(x, { x }));
exactly<Float64Array>()(sigmoid.backward(x, { y: x }));
exactly<{ data: Float64Array; shape: number[] }>()(tanh({ data: [1, 2], shape: [2] }));
const pair = tanh.valueAndDeriv([1, 2]);
exactly<number[]>()(pair.value);
exactly<number[]>()(pair.deriv);
const out = new Float32Array(3);
exactly<Float32Array>()(sigmoid(x, { out }));
exactly<Float64Array>()(elu.with({ alpha: 0.1 })(x));
exactly<number[]>()(hadamard([1, 2], [3, 4]));
exactly<Promise<void>>()(init());
export const named: string = leakyRelu.name;
export const alpha: number = elu.defaults.alpha;

// @ts-expect-error a string is no container
sigmoid('1');
// @ts-expect-error an option that elu does not have
elu(x, { apha: 1 });
// @ts-expect-error softmax has an axis, a number has none
softmax(1);
// @ts-expect-error exactly one of x and y
sigmoid.backward(x, { x, y: x });
// @ts-expect-error initSync needs the module
initSync();

export const bridge = epynnSigmoid([[1, 2]]);
activation_tune({ ELU_alpha: 0.01 });
