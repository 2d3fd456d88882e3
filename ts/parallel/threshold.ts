// From how many elements on a call goes to the workers: as measured by `./build.sh bench --section parallel` on two cores, and
// shown in docs/guides/parallel.md.

/** Functions without an exponential or a division: their speed is that of memory, which all cores share. */
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

/** The threshold of the function `name`, depending on whether all its arrays are on shared memory. */
export const enough = (name: string, memory: 'shared' | 'copied'): number => ENOUGH[LIGHT.has(name) ? 'light' : 'other'][memory];
