// Packs the wasm into text for the default entry, smaller after gzip than hexadecimal by a quarter; ts/unpack.ts undoes it.
// The parse (literal or copy, which length, how far) is the cheapest by the models' own prices, found again and again with the
// prices that the last parse gave.
//
//   node scripts/pack.mjs FILE      prints the sizes, and how long ts/unpack.ts takes the first time

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { transform } from 'esbuild';

// These two are the same in ts/unpack.ts.
const DIGITS = 'etnroaisclu,.()=:{}[];?&|+>0123456789dfghpmvybwxkEATSDRNIOFMPC_!';
const MODELS = { kind: 0, again: 4, length: 256, sameLength: 512, distance: 768, literal: 1024, count: 1024 + 8 * 256 };
const ROUNDS = 8;
const LONGEST = 1000;
/** Up to this length every length of a copy is tried, beyond it a few. */
const EVERY = 24;
/** How many earlier places that begin alike are looked at. */
const TRIES = 3000;
const KINDS = 4;

/** Bits of a number from 1, as unpack's `number` reads them. */
function number(value, models, emit) {
  const bits = 31 - Math.clz32(value);
  for (let i = 0; i < bits; i++) emit(models + i, 1);
  emit(models + bits, 0);
  let read = 1;
  for (let i = bits; i-- > 0; ) {
    const bit = (value >> i) & 1;
    emit(models + (read < 4 ? 64 + 4 * bits + read : 32 + i), bit);
    read = read * 2 + bit;
  }
}

/** Bits of one symbol, a literal (length 0) or a copy, from a state { at, kind, distance }, which it moves on. */
function symbol(data, { length, distance }, state, emit) {
  const copy = length > 0 ? 1 : 0;
  emit(MODELS.kind + state.kind, copy);
  if (copy) {
    const again = !(state.kind & 1) && distance === state.distance;
    if (!(state.kind & 1)) emit(MODELS.again, again ? 1 : 0);
    if (!again) number(distance, MODELS.distance, emit);
    number(length, again ? MODELS.sameLength : MODELS.length, emit);
    state.distance = distance;
    state.at += length;
  } else {
    const models = MODELS.literal + 256 * ((state.at > 0 ? data[state.at - 1] : 0) >> 5);
    let read = 1;
    for (let i = 7; i >= 0; i--) {
      const bit = (data[state.at] >> i) & 1;
      emit(models + read, bit);
      read = read * 2 + bit;
    }
    state.at++;
  }
  state.kind = ((state.kind << 1) | copy) & 3;
}

/** For each place the copies worth a try: for each length the nearest, as [distance, length], longer and longer. */
function findCopies(data) {
  const last = new Map();
  const before = new Int32Array(data.length).fill(-1);
  return Array.from(data, (_, at) => {
    const copies = [];
    if (at + 1 >= data.length) return copies;
    const key = data[at] * 256 + data[at + 1];
    let longest = 1;
    for (let from = last.get(key) ?? -1, tries = 0; from >= 0 && tries < TRIES; from = before[from], tries++) {
      let length = 2;
      while (at + length < data.length && data[at + length] === data[from + length] && length < LONGEST) length++;
      if (length > longest) copies.push([at - from, (longest = length)]);
    }
    before[at] = last.get(key) ?? -1;
    last.set(key, at);
    return copies;
  });
}

/** The price of a 0 and of a 1 in each model, in 1/256 bit, after these symbols. Whole numbers: the same parse everywhere. */
function pricesOf(data, symbols) {
  const seen = [new Float64Array(MODELS.count).fill(0.4), new Float64Array(MODELS.count).fill(0.4)];
  const state = { at: 0, kind: 0, distance: 0 };
  for (const one of symbols) symbol(data, one, state, (model, bit) => seen[bit][model]++);
  return seen.map((counts) =>
    counts.map((count, model) => Math.round(-256 * Math.log2(count / (seen[0][model] + seen[1][model])))),
  );
}

/** The cheapest symbols at these prices: the best way to each place, for each of the last two kinds. */
function parse(data, copies, prices) {
  const cost = new Float64Array((data.length + 1) * KINDS).fill(Number.POSITIVE_INFINITY);
  const distances = new Int32Array(cost.length);
  const way = new Array(cost.length);
  cost[0] = 0;
  for (let node = 0; node < data.length * KINDS; node++) {
    if (cost[node] === Number.POSITIVE_INFINITY) continue;
    const at = Math.floor(node / KINDS);
    const kind = node % KINDS;
    const attempt = (length, distance) => {
      const state = { at, kind, distance: distances[node] };
      let sum = cost[node];
      symbol(data, { length, distance }, state, (model, bit) => {
        sum += prices[bit][model];
      });
      const next = state.at * KINDS + state.kind;
      if (sum < cost[next]) {
        cost[next] = sum;
        distances[next] = state.distance;
        way[next] = { from: node, length, distance };
      }
    };
    attempt(0, 0);
    for (const [distance, longest] of copies[at]) {
      for (let length = longest; length > 1; length = length > EVERY ? Math.max(EVERY, length >> 1) : length - 1)
        attempt(length, distance);
    }
    const distance = distances[node];
    if (distance > 0 && !(kind & 1)) {
      let longest = 0;
      while (at + longest < data.length && data[at + longest] === data[at + longest - distance] && longest < LONGEST) longest++;
      for (let length = longest; length > 0; length = length > EVERY ? Math.max(EVERY, length >> 1) : length - 1)
        attempt(length, distance);
    }
  }
  let node = data.length * KINDS;
  for (let kind = 1; kind < KINDS; kind++) if (cost[data.length * KINDS + kind] < cost[node]) node = data.length * KINDS + kind;
  const symbols = [];
  for (; node > 0; node = way[node].from) symbols.push(way[node]);
  return symbols.reverse();
}

/** The symbols as text: the range coder of unpack, the other way round. */
function encode(data, symbols) {
  const quick = new Uint16Array(MODELS.count).fill(32768);
  const slow = quick.slice();
  const digits = [];
  let low = 0;
  let range = 2 ** 24;
  const shift = () => {
    // A carry goes back through the digits that are there.
    if (low >= 2 ** 30) {
      low -= 2 ** 30;
      for (let i = digits.length - 1; i >= 0 && (digits[i] = (digits[i] + 1) & 63) === 0; i--);
    }
    digits.push(Math.floor(low / 2 ** 24));
    low = (low % 2 ** 24) * 64;
  };
  const emit = (model, bit) => {
    const bound = (range >> 12) * ((quick[model] + slow[model]) >> 5);
    if (bit) {
      range = bound;
      quick[model] += (65536 - quick[model]) >> 3;
      slow[model] += (65536 - slow[model]) >> 6;
    } else {
      low += bound;
      range -= bound;
      quick[model] -= quick[model] >> 3;
      slow[model] -= slow[model] >> 6;
    }
    while (range < 2 ** 24) {
      range *= 64;
      shift();
    }
  };
  number(data.length, MODELS.length, emit);
  const state = { at: 0, kind: 0, distance: 0 };
  for (const one of symbols) symbol(data, one, state, emit);
  for (let i = 0; i < 5; i++) shift();
  // The first digit is 0: the range begins below it.
  return digits
    .slice(1)
    .map((digit) => DIGITS.charAt(digit))
    .join('');
}

/** `data` as text of printable ASCII that needs no escapes; what was packed last is kept in the file `cache`. */
export function pack(data, cache) {
  const key = createHash('sha256')
    .update(data)
    .update(readFileSync(new URL(import.meta.url)))
    .digest('hex');
  if (cache && existsSync(cache)) {
    const kept = JSON.parse(readFileSync(cache, 'utf8'));
    if (kept.key === key) return kept.text;
  }
  const copies = findCopies(data);
  let symbols = Array.from(data, () => ({ length: 0, distance: 0 }));
  let text = encode(data, symbols);
  for (let round = 0; round < ROUNDS; round++) {
    symbols = parse(data, copies, pricesOf(data, symbols));
    const next = encode(data, symbols);
    if (next.length < text.length) text = next;
  }
  if (cache) writeFileSync(cache, JSON.stringify({ key, text }));
  return text;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const data = readFileSync(process.argv[2]);
  const gzip = (text) => gzipSync(text, { level: 9 }).length;
  const text = pack(data);
  const { code } = await transform(readFileSync(new URL('../ts/unpack.ts', import.meta.url), 'utf8'), { loader: 'ts' });
  const { unpack } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const start = performance.now();
  unpack(text);
  const time = (performance.now() - start).toFixed(1);
  console.log(
    `${data.length} bytes, gzip ${gzip(data)}; after gzip as hexadecimal ${gzip(data.toString('hex'))}, packed ${gzip(text)}; unpacked in ${time} ms`,
  );
}
