// Decodes hexadecimal text, the form in which the default entry carries the wasm.

import { decoder } from '../../build/decoder-text.js';

/** Newer engines have a decoder of their own, which TypeScript's library does not know yet. */
const Decoder = Uint8Array as { readonly fromHex?: (text: string) => Uint8Array<ArrayBuffer> };

/** The bytes of `text`, two digits each. */
export const fromHexadecimal = (text: string): Uint8Array<ArrayBuffer> =>
  Decoder.fromHex?.(text) ?? decodeInWasm(text) ?? decode(text);

/**
 * The same by hexadecimal.wat, in a fifth of the time of a loop that is not compiled yet. Undefined if the host cannot encode
 * text, as in jsdom, or cannot spare a second memory. A host that compiles no wasm at all reports that when it is given the
 * module itself.
 */
export function decodeInWasm(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(decode(decoder)));
    const { memory, decode: decodeAll } = exports as unknown as {
      readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
      decode(count: number): void;
    };
    // 16 digits are read at a time.
    memory.grow(Math.floor((text.length + 16) / 65536));
    new TextEncoder().encodeInto(text, new Uint8Array(memory.buffer));
    decodeAll(text.length);
    return new Uint8Array(memory.buffer, 0, text.length / 2);
  } catch {
    return undefined;
  }
}

/** The same in plain JavaScript. */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digit(text.charCodeAt(2 * i)) << 4) | digit(text.charCodeAt(2 * i + 1));
  }
  return bytes;
}

/** The value of a digit from its character code; the letters a to f have bit 6 set. */
const digit = (code: number): number => (code & 15) + 9 * (code >> 6);
