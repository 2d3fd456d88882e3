// The page in Chromium and Firefox, as a visitor would use it. `SHOTS=folder` keeps screenshots there.

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as nonlin from 'nonlin';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { browser, closeBrowsers } from '../../test/environments/support/browsers.js';
import { install } from '../../test/environments/support/install.js';
import { serve } from '../../test/environments/support/serve.js';
import { Skip } from '../../test/environments/support/skip.js';
import { DRAWN_DIGITS } from './digits';
import type { Page } from './puppeteer';

const site = resolve('build/site');
const cache = resolve('.toolchain/environments');
const shots = process.env['SHOTS'];
const [LARGE, SMALL] = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];

interface Engine {
  readonly title: string;
  readonly version: string;
  newPage(): Promise<Page>;
}

afterAll(closeBrowsers);

describe.each(['chromium', 'firefox'] as const)('%s', (name) => {
  let engine: Engine | undefined;
  let missing = '';
  let server: { readonly url: string; stop(): void };
  let pages: Page[] = [];

  beforeAll(async () => {
    server = await serve(site);
    try {
      const tools = await install(cache, 'browsers');
      engine = (await browser(name, { tools, shots: resolve('build/shots') })) as Engine;
      console.log(`${engine.title} ${engine.version}`);
    } catch (error) {
      if (!(error instanceof Skip)) throw error;
      missing = error.message;
    }
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    for (const page of pages) await page.close();
    pages = [];
  });

  /** A page that shows the site; whatever it says to the console, throws, or cannot load ends up in `said`. */
  async function open(hash = '', { viewport = LARGE, from = server.url } = {}): Promise<{ page: Page; said: string[] }> {
    if (!engine) throw new Error('there is no browser');
    const page = await engine.newPage();
    pages.push(page);
    const said: string[] = [];
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => said.push(`thrown: ${error.message}`));
    page.on('requestfailed', (request) => said.push(`not loaded: ${request.url()}`));
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(from) && !/^(data|blob):/.test(url)) said.push(`asked for ${url}`);
    });
    await page.setViewport(viewport);
    await page.goto(`${from}index.html${hash}`);
    await page.waitForFunction(() => 'ready' in document.documentElement.dataset);
    return { page, said };
  }

  const text = (page: Page, selector: string) => page.$eval(selector, (found) => found.textContent ?? '');
  const waitForText = (page: Page, selector: string, pattern: string, timeout = 60_000) =>
    page.waitForFunction(
      (where, what) => new RegExp(what).test(document.querySelector(where)?.textContent ?? ''),
      { timeout },
      selector,
      pattern,
    );
  /** Sets a slider or a field as a visitor does, as far as the page can tell. */
  const set = (page: Page, selector: string, value: string) =>
    page.$eval(
      selector,
      (found, wanted) => {
        (found as HTMLInputElement).value = wanted;
        found.dispatchEvent(new Event('input', { bubbles: true }));
        found.dispatchEvent(new Event('change', { bubbles: true }));
      },
      value,
    );
  const train = async (page: Page, epochs: number) => {
    await set(page, '#train-epochs', String(epochs));
    await page.click('#train-start');
    await waitForText(page, '#train-status', 'epochs in');
  };

  /** What axe, which the page has been given, complains about. */
  const violations = (page: Page) =>
    page.evaluate(async () => {
      const { violations } = await (
        globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
        }
      ).axe.run();
      return violations.map(
        ({ id, impact, nodes }) => `${impact}: ${id} at ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
      );
    });

  /** A test that is skipped, with the reason, where the browser is not available. */
  const it = (title: string, body: () => Promise<void>) =>
    test(title, async (context) => {
      if (!engine) context.skip(missing);
      await body();
    });

  it('quick: opens from a file, plots, trains three epochs, says nothing to the console', async () => {
    const { page, said } = await open('', { from: `${pathToFileURL(site).href}/` });
    await page.waitForFunction(() => document.querySelectorAll('.chart canvas').length === 3);
    await train(page, 3);
    expect(await text(page, '#train-status')).toMatch(/^3 epochs in .* (8|9)\d\.\d % of 500/);
    expect(said).toEqual([]);
  });

  it('every function can be shown, and reads what the package gives', async () => {
    const { page, said } = await open('#functions?x=1.3&show=f,d,dd');
    const names = await page.$$eval('#functions-picker label', (all) => all.map((label) => label.textContent ?? ''));
    const functions = nonlin as unknown as Record<
      string,
      { (x: number): number; deriv(x: number): number; deriv2(x: number): number }
    >;
    expect(names.length).toBeGreaterThanOrEqual(6);
    for (const [index, function_] of names.entries()) {
      const box = `#functions-picker label:nth-child(${index + 1}) input`;
      const on = await page.$eval(box, (input) => (input as HTMLInputElement).checked);
      if (!on) await page.click(box);
      await page.waitForFunction(
        (wanted) => [...document.querySelectorAll('#functions-readings tbody th')].some((row) => row.textContent === wanted),
        {},
        function_,
      );
    }
    const rows = await page.$$eval('#functions-readings tbody tr', (all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
    );
    const x = await page.$eval('#functions-readings thead th', (head) => Number((head.textContent ?? '').replace('x = ', '')));
    expect(x).toBeCloseTo(1.3, 2);
    for (const [function_ = '', f = '', slope = '', curvature = ''] of rows) {
      const number = (shown: string) => Number(shown.replaceAll('−', '-'));
      expect(number(f), function_).toBeCloseTo(functions[function_]?.(x) ?? Number.NaN, 4);
      expect(number(slope), `${function_}′`).toBeCloseTo(functions[function_]?.deriv(x) ?? Number.NaN, 4);
      expect(number(curvature), `${function_}″`).toBeCloseTo(functions[function_]?.deriv2(x) ?? Number.NaN, 4);
    }
    expect(said).toEqual([]);
  });

  it('hyperparameters: slider, number field, and what the package refuses', async () => {
    const { page, said } = await open('#functions?f=elu&x=-1');
    const reading = async () => Number((await text(page, '#functions-readings tbody td')).replaceAll('−', '-'));
    expect(await reading()).toBeCloseTo(Math.expm1(-1), 12);
    await set(page, '#functions-parameters input[type=range]', '2');
    expect(await reading()).toBeCloseTo(2 * Math.expm1(-1), 12);
    await set(page, '#functions-parameters input[type=number]', '100');
    expect(await reading()).toBeCloseTo(100 * Math.expm1(-1), 10);
    await set(page, '#functions-parameters input[type=number]', '');
    expect(await text(page, '#functions-parameters .refusal')).toMatch(/alpha.*finite/);
    expect(await text(page, '#functions-code code')).toContain('elu(x, { alpha: 100 })');
    expect(said).toEqual([]);
  });

  it('the cursor follows the pointer and the arrow keys', async () => {
    const { page, said } = await open('#functions?f=identity');
    const x = async () => Number((await text(page, '#functions-readings thead th')).replace('x = ', '').replace('−', '-'));
    await page.focus('#functions-chart .cursor');
    const before = await x();
    for (let presses = 0; presses < 10; presses++) await page.keyboard.press('ArrowRight');
    expect(await x()).toBeGreaterThan(before);
    expect(await page.$eval('#functions-chart .cursor', (slider) => slider.getAttribute('aria-valuetext'))).toMatch(
      /^x = .*identity f /,
    );
    const plot = await page.$('#functions-chart .u-over');
    const box = await plot?.boundingBox();
    if (!box) throw new Error('the plot has no size');
    await page.mouse.move(box.x + 0.75 * box.width, box.y + box.height / 2);
    await waitForText(page, '#functions-readings thead th', 'x = (2.9|3)');
    expect(said).toEqual([]);
  });

  it('softmax: logits, mask, temperature, units', async () => {
    const { page, said } = await open('#softmax?logits=1,1,1,1');
    const shares = () => page.$$eval('#softmax-logits li', (all) => all.map((item) => item.lastElementChild?.textContent ?? ''));
    expect(await shares()).toEqual(['25.0 %', '25.0 %', '25.0 %', '25.0 %']);
    await page.click('#softmax-logits li:first-child input[type=checkbox]');
    expect(await shares()).toEqual(['0.0 %', '33.3 %', '33.3 %', '33.3 %']);
    expect(await text(page, '#softmax-code code')).toContain('[-Infinity, 1, 1, 1]');
    await set(page, '#softmax-logits li:nth-child(2) input[type=range]', '3');
    await set(page, '#softmax-temperature', '-2');
    expect(await shares()).toEqual(['0.0 %', '100.0 %', '< 0.1 %', '< 0.1 %']);
    await page.click('#softmax-more');
    expect((await shares()).length).toBe(5);
    expect(await page.$$eval('#softmax-jacobian tbody td', (all) => all.length)).toBe(25);
    expect(said).toEqual([]);
  });

  it('accuracy: the usual formula, one of the visitor, one that cannot be', async () => {
    const { page, said } = await open('#accuracy');
    const errors = () => page.$$eval('#accuracy-verdict tbody tr', (all) => all.map((row) => row.children[1]?.textContent ?? ''));
    await waitForText(page, '#accuracy-verdict tbody', 'ULP');
    const [formula = '', ours = ''] = await errors();
    expect(formula).toBe('no correct digit');
    expect(Number.parseFloat(ours)).toBeLessThanOrEqual(1);
    await set(page, '#accuracy-formula', 'Math.exp(x)');
    await waitForText(page, '#accuracy-verdict tbody tr', 'f′\\(40|f′\\(39');
    await set(page, '#accuracy-formula', 'fetch(x)');
    await waitForText(page, '#accuracy-message', 'only functions of Math');
    expect(said).toEqual([]);
  });

  it('speed: every way to call it is timed', async () => {
    const { page, said } = await open('#speed?time=elu&timed=deriv&numbers=512');
    expect(await text(page, '#speed-code code')).toContain('elu.deriv(x');
    await page.click('#speed-start');
    await waitForText(page, '#speed-status', 'on this machine');
    const times = await page.$$eval('#speed-table tbody tr', (all) =>
      all.map((row) => Number((row.children[2]?.textContent ?? '').replaceAll(',', ''))),
    );
    expect(times.length).toBe(6);
    for (const nanoseconds of times) expect(nanoseconds).toBeGreaterThan(0);
    expect(said).toEqual([]);
  });

  it('bits: every digest is the one of Node', async () => {
    const { page, said } = await open('#bits');
    await page.click('#bits-start');
    await waitForText(page, '#bits-status', 'All \\d+ digests are the same', 110_000);
    expect(said).toEqual([]);
  });

  it('training can be stopped, and what was learned so far reads', async () => {
    const { page, said } = await open('#train');
    await set(page, '#train-epochs', '200');
    await page.click('#train-start');
    await waitForText(page, '#train-status', 'Epoch [3-9]');
    await page.click('#train-start');
    await waitForText(page, '#train-status', 'Stopped after');
    await page.click('#draw-sample');
    expect(await text(page, '#draw-verdict')).toMatch(/This is a \d, says the network .* The data set says \d/);
    expect(said).toEqual([]);
  });

  it('reads drawn digits', async () => {
    const { page, said } = await open('#train');
    await train(page, 40);
    const read: string[] = [];
    for (const [digit, strokes] of DRAWN_DIGITS.entries()) {
      await page.click('#draw-clear');
      await page.$eval('#draw-canvas', (canvas) => canvas.scrollIntoView({ behavior: 'instant', block: 'center' }));
      const box = await (await page.$('#draw-canvas'))?.boundingBox();
      if (!box) throw new Error('the canvas has no size');
      for (const [first, ...others] of strokes) {
        const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
        await page.mouse.move(...at(first as readonly [number, number]));
        await page.mouse.down();
        for (const point of others) await page.mouse.move(...at(point));
        await page.mouse.up();
      }
      read.push((await text(page, '#draw-verdict')).replace(/^This is a (\d).*$/, '$1'));
      if (shots && digit === 3) await (await page.$('#train'))?.screenshot({ path: join(shots, `${name}-drawn.png`) });
    }
    // Nobody draws as the writers of 1998 did: one of the ten may be misread.
    const right = read.filter((digit, index) => digit === String(index)).length;
    expect(right, `read as ${read.join(' ')}`).toBeGreaterThanOrEqual(9);
    expect(said).toEqual([]);
  });

  it('conventions: every question that the package answers, to every framework', async () => {
    const { page, said } = await open('#conventions');
    const rows = await page.$$eval('#conventions-table tbody tr', (all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
    );
    expect(rows.length).toBeGreaterThanOrEqual(20);
    expect(rows.find(([title]) => title === 'relu′(NaN)')?.slice(1, 4)).toEqual(['NaN', '1', '0']);
    expect(said).toEqual([]);
  });

  it('the address says what is shown, and shows it again', async () => {
    const { page } = await open('#functions?f=tanh,lrelu&lrelu.alpha=0.5&range=3&logits=0,4&temperature=2');
    const before = [
      await text(page, '#functions-readings'),
      await text(page, '#functions-code'),
      await text(page, '#softmax-code'),
    ];
    await set(page, '#functions-parameters input[type=range]', '0.25');
    await page.waitForFunction(() => location.hash.includes('lrelu.alpha=0.25'));
    const address = await page.evaluate(() => location.hash);
    const { page: other } = await open(address);
    expect(await text(other, '#functions-code')).toContain('alpha: 0.25');
    expect(await text(other, '#softmax-code')).toBe(before[2]);
  });

  it('every page of the documentation fits a phone, and axe finds nothing', async () => {
    const axe = readFileSync(
      createRequire(join(await install(cache, 'axe'), 'package.json')).resolve('axe-core/axe.min.js'),
      'utf8',
    );
    const docs = readdirSync(join(site, 'docs'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'));
    expect(docs.length).toBeGreaterThanOrEqual(20);
    const { page, said } = await open('', { viewport: SMALL });
    for (const file of docs) {
      await page.goto(`${server.url}docs/${file}`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), file).toBeLessThanOrEqual(SMALL.width);
      await page.evaluate(axe);
      expect(await violations(page), file).toEqual([]);
    }
    expect(said).toEqual([]);
  });

  it('fits every width, in light and dark, and axe finds nothing serious', async () => {
    const axe = readFileSync(
      createRequire(join(await install(cache, 'axe'), 'package.json')).resolve('axe-core/axe.min.js'),
      'utf8',
    );
    for (const viewport of [LARGE, SMALL]) {
      for (const scheme of name === 'chromium' ? ['light', 'dark'] : ['light']) {
        const { page } = await open('', { viewport });
        if (name === 'chromium') await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        await waitForText(page, '#accuracy-verdict tbody', 'ULP');
        const label = `${viewport.width} px, ${scheme}`;
        expect(await page.evaluate(() => document.documentElement.scrollWidth), label).toBeLessThanOrEqual(viewport.width);
        await page.evaluate(axe);
        expect(await violations(page), label).toEqual([]);
        if (shots) {
          mkdirSync(shots, { recursive: true });
          await page.screenshot({ path: join(shots, `${name}-${viewport.width}-${scheme}.png`), fullPage: true });
        }
      }
    }
  });

  it('nothing moves while the page loads', async () => {
    if (name !== 'chromium') return;
    const { page } = await open();
    await waitForText(page, '#accuracy-verdict tbody', 'ULP');
    const shift = await page.evaluate(
      () =>
        new Promise<number>((done) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value;
          }).observe({ type: 'layout-shift', buffered: true });
          setTimeout(() => done(sum), 500);
        }),
    );
    expect(shift).toBeLessThan(0.02);
  });
});
