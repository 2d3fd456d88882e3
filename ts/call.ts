// A call with containers of any kind, mixed as they come: everything is read and checked first, then computed, then put into
// `out` or a new container. The calls that programs make most, typed arrays or tensors only, have their own way
// in pointwise.ts and softmax.ts and do not come here.

import { isObject, tag, wrongType } from './check.js';
import { isWasmMemory } from './memory.js';
import {
  checkOverlap,
  checkShape,
  type Flat,
  type FloatArray,
  floats,
  floatsLike,
  noShape,
  read,
  readSink,
  type Sink,
  sizeOf,
  toArray,
} from './shape.js';
import { create, storageOf, Tensor } from './tensor.js';
import type { NumberArray } from './types.js';

/** An argument, read. */
export interface Input {
  readonly label: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly tensor: Tensor | undefined;
  flat: Flat;
}

/** A result to be computed: where to, and how it is handed back. */
interface Result {
  readonly numbers: () => FloatArray;
  readonly hand: () => unknown;
  readonly undo: () => void;
}

/** Reads any container; `shape` is `options.shape`. */
export function readInput(label: string, value: unknown, shape: unknown): Input {
  if (!(value instanceof Tensor)) {
    const flat = read(label, value, shape);
    return { label, shape: flat.shape, size: flat.size, tensor: undefined, flat };
  }
  storageOf(label, value);
  noShape(label, shape);
  return { label, shape: value.shape, size: value.size, tensor: value, flat: read(label, asStrided(value), undefined) };
}

/** A tensor as a view of its memory, which is good until that grows. */
const asStrided = (tensor: Tensor): unknown => ({ data: tensor.data, shape: tensor.shape });

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
  readonly run: (inputs: Numbers, results: Floats) => void;
}

type Numbers = [NumberArray, NumberArray | undefined];
type Floats = [FloatArray, FloatArray | undefined];

export function compute(task: Task): unknown {
  const { inputs, lead, shapes, out, outs } = task;
  const pair = shapes.length > 1;
  const labels = pair ? ['out.value', 'out.deriv'] : ['out'];
  // All of `out` is read before anything is decided about it: reading may run code of the caller.
  const sinks = shapes.map((shape, i) => (out === undefined ? undefined : readOut(labels[i] ?? '', outs[i], shape)));
  const inPlace = shapes.map((_, i) => task.inPlace || i < shapes.length - 1);
  sinks.forEach((sink, i) => {
    for (const { label, flat } of inputs) {
      if (sink && flat.layout) checkOverlap(labels[i] ?? '', sink.layout, label, flat.layout, inPlace[i] ?? false);
    }
  });
  const [value, deriv] = sinks;
  if (value && deriv) checkOverlap('out.deriv', deriv.layout, 'out.value', value.layout, false);

  if (out === undefined && lead.tensor) for (const input of inputs) detach(input);
  const results: Result[] = [];
  try {
    for (const [i, shape] of shapes.entries()) {
      results.push(makeResult(lead, shape, sinks[i], outs[i], i === 0 && inPlace[0] === true));
    }
    task.run(
      inputs.map((input) => (input.tensor ? input.tensor.data : input.flat.numbers)) as Numbers,
      results.map((result) => result.numbers()) as Floats,
    );
  } catch (error) {
    for (const result of results) result.undo();
    throw error;
  }
  for (const sink of sinks) sink?.finish();
  if (out !== undefined) return out;
  const [first, second] = results.map((result) => result.hand());
  return pair ? { value: first, deriv: second } : first;
}

/** Checks `out` of a call with two results. */
export function checkPair(out: unknown): asserts out is { value: unknown; deriv: unknown } {
  if (!isObject(out) || Array.isArray(out) || tag(out)) pairExpected(out);
}

/** For an `out` that lacks one of the two. */
export const pairExpected = (out: unknown): never => wrongType('ERR_OPTION', 'out', '{ value, deriv }', out);

function readOut(label: string, out: unknown, shape: readonly number[]): Sink {
  if (!(out instanceof Tensor)) return readSink(label, out, shape);
  storageOf(label, out);
  checkShape(label, out.shape, shape);
  return readSink(label, asStrided(out), shape);
}

/** Takes a copy of a caller's view of wasm memory, where that may grow before the view is used. */
function detach(input: Input): void {
  const { flat } = input;
  if (!input.tensor && isWasmMemory(flat.numbers)) input.flat = { ...flat, numbers: flat.numbers.slice() };
}

const nothing = (): void => undefined;

function makeResult(lead: Input, shape: readonly number[], sink: Sink | undefined, out: unknown, reuse: boolean): Result {
  if (sink) {
    const numbers = out instanceof Tensor ? () => out.data : () => sink.numbers;
    return { numbers, hand: () => out, undo: nothing };
  }
  if (lead.tensor) {
    const tensor = create(shape);
    return { numbers: () => tensor.data, hand: () => tensor, undo: () => tensor.dispose() };
  }
  const { kind, numbers: given, copied } = lead.flat;
  const size = sizeOf(shape);
  // A copy of plain or strided input is ours: the result takes its place.
  const own =
    reuse && copied && size === given.length
      ? (given as Float64Array)
      : kind === 'typed'
        ? floatsLike(given, size)
        : floats(size);
  const hand = (): unknown =>
    kind === 'typed'
      ? own
      : kind === 'strided'
        ? { data: own, shape: [...shape] }
        : toArray(own, kind === 'array' ? [size] : shape);
  return { numbers: () => own, hand, undo: nothing };
}
