// A record as a printed table, as docs/benchmarks.md and as charts.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const number = (value) =>
  value === undefined ? '–' : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const OPS = {
  value: '',
  deriv: '′',
  backward: ' backward',
  backwardY: ' backward from y',
  jacobian: ' Jacobian',
  valueAndDeriv: ' with its derivative',
  product: '',
  contraction: ' with Jacobians',
};
const title = ({ fn, op, size }) => `${fn}${OPS[op]} ${size.replace('x', '×')}`;
const cell = (got, asked) =>
  asked === undefined || got === undefined ? number(got) : `${number(got)} ${got >= asked ? '≥' : '**<**'} ${number(asked)}`;
const aimed = (got, aim) => (aim === undefined || got === undefined ? number(got) : `${number(got)} (aim ${number(aim)})`);

/** The ratios that SPEC asks for. */
export function asks(record) {
  return record.results.flatMap((test) => {
    const { ratios } = test;
    const epynn = ['relu', 'lrelu'].includes(test.fn) ? ratios.epynnOnTensors : ratios.epynn;
    return [
      ['plain JS', ratios.plain, test.asked],
      ['plain JS, on tensors', ratios.plainOnTensors, test.tensorAsked],
      ['PyTorch, on tensors', ratios.torch, test.torchAsked],
      ['a copy of the bytes, on tensors', ratios.copy, test.copyAsked],
      ['EpyNN', epynn, test.epynnAsked],
    ]
      .filter(([, got, asked]) => got !== undefined && asked !== undefined)
      .map(([what, got, asked]) => ({ row: title(test), what, got, asked }));
  });
}

/** Who failed what, and why, in a line each. */
function failures(record) {
  const rows = new Map();
  for (const { failed, ...test } of record.results) {
    for (const { name, why } of failed) {
      const reason = `${name}: ${why}`;
      rows.set(reason, [...(rows.get(reason) ?? []), title(test)]);
    }
  }
  return [...rows].map(([reason, titles]) => `${reason} (${titles.join(', ')})`);
}

/** How many of the ratios to the native crate reach what is aimed at. */
function aims(record) {
  const rows = record.results.filter(({ nativeAim, ratios }) => nativeAim !== undefined && ratios.native !== undefined);
  const reached = rows.filter(({ nativeAim, ratios }) => ratios.native >= nativeAim);
  return `${reached.length} of ${rows.length} rows reach what is aimed at against the same crate built natively`;
}

function table(headings, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

function ratioTable(record) {
  return table(
    [
      'row',
      'plain JS ns',
      'nonlin ns',
      'tensor ns',
      '× plain JS',
      'tensor × plain JS',
      '× PyTorch',
      '× JAX',
      '× EpyNN',
      '× native',
      '× copy',
    ],
    record.results.map((test) => {
      const ns = test.nanosecondsPerElement;
      const { ratios } = test;
      const onTensors = ['relu', 'lrelu'].includes(test.fn);
      return [
        title(test),
        number(ns[test.plainForm]),
        number(ns.nonlin),
        number(ns['nonlin on tensors']),
        cell(ratios.plain, test.asked),
        cell(ratios.plainOnTensors, test.tensorAsked),
        cell(ratios.torch, test.torchAsked),
        number(ratios.jax),
        cell(onTensors ? ratios.epynnOnTensors : ratios.epynn, ratios.epynn && test.epynnAsked),
        aimed(ratios.native, test.nativeAim),
        cell(ratios.copy, test.copyAsked),
      ];
    }),
  );
}

function peerTable(record) {
  const names = ['@stdlib', 'onnxruntime-web', 'tfjs-cpu (float32)', 'tfjs-wasm (float32)', 'EpyNN', 'PyTorch', 'JAX'];
  const rows = record.results.filter(({ op }) => op === 'value');
  return table(
    ['row', 'nonlin', 'nonlin on tensors', 'best plain JS', ...names],
    rows.map((test) => {
      const ns = test.nanosecondsPerElement;
      const peer = (name) => (test.failed.some((failure) => failure.name === name) ? 'failed' : number(ns[name]));
      return [title(test), number(ns.nonlin), number(ns['nonlin on tensors']), number(ns[test.plainForm]), ...names.map(peer)];
    }),
  );
}

/** 10³ for a power of ten. */
const power = (value) => `10${[...String(Math.round(Math.log10(value)))].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[digit]).join('')}`;
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;

/** Nanoseconds per element by size, and what a large call leaves behind. */
function growthText({ growth: { byCount, byUnits, total, capacity } }) {
  const lines = (what, rows, at) =>
    table(
      [what, 'nonlin', 'nonlin on tensors', 'plain JS'],
      rows.map((row) => [power(row[at]), number(row.arrays), number(row.tensors), number(row.plain)]),
    );
  const { count, before, after } = capacity;
  return `${lines('sigmoid in place, elements', byCount, 'count')}

${lines(`softmax backward of ${power(total)} elements, units per row`, byUnits, 'units')}

WebAssembly memory before and after a call on arrays of ${power(count)} elements (${megabytes(8 * count)} each): ${megabytes(before)}, ${megabytes(after)}.`;
}

/** What README shows: one middle size of each function. */
function shortTable(record) {
  const shown = ['value', 'deriv', 'backward', 'jacobian'];
  const rows = record.results.filter(({ op, size }) => shown.includes(op) && ['256x128', '64x1000'].includes(size));
  return table(
    ['row', 'nonlin ns', '× plain JS', 'tensor ns', '× PyTorch', '× JAX', '× EpyNN'],
    rows.map((test) => {
      const ns = test.nanosecondsPerElement;
      const { plain, torch, jax, epynnOnTensors } = test.ratios;
      return [title(test), ns.nonlin, plain, ns['nonlin on tensors'], torch, jax, epynnOnTensors].map((cell) =>
        typeof cell === 'string' ? cell : number(cell),
      );
    }),
  );
}

/** What the terminal shows. */
export function printed(record) {
  const all = asks(record);
  const missed = all.filter(({ got, asked }) => got < asked);
  return [
    ratioTable(record).replaceAll('**', ''),
    '',
    ...(record.growth ? [growthText(record), ''] : []),
    `${all.length - missed.length} of ${all.length} asked ratios reached`,
    aims(record),
    ...missed.map(({ row, what, got, asked }) => `  short: ${row} against ${what}: ${number(got)}, asked ${number(asked)}`),
    ...failures(record).map((failure) => `  failed: ${failure}`),
  ].join('\n');
}

/** Writes the files in docs/ that a record makes, and README's part of them; with `check` it only says which differ, and fails. */
export function publish(root, record, check) {
  const files = {
    'docs/benchmarks.md': markdown(record),
    'docs/benchmarks.svg': chart(record),
    'docs/benchmarks-growth.svg': growthChart(record),
  };
  for (const [name, text] of Object.entries(files)) {
    const file = join(root, name);
    if (!check) {
      writeFileSync(file, text);
    } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
      console.error(`${name}: not what the record of ${record.date} makes; 'node bench/run.mjs --from RECORD' writes it`);
      process.exitCode = 1;
    }
  }
  if (!check) spawnSync(join(root, 'node_modules/.bin/tsx'), [join(root, 'scripts/readme.ts')], { stdio: 'inherit' });
}

/** docs/benchmarks.md */
function markdown(record) {
  const all = asks(record);
  const missed = all.filter(({ got, asked }) => got < asked);
  const failed = failures(record);
  return `# Benchmarks

Printed by \`${record.command}\` on ${record.date}; ${record.machine}. One thread, float64, interleaved rounds, inputs normal(0, 1)·3; every
result was checked before its time counted. A ratio is how many times faster nonlin is, the median over the rounds of the ratio within
one round; behind ≥ or **<** stands the ratio the project asks of itself.

<!-- readme:begin -->
![Nanoseconds per element, by function](benchmarks.svg)

${shortTable(record)}

How many times faster, in one run on ${record.machine} (${record.date}): in JavaScript with \`out\`, copies included; the native peers against tensors.
<!-- readme:end -->

${all.length - missed.length} of ${all.length} asked ratios were reached; ${aims(record)}.${missed.length ? ` Short of what is asked:\n\n${missed.map(({ row, what, got, asked }) => `- ${row} against ${what}: ${number(got)}, asked ${number(asked)}`).join('\n')}` : ''}

## Ratios

Nanoseconds are per element. Plain JS is the fastest right one of three written forms (\`bench/plain.mjs\`) into a preallocated array; nonlin writes into a
preallocated \`out\`, copies in and out included; tensors live in wasm memory.

${ratioTable(record)}

## Peers

Nanoseconds per element of the value. tfjs computes in float32: half the bytes, a fraction of the digits.

${peerTable(record)}

JAX, EpyNN, onnxruntime-web and tfjs return a new array at each call; the others write into one that is there. JAX compiles each case
once, before it is timed. PyTorch runs its AVX2 kernels (\`ATEN_CPU_CAPABILITY=avx2\`): its wider ones, where the processor has them, are
another comparison. NumPy, under EpyNN, takes the widest that it finds. The Python peers are held to one CPU where the system can do that, as XLA's flags do not keep JAX to one thread.

All compute on the same inputs. The crate built natively has to give the same bits as nonlin; the others may differ by 10⁻⁹, or 10⁻⁴ in
float32, in which ONNX keeps the alpha of its leaky relu. What differs by more is not timed.
${failed.length ? `\nFailed or refused:\n\n${failed.map((failure) => `- ${failure}`).join('\n')}\n` : ''}
## Growth

Nanoseconds per element as arrays grow, and as rows grow in as many elements: a level line is a cost that grows as the work does.

![Nanoseconds per element, by size](benchmarks-growth.svg)

${growthText(record)}

## Versions

${Object.entries(record.versions)
  .map(([name, version]) => `- ${name}: ${version}`)
  .join('\n')}
`;
}

const PALETTE = ['#0072b2', '#56b4e9', '#d55e00', '#cc79a7', '#b07800', '#666666', '#009e73', '#6a51a3'];
const SYMBOLS = ['circle', 'square', 'diamond', 'triangle', 'star', 'cross', 'wye', 'triangle2'];
const STYLE = { background: 'white', color: '#222', fontSize: '12px', fontFamily: 'system-ui, sans-serif' };
const WIDTH = 820;
const MARGIN = 90;
const LEGEND = 52;
/** A mark in the legend is drawn as in the chart. */
const MARK = { r: 5.5, stroke: 'white', strokeWidth: 0.8 };

/** A chart with its legend above it, as one SVG; `names` is who is in it, in the order of colors and symbols. */
function drawn(names, options) {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const scales = {
    color: { domain: names, range: PALETTE.slice(0, names.length) },
    symbol: { domain: names, range: SYMBOLS.slice(0, names.length) },
  };
  const plot = (more) => {
    const svg = Plot.plot({ document, width: WIDTH, style: STYLE, ...scales, ...more });
    svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    return svg;
  };
  const columns = 4;
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
  chart.setAttribute('y', LEGEND);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height + LEGEND}" viewBox="0 0 ${WIDTH} ${height + LEGEND}">
<rect width="100%" height="100%" fill="white"/>
${legend.outerHTML}
${chart.outerHTML}
</svg>
`;
}

/** docs/benchmarks.svg: nanoseconds per element at one middle size, a row a function, a mark a contender. */
function chart(record) {
  const middle = record.results.filter(
    ({ op, size, fn }) => op === 'value' && fn !== 'identity' && ['256x128', '64x1000'].includes(size),
  );
  const shown = {
    nonlin: 'nonlin',
    'nonlin on tensors': 'nonlin on tensors',
    plain: 'plain JavaScript',
    PyTorch: 'PyTorch',
    JAX: 'JAX',
    EpyNN: 'EpyNN',
    'onnxruntime-web': 'onnxruntime-web',
    '@stdlib': '@stdlib',
  };
  const dots = middle.flatMap((test) =>
    Object.entries(shown).flatMap(([name, label]) => {
      const ns = test.nanosecondsPerElement[name === 'plain' ? test.plainForm : name];
      return ns === undefined ? [] : [{ fn: test.fn, name: label, ns }];
    }),
  );
  const names = Object.values(shown).filter((label) => dots.some(({ name }) => name === label));
  return drawn(names, {
    height: 360,
    marginLeft: MARGIN,
    marginRight: 30,
    marginBottom: 48,
    insetLeft: 10,
    x: { type: 'log', grid: true, label: 'nanoseconds per element, less is better →', labelOffset: 42, tickFormat: '~g' },
    fy: { axis: 'left', label: null, padding: 0, domain: [...new Set(dots.map(({ fn }) => fn))] },
    marks: [
      // What would lie on another mark moves up or down.
      Plot.dot(dots, Plot.dodgeY('middle', { fy: 'fn', x: 'ns', fill: 'name', symbol: 'name', padding: 2, ...MARK })),
    ],
  });
}

const GROWTH = { arrays: 'nonlin', tensors: 'nonlin on tensors', plain: 'plain JavaScript' };

/** docs/benchmarks-growth.svg: nanoseconds per element by size. */
function growthChart({ growth: { byCount, byUnits, total } }) {
  const points = (panel, rows, at) =>
    rows.flatMap((row) => Object.entries(GROWTH).map(([key, name]) => ({ panel, name, at: row[at], ns: row[key] })));
  const all = [
    ...points('sigmoid, by elements', byCount, 'count'),
    ...points(`softmax backward of ${power(total)}, by units per row`, byUnits, 'units'),
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
