// What code of a caller's may do to the module in the middle of a call.

import { memory, softmax, Tensor } from 'nonlin';

/** Makes the wasm memory grow. */
export function grow(): void {
  const { capacity } = memory();
  const tensors: Tensor[] = [];
  while (memory().capacity === capacity) tensors.push(Tensor.zeros(2 ** 16));
  for (const tensor of tensors) tensor.dispose();
}

/** Fills the stack, which tears a call of the module down: the next one has another instance. */
export function lose(): void {
  try {
    softmax([1, 2, 3]);
    lose();
  } catch {}
}
