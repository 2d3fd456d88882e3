// The page that every bundler builds: the default entry with the bridge, the entry with the wasm as a file, a worker.

import * as nonlin from 'nonlin';
import * as epynn from 'nonlin/epynn';
import { loadExternal } from './external.js';
import { fullProbe, probe } from './probe.js';
import { reportAll } from './report.js';

function inWorker() {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = (event) => resolve(event.data);
    worker.onerror = (event) => reject(new Error(`worker: ${event.message}`));
  });
}

reportAll(async () => ({
  page: fullProbe(nonlin, epynn),
  worker: await inWorker(),
  external: probe(await loadExternal()),
}));
