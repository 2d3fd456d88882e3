// Options that a function does not have, or with a wrong value; and what backward is given.

import { alongRows, elementwise } from '../support/functions.js';
import { about, at, type Class, type Good, hadamard, Refusals } from '../support/hostile.js';
import { rows } from '../table.js';

const list = new Refusals();
const { refuses } = list;
const probe = Float64Array.of(-1, 0, 2);

const optionNames = [...new Set([...elementwise, ...alongRows].flatMap((f) => Object.keys(f.defaults)))];
const notOptions = [
  'alpa',
  'AXIS',
  '',
  ' alpha',
  '0',
  'deriv',
  'x',
  'length',
  'name',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__proto__',
  'then',
];
for (const f of [...elementwise, ...alongRows, hadamard]) {
  const own = 'defaults' in f ? Object.keys(f.defaults) : [];
  const call = (options: unknown, { x }: Good) => (f === hadamard ? f(x, x, options) : f(x, options));
  const says = new RegExp(`^".*" is not an option of ${f.name}; `);
  for (const name of [...optionNames.filter((each) => !own.includes(each) && each !== 'negativeSlope'), ...notOptions]) {
    const options = Object.defineProperty({}, name, { value: 1, enumerable: true });
    refuses('ERR_OPTION', 'TypeError', `${f.name}: option "${name}"`, (good) => call(options, good), says);
  }
  for (const wrong of [null, 3, '1', true, 3n, Symbol('x'), () => 1, [], new Float64Array(4)]) {
    const what = typeof wrong === 'object' ? Object.prototype.toString.call(wrong) : typeof wrong;
    refuses(
      'ERR_OPTION',
      'TypeError',
      `${f.name}: ${what} for options`,
      (good) => call(wrong, good),
      /^"options" expected an object, got /,
    );
  }
  for (const name of own) {
    const code = name === 'axis' ? 'ERR_AXIS' : 'ERR_OPTION';
    // For an option that is a word, another word is a wrong value, and a number a wrong type.
    const isWord = 'defaults' in f && typeof (f.defaults as Record<string, unknown>)[name] === 'string';
    for (const wrong of [null, '1', true, 1n, ['1'], {}, Symbol('1'), () => 1, Object(1)]) {
      const what = typeof wrong === 'object' ? Object.prototype.toString.call(wrong) : typeof wrong;
      const kind = isWord && what === 'string' ? 'RangeError' : 'TypeError';
      refuses(code, kind, `${f.name}: ${what} for ${name}`, (good) => call({ [name]: wrong }, good), about(name));
      refuses(code, kind, `${f.name}.with: ${what} for ${name}`, () => at(f, 'with')({ [name]: wrong }), about(name));
    }
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      refuses(
        code,
        isWord ? 'TypeError' : 'RangeError',
        `${f.name}: ${wrong} for ${name}`,
        (good) => call({ [name]: wrong }, good),
        about(name),
      );
    // The class of an option that a prototype holds would be ignored.
    class Held {}
    Object.defineProperty(Held.prototype, name, { value: 1, enumerable: true });
    refuses('ERR_OPTION', 'TypeError', `${f.name}: an inherited ${name}`, (good) => call(new Held(), good), about(name));
  }
}
for (const f of alongRows) {
  for (const axis of [2, -3, 1.5, 2 ** 31, 2 ** 32, -(2 ** 32), 2 ** 53]) {
    refuses('ERR_AXIS', 'RangeError', `${f.name}: axis ${axis}`, ({ tensor }) => f(tensor, { axis }), about('axis'));
  }
  for (const operation of ['deriv', 'valueAndDeriv'])
    refuses('ERR_AXIS', 'RangeError', `${f.name}.${operation} of a number`, () => at(f, operation)(3));
}

for (const f of [...elementwise, ...alongRows]) {
  const backward = at(f, 'backward');
  const takesY = rows.find(({ name }) => name === f.name)?.takesY ?? alongRows.includes(f);
  for (const [what, saved, name] of [
    ['nothing', undefined, 'TypeError'],
    ['null', null, 'TypeError'],
    ['a number', 3, 'TypeError'],
    ['an array', [1, 2, 3, 4], 'TypeError'],
    ['no x and no y', {}, 'TypeError'],
    ['undefined for both', { x: undefined, y: undefined }, 'TypeError'],
    ['both', { x: probe, y: probe }, takesY ? 'RangeError' : 'TypeError'],
    ['an inherited x', Object.create({ x: probe }), 'TypeError'],
    ['another name', { z: probe }, 'TypeError'],
    ['another name beside x', { x: probe, value: probe }, 'TypeError'],
  ] as [string, unknown, Class][]) {
    refuses(
      'ERR_OPTION',
      name,
      `${f.name}.backward from ${what}`,
      ({ dy }) => backward(dy, saved),
      takesY
        ? /\.backward"? expected either \{ x \} or \{ y \}, got |is not an input of |expected an own property of the inputs/
        : /\.backward"? expected \{ x \}, got |is not an input of |expected an own property of the inputs/,
    );
  }
  for (const [what, shape, name] of [
    ['a number', 4, 'TypeError'],
    ['null', null, 'TypeError'],
    ['a string', '4', 'TypeError'],
    ['a string in it', ['4'], 'TypeError'],
    ['something like an array', { length: 1, 0: 4 }, 'TypeError'],
    ['another size', [3], 'RangeError'],
    ['a negative length', [-4], 'RangeError'],
    ['a size that wraps in 32 bits', [2 ** 31 + 1, 2, 2], 'RangeError'],
  ] as [string, unknown, Class][]) {
    refuses('ERR_SHAPE', name, `${f.name}: ${what} for options.shape`, ({ x }) => f(x, { shape }), about('shape'));
  }
  for (const [what, of] of [
    ['nested arrays', ({ nested }: Good) => nested],
    ['{ data, shape }', ({ strided }: Good) => strided],
    ['a tensor', ({ tensor }: Good) => tensor],
  ] as [string, (good: Good) => unknown][]) {
    refuses(
      'ERR_SHAPE',
      'RangeError',
      `${f.name}: options.shape beside ${what}`,
      (good) => f(of(good), { shape: [2, 2] }),
      about('shape'),
    );
  }
}

list.check(400);
