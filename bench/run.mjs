// ./build.sh bench [--quick] [--only sigmoid,softmax,growth] [--no-python] [--no-peers] [--no-record]
// Times nonlin against plain JavaScript, its peers, PyTorch, JAX and EpyNN on this machine, in interleaved rounds, checks every result before its
// time counts, prints the table, and writes bench/records/<date>.json and from that docs/benchmarks.md and its charts.
//
//   node bench/run.mjs --from bench/records/<date>.json [--check]   writes docs/ from a record again, or fails where it differs

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import { CASES } from './cases.mjs';
import { copy, onArrays, onTensors, share, Worker } from './contenders.mjs';
import { difference, measure, median, ratio } from './measure.mjs';
import { installNative, installPeers, installPython } from './peers/install.mjs';
import { javascriptPeers } from './peers/peers.mjs';
import { plainForms } from './plain.mjs';
import { printed, publish } from './report.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    python: { type: 'boolean', default: true },
    peers: { type: 'boolean', default: true },
    record: { type: 'boolean', default: true },
    from: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
  allowNegative: true,
});

if (flags.from) {
  publish(root, JSON.parse(readFileSync(flags.from, 'utf8')), flags.check);
  process.exit();
}

// 10⁻¹² beside the value: the plain forms cancel near zero, which is not held against their speed.
const FLOAT64 = { limit: 1e-9, floor: 1e-3 };
const FLOAT32 = { limit: 1e-4, floor: 1e-2 };
const SAME_BITS = { limit: 0, floor: 0 };

const NATIVE = 'native crate';

const nonlin = await import('nonlin');
const named = CASES.filter(({ id }) => !flags.only || flags.only.split(',').some((word) => id.includes(word)));
const selected = named.filter(({ size, op }) => !flags.quick || (size !== '1024x1024' && op !== 'backwardY'));
const pace = flags.quick ? { rounds: 9, nanoseconds: 2e6, warmUp: 2e7 } : { rounds: 25, nanoseconds: 4e6 };

/** The same inputs for everyone: x is normal(0, 1)·3, dy normal(0, 1), y = f(x); hadamard multiplies dy with x, or with Jacobians in x. */
function inputs(test) {
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const x = Float64Array.from({ length: test.op === 'contraction' ? test.count * test.units : test.count }, () => 3 * normal());
  const dy = Float64Array.from({ length: test.count }, normal);
  const y = test.fn === 'hadamard' ? dy : nonlin[test.fn](x, test.fn === 'softmax' ? { shape: [test.rows, test.units] } : {});
  return { x, y, dy };
}

const versions = { node: process.version, v8: process.versions.v8 };
const peers = [];
const folder = mkdtempSync(join(tmpdir(), 'nonlin-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));
if (flags.peers) {
  for (const peer of await javascriptPeers(installPeers(root))) {
    versions[peer.name] = peer.version;
    peers.push(peer);
  }
}
const start = async (name, command, args) => {
  if (!command) return;
  const worker = new Worker(command, args, folder);
  try {
    const version = await worker.version();
    versions[name] = version;
    peers.push({ name, version, make: (test) => worker.make(test), close: () => worker.close() });
  } catch (error) {
    console.log(`${name}: not here (${error.message})`);
  }
};
await start(NATIVE, installNative(root), []);
if (flags.python) {
  for (const [name, what] of [
    ['EpyNN', 'epynn'],
    ['PyTorch', 'torch'],
    ['JAX', 'jax'],
  ]) {
    await start(name, installPython(root, what), [join(root, 'bench/peers/worker.py'), what]);
  }
}

/** Everyone who can do this case, with a right result; those who fail it are named with why. */
async function enter(test) {
  const data = { ...test, ...inputs(test), alpha: test.fn === 'lrelu' ? 0.3 : 1 };
  share(folder, data);
  const arrays = { name: 'nonlin', ...onArrays(nonlin, data) };
  arrays.call();
  const want = arrays.read().slice();
  const contenders = [arrays];
  const failed = [];
  const add = async (contender, { limit, floor }, asynchronous = false) => {
    await contender.call();
    const worst = difference(contender.read(), want, floor);
    if (worst > limit) failed.push({ name: contender.name, why: `wrong by ${worst.toExponential(1)}` });
    else contenders.push({ ...contender, asynchronous });
  };
  await add({ name: 'nonlin on tensors', ...onTensors(nonlin, data) }, SAME_BITS);
  for (const form of plainForms(data)) {
    await add(form, FLOAT64);
  }
  if (test.copyAsked || test.fn === 'identity') contenders.push({ name: 'copy', ...copy(data) });
  for (const peer of peers) {
    try {
      const contender = await peer.make(data);
      // ONNX keeps alpha in float32.
      const float32 = peer.name.includes('float32') || (peer.name.startsWith('onnx') && test.fn === 'lrelu');
      const limit = float32 ? FLOAT32 : peer.name === NATIVE ? SAME_BITS : FLOAT64;
      if (contender) await add({ name: peer.name, ...contender }, limit, peer.name.startsWith('onnx'));
    } catch (error) {
      failed.push({
        name: peer.name,
        why: String(error.message ?? error)
          .split('\n')[0]
          .slice(0, 120),
      });
    }
  }
  return { contenders, failed };
}

const bar = process.stdout.isTTY
  ? new cliProgress.SingleBar(
      { format: '{bar} {value}/{total} {test} ({eta_formatted} left)' },
      cliProgress.Presets.shades_classic,
    )
  : undefined;
bar?.start(selected.length, 0, { test: '' });
const results = [];
for (const test of selected) {
  bar ? bar.update(results.length, { test: test.id }) : console.log(`${results.length + 1}/${selected.length} ${test.id}`);
  const { contenders, failed } = await enter(test);
  await measure(contenders, pace);
  const of = (name) => contenders.find((contender) => contender.name === name);
  const forms = contenders.filter(({ name }) => name.startsWith('plain JS'));
  const plain = forms.reduce((best, form) => (median(form.samples) < median(best.samples) ? form : best));
  const against = (mine, name) => (of(name) ? ratio(of(mine), of(name)) : undefined);
  results.push({
    ...test,
    plainForm: plain.name,
    nanosecondsPerElement: Object.fromEntries(contenders.map(({ name, samples }) => [name, median(samples) / test.count])),
    failed,
    ratios: {
      plain: ratio(of('nonlin'), plain),
      plainOnTensors: ratio(of('nonlin on tensors'), plain),
      torch: against('nonlin on tensors', 'PyTorch'),
      jax: against('nonlin on tensors', 'JAX'),
      epynn: against('nonlin', 'EpyNN'),
      epynnOnTensors: against('nonlin on tensors', 'EpyNN'),
      native: against('nonlin on tensors', 'native crate'),
      copy: against('nonlin on tensors', 'copy'),
    },
  });
  for (const contender of contenders) contender.dispose?.();
}
bar?.stop();
for (const peer of peers) peer.close?.();

let growth;
if (!flags.only || flags.only.split(',').includes('growth')) {
  console.log('growth with size');
  const program = [join(root, 'bench/growth.mjs'), ...(flags.quick ? ['--quick'] : [])];
  growth = JSON.parse(execFileSync(process.execPath, program, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

const record = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, ${process.platform} ${process.arch}`,
  command: `./build.sh bench${flags.quick ? ' --quick' : ''}`,
  versions,
  results,
  growth,
};
console.log(printed(record));
if (flags.quick)
  console.log(
    `--quick left out ${named.length - selected.length} rows: those of 1024×1024, and those that go back from a saved y; growth to 10⁸`,
  );
if (flags.record && !flags.only) {
  const records = join(root, 'bench/records');
  if (!existsSync(records)) mkdirSync(records);
  const text = `${JSON.stringify(record, null, 1)}\n`;
  writeFileSync(join(records, `${record.date}${flags.quick ? '-quick' : ''}.json`), text);
  if (!flags.quick) publish(root, JSON.parse(text), false);
}
