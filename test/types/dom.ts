// Results in the browser's own functions; compiled where `lib` has "dom".

import { init, initSync, relu, sigmoid } from 'nonlin';

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
