// The page in WebKitGTK. Its driver is not puppeteer's, so the page drives itself: a script of its own is added that trains,
// compares the digests and measures errors, and writes what came of it.

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { browser, closeBrowsers } from '../../test/environments/support/browsers.js';
import { serve } from '../../test/environments/support/serve.js';
import { Skip } from '../../test/environments/support/skip.js';

interface Engine {
  readonly title: string;
  readonly version: string;
  open(url: string, options: { label: string; signal?: AbortSignal }): Promise<string>;
}

afterAll(closeBrowsers);

// Where there is no locale, WebKitGTK calls its language "C", which no browser of a visitor does and Intl refuses.
process.env['LC_ALL'] = process.env['LANG'] = 'en_GB.UTF-8';
process.env['LANGUAGE'] = 'en';

/** Runs in the page. */
async function visit(): Promise<void> {
  const { errors } = globalThis as unknown as { errors: string[] };
  const text = (id: string) => document.getElementById(id)?.textContent ?? '';
  const until = async (done: () => boolean) => {
    for (let tenth = 0; tenth < 300 && !done(); tenth++) await new Promise((next) => setTimeout(next, 100));
  };
  await until(() => 'ready' in document.documentElement.dataset);
  const epochs = document.getElementById('train-epochs') as HTMLInputElement;
  epochs.value = '3';
  epochs.dispatchEvent(new Event('input'));
  document.getElementById('train-start')?.click();
  await until(() => text('train-status').includes('epochs in'));
  document.getElementById('bits-start')?.click();
  await until(() => /same:|differ/.test(text('bits-status')));
  await until(() => text('accuracy-verdict').includes('ULP'));
  const result = document.createElement('pre');
  result.id = 'result';
  result.textContent = JSON.stringify({
    errors,
    trained: text('train-status'),
    digests: text('bits-status'),
    charts: document.querySelectorAll('.chart canvas').length,
    accuracy: text('accuracy-verdict'),
  });
  document.body.append(result);
}

test('webkit: trains, gives the same digests, measures errors', async (context) => {
  const folder = resolve('build/site-webkit');
  mkdirSync(folder, { recursive: true });
  cpSync('build/site', folder, { recursive: true });
  const page = readFileSync('build/site/index.html', 'utf8');
  writeFileSync(
    join(folder, 'index.html'),
    page
      .replace('<head>', '<head><script>errors = []; onerror = (message) => errors.push(message);</script>')
      .replace('</body>', `<script>addEventListener('DOMContentLoaded', ${visit})</script></body>`),
  );
  let engine: Engine;
  try {
    engine = (await browser('webkit', { tools: '', shots: resolve('build/shots') })) as Engine;
  } catch (error) {
    if (!(error instanceof Skip)) throw error;
    return context.skip(error.message);
  }
  console.log(`${engine.title} ${engine.version}`);
  const server = await serve(folder);
  try {
    const result = JSON.parse(
      await engine.open(`${server.url}index.html`, { label: 'site-webkit', signal: AbortSignal.timeout(150_000) }),
    );
    expect(result).toEqual({
      errors: [],
      trained: expect.stringMatching(/^3 epochs in .* (8|9)\d\.\d % of 500/),
      digests: expect.stringMatching(/^All \d+ digests are the same/),
      charts: 3,
      accuracy: expect.stringContaining('ULP'),
    });
  } finally {
    server.stop();
  }
}, 200_000);
