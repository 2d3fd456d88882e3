// The table of kinks in docs/functions.md: what the frameworks answered when they were measured (site/frameworks), and what
// nonlin does.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answer } from '../../site/frameworks/answer.js';
import type { Question } from '../../site/frameworks/question.js';

const frameworks = join(dirname(fileURLToPath(import.meta.url)), '../../site/frameworks');
const read = <T>(name: string): T => JSON.parse(readFileSync(join(frameworks, name), 'utf8')) as T;

interface Measured {
  readonly versions: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export function kinkTable(): string {
  const { versions, answers } = read<Measured>('answers.json');
  const asked = read<Question[]>('questions.json').filter(({ kink }) => kink);
  const names = Object.keys(versions).filter((name) => asked.some(({ title }) => answers[title]?.[name] !== undefined));
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    row(['call', 'nonlin', ...names.map((name) => `${name} ${versions[name]}`)]),
    row(['call', 'nonlin', ...names].map(() => '---')),
    ...asked.map((question) => {
      const theirs = names.map((name) => answers[question.title]?.[name]?.replace(' (float32)', '') ?? '–');
      return row([question.title, answer(question), ...theirs]).replaceAll('| -', '| −');
    }),
  ].join('\n');
}
