// The declarations: what must compile and what must not (test/types). api.test.ts checks what is public at all.

import { describe, expect, test } from 'vitest';
import { command } from './support/child.js';
import { path, text } from './support/files.js';
import { ask } from './support/typescript.js';

test('test/types compiles, each expected error being one', () => {
  command(process.execPath, [
    path('node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    path('test', 'types', 'tsconfig.json'),
    '--pretty',
    'false',
  ]);
});

test('declarations of what others export can be written, with `Symbol.asyncDispose` too', () => {
  command(process.execPath, [
    path('node_modules', 'typescript', 'bin', 'tsc'),
    ...['-p', path('test', 'types', 'tsconfig.json'), '--noEmit', 'false', '--declaration', '--emitDeclarationOnly'],
    ...['--outDir', path('build', 'declarations'), '--pretty', 'false'],
  ]);
});

test('the declarations have a twin for CommonJS', () => {
  for (const entry of ['index', 'epynn', 'parallel'])
    expect(text('dist', `${entry}.d.cts`).replaceAll('.cjs', '.js')).toBe(text('dist', `${entry}.d.ts`));
});

test('doc comments say the errors that were measured', () => {
  const { results } = JSON.parse(text('docs', 'accuracy.json')) as {
    results: { function: string; op: string; worst: number; reason: string | null }[];
  };
  const worst = (name: string, op: string): number =>
    Math.max(...results.filter((row) => row.function === name && row.op === op && row.reason === null).map((row) => row.worst));
  for (const [file, name, ops] of [
    ['activations', 'sigmoid', ['value', 'deriv', 'deriv2']],
    ['activations', 'elu', ['value', 'deriv', 'deriv2']],
    ['function/softmax', 'softmax', ['value', 'jacobian', 'diagonal']],
  ] as const) {
    const comment = text('dist', `${file}.d.ts`).split(`export declare const ${name}:`)[0]?.split('/**').at(-1);
    const shown = comment?.match(/Worst error measured, in ULP: (.*);/)?.[1];
    const numbers = shown?.match(/\d+\.\d{3}/g)?.map(Number) ?? [];
    expect(numbers.length, `${name}: ${shown}`).toBe(ops.length);
    ops.forEach((op, i) => {
      expect(numbers[i], `${name} ${op}`).toBeGreaterThanOrEqual(worst(name, op));
      expect(numbers[i], `${name} ${op}`).toBeLessThan(worst(name, op) + 0.001);
    });
  }
});

describe('what an editor shows', () => {
  // Lines of a program; what their error says, if there is one.
  const lines: readonly (readonly [line: string, error?: RegExp])[] = [
    ['relu(f64);'],
    ['elu(f64, { alpha: 2 });'],
    ['softmax.deriv(nested, { axis: 0 });'],
    ['const halved = lrelu.with({ alpha: 0.5 });'],
    [
      'elu(f64, { apha: 1 });',
      /^.*'apha' does not exist in type 'EluOptions & CallOptions<undefined>'. Did you mean to write 'alpha'\?$/,
    ],
    ['lrelu(f64, { slope: 1 });', /^.*'slope' does not exist in type 'LreluOptions & CallOptions<undefined>'.$/],
    ['softmax(f64, { temp: 1 });', /^.*'temp' does not exist in type 'SoftmaxOptions & RowOptions & CallOptions<undefined>'.$/],
    ['sigmoid(f64, { alpha: 1 });', /^.*'alpha' does not exist in type 'NoHyperparameters & CallOptions<undefined>'.$/],
    ['relu.with({ alpha: 1 });', /^.*'alpha' does not exist in type 'NoHyperparameters'.$/],
    ['elu.with({ alhpa: 1 });', /^.*'alhpa' does not exist in type 'EluOptions'. Did you mean to write 'alpha'\?$/],
    ['relu([[1, 2], [3]]);', /parameter of type '\[.*\] & "all rows must have the same length and depth"'/],
    ["relu('1');", /^Argument of type 'string' is not assignable to parameter of type 'Container'.$/],
    ['softmax(3);', /^Argument of type 'number' is not assignable to parameter of type 'ArrayContainer'.$/],
    ['relu.backward(f64, {});', /^Argument of type '{}' is not assignable to parameter of type 'Saved<Container>'.$/],
    [
      'softmax.deriv(nested, { out: nested });',
      /^Type 'number\[\]\[\]' is not assignable to type 'OutputFor<number\[\]\[\]\[\]>/,
    ],
  ];
  const program = [
    "import { elu, lrelu, relu, sigmoid, softmax } from 'nonlin';",
    'declare const f64: Float64Array;',
    'declare const nested: number[][];',
    ...lines.map(([line]) => line),
    'export {};',
  ].join('\n');
  const said = ask(program);

  test.each(lines.map(([line, error]) => [line, error] as const))('%s', (line, error) => {
    const got = said.errors.get(line);
    if (error) expect(got).toMatch(error);
    else expect(got).toBeUndefined();
  });

  test('types by their names, and results in full', () => {
    const f64 = 'Float64Array<ArrayBufferLike>';
    expect(said.hover('relu(f64)', 'relu')).toBe(
      `(alias) relu<${f64}, undefined>(x: ${f64}, options?: (NoHyperparameters & CallOptions<undefined>) | undefined): ` +
        'Float64Array<ArrayBuffer> import relu',
    );
    expect(said.hover('elu(f64, { alpha: 2 })', 'alpha')).toBe('(property) EluOptions.alpha?: number | undefined');
    expect(said.hover('softmax.deriv', 'deriv')).toMatch(/ => number\[\]\[\]\[\]$/);
    expect(said.hover('const halved', 'halved')).toBe('const halved: InvertibleFunction<LreluOptions, "alpha">');
  });
});
