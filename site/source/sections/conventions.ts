// What each framework answers at kinks, at NaN and at ±∞, as measured by site/frameworks; what nonlin answers is asked here.

import * as nonlin from 'nonlin';
import { answer } from '../../frameworks/answer';
import measured from '../../frameworks/answers.json';
import type { Question } from '../../frameworks/question';
import questions from '../../frameworks/questions.json';
import { byId, element } from '../element';

const { versions, answers } = measured as {
  readonly versions: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

/** What an answer ends with where a framework has no float64 for the question. */
const FLOAT32 = ' (float32)';

export function conventionsSection(): void {
  const table = byId('conventions-table', HTMLTableElement);
  const frameworks = Object.keys(versions);
  table.tHead?.replaceChildren(
    element(
      'tr',
      {},
      element('th', { scope: 'col' }, 'asked for'),
      element('th', { scope: 'col' }, 'nonlin'),
      ...frameworks.map((name) => element('th', { scope: 'col' }, name, element('span', { className: 'quiet' }, versions[name]))),
    ),
  );
  const known = (questions as readonly Question[]).filter((question) => question.function in nonlin);
  table.tBodies[0].replaceChildren(
    ...known.map((question) => {
      const ours = answer(question);
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, question.title),
        element('td', {}, shown(ours)),
        ...frameworks.map((name) => {
          const theirs = answers[question.title]?.[name];
          if (theirs === undefined) return element('td', { className: 'quiet' }, '–');
          const same = agree(ours, theirs);
          const [numbers, isFloat32] = [theirs.replace(FLOAT32, ''), theirs.endsWith(FLOAT32)];
          return element(
            'td',
            { className: same ? '' : 'differs', title: same ? '' : 'differs from nonlin' },
            shown(numbers),
            ...(isFloat32 ? [element('span', { className: 'kind' }, ' float32')] : []),
          );
        }),
      );
    }),
  );
}

/** Whether two answers are the same numbers, zeros by their sign, as far as float32 can tell where one of them is that. */
function agree(ours: string, theirs: string): boolean {
  const digits = theirs.endsWith(FLOAT32) ? 1e-5 : 2e-6;
  const [a, b] = [ours, theirs].map((list) => list.replace(FLOAT32, '').split(', '));
  const same = (x: string, y: string) =>
    x === y || (Number(x) !== 0 && Math.abs(Number(x) - Number(y)) <= digits * Math.abs(Number(x)));
  return a.length === b.length && a.every((one, index) => same(one, b[index]));
}

const shown = (list: string) => list.replaceAll('-', '−');
