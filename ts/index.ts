// The default entry: everything public, and nothing else.

export * from './activations.js';
export { type CheckOptions, checkGradient, type Difference, type Differentiable, type GradientReport } from './check-gradient.js';
export { scope, Tensor } from './containers/tensor.js';
export { init, initSync } from './engine/instance.js';
export { memory } from './engine/memory.js';
export { gruGates, lstmGates } from './function/cells.js';
export { type Composable, type ComposableTwice, type Composed, compose } from './function/compose.js';
export { logSoftmax, logSumExp, softmin, sparsemax } from './function/family.js';
export { geglu, glu, reglu, swiglu } from './function/gated.js';
export { hadamard } from './function/hadamard.js';
export { sigmoidCrossEntropy, softmaxCrossEntropy } from './function/losses.js';
export {
  type ArrayFunction,
  defineActivation,
  type NumberFunction,
  type OwnActivation,
  type OwnActivationTwice,
  type OwnDefaults,
  type OwnFunction,
  type OwnFunctionTwice,
  type OwnOptions,
} from './function/own.js';
export { prelu } from './function/prelu.js';
export { softmax } from './function/softmax.js';
export type {
  ActivationFunction,
  ArrayContainer,
  Backward,
  CallOptions,
  Container,
  Defaults,
  Elementwise,
  ElementwiseFunction,
  EluOptions,
  FirstOrderFunction,
  FlatOutput,
  FromX,
  FromY,
  GatedOptions,
  GatedUnit,
  GruGates,
  Hadamard,
  Hyperparameters,
  Into,
  InvertibleFunction,
  Jacobian,
  LogSumExp,
  LossOptions,
  LreluOptions,
  LstmGates,
  Mask,
  NestedBooleans,
  NoHyperparameters,
  Output,
  OutputFor,
  OutputPair,
  Prelu,
  Reduced,
  ReducedWith,
  ReductionOptions,
  Result,
  Returned,
  RowFunction,
  RowOptions,
  Saved,
  SigmoidCrossEntropy,
  Softmax,
  SoftmaxCrossEntropy,
  SoftmaxDefaults,
  SoftmaxOptions,
  ValueAndDeriv,
} from './function/types.js';
export { type ActivationOf, activation, activations, type NamedHyperparameters } from './names.js';
export type {
  AnyFloat16Array,
  DisposeMethod,
  ErrorCode,
  FloatArray,
  IntegerArray,
  MemoryUse,
  NestedArray,
  NestedNumbers,
  NestedOutput,
  NewFloat16Array,
  NewFloat32Array,
  NewFloat64Array,
  NonlinError,
  NumberArray,
  Rectangular,
  ShapedArray,
  StridedArray,
  StridedOutput,
  WasmBytes,
  WasmModule,
  WasmResponse,
  WasmSource,
} from './types.js';
