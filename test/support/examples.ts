// Running the examples of documents: a line `expression; // → value` (or `const name = expression; // → value`) is compared; `…`
// stands for digits left out.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { transformSync } from 'esbuild';

/** The blocks of a Markdown text that are fenced with these words after the three ticks. */
export const fenced = (source: string, words: string): string[] =>
  [...source.matchAll(new RegExp(`^\`\`\`${words}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code]) => code as string);

/** Runs `code` as a module in `folder`; throws where a line gives something else than it shows. */
export async function runExample(title: string, code: string, folder: string, name: string): Promise<void> {
  const { code: body, shown } = watched(code);
  const hidden = code.split('\n').filter((line) => /;[ \t]*\/\/ (?!→)[-\d[{'"]/.test(line));
  if (hidden.length > 0) throw new Error(`${title}: results shown without the arrow are not compared: ${hidden.join('\n')}`);
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/${name}.mjs`;
  const program = `export const $results = [];\nconst $outcome = globalThis.$outcome;\n${body}`;
  writeFileSync(file, transformSync(program, { loader: 'ts', format: 'esm', target: 'es2022' }).code);
  Object.assign(globalThis, { $outcome: outcome });
  try {
    const { $results } = (await import(pathToFileURL(file).href)) as { $results: string[] };
    if ($results.length !== shown.length) throw new Error(`${title}: ${shown.length} results shown, ${$results.length} reached`);
    for (const [k, { expression, wanted }] of shown.entries()) {
      if (!matches(wanted, $results[k] as string))
        throw new Error(`${title}: ${expression} shows ${wanted}, gives ${$results[k]}`);
    }
  } finally {
    rmSync(file);
  }
}

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
