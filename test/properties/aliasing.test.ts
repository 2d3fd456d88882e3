// `out` on the memory of the inputs, in every way that views of one buffer can lie. In place is as good as out of place; an `out`
// that shares no byte is accepted; everything else is refused, and then no byte has changed.

import fc from 'fast-check';
import { Tensor } from 'nonlin';
import { describe, expect } from 'vitest';
import { indices, product } from '../support/containers.js';
import { drawn, palettes } from '../support/elements.js';
import { byElement, byRow, elementwiseOperations, type Operation, rowOperations } from '../support/functions.js';
import { expectStored, type Held } from '../support/held.js';
import { holds } from '../support/properties.js';

const BYTES = 8 * 200;

/** How a view lies on the buffer. */
interface View {
  readonly narrow: boolean;
  readonly form: number;
  readonly start: number;
  readonly gap: number;
  readonly order: readonly number[];
  readonly reversed: readonly boolean[];
}

const views: fc.Arbitrary<View> = fc.record({
  narrow: fc.integer({ min: 0, max: 3 }).map((n) => n === 3),
  form: fc.nat(3),
  start: fc.nat(40),
  gap: fc.integer({ min: 1, max: 2 }),
  order: fc.array(fc.nat(9), { minLength: 3, maxLength: 3 }),
  reversed: fc.array(
    fc.integer({ min: 0, max: 4 }).map((n) => n === 4),
    { minLength: 3, maxLength: 3 },
  ),
});

/** A container on the buffer, and where its elements lie. */
interface Placed {
  readonly container: unknown;
  readonly flat: boolean;
  readonly width: number;
  /** The byte of each element, row by row. */
  readonly places: readonly number[];
  /** Two containers of one description are the same to the package. */
  readonly description: string;
  readonly read: () => number[];
}

function place(buffer: ArrayBuffer, base: number, view: View, shape: readonly number[]): Placed {
  const Class = view.narrow ? Float32Array : Float64Array;
  const width = Class.BYTES_PER_ELEMENT;
  const size = product(shape);
  const all = new Class(buffer, base, BYTES / width);
  // 0: flat; 1: with a shape; 2: rows; 3: with strides.
  const form = view.form === 2 && (shape.length < 2 || shape.slice(0, -1).includes(0)) ? 1 : view.form;
  const stride = shape.map(() => 0);
  let reach = form === 3 ? view.gap : 1;
  let start = view.start;
  const order = [...shape.keys()].sort((a, b) => (form === 3 ? (view.order[a] as number) - (view.order[b] as number) : b - a));
  for (const axis of order) {
    const length = shape[axis] as number;
    const back = form === 3 && view.reversed[axis];
    stride[axis] = back ? -reach : reach;
    if (back) start += reach * Math.max(0, length - 1);
    reach *= length;
  }
  const at = indices({ shape, stride, offset: start });
  const dense = all.subarray(start, start + size);
  const rows = (from: number, [length = 0, ...rest]: readonly number[]): unknown =>
    rest.length === 0
      ? all.subarray(from, from + length)
      : Array.from({ length }, (_, i) => rows(from + i * product(rest), rest));
  const container =
    form === 0
      ? dense
      : form === 1
        ? { data: dense, shape }
        : form === 2
          ? rows(start, shape)
          : { data: all, shape, stride, offset: start };
  return {
    container,
    flat: form === 0,
    width,
    places: at.map((position) => position * width),
    description: `${form === 2 ? 'rows' : 'line'} ${width} ${at}`,
    read: () => at.map((position) => all[position] as number),
  };
}

/** What an `out` has to do with an input. */
function relation(out: Placed, input: Placed): 'apart' | 'same' | 'alike' | 'overlap' {
  const bytes = new Set(out.places.flatMap((from) => Array.from({ length: out.width }, (_, i) => from + i)));
  const meet = input.places.some((from) => Array.from({ length: input.width }, (_, i) => bytes.has(from + i)).includes(true));
  if (!meet) return 'apart';
  if (out.description === input.description) return 'same';
  // The same elements in the same order under two descriptions, rows and one line: whether that is in place is not promised.
  return out.width === input.width && `${out.places}` === `${input.places}` ? 'alike' : 'overlap';
}

const distinct = ({ places }: Placed): boolean => new Set(places).size === places.length;

const shapes = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) }, { weight: 1, arbitrary: fc.constant(0) }), {
    minLength: 1,
    maxLength: 3,
  })
  .filter((shape) => product(shape) <= 16);

const cases = fc.record({
  shape: shapes,
  palette: palettes,
  wasm: fc.boolean(),
  x: views,
  dy: fc.option(views, { nil: undefined }),
  /** A view of its own, or that of x or dy. */
  outs: fc.tuple(fc.oneof(views, fc.constantFrom('x' as const, 'dy' as const)), fc.oneof(views, fc.constantFrom('x' as const))),
  axis: fc.nat(2),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

const rounding = (narrow: boolean): Held =>
  ({ stored: (value: number) => (narrow ? Math.fround(value) : value) }) as unknown as Held;

function check(operation: Operation, given: Case, rows: boolean): void {
  const { shape, palette, wasm } = given;
  const axis = given.axis % shape.length;
  // The first calls near 0 and far from it fill tables, for which memory may grow: that would detach the views made below.
  const first = { data: Float64Array.of(-20, 1), shape: [2] };
  operation.call(first, first, undefined);
  // And room for what calls in functions of the caller's need.
  Tensor.zeros(2 ** 16).dispose();
  const tensor = wasm ? Tensor.zeros(BYTES / 8) : undefined;
  const numbers = tensor?.data ?? new Float64Array(BYTES / 8);
  numbers.set(drawn(palette, numbers.length));
  const { buffer, byteOffset } = numbers;
  const x = place(buffer, byteOffset, given.x, shape);
  const dy = place(buffer, byteOffset, given.dy ?? given.x, shape);
  const inputs = operation.factor ? [x, dy] : [x];
  if (inputs.some(({ flat }) => flat) && shape.length > 1 && !inputs.every(({ flat }) => flat)) return;
  const options = {
    ...(rows ? { axis } : {}),
    ...(inputs.every(({ flat }) => flat) && shape.length > 1 ? { shape } : {}),
  };
  const wanted = rows
    ? byRow(operation, x.read(), dy.read(), shape, axis, {})
    : byElement(operation, x.read(), dy.read(), {}).map((values) => ({ shape, values }));
  const outs = wanted.map((each, i) => {
    const chosen = given.outs[i] as View | 'x' | 'dy';
    const view = chosen === 'x' ? given.x : chosen === 'dy' ? (given.dy ?? given.x) : chosen;
    return { placed: place(buffer, byteOffset, view, each.shape), view, inPlace: !operation.jacobian(i), ...each };
  });

  let forbidden = false;
  let promised = true;
  for (const { placed, inPlace } of outs) {
    if (!distinct(placed)) forbidden = true;
    for (const input of inputs) {
      const how = relation(placed, input);
      if (how === 'overlap' || (how !== 'apart' && !inPlace)) forbidden = true;
      if (how === 'alike') promised = false;
    }
  }
  const [one, second] = outs;
  if (one && second && relation(one.placed, second.placed) !== 'apart') forbidden = true;

  const bytes = new Uint8Array(buffer, byteOffset, BYTES);
  const before = bytes.slice();
  const out = second ? { value: one?.placed.container, deriv: second.placed.container } : one?.placed.container;
  let error: unknown;
  try {
    operation.call(x.container, dy.container, { ...options, out });
  } catch (thrown) {
    error = thrown;
  }
  try {
    if (forbidden || error !== undefined) expect(error).toMatchObject({ name: 'RangeError', code: 'ERR_SHAPE' });
    if (!forbidden && promised) expect(error).toBeUndefined();
    const after = bytes.slice();
    if (error === undefined) {
      for (const { placed, view, values } of outs) {
        expectStored(operation.name, rounding(view.narrow), placed.read(), values);
        for (const from of placed.places) after.set(before.subarray(from, from + placed.width), from);
      }
    }
    expect(
      after.findIndex((byte, i) => byte !== before[i]),
      'the first byte that changed and is none of the result',
    ).toBe(-1);
  } finally {
    tensor?.dispose();
  }
}

describe('views of one buffer', () => {
  for (const operation of elementwiseOperations) holds(operation.name, cases, 60, (given) => check(operation, given, false));
  for (const operation of rowOperations) holds(operation.name, cases, 150, (given) => check(operation, given, true));
});

describe('one tensor in every form', () => {
  const SIZE = 12;
  const forms: readonly ((tensor: Tensor) => unknown)[] = [
    (tensor) => tensor,
    (tensor) => tensor.reshape(3, 4),
    ({ data }) => ({ data, shape: [3, 4] }),
    ({ data }) => ({ data, shape: [3, 4], stride: [4, 1], offset: 0 }),
  ];
  for (const operation of [...elementwiseOperations, ...rowOperations]) {
    const inPlace = operation.results === 1 && !operation.jacobian(0);
    if (!inPlace) continue;
    const chosen = fc.constantFrom(...forms);
    holds(operation.name, fc.tuple(palettes, chosen, chosen, chosen), 12, ([palette, x, dy, out]) => {
      const values = drawn(palette, SIZE);
      const apart = { data: values, shape: [3, 4] };
      const { data } = operation.call(apart, apart, undefined) as { data: Float64Array };
      const tensor = Tensor.from(values, [3, 4]);
      const made = [x, dy, out].map((form) => form(tensor));
      operation.call(made[0], made[1], { out: made[2] });
      expectStored(operation.name, rounding(false), tensor.data, data);
      for (const each of made) if (each instanceof Tensor) each.dispose();
      tensor.dispose();
    });
  }
});
