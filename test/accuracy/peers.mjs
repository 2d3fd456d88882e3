// What other libraries give for the inputs in a folder: `node peers.mjs FOLDER UNITS`. Called by the accuracy run, which knows the truth.
// Reads x.f64, and near.f64 and wide.f64 in rows of UNITS; writes PEER.COLUMN.f64; prints { peer: version } as JSON.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder, units] = [process.argv[2], Number(process.argv[3])];
const here = dirname(fileURLToPath(import.meta.url));

function read(name) {
  const bytes = readFileSync(join(folder, `${name}.f64`));
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

// The loops that everybody writes.
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const plain = {
  sigmoid,
  sigmoid_deriv: (x) => sigmoid(x) * (1 - sigmoid(x)),
  tanh: Math.tanh,
  tanh_deriv: (x) => 1 - Math.tanh(x) ** 2,
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  elu_deriv: (x) => (x > 0 ? 1 : Math.exp(x)),
};

function softmax(rows) {
  const out = new Float64Array(rows.length);
  for (let first = 0; first < rows.length; first += units) {
    const row = rows.subarray(first, first + units);
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

const x = read('x');
for (const [column, f] of Object.entries(plain)) {
  writeFileSync(
    join(folder, `plain JavaScript.${column}.f64`),
    x.map((value) => f(value)),
  );
}
for (const kind of ['near', 'wide']) {
  writeFileSync(join(folder, `plain JavaScript.softmax_${kind}.f64`), softmax(read(kind)));
}
const versions = { 'plain JavaScript': `Math.exp, expm1, tanh of V8 ${process.versions.v8} (Node ${process.versions.node})` };

// The Pythons that the benchmark installs, and the one on PATH: each library is measured where it is found first.
const pythons = ['epynn', 'torch'].map((what) => join(here, '../../.toolchain/bench', `python-${what}`, 'bin/python'));
for (const python of [...pythons.filter(existsSync), 'python3']) {
  try {
    const known = Object.keys(versions).join(',');
    const text = execFileSync(python, [join(here, 'peers.py'), folder, String(units), known], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    Object.assign(versions, JSON.parse(text));
  } catch {
    // No Python, or none with NumPy: its libraries keep the figures they have in the record.
  }
}
console.log(JSON.stringify(versions));
