// The documentation comments of what the package exports, read by the TypeScript compiler from its sources.

import ts from 'typescript';

export interface Documented {
  /** The comment without its tags. */
  readonly text: string;
  /** The code of each `@example`. */
  readonly examples: readonly string[];
}

/** The comment of each export of `entry`, by name. */
export function documentation(entry: string): Record<string, Documented> {
  const program = ts.createProgram([entry], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${entry} exports nothing`);
  return Object.fromEntries(
    checker.getExportsOfModule(module).map((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
      const examples = symbol
        .getJsDocTags(checker)
        .filter(({ name }) => name === 'example')
        .map(({ text: parts }) => ts.displayPartsToString(parts).replace(/^```\w*\n?|\n?```$/g, ''));
      return [exported.name, { text, examples }];
    }),
  );
}
