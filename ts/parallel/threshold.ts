// From how many elements on a call goes to the workers: what `./build.sh bench --section parallel` measured on two cores, which
// docs/guides/parallel.md shows.

/** Functions without an exponential or a division: they wait for memory, which all cores share. */
const LIGHT: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'identity',
  'relu',
  'lrelu',
  'relu6',
  'reluSquared',
  'hardSigmoid',
  'hardSwish',
  'hardTanh',
  'sparsePlus',
  'hardShrink',
  'softShrink',
  'shrink',
  'threshold',
  'thresholdedRelu',
]);

const ENOUGH = {
  light: { shared: 2_097_152, copied: Number.POSITIVE_INFINITY },
  other: { shared: 1_048_576, copied: 4_194_304 },
} as const;

/** For the function `name`, with all its arrays on shared memory or not. */
export const enough = (name: string, memory: 'shared' | 'copied'): number => ENOUGH[LIGHT.has(name) ? 'light' : 'other'][memory];
