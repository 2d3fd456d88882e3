// The shortest way for calls with several inputs and results: typed arrays of at most a block each. No code of the caller runs.
// Anything out of the ordinary, including errors, is left to ports.ts.

import { type Split, split } from '../../containers/shape.js';
import { copyIn, copyOut } from '../../engine/copy.js';
import { BLOCK, readyFor, type Scratch, Workspace } from '../../engine/memory.js';
import { noMemory } from '../../errors.js';
import { keysAmong } from '../../keys.js';
import {
  bufferOf,
  type ElementType,
  elementType,
  FLOAT64,
  type FloatArray,
  floatsLike,
  INTEGER,
  type NumberArray,
  offsetOf,
  sizeOfTyped,
  tag,
} from '../../typed.js';
import { level } from '../frame.js';
import { revivedView } from './doubles.js';

/** The options of a call, each read once, if there are no others than `out` and `shape`. */
export interface ShortOptions {
  readonly out: unknown;
  readonly shape: unknown;
}

/** Reads options that are no more than that; undefined for others. */
export function shortOptions(given: unknown): ShortOptions | undefined {
  if (given === undefined) return NONE;
  const seen = keysAmong(given, 'out', 'shape');
  if (seen === 0) return undefined;
  const options = given as ShortOptions;
  // A missing key would be read from `Object.prototype`.
  return { out: seen & 1 ? options.out : undefined, shape: seen & 2 ? options.shape : undefined };
}

const NONE: ShortOptions = { out: undefined, shape: undefined };

/** Kept, so that a call makes none. */
const parts: Split = { outer: 1, units: 1, inner: 1 };

/**
 * Splits the shape of a typed array around an axis; without `shape`, the array is one row. Undefined if there is no such axis, or
 * if the shape is wrong.
 */
export function splitTyped(x: unknown, shape: unknown, axis: number): Readonly<Split> | undefined {
  const name = tag(x);
  if (name === undefined) return undefined;
  const size = sizeOfTyped(x as NumberArray);
  const lengths: number[] = [];
  if (shape === undefined) lengths.push(size);
  else if (Array.isArray(shape)) {
    for (let i = 0; i < shape.length; i++) {
      const length: unknown = shape[i];
      if (typeof length !== 'number' || length >>> 0 !== length) return undefined;
      lengths.push(length);
    }
  }
  if (axis < -lengths.length || axis >= lengths.length) return undefined;
  split(lengths, axis, parts);
  return parts.outer * parts.units * parts.inner === size ? parts : undefined;
}

/**
 * An input of a call, or a result (`lead` >= 0), with `size` elements. A result that is not given is made like input number
 * `lead`.
 */
export interface ShortPort {
  readonly array: unknown;
  readonly size: number;
  readonly lead: number;
}

export const shortPort = (array: unknown, size: number, lead = -1): ShortPort => ({ array, size, lead });

/** Buffers, each workspace for two ports, kept from call to call. */
export const spaces: Workspace[] = [];

function scratchAt(i: number): Scratch {
  const { left, right } = spaces[i >> 1] as Workspace;
  return i % 2 === 0 ? left : right;
}

/**
 * Computes results from typed arrays: `run` receives the handle of a buffer for each port, the inputs first. Returns the results;
 * or undefined, having done nothing, if a port is anything else, or if a result shares memory with another port.
 */
export function computeShort(
  ports: readonly ShortPort[],
  run: (handles: readonly number[]) => boolean,
): readonly FloatArray[] | undefined {
  const count = ports.length;
  const types: ElementType[] = [];
  const offsets: number[] = [];
  let inputs = 0;
  // Calls inside another one must not use its buffers.
  if (level() > 0) return undefined;
  for (let i = 0; i < count; i++) {
    const { array, size, lead } = ports[i] as ShortPort;
    if (lead < 0) inputs = i + 1;
    const name = tag(array);
    const type = name === undefined ? undefined : elementType(name);
    if (size === 0 || size > BLOCK) return undefined;
    if (array === undefined && lead >= 0) {
      types.push(types[lead] === INTEGER ? FLOAT64 : (types[lead] as ElementType));
      offsets.push(0);
      continue;
    }
    if (type === undefined || sizeOfTyped(array as NumberArray) !== size || (lead >= 0 && type === INTEGER)) return undefined;
    types.push(type);
    offsets.push(offsetOf(array as NumberArray));
    if (lead >= 0 && meetsAny(ports, i, inputs, types, offsets)) return undefined;
  }
  for (let i = spaces.length; 2 * i < count; i++) spaces.push(new Workspace());
  prepare(count);
  const handles: number[] = [];
  for (let i = 0; i < count; i++) {
    const scratch = scratchAt(i);
    handles.push(scratch.handle);
    if (i >= inputs) continue;
    const { array, size } = ports[i] as ShortPort;
    copyIn(scratch, 0, revivedView(array as NumberArray, offsets[i] as number, size), types[i] as ElementType, 0, size);
  }
  if (!run(handles)) noMemory(ports[0]?.size as number);
  // A kernel makes the memory grow when it fills its tables; views of it die, and so do results that are such views.
  prepare(count);
  const results: FloatArray[] = [];
  for (let i = inputs; i < count; i++) {
    const { array, size } = ports[i] as ShortPort;
    const type = types[i] as ElementType;
    const to = array === undefined ? floatsLike(type, size) : revivedView(array as FloatArray, offsets[i] as number, size);
    copyOut(scratchAt(i), 0, to, type, 0, size);
    results.push(to);
  }
  return results;
}

/** Makes the buffers of this many ports usable. If that makes the memory grow, the earlier views die, among them the first. */
function prepare(count: number): void {
  do for (let i = 0; i < count; i += 2) readyFor(spaces[i >> 1] as Workspace);
  while (scratchAt(0).view.length === 0);
}

/** Whether the result at `i` shares memory with an earlier port, unless it is exactly the memory of an input. */
function meetsAny(
  ports: readonly ShortPort[],
  i: number,
  inputs: number,
  types: readonly ElementType[],
  offsets: readonly number[],
): boolean {
  const out = ports[i]?.array as FloatArray;
  const at = offsets[i] as number;
  for (let j = 0; j < i; j++) {
    const other = ports[j]?.array as NumberArray | undefined;
    if (other === undefined) continue;
    const from = offsets[j] as number;
    if (j < inputs && from === at && types[j] === types[i] && ports[j]?.size === ports[i]?.size) continue;
    if (at < from + other.byteLength && from < at + out.byteLength && bufferOf(out) === bufferOf(other)) return true;
  }
  return false;
}
