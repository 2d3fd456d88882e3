// ./build.sh site --measure: what Lighthouse says of pages of the site, on its slow phone with slow 4G. Prints a table, and writes it into
// docs/site.md. The pages are served compressed, as hosts of static files do.

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { install, version } from '../test/environments/support/install.js';

const site = resolve('build/site');
const cache = resolve('.toolchain/environments');

/** The playground, and one page of each kind. */
const PAGES = [
  'index.html',
  'docs/index.html',
  'docs/functions/softmax.html',
  'docs/guides/gradients.html',
  'docs/accuracy.html',
];

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css',
};

/** What is used of a report. */
interface Report {
  readonly categories: Readonly<Record<string, { readonly title: string; readonly score: number | null }>>;
  readonly audits: Readonly<
    Record<string, { readonly title: string; readonly score: number | null; readonly numericValue?: number }>
  >;
  readonly environment: { readonly hostUserAgent: string };
}

/** The figures, with the audits that they are. */
const FIGURES: readonly (readonly [title: string, audit: string, shown: (value: number) => string])[] = [
  ['first paint', 'first-contentful-paint', (value) => `${(value / 1000).toFixed(1)} s`],
  ['largest paint', 'largest-contentful-paint', (value) => `${(value / 1000).toFixed(1)} s`],
  ['layout shift', 'cumulative-layout-shift', (value) => value.toFixed(3)],
  ['blocked', 'total-blocking-time', (value) => `${value.toFixed(0)} ms`],
  ['transferred', 'total-byte-weight', (value) => `${(value / 1000).toFixed(0)} KB`],
];

/** Serves the site, compressed. */
async function serve(): Promise<{ readonly url: string; stop(): void }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = join(site, normalize(decodeURIComponent(pathname)));
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-encoding': 'br', 'cache-control': 'max-age=600' });
    response.end(brotliCompressSync(readFileSync(file)));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Lighthouse's report of a page. */
async function report(tools: string, url: string): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'lighthouse-'));
  const file = join(folder, 'report.json');
  // Chromium has no sandbox for root.
  const flags = `--headless=new${process.getuid?.() === 0 ? ' --no-sandbox' : ''}`;
  const child = spawn(
    process.execPath,
    [
      join(tools, 'node_modules/lighthouse/cli/index.js'),
      url,
      '--quiet',
      '--output=json',
      `--output-path=${file}`,
      `--chrome-flags=${flags}`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, CHROME_PATH: chromium() } },
  );
  const code = await new Promise((done) => child.on('close', done));
  if (code !== 0) throw new Error(`lighthouse ${url}: exit code ${code}`);
  const read = JSON.parse(readFileSync(file, 'utf8')) as Report;
  rmSync(folder, { recursive: true, force: true });
  return read;
}

/** The program of Chromium; Lighthouse finds one itself where it is not on the path. */
function chromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => statSync(folder, { throwIfNoEntry: false }));
  const names = ['chromium', 'google-chrome', 'chromium-browser'];
  return folders.flatMap((folder) =>
    names.filter((name) => readdirSync(folder).includes(name)).map((name) => join(folder, name)),
  )[0];
}

async function main(): Promise<void> {
  const tools = await install(cache, 'lighthouse');
  const server = await serve();
  const lines: string[] = [];
  let browser = '';
  let heads: string[] = [];
  try {
    for (const page of PAGES) {
      const { categories, audits, environment } = await report(tools, server.url + page);
      browser = /Chrome\/[\d.]+/.exec(environment.hostUserAgent)?.[0].replace('/', ' ') ?? '';
      const scores = Object.values(categories);
      heads = scores.map(({ title }) => title.toLowerCase());
      const figures = FIGURES.map(([, audit, shown]) => shown(audits[audit]?.numericValue ?? Number.NaN));
      const line = [page, ...scores.map(({ score }) => String(Math.round((score ?? 0) * 100))), ...figures];
      lines.push(`| ${line.join(' | ')} |`);
      console.log(line.join('  '));
      for (const { title, score } of Object.values(audits)) if (score !== null && score < 0.5) console.log(`    ${title}`);
    }
  } finally {
    server.stop();
  }
  const titles = ['page', ...heads, ...FIGURES.map(([title]) => title)];
  writeFileSync(
    'docs/site.md',
    `# The site

\`./build.sh site --measure\` writes this page; do not edit it. It shows what Lighthouse ${version('lighthouse')} reports for pages of \`build/site\` in ${browser}, with its
default settings, which simulate a slow phone on slow 4G. Scores go up to 100, times are those of the simulated phone, and sizes are what is transferred, compressed by brotli.

| ${titles.join(' | ')} |
|${['---', ...titles.slice(1).map(() => '---:')].join('|')}|
${lines.join('\n')}
`,
  );
}

await main();
