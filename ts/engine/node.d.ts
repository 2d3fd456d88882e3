// What the entries for Node need of it. All other types of Node are kept from the sources that ship, as they run everywhere.
declare module 'node:fs/promises' {
  export function readFile(file: URL): Promise<Uint8Array<ArrayBuffer>>;
}

declare module 'node:os' {
  export function availableParallelism(): number;
}

declare module 'node:worker_threads' {
  export class Worker {
    constructor(program: string, options: { readonly eval: true; readonly execArgv: readonly string[]; readonly name: string });
    on(event: string, listener: (value: unknown) => void): this;
    postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
    ref(): void;
    unref(): void;
    terminate(): Promise<number>;
  }
}
