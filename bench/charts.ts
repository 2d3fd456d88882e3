// The charts in docs/, drawn from a record by Observable Plot.

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { BenchmarkRecord, Growth, GrowthRow } from './record.js';
import { power } from './words.js';

const PALETTE = ['#0072b2', '#56b4e9', '#d55e00', '#e69f00', '#cc79a7', '#666666', '#009e73', '#6a51a3', '#b07800'];
const SYMBOLS = ['circle', 'square', 'diamond', 'diamond2', 'triangle', 'star', 'cross', 'wye', 'triangle2'] as const;
const STYLE = { background: 'white', color: '#222', fontSize: '12px', fontFamily: 'system-ui, sans-serif' };
const WIDTH = 820;
const MARGIN = 90;
const LEGEND = 52;
/** Marks in the legend are drawn as in the chart. */
const MARK = { r: 5.5, stroke: 'white', strokeWidth: 0.8 };

/** A chart with its legend above it, as one SVG; `names` are the contenders in it, in the order of colors and symbols. */
function drawn(names: readonly string[], options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const scales: Plot.PlotOptions = {
    color: { domain: [...names], range: PALETTE.slice(0, names.length) },
    symbol: { domain: [...names], range: SYMBOLS.slice(0, names.length) },
  };
  const plot = (more: Plot.PlotOptions) => {
    const svg = Plot.plot({ document, width: WIDTH, style: STYLE, ...scales, ...more });
    svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    return svg;
  };
  const columns = names.length > 8 ? 5 : 4;
  const labels = names.map((name, index) => ({ name, column: index % columns, line: Math.floor(index / columns) }));
  const legend = plot({
    height: LEGEND,
    margin: 0,
    x: { axis: null, domain: [0, columns], range: [MARGIN + 10, WIDTH - 10] },
    y: { axis: null, domain: [0, 1], range: [14, 36] },
    marks: [
      Plot.dot(labels, { x: 'column', y: 'line', fill: 'name', symbol: 'name', ...MARK }),
      Plot.text(labels, { x: 'column', y: 'line', text: 'name', dx: 12, textAnchor: 'start' }),
    ],
  });
  const chart = plot(options);
  const height = Number(chart.getAttribute('height'));
  chart.setAttribute('y', String(LEGEND));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height + LEGEND}" viewBox="0 0 ${WIDTH} ${height + LEGEND}">
<rect width="100%" height="100%" fill="white"/>
${legend.outerHTML}
${chart.outerHTML}
</svg>
`;
}

const CONTENDERS: Readonly<Record<string, string>> = {
  nonlin: 'nonlin',
  'nonlin on tensors': 'nonlin on tensors',
  handed: 'plain JavaScript',
  closure: 'plain JS in a closure',
  PyTorch: 'PyTorch',
  JAX: 'JAX',
  EpyNN: 'EpyNN',
  'onnxruntime-web': 'onnxruntime-web',
  '@stdlib': '@stdlib',
};

/**
 * docs/benchmarks.svg: nanoseconds per element at one middle size, with a row for each function and a mark for each contender.
 */
export function functionChart({ ordinary }: BenchmarkRecord): string {
  const middle = ordinary.filter(
    ({ op, rows, units, fn }) => op === 'value' && fn !== 'identity' && ['256x128', '64x1000'].includes(`${rows}x${units}`),
  );
  const dots = middle.flatMap(({ fn, nanoseconds }) =>
    Object.entries(CONTENDERS).flatMap(([key, name]) => {
      const ns = nanoseconds[key];
      return ns === undefined ? [] : [{ fn, name, ns }];
    }),
  );
  const names = Object.values(CONTENDERS).filter((label) => dots.some(({ name }) => name === label));
  const functions = [...new Set(dots.map(({ fn }) => fn))];
  return drawn(names, {
    height: 60 + 50 * functions.length,
    marginLeft: MARGIN,
    marginRight: 30,
    marginBottom: 48,
    insetLeft: 10,
    x: { type: 'log', grid: true, label: 'nanoseconds per element, lower is better →', labelOffset: 42, tickFormat: '~g' },
    fy: { axis: 'left', label: null, padding: 0, domain: functions },
    marks: [
      // Marks that would cover another one move up or down.
      Plot.dot(dots, Plot.dodgeY('middle', { fy: 'fn', x: 'ns', fill: 'name', symbol: 'name', padding: 2, ...MARK })),
    ],
  });
}

const SHOWN = ['relu', 'elu', 'sigmoid', 'tanh', 'softmax'];
const PANELS = ['number[]', 'Float64Array', 'Tensor'];
const panelOf = (column: string) => column.replace(' × plain JS', '');

const TIMES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];

/**
 * docs/benchmarks-sizes.svg: how many times as fast as plain JavaScript on the same container, by the number of elements, with a
 * panel for each container.
 */
export function sizeChart({ findings, ordinary }: BenchmarkRecord): string {
  const small = findings
    .filter(({ section, column }) => section === 'containers' && PANELS.includes(panelOf(column)))
    .flatMap(({ row, column, got }) => {
      // A title of two words is that of a value: the function, and its number of elements or its shape.
      const [fn = '', size = '', ...more] = row.split(' ');
      const count = size.split('×').reduce((product, length) => product * Number(length), 1);
      const shown = more.length === 0 && SHOWN.includes(fn) && (column.startsWith('number[]') || !size.includes('×'));
      return shown ? [{ panel: panelOf(column), fn, count, times: got }] : [];
    });
  const large = ordinary
    .filter(({ fn, op, rows, units }) => op === 'value' && SHOWN.includes(fn) && rows * units >= 512)
    .flatMap(({ fn, rows, units, arrays, tensors }) =>
      Object.entries({ Float64Array: arrays['handed'], Tensor: tensors['handed'] }).flatMap(([panel, times]) =>
        times === undefined ? [] : [{ panel, fn, count: rows * units, times }],
      ),
    );
  const points = [...small, ...large];
  const least = Math.min(0.25, ...points.map(({ times }) => times)) / 1.3;
  const most = Math.max(4, ...points.map(({ times }) => times)) * 1.2;
  return drawn(
    SHOWN.filter((name) => points.some(({ fn }) => fn === name)),
    {
      height: 320,
      marginLeft: MARGIN,
      marginRight: 30,
      fx: { label: null, domain: PANELS, padding: 0.08 },
      x: { type: 'log', label: 'elements →', domain: [1, 2 ** 20], inset: 8, tickFormat: power, ticks: [1, 100, 10_000, 1e6] },
      y: {
        type: 'log',
        grid: true,
        domain: [least, most],
        label: '↑ times as fast',
        tickFormat: '~g',
        ticks: TIMES.filter((tick) => tick > least && tick < most),
      },
      marks: [
        Plot.rect(
          PANELS.map((panel) => ({ panel })),
          { fx: 'panel', y1: least, y2: 1, fill: '#f3e6e0' },
        ),
        Plot.text(
          PANELS.map((panel) => ({ panel })),
          { fx: 'panel', frameAnchor: 'bottom', text: () => 'plain JavaScript is faster', dy: -6, fill: '#8a4b2d' },
        ),
        Plot.ruleY([1], { stroke: '#8a4b2d' }),
        Plot.line(points, { fx: 'panel', x: 'count', y: 'times', stroke: 'fn', sort: 'count' }),
        Plot.dot(points, { fx: 'panel', x: 'count', y: 'times', fill: 'fn', symbol: 'fn', ...MARK, r: 4.5 }),
      ],
    },
  );
}

const GROWTH = { arrays: 'nonlin', tensors: 'nonlin on tensors', plain: 'plain JavaScript' } as const;

/** docs/benchmarks-growth.svg: nanoseconds per element by size. */
export function growthChart({ byCount, byUnits, total }: Growth): string {
  const points = (panel: string, rows: readonly GrowthRow[]) =>
    rows.flatMap((row) =>
      (['arrays', 'tensors', 'plain'] as const).map((key) => ({ panel, name: GROWTH[key], at: row.at, ns: row[key] })),
    );
  const all = [
    ...points('sigmoid, by elements', byCount),
    ...points(`softmax backward of ${power(total)}, by units per row`, byUnits),
  ];
  return drawn(Object.values(GROWTH), {
    height: 280,
    marginLeft: MARGIN,
    marginRight: 30,
    insetTop: 10,
    fx: { label: null, domain: [...new Set(all.map(({ panel }) => panel))], padding: 0.08 },
    x: { type: 'log', label: null, tickFormat: power },
    y: { grid: true, zero: true, label: '↑ nanoseconds per element' },
    marks: [
      Plot.ruleY([0]),
      Plot.line(all, { fx: 'panel', x: 'at', y: 'ns', stroke: 'name' }),
      Plot.dot(all, { fx: 'panel', x: 'at', y: 'ns', fill: 'name', symbol: 'name', ...MARK }),
    ],
  });
}
