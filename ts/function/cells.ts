// The element-wise part of recurrent cells: from the packed pre-activations of their gates to the next state, and back.

import * as parts from '../../build/wasm-parts.js';
import type { Operand } from '../containers/operand.js';
import { sizeOf } from '../containers/shape.js';
import { readAny } from '../containers/tensor.js';
import { BACKWARD_X, GRU, LSTM, Numbered, type Op, runCells, VALUE } from '../engine/kernels.js';
import { fail, misfit } from '../errors.js';
import { callable } from './callable.js';
import { defaultsOf, type Signature } from './definition.js';
import type { Frame } from './frame.js';
import { type PartNames, partNames, partsOf, readParts } from './parts.js';
import { compute, layout, port, type Wanted, want, withOptions, work } from './ports.js';
import { checkLike } from './row-call.js';
import { computeShort, shortOptions, shortPort, splitTyped } from './short/ports.js';
import type { GruGates, LstmGates } from './types.js';

/** A cell, described by the names of its arrays in the order in which its kernel takes them; a name with ? is optional. */
interface Cell {
  readonly name: string;
  /** Its number in crate/src/rows/cells.rs. */
  readonly kernel: Numbered;
  /** How many gates are packed along the last axis. */
  readonly gates: number;
  /** The arrays it reads in addition to the gates. */
  readonly state: readonly string[];
  /** Its results. A single one is returned as a container, several as an object. */
  readonly next: readonly string[];
  /** The gradients from which `backward` starts, given in the same way. */
  readonly gradients: readonly string[];
}

/** The options of a cell. */
const OPTIONS = ['shape', 'out'];

/** Where the arguments of a kernel begin: the gates and the state beside them, the gradients, the results. */
const [GATES, GRADIENTS, RESULTS] = [0, 3, 5] as const;

/**
 * What a call computes from: `given` are the arrays beside the gates, `factors` the gradients to start from, and `results` the
 * names of the results.
 */
interface Given {
  readonly op: Op;
  readonly gates: unknown;
  readonly given: readonly unknown[];
  readonly factors: readonly unknown[];
  readonly results: PartNames;
}

/** The results of a call by name; a single one without its name. */
function named({ op, results: { names } }: Given, made: readonly unknown[], out: unknown): unknown {
  if (op === VALUE && names.length === 1) return made[0];
  return out ?? Object.fromEntries(names.map((one, i) => [one, made[i]]));
}

/** The containers that a caller passes for the results; none without an `out`. */
const intoOf = (out: unknown, results: PartNames): readonly unknown[] => (out === undefined ? [] : partsOf('out', out, results));

/** The arguments of a kernel: the handles of buffers, each in its place. */
function inPlaces(handles: readonly number[], places: readonly number[]): readonly number[] {
  const buffers = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < handles.length; i++) buffers[places[i] as number] = handles[i] as number;
  return buffers;
}

function makeCell<F>({ name, kernel, gates: count, state, next, gradients }: Cell): F {
  // Made once, because every call needs them in this form.
  const inputs = partNames('gates', ...state);
  const beside = partNames(...state);
  const defaults = defaultsOf([]);
  const signature: Signature = {
    name,
    hparams: [],
    hasAxis: false,
    hasShape: true,
    more: undefined,
    takesY: false,
    inputs: inputs.names,
  };
  const nexts = partNames(...next);
  const back = partNames(...gradients);
  const allBack = partNames('gates', ...beside.names);
  const [stateOf, inputsOf, gradientOf] = [`the state of ${name}`, `the inputs of ${name}`, `the gradient of ${name}`];
  const dyLabels = back.names.map((part) => (back.names.length === 1 ? 'dy' : `dy.${part}`));

  function perform(
    frame: Frame,
    { op, gates, given, factors, results }: Given,
    parts: readonly unknown[] | undefined,
  ): unknown[] {
    const { x, out } = frame;
    readAny(x, 'gates', gates, frame.shape);
    const last = x.shape[x.shape.length - 1];
    if (last === undefined) fail(RangeError, 'ERR_AXIS', '"gates" expected a container with an axis, got a scalar');
    if (last % count !== 0) misfit('gates', `a last axis whose length is a multiple of ${count}`, `${last}`);
    const others = x.shape.slice(0, -1);
    const units = last / count;
    const whole = layout(x.shape, last);
    const part = layout([...others, units], units);

    const ports = [port(x, whole)];
    const places: number[] = [GATES];
    const read = (label: string, container: unknown, place: number): Operand | undefined => {
      if (container === undefined) return undefined;
      const of = frame.operand();
      readAny(of, label, container, undefined);
      checkLike(of, part.shape, x);
      ports.push(port(of, part));
      places.push(place);
      return of;
    };
    const states: (Operand | undefined)[] = [];
    for (let i = 0; i < given.length; i++) states.push(read(beside.names[i] as string, given[i], GATES + 1 + i));
    for (let i = 0; i < factors.length; i++) read(dyLabels[i] as string, factors[i], GRADIENTS + i);

    const { names } = results;
    const into = parts ?? intoOf(out, results);
    const wanted: Wanted[] = [];
    for (let i = 0; i < names.length; i++) {
      const result = names[i] as string;
      places.push(RESULTS + i);
      // A result is like the array whose gradient or next state it is; if there is none, like the first state.
      const lead = result === 'gates' ? x : (states[beside.names.indexOf(result)] ?? states[0] ?? x);
      wanted.push(want(names.length === 1 ? 'out' : `out.${result}`, into[i], lead, result === 'gates' ? whole : part));
    }
    const run = (handles: readonly number[], rows: number): boolean =>
      runCells(kernel, op, inPlaces(handles, places), rows, units);
    return compute(frame, ports, wanted, work(sizeOf(others), run));
  }

  /** The same of typed arrays, in few steps; undefined for others. */
  function performShort(
    { op, gates, given, factors, results: { names } }: Given,
    into: readonly unknown[],
    shape: unknown,
  ): readonly unknown[] | undefined {
    const split = splitTyped(gates, shape, -1);
    if (split === undefined || split.units % count !== 0) return undefined;
    const { outer } = split;
    const units = split.units / count;
    const size = outer * units;
    const ports = [shortPort(gates, count * size)];
    const places: number[] = [GATES];
    const read = (array: unknown, place: number): number | undefined => {
      if (array === undefined) return undefined;
      ports.push(shortPort(array, size));
      return places.push(place) - 1;
    };
    const states = given.map((array, i) => read(array, GATES + 1 + i));
    for (let i = 0; i < factors.length; i++) read(factors[i], GRADIENTS + i);
    for (let i = 0; i < names.length; i++) {
      const result = names[i] as string;
      places.push(RESULTS + i);
      const lead = result === 'gates' ? 0 : (states[beside.names.indexOf(result)] ?? states[0] ?? 0);
      ports.push(shortPort(into[i], result === 'gates' ? count * size : size, lead));
    }
    return computeShort(ports, (handles) => runCells(kernel, op, inPlaces(handles, places), outer, units));
  }

  /** One call; `read` reads what it is given, after the options. */
  function call(read: () => Given, options: unknown): unknown {
    const short = shortOptions(options);
    if (short === undefined) {
      return withOptions(signature, defaults, options, (frame) => {
        const given = read();
        return named(given, perform(frame, given, undefined), frame.out);
      });
    }
    const given = read();
    const { out, shape } = short;
    const into = intoOf(out, given.results);
    const made =
      performShort(given, into, shape) ?? withOptions(signature, defaults, short, (frame) => perform(frame, given, into));
    return named(given, made, out);
  }

  const value = (gates: unknown, given: unknown, options?: unknown): unknown =>
    call(() => ({ op: VALUE, gates, given: readParts(stateOf, given, beside, OPTIONS), factors: [], results: nexts }), options);
  const backward = (dy: unknown, from: unknown, options?: unknown): unknown =>
    call(() => {
      const factors = partsOf(gradientOf, dy, back);
      const [gates, ...given] = readParts(inputsOf, from, inputs, OPTIONS);
      const isThere = (_: string, i: number): boolean => given[i] !== undefined;
      const results = given.includes(undefined) ? partNames('gates', ...beside.names.filter(isThere)) : allBack;
      return { op: BACKWARD_X, gates, given, factors, results };
    }, options);
  return callable<F>(signature, defaults, value, { backward });
}

/**
 * The element-wise part of an LSTM cell, from its gates to its next states: c′ = σ(f)·c + σ(i)·tanh g, h′ = σ(o)·tanh c′.
 *
 * `gates` (M, 4U) are the pre-activations of i, f, g and o, side by side: x·W_ih + b_ih + h·W_hh + b_hh in PyTorch's order; `c`
 * (M, U) is the previous state. There may be any number of axes before the last; a flat array is one sample, or several with the
 * `shape` of the gates. Returns `{ h, c }`, each like `c`; `out` is `{ h, c }` too. `backward({ h, c }, { gates, c })` takes the
 * gradients with respect to h′ and, if there is one, c′, and gives `{ gates, c }` in one pass over the data. No hyperparameters.
 * Other libraries: Keras packs i, f, c, o, which is the same order; ONNX packs i, o, f, c. EpyNN keeps `i_`, `f_`, `g_` and `o_`
 * apart; side by side they are the gates, and its `C_` is c.
 * Special values: as IEEE 754 computes; NaN stays in its own unit.
 * Worst error: see docs/accuracy.md.
 * Source: S. Hochreiter and J. Schmidhuber, Long short-term memory, 1997; F. Gers, J. Schmidhuber and F. Cummins, Learning to
 * forget, 2000.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_AXIS`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see
 *   docs/guides/calling.md, "Errors".
 * @example
 * ```ts
 * import { lstmGates } from 'nonlin';
 * const { h, c } = lstmGates([[0, 0, 0, 0]], { c: [[2]] });
 * c; // → [[1]]
 * h; // → [[0.3807…]]
 * lstmGates.backward({ h: [[0]], c: [[1]] }, { gates: [[0, 0, 0, 0]], c: [[2]] }); // → { gates: [[0, 0.5, 0.5, 0]], c: [[0.5]] }
 * ```
 */
export const lstmGates: LstmGates = /* @__PURE__ */ makeCell({
  name: 'lstmGates',
  kernel: /* @__PURE__ */ new Numbered(LSTM, parts.lstm),
  gates: 4,
  state: ['c'],
  next: ['h', 'c'],
  gradients: ['h', 'c?'],
});

/**
 * The element-wise part of a GRU cell, from its gates to its next state: h′ = (1 − z)·n + z·h with r = σ(gᵣ), z = σ(g_z), n =
 * tanh(gₙ + r·hn).
 *
 * `gates` (M, 3U) are the pre-activations of r, z and n, side by side in PyTorch's order; `h` (M, U) is the previous state, and
 * `hn` is the hidden side's part of n, h·W_hn + b_hn, which r multiplies. Without `hn`, n = tanh gₙ. There may be any number of
 * axes before the last; a flat array is one sample, or several with the `shape` of the gates. Returns h′, like `h`. `backward(dh,
 * { gates, h, hn })` gives `{ gates, h, hn }` in one pass over the data, and its `out` has these parts. Its h is the direct part
 * of the gradient; add the part through the gates and `hn` yourself, with the weight matrices. No hyperparameters.
 * Other libraries: Keras and ONNX pack z, r, n. EpyNN multiplies h by r before the matrix, so its `r_` is activated beforehand,
 * by `sigmoid`; its `r_`, `z_` and `hh_`, side by side, are the gates, without `hn`.
 * Special values: as IEEE 754 computes; NaN stays in its own unit. 1 − z keeps its digits where z is close to 1.
 * Worst error: see docs/accuracy.md.
 * Source: K. Cho et al., Learning phrase representations using RNN encoder–decoder for statistical machine translation, 2014.
 *
 * @throws `ERR_DTYPE`, `ERR_SHAPE`, `ERR_AXIS`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`, `ERR_ENVIRONMENT`: see
 *   docs/guides/calling.md, "Errors".
 * @example
 * ```ts
 * import { gruGates } from 'nonlin';
 * gruGates([[0, 0, 0]], { h: [[4]] }); // → [[2]]
 * gruGates.backward([[1]], { gates: [[0, 0, 0]], h: [[4]] }); // → { gates: [[0, 1, 0.5]], h: [[0.5]] }
 * ```
 */
export const gruGates: GruGates = /* @__PURE__ */ makeCell({
  name: 'gruGates',
  kernel: /* @__PURE__ */ new Numbered(GRU, parts.gru),
  gates: 3,
  state: ['h', 'hn?'],
  next: ['h'],
  gradients: ['h'],
});
