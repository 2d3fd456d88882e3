// The declarations, read by each TypeScript from the oldest to the newest: test/types as ES modules and as CommonJS, and what such
// a program itself declares.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../support/environment.js';

const sources = new URL('../../types/', import.meta.url);
const versions = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', '7.0'];

/** Files of test/types that need something of `lib`, an option of the compiler, or to be an ES module. */
const NEEDS: Readonly<Record<string, string>> = {
  'dom.ts': 'dom',
  'disposable.ts': 'esnext.disposable',
  'float16.ts': 'esnext.float16',
  'exact.ts': 'exactOptionalPropertyTypes',
  'external.ts': 'ES module',
};

type CompilerOptions = Readonly<Record<string, unknown>>;

const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  isolatedModules: true,
  skipLibCheck: false,
  target: 'es2022',
  types: [],
};

/** All that a library asks of the declarations of what it uses: it emits declarations itself. */
const library = { ...strict, module: 'nodenext', declaration: true, emitDeclarationOnly: true, outDir: 'declared' };

/** What most programs have, bundled ones. */
const loose = {
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  target: 'es2022',
  module: 'esnext',
  moduleResolution: 'bundler',
  types: [],
};

export const environments: readonly Environment[] = versions.map((number) => {
  const alias = `typescript${number.replace('.', '')}`;
  const float16 = Number(number) >= 5.8 ? ['esnext.float16'] : [];
  return {
    id: alias,
    name: 'TypeScript',
    how:
      'ES module and CommonJS; moduleResolution node16, nodenext, bundler; strict with skipLibCheck off, and not; ' +
      'with and without lib dom; emitting declarations',
    group: 'typescript',
    quick: false,
    version: (t) => t.version('typescript', alias),
    async run(t) {
      const names = (await readdir(sources)).filter((name) => name.endsWith('.ts'));
      for (const type of ['module', 'commonjs']) {
        await t.write({ [join(type, 'package.json')]: JSON.stringify({ type }) });
        for (const name of names) await t.write({ [join(type, name)]: await readFile(new URL(name, sources), 'utf8') });
      }

      const compile = async (type: string, options: CompilerOptions, lib: string[], only?: string[]): Promise<void> => {
        const has = [...lib, ...Object.keys(options).filter((key) => options[key])];
        if (type === 'module') has.push('ES module');
        const files = only ?? names.filter((name) => has.includes(NEEDS[name] ?? 'es2022'));
        const config = join(type, 'tsconfig.json');
        await t.write({ [config]: JSON.stringify({ compilerOptions: { ...options, lib }, files }) });
        await t.run('node', [t.tool(join(alias, 'bin/tsc')), '-p', config, '--pretty', 'false']);
      };
      for (const type of ['module', 'commonjs']) {
        await compile(type, library, ['es2022', 'dom', 'esnext.disposable', ...float16]);
        await compile(type, { ...strict, module: 'node16', noEmit: true }, ['es2022'], ['declared/exports.d.ts']);
      }
      await compile('commonjs', { ...strict, module: 'node16', noEmit: true }, ['es2022']);
      await compile('module', loose, ['es2022']);
      return {};
    },
  };
});
