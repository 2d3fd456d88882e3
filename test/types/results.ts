// Results go back where arguments came from: from TypeScript 5.7 on, `new Float64Array(3)` is a `Float64Array<ArrayBuffer>`.

import { elu, hadamard, type NewFloat64Array, relu, scope, sigmoid, softmax, Tensor, tanh } from 'nonlin';
import * as epynn from 'nonlin/epynn';
import { is } from './is.js';

let h = new Float64Array(3);
h = relu(h);
h = relu.deriv(h);
h = elu.with({ alpha: 0.1 })(h);
h = tanh.backward(h, { x: h });
h = sigmoid.valueAndDeriv(h).value;
h = softmax(h);
h = softmax.deriv(h);
h = hadamard(h, h);
h = relu(new Int8Array(3));
h = relu({ data: h, shape: [3] }).data;
h = relu(h, { out: h });
h = epynn.relu(h, true);
h = epynn.softmax(h);

let single = new Float32Array(3);
single = softmax(relu(single));
single = sigmoid.valueAndDeriv(single).deriv;

let rows = [new Float64Array(3), new Float64Array(3)];
rows = relu(rows);
rows = softmax(rows);

const [state, setState] = useState(new Float64Array(3));
setState(relu(state));
declare function useState<S>(initial: S): [S, (next: S | ((before: S) => S)) => void];

const layers: { weights: Float64Array; bias: number[]; kernel: number[][] } = { weights: h, bias: [], kernel: [] };
layers.weights = relu(layers.weights);
layers.bias = relu(layers.bias);
layers.kernel = relu(layers.kernel);

// Arrays over shared memory go in; what comes out is new, and not shared.
declare const shared: Float64Array;
h = relu(shared);
is<NewFloat64Array>()(relu(new Float64Array(new SharedArrayBuffer(8))));
is<Float64Array>()(relu(shared, { out: shared }));

// The type of the result is not what the caller would like.
// @ts-expect-error float64 comes out of float64
export const wished: Float32Array = relu(h);

// Typed rows stay of their type, and numbers in other arrays numbers.
is<NewFloat64Array[]>()(relu([new Float64Array(3), new Float64Array(3)]));
is<NewFloat64Array[][]>()(softmax.deriv([new Float64Array(3)]));
is<NewFloat64Array[]>()(relu([new Int32Array(3)]));
declare const matrix: { readonly data: Float64Array[] };
is<NewFloat64Array[]>()(tanh.backward(matrix.data, { y: [[1], [2]] }, { shape: undefined }));
is<Float64Array[]>()(tanh(matrix.data, { out: matrix.data }));

// any stays any: nothing is said of what nobody knows.
declare const anything: ReturnType<typeof JSON.parse>;
const what: string = relu(anything);
const deeper: string = softmax.deriv(anything);
const back: string = relu.backward(anything, { x: anything });
const bridge: string = epynn.tanh(anything);
const put: string = relu(h, { out: anything });
export const anythings = [what, deeper, back, bridge, put];

// A container of several kinds gives the results of those kinds.
declare const either: number | Float64Array | number[][];
is<number | NewFloat64Array | number[][]>()(relu(either));
is<Tensor | NewFloat64Array>()(relu({} as Tensor | Float64Array));

// In functions of the caller's own, of one kind of container or of any.
export const layer = <X extends Float64Array | number[]>(x: X) => softmax(relu(x));
is<NewFloat64Array>()(layer(h));
is<number[]>()(layer([1, 2]));

// `using`, where `lib` has what it needs, is for tensors; scope is for all.
is<Tensor>()(scope(() => Tensor.from([1])));
