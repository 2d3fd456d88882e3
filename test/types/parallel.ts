// A pool has the types of the functions it runs, in a promise.

import type * as nonlin from 'nonlin';
import type * as parallel from 'nonlin/parallel';
import type { Pool } from 'nonlin/parallel';
import { is } from './is.js';

declare const { elu, sigmoid, softmax }: typeof nonlin;
declare const pool: Pool;
declare const f: nonlin.ActivationFunction;
declare const f64: Float64Array;
declare const f32: Float32Array;
declare const nested: number[][];
/** As far as an AbortSignal is used: `lib` may have none. */
declare const signal: {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
};

is<Promise<nonlin.NewFloat64Array>>()(pool.run(sigmoid, f64));
is<Promise<nonlin.NewFloat32Array>>()(pool.run(elu, f32, { alpha: 2, signal, onProgress: ({ done, total }) => done / total }));
is<Promise<number[][]>>()(pool.run(softmax, nested, { axis: 0, temperature: 2 }));
is<Promise<Float32Array>>()(pool.run(sigmoid, f64, { out: f32 }));
is<Promise<number[][]>>()(pool.deriv(sigmoid, nested));
is<Promise<number[][][]>>()(pool.deriv(softmax, nested));
is<Promise<Float32Array>>()(pool.deriv2(elu, f64, { alpha: 2, out: f32 }));
is<Promise<nonlin.NewFloat64Array>>()(pool.backward(softmax, f64, { y: f64 }));
is<Promise<{ value: number[][]; deriv: number[][][] }>>()(pool.valueAndDeriv(softmax, nested));
is<Promise<{ value: nonlin.NewFloat64Array; deriv: nonlin.NewFloat64Array }>>()(pool.valueAndDeriv(elu.with({ alpha: 2 }), f64));
is<Promise<nonlin.NewFloat64Array[]>>()(pool.map(sigmoid, [f64, f64]));
is<Promise<nonlin.NewFloat64Array>>()(pool.run(f, f64));
is<Promise<void>>()(pool.dispose());

// @ts-expect-error element-wise functions have no rows
pool.run(sigmoid, f64, { mask: [true] });
// @ts-expect-error softmax has an element for each of x
pool.run(softmax, nested, { keepDims: true });
// @ts-expect-error an option of another function
pool.run(sigmoid, f64, { alpha: 1 });
// @ts-expect-error a name that no option has
pool.run(elu, f64, { apha: 1 });
// @ts-expect-error not a function of nonlin
pool.run(Math.exp, f64);
// @ts-expect-error a method that it has not
pool.deriv2(softmax, f64);
// @ts-expect-error no container
pool.run(sigmoid, 'text');
// @ts-expect-error a saved y, of which nothing can be told
pool.backward(f, f64, { y: f64 });
// @ts-expect-error results of map are new
pool.map(sigmoid, [f64], { out: f64 });

declare const { logSumExp, softmin }: typeof nonlin;

// The options of calls, not only those of `.with`.
is<Promise<number[][]>>()(pool.run(softmax, nested, { mask: [true, false], causal: true, emptyRow: 'zero' }));
pool.backward(softmin, f64, { x: f64 }, { mask: f64 });
pool.deriv(softmax, nested, { mask: [1, 0], axis: [0, 1], signal });
pool.map(softmax, [f64], { emptyRow: 'nan' });
pool.run(logSumExp, nested, { keepDims: true, mask: [true, false] });

// logSumExp gives one number a row, and its derivative is like x.
is<Promise<number[]>>()(pool.run(logSumExp, nested));
is<Promise<number>>()(pool.run(logSumExp, f64, { temperature: 2, signal }));
is<Promise<number[][]>>()(pool.run(logSumExp, nested, { keepDims: true }));
is<Promise<Float32Array>>()(pool.run(logSumExp, nested, { out: f32 }));
is<Promise<number[][]>>()(pool.deriv(logSumExp, nested));
is<Promise<number[][]>>()(pool.backward(logSumExp, [1, 2], { x: nested }));
is<Promise<nonlin.NewFloat64Array>>()(pool.backward(logSumExp, 1, { x: f64 }));
is<Promise<{ value: number[]; deriv: number[][] }>>()(pool.valueAndDeriv(logSumExp, nested));
is<Promise<number[]>>()(pool.map(logSumExp, [f64, f64], { temperature: 2 }));

declare const { glu, prelu, sigmoidCrossEntropy, softmaxCrossEntropy }: typeof nonlin;
declare const activationStream: typeof parallel.activationStream;

// @ts-expect-error a pool does not compute gated units
pool.run(glu, f64);
// @ts-expect-error nor what has slopes
pool.backward(prelu, f64, { x: f64, alpha: 1 });
// @ts-expect-error nor losses
pool.run(softmaxCrossEntropy, f64);
activationStream(glu, { columns: 4 });
activationStream(f, { columns: 4 });
activationStream(logSumExp, { columns: 4, temperature: 2 });
// @ts-expect-error a chunk has no slopes
activationStream(prelu, { columns: 4 });
// @ts-expect-error nor labels
activationStream(sigmoidCrossEntropy);
