// The size of a page that imports the package, bundled and minified by esbuild, then compressed as content networks do; and the
// limits for it.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export interface Size {
  readonly minified: number;
  /** gzip -9. */
  readonly gzip: number;
  /** Brotli 11. */
  readonly brotli: number;
}

export function sizeOf(bytes: Uint8Array): Size {
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  return { minified: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli.length };
}

const bundled = (program: string, folder: string) =>
  build({
    stdin: { contents: program, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  });

/** The size of a page that runs `program`, which may import the package by its name, or what is installed in `folder`. */
export async function pageSize(program: string, folder = root): Promise<Size> {
  const { outputFiles } = await bundled(program, folder);
  return sizeOf(outputFiles[0]?.contents ?? new Uint8Array());
}

/** The text of the wasm in a page, with its quotation marks: hexadecimal digits. */
const WASM_TEXT = /"[0-9a-f]{200,}"/g;

/** The size under brotli of a page that imports `name`, with and without its wasm. */
export async function sharesWith(name: string): Promise<{ readonly all: number; readonly withoutWasm: number }> {
  const { outputFiles } = await bundled(`import { ${name} } from 'nonlin'; console.log(${name});`, root);
  const text = outputFiles[0]?.text ?? '';
  return { all: sizeOf(Buffer.from(text)).brotli, withoutWasm: sizeOf(Buffer.from(text.replace(WASM_TEXT, '""'))).brotli };
}

/** The size of a page that imports `name` of the entry and nothing else. */
export const sizeWith = (name: string, entry = 'nonlin'): Promise<Size> =>
  pageSize(`import { ${name} } from '${entry}'; console.log(${name});`);

/** The pages whose size is limited, by their names in test/size.json; of several pages, the largest counts. */
export const PAGES: Readonly<Record<string, () => Promise<Size>>> = {
  'one of the seven': async () => {
    const names = ['identity', 'relu', 'lrelu', 'elu', 'sigmoid', 'tanh', 'softmax'];
    const sizes = await Promise.all(names.map((name) => sizeWith(name)));
    return sizes.reduce((a, b) => (b.brotli > a.brotli ? b : a));
  },
  everything: () => pageSize("import * as nonlin from 'nonlin'; console.log(nonlin);"),
};

/** The limit for a page after brotli: the size asked for or, as an exception with a reason, one that it must not outgrow. */
export interface Limit {
  readonly asked: number;
  readonly exception?: { readonly held: number; readonly reason: string };
}

export const LIMITS = JSON.parse(readFileSync(join(root, 'test/size.json'), 'utf8')) as Readonly<Record<string, Limit>>;

/** What is wrong with the size of a page; undefined if it is within its limit, and its exception, if any, is still needed. */
export function sizeComplaint(page: string, { brotli }: Size, { asked, exception }: Limit): string | undefined {
  if (exception && brotli <= asked) {
    return `a page with ${page} is ${brotli} bytes, within the ${asked} asked for: take its exception out of test/size.json`;
  }
  if (exception && brotli > exception.held) {
    return `a page with ${page} is ${brotli} bytes, over the ${exception.held} that test/size.json holds`;
  }
  return exception || brotli <= asked ? undefined : `a page with ${page} is ${brotli} bytes, over the ${asked} asked for`;
}
