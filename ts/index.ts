// The default entry: everything public, and nothing else.
// biome-ignore-all assist/source/organizeImports: the text of the wasm comes first in the bundle, which gzip packs better so

export { init, initSync } from './core.js';
export { elu, identity, leakyRelu, lrelu, relu, sigmoid, tanh } from './activations.js';
export type { ErrorCode, NonlinError } from './check.js';
export { type Hadamard, hadamard } from './hadamard.js';
export type { Hparam } from './hyperparameter.js';
export { type MemoryUse, memory } from './memory.js';
export type { Activation, Backward, Elementwise, ValueAndDeriv } from './pointwise.js';
export { type Softmax, type SoftmaxOptions, softmax } from './softmax.js';
export { type NestedNumbers, scope, Tensor } from './tensor.js';
export type {
  ArrayContainer,
  CallOptions,
  Container,
  IntegerArray,
  Into,
  Jacobian,
  NestedArray,
  NumberArray,
  Output,
  OutputPair,
  Result,
  Returned,
  Saved,
  ShapedArray,
  StridedArray,
  StridedOutput,
} from './types.js';
