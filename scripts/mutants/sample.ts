// Prints what Stryker is to change, on one line, for its option --mutate:
//
//   tsx scripts/mutants/sample.ts COUNT SEED [FILE…]
//
// With a COUNT of 0, these are the files, or all of ts/ if none is named. Otherwise they are functions and other declarations in
// them, chosen by the seed, that together have about COUNT places to change.

import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';

const [, , wanted = '0', seed = '1', ...named] = process.argv;

const files =
  named.length > 0
    ? named
    : readdirSync('ts', { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
        .map((name) => `ts/${name}`);

interface Declaration {
  readonly range: string;
  /** The approximate number of places to change: expressions and statements of the kinds that are changed. */
  readonly places: number;
}

const CHANGED = new Set([
  ts.SyntaxKind.BinaryExpression,
  ts.SyntaxKind.Block,
  ts.SyntaxKind.ConditionalExpression,
  ts.SyntaxKind.IfStatement,
  ts.SyntaxKind.PrefixUnaryExpression,
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.TemplateExpression,
  ts.SyntaxKind.ArrayLiteralExpression,
  ts.SyntaxKind.ObjectLiteralExpression,
  ts.SyntaxKind.TrueKeyword,
  ts.SyntaxKind.FalseKeyword,
]);

function places(node: ts.Node): number {
  if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return 0;
  let count = CHANGED.has(node.kind) ? 1 : 0;
  ts.forEachChild(node, (child) => {
    count += places(child);
  });
  return count;
}

function declarations(file: string): Declaration[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const parts = source.statements.flatMap((one): readonly ts.Node[] => (ts.isClassDeclaration(one) ? one.members : [one]));
  return parts.map((part) => {
    const [first, last] = [part.getStart(source), part.getEnd()].map(
      (position) => source.getLineAndCharacterOfPosition(position).line + 1,
    );
    return { range: `${file}:${first}-${last}`, places: places(part) };
  });
}

/** A 32-bit relative of Splitmix64: numbers from 0 to 1. */
function random(state: number): () => number {
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

if (wanted === '0') console.log(files.join(','));
else {
  const draw = random(Number(seed));
  const left = files.flatMap(declarations).filter((one) => one.places > 0);
  const chosen: string[] = [];
  for (let places = 0; places < Number(wanted) && left.length > 0; ) {
    const [one] = left.splice(Math.floor(draw() * left.length), 1);
    if (!one) break;
    chosen.push(one.range);
    places += one.places;
  }
  console.log(chosen.join(','));
}
