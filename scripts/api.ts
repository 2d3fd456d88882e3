// The public API as one file: what the entries of the package export, and every type that takes part in it, without comments.
//
//   tsx scripts/api.ts               fails when dist/ declares another API than test/api.snapshot.d.ts, and shows where
//   tsx scripts/api.ts --accept      writes the snapshot: commit it together with the change, and its line in CHANGELOG.md

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A target in the exports of package.json: a file, or conditions. */
type Target = string | { readonly [condition: string]: Target };

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const snapshot = join(root, 'test/api.snapshot.d.ts');

/** The entries that have types: their names, and the declarations that `import` gets. */
function entries(): (readonly [string, string])[] {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, Target>>;
  };
  const types = (target: Target | undefined): Target | undefined =>
    typeof target === 'object' ? (target['types'] ?? types(target['import'] ?? target['default'])) : undefined;
  return Object.entries(exports).flatMap(([path, target]) => {
    const file = types(target);
    return typeof file === 'string' ? [[join(name, path), join(root, file)] as const] : [];
  });
}

/** The declarations of all entries, each once, in the order of the entries and of the names. */
function rollUp(): string {
  const found = entries();
  const program = ts.createProgram(
    found.map(([, file]) => file),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, types: [], strict: true },
  );
  const checker = program.getTypeChecker();
  const printer = ts.createPrinter({ removeComments: true });
  const printed = new Set<ts.Node>();

  const resolve = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  /** The statements at the top of a file of dist/ that declare a symbol. */
  const statements = (symbol: ts.Symbol): ts.Node[] =>
    (symbol.declarations ?? []).flatMap((declaration) => {
      let node: ts.Node = declaration;
      while (node.parent && !ts.isSourceFile(node.parent)) node = node.parent;
      return node.parent && ts.isSourceFile(node.parent) && node.parent.fileName.startsWith(dist) ? [node] : [];
    });

  /** Prints the declarations of `symbol`, and then of everything they mention. */
  const print = (symbol: ts.Symbol, lines: string[]): void => {
    for (const statement of statements(symbol)) {
      if (printed.has(statement)) continue;
      printed.add(statement);
      lines.push(printer.printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile()));
      const visit = (node: ts.Node): void => {
        const named = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
        if (named) print(resolve(named), lines);
        ts.forEachChild(node, visit);
      };
      visit(statement);
    }
  };

  const parts = found.map(([entry, file]) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} is no module`);
    const exported = checker.getExportsOfModule(module).sort((a, b) => (a.name < b.name ? -1 : 1));
    const lines = [`// ${entry} exports:\n${exported.map(({ name }) => `//   ${name}`).join('\n')}`];
    for (const symbol of exported) {
      const target = resolve(symbol);
      const before = lines.length;
      print(target, lines);
      if (lines.length === before && !statements(target).length) throw new Error(`${entry}: nothing declares ${symbol.name}`);
    }
    return lines.join('\n\n');
  });
  const head = [
    "// The public API, made by scripts/api.ts from dist/; accept a change with 'npx tsx scripts/api.ts --accept'.",
    '// biome-ignore-all lint: declarations of several files in one',
  ];
  // The file that declares a type is not part of the API.
  return [head.join('\n'), ...parts].join('\n\n').replaceAll(/\bimport\(['"][^'"]*['"]\)\./g, '');
}

/** In the format of the project, so that a change shows as few changed lines. */
function format(text: string): string {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const { status, stdout, stderr } = spawnSync(process.execPath, [biome, 'format', '--stdin-file-path=test/api.snapshot.d.ts'], {
    cwd: root,
    input: text,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`biome: ${stderr}`);
  return stdout;
}

const now = format(rollUp());
if (process.argv.includes('--accept')) {
  writeFileSync(snapshot, now);
  console.log(`test/api.snapshot.d.ts: ${now.split('\n').length} lines`);
} else {
  const accepted = readFileSync(snapshot, 'utf8');
  if (now !== accepted) {
    const file = join(root, 'build/api.d.ts');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, now);
    const { stdout } = spawnSync('diff', ['-u', '--label', 'test/api.snapshot.d.ts', '--label', 'dist', snapshot, file], {
      encoding: 'utf8',
    });
    console.error(
      `the public API changed; if it should, run 'npx tsx scripts/api.ts --accept' and say so in CHANGELOG.md\n${stdout}`,
    );
    process.exitCode = 1;
  }
}
