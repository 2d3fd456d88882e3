// The project that one environment runs in, and what its `run` works with.

import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browser } from './browsers.mjs';
import { install, version } from './install.mjs';
import { unpack } from './pack.mjs';
import { run, start } from './process.mjs';
import { serve } from './serve.mjs';

const app = join(dirname(fileURLToPath(import.meta.url)), '../app');
const program = (command) => (command === 'node' ? process.execPath : command);

/**
 * Makes a new project for `environment` below `cache`, with the packed package and the probe in it. `cleanups` collects
 * what ends with the environment; `say` prints a line.
 */
export async function project(environment, { cache, root, tarball, probes, cleanups, signal, say }) {
  const { id, group = 'plain', npmInstall = false } = environment;
  const tools = join(cache, group);
  const folder = join(tools, id);
  const at = (path) => join(folder, path);
  const manifest = (more = {}) =>
    writeFile(at('package.json'), JSON.stringify({ name: 'consumer', private: true, ...more }, null, 2));

  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await manifest();
  if (npmInstall) {
    const args = ['install', '--no-audit', '--no-fund', '--offline', '--loglevel=error', tarball];
    await run('npm', args, { cwd: folder, signal });
  } else {
    await unpack(tarball, at('node_modules/nonlin'));
  }
  await cp(probes, folder, { recursive: true });

  const t = {
    folder,
    tools,
    root,
    tarball,
    /** The version of the browser that opened the last page. */
    browserVersion: '',
    version,
    say,
    /** Writes package.json anew, with these fields. */
    manifest,
    /** Writes files: path → text. */
    async write(files) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(at(path)), { recursive: true });
        await writeFile(at(path), text);
      }
    },
    /** Copies files of app/ into the project; a pair gives the copy another name. */
    async app(...names) {
      for (const name of names) {
        const [from, to] = Array.isArray(name) ? name : [name, name];
        await cp(join(app, from), at(to));
      }
    },
    copy: (from, to) => cp(at(from), at(to)),
    remove: (path) => rm(at(path), { recursive: true, force: true }),
    read: (path) => readFile(at(path), 'utf8'),
    /** The path of a file of a tool, by its package. */
    tool: (path) => join(tools, 'node_modules', path),
    /** The binary of a Node version. */
    node: (major) => join(cache, 'node/node_modules', `node${major}`, 'bin/node'),
    /** Runs a program in the project and returns what it printed; `node` is the one at hand. */
    run: (command, args, more) => run(program(command), args.map(String), { cwd: folder, signal, ...more }),
    /** Starts a server that ends with the environment, and waits until it answers at `url`. */
    async start(command, args, more) {
      const server = await start(program(command), args.map(String), { cwd: folder, signal, ...more });
      cleanups.push(server.stop);
    },
    /** Serves a folder of the project and returns the address. */
    async serve(path, headers) {
      const server = await serve(at(path), headers);
      cleanups.push(server.stop);
      return server.url;
    },
    /** Opens a page in a browser and returns the result it reports. */
    async open(name, url, launch) {
      const engine = await browser(name, {
        tools: await install(cache, 'browsers'),
        shots: join(cache, 'screenshots'),
        signal,
        ...launch,
      });
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
