// Packs the package and tries it in every environment: node test/environments/run.mjs [--quick] [--only vite,next] [--list]
//
//   --quick            the environments that belong to `./build.sh test`
//   --only a,b         these environments, or all whose id begins so
//   --tarball file     this package instead of a new `npm pack`
//   --jobs n           so many at a time (2)
//   --record           write docs/environments.json, as a full run does of itself
//   --list             print the ids
//
// Each environment is a new project in .toolchain/environments/<group>/<id>, with the packed package in its node_modules and
// the tools in the folder above, installed once for each set of versions (versions.json). Each computes the same results
// (app/probe.mjs) and must give the bits that this Node gives. A skip has its reason; anything else that does not run fails.

import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { browser, closeBrowsers } from './support/browsers.mjs';
import { install, version } from './support/install.mjs';
import { pack, unpack } from './support/pack.mjs';
import { run, start, stopAll } from './support/process.mjs';
import { progress } from './support/progress.mjs';
import { serve } from './support/serve.mjs';
import { Skip } from './support/skip.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const cache = join(root, '.toolchain/environments');

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    tarball: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    record: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

const kinds = ['node', 'deno', 'bun', 'vite', 'webpack', 'rollup', 'esbuild', 'parcel', 'next', 'jest', 'vitest', 'workerd', 'browsers', 'unsupported', 'types', 'package'];
const all = (await Promise.all(kinds.map(async (kind) => (await import(`./kinds/${kind}.mjs`)).default))).flat();

if (options.list) {
  for (const { id, name, how } of all) console.log(`${id.padEnd(20)} ${name}: ${how}`);
  process.exit(0);
}

const chosen = [];
for (const environment of all) {
  if (await isChosen(environment)) chosen.push(environment);
}
if (chosen.length === 0) throw new Error(`--only ${options.only}: no such environment; --list prints them`);

async function isChosen({ id, quick }) {
  if (options.only) return options.only.split(',').some((wanted) => id === wanted || id.startsWith(`${wanted}-`));
  if (options.quick) return typeof quick === 'function' ? quick(cache) : quick === true;
  return true;
}

const started = Date.now();
const date = new Date().toISOString().slice(0, 10);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopAll();
    process.exit(130);
  });
}

const tarball = options.tarball ?? (await pack(root, cache));
const probes = await import('./support/probes.mjs').then(({ buildProbes }) => buildProbes(root, cache));
const expected = await expectedBits();
const bar = progress(chosen.length);
const rows = new Map();
const waiting = [...chosen];

await Promise.all(
  Array.from({ length: Number(options.jobs) }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await attempt(next);
  }),
);
bar.stop();
await closeBrowsers();
stopAll();

const ordered = chosen.map(({ id }) => rows.get(id));
const failed = ordered.filter(({ result }) => result.startsWith('failed'));
const skipped = ordered.filter(({ result }) => result.startsWith('not run'));
if (options.record || !(options.quick || options.only)) await record();
console.log(
  `${chosen.length} environments in ${Math.round((Date.now() - started) / 1000)} s: ` +
    `${ordered.length - failed.length - skipped.length} ok, ${skipped.length} not run, ${failed.length} failed`,
);
for (const { name, result } of [...skipped, ...failed]) console.log(`  ${name}: ${result}`);
process.exit(failed.length > 0 ? 1 : 0);

/** Runs one environment and keeps its row. */
async function attempt(environment) {
  const { id, name, how, group, groups = [], limit = 120 } = environment;
  const begun = Date.now();
  const row = { id, name, version: '', how, result: 'ok', date };
  const controller = new AbortController();
  const cleanups = [];
  let timer;
  let text = '';
  try {
    bar.doing(id);
    const needed = [...(group ? [group] : []), ...groups, ...(environment.browser ? ['browsers'] : [])];
    for (const one of needed) await install(cache, one, { onStart: () => bar.doing(id, ` (installs ${one})`) });
    bar.doing(id);
    const t = await project(environment, { cleanups, signal: controller.signal });
    row.version = environment.version ? await environment.version(t) : group ? version(group) : '';
    timer = setTimeout(() => controller.abort(new Error(`not done after ${limit} s`)), limit * 1000);
    compare(await environment.run(t));
    if (environment.browser) row.version = t.browserVersion;
  } catch (error) {
    const why = controller.signal.aborted ? controller.signal.reason : error;
    row.result = `${why instanceof Skip ? 'not run' : 'failed'}: ${why.message.split('\n')[0]}`;
    if (!(why instanceof Skip)) text = `\n${why.message === error.message ? '' : `${error.message}\n`}${why.stack ?? why}`.replaceAll('\n', '\n      ');
  } finally {
    clearTimeout(timer);
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
  rows.set(id, row);
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  bar.ended(id, `${row.result === 'ok' ? 'ok  ' : row.result.startsWith('not') ? 'skip' : 'FAIL'} ${name} ${row.version} (${id}, ${seconds} s)${row.result === 'ok' ? '' : `: ${row.result}`}${text}`);
}

/** Makes the project of one environment and what its `run` works with. */
async function project({ id, group = 'plain', npmInstall }, { cleanups, signal }) {
  const tools = join(cache, group);
  const folder = join(tools, id);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const manifest = (more = {}) => writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, ...more }, null, 2));
  await manifest();
  if (npmInstall) {
    await run('npm', ['install', '--no-audit', '--no-fund', '--offline', '--loglevel=error', tarball], { cwd: folder, signal });
  } else {
    await unpack(tarball, join(folder, 'node_modules/nonlin'));
  }
  await cp(probes, folder, { recursive: true });
  const at = (path) => join(folder, path);
  const t = {
    folder,
    tools,
    root,
    cache,
    tarball,
    signal,
    manifest,
    version,
    browserVersion: '',
    /** Writes files: path → text. */
    async write(files) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(at(path)), { recursive: true });
        await writeFile(at(path), text);
      }
    },
    /** Copies files of app/ into the project; a pair gives another name. */
    async app(...names) {
      for (const name of names) {
        const [from, to] = Array.isArray(name) ? name : [name, name];
        await cp(join(here, 'app', from), at(to));
      }
    },
    copy: (from, to) => cp(at(from), at(to)),
    remove: (path) => rm(at(path), { recursive: true, force: true }),
    read: (path) => readFile(at(path), 'utf8'),
    /** The path of a file of an installed tool. */
    tool: (path, of = group) => join(cache, of, 'node_modules', path),
    /** The binary of a Node version. */
    node: (major) => join(cache, 'node/node_modules', `node${major}`, 'bin/node'),
    /** Runs a program in the project; `node` is the one at hand. */
    run: (command, args, more) => run(program(command), args.map(String), { cwd: folder, signal, ...more }),
    /** Starts a server, ended with the environment. */
    async start(command, args, more) {
      const server = await start(program(command), args.map(String), { cwd: folder, signal, ...more });
      cleanups.push(server.stop);
      return server;
    },
    /** Serves a folder of the project and returns the address. */
    async serve(path, headers) {
      const server = await serve(at(path), headers);
      cleanups.push(server.stop);
      return server.url;
    },
    /** Opens a page in a browser and returns the result it reports. */
    async open(name, url, { switches, preferences } = {}) {
      const engine = await engineFor(name, id, signal, { switches, preferences });
      t.browserVersion = engine.version;
      const result = JSON.parse(await engine.open(url, { label: `${id}-${name}`, signal }));
      if (result.error) throw new Error(`${engine.title} at ${url}: ${result.error}`);
      return result;
    },
    /** The result that a program printed. */
    result(output) {
      const line = output.split('\n').find((line) => line.startsWith('result '));
      if (line === undefined) throw new Error(`no result in the output:\n${output}`);
      return JSON.parse(line.slice('result '.length));
    },
  };
  return t;
}

const program = (command) => (command === 'node' ? process.execPath : command);

async function engineFor(name, id, signal, launch) {
  const tools = await install(cache, 'browsers', { onStart: () => bar.doing(id, ' (installs browsers)') });
  return browser(name, {
    tools,
    shots: join(cache, 'screenshots'),
    onInstall: () => bar.say(`installing ${name} with apt-get …`),
    signal,
    ...launch,
  });
}

/** What this Node computes from the unpacked package: what every environment must give. */
async function expectedBits() {
  const folder = join(cache, 'plain/expected');
  await rm(folder, { recursive: true, force: true });
  await unpack(tarball, join(folder, 'node_modules/nonlin'));
  const { probe } = await import(pathToFileURL(join(probes, 'probe.mjs')).href);
  const nonlin = await import(pathToFileURL(join(folder, 'node_modules/nonlin/dist/index.js')).href);
  return probe(nonlin);
}

/** Throws unless every result of an environment has the expected bits. */
function compare(results) {
  for (const [label, result] of Object.entries(results)) {
    if (result.error) throw new Error(`${label}: ${result.error}`);
    for (const [key, value] of Object.entries(expected)) {
      const got = JSON.stringify(result[key]);
      const wanted = JSON.stringify(value);
      if (got !== wanted) throw new Error(`${label}: other bits of ${key}: got ${got}, wanted ${wanted}`);
    }
  }
}

/** Writes docs/environments.json, and README's table from it. */
async function record() {
  const file = join(root, 'docs/environments.json');
  const before = JSON.parse(await readFile(file, 'utf8').catch(() => '[]'));
  const kept = new Map(before.map((row) => [row.id, row]));
  const recorded = all.filter((environment) => environment.record !== false);
  const table = recorded.map(({ id }) => rows.get(id) ?? kept.get(id)).filter((row) => row !== undefined);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(table, null, 2)}\n`);
  console.log(`${relative(root, file)} holds ${table.length} environments`);
  const readme = join(root, 'scripts/readme.mjs');
  if ((await readdir(dirname(readme)).catch(() => [])).includes('readme.mjs')) {
    execFileSync(process.execPath, [readme], { cwd: root, stdio: 'inherit' });
  }
}
