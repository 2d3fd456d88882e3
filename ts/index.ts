// The default entry: everything public, and nothing else.

export { elu, identity, leakyRelu, lrelu, relu, sigmoid, tanh } from './activations.js';
export { init, initSync } from './engine/instance.js';
export { hadamard } from './hadamard.js';
export { memory } from './memory.js';
export { softmax } from './softmax.js';
export { scope, Tensor } from './tensor.js';
export type {
  Activation,
  ArrayContainer,
  Backward,
  CallOptions,
  Container,
  Elementwise,
  ErrorCode,
  Hadamard,
  Hparam,
  IntegerArray,
  Into,
  Jacobian,
  MemoryUse,
  NestedArray,
  NestedNumbers,
  NonlinError,
  NumberArray,
  Output,
  OutputPair,
  Result,
  Returned,
  Saved,
  ShapedArray,
  Softmax,
  SoftmaxOptions,
  StridedArray,
  StridedOutput,
  ValueAndDeriv,
  WasmBytes,
  WasmModule,
  WasmResponse,
  WasmSource,
} from './types.js';
