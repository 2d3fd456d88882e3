// The default entry: everything public, and nothing else.

export { elu, identity, leakyRelu, lrelu, relu, sigmoid, tanh } from './activations.js';
export { scope, Tensor } from './containers/tensor.js';
export { init, initSync } from './engine/instance.js';
export { memory } from './engine/memory.js';
export { hadamard } from './function/hadamard.js';
export { softmax } from './function/softmax.js';
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
