// ./build.sh bench [--quick] [--only sigmoid,softmax/backward,start] [--section ordinary,hard] [--no-python] [--no-peers]
//   [--no-record]
//
// Times nonlin against plain JavaScript, its peers, PyTorch, JAX and EpyNN on this machine, in interleaved rounds, checks every
// result before its time counts, prints the tables, and writes bench/records/<date>.json and, from that, docs/benchmarks.md and
// its charts.
//
//   npx tsx bench/run.ts --from bench/records/<date>.json [--check]
//
// writes docs/ from a record again or, with --check, fails if it differs.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import cliProgress from 'cli-progress';
import { ALLOCATION_CASES, measureAllocation } from './allocation.js';
import { CASES, idOf, isLong } from './cases.js';
import { HARD_CASES, measureHard } from './hard.js';
import { LAYER_CASES, LAYER_NUMBERS, layerId, measureLayer, measureLayerNumber } from './layers.js';
import type { Pace } from './measure.js';
import { useEverything } from './nonlin.js';
import { measureOrdinary } from './ordinary.js';
import { measureParallel, PARALLEL_CASES, titleOf } from './parallel.js';
import { allPeers } from './peers/peers.js';
import { measurePlacings, PLACING_CASES } from './placings.js';
import { PlainProcess } from './plain-process.js';
import { type BenchmarkRecord, type Finding, type Growth, type OrdinaryRow, parsed, serialized } from './record.js';
import { printed, publish, publishParallel } from './report.js';
import { CONTAINER_CASES, isQuick, measureContainers, measureNumbers, NUMBER_CASES } from './small.js';
import { hosts, measureStart } from './start.js';
import { named } from './words.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    section: { type: 'string' },
    python: { type: 'boolean', default: true },
    peers: { type: 'boolean', default: true },
    record: { type: 'boolean', default: true },
    from: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
  allowNegative: true,
});

if (flags.from) {
  publish(root, parsed(readFileSync(flags.from, 'utf8')), flags.check);
  process.exit();
}

const { quick } = flags;
const ORDINARY: Pace = quick
  ? { rounds: 11, milliseconds: 0.3, warmUp: 5, longest: 60, settle: 50 }
  : { rounds: 41, milliseconds: 0.6, warmUp: 20, longest: 1000, settle: 400 };
const HARD: Pace = quick ? { rounds: 7, milliseconds: 0.2, warmUp: 1 } : { rounds: 15, milliseconds: 0.4, warmUp: 3 };
const SMALL: Pace = quick
  ? { rounds: 9, milliseconds: 0.2, warmUp: 5, settle: 30 }
  : { rounds: 25, milliseconds: 0.3, warmUp: 12, settle: 50 };

const PARALLEL: Pace = quick
  ? { rounds: 7, milliseconds: 1, warmUp: 20 }
  : { rounds: 31, milliseconds: 1, warmUp: 30, longest: 1200 };

/** One thing to measure: its name, the words by which `--only` and `--section` find it, and how it adds to the record. */
interface Step {
  readonly id: string;
  run(): Promise<void>;
}

const folder = mkdtempSync(join(tmpdir(), 'nonlin-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));

const plain = new PlainProcess();
const peers = await allPeers(root, folder, flags);
const ordinary: OrdinaryRow[] = [];
const findings: Finding[] = [];
let growth: Growth | undefined;

/** Steps that each add findings; `id` follows the name of the section. */
function finding<T>(
  section: string,
  cases: readonly T[],
  id: (test: T) => string,
  measure: (test: T) => Promise<Finding[]>,
): Step[] {
  return cases.map((test) => ({
    id: `${section}/${id(test)}`,
    run: async () => void findings.push(...(await measure(test))),
  }));
}

async function grown(): Promise<void> {
  const program = ['--import', 'tsx', join(root, 'bench/growth.ts'), ...(quick ? ['--quick'] : [])];
  const { stdout } = await promisify(execFile)(process.execPath, program, { cwd: root });
  growth = JSON.parse(stdout);
}

const steps: Step[] = [
  ...CASES.filter((test) => !quick || !isLong(test)).map((test) => ({
    id: `ordinary/${idOf(test)}`,
    run: async () => void ordinary.push(await measureOrdinary(test, plain, peers, ORDINARY)),
  })),
  ...finding('hard', HARD_CASES, idOf, (test) => measureHard(test, named(test), HARD)),
  ...finding(
    'numbers',
    NUMBER_CASES,
    ({ fn, op }) => `${fn}/${op}`,
    (test) => measureNumbers(test, named(test), SMALL),
  ),
  ...finding(
    'containers',
    CONTAINER_CASES.filter((test) => !quick || isQuick(test)),
    idOf,
    (test) => measureContainers(test, named(test), plain, peers, SMALL),
  ),
  ...finding('layers', LAYER_CASES, layerId, (test) => measureLayer(test, plain, SMALL)),
  ...finding(
    'layers',
    LAYER_NUMBERS,
    ({ fn, op }) => `${fn}/${op}/number`,
    (test) => measureLayerNumber(test, SMALL),
  ),
  ...finding(
    'placings',
    PLACING_CASES,
    ({ fn, on }) => `${fn}/${on}`,
    async (test) => [measurePlacings(test, quick ? 3 : 9)],
  ),
  ...finding(
    'start',
    hosts(root),
    ({ name }) => name,
    (host) => measureStart(host, quick ? 3 : 7),
  ),
  ...finding(
    'allocation',
    ALLOCATION_CASES,
    ({ fn, op, kind }) => `${fn}/${op}/${kind}`,
    async (test) => [measureAllocation(test, named(test))],
  ),
  ...finding('parallel', PARALLEL_CASES, titleOf, (test) => measureParallel(test, PARALLEL, quick)),
  { id: 'growth', run: grown },
];

const some = (words: string | undefined, matches: (word: string) => boolean) => !words || words.split(',').some(matches);
const selected = steps.filter(
  ({ id }) =>
    some(flags.section, (word) => id.split('/')[0] === word) && some(flags.only, (word) => `/${id}/`.includes(`/${word}/`)),
);

useEverything();
const bar = process.stdout.isTTY
  ? new cliProgress.SingleBar(
      { format: '{bar} {value}/{total} {step} ({eta_formatted} left)', etaBuffer: 40 },
      cliProgress.Presets.shades_classic,
    )
  : undefined;
bar?.start(selected.length, 0, { step: '' });
for (const [done, step] of selected.entries()) {
  if (bar) bar.update(done, { step: step.id });
  else console.log(`${done + 1}/${selected.length} ${step.id}`);
  await step.run();
}
bar?.update(selected.length, { step: '' });
bar?.stop();
plain.close();
for (const peer of peers) peer.close?.();

const record: BenchmarkRecord = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, ${process.platform} ${process.arch}`,
  command: `./build.sh bench${quick ? ' --quick' : ''}`,
  versions: {
    node: process.version,
    v8: process.versions.v8,
    ...Object.fromEntries(peers.map(({ name, version }) => [name, version])),
  },
  ordinary,
  findings,
  ...(growth ? { growth } : {}),
};
console.log(printed(record));
const parallel = steps.filter(({ id }) => id.startsWith('parallel/'));
if (flags.record && !quick && parallel.every((step) => selected.includes(step))) publishParallel(root, record);
if (quick)
  console.log('--quick leaves out 1024×1024, backward from y, values with derivatives, most containers, and growth beyond 10⁶');
if (flags.record && selected.length === steps.length) {
  const records = join(root, 'bench/records');
  mkdirSync(records, { recursive: true });
  const text = serialized(record);
  writeFileSync(join(records, `${record.date}${quick ? '-quick' : ''}.json`), text);
  if (!quick) publish(root, parsed(text), false);
}
