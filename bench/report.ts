// Shows a record: in the terminal, as docs/benchmarks.md, and as part of README.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askedRatio, asksOf, sizeOf } from './cases.js';
import { functionChart, growthChart, sizeChart } from './charts.js';
import { NATIVE } from './peers/peers.js';
import type { Op } from './plain.js';
import type { BenchmarkRecord, Finding, Growth, OrdinaryRow } from './record.js';
import { megabytes, number, power, reached, table, titled, withUnit } from './words.js';

interface Asked extends Pick<Finding, 'got' | 'unit' | 'atLeast'> {
  readonly row: string;
  readonly what: string;
  readonly asked: number;
}

const PLACES: Readonly<Record<string, string>> = {
  handed: 'plain JS',
  closure: 'plain JS in a closure',
  copy: 'a copy of the bytes',
};

/** Every target, with the measured value. */
function asked(record: BenchmarkRecord): Asked[] {
  const ordinary = record.ordinary.flatMap((row) =>
    asksOf(row).flatMap((ask): Asked[] => {
      const got = askedRatio(row, ask);
      if (got === undefined) return [];
      const what = `${PLACES[ask.against] ?? ask.against}, on ${ask.on}`;
      return [{ row: titled(row), what, got, asked: ask.asked, atLeast: true, unit: '×' }];
    }),
  );
  const others = record.findings.flatMap(({ row, column: what, got, asked, atLeast = false, unit }): Asked[] =>
    asked === undefined ? [] : [{ row, what, got, asked, atLeast, unit }],
  );
  return [...ordinary, ...others];
}

const shortfall = ({ row, what, got, asked, unit, atLeast }: Asked): string =>
  `${row}, ${what}: ${withUnit(got, unit)}, target ${atLeast ? '≥' : '≤'} ${withUnit(asked, unit)}`;

/** A ratio, with its target. */
function ratio(row: OrdinaryRow, on: 'arrays' | 'tensors', against: string): string {
  const got = row[on][against];
  const ask = asksOf(row).find((each) => each.on === on && each.against === against);
  if (got === undefined || !ask) return number(got);
  return `${number(got)} ${got >= ask.asked ? '≥' : '**<**'} ${number(ask.asked)}`;
}

const ORDINARY_COLUMNS: readonly [string, (row: OrdinaryRow) => string][] = [
  ['row', titled],
  ['plain JS ns', ({ nanoseconds }) => number(nanoseconds['handed'])],
  ['closure ns', ({ nanoseconds }) => number(nanoseconds['closure'])],
  ['nonlin ns', ({ nanoseconds }) => number(nanoseconds['nonlin'])],
  ['tensor ns', ({ nanoseconds }) => number(nanoseconds['nonlin on tensors'])],
  ['× plain JS', (row) => ratio(row, 'arrays', 'handed')],
  ['× closure', (row) => ratio(row, 'arrays', 'closure')],
  ['tensor × plain JS', (row) => ratio(row, 'tensors', 'handed')],
  ['tensor × closure', (row) => ratio(row, 'tensors', 'closure')],
  ['× PyTorch', (row) => ratio(row, 'tensors', 'PyTorch')],
  ['× JAX', (row) => ratio(row, 'tensors', 'JAX')],
  ['× EpyNN', (row) => ratio(row, 'tensors', 'EpyNN')],
  ['× native', (row) => ratio(row, 'tensors', NATIVE)],
  ['× copy', (row) => ratio(row, 'tensors', 'copy')],
];

const ordinaryTable = ({ ordinary }: BenchmarkRecord): string =>
  table(
    ORDINARY_COLUMNS.map(([heading]) => heading),
    ordinary.map((row) => ORDINARY_COLUMNS.map(([, cell]) => cell(row))),
  );

const PEERS = ['@stdlib', 'onnxruntime-web', 'tfjs-cpu (float32)', 'tfjs-wasm (float32)', 'EpyNN', 'PyTorch', 'JAX'];

function peerTable({ ordinary }: BenchmarkRecord): string {
  const names = ['nonlin', 'nonlin on tensors', 'handed', 'closure', ...PEERS];
  return table(
    ['row', 'nonlin', 'nonlin on tensors', 'plain JS', 'plain JS in a closure', ...PEERS],
    ordinary
      .filter(({ op }) => op === 'value')
      .map((row) => [
        titled(row),
        ...names.map((name) => (row.failed.some((failure) => failure.name === name) ? 'failed' : number(row.nanoseconds[name]))),
      ]),
  );
}

const distinct = (names: readonly string[]): string[] => [...new Set(names)];

/** Findings as a table: one cell for each finding, bold if it misses its target. `turned` swaps rows and columns. */
function findingTable(findings: readonly Finding[], heading: string, turned = false): string {
  const [down, across] = turned ? (['column', 'row'] as const) : (['row', 'column'] as const);
  const columns = distinct(findings.map((finding) => finding[across]));
  const cells = new Map(findings.map((finding) => [`${finding[down]}\n${finding[across]}`, finding]));
  const rows = distinct(findings.map((finding) => finding[down])).map((row) => [
    row,
    ...columns.map((column) => {
      const finding = cells.get(`${row}\n${column}`);
      if (!finding) return '–';
      return reached(finding) ? number(finding.got) : `**${number(finding.got)}**`;
    }),
  ]);
  return table([heading, ...columns], rows);
}

const of = ({ findings }: BenchmarkRecord, section: Finding['section'], name: string = section): Finding[] =>
  findings.filter((finding) => finding.section === section && finding.table === name);

/** Which contender failed at what and why, one line for each. */
function failures({ ordinary }: BenchmarkRecord): string[] {
  const rows = new Map<string, string[]>();
  for (const { failed, ...test } of ordinary) {
    for (const { name, why } of failed) {
      const reason = `${name}: ${why}`;
      rows.set(reason, [...(rows.get(reason) ?? []), titled(test)]);
    }
  }
  return [...rows].map(([reason, titles]) => `${reason} (${titles.join(', ')})`);
}

/** Nanoseconds per element by size, and the memory that a large call leaves behind. */
function growthText({ byCount, byUnits, total, capacity }: Growth): string {
  const lines = (what: string, rows: Growth['byCount']) =>
    table(
      [what, 'nonlin', 'nonlin on tensors', 'plain JS'],
      rows.map((row) => [power(row.at), number(row.arrays), number(row.tensors), number(row.plain)]),
    );
  const { count, before, after } = capacity;
  return `${lines('sigmoid in place, elements', byCount)}

${lines(`softmax backward of ${power(total)} elements, units per row`, byUnits)}

A call on arrays of ${power(count)} elements (${megabytes(8 * count)} each) leaves WebAssembly memory at ${megabytes(after)}; before the call it was ${megabytes(before)}.`;
}

const PARALLEL_TEXT =
  'The table shows how many times faster a pool is than the calling thread, in one run, writing into `out`. “Gains from” is the number of elements from which on the pool is at least 1.1 times as fast, at all sizes measured.';

const parallelTable = (record: BenchmarkRecord): string => findingTable(of(record, 'parallel'), 'function');

/** The tables of everything but ordinary inputs, with their headings. */
function sections(record: BenchmarkRecord): { title: string; text: string; table: string }[] {
  return [
    {
      title: 'Hard inputs',
      text: `The same calls on other inputs, on tensors of 256×128, as multiples of the time for ordinary inputs. The target is at most 2.5.`,
      table: findingTable(of(record, 'hard', 'elements'), 'function'),
    },
    {
      title: '',
      text: 'Other values of the first hyperparameter, where the function accepts them, as multiples of the time with the default value.',
      table: findingTable(of(record, 'hard', 'hyperparameters'), 'input', true),
    },
    {
      title: '',
      text: 'Softmax. The target is at most 2.5, and at most 20 at the ends of the range (such as 1e±300).',
      table: findingTable(of(record, 'hard', 'rows'), 'input', true),
    },
    // Older records do not contain these.
    ...(of(record, 'hard', 'layers').length > 0
      ? [
          {
            title: '',
            text: 'Gated units, log-softmax and losses, on typed arrays with `out`.',
            table: findingTable(of(record, 'hard', 'layers'), 'input', true),
          },
        ]
      : []),
    {
      title: 'Single numbers',
      text: 'Nanoseconds per call, for a number in and a number out, beside the same function in plain JavaScript. The target is at most 40.',
      table: findingTable(of(record, 'numbers'), 'function'),
    },
    {
      title: 'Containers and sizes',
      text: 'How many times faster nonlin is than the fastest plain JavaScript loop that is passed the same container. Results go into `out`. First vectors, by their number of elements:',
      table: findingTable(of(record, 'containers', 'vectors'), 'row'),
    },
    {
      title: '',
      text: 'Containers with a shape, and other kinds of typed arrays. For `{ data, shape }` the table shows how many nanoseconds a call takes beyond the same call on typed arrays.',
      table: findingTable(of(record, 'containers', 'shapes'), 'row'),
    },
    {
      title: 'Gated units, cells, losses, own functions',
      text: 'Typed arrays with `out`, compared with the fastest plain JavaScript loop. Sizes are those of the input: both halves of a gated unit, or all gates of a cell. `own` is x/(1 + |x|) from `defineActivation`; `compose` is tanh(softplus(x)).',
      table: findingTable(of(record, 'layers'), 'row'),
    },
    {
      title: '',
      text: 'The same for one number, in nanoseconds.',
      table: findingTable(of(record, 'layers', 'numbers'), 'function'),
    },
    {
      title: 'Placings',
      text: 'The time with source and target at the worst position in their memory page, as a multiple of the time at the best one. 512 positions were tried for each of the two, and 16 × 16 pairs of positions.',
      table: findingTable(of(record, 'placings'), 'row'),
    },
    {
      title: 'Start',
      text: 'Milliseconds in fresh processes or pages, the fastest of several runs: the first call of a function after `import`, and the steps it consists of.',
      table: findingTable(of(record, 'start'), 'first call'),
    },
    {
      title: 'Allocation',
      text: 'Bytes of the JavaScript heap that a call with `out` leaves behind, averaged over 100,000 calls.',
      table: findingTable(of(record, 'allocation'), 'row'),
    },
    {
      title: 'Many cores',
      text: PARALLEL_TEXT,
      table: parallelTable(record),
    },
  ].filter((section) => section.table.includes('\n| ') && section.table.split('\n').length > 2);
}

const summary = (record: BenchmarkRecord): { all: Asked[]; missed: Asked[] } => {
  const all = asked(record);
  return { all, missed: all.filter((each) => !reached(each)) };
};

/** The text for the terminal. */
export function printed(record: BenchmarkRecord): string {
  const { all, missed } = summary(record);
  return [
    ...(record.ordinary.length > 0 ? [ordinaryTable(record), ''] : []),
    ...sections(record).flatMap(({ title, text, table }) => [...(title ? [title] : []), text, table, '']),
    ...(record.growth ? [growthText(record.growth), ''] : []),
    `${all.length - missed.length} of ${all.length} targets reached`,
    ...missed.map((each) => `  missed: ${shortfall(each)}`),
    ...failures(record).map((failure) => `  failed: ${failure}`),
  ]
    .join('\n')
    .replaceAll('**', '');
}

/**
 * Writes the files in docs/ that depend on a record, and README's part of it; with `check` it only reports which ones differ, and
 * fails.
 */
export function publish(root: string, record: BenchmarkRecord, check: boolean): void {
  const files: Readonly<Record<string, string>> = {
    'docs/benchmarks.md': markdown(record),
    'docs/benchmarks.svg': functionChart(record),
    'docs/benchmarks-sizes.svg': sizeChart(record),
    ...(record.growth ? { 'docs/benchmarks-growth.svg': growthChart(record.growth) } : {}),
  };
  for (const [name, text] of Object.entries(files)) {
    const file = join(root, name);
    if (!check) {
      writeFileSync(file, text);
    } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
      console.error(`${name}: not what the record of ${record.date} makes; 'npx tsx bench/run.ts --from RECORD' writes it`);
      process.exitCode = 1;
    }
  }
  if (!check) spawnSync(join(root, 'node_modules/.bin/tsx'), [join(root, 'scripts/readme.ts')], { stdio: 'inherit' });
}

const PARALLEL_BLOCK = /(<!-- parallel:begin -->\n)[\s\S]*(<!-- parallel:end -->)/;

/** Writes the table of docs/guides/parallel.md. */
export function publishParallel(root: string, record: BenchmarkRecord): void {
  const file = join(root, 'docs/guides/parallel.md');
  const where = `Printed by \`./build.sh bench --section parallel\` on ${record.date}; ${record.machine}.`;
  const block = `${PARALLEL_TEXT} ${where}\n\n${parallelTable(record)}\n`;
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(PARALLEL_BLOCK, (_, begin, end) => begin + block + end),
  );
}

/** The table in README: the calls that make up a network, at one middle size. */
const SHOWN: readonly (readonly [fn: string, op: Op])[] = [
  ['relu', 'value'],
  ['elu', 'value'],
  ['sigmoid', 'value'],
  ['sigmoid', 'deriv'],
  ['tanh', 'backward'],
  ['softmax', 'value'],
  ['softmax', 'backward'],
];

const COMPARED = [
  ['nonlin', 'nonlin'],
  ['nonlin on tensors', 'nonlin on tensors'],
  ['handed', 'plain JavaScript'],
  ['PyTorch', 'PyTorch'],
  ['EpyNN', 'EpyNN'],
] as const;

function shortTable({ ordinary }: BenchmarkRecord): string {
  const rows = SHOWN.flatMap(([fn, op]) =>
    ordinary.filter((row) => row.fn === fn && row.op === op && ['256×128', '64×1000'].includes(sizeOf(row))),
  );
  return table(
    ['call', ...COMPARED.map(([, title]) => `${title} (ns/number)`)],
    rows.map((row) => [titled(row), ...COMPARED.map(([name]) => number(row.nanoseconds[name]))]),
  );
}

/** The sentence about single numbers in README. */
function numbersText(record: BenchmarkRecord): string {
  const rows = of(record, 'numbers');
  const cell = (row: string, column: string) => rows.find((finding) => finding.row === row && finding.column === column)?.got;
  const parts = ['relu', 'sigmoid', 'tanh'].flatMap((fn) => {
    const [mine, plain] = [cell(fn, 'nonlin'), cell(fn, 'plain JS')];
    return mine === undefined || plain === undefined ? [] : [`${number(mine)} ns for \`${fn}\` (plain: ${number(plain)} ns)`];
  });
  return parts.length > 0 ? `One number at a time takes ${listed(parts)}.` : '';
}

/** "a, b and c" */
const listed = (parts: readonly string[]): string =>
  [parts.slice(0, -1).join(', '), ...parts.slice(-1)].filter((part) => part !== '').join(' and ');

/** Up to how many elements a plain loop on the same container is faster, in words. */
function slowerText({ ordinary, findings }: BenchmarkRecord): string {
  const vectors = findings.filter(({ table, column }) => table === 'vectors' && /^(Float64Array|number)/.test(column));
  const containers = distinct(vectors.map(({ column }) => column)).flatMap((column) => {
    const functions = ['relu', 'elu', 'sigmoid', 'tanh', 'softmax'].flatMap((fn) => {
      const sizes = vectors.filter(({ row, column: one }) => one === column && new RegExp(`^${fn} \\d+$`).test(row));
      const counts = sizes.filter(({ got }) => got < 1).map(({ row }) => Number(row.split(' ').at(-1)));
      return counts.length > 0 ? [`${Math.max(...counts)} for ${fn}`] : [];
    });
    return functions.length > 0 ? [`on \`${column.replace(' × plain JS', '')}\` up to ${listed(functions)}`] : [];
  });
  const large = ordinary.filter(
    ({ fn, op, arrays, rows, units }) =>
      rows * units >= 2 ** 18 && fn !== 'identity' && SHOWN.some(([, shown]) => shown === op) && (arrays['handed'] ?? 1) < 1,
  );
  return [
    ...(containers.length > 0
      ? [
          `A plain loop is faster on short arrays: ${containers.join('; ')}. Each number is the largest measured length at which it was faster.`,
        ]
      : []),
    ...(large.length > 0
      ? [
          `On arrays of a million numbers, where copying dominates, it is faster for ${listed(distinct(large.map(({ fn }) => fn)))}; tensors avoid the copies.`,
        ]
      : []),
  ].join(' ');
}

/** docs/benchmarks.md */
function markdown(record: BenchmarkRecord): string {
  const { all, missed } = summary(record);
  const failed = failures(record);
  return `# Benchmarks

Printed by \`${record.command}\` on ${record.date}; ${record.machine}. One thread, float64, interleaved rounds, inputs normal(0, 1)·3 unless
stated otherwise. Every result is checked before its time counts. Before anything is timed, every function is used on every
container, as in a page that uses many of them. A ratio says how many times faster nonlin is: it is the median, over the rounds, of the ratio within one round. The
number after ≥ or **<** is the project's target for the ratio; numbers that miss their target are bold.

Plain JavaScript has two columns. Each is the fastest of three or more versions that give correct results (\`bench/plain.ts\`):

- *plain JS*: a loop in a function that takes its arrays as arguments, as in a library or in a layer of a network;
- *closure*: the same loop in a closure over arrays that never change. V8 then knows addresses and lengths when it compiles the loop, which
  makes cheap functions about twice as fast.

Both run in a process of their own. Once a WebAssembly memory has grown, V8 compiles every typed-array access with additional checks, so plain
JavaScript on a page that uses WebAssembly is slower than here.

<!-- readme:begin -->
${shortTable(record)}

One run on ${record.machine} (${record.date}). Inputs are normal(0, 1)·3 and results go into \`out\`. Times include copying to and from WebAssembly, except for tensors.
The column for plain JavaScript shows the fastest of several loops. Compare PyTorch (one thread, AVX2) and EpyNN on NumPy with the column for tensors.

**When plain JavaScript is faster.** ${slowerText(record)} ${numbersText(record)}
<!-- readme:end -->

![Nanoseconds per element, by function](benchmarks.svg)

![How many times faster than plain JavaScript, by size and container](benchmarks-sizes.svg)

${all.length - missed.length} of ${all.length} targets were reached.${
    missed.length > 0
      ? `

<details><summary>Missed targets: ${missed.length}</summary>

${missed.map((each) => `- ${shortfall(each)}`).join('\n')}

</details>`
      : ''
  }

## Ratios

Nanoseconds are per element. nonlin writes into a preallocated \`out\`, and its times include copies in and out; tensors live in wasm memory. The ratios to PyTorch, JAX, EpyNN,
the same crate built natively, and a plain copy of the bytes are those of tensors.

${ordinaryTable(record)}

${sections(record)
  .map(({ title, text, table }) => `${title ? `## ${title}\n\n` : ''}${text}\n\n${table}\n`)
  .join('\n')}
## Peers

Nanoseconds per element for the value. tfjs computes in float32, with half the bytes and fewer than half the digits.

${peerTable(record)}

JAX, EpyNN, onnxruntime-web and tfjs return a new array at each call; the others write into an existing one. JAX compiles each case
once, before it is timed. PyTorch runs its AVX2 kernels (\`ATEN_CPU_CAPABILITY=avx2\`), even where the processor supports wider ones.
NumPy, on which EpyNN runs, uses the widest kernels it finds. The Python peers are pinned to one CPU where the system allows it, because XLA's flags do not keep JAX to one thread.

All of them compute on the same inputs. The natively built crate has to give results bit-for-bit identical to nonlin's; the others may differ by 10⁻⁹, or by 10⁻⁴ in
float32. The larger limit also holds for ONNX's leaky relu, whose alpha is a float32. Anything that differs by more is not timed.
${failed.length > 0 ? `\nFailed or refused:\n\n${failed.map((failure) => `- ${failure}`).join('\n')}\n` : ''}${
  record.growth
    ? `
## Growth

Nanoseconds per element as arrays get longer, and as rows get longer while the number of elements stays the same. A level line means that the cost grows in proportion to the work.

![Nanoseconds per element, by size](benchmarks-growth.svg)

${growthText(record.growth)}
`
    : ''
}
## Versions

${Object.entries(record.versions)
  .map(([name, version]) => `- ${name}: ${version}`)
  .join('\n')}
`;
}
