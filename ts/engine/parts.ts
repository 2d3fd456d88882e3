// The parts of the module that only some functions need, as made by scripts/split-wasm.ts. The build writes which function needs
// which part (build/wasm-parts.js); entries whose module is whole are built with empty lists instead (scripts/bundle.ts).
// Bundlers leave out the parts of functions that a program does not import.

/** A part: code that is linked to the base when a function that needs it is called for the first time. */
export interface Part {
  /** Its bytes as hexadecimal digits. */
  readonly text: string;
  /** The compiled part; undefined before it is needed. */
  module: WebAssembly.Module | undefined;
}

/** The parts that the functions of this program need; a part comes after those that it uses. */
const needed = /* @__PURE__ */ new Set<Part>();

/** Records that a function of this program needs these parts. */
export function need(parts: readonly Part[]): readonly Part[] {
  for (const part of parts) needed.add(part);
  return parts;
}

export const allNeeded = (): readonly Part[] => [...needed];
