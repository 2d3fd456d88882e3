// The module's allocator alone, held against a model of it: buffers begin on whole vectors, lie inside the memory and apart, are
// zeros when new, and keep what is written to them whatever happens to others.

import { readFileSync } from 'node:fs';
import { Random } from './bits.js';
import { path } from './files.js';

interface Module {
  readonly memory: WebAssembly.Memory;
  allocate(count: number): number;
  release(handle: number): void;
  address(handle: number): number;
}

interface Buffer {
  readonly handle: number;
  readonly address: number;
  readonly count: number;
  /** What all its elements are. */
  mark: number;
}

/** Bytes that are live at most. */
const MOST = 2 ** 25;

const module = new WebAssembly.Module(readFileSync(path('dist', 'nonlin_bg.wasm')));

/** An instance of its own. */
export const makeAllocator = (): Module => new WebAssembly.Instance(module).exports as unknown as Module;

/** A workload in steps: each allocates, frees or writes. */
export class Exercise {
  readonly #random: Random;
  readonly #wasm = makeAllocator();
  readonly #live: Buffer[] = [];
  #bytes = 0;
  /** The bytes that were live at once, at most. */
  peak = 0;
  steps = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** How many buffers there are. */
  get live(): number {
    return this.#live.length;
  }

  step(): void {
    this.steps++;
    const random = this.#random;
    // The live set swells and shrinks.
    const full = this.#bytes > MOST * (0.5 + 0.5 * Math.sin(this.steps / 3000));
    if (this.#live.length > 0 && (full || random.below(5) === 0)) this.#free(random.below(this.#live.length));
    else if (this.#live.length > 0 && random.below(5) === 0) this.#write(random.pick(this.#live));
    else this.#allocate(random.below(50) === 0 ? random.below(200_000) : Math.floor(2 ** random.uniform(0, 12)));
    if (this.steps % 500 === 0) this.#apart();
  }

  /** Frees all: what was live at once fits again without a byte more. */
  finish(): void {
    const sizes = this.#live.map(({ count }) => count);
    while (this.#live.length > 0) this.#free(0);
    const { byteLength } = this.#wasm.memory.buffer;
    const again = sizes.map((count) => this.#wasm.allocate(count));
    if (again.includes(0) || this.#wasm.memory.buffer.byteLength !== byteLength)
      throw new Error('freed memory is not used again');
    for (const handle of again) this.#wasm.release(handle);
    if (byteLength > 2 * this.peak + 2 ** 21) throw new Error(`a peak of ${this.peak} bytes took ${byteLength}`);
  }

  #elements({ address, count }: Buffer): Float64Array {
    return new Float64Array(this.#wasm.memory.buffer, address, count);
  }

  #allocate(count: number): void {
    const handle = this.#wasm.allocate(count);
    const address = this.#wasm.address(handle) >>> 0;
    const buffer = { handle, address, count, mark: 0 };
    const end = address + 8 * count;
    if (handle === 0 || address % 16 !== 0 || address === 0 || end > this.#wasm.memory.buffer.byteLength)
      throw new Error(`a buffer of ${count}: handle ${handle}, address ${address}`);
    if (this.#live.some((other) => other.handle === handle)) throw new Error(`handle ${handle} given twice`);
    this.#live.push(buffer);
    this.#bytes += 8 * count;
    this.peak = Math.max(this.peak, this.#bytes);
    this.#check(buffer);
    this.#write(buffer);
  }

  #write(buffer: Buffer): void {
    buffer.mark = this.#random.uniform(1, 2);
    this.#elements(buffer).fill(buffer.mark);
  }

  #free(index: number): void {
    const buffer = this.#live[index] as Buffer;
    this.#check(buffer);
    this.#wasm.release(buffer.handle);
    const last = this.#live.pop() as Buffer;
    if (index < this.#live.length) this.#live[index] = last;
    this.#bytes -= 8 * buffer.count;
  }

  #check(buffer: Buffer): void {
    const wrong = this.#elements(buffer).findIndex((value) => value !== buffer.mark);
    if (wrong >= 0) throw new Error(`element ${wrong} of a buffer of ${buffer.count} changed on its own`);
  }

  #apart(): void {
    const byPlace = [...this.#live].sort((a, b) => a.address - b.address);
    for (let i = 1; i < byPlace.length; i++) {
      const [a, b] = [byPlace[i - 1] as Buffer, byPlace[i] as Buffer];
      if (a.address + 8 * a.count > b.address) throw new Error(`buffers ${a.handle} and ${b.handle} overlap`);
    }
  }
}
