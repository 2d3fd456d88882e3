// `Float16Array`; compiled where `lib` has it.

import { type NewFloat16Array, relu, softmax, Tensor, tanh } from 'nonlin';
import { is } from './is.js';

let h = new Float16Array(3);
h = relu(h);
h = softmax.deriv(h);
h = tanh.backward(h, { x: [1, 2, 3] });
is<NewFloat16Array>()(tanh.valueAndDeriv(h).deriv);
is<NewFloat16Array[]>()(relu([h, h]));
is<Float16Array>()(relu([1, 2, 3], { out: h as Float16Array }));
relu({ data: h, shape: [3] });
relu({ data: [1], shape: [1] }, { out: { data: h, shape: [3] } });
Tensor.from(h);
