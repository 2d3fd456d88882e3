// The report: one HTML file that needs no network and no script.

import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { elu, identity, lrelu, relu, sigmoid, softmax, tanh } from 'nonlin';
import { type Digits, PIXELS } from './data.js';
import { accuracies, functionAndDerivative, glyph, learning } from './plots.js';
import { STYLE } from './style.js';
import { cells, HEADINGS, type Result } from './summary.js';
import type { Settings } from './training.js';
import { reason, UserError } from './user-error.js';

export interface Findings {
  readonly results: readonly Result[];
  readonly heldOut: Digits;
  readonly trainingCount: number;
  readonly sizes: readonly number[];
  readonly settings: Settings;
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

function page({ results, heldOut, trainingCount, sizes, settings }: Findings): string {
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
${resultTable(results)}
<p class="note">Means over the seeds; “worst” is the worst of them. “In activations” is the share of the time spent in the functions of nonlin.
“Gradient off by” is the worst relative difference of all weights’ gradients from central differences.
Batches of ${settings.batch}, rate ${settings.rate}, momentum ${settings.momentum}: the same for all, chosen before the first run.
Accuracies and losses come out the same on every machine; seconds are those of Node ${process.versions.node} on the machine that wrote this.</p>
</section>

<section>
<h2>Held-out accuracy</h2>
<p>Thin: the seeds. Bold: their mean. Grey: the means of the other activations.</p>
<div class="panels">${results.map((shown) => panel(shown.name, learning(results, shown, 'accuracy'))).join('\n')}</div>
</section>

<section>
<h2>Training loss</h2>
<p>Cross-entropy over all training images, on a logarithmic scale.</p>
<div class="panels">${results.map((shown) => panel(shown.name, learning(results, shown, 'loss'))).join('\n')}</div>
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

<footer>
<p>Digits: “Optical Recognition of Handwritten Digits”, E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository,
<a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>.</p>
</footer>
</body>
</html>
`;
}

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

function functionPanels(): string {
  const pointwise = [identity, relu, lrelu, elu, sigmoid, tanh].map((f) =>
    panel(
      f.name,
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
