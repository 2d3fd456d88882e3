// Results in the browser's own functions; compiled where `lib` has "dom".

import { init, initSync, relu, sigmoid } from 'nonlin';
import type * as parallel from 'nonlin/parallel';
import type { Pool } from 'nonlin/parallel';
import { is } from './is.js';

const y = relu(new Float64Array(3));
const single = sigmoid(new Float32Array(3));
new Blob([y]);
declare const audio: AudioBuffer;
audio.copyToChannel(single, 0);
declare const socket: WebSocket;
socket.send(y);
export const request = new Request('/', { method: 'POST', body: y });
crypto.subtle.digest('SHA-256', y);

init(fetch('nonlin_bg.wasm'));
init(WebAssembly.compileStreaming(fetch('nonlin_bg.wasm')));
export async function start() {
  initSync(new WebAssembly.Module(y));
  initSync(await WebAssembly.compile(y.buffer));
}

declare const { activationStream }: typeof parallel;
declare const pool: Pool;
pool.run(relu, y, { signal: new AbortController().signal });
is<TransformStream<Float64Array, Float64Array>>()(activationStream(relu));
is<ReadableStream<Float64Array>>()(new ReadableStream<Float64Array>().pipeThrough(activationStream(relu)));
