// What `init` and `initSync` take.

import { init, initSync } from 'nonlin';
import { is } from './is.js';

declare const buffer: ArrayBuffer;
declare const shared: SharedArrayBuffer;
/** As `WebAssembly.Module` is declared. */
declare const module: Module;
// biome-ignore lint/complexity/noBannedTypes: without any property, like the real one
type Module = {};
declare const response: {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  arrayBuffer(): Promise<ArrayBuffer>;
};

is<Promise<void>>()(init());
init(undefined);
init(buffer);
init(module);
init(response);
init('nonlin_bg.wasm');
init({ href: 'https://example.org/nonlin_bg.wasm' });
init(Promise.resolve(response));
init(Promise.resolve(module));
init(import('nonlin').then(() => buffer));
initSync(buffer);
initSync(shared);
initSync(module);
initSync(new Uint8Array(8));
initSync(new DataView(buffer));
// @ts-expect-error the module is needed
initSync();
// @ts-expect-error a promise cannot be waited for
initSync(Promise.resolve(module));
// @ts-expect-error nor can a response
initSync(response);
// @ts-expect-error not bytes
initSync('nonlin_bg.wasm');
// @ts-expect-error not bytes
init(3);
// @ts-expect-error not bytes
init([1, 2]);
// @ts-expect-error not bytes
init({ wasm: buffer });
// @ts-expect-error not bytes
init(() => buffer);
