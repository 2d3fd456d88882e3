// A record as what the terminal shows, as docs/benchmarks.md, and as README's part of it.

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

/** Everything that is asked, with what was got. */
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
  `${row}, ${what}: ${withUnit(got, unit)}, asked ${atLeast ? '≥' : '≤'} ${withUnit(asked, unit)}`;

/** A ratio, with what is asked of it. */
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

/** Findings as a table: a cell a finding, bold where it misses what is asked. `turned` puts the columns where the rows are. */
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

/** Who failed what, and why, in a line each. */
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

/** Nanoseconds per element by size, and what a large call leaves behind. */
function growthText({ byCount, byUnits, total, capacity }: Growth): string {
  const lines = (what: string, rows: Growth['byCount']) =>
    table(
      [what, 'nonlin', 'nonlin on tensors', 'plain JS'],
      rows.map((row) => [power(row.at), number(row.arrays), number(row.tensors), number(row.plain)]),
    );
  const { count, before, after } = capacity;
  return `${lines('sigmoid in place, elements', byCount)}

${lines(`softmax backward of ${power(total)} elements, units per row`, byUnits)}

WebAssembly memory before and after a call on arrays of ${power(count)} elements (${megabytes(8 * count)} each): ${megabytes(before)}, ${megabytes(after)}.`;
}

const PARALLEL_TEXT =
  'How many times faster a pool is than the calling thread, in one run, into `out`; and from how many elements on it gains a tenth or more at every size.';

const parallelTable = (record: BenchmarkRecord): string => findingTable(of(record, 'parallel'), 'function');

/** The tables of what is not ordinary, with their headings. */
function sections(record: BenchmarkRecord): { title: string; text: string; table: string }[] {
  return [
    {
      title: 'Hard inputs',
      text: `The same calls on other numbers, as multiples of the ordinary time, on tensors of 256×128: at most 2.5 is asked.`,
      table: findingTable(of(record, 'hard', 'elements'), 'function'),
    },
    {
      title: '',
      text: 'Other values of the first hyperparameter, where the function takes them, as multiples of the time with the default one.',
      table: findingTable(of(record, 'hard', 'hyperparameters'), 'input', true),
    },
    {
      title: '',
      text: 'Softmax: at most 2.5, and at most 20 at the ends of the range (1e±300 and the like).',
      table: findingTable(of(record, 'hard', 'rows'), 'input', true),
    },
    // Records before these were measured have none.
    ...(of(record, 'hard', 'layers').length > 0
      ? [
          {
            title: '',
            text: 'Gated units, the logarithm of softmax and losses, on typed arrays with `out`.',
            table: findingTable(of(record, 'hard', 'layers'), 'input', true),
          },
        ]
      : []),
    {
      title: 'Single numbers',
      text: 'Nanoseconds a call, a number in and a number out, beside a plain JavaScript function of the same; at most 40 is asked.',
      table: findingTable(of(record, 'numbers'), 'function'),
    },
    {
      title: 'Containers and sizes',
      text: 'How many times faster than the fastest plain JavaScript loop on the same container, handed to it; into `out`. Vectors, by their number of elements:',
      table: findingTable(of(record, 'containers', 'vectors'), 'row'),
    },
    {
      title: '',
      text: 'Containers with a shape, and typed arrays of other types. `{ data, shape }` in nanoseconds more than the same call on typed arrays.',
      table: findingTable(of(record, 'containers', 'shapes'), 'row'),
    },
    {
      title: 'Gated units, cells, losses, own functions',
      text: 'On typed arrays with `out`, against the fastest plain JavaScript loop. Sizes are those of what goes in: both halves of a gated unit, all gates of a cell. `own` is x/(1 + |x|) from `defineActivation`, `compose` is tanh(softplus(x)).',
      table: findingTable(of(record, 'layers'), 'row'),
    },
    {
      title: '',
      text: 'The same for one number, in nanoseconds.',
      table: findingTable(of(record, 'layers', 'numbers'), 'function'),
    },
    {
      title: 'Placings',
      text: 'The worst place of source and target in their page of memory, of 512 each and of 16 × 16 pairs, as a multiple of the best one.',
      table: findingTable(of(record, 'placings'), 'row'),
    },
    {
      title: 'Start',
      text: 'Milliseconds in fresh processes or pages, the fastest of several: the first call of a function after `import`, and what it consists of.',
      table: findingTable(of(record, 'start'), 'first call'),
    },
    {
      title: 'Allocation',
      text: 'Bytes of JavaScript’s heap that a call with `out` leaves behind, over 100,000 calls.',
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

/** What the terminal shows. */
export function printed(record: BenchmarkRecord): string {
  const { all, missed } = summary(record);
  return [
    ...(record.ordinary.length > 0 ? [ordinaryTable(record), ''] : []),
    ...sections(record).flatMap(({ title, text, table }) => [...(title ? [title] : []), text, table, '']),
    ...(record.growth ? [growthText(record.growth), ''] : []),
    `${all.length - missed.length} of ${all.length} asked numbers reached`,
    ...missed.map((each) => `  short: ${shortfall(each)}`),
    ...failures(record).map((failure) => `  failed: ${failure}`),
  ]
    .join('\n')
    .replaceAll('**', '');
}

/** Writes the files in docs/ that a record makes, and README's part of them; with `check` it only says which differ, and fails. */
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

/** What README shows: the calls of which a network consists, at one middle size. */
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

/** Single numbers in one sentence: what README says of them. */
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

/** Where a plain loop on the same container is faster, by the number of elements, in words. */
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
      ? [`A plain loop is faster on few elements: ${containers.join('; ')} (the largest number measured at which it was).`]
      : []),
    ...(large.length > 0
      ? [
          `On arrays of a million numbers, where copying decides, it is faster for ${listed(distinct(large.map(({ fn }) => fn)))}; tensors copy nothing.`,
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
another is named; every result was checked before its time counted. Before anything is timed, every function has been used on every
container, as in a page that uses many. A ratio is how many times faster nonlin is, the median over the rounds of the ratio within one round; behind ≥ or
**<** stands the ratio the project asks of itself, and numbers that miss what is asked are bold.

Plain JavaScript has two columns, each the fastest right one of three or more written forms (\`bench/plain.ts\`):

- *plain JS*: a loop in a function that is handed its arrays, as in a library or in a network's layer;
- *closure*: the same loop in a closure over arrays that never change. V8 then knows addresses and lengths when it compiles, which
  makes the light functions about twice as fast.

Both run in a process of their own: where a WebAssembly memory has grown, V8 compiles every access to a typed array more carefully, and plain
JavaScript on the same page is slower than here.

<!-- readme:begin -->
${shortTable(record)}

One run on ${record.machine} (${record.date}); inputs are normal(0, 1)·3, results go into \`out\`; times include copying to and from WebAssembly, except for tensors.
Of plain JavaScript, the fastest of several loops counts. Tensors are compared with PyTorch (one thread, AVX2) and with EpyNN on NumPy.

**When plain JavaScript is faster.** ${slowerText(record)} ${numbersText(record)}
<!-- readme:end -->

![Nanoseconds per element, by function](benchmarks.svg)

![How many times faster than plain JavaScript, by size and container](benchmarks-sizes.svg)

${all.length - missed.length} of ${all.length} asked numbers were reached.${
    missed.length > 0
      ? `

<details><summary>Short of what is asked: ${missed.length}</summary>

${missed.map((each) => `- ${shortfall(each)}`).join('\n')}

</details>`
      : ''
  }

## Ratios

Nanoseconds are per element. nonlin writes into a preallocated \`out\`, copies in and out included; tensors live in wasm memory. PyTorch, JAX, EpyNN,
the same crate built natively and a copy of the bytes are compared with tensors.

${ordinaryTable(record)}

${sections(record)
  .map(({ title, text, table }) => `${title ? `## ${title}\n\n` : ''}${text}\n\n${table}\n`)
  .join('\n')}
## Peers

Nanoseconds per element of the value. tfjs computes in float32: half the bytes, a fraction of the digits.

${peerTable(record)}

JAX, EpyNN, onnxruntime-web and tfjs return a new array at each call; the others write into one that is there. JAX compiles each case
once, before it is timed. PyTorch runs its AVX2 kernels (\`ATEN_CPU_CAPABILITY=avx2\`): its wider ones, where the processor has them, are
another comparison. NumPy, under EpyNN, takes the widest that it finds. The Python peers are held to one CPU where the system can do that, as XLA's flags do not keep JAX to one thread.

All compute on the same inputs. The crate built natively has to give results bit-for-bit identical to nonlin's; the others may differ by 10⁻⁹, or 10⁻⁴ in
float32, in which ONNX keeps the alpha of its leaky relu. What differs by more is not timed.
${failed.length > 0 ? `\nFailed or refused:\n\n${failed.map((failure) => `- ${failure}`).join('\n')}\n` : ''}${
  record.growth
    ? `
## Growth

Nanoseconds per element as arrays grow, and as rows grow in as many elements: a level line is a cost that grows as the work does.

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
