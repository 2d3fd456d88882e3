// A call with containers of any kind, mixed as they come: everything is read and checked first, then computed, then put into
// `out` or a new container. The calls that programs make most, typed arrays or tensors only, do not come here: see surface.ts.

import { isObject, tag, wrongType } from './check.js';
import { isWasmMemory } from './memory.js';
import {
  checkOverlap,
  checkSink,
  type FloatArray,
  floats,
  floatsLike,
  gather,
  noShape,
  says,
  scatter,
  sinkSays,
  sizeOf,
  toArray,
  typedView,
  type View,
  view,
} from './shape.js';
import { create, storageOf, Tensor } from './tensor.js';
import type { NumberArray } from './types.js';

/** An argument, read. */
export interface Input {
  readonly view: View;
  readonly tensor: Tensor | undefined;
  numbers: NumberArray;
}

/** Any container as a view; a tensor's is good until the memory grows. */
function viewOf(label: string, value: unknown, shape: unknown, expects: string): View {
  if (!(value instanceof Tensor)) return view(label, value, shape, expects);
  storageOf(label, value);
  noShape(label, shape);
  return typedView(label, 'tensor', value.data, value.shape);
}

/** Reads any container with all its elements; `shape` is `options.shape`. */
export function readInput(label: string, value: unknown, shape: unknown): Input {
  const from = viewOf(label, value, shape, says);
  return { view: from, tensor: value instanceof Tensor ? value : undefined, numbers: gather(from) };
}

/** What a call computes: results from the numbers of its inputs. */
export interface Task {
  readonly inputs: readonly Input[];
  /** The input whose container the results have. */
  readonly lead: Input;
  /** One shape a result: of the value, of the derivative, or of both. */
  readonly shapes: readonly (readonly number[])[];
  /** Whether the last result can be where an input is: all but a Jacobian can. */
  readonly inPlace: boolean;
  /** The caller's `out`, and the containers in it, one a result. */
  readonly out: unknown;
  readonly outs: readonly unknown[];
  readonly run: (inputs: [NumberArray, NumberArray | undefined], results: [FloatArray, FloatArray | undefined]) => void;
}

export function compute(task: Task): unknown {
  const { inputs, lead, shapes, out, outs } = task;
  const pair = shapes.length > 1;
  // All of `out` is read before anything is decided about it: reading may run code of the caller.
  const sinks = shapes.map((shape, i) => {
    if (out === undefined) return undefined;
    const sink = viewOf(!pair ? 'out' : i === 0 ? 'out.value' : 'out.deriv', outs[i], undefined, sinkSays);
    checkSink(sink, shape);
    return sink;
  });
  sinks.forEach((sink, i) => {
    if (sink) for (const input of inputs) checkOverlap(sink, input.view, task.inPlace || i < shapes.length - 1);
  });
  const [value, deriv] = sinks;
  if (value && deriv) checkOverlap(deriv, value, false);

  const made: Tensor[] = [];
  if (out === undefined && lead.tensor) {
    // A caller's view of wasm memory dies where making the results lets that grow.
    for (const input of inputs) if (isWasmMemory(input.numbers)) input.numbers = input.numbers.slice();
  }
  try {
    if (out === undefined && lead.tensor) for (const shape of shapes) made.push(create(shape));
    const results = shapes.map((shape, i): FloatArray => {
      const sink = sinks[i];
      if (sink) return (outs[i] instanceof Tensor ? outs[i].data : (sink.direct as FloatArray)) ?? floats(sink.size);
      const size = sizeOf(shape);
      const own = made[i]?.data ?? (lead.view.kind === 'typed' ? floatsLike(lead.numbers, size) : floats(size));
      return own;
    });
    const [a, b] = inputs.map(({ tensor, numbers }) => tensor?.data ?? numbers);
    task.run([a as NumberArray, b], results as [FloatArray, FloatArray | undefined]);
    if (out !== undefined) {
      sinks.forEach((sink, i) => {
        const numbers = results[i];
        if (sink && !sink.direct && numbers) scatter(sink, numbers);
      });
      return out;
    }
    const [first, second] = results.map((numbers, i) => made[i] ?? wrap(lead, numbers, shapes[i] ?? []));
    return pair ? { value: first, deriv: second } : first;
  } catch (error) {
    for (const tensor of made) tensor.dispose();
    throw error;
  }
}

/** Results in a container of the kind of `lead`. */
function wrap({ view: { kind } }: Input, numbers: FloatArray, shape: readonly number[]): unknown {
  if (kind === 'typed') return numbers;
  if (kind === 'strided') return { data: numbers, shape: [...shape] };
  return toArray(numbers, kind === 'array' ? [numbers.length] : shape);
}

/** Checks `out` of a call with two results. */
export function checkPair(out: unknown): asserts out is { value: unknown; deriv: unknown } {
  if (!isObject(out) || Array.isArray(out) || tag(out)) pairExpected(out);
}

/** For an `out` that lacks one of the two. */
export const pairExpected = (out: unknown): never => wrongType('ERR_OPTION', 'out', '{ value, deriv }', out);
