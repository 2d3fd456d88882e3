import { expect, test } from 'vitest';
import { compile, FormulaError, USUAL } from '../source/formula';

test('a formula computes what JavaScript does', () => {
  const elu = compile('x > 0 ? x : alpha * (Math.exp(x) - 1)', ['alpha']);
  for (const x of [-3, -0, 0.5, 2]) {
    expect(elu.at(x, { alpha: 0.7 })).toBe(x > 0 ? x : 0.7 * (Math.exp(x) - 1));
  }
  const out = new Float64Array(3);
  elu.loop([-1, 0, 1], out, { alpha: 2 });
  expect([...out]).toEqual([2 * (Math.exp(-1) - 1), 0, 1]);
});

test('precedence, powers and signs are those of JavaScript', () => {
  const at = (text: string) => compile(text, []).at(3, {});
  expect(at('1 - 2 - x')).toBe(-4);
  expect(at('2 ** x ** 2')).toBe(512);
  expect(at('- -x')).toBe(3);
  expect(at('1 + x * 2 % 4')).toBe(3);
  expect(at('x >= 3 && x < 4')).toBe(1);
  expect(at('Math.max(x, 4, Math.PI)')).toBe(4);
});

test.each([
  ['fetch("//example.org")', /only functions of Math/],
  ['x.constructor', /only/],
  ['Math["exp"](x)', /only/],
  ['Math.constructor("alert(1)")()', /only|Math/],
  ['this', /./],
  ['document', /"document" is unknown/],
  ['Math.expp(x)', /no Math.expp/],
  ['Math.constructor', /no Math.constructor/],
  ['"text"', /only/],
  ['`x`', /./],
  ['[x]', /only/],
  ['x = 3', /./],
  ['x; 3', /one expression/],
  ['', /empty/],
  ['1 +', /./],
])('%s is refused', (text, message) => {
  expect(() => compile(text, [])).toThrow(FormulaError);
  expect(() => compile(text, [])).toThrow(message);
});

test('the usual formulas are formulas', () => {
  for (const [name, { value, deriv }] of Object.entries(USUAL)) {
    for (const text of [...value, ...deriv]) {
      const number = compile(text, ['alpha', 'beta']).at(0.5, { alpha: 0.3, beta: 1 });
      expect(Number.isFinite(number), `${name}: ${text}`).toBe(true);
    }
  }
});
