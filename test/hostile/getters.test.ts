// Getters, proxies and buffers that change during a call; and an `out` that shares memory with an input.

import { memory, Tensor } from 'nonlin';
import { expect, test } from 'vitest';
import { alongRows, elementwise } from '../support/functions.js';
import { at, type Class, type Code, elu, type Good, makeGood, Refusals, relu, softmax } from '../support/hostile.js';

const list = new Refusals();
const { refuses } = list;

for (const f of [...elementwise, ...alongRows]) {
  for (const [what, out] of [
    ['one element further', (x: Float64Array) => x.subarray(1)],
    ['backwards', (x: Float64Array) => ({ data: x, shape: [4], stride: [-1], offset: 4 })],
    ['the same bytes as floats', (x: Float64Array) => new Float32Array(x.buffer, 8, 4)],
  ] as [string, (x: Float64Array) => unknown][]) {
    refuses('ERR_SHAPE', 'RangeError', `${f.name}: out on x, ${what}`, () => {
      const x = new Float64Array(5).fill(3);
      try {
        return f(x.subarray(0, 4), { out: out(x) });
      } finally {
        expect([...x]).toEqual([3, 3, 3, 3, 3]);
      }
    });
  }
}

/** An array that runs `action` when its element `index` is read. */
const acting = (numbers: readonly number[], index: number, action: () => void): number[] =>
  Object.defineProperty([...numbers], index, {
    get() {
      action();
      return numbers[index];
    },
  });

type Resizable = ArrayBuffer & { resize(bytes: number): void };
type Growable = SharedArrayBuffer & { grow(bytes: number): void };
const make = (Buffer: unknown) => (bytes: number) =>
  new (Buffer as new (bytes: number, options: object) => Resizable | Growable)(bytes, { maxByteLength: 64 });
const resizable = make(ArrayBuffer);
const growable = make(SharedArrayBuffer);

/** A change of a buffer, and the error of a call on a flat array over it. */
const changes: readonly [
  what: string,
  change: (array: Float64Array) => void,
  code: Code,
  name: Class,
  make?: typeof resizable,
][] = [
  ['detached', ({ buffer }) => structuredClone(buffer, { transfer: [buffer as ArrayBuffer] }), 'ERR_DTYPE', 'TypeError'],
  ['shrunk', ({ buffer }) => (buffer as Resizable).resize(8), 'ERR_SHAPE', 'RangeError'],
  ['emptied', ({ buffer }) => (buffer as Resizable).resize(0), 'ERR_SHAPE', 'RangeError'],
  ['grown', ({ buffer }) => (buffer as Resizable).resize(64), 'ERR_SHAPE', 'RangeError'],
  ['shared and grown', ({ buffer }) => (buffer as unknown as Growable).grow(64), 'ERR_SHAPE', 'RangeError', growable],
];

for (const index of [0, 3]) {
  const during = `while element ${index} is read`;
  for (const [what, action, code, name, buffer = resizable] of changes) {
    const array = () => new Float64Array(buffer(32)).fill(7);
    for (const f of [elu, softmax]) {
      refuses(code, name, `${f.name}.backward: x ${what} ${during} of dy`, ({ plain }) => {
        const x = array();
        return at(f, 'backward')(
          acting(plain, index, () => action(x)),
          { x },
        );
      });
      refuses(code, name, `${f.name}.backward: dy ${what} ${during} of x`, ({ plain }) => {
        const dy = array();
        return at(f, 'backward')(dy, { x: acting(plain, index, () => action(dy)) });
      });
      refuses(code, name, `${f.name}: out ${what} ${during} of x`, ({ plain }) => {
        const out = array();
        return f(
          acting(plain, index, () => action(out)),
          { out },
        );
      });
      const strided = ({ plain }: Good, data: Float64Array) =>
        f(
          acting(plain, index, () => action(data)),
          { out: { data, shape: [4], stride: [-1], offset: 3 } },
        );
      // Element 0 decides what x is, before `out` is examined; and with strides, there may be more data than elements.
      if (what.endsWith('grown') && index === 0) {
        test(`${f.name}: strided out ${what} ${during} of x has the result`, () => {
          const data = array();
          const good = makeGood();
          strided(good, data);
          expect([...data]).toEqual([...(f(good.x) as Float64Array).reverse(), 0, 0, 0, 0]);
          good.tensor.dispose();
        });
      } else refuses(code, name, `${f.name}: strided out ${what} ${during} of x`, (good) => strided(good, array()));
      refuses(code, name, `${f.name}.backward: a row ${what} ${during} of dy`, ({ nested }) => {
        const row = new Float64Array(buffer(16)).fill(7);
        const [first, second] = nested as [number[], number[]];
        const dy = [
          index === 0 ? acting(first, 0, () => action(row)) : first,
          index === 0 ? second : acting(second, 1, () => action(row)),
        ];
        return at(f, 'backward')(dy, { x: [[1, 2], row] });
      });
    }
  }
  refuses('ERR_DISPOSED', 'TypeError', `elu.backward: x disposed ${during} of dy`, ({ plain }) => {
    const x = Tensor.zeros(4);
    return at(elu, 'backward')(
      acting(plain, index, () => x.dispose()),
      { x },
    );
  });
  refuses('ERR_DISPOSED', 'TypeError', `elu: out disposed ${during} of x`, ({ plain }) => {
    const out = Tensor.zeros(4);
    return elu(
      acting(plain, index, () => out.dispose()),
      { out },
    );
  });
  for (const f of [relu, softmax]) {
    refuses('ERR_DTYPE', 'TypeError', `${f.name}: x shortened ${during}`, () => {
      const x: number[] = acting([1, 2, 3, 4], index, () => (x.length = index));
      return f(index === 3 ? Object.defineProperty([...x, 0], 3, { get: () => undefined }) : x);
    });
    refuses(
      'ERR_OPTION',
      'TypeError',
      `${f.name}: a wrong call ${during}`,
      ({ plain }) => f(acting(plain, index, () => relu([1], { nothing: 1 }))),
      / is not an option of relu; /,
    );
    refuses('ERR_DTYPE', 'TypeError', `${f.name}: memory grows ${during}, and a hole follows`, () => {
      const x = acting([1, 2, 3, 4, 5], index, () => Tensor.zeros(memory().capacity / 8).dispose());
      delete x[4];
      return f(x);
    });
  }
}

/** A proxy whose answer to one question changes. */
const changing = <T extends object>(target: T, key: string, answers: readonly unknown[]): T => {
  let asked = 0;
  return new Proxy(target, {
    get: (object, name) => (name === key ? answers[Math.min(asked++, answers.length - 1)] : Reflect.get(object, name)),
  });
};
for (const f of [relu, softmax]) {
  refuses('ERR_DTYPE', 'TypeError', `${f.name}: an array that says it is longer`, ({ plain }) =>
    f(changing(plain, 'length', [6])),
  );
  refuses('ERR_DTYPE', 'TypeError', `${f.name}: an array that grows with each look`, ({ plain }) =>
    f(changing(plain, 'length', [4, 6, 8, 10])),
  );
  refuses('ERR_DTYPE', 'TypeError', `${f.name}: an element that becomes a string`, ({ plain }) =>
    f(changing(plain, '2', ['0.5'])),
  );
  refuses('ERR_SHAPE', 'RangeError', `${f.name}: data that says it is longer`, ({ x }) =>
    f({ data: x, shape: changing([4], '0', [5]) }),
  );
  refuses('ERR_SHAPE', 'TypeError', `${f.name}: a shape that says it is longer`, ({ x }) =>
    f({ data: x, shape: changing([4], 'length', [3]) }),
  );
  refuses('ERR_SHAPE', 'RangeError', `${f.name}: rows that say they are longer`, () =>
    f([[1, 2], changing([3, 4], 'length', [3])]),
  );
}

list.check(120);
