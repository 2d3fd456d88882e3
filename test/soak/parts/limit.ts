// All 4 GiB that wasm memory can have, in tensors: the next is refused, all are intact, calls work as before, and what is freed
// is had again.

import { freemem } from 'node:os';
import { runBeside } from '../command.js';
import type { Part } from '../part.js';

/** What the program takes, and something for the machine. */
const NEEDED = 6 * 2 ** 30;

const program = `
  import { memory, sigmoid, softmax, Tensor } from 'nonlin';
  const x = Float64Array.of(-1, 0, 2);
  const calls = () => JSON.stringify([sigmoid(x), sigmoid(0.5), softmax([...x]), sigmoid.deriv({ data: x, shape: [3] })]);
  const wanted = calls();
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    const made = [], codes = new Set();
    for (let size = 2 ** 26; size >= 1;) {
      try {
        const tensor = Tensor.zeros(size);
        tensor.data[size - 1] = tensor.data[0] = made.push(tensor);
      } catch (error) {
        codes.add(error.name + ' ' + error.code);
        size = Math.floor(size / 2);
      }
    }
    const intact = made.every((tensor, i) => tensor.data[0] === i + 1 && tensor.data.at(-1) === i + 1);
    const largest = made.filter(({ size }) => size === 2 ** 26).length;
    rounds.push({ codes: [...codes], intact, same: calls() === wanted, largest, ...memory() });
    for (const tensor of made) tensor.dispose();
    console.log('round ' + round);
  }
  console.log(JSON.stringify({ rounds, after: memory(), same: calls() === wanted }));`;

interface Round {
  readonly codes: readonly string[];
  readonly intact: boolean;
  readonly same: boolean;
  readonly largest: number;
  readonly tensors: number;
  readonly bytes: number;
  readonly capacity: number;
}

export const part: Part = {
  name: 'limit',
  async run(soak) {
    const free = freemem();
    if (free < NEEDED) return `left out, as it takes ${NEEDED / 2 ** 30} GiB and ${(free / 2 ** 30).toFixed(1)} are free`;
    const text = await runBeside(soak, process.execPath, ['--input-type=module', '--eval', program]);
    const last = text.trimEnd().split('\n').at(-1) as string;
    const { rounds, after, same } = JSON.parse(last) as { rounds: Round[]; after: Round; same: boolean };
    const right = rounds.every(
      (round) =>
        `${round.codes}` === 'RangeError ERR_MEMORY' &&
        round.intact &&
        round.same &&
        round.capacity <= 2 ** 32 &&
        round.bytes > 0.99 * 2 ** 32 &&
        round.largest === rounds[0]?.largest,
    );
    if (!right || !same || after.tensors !== 0 || after.bytes !== 0) throw new Error(last);
    const counts = rounds.map(({ tensors }) => tensors).join(', ');
    return `${rounds.length} times all of ${after.capacity} bytes in ${counts} tensors, all intact, and calls beside them right`;
  },
};
