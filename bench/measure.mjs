// Interleaved rounds: in each round every contender runs once, in an order that turns, so that a slow moment of the machine
// falls on all of them. A ratio is the median over the rounds of the ratio within one round.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Nanoseconds of `times` calls of a contender in this process. */
async function timeHere(contender, times) {
  const { call } = contender;
  const started = process.hrtime.bigint();
  if (contender.asynchronous) for (let i = 0; i < times; i++) await call();
  else for (let i = 0; i < times; i++) call();
  return Number(process.hrtime.bigint() - started);
}

/**
 * Each contender runs `warmUp` nanoseconds untimed, then `rounds` times as many calls as take about `nanoseconds`, at least one.
 * @returns contenders with `samples`: nanoseconds per call, one a round
 */
export async function measure(contenders, { rounds, nanoseconds, warmUp = 5e7 }) {
  for (const contender of contenders) {
    contender.time ??= (times) => timeHere(contender, times);
    // Until the engine's optimising compilers are through with it.
    for (let spent = 0, calls = 1; spent < warmUp; calls *= 2) spent += await contender.time(calls);
    contender.times = 1;
    for (;;) {
      const spent = await contender.time(contender.times);
      if (spent > nanoseconds / 2 || contender.times > 1e7) {
        contender.times = Math.max(1, Math.round((contender.times * nanoseconds) / Math.max(spent, 1)));
        break;
      }
      contender.times *= 2;
    }
    contender.samples = [];
  }
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < contenders.length; k++) {
      const contender = contenders[(k + round) % contenders.length];
      contender.samples.push((await contender.time(contender.times)) / contender.times);
    }
  }
  return contenders;
}

/** How many times faster `a` is than `b`: the median of the rounds' own ratios. */
export const ratio = (a, b) => median(a.samples.map((sample, round) => b.samples[round] / sample));

/** Largest |got − want| / (|want| + floor) over the elements; Infinity where one of them is no number. With floor 0, 0 means the same bits. */
export function difference(got, want, floor) {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    if (Object.is(got[i], want[i])) continue;
    const error = Math.abs(got[i] - want[i]) / (Math.abs(want[i]) + floor);
    if (Number.isNaN(error)) return Number.POSITIVE_INFINITY;
    if (error > worst) worst = error;
  }
  return worst;
}
