// The process in which plain JavaScript is timed (plain-process.ts says why). It answers messages, one at a time, and imports
// nothing of nonlin.

import { type Contender, timed } from './measure.js';
import { plainForms, plainOnArrays, plainOnNested } from './plain.js';
import { plainLayers } from './plain-layers.js';
import type { Answer, Question } from './plain-process.js';

const MAKERS = {
  handed: (problem) => plainForms(problem, 'handed'),
  closure: (problem) => plainForms(problem, 'closure'),
  'number[]': plainOnArrays,
  nested: plainOnNested,
  layer: plainLayers,
} satisfies Record<string, (problem: Parameters<typeof plainOnArrays>[0]) => Contender[]>;

/** The forms of the last `prepare` of each kind, by name. */
const prepared = new Map<string, Contender>();

async function answer(question: Question): Promise<Answer> {
  if (question.ask === 'prepare') {
    for (const name of prepared.keys()) if (name.startsWith(`${question.kind} `)) prepared.delete(name);
    const forms = MAKERS[question.kind](question.problem);
    for (const form of forms) prepared.set(`${question.kind} ${form.name}`, form);
    return { names: forms.map(({ name }) => `${question.kind} ${name}`) };
  }
  const form = prepared.get(question.name);
  if (!form) throw new Error(`no form ${question.name} is prepared`);
  if (question.ask === 'time') return { nanoseconds: await timed(form, question.times) };
  await form.run(question.times);
  const result = form.read();
  return { result: result instanceof Float64Array ? result : Float64Array.from(result) };
}

process.on('message', (question: Question) => {
  answer(question).then(
    (reply) => process.send?.(reply),
    (error) => process.send?.({ error: String(error) } satisfies Answer),
  );
});
