// Values that are not containers, and containers whose elements or shapes are wrong, everywhere a container is accepted.

import { runInNewContext } from 'node:vm';
import { Tensor } from 'nonlin';
import {
  about,
  at,
  type Class,
  elu,
  type Good,
  glu,
  gruGates,
  hadamard,
  logSumExp,
  lstmGates,
  prelu,
  Refusals,
  relu,
  sigmoid,
  sigmoidCrossEntropy,
  softmax,
  softmaxCrossEntropy,
} from '../support/hostile.js';

const list = new Refusals();
const { refuses } = list;

interface Place {
  readonly label: string;
  readonly call: (wrong: unknown, good: Good) => unknown;
  /** Whether results are written to it. */
  readonly out?: boolean;
  /** Whether `undefined` stands for a missing container rather than a wrong one. */
  readonly optional?: boolean;
  /** The number of elements it must have, if shapes are compared before the elements are read. */
  readonly fits?: number;
}

const places: readonly Place[] = [
  { label: 'x', call: (wrong) => relu(wrong) },
  { label: 'x', call: (wrong) => softmax(wrong, { axis: 0 }) },
  { label: 'x', call: (wrong) => at(elu, 'deriv')(wrong) },
  { label: 'x', call: (wrong) => at(softmax, 'deriv')(wrong) },
  { label: 'x', call: (wrong) => at(sigmoid, 'valueAndDeriv')(wrong) },
  { label: 'x', call: (wrong) => Tensor.from(wrong as number[]) },
  { label: 'dy', call: (wrong, { x }) => at(elu, 'backward')(wrong, { x }) },
  { label: 'dy', call: (wrong, { x }) => at(softmax, 'backward')(wrong, { x }) },
  { label: 'x', call: (wrong, { dy }) => at(elu, 'backward')(dy, { x: wrong }), optional: true },
  { label: 'y', call: (wrong, { dy }) => at(softmax, 'backward')(dy, { y: wrong }), optional: true },
  { label: 'dA', call: (wrong, { x }) => hadamard(wrong, x) },
  { label: 'dLinear', call: (wrong, { x }) => hadamard(x, wrong) },
  { label: 'out', call: (wrong, { x }) => relu(x, { out: wrong }), out: true, optional: true },
  { label: 'out', call: (wrong, { tensor }) => softmax(tensor, { out: wrong }), out: true, optional: true },
  { label: 'out', call: (wrong, { x, dy }) => at(elu, 'backward')(dy, { x }, { out: wrong }), out: true, optional: true },
  { label: 'out', call: (wrong, { x, dy }) => hadamard(x, dy, { out: wrong }), out: true, optional: true },
  {
    label: 'out.value',
    call: (wrong, { x, out }) => at(elu, 'valueAndDeriv')(x, { out: { value: wrong, deriv: out } }),
    out: true,
    optional: true,
  },
  {
    label: 'out.deriv',
    call: (wrong, { x, out }) => at(elu, 'valueAndDeriv')(x, { out: { value: out, deriv: wrong } }),
    out: true,
    optional: true,
  },
  { label: 'x', call: (wrong) => logSumExp(wrong) },
  { label: 'logits', fits: 4, call: (wrong) => softmaxCrossEntropy(wrong, 0) },
  { label: 'labels', fits: 4, call: (wrong, { x }) => at(softmaxCrossEntropy, 'valueAndDeriv')(x, wrong) },
  { label: 'targets', fits: 4, call: (wrong, { x }) => at(sigmoidCrossEntropy, 'deriv')(x, wrong) },
  { label: 'x', fits: 4, call: (wrong) => glu(wrong) },
  { label: 'dy', fits: 2, call: (wrong, { x }) => at(glu, 'backward')(wrong, { x }) },
  { label: 'x', fits: 4, call: (wrong) => prelu(wrong, { alpha: 1 }) },
  { label: 'alpha', fits: 1, call: (wrong, { x }) => prelu(x, { alpha: wrong }), optional: true },
  { label: 'dy', fits: 4, call: (wrong, { x }) => at(prelu, 'backward')(wrong, { x, alpha: 0.5 }) },
  { label: 'gates', fits: 4, call: (wrong) => lstmGates(wrong, { c: [1] }) },
  { label: 'c', fits: 1, call: (wrong, { x }) => lstmGates(x, { c: wrong }), optional: true },
  {
    label: 'dy.h',
    fits: 1,
    call: (wrong, { x }) => at(lstmGates, 'backward')({ h: wrong }, { gates: x, c: [1] }),
    optional: true,
  },
  { label: 'hn', fits: 1, call: (wrong) => gruGates([1, 2, 3], { h: [1], hn: wrong }), optional: true },
];

class Point {
  readonly left = 3;
}

function detached(): Float64Array {
  const array = new Float64Array(4);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

const holed = (): number[] => {
  const array = [1, 2, 3, 4];
  delete array[2];
  return array;
};

const cyclic = (): unknown[] => {
  const array: unknown[] = [];
  array[0] = array;
  return array;
};

/** Values that are not containers, and containers of something other than numbers. */
const notNumbers: readonly [what: string, make: () => unknown][] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['a string', () => '1,2'],
  ['a boolean', () => true],
  ['a bigint', () => 3n],
  ['a symbol', () => Symbol('x')],
  ['a function', () => () => [1]],
  ['an empty object', () => ({})],
  ['an instance of a class', () => new Point()],
  ['an object without a prototype', () => Object.create(null)],
  ['a Date', () => new Date(0)],
  ['a RegExp', () => /x/],
  ['a Map', () => new Map([[0, 1]])],
  ['a Set', () => new Set([1, 2])],
  ['a WeakMap', () => new WeakMap()],
  ['an Error', () => new Error('x')],
  ['a promise', () => Promise.resolve([1, 2])],
  ['an iterator', () => [1, 2].values()],
  ['a number object', () => Object(3)],
  ['a string object', () => Object('12')],
  ['an ArrayBuffer', () => new ArrayBuffer(32)],
  ['a SharedArrayBuffer', () => new SharedArrayBuffer(32)],
  ['a DataView', () => new DataView(new ArrayBuffer(32))],
  ['a BigInt64Array', () => new BigInt64Array(4)],
  ['a BigUint64Array', () => new BigUint64Array(4)],
  ['something like an array', () => ({ length: 4, 0: 1, 1: 2, 2: 3, 3: 4 })],
  ['arguments', () => runInNewContext('(function () { return arguments })(1, 2, 3, 4)')],
  ['a proxy of a typed array', () => new Proxy(new Float64Array(4), {})],
  ['what inherits from a typed array', () => Object.create(new Float64Array(4))],
  ['what inherits from an array', () => Object.create([1, 2, 3, 4])],
  ['what calls itself a Float64Array', () => ({ [Symbol.toStringTag]: 'Float64Array', length: 4 })],
  ['a BigInt64Array of another realm', () => runInNewContext('new BigInt64Array(4)')],
  ['a Map of another realm', () => runInNewContext('new Map()')],
  ['a typed array without its memory', detached],
  ['data without its memory', () => ({ data: detached(), shape: [4] })],
  ['a row without its memory', () => [detached(), detached()]],
  ['data that is a string', () => ({ data: '1234', shape: [4] })],
  ['data that is a buffer', () => ({ data: new ArrayBuffer(32), shape: [4] })],
  ['data of bigints', () => ({ data: new BigInt64Array(4), shape: [4] })],
  ['data that is a Set', () => ({ data: new Set([1]), shape: [1] })],
  ['no data', () => ({ data: undefined, shape: [4] })],
  ['data of null', () => ({ data: null, shape: [4] })],
  ['data that is a container', () => ({ data: { data: [1], shape: [1] }, shape: [1] })],
  ['data of another type than it says', () => ({ data: new Float64Array(4), shape: [4], dtype: 'float32' })],
  ['data of complex numbers', () => ({ data: new Float64Array(4), shape: [4], dtype: 'complex128' })],
  [
    'a tensor of another copy',
    () => ({
      get data() {
        return undefined;
      },
      [Symbol.for('nonlin.Tensor')]: true,
    }),
  ],
];

/** Containers with an element that is not a number; elements do not count where results are written. */
const elementsOf: readonly [what: string, make: () => unknown][] = [
  ['a string among numbers', () => [1, '2', 3, 4]],
  ['a numeric string at the end', () => [1, 2, 3, '4']],
  ['null among numbers', () => [1, null, 3, 4]],
  ['undefined at first', () => [undefined, 2, 3, 4]],
  ['a hole', holed],
  ['only holes', () => new Array(4)],
  ['more holes than memory', () => new Array(2 ** 32 - 1)],
  ['a bigint among numbers', () => [1, 2n, 3, 4]],
  ['a boolean among numbers', () => [1, 2, true, 4]],
  ['an object among numbers', () => [1, 2, {}, 4]],
  ['a function among numbers', () => [1, 2, 3, () => 4]],
  ['a symbol among numbers', () => [1, 2, 3, Symbol('4')]],
  ['a Date among numbers', () => [1, 2, 3, new Date(4)]],
  ['a number object among numbers', () => [1, 2, 3, Object(4)]],
  ['a hole deep inside', () => [[1, 2, 3, 4], holed()]],
  [
    'a string deep inside',
    () => [
      [1, 2],
      [3, '4'],
    ],
  ],
  ['a Set among rows', () => [[1, 2], new Set([3, 4])]],
  ['a BigInt64Array among rows', () => [[1, 2], new BigInt64Array(2)]],
  ['data with a string', () => ({ data: [1, 2, '3', 4], shape: [4] })],
  ['data with a hole', () => ({ data: holed(), shape: [2, 2] })],
  [
    'nested data',
    () => ({
      data: [
        [1, 2],
        [3, 4],
      ],
      shape: [2],
    }),
  ],
];

/** Elements that are not numbers. */
const noNumbers: readonly [what: string, element: unknown][] = [
  ['a string', '4'],
  ['null', null],
  ['undefined', undefined],
  ['a bigint', 4n],
  ['a boolean', true],
  ['an object', {}],
  ['a function', () => 4],
  ['a symbol', Symbol('4')],
  ['a number object', Object(4)],
];

/** Containers of so many elements, of which the last is no number. */
const fitting = (count: number): typeof elementsOf =>
  noNumbers.map(([what, element]) => [`${what} at the end`, () => [...new Array<number>(count - 1).fill(1), element]]);

/** Containers whose shape is invalid or does not fit. */
const shapes: readonly [what: string, make: () => unknown, name?: Class][] = [
  ['ragged rows', () => [[1, 2], [3]]],
  ['ragged rows, the second longer', () => [[1], [2, 3]]],
  [
    'ragged rows deep inside',
    () => [
      [[1], [2]],
      [[3], [4, 5]],
    ],
  ],
  ['an empty row beside a full one', () => [[], [1]]],
  ['a number beside rows', () => [[1, 2], 3]],
  ['a ragged typed row', () => [new Float64Array(2), new Float64Array(3)]],
  ['an array that holds itself', cyclic],
  [
    'a row that holds its array',
    () => {
      const outer: unknown[] = [[1]];
      (outer[0] as unknown[])[0] = outer;
      return outer;
    },
  ],
  [
    '100 dimensions',
    () => {
      let deep: unknown = [1];
      for (let i = 0; i < 100; i++) deep = [deep];
      return deep;
    },
  ],
  ['less data than its shape', () => ({ data: new Float64Array(3), shape: [2, 2] })],
  ['more data than its shape', () => ({ data: new Float64Array(5), shape: [2, 2] })],
  ['a shape beyond 2^32', () => ({ data: new Float64Array(4), shape: [65_536, 65_537] })],
  ['a shape that is 4 modulo 2^32', () => ({ data: new Float64Array(4), shape: [2 ** 31 + 1, 2, 2] })],
  ['a shape beyond 2^53', () => ({ data: new Float64Array(4), shape: [2 ** 40, 2 ** 40] })],
  ['a shape beyond all numbers', () => ({ data: new Float64Array(4), shape: new Array(30).fill(2 ** 50) })],
  ['a negative length', () => ({ data: new Float64Array(4), shape: [-2, -2] })],
  ['a fraction for a length', () => ({ data: new Float64Array(4), shape: [1.5, 4] })],
  ['NaN for a length', () => ({ data: new Float64Array(4), shape: [Number.NaN, 4] })],
  ['an infinite length', () => ({ data: new Float64Array(4), shape: [Number.POSITIVE_INFINITY] })],
  ['a length that is no safe integer', () => ({ data: new Float64Array(4), shape: [2 ** 53] })],
  ['two shapes that disagree', () => ({ data: new Float64Array(4), shape: [2, 2], dims: [4] })],
  ['too few strides', () => ({ data: new Float64Array(4), shape: [2, 2], stride: [1] })],
  ['too many strides', () => ({ data: new Float64Array(4), shape: [4], stride: [1, 1] })],
  ['a stride past the end', () => ({ data: new Float64Array(4), shape: [2, 2], stride: [3, 1] })],
  ['a stride before the beginning', () => ({ data: new Float64Array(4), shape: [4], stride: [-1] })],
  ['a huge stride', () => ({ data: new Float64Array(4), shape: [2, 2], stride: [2 ** 52, 1] })],
  ['strides that cancel in 32 bits', () => ({ data: new Float64Array(4), shape: [2, 2], stride: [2 ** 32, 1] })],
  ['a fraction for a stride', () => ({ data: new Float64Array(4), shape: [4], stride: [0.5] })],
  ['two strides that disagree', () => ({ data: new Float64Array(4), shape: [4], stride: [1], strides: [-1], offset: 3 })],
  ['a negative offset', () => ({ data: new Float64Array(4), shape: [4], offset: -1 })],
  ['an offset past the end', () => ({ data: new Float64Array(4), shape: [4], offset: 1 })],
  ['a huge offset', () => ({ data: new Float64Array(4), shape: [4], offset: 2 ** 53 - 1 })],
  ['column-major data without strides', () => ({ data: new Float64Array(4), shape: [2, 2], order: 'column-major' })],
  ['Fortran’s order without strides', () => ({ data: new Float64Array(4), shape: [2, 2], fortran_order: true })],
  ['a number for a shape', () => ({ data: new Float64Array(4), shape: 4 }), 'TypeError'],
  ['a string for a shape', () => ({ data: new Float64Array(4), shape: '4' }), 'TypeError'],
  ['null for a shape', () => ({ data: new Float64Array(4), shape: null }), 'TypeError'],
  ['an iterator for a shape', () => ({ data: new Float64Array(4), shape: [4].values() }), 'TypeError'],
  ['bigints for a shape', () => ({ data: new Float64Array(4), shape: new BigInt64Array([4n]) }), 'TypeError'],
  ['a shape that holds a string', () => ({ data: new Float64Array(4), shape: ['4'] }), 'TypeError'],
  ['a shape that holds itself', () => ({ data: new Float64Array(4), shape: cyclic() }), 'TypeError'],
  ['a shape with a hole', () => ({ data: new Float64Array(4), shape: new Array(1) }), 'TypeError'],
  ['a string for strides', () => ({ data: new Float64Array(4), shape: [4], stride: '1' }), 'TypeError'],
  ['a string for an offset', () => ({ data: new Float64Array(4), shape: [4], offset: '0' }), 'TypeError'],
];

for (const [i, place] of places.entries()) {
  const named = `${place.label} of call ${i}`;
  for (const [what, make] of notNumbers) {
    if (make() === undefined && place.optional) continue;
    refuses('ERR_DTYPE', 'TypeError', `${named}: ${what}`, (good) => place.call(make(), good), about(place.label));
  }
  // The earlier elements of an `out` do not count.
  const elements = place.out ? [] : place.fits === undefined ? elementsOf : fitting(place.fits);
  for (const [what, make] of elements) {
    refuses('ERR_DTYPE', 'TypeError', `${named}: ${what}`, (good) => place.call(make(), good), about(place.label));
  }
  if (elements === elementsOf) {
    const unequal = [
      [1, 2],
      [3, [4]],
    ];
    refuses(
      'ERR_SHAPE',
      'RangeError',
      `${named}: rows of unequal depth`,
      (good) => place.call(unequal, good),
      about(place.label),
    );
  }
  for (const [what, make, name] of shapes) {
    refuses('ERR_SHAPE', name ?? 'RangeError', `${named}: ${what}`, (good) => place.call(make(), good), about(place.label));
  }
  for (const [what, make] of [
    [
      'a disposed tensor',
      () => {
        const t = Tensor.zeros(4);
        t.dispose();
        return t;
      },
    ],
    [
      'a proxy of a disposed tensor',
      () => {
        const t = Tensor.zeros(4);
        t.dispose();
        return new Proxy(t, {});
      },
    ],
    ['a forged tensor', () => Object.create(Tensor.prototype)],
    ['a forged tensor with fields', () => Object.create(Tensor.prototype, { at: { value: 1 } })],
    ['one that inherits from a tensor', () => Object.create(Object.create(Tensor.prototype))],
  ] as [string, () => unknown][]) {
    refuses('ERR_DISPOSED', 'TypeError', `${named}: ${what}`, (good) => place.call(make(), good), about(place.label));
  }
}

// ---- Containers that results cannot be written to ----

for (const [i, place] of places.filter(({ out }) => out).entries()) {
  const named = `${place.label} of call ${i}`;
  for (const Integers of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array]) {
    refuses(
      'ERR_DTYPE',
      'TypeError',
      `${named}: ${Integers.name}`,
      (good) => place.call(new Integers(4), good),
      about(place.label),
    );
  }
  refuses('ERR_DTYPE', 'TypeError', `${named}: a number`, (good) => place.call(3, good), about(place.label));
  refuses(
    'ERR_DTYPE',
    'TypeError',
    `${named}: frozen`,
    (good) => place.call(Object.freeze([1, 2, 3, 4]), good),
    about(place.label),
  );
  refuses('ERR_SHAPE', 'RangeError', `${named}: too short`, (good) => place.call(new Float64Array(3), good), about(place.label));
  refuses('ERR_SHAPE', 'RangeError', `${named}: too long`, (good) => place.call(new Float64Array(5), good), about(place.label));
  refuses('ERR_SHAPE', 'RangeError', `${named}: empty`, (good) => place.call([], good), about(place.label));
  refuses(
    'ERR_SHAPE',
    'RangeError',
    `${named}: another shape`,
    (good) => place.call([[1], [2], [3], [4]], good),
    about(place.label),
  );
  refuses(
    'ERR_SHAPE',
    'RangeError',
    `${named}: all elements on one place`,
    (good) => place.call({ data: new Float64Array(1), shape: [4], stride: [0] }, good),
    about(place.label),
  );
}

list.check(3000);
