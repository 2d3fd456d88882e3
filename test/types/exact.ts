// What only `exactOptionalPropertyTypes` can tell: an `out` that may be undefined.

import { type NewFloat64Array, relu } from 'nonlin';
import { is } from './is.js';

declare const x: Float64Array;
declare const out: Float32Array | undefined;
is<Float32Array | NewFloat64Array>()(relu(x, { out }));
// @ts-expect-error a new array is of the type of x
export const single: Float32Array = relu(x, { out });
