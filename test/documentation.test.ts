// Every example of the README, of docs/ and of the doc comments runs, and gives what it shows.

import { readdirSync } from 'node:fs';
import * as nonlin from 'nonlin';
import { describe, expect, test } from 'vitest';
import { fenced, runExample } from './support/examples.js';
import { path, text } from './support/files.js';

interface Example {
  readonly title: string;
  readonly code: string;
}

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
  ...readdirSync(path('docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const examples = [
  ...markdown.flatMap(ofMarkdown),
  ...readdirSync(path('ts'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap(ofSource),
];

describe('examples', () => {
  const folder = path('build', 'examples');

  test.each(examples.map(({ title, code }, i) => [title, code, i] as const))('%s', (title, code, i) =>
    runExample(title, code, folder, `example-${i}`),
  );
});

test('examples are there: in the README, and for everything that the package and nonlin/epynn export', () => {
  expect(examples.filter(({ title }) => title.startsWith('README.md')).length).toBeGreaterThanOrEqual(3);
  const source = examples
    .filter(({ title }) => title.startsWith('ts/'))
    .map(({ code }) => code)
    .join('\n');
  // An alias is described by the function it names.
  const functions = Object.entries<unknown>(nonlin).filter(([name, value]) => typeof value === 'function' && value.name === name);
  for (const name of [...functions.map(([name]) => name), 'activation_tune']) {
    expect(new RegExp(`\\b${name}\\b`).test(source), `an example of ${name} in ts/`).toBe(true);
  }
});
