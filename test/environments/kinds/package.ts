// The packed package itself: publint, arethetypeswrong, what a bundler drops of it, and whether a second
// build gives the same bytes.

import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Environment, Project, Results } from '../support/environment.js';
import { pack } from '../support/pack.js';

/** What arethetypeswrong may find, and nothing else: each must still be found. */
const expectedProblems = [
  // TypeScript's moduleResolution node10 reads no exports; the default entry works there by "types".
  './epynn NoResolution node10',
  './external NoResolution node10',
  './parallel NoResolution node10',
  './parallel.worker.js NoResolution node10',
  './nonlin_bg.wasm NoResolution node10',
  // A wasm file has no types.
  './nonlin_bg.wasm NoResolution node16-cjs',
  './nonlin_bg.wasm NoResolution node16-esm',
  './nonlin_bg.wasm NoResolution bundler',
  // import.meta.url names the wasm file: an ES module by design.
  './external CJSResolvesToESM node16-cjs',
  // The program of the workers is a classic script, which nobody imports.
  './parallel.worker.js UntypedResolution node16-cjs',
  './parallel.worker.js CJSResolvesToESM node16-cjs',
  './parallel.worker.js UntypedResolution node16-esm',
  './parallel.worker.js UntypedResolution bundler',
];

/** Programs of a user: what a bundler keeps of the package for each. */
const bundles = {
  nothing: "import 'nonlin';",
  relu: "import { relu } from 'nonlin'; console.log(relu([-1, 2]));",
  all: "import * as nonlin from 'nonlin'; console.log(Object.values(nonlin));",
};

const sha256 = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

/** What arethetypeswrong prints. */
interface Analysis {
  readonly analysis: {
    readonly types: unknown;
    readonly problems: readonly { readonly kind: string; readonly entrypoint?: string; readonly resolutionKind?: string }[];
  };
}

export const environments: readonly Environment[] = [
  {
    id: 'publint',
    name: 'publint',
    how: '--strict over the packed package',
    group: 'publint',
    quick: true,
    async run(t) {
      await t.run('node', [t.tool('publint/src/cli.js'), 'run', t.tarball, '--strict']);
      return {};
    },
  },
  {
    id: 'attw',
    name: 'arethetypeswrong',
    how: 'over the packed package; ESM only by design: nonlin/external',
    group: 'attw',
    quick: true,
    async run(t) {
      const program = t.tool('@arethetypeswrong/cli/dist/index.js');
      // It ends with 1 for any problem; those that stand by design are taken out here.
      const output = await t.run('node', [program, t.tarball, '--format', 'json'], { mayFail: true });
      const { analysis } = JSON.parse(output) as Analysis;
      if (!analysis.types) throw new Error('the package has no types');
      const found = analysis.problems.map((one) => `${one.entrypoint ?? ''} ${one.kind} ${one.resolutionKind ?? ''}`);
      const worse = found.filter((one) => !expectedProblems.includes(one));
      if (worse.length > 0) throw new Error(worse.join('; '));
      const gone = expectedProblems.filter((one) => !found.includes(one));
      if (gone.length > 0) throw new Error(`no longer found, take out of kinds/package.mjs: ${gone.join('; ')}`);
      return {};
    },
  },
  {
    id: 'treeshake-esbuild',
    name: 'Tree shaking, esbuild',
    how: "importing only relu drops the rest of the TypeScript; import 'nonlin' alone leaves nothing",
    group: 'esbuild',
    run: (t) =>
      shake(t, (name) =>
        t.run('node', [
          t.tool('esbuild/bin/esbuild'),
          `${name}.mjs`,
          '--bundle',
          '--minify',
          '--format=esm',
          `--outfile=out/${name}.mjs`,
        ]),
      ),
  },
  {
    id: 'treeshake-rollup',
    name: 'Tree shaking, Rollup',
    how: "importing only relu drops the rest of the TypeScript; import 'nonlin' alone leaves nothing",
    group: 'rollup',
    run: (t) =>
      shake(t, (name) =>
        t.run('node', [
          t.tool('rollup/dist/bin/rollup'),
          `${name}.mjs`,
          '-p',
          '@rollup/plugin-node-resolve',
          '-o',
          `out/${name}.mjs`,
        ]),
      ),
  },
  {
    id: 'reproducible',
    name: 'Reproducible package',
    how: 'built and packed again from a copy of the sources in another folder, with the same bytes',
    limit: 600,
    async run(t) {
      const copy = join(t.folder, 'copy');
      const files = (await t.run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: t.root })).split(
        '\0',
      );
      for (const file of files.filter((path) => path !== '')) {
        await mkdir(dirname(join(copy, file)), { recursive: true });
        await cp(join(t.root, file), join(copy, file)).catch((error: NodeJS.ErrnoException) => {
          // Listed, but deleted since the last commit.
          if (error.code !== 'ENOENT') throw error;
        });
      }
      // The installed tools are shared, what is built is not.
      for (const folder of ['.toolchain', 'node_modules']) await symlink(join(t.root, folder), join(copy, folder));
      await t.run('./build.sh', [], { cwd: copy });
      const again = await pack(copy, t.folder);
      const [one, other] = [await sha256(t.tarball), await sha256(again)];
      if (one !== other) {
        await t.run('tar', ['-xzf', again, '-C', t.folder]);
        const differing = await t.run('diff', ['-rq', 'package', 'node_modules/nonlin'], { mayFail: true });
        throw new Error(`the second build gives other bytes\n${differing}`);
      }
      await rm(copy, { recursive: true });
      t.say(`the packed package, built twice: sha256 ${one}`);
      return {};
    },
  },
];

/** Bundles the three programs and judges what is left of the package in each. */
async function shake(t: Project, bundle: (name: string) => Promise<unknown>): Promise<Results> {
  const texts: string[] = [];
  const sizes: string[] = [];
  for (const [name, program] of Object.entries(bundles)) {
    await t.write({ [`${name}.mjs`]: program });
    await bundle(name);
    const text = await t.read(`out/${name}.mjs`);
    // The wasm is one piece: what can be dropped is the code around it.
    const code = text.replace(/[0-9a-f\\\n]{1000,}/g, '');
    texts.push(text);
    sizes.push(`${name} ${code.length} bytes, ${gzipSync(code, { level: 9 }).length} gzip`);
  }
  t.say(`code without the wasm: ${sizes.join('; ')}`);
  const [nothing = '', relu = ''] = texts;
  if (nothing.trim() !== '') throw new Error(`import 'nonlin' alone leaves ${nothing.length} bytes: ${nothing.slice(0, 200)}`);
  const kept = ['softmax', 'hadamard', 'leakyRelu', 'sigmoid', 'tanh', 'elu'].filter((name) =>
    new RegExp(`['"\`]${name}['"\`]`).test(relu),
  );
  if (kept.length > 0) throw new Error(`a bundle that imports only relu still holds ${kept.join(', ')}`);
  return {};
}
