// What TypeScript says of a program that uses the package: its errors, and what an editor shows under the pointer.

import ts from 'typescript';
import { path } from './files.js';

const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  lib: ['lib.es2022.d.ts'],
  types: [],
};

export interface Said {
  /** The first line of each error, by the line of the program it is in. */
  readonly errors: ReadonlyMap<string, string>;
  /** What is shown under the pointer at the first `word` of a line of the program, without white space that is for the layout. */
  hover(line: string, word: string): string;
}

/** Asks about a program. */
export function ask(program: string): Said {
  const file = path('test', 'types', 'asked.ts');
  const service = ts.createLanguageService({
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot(name) {
      const text = name === file ? program : ts.sys.readFile(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => path(),
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
  });
  const lineOf = (start: number) => program.slice(program.lastIndexOf('\n', start) + 1).split('\n', 1)[0] as string;
  const found = service.getSemanticDiagnostics(file);
  return {
    errors: new Map(
      found.map(({ start = 0, messageText }) => [lineOf(start), ts.flattenDiagnosticMessageText(messageText, '\n')]),
    ),
    hover(line, word) {
      const info = service.getQuickInfoAtPosition(file, program.indexOf(word, program.indexOf(line)));
      return ts.displayPartsToString(info?.displayParts).replace(/\s+/g, ' ');
    },
  };
}
