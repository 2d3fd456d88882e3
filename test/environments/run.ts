// Packs the package and tries it in every environment: tsx test/environments/run.ts [options]
//
//   --quick            only the environments that belong to `./build.sh test`
//   --only a,b         only these, by id, by the beginning of the id, or by the file in kinds/
//   --tarball file     this package instead of a new `npm pack`
//   --jobs n           so many at a time (2)
//   --record           write docs/environments.json and .md, as a full run does
//   --report file      write the rows of this run as JSON
//   --list             print the ids
//
// Each environment is a new project in .toolchain/environments/<group>/<id>, with the packed package in its node_modules and
// the tools in the folder above, installed once for each set of versions (versions.json). Each computes the same results
// (app/probe.ts) and must give the bits that this Node gives. What cannot run here says why; everything else must run.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { closeBrowsers, findBrowser } from './support/browsers.js';
import type { Computed, Environment, Group, Results, Row } from './support/environment.js';
import { install, version } from './support/install.js';
import { lock } from './support/lock.js';
import { pack, unpack } from './support/pack.js';
import { buildProbes } from './support/probes.js';
import { stopAll } from './support/process.js';
import { progress } from './support/progress.js';
import { type Context, project } from './support/project.js';
import { record } from './support/record.js';
import { Skip } from './support/skip.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const cache = join(root, '.toolchain/environments');
const kinds = [
  'node',
  'deno',
  'bun',
  'vite',
  'webpack',
  'rollup',
  'esbuild',
  'parcel',
  'next',
  'jest',
  'vitest',
  'metro',
  'workerd',
  'wasm',
  'python',
  'browsers',
  'parallel',
  'unsupported',
  'types',
  'package',
];

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    tarball: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    record: { type: 'boolean', default: false },
    report: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});

/** An environment, and the file in kinds/ that has it. */
type Placed = Environment & { readonly kind: string };

/** What all environments share. */
type Run = Context & { readonly expected: Computed };

/** Whether the options ask for this environment. */
async function isChosen({ id, kind, quick }: Placed): Promise<boolean> {
  if (options.only) return options.only.split(',').some((name) => name === kind || name === id || id.startsWith(`${name}-`));
  if (options.quick) return typeof quick === 'function' ? quick(cache) : quick === true;
  return true;
}

/** What this Node computes from the packed package, and the checksums that the native crate gave. */
async function expectedBits(tarball: string, probes: string): Promise<Computed> {
  const folder = join(cache, 'plain/expected');
  await rm(folder, { recursive: true, force: true });
  await unpack(tarball, folder);
  const { probe } = await import(pathToFileURL(join(probes, 'probe.mjs')).href);
  const nonlin = await import(pathToFileURL(join(folder, 'dist/index.js')).href);
  return { ...probe(nonlin), checksums: JSON.parse(await readFile(join(root, 'test/checksums.json'), 'utf8')) };
}

/** Throws unless every result of an environment has the expected bits, and one of them all checksums. */
function compare(results: Results, expected: Computed): void {
  for (const [label, result] of Object.entries(results)) {
    if (result.error) throw new Error(`${label}: ${result.error}`);
    if (!result.sigmoid || !result.softmaxBackward) throw new Error(`${label}: no results`);
    const { checksums } = result;
    const wrong = [
      ...(['sigmoid', 'softmaxBackward'] as const).filter((key) => result[key] !== expected[key]),
      ...Object.entries(expected.checksums ?? {}).flatMap(([name, sum]) => (checksums && checksums[name] !== sum ? [name] : [])),
    ];
    if (wrong.length > 0) throw new Error(`${label}: other bits in ${wrong.length} results: ${wrong.slice(0, 10).join(', ')}`);
  }
}

/** Rejects a while after the signal: an environment that listens to it can say more, one that hangs is left behind. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => setTimeout(() => reject(signal.reason), 15_000).unref()));

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** Runs one environment; gives its row and, for a failure, the whole story. */
async function attempt(
  environment: Placed,
  context: Run,
  doing: (what: string) => void,
): Promise<{ readonly row: Row; readonly story: string }> {
  const { id, name, how, group, groups = [], limit = 180 } = environment;
  const row = { id, kind: environment.kind, name, version: '', how, result: 'ok', date: new Date().toISOString().slice(0, 10) };
  const controller = new AbortController();
  const cleanups: (() => unknown)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let story = '';
  try {
    const needed: Group[] = [...(group ? [group] : []), ...groups, ...(environment.browser ? (['browsers'] as const) : [])];
    for (const one of needed) await install(cache, one, { onStart: () => doing(` (installs ${one})`) });
    if (environment.browser) await findBrowser(environment.browser, () => doing(` (installs ${environment.browser})`));
    doing('');
    const t = await project(environment, { ...context, cleanups, signal: controller.signal });
    row.version = environment.version ? environment.version(t) : group ? version(group) : '';
    timer = setTimeout(() => controller.abort(new Error(`not done after ${limit} s`)), limit * 1000);
    const results = await Promise.race([environment.run(t), aborted(controller.signal)]);
    if (environment.browser && !group) row.version = t.browserVersion;
    compare(results, context.expected);
  } catch (error) {
    const why = asError(controller.signal.aborted ? controller.signal.reason : error);
    row.result = `${why instanceof Skip ? 'not run' : 'failed'}: ${why.message.split('\n')[0]}`;
    // The place in this runner says nothing about an environment's failure, all about a mistake in the runner.
    if (!(why instanceof Skip)) story = why.name === 'Error' ? why.message : `${why.stack}\n${asError(error).message}`;
  } finally {
    clearTimeout(timer);
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
  return { row, story };
}

const environments: Placed[] = [];
for (const kind of kinds) {
  const found = (await import(`./kinds/${kind}.js`)) as { readonly environments: readonly Environment[] };
  environments.push(...found.environments.map((environment) => ({ ...environment, kind })));
}
if (options.list) {
  for (const { id, name, how } of environments) console.log(`${id.padEnd(20)} ${name}: ${how}`);
  process.exit();
}

const chosen: Placed[] = [];
for (const environment of environments) {
  if (await isChosen(environment)) chosen.push(environment);
}
if (chosen.length === 0) throw new Error('no such environment: --list prints them');
const unlock = await lock(cache);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    stopAll();
    await unlock();
    process.exit(130);
  });
}

const started = Date.now();
const tarball = options.tarball ?? (await pack(root, cache));
const probes = await buildProbes(cache);
const bar = progress(chosen.length);
const context: Run = { cache, root, tarball, probes, expected: await expectedBits(tarball, probes), say: bar.say };
const rows = new Map<string, Row>();
const waiting = [...chosen];

await Promise.all(
  Array.from({ length: Number(options.jobs) }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { id } = next;
      const begun = Date.now();
      bar.doing(id);
      const { row, story } = await attempt(next, context, (what) => bar.doing(id, what));
      rows.set(id, row);
      const seconds = ((Date.now() - begun) / 1000).toFixed(1);
      const line = [`${row.name} ${row.version}`.trim(), `[${id}, ${seconds} s]`, row.result].join('  ');
      bar.ended(id, story ? `${line}\n${story.replaceAll(/^/gm, '    ')}` : line);
    }
  }),
);
bar.stop();
await closeBrowsers();
stopAll();
await unlock();

const results = [...rows.values()];
if (options.report) await writeFile(options.report, JSON.stringify(results, null, 2));
const failed = results.filter(({ result }) => result.startsWith('failed'));
const skipped = results.filter(({ result }) => result.startsWith('not run'));
if (options.record || !(options.quick || options.only)) console.log(await record(root, environments, rows));
console.log(
  `${results.length} environments in ${Math.round((Date.now() - started) / 1000)} s: ` +
    `${results.length - failed.length - skipped.length} ok, ${skipped.length} not run, ${failed.length} failed`,
);
for (const { name, result } of [...skipped, ...failed]) console.log(`  ${name}: ${result}`);
process.exit(failed.length > 0 ? 1 : 0);
