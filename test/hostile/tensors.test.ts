// Scopes, tensors and sizes that are impossible.

import { runInNewContext } from 'node:vm';
import { scope, Tensor } from 'nonlin';
import type { Loose } from '../support/functions.js';
import { at, Refusals, relu, softmax } from '../support/hostile.js';

const list = new Refusals();
const { refuses } = list;

for (const wrong of [undefined, null, 3, 'f', {}, [], /x/]) {
  refuses('ERR_DTYPE', 'TypeError', `scope of ${String(wrong)}`, () => (scope as unknown as Loose)(wrong));
}
refuses('ERR_DTYPE', 'TypeError', 'scope of an async function', () => (scope as unknown as Loose)(async () => 1));
refuses('ERR_DTYPE', 'TypeError', 'scope that returns a promise of another realm', () =>
  (scope as unknown as Loose)(() => runInNewContext('Promise.resolve(1)')),
);
for (const shape of [[-1], [1.5], [Number.NaN], [2 ** 53], [Number.POSITIVE_INFINITY, 0]]) {
  refuses('ERR_SHAPE', 'RangeError', `Tensor.zeros(${shape})`, () => Tensor.zeros(...shape));
}
for (const shape of [['2'], [null], [3n], [{}], [[2], 3], [undefined]]) {
  refuses('ERR_SHAPE', 'TypeError', `Tensor.zeros(${shape.map(String)}), a ${typeof shape[0]}`, () =>
    Tensor.zeros(...(shape as never)),
  );
}
for (const shape of [[2 ** 28], [2 ** 32], [2 ** 53 - 1], [2 ** 20, 2 ** 20, 2 ** 20]]) {
  refuses(
    'ERR_MEMORY',
    'RangeError',
    `Tensor.zeros(${shape})`,
    () => Tensor.zeros(...shape),
    /^not enough memory for \d+ numbers$/,
  );
}
for (const shape of [[3], [2, 3], [-2, -2], [4.5], []]) {
  refuses('ERR_SHAPE', 'RangeError', `a tensor of 4 reshaped to (${shape})`, ({ tensor }) => tensor.reshape(...shape));
}
const unused = ['data', 'size', 'toArray', 'toFloat64Array', 'toJSON', 'reshape'];
for (const of of ['disposed', 'forged']) {
  for (const member of unused) {
    refuses('ERR_DISPOSED', 'TypeError', `${member} of a ${of} tensor`, () => {
      const tensor = of === 'disposed' ? Tensor.zeros(4) : Object.create(Tensor.prototype);
      if (of === 'disposed') tensor.dispose();
      const value = Reflect.get(Tensor.prototype, member, tensor) ?? tensor[member];
      return typeof value === 'function' ? value.call(tensor, 4) : value;
    });
  }
}
refuses(
  'ERR_DTYPE',
  'TypeError',
  'a Tensor by new',
  () => new (Tensor as unknown as new () => Tensor)(),
  /^a Tensor cannot be made with new: /,
);

refuses(
  'ERR_MEMORY',
  'RangeError',
  'a result larger than an array',
  () => relu({ data: [1], shape: [65_536, 65_537], stride: [0, 0] }),
  /^not enough memory/,
);
refuses(
  'ERR_MEMORY',
  'RangeError',
  'a result beyond 2^53',
  () => relu({ data: [1], shape: [2 ** 40, 2 ** 40], stride: [0, 0] }),
  /^not enough memory/,
);
refuses(
  'ERR_MEMORY',
  'RangeError',
  'a Jacobian larger than the memory',
  () => at(softmax, 'deriv')(new Float64Array(200_000)),
  /^not enough memory/,
);
refuses(
  'ERR_MEMORY',
  'RangeError',
  'a tensor’s Jacobian larger than the memory',
  () => {
    const tensor = Tensor.zeros(100_000);
    try {
      return at(softmax, 'deriv')(tensor);
    } finally {
      tensor.dispose();
    }
  },
  /^not enough memory/,
);

list.check(40);
