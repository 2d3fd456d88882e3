// What a page weighs that imports one function of the package: bundled and minified by esbuild, then compressed as content networks do.

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

/** The size of a page that runs `program`, which may import the package by its name. */
export async function pageSize(program: string): Promise<Size> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  });
  return sizeOf(outputFiles[0]?.contents ?? new Uint8Array());
}

/** The size of a page that imports `name` of the entry and nothing else. */
export const sizeWith = (name: string, entry = 'nonlin'): Promise<Size> =>
  pageSize(`import { ${name} } from '${entry}'; console.log(${name});`);
