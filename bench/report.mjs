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

/** Who failed what, and why. */
const failures = (record) =>
  record.results.flatMap(({ failed, ...test }) => failed.map(({ name, why }) => [`${name}, ${title(test)}`, why]));

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
    `${all.length - missed.length} of ${all.length} asked ratios reached`,
    aims(record),
    ...missed.map(({ row, what, got, asked }) => `  short: ${row} against ${what}: ${number(got)}, asked ${number(asked)}`),
    ...failures(record).map(([what, why]) => `  failed: ${what}: ${why}`),
  ].join('\n');
}

/** Writes the files in docs/ that a record makes, and README's part of them; with `check` it only says which differ, and fails. */
export function publish(root, record, check) {
  const files = { 'docs/benchmarks.md': markdown(record), 'docs/benchmarks.svg': chart(record) };
  for (const [name, text] of Object.entries(files)) {
    const file = join(root, name);
    if (!check) {
      writeFileSync(file, text);
    } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
      console.error(`${name}: not what the record of ${record.date} makes; 'node bench/run.mjs --from RECORD' writes it`);
      process.exitCode = 1;
    }
  }
  if (!check) spawnSync(process.execPath, [join(root, 'scripts/readme.mjs')], { stdio: 'inherit' });
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

${all.length - missed.length} of ${all.length} asked ratios were reached; ${aims(record)}.${missed.length ? ' Short of what is asked:' : ''}

${missed.map(({ row, what, got, asked }) => `- ${row} against ${what}: ${number(got)}, asked ${number(asked)}`).join('\n')}

## Ratios

Nanoseconds are per element. Plain JS is the fastest right one of three written forms (\`bench/plain.mjs\`) into a preallocated array; nonlin writes into a
preallocated \`out\`, copies in and out included; tensors live in wasm memory.

${ratioTable(record)}

## Peers

Nanoseconds per element of the value. tfjs computes in float32: half the bytes, a fraction of the digits.

${peerTable(record)}

${failed.length ? `Failed or refused:\n\n${failed.map(([what, why]) => `- ${what}: ${why}`).join('\n')}\n` : ''}
JAX, EpyNN, onnxruntime-web and tfjs return a new array at each call; the others write into one that is there. JAX compiles each case once, before it is
timed. PyTorch runs its AVX2 kernels (\`ATEN_CPU_CAPABILITY=avx2\`): its wider ones, where the processor has them, are another comparison.
The Python peers are held to one CPU where the system can do that, as XLA's flags do not keep JAX to one thread. ONNX keeps the alpha of its leaky relu in float32, and is checked to that; everything else in float64 to 10⁻⁹.

## Versions

${Object.entries(record.versions)
  .map(([name, version]) => `- ${name}: ${version}`)
  .join('\n')}
`;
}

/** docs/benchmarks.svg: nanoseconds per element at one middle size, a row a function, a dot a contender. */
function chart(record) {
  const middle = record.results.filter(({ op, size }) => op === 'value' && ['256x128', '64x1000'].includes(size));
  const shown = {
    nonlin: 'nonlin',
    'nonlin on tensors': 'nonlin, tensors',
    plain: 'plain JS',
    PyTorch: 'PyTorch',
    JAX: 'JAX',
    EpyNN: 'EpyNN',
    'onnxruntime-web': 'onnxruntime',
    '@stdlib': '@stdlib',
  };
  const dots = middle.flatMap((test) =>
    Object.entries(shown).flatMap(([name, label]) => {
      const ns = test.nanosecondsPerElement[name === 'plain' ? test.plainForm : name];
      return ns === undefined ? [] : [{ fn: test.fn, name: label, ns }];
    }),
  );
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    document,
    width: 820,
    height: 380,
    marginLeft: 70,
    marginRight: 30,
    style: { background: 'white', color: '#222', fontSize: '12px', fontFamily: 'system-ui, sans-serif' },
    x: { type: 'log', grid: true, label: 'nanoseconds per element, less is better (log scale) →', tickFormat: '~g' },
    y: { label: null, domain: [...new Set(dots.map(({ fn }) => fn))] },
    color: {
      legend: false,
      domain: Object.values(shown),
      range: ['#0072b2', '#56b4e9', '#d55e00', '#cc79a7', '#e69f00', '#999999', '#009e73', '#6a51a3'],
    },
    symbol: { domain: Object.values(shown) },
    marks: [
      Plot.ruleY(dots, Plot.groupY({ x1: 'min', x2: 'max' }, { y: 'fn', x: 'ns', stroke: '#ddd' })),
      Plot.dot(dots, { x: 'ns', y: 'fn', fill: 'name', symbol: 'name', r: 6, stroke: 'white', strokeWidth: 0.8 }),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const legend = Object.values(shown).filter((label) => dots.some(({ name }) => name === label));
  return svg.outerHTML.replace('</svg>', `${legendOf(legend)}</svg>`);
}

function legendOf(labels) {
  const colors = ['#0072b2', '#56b4e9', '#d55e00', '#cc79a7', '#e69f00', '#999999', '#009e73', '#6a51a3'];
  return labels
    .map(
      (label, index) =>
        `<circle cx="${80 + index * 92}" cy="10" r="5" fill="${colors[index]}"/><text x="${89 + index * 92}" y="14" fill="#222">${label}</text>`,
    )
    .join('');
}
