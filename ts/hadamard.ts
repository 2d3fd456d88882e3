// The element-wise product, and the product of rows with Jacobians: what backpropagation multiplies with.

import { compute, readInput } from './call.js';
import { describeShape, misfit, tag } from './check.js';
import { readOptions } from './hyperparameter.js';
import { BACKWARD_X, linked, type MapKernel, map, mapRows, mapRowsStorage, mapStorage, type RowKernel } from './memory.js';
import {
  checkArrays,
  checkCount,
  checkShape,
  floatsLike,
  isFloatArray,
  isNumberArray,
  lengthOf,
  sameShape,
  sizeOf,
} from './shape.js';
import { create, storageOf, Tensor } from './tensor.js';
import type { Container, Into, New, Output, Result } from './types.js';

const signature = { name: 'hadamard', hparams: [], hasAxis: false, hasShape: false };
const defaults = { axis: -1, first: undefined, second: undefined };

// Both kernels are called as all the others are.
const product = /* @__PURE__ */ linked<MapKernel>((wasm) => (_op, a, b, out, count) => wasm.hadamard(a, b, out, count));
const contraction = /* @__PURE__ */ linked<RowKernel>(
  (wasm) => (_op, a, b, out, rows, units) => wasm.contract(a, b, out, rows, units),
);

/** The type of `hadamard`. */
export interface Hadamard {
  <O extends Output>(dA: Container, dLinear: Container, options: Into<O>): O;
  <X extends Container>(dA: X, dLinear: Container, options?: New): Result<X>;
}

/**
 * The product of backpropagation: dA·dLinear element by element where the shapes are equal; where `dLinear` holds a Jacobian
 * for each row, (…, U, U) for a dA of (…, U), row m of the result is dA[m]·J[m].
 *
 * Takes any containers; the result has that of `dA`. A vector with a Jacobian (U, U) counts as one row.
 * Special values: as IEEE 754 says for products and sums, so 0·∞ is NaN.
 * Worst error: see docs/accuracy.md.
 *
 * @param dA the gradient that comes back, of any shape.
 * @param dLinear the derivative of a layer, of the shape of dA, or with one more axis at the end.
 * @returns a container like dA, or `out`.
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see README, "Errors".
 * @example
 * ```ts
 * import { hadamard, softmax } from 'nonlin';
 * hadamard([1, 2], [3, 4]); // [3, 8]
 * const x = [[0, 0], [0, 1]];
 * hadamard([[1, 0], [1, 0]], softmax.deriv(x)); // what softmax.backward([[1, 0], [1, 0]], { x }) gives
 * ```
 */
export const hadamard: Hadamard = /* @__PURE__ */ Object.defineProperty(multiply as Hadamard, 'name', { value: signature.name });

function multiply(dA: unknown, dLinear: unknown, options?: unknown): unknown {
  let out: unknown;
  if (options !== undefined) {
    const read = readOptions(signature, defaults, options);
    out = read.out;
    read.out = undefined;
  }

  if (isNumberArray(dA) && isNumberArray(dLinear) && (out === undefined || isFloatArray(out))) {
    const count = lengthOf('dA', dA);
    checkCount('dLinear', lengthOf('dLinear', dLinear), count);
    const to = out ?? floatsLike(dA, count);
    if (out !== undefined) {
      checkCount('out', lengthOf('out', out), count);
      checkArrays('out', out, tag(out), 'dA', dA, tag(dA), true);
      checkArrays('out', out, tag(out), 'dLinear', dLinear, tag(dLinear), true);
    }
    map(product, BACKWARD_X, dA, dLinear, to, undefined, count, undefined, undefined);
    return to;
  }

  if (dA instanceof Tensor && dLinear instanceof Tensor && (out === undefined || out instanceof Tensor)) {
    const a = storageOf('dA', dA);
    const b = storageOf('dLinear', dLinear);
    const { shape } = dA;
    const contracts = checkShapes(shape, dLinear.shape);
    if (out !== undefined) {
      storageOf('out', out);
      checkShape('out', out.shape, shape);
    }
    const to = out ?? create(shape);
    const result = storageOf('out', to);
    const units = shape.at(-1) ?? 1;
    try {
      if (a.count === 0) return to;
      if (!contracts) mapStorage(product, BACKWARD_X, a, b, result, a.count, undefined, undefined);
      else mapRowsStorage(contraction, BACKWARD_X, a, b, result, a.count / units, units, 1, 1, 1);
    } catch (error) {
      if (out === undefined) to.dispose();
      throw error;
    }
    return to;
  }

  const a = readInput('dA', dA, undefined);
  const b = readInput('dLinear', dLinear, undefined);
  const contracts = checkShapes(a.shape, b.shape);
  const units = a.shape.at(-1) ?? 1;
  return compute({
    inputs: [a, b],
    lead: a,
    shapes: [a.shape],
    inPlace: true,
    out,
    outs: [out],
    run([x, j], [to]) {
      if (!contracts) map(product, BACKWARD_X, x, j, to, undefined, a.size, undefined, undefined);
      else if (a.size > 0) {
        mapRows(contraction, BACKWARD_X, x, j, to, undefined, sizeOf(a.shape) / units, units, 1, units * units, 1, 1);
      }
    },
  });
}

/** Whether `linear` holds one Jacobian for each row of `shape`; refuses what is neither that nor of the same shape. */
function checkShapes(shape: readonly number[], linear: readonly number[]): boolean {
  if (sameShape(shape, linear)) return false;
  const units = shape.at(-1);
  if (
    units !== undefined &&
    linear.length === shape.length + 1 &&
    linear.at(-1) === units &&
    shape.every((n, i) => n === linear[i])
  ) {
    return true;
  }
  const or = units === undefined ? '' : ` or ${describeShape([...shape, units])}`;
  return misfit('dLinear', `the shape ${describeShape(shape)}${or}`, describeShape(linear));
}
