// The drawings of the report, as static SVG: Observable Plot draws into a document that linkedom provides.
// Colours are the page's CSS variables, so one drawing serves light and dark.

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { curveMarks } from './curve-marks.js';
import type { Curve } from './curves.js';
import { percent } from './format.js';
import { last, type Result, summary } from './summary.js';

const { document } = parseHTML('<!doctype html><html></html>');
const INK = 'var(--ink)';
const FIRST = 'var(--first)';
const SECOND = 'var(--second)';
const FAINT = 'var(--faint)';
const DECADES = [1, 0.1, 0.01, 0.001, 0.0001];
/** As wide as a phone shows, so that the labels are not scaled down there. */
const PANEL = { width: 330, height: 230, marginTop: 14, marginLeft: 44, marginRight: 52, marginBottom: 34 };

function draw(description: string, options: Plot.PlotOptions): string {
  const style = { background: 'none', fontFamily: 'inherit', fontSize: '12px' };
  const svg = Plot.plot({ document, className: 'plot', ariaLabel: description, ...options, style });
  svg.setAttribute('role', 'img');
  // Plot labels every group of lines; of an image, only the description of the whole is read aloud.
  for (const part of svg.querySelectorAll('g[aria-label]')) {
    part.setAttribute('data-part', part.getAttribute('aria-label') ?? '');
    part.removeAttribute('aria-label');
  }
  return svg.outerHTML;
}

/** Held-out accuracy of every run: a dot a seed, a bar at the mean. */
export function accuracies(results: readonly Result[]): string {
  const names = results.map(({ name }) => name);
  const dots = results.flatMap(({ name, runs }) =>
    runs.map((run) => ({ name, seed: run.seed, accuracy: 100 * last(run).accuracy })),
  );
  const means = results.map((result) => ({ name: result.name, mean: 100 * summary(result.runs).mean }));
  return draw('Held-out accuracy for each activation and seed', {
    width: 340,
    height: 60 + 30 * names.length,
    marginTop: 10,
    marginBottom: 44,
    marginLeft: 62,
    marginRight: 56,
    y: { domain: names, label: null, tickSize: 0, padding: 0.4 },
    x: { label: 'held-out images read right (%)', labelArrow: 'none', labelAnchor: 'center', ticks: 4, inset: 10 },
    marks: [
      Plot.ruleY(names, { stroke: FAINT }),
      Plot.tickX(means, { x: 'mean', y: 'name', stroke: FIRST, strokeWidth: 3 }),
      Plot.dot(dots, { x: 'accuracy', y: 'name', r: 4, stroke: INK, strokeWidth: 1.2, fill: 'var(--paper)', fillOpacity: 0.6 }),
      Plot.text(means, {
        y: 'name',
        text: ({ mean }) => percent(mean / 100),
        frameAnchor: 'right',
        dx: 52,
        textAnchor: 'end',
        fill: INK,
        fontWeight: 600,
      }),
    ],
  });
}

/** How one activation came along, every seed and their mean, before the others' means in grey. */
export function learning(results: readonly Result[], shown: Result, quantity: 'loss' | 'accuracy'): string {
  const scale = quantity === 'loss' ? 1 : 100;
  const points = results.flatMap(({ name, runs }) =>
    runs.flatMap(({ seed, record }) =>
      record.map((epoch, index) => ({ name, seed, epoch: index, value: scale * epoch[quantity] })),
    ),
  );
  const own = points.filter(({ name }) => name === shown.name);
  const others = points.filter(({ name }) => name !== shown.name);
  const lowest = 0.8 * Math.min(...points.map(({ value }) => value));
  const end = quantity === 'loss' ? summary(shown.runs).loss : 100 * summary(shown.runs).mean;
  const mean = { y: 'mean' } as const;
  const line = { x: 'epoch', y: 'value' } as const;
  return draw(`${quantity === 'loss' ? 'Training loss' : 'Held-out accuracy'} by epoch with ${shown.name}`, {
    ...PANEL,
    x: { label: 'epoch', labelArrow: 'none', labelAnchor: 'center', ticks: 5 },
    y:
      quantity === 'loss'
        ? {
            type: 'log',
            domain: [lowest, 3],
            label: null,
            ticks: DECADES.filter((tick) => tick >= lowest),
            tickFormat: String,
            grid: true,
          }
        : { domain: [80, 100], label: null, ticks: 5, tickFormat: (value: number) => `${value} %`, grid: true },
    marks: [
      Plot.line(others, Plot.groupX(mean, { ...line, z: 'name', stroke: FAINT, strokeWidth: 1.5, clip: true })),
      Plot.line(own, { ...line, z: 'seed', stroke: FIRST, strokeWidth: 1, strokeOpacity: 0.45, clip: true }),
      Plot.line(own, Plot.groupX(mean, { ...line, stroke: FIRST, strokeWidth: 2.5, clip: true })),
      Plot.text([end], {
        x: () => shown.runs[0].record.length - 1,
        y: (value: number) => value,
        text: (value: number) => (quantity === 'loss' ? value.toFixed(4) : percent(value / 100)),
        textAnchor: 'start',
        dx: 6,
        fill: FIRST,
        fontWeight: 600,
      }),
    ],
  });
}

/** A function and its derivative from −5 to 5. Where one of them jumps, the dot is the value there. */
export function functionAndDerivative(name: string, value: Curve, deriv: Curve): string {
  return draw(`${name} and its derivative`, {
    ...PANEL,
    marginRight: 30,
    x: { label: 'x', labelArrow: 'none', labelAnchor: 'center', ticks: 5 },
    y: { label: null, ticks: 5, nice: true, grid: true },
    marks: curveMarks(value, deriv, { from: -5, to: 5, first: FIRST, second: SECOND, axes: FAINT, labels: true }),
  });
}

/** One 8×8 image, ink on paper. */
export function glyph(pixels: Float64Array): string {
  const side = Math.sqrt(pixels.length);
  const squares = Array.from(pixels, (ink, index) => ({ ink, left: index % side, top: Math.floor(index / side) }))
    .filter(({ ink }) => ink > 0)
    .map(({ ink, left, top }) => `<rect x="${left}" y="${top}" width="1.02" height="1.02" opacity="${ink}"/>`);
  return `<svg viewBox="0 0 ${side} ${side}" fill="currentColor" aria-hidden="true">${squares.join('')}</svg>`;
}
