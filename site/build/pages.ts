// The documentation: a page for each function, from its documentation comment, the package itself and the measured errors; the
// guides and notes of docs/; a page of everything that is exported. Plain HTML, without a script.

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { marked } from 'marked';
import * as nonlin from 'nonlin';
import { functionAndDerivative } from '../../examples/digits/plots';
import type { Documented, Member } from '../../scripts/documentation';
import { type Activation, isActivation } from '../../scripts/readme/functions';
import { plotted } from '../../scripts/readme/plotted';
import { type Elementwise, isElementwise } from '../source/elementwise';

type Documentation = Readonly<Record<string, Documented>>;

interface Measured {
  readonly function: string;
  readonly op: string;
  readonly class: string;
  readonly interval: readonly number[] | null;
  /** Why it is an exception from the limit. */
  readonly reason: string | null;
  /** None where a result is wrong altogether. */
  readonly worst: number | null;
  readonly limit: number | null;
  readonly inputs: number;
  /** Of docs/accuracy-rows.json: what is measured, and in what. */
  readonly title?: string;
  readonly unit?: string;
}

interface Entry {
  readonly title: string;
  /** Below docs/, without its ending. */
  readonly path: string;
  /** Of its <main>. */
  readonly html: string;
}

interface Group {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** The guides, in the order they are offered. */
const GUIDES = [
  'calling',
  'from-a-loop',
  'from-pytorch',
  'from-tfjs',
  'from-epynn',
  'choosing',
  'masks',
  'gradients',
  'tensors',
  'parallel',
  'other-libraries',
  'entries',
  'how-it-works',
];
const NOTES = ['accuracy', 'benchmarks', 'environments', 'design', 'kernels', 'packaging'];

/** Writes all pages below `out`/docs. */
export function writePages(out: string, documentation: Documentation, version: string): void {
  const activations = activationsOf(documentation);
  const groups: Group[] = [
    { title: 'Guides', entries: GUIDES.map((name) => markdownPage(`docs/guides/${name}.md`, `guides/${name}`)) },
    { title: 'Functions', entries: activations.map((f) => functionPage(f, documentation)) },
    { title: 'Reference', entries: [exportsPage(documentation, new Set(activations.map(({ name }) => name)))] },
    { title: 'Notes', entries: NOTES.map((name) => markdownPage(`docs/${name}.md`, name)) },
  ];
  const index: Entry = { title: 'Documentation', path: 'index', html: indexPage(groups, documentation) };
  for (const entry of [index, ...groups.flatMap(({ entries }) => entries)]) {
    const file = join(out, 'docs', `${entry.path}.html`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, withNumberedTables(page(entry, groups, version)));
  }
  for (const name of readdirSync('docs').filter((name) => name.endsWith('.svg')))
    copyFileSync(join('docs', name), join(out, 'docs', name));
  checkLinks(out);
}

function activationsOf(documentation: Documentation): Activation[] {
  return [...new Set(Object.keys(documentation).map((name) => (nonlin as Record<string, unknown>)[name]))].filter(isActivation);
}

// The page of a function

function functionPage(f: Activation, documentation: Documentation): Entry {
  const { text, throws, examples } = documentation[f.name] ?? { text: '', throws: [], examples: [] };
  const aliases = Object.keys(documentation).filter((name) => name !== f.name && (nonlin as Record<string, unknown>)[name] === f);
  const [summary = '', ...details] = text.split(/\n\s*\n/);
  const elementwise = isElementwise(f);
  const html = [
    `<h1><code>${f.name}</code></h1>`,
    `<p class="lead">${inline(summary)}</p>`,
    ...(aliases.length > 0 ? [`<p>Also exported as ${aliases.map((name) => `<code>${name}</code>`).join(', ')}.</p>`] : []),
    `<figure class="plot-of">${plot(f)}</figure>`,
    ...(elementwise
      ? [
          `<p><a href="../../index.html#functions?f=${f.name}">Try it in the playground</a>, with its sliders and its second derivative.</p>`,
        ]
      : []),
    ...details.map((paragraph) => descriptions(paragraph)),
    hyperparameterTable(f),
    ...(isElementwise(f) ? [valueTable(f)] : []),
    '<h2>Example</h2>',
    ...examples.map(codeBlock),
    errorTable(f),
    '<h2>Errors thrown</h2>',
    ...throws.map(
      (paragraph) =>
        `<p>${inline(paragraph.replace(/: see README.*$/s, '.'))} All of them are thrown before anything is computed.</p>`,
    ),
  ].join('\n');
  return { title: f.name, path: `functions/${f.name}`, html };
}

function plot(f: Activation): string {
  const curves = plotted(f);
  if (!curves) return '';
  const caption = curves.of ? `<figcaption>The first entry ${curves.of}.</figcaption>` : '';
  return caption + functionAndDerivative([f.name, ...(curves.of ? [curves.of] : [])].join(' '), curves.value, curves.deriv);
}

/** A paragraph of the comment, cut where a line says what it is about: "Special values: …", "Source: …". */
function descriptions(paragraph: string): string {
  const parts = paragraph.split(/\n(?=(?:Special values[^:]*|Source|Worst error[^:]*): )/);
  return (
    parts
      // Those that are measured there have a table of their own.
      .filter((part) => !part.startsWith('Worst error: see docs/accuracy.md'))
      .map((part) => {
        const [, label, rest] = /^(Special values[^:]*|Source|Worst error[^:]*): ([\s\S]*)$/.exec(part) ?? [];
        return label ? `<p><b>${label}.</b> ${inline(rest)}</p>` : `<p>${inline(part)}</p>`;
      })
      .join('\n')
  );
}

function hyperparameterTable(f: Activation): string {
  const rows = Object.entries(f.defaults).map(([name, value]) => [`<code>${name}</code>`, number(value)]);
  return rows.length === 0 ? '' : `<h2>Options with a default</h2>${table(['option', 'default'], rows)}`;
}

/** Computed when the page is made, so that it cannot say anything else than the package does. */
function valueTable(f: Elementwise): string {
  const inputs = [Number.NEGATIVE_INFINITY, -10, -1, -0, 0, 1, 10, Number.POSITIVE_INFINITY, Number.NaN];
  const rows = inputs.map((x) => [number(x), number(f(x)), number(f.deriv(x)), number(f.deriv2(x))]);
  const grid = Float64Array.from({ length: 20_001 }, (_, index) => (index - 10_000) / 200);
  const range = (values: Iterable<number>) => {
    const all = [...values];
    return `${number(Number(Math.min(...all).toPrecision(6)))} to ${number(Number(Math.max(...all).toPrecision(6)))}`;
  };
  const ends = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const over = (call: Elementwise['deriv']) =>
    range([...call(grid), ...ends.map((x) => call(x)).filter((y) => !Number.isNaN(y))]);
  return `<h2>Values</h2>
<p>f goes from ${over(f)}, f′ from ${over(f.deriv)}, with the default hyperparameters.</p>
${table(['x', 'f(x)', 'f′(x)', 'f″(x)'], rows)}`;
}

const OPERATIONS: Readonly<Record<string, string>> = {
  value: 'f',
  deriv: 'f′',
  deriv2: 'f″',
  fromValue: 'f′ from a saved y',
  jacobian: 'Jacobian, i ≠ j',
  diagonal: 'Jacobian, i = j',
  backward: 'backward from x (in roundings)',
};

function errorTable({ name }: Activation): string {
  const record = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { results: readonly Measured[] }).results;
  const own = ['docs/accuracy.json', 'docs/accuracy-rows.json'].flatMap(record).filter((row) => row.function === name);
  const cells = ({ op, title, unit, class: kind, interval, worst, limit, inputs }: Measured) => [
    `${title ?? OPERATIONS[op] ?? op}${unit === 'roundings' ? ' (in roundings)' : ''}${name === 'softmax' && op === 'fromValue' ? ' (in roundings)' : ''}${interval ? `, x from ${number(interval[0] ?? 0)} to ${number(interval[1] ?? 0)}` : ''}`,
    kind || 'all',
    worst === null ? 'wrong' : worst.toFixed(3),
    limit === null ? '–' : String(limit),
    inputs.toLocaleString('en'),
  ];
  const heads = ['of', own[0]?.title === undefined ? 'hyperparameters' : 'inputs', 'error', 'limit', 'inputs tried'];
  const rows = own.filter(({ reason }) => reason === null).map(cells);
  const exceptions = own.filter(({ reason }) => reason !== null);
  if (rows.length === 0) return '';
  return `<h2>Largest error measured</h2>
<p>Errors are measured against MPFR. They are in ULP, where a correctly rounded result has at most 0.5, or in roundings, which are 2⁻⁵³ of the sum of the absolute terms. ${inline('[Accuracy](../accuracy.html) describes how they are measured.')}</p>
${table(heads, rows)}${
  exceptions.length === 0
    ? ''
    : `<p>Exceptions:</p>${table(
        [...heads, 'why'],
        exceptions.map((row) => [...cells(row), row.reason ?? '']),
      )}`
}`;
}

// The other pages

function exportsPage(documentation: Documentation, activations: ReadonlySet<string>): Entry {
  const described = ([name, { signature, text, throws, examples, members }]: [string, Documented]) =>
    [
      `<h3 id="${name}"><code>${name}</code></h3>`,
      ...(signature ? [codeBlock(signature)] : []),
      ...text.split(/\n\s*\n/).map((paragraph) => `<p>${inline(paragraph)}</p>`),
      ...(throws.length > 0 ? [`<p><b>Throws</b> ${inline(throws.join(' ').replace(/: see README.*$/s, '.'))}</p>`] : []),
      ...(members.length > 0 ? [`<dl>${members.map(member).join('\n')}</dl>`] : []),
      ...examples.map(codeBlock),
    ].join('\n');
  const member = ({ name: of, type, text }: Member) =>
    `<dt><code>${escaped(of)}</code> <code class="quiet">${escaped(type)}</code></dt><dd>${inline(text)}</dd>`;
  const all = Object.entries(documentation);
  const values = all.filter(([name, { kind }]) => kind === 'value' && !activations.has(nameOf(name)));
  // An alias is described where the function is.
  function nameOf(name: string): string {
    const value = (nonlin as Record<string, unknown>)[name];
    return typeof value === 'function' ? value.name : name;
  }
  const types = all.filter(([, { kind }]) => kind === 'type');
  const html = `<h1>Everything exported</h1>
<p>Import these with <code>import { … } from 'nonlin'</code>. Each activation has its own page; this page lists all other exports.</p>
<h2>Functions and classes</h2>
${values.map(described).join('\n')}
<h2>Types</h2>
${types.map(described).join('\n')}`;
  return { title: 'Everything exported', path: 'exports', html };
}

function markdownPage(file: string, path: string): Entry {
  const source = readFileSync(file, 'utf8');
  const title = /^# (.*)$/m.exec(source)?.[1] ?? path;
  return { title, path, html: fromMarkdown(source, dirname(file)) };
}

/**
 * HTML of Markdown whose file is in `folder`. Links to pages that are made here lead to them; others, into the repository, become
 * text.
 */
function fromMarkdown(source: string, folder: string): string {
  const html = marked.parse(source, { async: false });
  return html
    .replaceAll(/<a href="([^"]*)">([\s\S]*?)<\/a>/g, (link, target: string, text: string) => {
      if (/^https?:/.test(target)) return link;
      const [file = '', anchor] = target.split('#');
      const path = normalize(join(folder, file));
      const isPage = GUIDES.some((name) => path === `docs/guides/${name}.md`) || NOTES.some((name) => path === `docs/${name}.md`);
      return isPage ? `<a href="${file.replace(/\.md$/, '.html')}${anchor ? `#${anchor}` : ''}">${text}</a>` : text;
    })
    .replaceAll('<table>', `${SCROLLING}<table>`)
    .replaceAll('</table>', '</table></div>')
    .replaceAll(/<th([^>]*)><\/th>/g, '<td$1></td>')
    .replaceAll('<pre>', '<pre tabindex="0">')
    .replaceAll('class="language-js libraries"', 'class="language-js"');
}

function indexPage(groups: readonly Group[], documentation: Documentation): string {
  const about = ({ title, path }: Entry) => {
    const text = path.startsWith('functions/') ? (documentation[title]?.text.split(/[:.]\s/)[0] ?? '') : '';
    return `<li><a href="${path}.html">${escaped(title)}</a>${text ? ` <span class="quiet">${inline(text)}</span>` : ''}</li>`;
  };
  return `<h1>Documentation</h1>
${groups.map(({ title, entries }) => `<h2>${title}</h2><ul>${entries.map(about).join('\n')}</ul>`).join('\n')}`;
}

function page({ title, path, html }: Entry, groups: readonly Group[], version: string): string {
  const up = '../'.repeat(path.split('/').length);
  const docs = up.slice(0, -3);
  const link = (entry: Entry) =>
    `<li><a href="${docs}${entry.path}.html"${entry.path === path ? ' aria-current="page"' : ''}>${escaped(entry.title)}</a></li>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${summary(title, html)}">
<title>${escaped(title)} · nonlin</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${up}site.css">
</head>
<body class="documentation">
<header><p class="brand"><a href="${up}index.html">nonlin</a> <span class="quiet">${version}</span></p>
<p><a href="${up}index.html">Playground</a> · <a href="${docs}index.html">Documentation</a></p></header>
<div class="columns">
<main>
${html}
</main>
<nav aria-label="Pages">${groups.map((group) => `<h2>${group.title}</h2><ul>${group.entries.map(link).join('')}</ul>`).join('\n')}</nav>
</div>
</body>
</html>
`;
}

/** The first paragraph of a page as plain text, as far as search engines show it. */
function summary(title: string, html: string): string {
  const text = (/<p>([\s\S]*?)<\/p>/.exec(html)?.[1] ?? '')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const plain = `${escaped(title)}, of nonlin: activation functions in float64. ${text}`.trim();
  return (plain.length <= 160 ? plain : plain.slice(0, 160).replace(/\s\S*$/, ' …')).replaceAll('"', '&quot;');
}

/** Every link of every page leads to a file that is there. */
function checkLinks(out: string): void {
  const pages = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
  for (const name of pages) {
    const html = readFileSync(join(out, name), 'utf8');
    for (const [, target = ''] of html.matchAll(/(?:href|src)="([^"#?]*)[^"]*"/g)) {
      if (target === '' || /^(https?|data):/.test(target)) continue;
      if (!existsSync(join(out, dirname(name), target))) throw new Error(`${name} links to ${target}, which is not there`);
    }
  }
}

// Pieces of HTML

/** Those who hear the page can tell one table that scrolls from another. */
function withNumberedTables(html: string): string {
  let count = 0;
  return html.replaceAll('aria-label="Table"', () => `aria-label="Table ${++count}"`);
}

const SCROLLING = '<div class="scroll" tabindex="0" role="region" aria-label="Table">';

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map(
    (row) => `<tr>${row.map((cell, index) => (index === 0 ? `<th scope="row">${cell}</th>` : `<td>${cell}</td>`)).join('')}</tr>`,
  );
  return `${SCROLLING}<table><thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead><tbody>${cells.join('\n')}</tbody></table></div>`;
}

const codeBlock = (code: string) => `<pre tabindex="0"><code>${escaped(code.trimEnd())}</code></pre>`;

const inline = (text: string) => marked.parseInline(text.replaceAll('\n', ' '), { async: false });

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const number = (value: number | string) =>
  Object.is(value, -0) ? '−0' : String(value).replaceAll('-', '−').replace('Infinity', '∞');
