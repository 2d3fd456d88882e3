// The parts of the module that only some functions need, as scripts/split-wasm.ts makes them. The build writes which function
// needs which (build/wasm-parts.js); entries whose module is whole are built with empty lists in their place (scripts/bundle.ts).
// Bundlers leave out the parts of the functions that a program does not import.

/** A part: code that is linked to the base when a function is first called that needs it. */
export interface Part {
  /** Its bytes in hexadecimal digits. */
  readonly text: string;
  /** It, compiled; undefined before that. */
  module: WebAssembly.Module | undefined;
}

/** The parts that the functions of this program need, those that others use before these. */
const needed = /* @__PURE__ */ new Set<Part>();

/** Says that a function of this program needs these. */
export function need(parts: readonly Part[]): readonly Part[] {
  for (const part of parts) needed.add(part);
  return parts;
}

export const allNeeded = (): readonly Part[] => [...needed];
