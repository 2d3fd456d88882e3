// Imports go one way: no file of ts/ imports itself through others, types included, and no module of the crate uses itself in
// that way. Files in the folder of a module of the second level, such as rows::softmax, count as one with it.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { path } from './support/files.js';

/** The files that each file imports, by name. */
type Graph = ReadonlyMap<string, readonly string[]>;

/** A cycle of imports from some file back to it; undefined if there is none. */
function circleIn(graph: Graph): readonly string[] | undefined {
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (name: string): readonly string[] | undefined => {
    if (done.has(name)) return undefined;
    const at = way.indexOf(name);
    if (at >= 0) return [...way.slice(at), name];
    way.push(name);
    for (const next of graph.get(name) ?? []) {
      const circle = visit(next);
      if (circle) return circle;
    }
    way.pop();
    done.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const circle = visit(name);
    if (circle) return circle;
  }
  return undefined;
}

const filesIn = (root: string, ending: string): string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(root, file));

function importsOfTypeScript(): Graph {
  const root = path('ts');
  const files = filesIn(root, '.ts');
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'));
      const own = importedFiles.filter(({ fileName }) => fileName.startsWith('.'));
      return [
        relative(root, file),
        own.map(({ fileName }) => relative(root, join(dirname(file), fileName)).replace(/\.js$/, '.ts')),
      ];
    }),
  );
}

/** The paths of a `use`, as lists of names: `a::{b, c::d}` is a::b and a::c::d. */
function pathsOf(use: string): string[][] {
  const [, head = '', list] = /^([^{]*)\{(.*)\}$/s.exec(use.trim()) ?? [undefined, use.trim()];
  const names = head
    .split('::')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (list === undefined) return [names];
  const items: string[] = [''];
  let depth = 0;
  for (const letter of list) {
    depth += letter === '{' ? 1 : letter === '}' ? -1 : 0;
    if (letter === ',' && depth === 0) items.push('');
    else items[items.length - 1] += letter;
  }
  return items.filter((item) => item.trim() !== '').flatMap((item) => pathsOf(item).map((rest) => [...names, ...rest]));
}

function importsOfRust(): Graph {
  const root = path('crate', 'src');
  const files = filesIn(root, '.rs');
  const moduleOf = (file: string): string => relative(root, file).replace(/\.rs$/, '').replace(/^lib$/, '').replaceAll('/', '::');
  const modules = new Set(files.map(moduleOf));
  const wholeOf = (name: string): string => name.split('::').slice(0, 2).join('::');
  const graph = new Map([...modules].map((name) => [wholeOf(name), new Set<string>()]));
  for (const file of files) {
    const name = moduleOf(file);
    const own = name.split('::').filter((part) => part !== '');
    // Tests of a module may use what they like.
    const [text = ''] = readFileSync(file, 'utf8').split(/#\[cfg\(test\)\]\s*mod /);
    const used = [...text.matchAll(/^\s*(?:pub(?:\([^)]*\))? )?use ([^;]+);/gm)].flatMap(([, use = '']) => pathsOf(use));
    const found = used.flatMap(([first = '', ...rest]) => {
      let way = first === 'crate' ? rest : first === 'self' ? [...own, ...rest] : [...own, first, ...rest];
      for (let at = way.indexOf('super'); at >= 0; at = way.indexOf('super')) way.splice(at - 1, 2);
      while (way.length > 0 && !modules.has(way.join('::'))) way = way.slice(0, -1);
      const to = wholeOf(way.join('::'));
      return to === wholeOf(name) || to === '' ? [] : [to];
    });
    for (const each of found) graph.get(wholeOf(name))?.add(each);
  }
  return new Map([...graph].map(([name, used]) => [name, [...used]]));
}

describe('no circle', () => {
  test('of imports in ts/', () => {
    const graph = importsOfTypeScript();
    expect(graph.get('function/call.ts')).toContain('function/blocks.ts');
    expect(circleIn(graph)).toBeUndefined();
  });

  test('of uses in the crate', () => {
    const graph = importsOfRust();
    expect(graph.get('rows::softmax')).toContain('numeric::exp');
    expect(circleIn(graph)).toBeUndefined();
  });

  test('is overlooked', () => {
    expect(
      circleIn(
        new Map([
          ['a', ['b', 'c']],
          ['b', []],
          ['c', ['d']],
          ['d', ['b', 'a']],
        ]),
      ),
    ).toEqual(['a', 'c', 'd', 'a']);
  });
});
