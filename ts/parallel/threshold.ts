// From how many elements on a call goes to the workers: rounded from what `./build.sh bench --only parallel` measured on two cores, which
// docs/guides/parallel.md shows.

/** Functions without an exponential or a division: they wait for memory, which all cores share. */
const LIGHT: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'identity',
  'relu',
  'lrelu',
  'hardSigmoid',
  'hardSwish',
  'reluSquared',
]);

const ENOUGH = {
  light: { shared: 1_048_576, copied: Number.POSITIVE_INFINITY },
  other: { shared: 131_072, copied: 524_288 },
} as const;

/** For the function `name`, with all its arrays on shared memory or not. */
export const enough = (name: string, memory: 'shared' | 'copied'): number => ENOUGH[LIGHT.has(name) ? 'light' : 'other'][memory];
