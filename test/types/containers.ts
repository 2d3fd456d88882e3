// Containers of other libraries, ragged literals, and places for results.

import { elu, hadamard, type NestedNumbers, type NewFloat64Array, relu, sigmoid, softmax, Tensor, tanh } from 'nonlin';
import { is } from './is.js';

declare const f64: Float64Array;
declare const f32: Float32Array;
declare const nested: number[][];
declare const cube: number[][][];
declare const tensor: Tensor;

// Layouts by any of their names.
relu({ data: [1, 2], shape: [2], stride: [-1], offset: 1 });
relu({ data: [1, 2], shape: [2], strides: [-1], offset: 1 });
relu({ data: f32, dims: [1, 2] });
relu({ data: f32, shape: [1, 2], order: 'row-major', dtype: 'float32' });
is<number[]>()(relu({ data: f32, dims: [1, 2] } as const).shape);
// @ts-expect-error neither shape nor dims
relu({ data: f32, strides: [1] });
// @ts-expect-error strings
relu({ data: ['1'], shape: [1] });

/** As scijs ndarray declares it. */
declare const scijs: {
  data: Float64Array;
  shape: number[];
  stride: number[];
  offset: number;
  order: number[];
  dtype: 'float64';
  T: unknown;
};
/** As stdlib declares it. */
declare const stdlib: {
  data: Float64Array;
  shape: number[] | ArrayLike<number>;
  strides: number[] | ArrayLike<number>;
  offset: number;
  order: 'row-major' | 'column-major';
  dtype: string | { name: string };
  get(...args: number[]): number;
};
/** As vectorious declares it. */
declare const vectorious: {
  data: Float64Array | Float32Array | Int8Array;
  shape: number[];
  strides: number[];
  length: number;
  dtype: string;
};
/** As onnxruntime declares it. */
declare const onnx: {
  readonly data: Float64Array;
  readonly dims: readonly number[];
  readonly type: 'float64';
  readonly size: number;
};
is<NewFloat64Array>()(relu(scijs).data);
is<NewFloat64Array>()(softmax(stdlib).data);
is<number[]>()(tanh.backward(vectorious, { x: onnx }).shape);
is<NewFloat64Array>()(softmax.deriv(onnx).data);
is<typeof stdlib>()(relu(onnx, { out: stdlib }));
Tensor.from(scijs);
hadamard(scijs, stdlib);

// Ragged literals, where TypeScript can count.
relu([
  [1, 2],
  [3, 4],
]);
relu([[], []]);
relu([]);
relu([
  [[1], [2]],
  [[3], [4]],
]);
relu([[...f64], [1, 2]]);
relu([f64, [1, 2]]);
relu([nested[0] ?? [], [1, 2]]);
relu([nested, [[1]]]);
// @ts-expect-error rows of 2 and 1
relu([[1, 2], [3]]);
// @ts-expect-error rows of 0 and 1
relu([[], [3]]);
// @ts-expect-error a row and a number
relu([[1, 2], 3]);
// @ts-expect-error a row and a number
relu([3, [1, 2]]);
// @ts-expect-error rows of two depths
relu([[1], [[2]]]);
// @ts-expect-error rows of two depths
relu([f64, [[1]]]);
// @ts-expect-error further in
relu([
  [[1], [2]],
  [[3], [4, 5]],
]);
// @ts-expect-error from one block to the next
softmax([
  [[1], [2]],
  [
    [3, 4],
    [5, 6],
  ],
]);
// @ts-expect-error as dy
elu.backward([[1, 2], [3]], { x: nested });
// @ts-expect-error as a factor
hadamard([[1, 2], [3]], nested);
// @ts-expect-error as a Jacobian's x
softmax.deriv([[1, 2], [3]]);
const ragged = [[1, 2], [3]] as const;
// @ts-expect-error a constant
relu(ragged);

// Arrays of any depth.
declare const deep: NestedNumbers;
relu(deep);
relu(Tensor.from(deep).toArray());

// out: what the result fits into, nested arrays as deep as the result.
is<Float32Array>()(softmax.deriv(nested, { out: f32 }));
is<number[]>()(softmax.deriv(nested, { out: [0] }));
is<number[][][]>()(softmax.deriv(nested, { out: cube }));
is<Tensor>()(softmax.deriv(nested, { out: tensor }));
is<number[][]>()(softmax.deriv([1, 2], { out: nested }));
is<Float64Array[]>()(elu(nested, { out: [f64, f64] }));
is<number[][]>()(elu([f64, f64], { out: nested }));
is<number[][]>()(elu(f64, { out: nested, shape: [2, 2] }));
is<number[][][]>()(softmax.valueAndDeriv(nested, { out: { value: nested, deriv: cube } }).deriv);
// @ts-expect-error the Jacobian of rows is one level deeper
softmax.deriv(nested, { out: nested });
// @ts-expect-error two levels
softmax.deriv(cube, { out: cube });
// @ts-expect-error the Jacobian's place
softmax.valueAndDeriv(nested, { out: { value: nested, deriv: nested } });
// @ts-expect-error not so deep
relu(nested, { out: cube });
// @ts-expect-error integers cannot hold results
sigmoid([f64], { out: [new Int32Array(3)] });
// @ts-expect-error nor can a view of integers
sigmoid(f64, { out: { data: new Int32Array(3), shape: [3] } });
