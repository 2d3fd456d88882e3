// What a library that builds on this one exports: its declarations name no type that this package does not export.

import { type Container, elu, hadamard, lrelu, memory, relu, scope, softmax, Tensor, tanh } from 'nonlin';
import * as epynn from 'nonlin/epynn';
import { activationStream, createPool } from 'nonlin/parallel';

export const gentle = elu.with({ alpha: 0.1 });
export const slope = lrelu.with({ negativeSlope: 0.1 });
export const rectifier = relu;
export const { deriv, backward, valueAndDeriv } = elu;
export const sharp = softmax.with({ temperature: 0.5 });
export const softmaxDeriv = softmax.deriv;
export const defaults = { elu: elu.defaults, softmax: softmax.defaults };
export const product = hadamard;
export const used = memory();
export const x = Tensor.from([1, 2]);
export const inside = scope(() => ({ x, y: relu(x) }));
export const y = relu(new Float64Array(3));
export const pair = tanh.valueAndDeriv([new Float32Array(3)]);
export const view = relu({ data: [1], shape: [1] });
export const options = { call: {} as Parameters<typeof relu>[1], soft: {} as Parameters<typeof softmax>[1] };
export const saved = {} as Parameters<typeof relu.backward>[1];
export const layer = <X extends Container>(input: X) => elu(input, { alpha: 2 });
export const rows = (input: number[][]) => softmax.deriv(input);
export const withOut = (input: number[], out: Float64Array) => relu.backward(input, { x: input }, { out });
export const bridge = { relu: epynn.relu, softmax: epynn.softmax, tune: epynn.activation_tune };
export const throughBridge = <X extends Container>(input: X) => epynn.tanh(input);
export class Network {
  readonly activation = elu;
  readonly output = softmax;
  forward = (input: Float64Array) => this.output(this.activation(input));
  units() {
    return { relu, tanh, lrelu };
  }
}
export default softmax;
export const started = createPool();
export class Trainer {
  readonly pool = createPool({ threads: 2 });
}
export const stream = activationStream(relu);
