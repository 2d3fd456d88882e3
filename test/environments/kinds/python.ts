// Python: the wasm file in wasmtime, with the host of examples/python; 2²⁰ inputs a function, and the digests that Node gives.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../support/environment.js';
import { Skip } from '../support/skip.js';

const example = fileURLToPath(new URL('../../../examples/python', import.meta.url));
const requirements = await readFile(join(example, 'requirements.txt'), 'utf8');

/** Writes the inputs, and what to call with them; prints the digests. */
const node = `
  import { createHash } from 'node:crypto';
  import { writeFileSync } from 'node:fs';
  import * as nonlin from 'nonlin';
  import { probe } from './probe.mjs';
  const x = Float64Array.from({ length: 2 ** 20 }, (_, i) => Math.sin(i * 12.9898) * 10 ** (((i * 7919) % 640) / 100 - 3));
  writeFileSync('x.f64', x);
  const calls = [];
  const digests = {};
  const digest = (name, op, values, result) => {
    calls.push({ name, op, values });
    digests[name + ' ' + op] = createHash('sha256').update(new Uint8Array(result.buffer)).digest('hex');
  };
  for (const [name, f] of Object.entries(nonlin)) {
    if (typeof f !== 'function' || !f.deriv2 || f.name !== name) continue;
    if (!('axis' in f.defaults)) {
      // A word among them chooses another kernel.
      const values = Object.fromEntries(Object.entries(f.defaults).filter(([, value]) => typeof value === 'number'));
      digest(name, 'value', values, f(x));
      digest(name, 'deriv', values, f.deriv(x));
    }
  }
  digest('softmax', 'value', { temperature: 0.7 }, nonlin.softmax(x, { shape: [1024, 1024], temperature: 0.7 }));
  writeFileSync('calls.json', JSON.stringify(calls));
  console.log('result ' + JSON.stringify({ digests, context: { python: probe(nonlin) } }));`;

const python = `
import hashlib, json, sys
import numpy as np
from nonlin import Nonlin

nonlin = Nonlin(sys.argv[1])
x = np.fromfile("x.f64").reshape(1024, 1024)
digests = {}
for call in json.load(open("calls.json")):
    result = nonlin(call["name"], x, call["op"], **call["values"])
    digests[call["name"] + " " + call["op"]] = hashlib.sha256(result.tobytes()).hexdigest()
print("result " + json.dumps(digests))
`;

export const environments: readonly Environment[] = [
  {
    id: 'python',
    name: 'Python, wasmtime',
    how: 'the wasm file, run by the host in examples/python: for each function, the digest of the results of 2²⁰ inputs is that of Node',
    limit: 600,
    version: () => /^wasmtime==(.*)$/m.exec(requirements)?.[1] ?? '',
    async run(t) {
      await t.write({
        'digests.mjs': node,
        'digests.py': python,
        'nonlin.py': await readFile(join(example, 'nonlin.py'), 'utf8'),
      });
      await t.run('python3', ['-m', 'venv', 'python']).catch(({ message }: Error) => {
        throw new Skip(`no Python with venv: ${message}`);
      });
      await t.run('python/bin/pip', ['install', '--quiet', '--requirement', join(example, 'requirements.txt')]);
      const wanted = t.result<{ digests: Record<string, string>; context: Record<string, object> }>(
        await t.run('node', ['digests.mjs']),
      );
      const got = t.result<Record<string, string>>(
        await t.run('python/bin/python', ['digests.py', 'node_modules/nonlin/dist/nonlin_bg.wasm']),
      );
      const differ = Object.keys(wanted.digests).filter((name) => got[name] !== wanted.digests[name]);
      if (differ.length > 0) throw new Error(`Python has other bits than Node in ${differ}`);
      t.say(`${Object.keys(got).length} digests of 2²⁰ results are those of Node`);
      return wanted.context;
    },
  },
];
