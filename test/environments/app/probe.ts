// The computation that every environment runs, using only the namespaces of the package: results are returned as hexadecimal
// bits. It is bundled with the checksums of the accuracy tests into one file, so that no environment needs a tool for it.

import type * as Nonlin from 'nonlin';
import type * as Epynn from 'nonlin/epynn';
import { checksum } from '../../checksum.js';
import checksums from '../../checksums.json' with { type: 'json' };

/** The bits of float64 values, 16 digits each. */
function bits(values: Iterable<number>): string {
  let text = '';
  const view = new DataView(new ArrayBuffer(8));
  for (const value of values) {
    view.setFloat64(0, value);
    text += view.getUint32(0).toString(16).padStart(8, '0') + view.getUint32(4).toString(16).padStart(8, '0');
  }
  return text;
}

const x = [-745.2, -30.5, -1, -0.1, -0, 0, 1e-300, 0.25, 1, 2.5, 17, 710];
const dy = [1, -2, 0.5, 3, 1e-3, -1, 7, 0.125, -4, 2, 1, -1];

/**
 * The bits that must be the same everywhere. `epynn`, the bridge's namespace, is optional; with it, both entries must
 * stand on one wasm instance.
 */
export function probe(nonlin: typeof Nonlin, epynn?: typeof Epynn): Readonly<Record<string, string>> {
  let instances = 0;
  const { Instance } = WebAssembly;
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, args) {
      const made: WebAssembly.Instance = Reflect.construct(target, args);
      // Not the decoder of the text that carries the module.
      if ('allocate' in made.exports) instances++;
      return made;
    },
  });
  try {
    const logits = Float64Array.from(x, (value) => value / 8);
    const result = {
      sigmoid: bits(nonlin.sigmoid(Float64Array.from(x))),
      softmaxBackward: bits(nonlin.softmax.backward(Float64Array.from(dy), { x: logits }, { shape: [3, 4] })),
    };
    if (epynn && bits(epynn.sigmoid([x])[0] ?? []) !== result.sigmoid) throw new Error('nonlin/epynn gives other bits');
    if (instances > 1) throw new Error(`${instances} wasm instances instead of one`);
    return result;
  } finally {
    WebAssembly.Instance = Instance;
  }
}

/** `probe` and every checksum: for one context of each environment, because the checksums take a while. */
export function fullProbe(nonlin: typeof Nonlin, epynn?: typeof Epynn): object {
  const result = probe(nonlin, epynn);
  return { ...result, checksums: Object.fromEntries(Object.keys(checksums).map((name) => [name, checksum(nonlin, name)])) };
}

/** The error of a call that must fail, in a form that can be sent. */
export function refusal(call: () => unknown): object {
  try {
    call();
  } catch (error) {
    const { name, code, message } = error as Nonlin.NonlinError;
    return { name, code, message };
  }
  return { name: 'nothing', code: undefined, message: 'the call did not throw' };
}
