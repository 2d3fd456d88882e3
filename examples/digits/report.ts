// The report: one HTML file that needs no network and no script.

import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { elu, identity, lrelu, relu, sigmoid, softmax, tanh } from 'nonlin';
import { type Digits, PIXELS } from './data.js';
import { percent } from './format.js';
import { accuracies, functionAndDerivative, glyph, learning } from './plots.js';
import { STYLE } from './style.js';
import { cells, HEADINGS, type Result, spreadOfSeeds, summary } from './summary.js';
import type { Settings } from './training.js';
import { reason, UserError } from './user-error.js';

export interface Findings {
  readonly results: readonly Result[];
  readonly heldOut: Digits;
  readonly trainingCount: number;
  readonly sizes: readonly number[];
  readonly settings: Settings;
  /** Of nonlin. */
  readonly version: string;
  /** The source of the network. */
  readonly code: string;
}

const MISREAD_SHOWN = 12;

/** Refuses a place the report cannot be written to, before any time is spent on training: opens the file, as writing it will. */
export function checkWritable(file: string): void {
  try {
    const folder = dirname(file);
    if (!existsSync(folder)) {
      mkdirSync(folder);
    }
    const isNew = !existsSync(file);
    closeSync(openSync(file, 'a'));
    if (isNew) {
      rmSync(file);
    }
  } catch (error) {
    throw new UserError(`the report cannot be written: ${reason(error)}`);
  }
}

export function writeReport(file: string, findings: Findings): void {
  const html = page(findings);
  try {
    writeFileSync(file, html);
  } catch (error) {
    throw new UserError(`the report cannot be written: ${reason(error)}`);
  }
}

function page({ results, heldOut, trainingCount, sizes, settings, version, code }: Findings): string {
  const seeds = results[0].runs.map(({ seed }) => seed);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>nonlin reads digits</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>nonlin reads digits</h1>
<p class="lead">Networks of ${sizes.join('–')} units learned ${trainingCount.toLocaleString('en')} handwritten digits and were tried on
${heldOut.digits.length} they had never seen: once with each activation as the hidden layer, softmax on top, from seeds ${seeds.join(', ')}.</p>
</header>

<section>
<h2>Result</h2>
<p>Each ring is one seed, the bar their mean.</p>
<figure>${accuracies(results)}</figure>
${meaning(results, heldOut)}
${resultTable(results)}
<p class="note">Means over the seeds; “worst seed” is the worst of them. “Seconds” is the time of the whole training, “in activations” what the functions of nonlin
took of it. “Plain” are the same networks, from the same weights, with activations in plain JavaScript: loops over Math.exp and Math.tanh.
“Gradient off by” is the worst relative difference of all weights’ gradients from central differences.
Batches of ${settings.batch}, rate ${settings.rate}, momentum ${settings.momentum}, ${summary(results[0].runs).epochs} epochs: the same for all, chosen before the first run.
Accuracies and losses with nonlin come out the same on every machine; the times are those of the machine that wrote this.</p>
</section>

<section>
<h2>Held-out accuracy</h2>
<p>Thin: the seeds. Bold: their mean. Grey: the means of the other activations.</p>
<div class="panels">${results.map((shown) => panel(title(shown), learning(results, shown, 'accuracy'))).join('\n')}</div>
</section>

<section>
<h2>Training loss</h2>
<p>Cross-entropy over all training images, on a logarithmic scale.</p>
<div class="panels">${results.map((shown) => panel(title(shown), learning(results, shown, 'loss'))).join('\n')}</div>
</section>

<section>
<h2>The functions</h2>
<p><b class="first">f</b> and its derivative <b class="second">f′</b>, computed by nonlin. A dot is the value at a jump.</p>
<div class="panels">${functionPanels()}</div>
</section>

<section>
<h2>Misread</h2>
<p>The held-out digits that most of the ${results.length * seeds.length} networks got wrong.</p>
<div class="digits">${misread(results, heldOut)}</div>
</section>

<section>
<h2>The network</h2>
<p>All of it, but for the matrix product and the loop over the batches: <code>hidden(z)</code> on the way forwards, <code>hidden.backward(dh, { x: z })</code> on the way back.</p>
<details><summary>examples/digits/network.ts</summary><pre><code>${escaped(code)}</code></pre></details>
</section>

<footer>
<p>nonlin ${version}, Node ${process.versions.node}, ${escaped(cpus()[0]?.model.trim() ?? process.arch)}; ${new Date().toISOString().slice(0, 10)}.</p>
<p>Digits: “Optical Recognition of Handwritten Digits”, E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository,
<a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>.</p>
</footer>
</body>
</html>
`;
}

/** What the accuracies say, and what they do not. */
function meaning(results: readonly Result[], { digits }: Digits): string {
  const spread = spreadOfSeeds(results);
  const linear = results.find(({ name }) => name === 'identity');
  const why = linear
    ? `<p>Identity reaches ${percent(summary(linear.runs).mean)} although it bends nothing: two layers without a bend are one linear layer, so that network is
plain softmax regression on the pixels. These digits are centred and scaled to one height, and straight cuts between them are enough for most. The bend of the other activations
is worth what they read beyond that.</p>`
    : '';
  return `<p>One of the ${digits.length} held-out images is ${percent(1 / digits.length)}, and the seeds of one activation differ by up to ${percent(spread)}:
a difference of 0.3 % between two activations, over three seeds, means nothing.</p>
${why}`;
}

const title = ({ name, hyperparameters }: Result) => (hyperparameters ? `${name}, ${hyperparameters}` : name);

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function panel(title: string, svg: string): string {
  return `<figure><figcaption>${title}</figcaption>${svg}</figure>`;
}

function resultTable(results: readonly Result[]): string {
  const head = HEADINGS.map((heading) => `<th scope="col">${heading}</th>`).join('');
  const row = (result: Result) =>
    cells(result)
      .map((cell, col) => `<td data-label="${HEADINGS[col]}">${cell}</td>`)
      .join('');
  return `<table>
<thead><tr>${head}</tr></thead>
<tbody>${results.map((result) => `<tr>${row(result)}</tr>`).join('\n')}</tbody>
</table>`;
}

/** `elu, alpha 1` */
function withDefaults({ name, defaults }: { name: string; defaults: Readonly<Record<string, number>> }): string {
  return [name, ...Object.entries(defaults).map(([key, value]) => `${key} ${value}`)].join(', ');
}

function functionPanels(): string {
  const pointwise = [identity, relu, lrelu, elu, sigmoid, tanh].map((f) =>
    panel(
      withDefaults(f),
      functionAndDerivative(
        f.name,
        (x) => f(x),
        (x) => f.deriv(x),
      ),
    ),
  );
  const first = panel(
    'softmax: first entry for (x, 0, 0)',
    functionAndDerivative(
      'softmax',
      (x) => softmax([x, 0, 0])[0],
      (x) => softmax.deriv([[x, 0, 0]])[0][0][0],
    ),
  );
  return [...pointwise, first].join('\n');
}

/** The images most networks misread, worst first, each with the digit most of them took it for. */
function misread(results: readonly Result[], { images, digits }: Digits): string {
  const networks = results.flatMap(({ runs }) => runs);
  return Array.from(digits, (digit, row) => {
    const wrong = networks.map(({ read }) => read[row]).filter((read) => read !== digit);
    const votes = (read: number) => wrong.filter((other) => other === read).length;
    const taken = wrong.reduce((most, read) => (votes(read) > votes(most) ? read : most), wrong[0]);
    return { row, digit, taken, times: wrong.length };
  })
    .filter(({ times }) => times > 0)
    .sort((a, b) => b.times - a.times)
    .slice(0, MISREAD_SHOWN)
    .map(
      ({ row, digit, taken, times }) =>
        `<figure>${glyph(images.data.subarray(row * PIXELS, (row + 1) * PIXELS))}<figcaption><b>${digit}</b>, read as <b>${taken}</b><br>wrong in ${times} of ${networks.length}</figcaption></figure>`,
    )
    .join('\n');
}
