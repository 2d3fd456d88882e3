// The three engines, driven alike: open a page, wait until it has written its result, return that text. Chromium and
// Firefox by puppeteer-core (the latter over WebDriver BiDi), WebKitGTK by its own WebDriver under a virtual display.

import { access, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserName, Launch } from './environment.js';
import { freePort, run, start } from './process.js';
import { Skip } from './skip.js';

// What is used of puppeteer-core, which is installed only when a browser is asked for.

interface Page {
  on(event: 'pageerror', listener: (error: Error) => void): void;
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void;
  on(event: 'requestfailed', listener: (request: { url(): string }) => void): void;
  on(event: 'response', listener: (response: { status(): number; url(): string }) => void): void;
  goto(url: string, options: { readonly waitUntil: 'domcontentloaded'; readonly timeout: number }): Promise<unknown>;
  evaluate<R>(inPage: () => R): Promise<Awaited<R>>;
  screenshot(): Promise<Uint8Array>;
}

interface PuppeteerBrowser {
  version(): Promise<string>;
  createBrowserContext(): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>;
  close(): Promise<void>;
}

interface Puppeteer {
  launch(options: object): Promise<PuppeteerBrowser>;
}

const isRoot = process.getuid?.() === 0;

/** The path of a program, or undefined. */
async function which(...names: string[]): Promise<string | undefined> {
  for (const name of names) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, name);
      if (
        await access(path).then(
          () => true,
          () => false,
        )
      )
        return path;
    }
  }
  return undefined;
}

async function miniBrowser(): Promise<string | undefined> {
  for (const library of ['/usr/lib', '/usr/libexec']) {
    for (const folder of [library, ...(await readdir(library).catch(() => [])).map((name) => join(library, name))]) {
      const inside = await readdir(folder).catch(() => []);
      for (const name of inside
        .filter((name) => name.startsWith('webkit2gtk-4'))
        .sort()
        .reverse()) {
        const path = join(folder, name, 'MiniBrowser');
        if (
          await access(path).then(
            () => true,
            () => false,
          )
        )
          return path;
      }
    }
  }
  return undefined;
}

interface Engine {
  /** Debian's packages of it. */
  readonly packages: readonly string[];
  /** The path of its program. */
  find(): Promise<string | undefined>;
  launch(path: string, how: Launching): Promise<OpenBrowser>;
}

interface Where {
  /** The folder that puppeteer-core is installed in. */
  readonly tools: string;
  /** Where the screenshots of failed pages go. */
  readonly shots: string;
}

type Launching = Where & Required<Launch>;

interface Opening {
  /** Names the screenshot. */
  readonly label: string;
  readonly signal?: AbortSignal;
}

/** A browser that runs. */
export interface OpenBrowser {
  readonly title: string;
  readonly version: string;
  /** Opens a page and returns the text that it reports. */
  open(url: string, how: Opening): Promise<string>;
  /** A page of puppeteer-core for a test to drive itself, which shares nothing with others; WebKitGTK has none. */
  newPage?(): Promise<unknown>;
  close(): Promise<void>;
}

const engines: Readonly<Record<BrowserName, Engine>> = {
  chromium: {
    packages: ['chromium'],
    find: async () => which('chromium', 'chromium-browser', 'google-chrome'),
    launch: launchChromium,
  },
  firefox: {
    packages: ['firefox-esr'],
    find: async () => which('firefox-esr', 'firefox'),
    launch: launchFirefox,
  },
  webkit: {
    packages: ['webkit2gtk-driver', 'xvfb', 'xauth'],
    find: async () => ((await which('WebKitWebDriver')) && (await which('xvfb-run')) ? miniBrowser() : undefined),
    launch: launchWebKit,
  },
};

let aptQueue: Promise<unknown> = Promise.resolve();

/** Where the engine's program is; Debian's package is installed if there is none and this user may. */
export async function findBrowser(name: BrowserName, onInstall?: () => void): Promise<string> {
  const engine = engines[name];
  const found = await engine.find();
  if (found) return found;
  const wanted = `apt-get install ${engine.packages.join(' ')}`;
  if (!(await which('apt-get'))) throw new Skip(`no ${name} here, and no apt-get to install it with`);
  if (!isRoot) throw new Skip(`no ${name} here, and no right to install it: run '${wanted}' as root`);
  onInstall?.();
  const installed = aptQueue.then(async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update'], { env });
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...engine.packages], { env });
  });
  aptQueue = installed.catch(() => undefined);
  await installed;
  const path = await engine.find();
  if (!path) throw new Error(`'${wanted}' ran, and there is still no ${name}`);
  return path;
}

const open = new Map<string, Promise<OpenBrowser>>();

/** The engine `name`, started once for the whole run (once for each set of `switches` and `preferences`). */
export function browser(
  name: BrowserName,
  { switches = [], preferences = {}, tools, shots }: Where & Launch,
): Promise<OpenBrowser> {
  const key = JSON.stringify([name, switches, preferences]);
  let opened = open.get(key);
  if (opened === undefined) {
    opened = findBrowser(name).then((path) => engines[name].launch(path, { switches, preferences, tools, shots }));
    open.set(key, opened);
  }
  return opened;
}

/** Closes every engine. */
export async function closeBrowsers(): Promise<void> {
  const all = await Promise.allSettled(open.values());
  open.clear();
  await Promise.allSettled(all.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
}

async function puppeteer(tools: string): Promise<Puppeteer> {
  const entry = createRequire(join(tools, 'package.json')).resolve('puppeteer-core');
  return ((await import(pathToFileURL(entry).href)) as { readonly default: Puppeteer }).default;
}

const versionOf = async (program: PuppeteerBrowser): Promise<string> => (await program.version()).replace(/^.*\//, '');

async function launchChromium(path: string, { tools, shots, switches }: Launching): Promise<OpenBrowser> {
  const home = await mkdtemp(join(tmpdir(), 'nonlin-chromium-'));
  const program = await (await puppeteer(tools)).launch({
    executablePath: path,
    headless: true,
    userDataDir: home,
    args: [
      ...(isRoot ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...switches,
    ],
  });
  return puppeteerBrowser(program, 'Chromium', await versionOf(program), home, shots);
}

async function launchFirefox(path: string, { tools, shots, preferences }: Launching): Promise<OpenBrowser> {
  // Firefox run as root refuses another user's HOME.
  const home = await mkdtemp(join(tmpdir(), 'nonlin-firefox-'));
  const program = await (await puppeteer(tools)).launch({
    browser: 'firefox',
    executablePath: path,
    headless: true,
    env: { ...process.env, HOME: home },
    extraPrefsFirefox: preferences,
  });
  return puppeteerBrowser(program, 'Firefox', await versionOf(program), home, shots);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Asks `read` for the page's result until there is one; `givenUp` says that there will be none. */
async function poll(
  read: () => Promise<string | null | undefined>,
  signal?: AbortSignal,
  givenUp: () => boolean = () => false,
): Promise<string> {
  for (;;) {
    signal?.throwIfAborted();
    if (givenUp()) throw new Error('the page threw, and reported nothing');
    // A page that is loading cannot be asked.
    const text = await read().catch(() => '');
    if (text) return text;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Keeps what the page shows, and tells where; a browser that hangs is not waited for. */
async function keepScreenshot(file: string, take: () => Promise<Uint8Array>): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('none in 10 s')), 10_000);
  });
  try {
    await writeFile(file, await Promise.race([take(), late]));
    return `screenshot: ${file}`;
  } catch (error) {
    return `no screenshot: ${messageOf(error)}`;
  } finally {
    clearTimeout(timer);
  }
}

function puppeteerBrowser(program: PuppeteerBrowser, title: string, version: string, home: string, shots: string): OpenBrowser {
  return {
    title,
    version,
    async newPage() {
      return (await program.createBrowserContext()).newPage();
    },
    async open(url, { label, signal }) {
      const context = await program.createBrowserContext();
      const page = await context.newPage();
      const said: string[] = [];
      let thrown: number | undefined;
      page.on('pageerror', (error) => {
        said.push(`error: ${error.message}`);
        thrown ??= Date.now();
      });
      page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
      page.on('requestfailed', (request) => said.push(`not loaded: ${request.url()}`));
      page.on('response', (response) => {
        if (response.status() >= 400) said.push(`${response.status()}: ${response.url()}`);
      });
      try {
        // A page that computes may take a minute before it is there, on a machine that is slow or busy.
        await page.goto(url, { waitUntil: 'domcontentloaded', timeout: 180_000 });
        const read = () => page.evaluate(() => document.getElementById('result')?.textContent);
        // A page that has thrown may still report; it gets a moment.
        return await poll(read, signal, () => thrown !== undefined && Date.now() - thrown > 3000);
      } catch (error) {
        const kept = await keepScreenshot(join(shots, `${label}.png`), () => page.screenshot());
        throw new Error([`${title} at ${url}: ${messageOf(error)}`, ...said.slice(-10), kept].join('\n'));
      } finally {
        await context.close().catch(() => undefined);
      }
    },
    async close() {
      await program.close();
      await rm(home, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
    },
  };
}

/** A command of WebDriver; the answer is of the type that the protocol gives it. */
type Call = <R>(method: string, path: string, body?: object) => Promise<R>;

interface Session {
  readonly sessionId: string;
  readonly capabilities: { readonly browserVersion: string };
}

async function launchWebKit(path: string, { shots }: Launching): Promise<OpenBrowser> {
  const home = await mkdtemp(join(tmpdir(), 'nonlin-webkit-'));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const server = await start('xvfb-run', ['-a', 'WebKitWebDriver', `--port=${port}`], {
    url: `${base}/status`,
    env: {
      HOME: home,
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      // With compositing switched off instead, the driver never answers when asked for a screenshot.
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
    patience: 60,
  });
  const call: Call = async (method, path, body) => {
    const response = await fetch(base + path, {
      method,
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const { value } = (await response.json()) as { value?: { error?: string; message?: string } };
    if (!response.ok) throw new Error(`WebDriver ${path}: ${value?.error}: ${value?.message}`);
    return value as never;
  };
  const newSession = () =>
    call<Session>('POST', '/session', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: path, args: ['--automation'] } } },
    });
  const openNow = async (url: string, { label, signal }: Opening): Promise<string> => {
    const { sessionId } = await newSession();
    const here = `/session/${sessionId}`;
    const read = async () => {
      const [found] = await call<Readonly<Record<string, string>>[]>('POST', `${here}/elements`, {
        using: 'css selector',
        value: '#result',
      });
      return found && call<string>('GET', `${here}/element/${Object.values(found)[0]}/property/textContent`);
    };
    try {
      await call('POST', `${here}/url`, { url });
      return await poll(read, signal);
    } catch (error) {
      const kept = await keepScreenshot(join(shots, `${label}.png`), async () =>
        Buffer.from(await call<string>('GET', `${here}/screenshot`), 'base64'),
      );
      throw new Error(`WebKitGTK at ${url}: ${messageOf(error)}\n${kept}`);
    } finally {
      await call('DELETE', here).catch(() => undefined);
    }
  };

  const { sessionId, capabilities } = await newSession();
  await call('DELETE', `/session/${sessionId}`);
  // One session at a time: the driver refuses a second one.
  let queue: Promise<unknown> = Promise.resolve();
  return {
    title: 'WebKitGTK',
    version: capabilities.browserVersion,
    open(url, options) {
      const turn = queue.then(() => openNow(url, options));
      queue = turn.catch(() => undefined);
      return turn;
    },
    async close() {
      server.stop();
      await rm(home, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
    },
  };
}
