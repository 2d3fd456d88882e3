// Activation functions on streams: chunks in, chunks out, and only the chunks that are being computed in memory.

import { describe, describeShape, expected, fail, isObject, labelled, wrongType } from '../errors.js';
import type { ActivationFunction } from '../function/types.js';
import { isNamed } from '../keys.js';
import { bufferOf, lengthOf, offsetOf, tag } from '../typed.js';
import { preparingOf, takeOut } from './options.js';
import type { Pool, PoolFunction, Streamed, StreamOptions } from './types.js';

declare global {
  /** The class of browsers and Node, only declared here for programs whose `lib` lacks it. */
  interface TransformStream<I, O> {}
}

/**
 * A stream that applies f to `Float64Array` chunks. The results have the order and the bits of a single call.
 *
 * It holds one chunk at a time and takes the next only when the reader wants more, so the data can be larger than memory. Input
 * chunks are not changed.
 *
 * @param f any activation function of this package; one along an axis works on rows of `columns` elements.
 * @param options hyperparameters of f (its `axis` must be the last one); `columns`, the number of elements in a row (an integer
 *   >= 1, required if f works along an axis): chunks that end inside a row are joined, so that only whole rows come out; `pool`,
 *   which computes the chunks.
 * @throws `ERR_OPTION` for a wrong option, `ERR_AXIS` for an axis other than the last, in the defaults of f or in the options.
 *   The stream fails with `ERR_DTYPE` for a chunk that is not a `Float64Array`, and with `ERR_SHAPE` if the data ends inside a
 *   row.
 * @example
 * ```ts
 * import { softmax } from 'nonlin';
 * import { activationStream } from 'nonlin/parallel';
 * const chunks = [Float64Array.of(1, 1, 2), Float64Array.of(2)];
 * const source = new ReadableStream({
 *   start(controller) {
 *     for (const chunk of chunks) controller.enqueue(chunk);
 *     controller.close();
 *   },
 * });
 * const results = [];
 * for await (const rows of source.pipeThrough(activationStream(softmax, { columns: 2 }))) results.push(...rows);
 * results; // → [0.5, 0.5, 0.5, 0.5]
 * ```
 */
export function activationStream<F extends PoolFunction>(
  f: F & Streamed<F>,
  options?: StreamOptions<F>,
): TransformStream<Float64Array, Float64Array>;
export function activationStream(f: unknown, options: unknown = {}): TransformStream<Float64Array, Float64Array> {
  if (!isFunction(f)) wrongType('ERR_OPTION', 'f', 'an activation function of nonlin', f);
  // Losses and `prelu` need more than x.
  if (!('backward' in f) || ('deriv2' in f && 'axis' in f.defaults))
    fail(TypeError, 'ERR_OPTION', `"f" expected a function of x alone, got ${f.name}`);
  if (!isNamed(options)) wrongType('ERR_OPTION', 'options', 'an object', options);
  const { values, rest: hyperparameters } = takeOut(options, f, ['columns', 'pool']);
  const [columns, pool] = values;
  const hasAxis = 'axis' in f.defaults;
  const isMissing = columns === undefined && hasAxis;
  if (isMissing || (columns !== undefined && !isColumns(columns))) {
    return expected('ERR_OPTION', 'columns', 'the length of a row, an integer >= 1', columns);
  }
  if (pool !== undefined && !isPool(pool)) return wrongType('ERR_OPTION', 'pool', 'a pool from createPool', pool);
  if (pool) preparingOf(f, 'value');
  const own = f.with(hyperparameters as Hyperparameters);
  checkAxis(own);
  const compute = (x: Float64Array): Float64Array | Promise<Float64Array> => {
    const call = columns === undefined ? {} : { shape: [x.length / columns, columns] };
    return pool ? pool.run(own, x, call) : own(x, call);
  };
  /** The beginning of a row whose end has not arrived yet. */
  let rest = new Float64Array(0);
  return new TransformStream<Float64Array, Float64Array>({
    async transform(chunk, controller) {
      if (tag(chunk) !== 'Float64Array') wrongType('ERR_DTYPE', 'chunk', 'a Float64Array', chunk);
      // A plain view: `slice` and `subarray` of a subclass could return anything.
      let x = new Float64Array(bufferOf(chunk), offsetOf(chunk), lengthOf('chunk', chunk));
      if (columns !== undefined) {
        const joined = rest.length > 0 ? join(rest, x) : x;
        const whole = joined.length - (joined.length % columns);
        rest = joined.slice(whole);
        x = joined.subarray(0, whole);
      }
      if (x.length > 0) controller.enqueue(await compute(x));
    },
    flush() {
      if (rest.length === 0) return;
      const words = `"chunk" expected rows of ${columns} elements, got ${rest.length} at the end`;
      throw labelled(RangeError, 'ERR_SHAPE', words);
    },
  });
}

function join(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

const isFunction = (value: unknown): value is ActivationFunction =>
  typeof value === 'function' && 'with' in value && 'defaults' in value;

/** Requires the last axis: the number of rows in a chunk depends on how the data was cut. */
function checkAxis({ defaults: { axis } }: ActivationFunction): void {
  const axes = isObject(axis) ? axis : [axis];
  if (axis === undefined || (axes.length === 1 && (axes[0] === -1 || axes[0] === 1))) return;
  const got = isObject(axis) ? describeShape(axis) : describe(axis);
  fail(RangeError, 'ERR_AXIS', `"axis" expected -1, because the rows of a stream run along the last axis, got ${got}`);
}

type Hyperparameters = Parameters<ActivationFunction['with']>[0];

const isColumns = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1;

const isPool = (value: unknown): value is Pool => isObject(value) && typeof (value as Pool).run === 'function';
