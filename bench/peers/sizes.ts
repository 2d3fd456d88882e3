// What a page weighs that computes a sigmoid with each JavaScript peer: bundled and minified by esbuild, then brotli 11, with the
// wasm that it fetches.
//
//   tsx bench/peers/sizes.ts      measures, and writes bench/peers/sizes.json

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pageSize, sizeOf } from '../../scripts/page-size.js';
import { installPeers } from './install.js';

interface Page {
  readonly peer: string;
  readonly program: string;
  /** The WebAssembly that the page loads beside its script. */
  readonly wasm?: string;
}

const TFJS = "import * as tf from '@tensorflow/tfjs-core';";
const PAGES: readonly Page[] = [
  { peer: '@stdlib', program: "import expit from '@stdlib/math-base-special-expit'; console.log(expit(1));" },
  {
    peer: 'onnxruntime-web',
    program: "import { InferenceSession, Tensor } from 'onnxruntime-web/wasm'; console.log(InferenceSession, Tensor);",
    wasm: 'onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
  },
  {
    peer: 'tfjs-cpu (float32)',
    program: `${TFJS} import '@tensorflow/tfjs-backend-cpu'; console.log(tf.sigmoid(tf.tensor1d([1])).dataSync());`,
  },
  {
    peer: 'tfjs-wasm (float32)',
    program: `${TFJS} import '@tensorflow/tfjs-backend-wasm'; await tf.setBackend('wasm'); console.log(tf.sigmoid(tf.tensor1d([1])).dataSync());`,
    wasm: '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
  },
];

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = installPeers(root);
const sizes: Record<string, number> = {};
for (const { peer, program, wasm } of PAGES) {
  const script = await pageSize(program, folder);
  const binary = wasm === undefined ? 0 : sizeOf(readFileSync(join(folder, 'node_modules', wasm))).brotli;
  sizes[peer] = script.brotli + binary;
  console.log(`${peer}: ${script.brotli} bytes of script, ${binary} of WebAssembly, brotli 11`);
}
writeFileSync(join(root, 'bench/peers/sizes.json'), `${JSON.stringify(sizes, null, 2)}\n`);
