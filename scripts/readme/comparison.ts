// README's comparison with other ways to compute activations in JavaScript: errors from docs/accuracy.json, times from the newest
// record of the benchmark, sizes from bench/peers/sizes.json and from dist/.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchmarkRecord, parsed } from '../../bench/record.js';
import { sizeWith } from '../page-size.js';
import { accuracyRecord, errorText, peerError } from './accuracy.js';

interface Rival {
  readonly title: string;
  /** In docs/accuracy.json. */
  readonly accuracy: string;
  /** In the record of the benchmark, and in bench/peers/sizes.json. */
  readonly speed: string;
  readonly setUp: string;
}

const NONLIN = 'nonlin';
const RIVALS: readonly Rival[] = [
  { title: '**nonlin**', accuracy: NONLIN, speed: NONLIN, setUp: 'one `import`' },
  { title: 'plain JavaScript', accuracy: 'plain JavaScript', speed: 'handed', setUp: 'none: you write it, and its gradients' },
  { title: '@stdlib', accuracy: '@stdlib', speed: '@stdlib', setUp: 'one package per function; one number at a time' },
  {
    title: 'ONNX Runtime Web',
    accuracy: 'onnxruntime-web',
    speed: 'onnxruntime-web',
    setUp: 'a model for each function, a wasm file to serve, `await`',
  },
  {
    title: 'TensorFlow.js, wasm (float32)',
    accuracy: 'tfjs-wasm (float32)',
    speed: 'tfjs-wasm (float32)',
    setUp: 'a wasm file to serve, `await setBackend`',
  },
];

function newestRecord(): BenchmarkRecord {
  const folder = 'bench/records';
  const newest = readdirSync(folder)
    .filter((name) => /^\d{4}-\d\d-\d\d\.json$/.test(name))
    .sort()
    .at(-1);
  if (!newest) throw new Error(`${folder} has no record`);
  return parsed(readFileSync(join(folder, newest), 'utf8'));
}

export async function comparison(): Promise<string> {
  const accuracy = accuracyRecord();
  const { ordinary } = newestRecord();
  const sizes = JSON.parse(readFileSync('bench/peers/sizes.json', 'utf8')) as Readonly<Record<string, number>>;
  const own = (await sizeWith('sigmoid')).brotli;
  const time = (fn: string, rows: number, { speed }: Rival): string => {
    const row = ordinary.find((each) => each.fn === fn && each.op === 'value' && each.rows === rows);
    return row?.nanoseconds[speed]?.toFixed(1) ?? '–';
  };
  const size = ({ speed }: Rival): string => {
    const bytes = speed === NONLIN ? own : speed === 'handed' ? 0 : sizes[speed];
    return bytes === undefined ? '–' : `${(bytes / 1024).toFixed(0)} KB`;
  };
  const lines = RIVALS.map((rival) =>
    [
      rival.title,
      errorText(peerError(accuracy, rival.accuracy, 'sigmoid')),
      errorText(peerError(accuracy, rival.accuracy, 'sigmoid_deriv')),
      time('sigmoid', 256, rival),
      time('softmax', 64, rival),
      size(rival),
      rival.setUp,
    ].join(' | '),
  );
  return [
    '| | error of sigmoid (ULP) | error of its derivative (ULP) | sigmoid of 256×128 (ns/number) | softmax of 64×1000 (ns/number) | page with sigmoid (brotli) | set-up |',
    '|---|---:|---:|---:|---:|---:|---|',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
}
