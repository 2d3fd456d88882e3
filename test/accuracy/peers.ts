// Computes the results of nonlin and of other libraries for the inputs in a folder: `tsx peers.ts FOLDER UNITS`. The accuracy
// run, which knows the truth, calls it. Reads x.f64, and near.f64 and wide.f64 in rows of UNITS; writes PEER.COLUMN.f64; prints {
// peer: version } as JSON.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { elu, sigmoid, softmax, tanh } from 'nonlin';
import { javascriptPeers } from '../../bench/peers/peers.js';

const [folder = '', unitsText = ''] = process.argv.slice(2);
const units = Number(unitsText);
const here = dirname(fileURLToPath(import.meta.url));
/** The packages that the benchmark installed. */
const installed = join(here, '../../.toolchain/bench');

function read(name: string): Float64Array {
  const bytes = readFileSync(join(folder, `${name}.f64`));
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

const x = read('x');
const rows = { softmax_near: read('near'), softmax_wide: read('wide') };
const versions: Record<string, string> = {};

/** Writes the results of a peer for each column. */
const write = (peer: string, column: string, values: ArrayLike<number>): void =>
  writeFileSync(join(folder, `${peer}.${column}.f64`), Float64Array.from(values));

// nonlin itself, on the same inputs as the others.
const SMOOTH = { sigmoid, tanh, elu };
for (const [name, f] of Object.entries(SMOOTH)) {
  write('nonlin', name, f(x));
  write('nonlin', `${name}_deriv`, f.deriv(x));
}
for (const [column, of] of Object.entries(rows)) {
  write('nonlin', column, softmax(of, { shape: [of.length / units, units] }));
}
const manifest = JSON.parse(readFileSync(join(here, '../../package.json'), 'utf8')) as { version: string };
versions['nonlin'] = manifest.version;

// The plain loops that everybody writes.
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const plain: Readonly<Record<string, (x: number) => number>> = {
  sigmoid: logistic,
  sigmoid_deriv: (x) => logistic(x) * (1 - logistic(x)),
  tanh: Math.tanh,
  tanh_deriv: (x) => 1 - Math.tanh(x) ** 2,
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  elu_deriv: (x) => (x > 0 ? 1 : Math.exp(x)),
};

function plainSoftmax(of: Float64Array): Float64Array {
  const out = new Float64Array(of.length);
  for (let first = 0; first < of.length; first += units) {
    const row = of.subarray(first, first + units);
    const max = Math.max(...row);
    const e = row.map((x) => Math.exp(x - max));
    const sum = e.reduce((a, b) => a + b, 0);
    out.set(
      e.map((value) => value / sum),
      first,
    );
  }
  return out;
}

for (const [column, f] of Object.entries(plain)) write('plain JavaScript', column, x.map(f));
for (const [column, of] of Object.entries(rows)) write('plain JavaScript', column, plainSoftmax(of));
versions['plain JavaScript'] = `Math.exp, expm1, tanh of V8 ${process.versions.v8} (Node ${process.versions.node})`;

// The JavaScript packages of the benchmark. They have no derivatives that can be called.
const packages = join(installed, 'javascript');
for (const peer of existsSync(packages) ? javascriptPeers(packages) : []) {
  const inputs = { ...Object.fromEntries(Object.keys(SMOOTH).map((name) => [name, x])), ...rows };
  for (const [column, of] of Object.entries(inputs)) {
    const fn = column.replace(/_.*/, '');
    const problem = { fn, op: 'value', rows: of.length / units, units, x: of, y: of, dy: of, alpha: 1 } as const;
    try {
      const contender = await peer.make(problem);
      if (!contender) continue;
      await contender.run(1);
      write(peer.name, column, contender.read());
      versions[peer.name] = peer.version;
    } catch {
      // It does not have the function: the table says so with a dash.
    }
  }
}

// The Pythons that the benchmark installs, and the one on PATH: each library is measured where it is found first.
const pythons = ['epynn', 'torch'].map((what) => join(installed, `python-${what}`, 'bin/python'));
for (const python of [...pythons.filter(existsSync), 'python3']) {
  try {
    const known = Object.keys(versions).join(',');
    const text = execFileSync(python, [join(here, 'peers.py'), folder, String(units), known], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    Object.assign(versions, JSON.parse(text));
  } catch {
    // There is no Python, or none with NumPy: its libraries keep the figures they have in the record.
  }
}
console.log(JSON.stringify(versions));
// onnxruntime-web and tfjs leave timers behind.
process.exit();
