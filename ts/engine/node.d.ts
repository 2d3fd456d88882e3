// What the entry for Node needs of it. All other types of Node are kept from the sources that ship, as they run everywhere.
declare module 'node:fs/promises' {
  export function readFile(file: URL): Promise<Uint8Array<ArrayBuffer>>;
}
