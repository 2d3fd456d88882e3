// What site/build.ts makes for the bundle.

/** The documentation comment of each export of the package, by name, and the options that its `with` takes. */
declare module 'virtual:documentation' {
  interface Setting {
    readonly name: string;
    readonly choices: readonly string[];
  }
  const documentation: Readonly<Record<string, { readonly text: string; readonly settings: readonly Setting[] }>>;
  export default documentation;
}

/** The program of the page's worker, as text: a page opened from a file may not load one. */
declare module 'virtual:worker' {
  const source: string;
  export default source;
}

/** What the digests of site/source/digest.ts are in Node, computed when the page was built, and by which Node. */
declare module 'virtual:expected' {
  export const node: string;
  export const digests: Readonly<Record<string, string>>;
}

declare module 'virtual:version' {
  export const version: string;
  export const date: string;
}

declare module '*.csv' {
  const text: string;
  export default text;
}
