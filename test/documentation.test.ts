// Every example of the README, of docs/ and of the doc comments runs, and gives what it shows.
// A line `expression; // → value` (or `const name = expression; // → value`) is compared; `…` stands for digits left out.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { transformSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { path, text } from './support/files.js';

interface Example {
  readonly title: string;
  readonly code: string;
}

const fenced = (source: string, language: string): string[] =>
  [...source.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code]) => code as string);

/** The ```js blocks of a Markdown file; other languages show what does not run on its own. */
const ofMarkdown = (file: string): Example[] =>
  fenced(text(file), 'js').map((code, i) => ({ title: `${file}, example ${i + 1}`, code }));

/** The blocks after @example in the doc comments of a TypeScript file. */
function ofSource(file: string): Example[] {
  const comments = [...text('ts', file).matchAll(/\/\*\*([\s\S]*?)\*\/\s*(.*)/g)];
  return comments.flatMap(([, comment = '', declared = '']) => {
    const plain = comment.replace(/^ *\* ?/gm, '');
    const examples = plain.split('@example').slice(1);
    return examples
      .flatMap((part) => fenced(part, '(?:ts|js)').slice(0, 1))
      .map((code) => ({ title: `ts/${file}, ${declared.slice(0, 60)}`, code }));
  });
}

const markdown = [
  'README.md',
  ...readdirSync(path('docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const examples = [
  ...markdown.flatMap(ofMarkdown),
  ...readdirSync(path('ts'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap(ofSource),
];

/** The code with its shown lines recorded: what each gives goes to `results`. */
function watched(code: string): { code: string; shown: { expression: string; wanted: string }[] } {
  const shown: { expression: string; wanted: string }[] = [];
  const result = code.replace(
    /^(?:(const|let) (\w+) = )?(\S.*?);[ \t]*\/\/ → (.*)$/gm,
    (_, word: string | undefined, name: string | undefined, expression: string, wanted: string) => {
      shown.push({ expression, wanted });
      const record = `$results.push($outcome(() => (${name ?? expression})));`;
      return word ? `${word} ${name} = ${expression}; ${record}` : record;
    },
  );
  return { code: result, shown };
}

/** Whether the text of a result is what is shown, white space aside. */
function matches(wanted: string, got: string): boolean {
  const squeeze = (s: string) => s.replace(/\s+/g, '').replaceAll('"', "'");
  const pattern = squeeze(wanted)
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('…', '[^,\\]}]*');
  return new RegExp(`^${pattern}$`).test(squeeze(got));
}

const outcome = (call: () => unknown): string => {
  try {
    return inspect(call(), { depth: null, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: null });
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

describe('examples', () => {
  const folder = path('build', 'examples');

  test.each(examples.map(({ title, code }, i) => [title, code, i] as const))('%s', async (title, code, i) => {
    const { code: body, shown } = watched(code);
    const hidden = code.split('\n').filter((line) => /;[ \t]*\/\/ (?!→)[-\d[{'"]/.test(line));
    expect(hidden, 'results shown without the arrow are not compared').toEqual([]);
    mkdirSync(folder, { recursive: true });
    const file = `${folder}/example-${i}.mjs`;
    const program = `export const $results = [];\nconst $outcome = globalThis.$outcome;\n${body}`;
    writeFileSync(file, transformSync(program, { loader: 'ts', format: 'esm', target: 'es2022' }).code);
    Object.assign(globalThis, { $outcome: outcome });
    try {
      const { $results } = (await import(pathToFileURL(file).href)) as { $results: string[] };
      expect($results.length).toBe(shown.length);
      for (const [k, { expression, wanted }] of shown.entries()) {
        if (!matches(wanted, $results[k] as string))
          throw new Error(`${title}: ${expression} shows ${wanted}, gives ${$results[k]}`);
      }
    } finally {
      rmSync(file);
    }
  });
});

test('examples are there: in the README, for every function of the package', () => {
  expect(examples.filter(({ title }) => title.startsWith('README.md')).length).toBeGreaterThanOrEqual(4);
  const source = examples
    .filter(({ title }) => title.startsWith('ts/'))
    .map(({ code }) => code)
    .join('\n');
  for (const name of [
    'identity',
    'relu',
    'lrelu',
    'elu',
    'sigmoid',
    'tanh',
    'softmax',
    'hadamard',
    'Tensor',
    'scope',
    'memory',
    'init',
    'initSync',
    'activation_tune',
  ]) {
    expect(new RegExp(`\\b${name}\\b`).test(source), `an example of ${name} in ts/`).toBe(true);
  }
});
