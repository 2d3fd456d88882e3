// The project that one environment runs in, and what its `run` works with.

import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browser } from './browsers.js';
import type { Environment, Project } from './environment.js';
import { install, version } from './install.js';
import { unpack } from './pack.js';
import { fail, run, start } from './process.js';
import { serve } from './serve.js';

const app = join(dirname(fileURLToPath(import.meta.url)), '../app');
const program = (command: string): string => (command === 'node' ? process.execPath : command);

export interface Context {
  readonly cache: string;
  readonly root: string;
  readonly tarball: string;
  readonly probes: string;
  readonly say: (line: string) => void;
}

interface ProjectContext extends Context {
  /** Collects what ends with the environment. */
  readonly cleanups: (() => unknown)[];
  readonly signal: AbortSignal;
}

/**
 * Makes a new project for `environment` below `cache`, with the packed package and the probe in it.
 */
export async function project(
  environment: Environment,
  { cache, root, tarball, probes, cleanups, signal, say }: ProjectContext,
): Promise<Project> {
  const { id, group = 'plain', npmInstall = false } = environment;
  const tools = join(cache, group);
  const folder = join(tools, id);
  const at = (path: string): string => join(folder, path);
  const manifest = (more: object = {}): Promise<void> =>
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

  const t: Project = {
    folder,
    tools,
    root,
    tarball,
    browserVersion: '',
    version,
    say,
    manifest,
    async write(files) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(at(path)), { recursive: true });
        await writeFile(at(path), text);
      }
    },
    async app(...names) {
      for (const name of names) {
        const [from, to] = typeof name === 'string' ? [name, name] : name;
        await cp(join(app, from), at(to));
      }
    },
    copy: (from, to) => cp(at(from), at(to)),
    remove: (path) => rm(at(path), { recursive: true, force: true }),
    read: (path) => readFile(at(path), 'utf8'),
    tool: (path) => join(tools, 'node_modules', path),
    node: (major) => join(cache, 'node/node_modules', `node${major}`, 'bin/node'),
    run: (command, args, more) => run(program(command), args.map(String), { cwd: folder, signal, ...more }),
    fail: (command, args, more) => fail(program(command), args.map(String), { cwd: folder, signal, ...more }),
    async start(command, args, more) {
      const server = await start(program(command), args.map(String), { cwd: folder, signal, ...more });
      cleanups.push(server.stop);
    },
    async serve(path, headers) {
      const server = await serve(at(path), headers);
      cleanups.push(server.stop);
      return server.url;
    },
    async open(name, url, launch) {
      const engine = await browser(name, {
        tools: await install(cache, 'browsers'),
        shots: join(cache, 'screenshots'),
        ...launch,
      });
      t.browserVersion = engine.version;
      const result = JSON.parse(await engine.open(url, { label: `${id}-${name}`, signal }));
      if (result.error) throw new Error(`${engine.title} at ${url}: ${result.error}`);
      return result;
    },
    result(output) {
      const line = output.split('\n').find((line) => line.startsWith('result '));
      if (line === undefined) throw new Error(`no result in the output:\n${output}`);
      return JSON.parse(line.slice('result '.length));
    },
  };
  return t;
}
