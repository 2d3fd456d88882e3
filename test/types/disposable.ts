// `using` for tensors; compiled where `lib` has "esnext.disposable". Without it the declarations are read all the same.

import { relu, Tensor } from 'nonlin';

export function norm(values: number[]): number {
  using x = Tensor.from(values);
  using y = relu(x);
  const disposable: Disposable = y;
  disposable[Symbol.dispose]();
  return x.data.reduce((sum, value) => sum + value * value, 0);
}
