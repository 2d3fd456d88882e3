// Mistakes that people make, and the advice in the message. Each is something that a newcomer, or a user of another library,
// types.

import * as nonlin from 'nonlin';
import { elu, hadamard, lrelu, relu, sigmoid, softmax, softmaxCrossEntropy, Tensor } from 'nonlin';
import { describe, expect, test } from 'vitest';

type Loose = ((...args: unknown[]) => unknown) & {
  backward: (...args: unknown[]) => unknown;
  with: (...args: unknown[]) => unknown;
};
const loose = (f: unknown) => f as Loose;

const mistakes: [string, () => unknown, 'ERR_OPTION' | 'ERR_SHAPE' | 'ERR_DTYPE' | 'ERR_AXIS', RegExp][] = [
  [
    'map with a function',
    () => [1, 2].map(loose(relu)),
    'ERR_OPTION',
    /relu takes whole arrays: relu\(array\), or array\.map\(\(x\) => relu\(x\)\)/,
  ],
  ['map with one that has an option', () => [1, 2].map(loose(elu)), 'ERR_OPTION', /elu takes whole arrays.*\{ alpha: 0 \}/],
  ["EpyNN's deriv flag", () => loose(relu)([1], true), 'ERR_OPTION', /the derivative is relu\.deriv\(x\)/],
  ['alpha as a number', () => loose(elu)([1], 0.5), 'ERR_OPTION', /for an option, \{ alpha: 0\.5 \}/],
  ['axis as a number', () => loose(softmax)([[1, 2]], 0), 'ERR_OPTION', /for an option, \{ axis: 0 \}/],
  ['a shape as an array', () => loose(softmax)([1, 2], [1, 2]), 'ERR_OPTION', /a shape is \{ shape: \[rows, columns\] \}/],
  [
    'out as an argument',
    () => loose(relu)([1], new Float64Array(1)),
    'ERR_OPTION',
    /"options" expected an object, got a Float64Array/,
  ],
  ['dim', () => loose(softmax)([1], { dim: 0 }), 'ERR_OPTION', /"dim" is not an option of softmax; did you mean "axis"\?/],
  ['T', () => loose(softmax)([1], { T: 2 }), 'ERR_OPTION', /did you mean "temperature"\?/],
  ['temp', () => loose(softmax)([1], { temp: 2 }), 'ERR_OPTION', /did you mean "temperature"\?/],
  ['slope', () => loose(lrelu)([1], { slope: 2 }), 'ERR_OPTION', /did you mean "alpha"\?/],
  ['negative_slope', () => loose(lrelu)([1], { negative_slope: 2 }), 'ERR_OPTION', /did you mean "negativeSlope"\?/],
  ['a slip', () => loose(elu)([1], { apha: 2 }), 'ERR_OPTION', /"apha" is not an option of elu; did you mean "alpha"\?/],
  [
    'dim where there is no axis',
    () => loose(sigmoid)([1], { dim: 0 }),
    'ERR_OPTION',
    /"dim" is not an option of sigmoid; expected one of "shape", "out"/,
  ],
  [
    'mask in with',
    () => loose(softmax).with({ mask: [1] }),
    'ERR_OPTION',
    /^"mask" is not an option of softmax\.with; it belongs in a call$/,
  ],
  [
    'shape where both have one',
    () => loose(hadamard)([1], [1], { shape: [1] }),
    'ERR_OPTION',
    /^"shape" is not an option of hadamard; expected one of "out"$/,
  ],
  [
    'a frozen array to write to',
    () => relu([1, 2], { out: { data: Object.freeze([0, 0]) as number[], shape: [2] } }),
    'ERR_DTYPE',
    /^"out" expected writable arrays, got a frozen one$/,
  ],
  [
    'data without a shape',
    () => loose(relu)({ data: [1] }),
    'ERR_SHAPE',
    /^"x\.shape" expected an array of numbers, got undefined$/,
  ],
  ['a number by a vector', () => loose(hadamard)(2, [3]), 'ERR_SHAPE', /^"dLinear" expected the shape \(\), got \(1\)$/],
  [
    'logits that are a number',
    () => loose(softmaxCrossEntropy)(1, 1),
    'ERR_AXIS',
    /^"logits" expected a container with an axis, got a scalar$/,
  ],
  [
    'a class where there are none',
    () => softmaxCrossEntropy([[], []], [0, 0]),
    'ERR_DTYPE',
    /^"labels\[0\]" expected a negative one where a row does not count, got 0$/,
  ],
  [
    'a ragged row',
    () => loose(relu)([[1, 2], [3, 4], [5]]),
    'ERR_SHAPE',
    /"x" expected rows of length 2, got one of length 1 at \[2\]/,
  ],
  [
    'a ragged row deep inside',
    () =>
      loose(relu)([
        [[1], [2]],
        [[3], [4, 5]],
      ]),
    'ERR_SHAPE',
    /"x" expected rows of length 1, got one of length 2 at \[1\]\[1\]/,
  ],
  [
    'too many rows deep inside',
    () =>
      loose(relu)([
        [[1], [2]],
        [[3], [4], [5]],
      ]),
    'ERR_SHAPE',
    /"x" expected rows of length 2, got one of length 3 at \[1\]/,
  ],
  [
    'a string among numbers',
    () =>
      loose(relu)([
        [1, 2],
        [3, '4'],
      ]),
    'ERR_DTYPE',
    /"x" expected a number at \[1\]\[1\], got "4"/,
  ],
  [
    'a hole with a shape',
    () => loose(softmax)([1, undefined], { shape: [2, 1] }),
    'ERR_DTYPE',
    /"x" expected a number at \[1\]\[0\], got undefined/,
  ],
  [
    'data that does not fill its shape',
    () => relu({ data: [1, 2, 3], shape: [2, 2] }),
    'ERR_SHAPE',
    /"x\.data" expected 4 elements for its shape \(2, 2\), got 3/,
  ],
  [
    'backward with x as it is',
    () => loose(relu).backward([1], [2]),
    'ERR_OPTION',
    /relu\.backward" expected either \{ x \} or \{ y \}.*pass the input as \{ x \}/,
  ],
  ['softmax of a number', () => loose(softmax)(3), 'ERR_AXIS', /expected a container with an axis, got a scalar/],
];

describe('messages that say what to do', () => {
  test.each(mistakes)('%s', (_, call, code, message) => {
    expect(call).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
    expect(relu([-1, 2])).toEqual([0, 2]);
  });

  test('no message speaks in riddles', () => {
    const error = (() => {
      try {
        Tensor.zeros(2 ** 30);
      } catch (thrown) {
        return thrown as Error;
      }
      return undefined;
    })();
    expect(error).toMatchObject({ name: 'RangeError', code: 'ERR_MEMORY', message: `not enough memory for ${2 ** 30} numbers` });
  });

  test('zeros takes its shape as an array too', () => {
    expect(Tensor.zeros([2, 3]).shape).toEqual([2, 3]);
    expect(Tensor.zeros(6).reshape([2, 3]).shape).toEqual([2, 3]);
    for (const wrong of ['2', null, {}])
      expect(() => (Tensor.zeros as unknown as Loose)(wrong)).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
  });
});

test('every function of the package refuses a wrong option by its own name', () => {
  for (const [name, f] of Object.entries(nonlin)) {
    if (typeof f !== 'function' || !('backward' in f)) continue;
    // Of a cell and of prelu the second argument is another input.
    const second = ['gruGates', 'lstmGates', 'prelu'].includes(name) ? [[1]] : [];
    expect(() => loose(f)([1], ...second, { nothing: 1 })).toThrow(
      `is not an option of ${(f as unknown as { name: string }).name}`,
    );
    expect(name.length).toBeGreaterThan(0);
  }
});
