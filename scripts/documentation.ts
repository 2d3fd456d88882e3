// The documentation comments of what the package exports, read by the TypeScript compiler from its sources.

import ts from 'typescript';

export interface Documented {
  readonly kind: 'value' | 'type';
  /** The signatures as in the declaration files, for what is called or constructed. */
  readonly signature: string;
  /** The comment without its tags. */
  readonly text: string;
  readonly throws: readonly string[];
  /** The code of each `@example`. */
  readonly examples: readonly string[];
  /** Of a class: its static members and those of its objects. */
  readonly members: readonly Member[];
  /** Of an activation: the options of its `with`, other names of hyperparameters included. */
  readonly settings: readonly Setting[];
}

export interface Setting {
  readonly name: string;
  /** The words it may be; none if it is a number. */
  readonly choices: readonly string[];
}

export interface Member {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

/** The comment of each export of `entry`, by name. */
export function documentation(entry: string): Record<string, Documented> {
  const program = ts.createProgram([entry], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: true,
    strict: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (!source || !module) throw new Error(`${entry} exports nothing`);
  return Object.fromEntries(
    checker.getExportsOfModule(module).map((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0;
      const tags = symbol.getJsDocTags(checker);
      const textsOf = (tag: string) => tags.filter(({ name }) => name === tag).map(({ text }) => ts.displayPartsToString(text));
      const type = isValue ? checker.getTypeOfSymbolAtLocation(symbol, source) : checker.getDeclaredTypeOfSymbol(symbol);
      return [
        exported.name,
        {
          kind: isValue ? 'value' : 'type',
          signature: symbol.flags & ts.SymbolFlags.Class ? '' : signature(checker, type),
          text: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
          members: symbol.flags & ts.SymbolFlags.Class ? members(checker, symbol, source) : [],
          settings: settings(checker, type, source),
          throws: textsOf('throws'),
          examples: textsOf('example').map((code) => code.replace(/^```\w*\n?|\n?```$/g, '')),
        },
      ];
    }),
  );
}

function signature(checker: ts.TypeChecker, type: ts.Type): string {
  const calls = [...type.getCallSignatures(), ...type.getConstructSignatures()];
  return calls.map((call) => checker.signatureToString(call, undefined, ts.TypeFormatFlags.NoTruncation)).join('\n');
}

function settings(checker: ts.TypeChecker, type: ts.Type, source: ts.SourceFile): Setting[] {
  const typeOf = (symbol: ts.Symbol) => checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(symbol, source));
  const method = type.getProperty('with');
  const options = method && typeOf(method).getCallSignatures()[0]?.parameters[0];
  if (!options) return [];
  return typeOf(options)
    .getProperties()
    .filter(({ name }) => /^[a-z]\w*$/i.test(name))
    .map((property) => {
      const set = typeOf(property);
      const members = set.isUnion() ? set.types : [set];
      return { name: property.name, choices: members.flatMap((member) => (member.isStringLiteral() ? [member.value] : [])) };
    });
}

function members(checker: ts.TypeChecker, symbol: ts.Symbol, source: ts.SourceFile): Member[] {
  const described = (prefix: string) => (member: ts.Symbol) => ({
    name: `${prefix}${member.name}`,
    type: checker.typeToString(checker.getTypeOfSymbolAtLocation(member, source), undefined, ts.TypeFormatFlags.NoTruncation),
    text: ts.displayPartsToString(member.getDocumentationComment(checker)),
  });
  const isPublic = (member: ts.Symbol) =>
    /^\w+$/.test(member.name) && member.name !== 'prototype' && !member.name.startsWith('__');
  const documented = ({ text }: Member) => text !== '';
  const statics = checker.getPropertiesOfType(checker.getTypeOfSymbolAtLocation(symbol, source)).filter(isPublic);
  const own = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).filter(isPublic);
  return [...statics.map(described(`${symbol.name}.`)), ...own.map(described('.'))].filter(documented);
}
