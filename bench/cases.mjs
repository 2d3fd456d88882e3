// What is measured, and what SPEC asks of it: one row a case. `asked` is a ratio to the best plain JavaScript loop, `with out`, copies included;
// `tensorAsked` the same on tensors; `torchAsked`, `copyAsked`, `epynnAsked` against PyTorch, a copy of the same bytes, EpyNN; `nativeAim` is what SPEC
// aims at against the crate built natively, and no miss below it. A row without one is measured all the same.

const EXP = ['sigmoid', 'tanh'];
const CHEAP = ['relu', 'lrelu'];

function asked(fn, op, size) {
  if (op === 'valueAndDeriv') return undefined;
  if (size === '4x4') {
    if (op !== 'value') return undefined;
    if (fn === 'elu') return 1 / 1.5;
    if (CHEAP.includes(fn)) return 1 / 4;
    return EXP.includes(fn) || fn === 'softmax' ? 1 : undefined;
  }
  if (op === 'backwardY' || op === 'jacobian' || CHEAP.includes(fn)) return 1;
  if (EXP.includes(fn)) return 3;
  if (fn === 'softmax') return 2.5;
  if (fn === 'elu') return size === '32x16' ? 1.5 : 2.5;
  return undefined;
}

function make(fn, op, rows, units) {
  const size = `${rows}x${units}`;
  const wide = rows * units >= 256 * 128;
  return {
    id: `${fn}/${op}/${size}`,
    fn,
    op,
    rows,
    units,
    count: rows * units,
    size,
    asked: asked(fn, op, size),
    tensorAsked: size === '4x4' && op === 'value' && CHEAP.includes(fn) ? 1 / 2 : undefined,
    torchAsked: wide && op === 'value' && ['sigmoid', 'tanh', 'elu'].includes(fn) ? 1 : undefined,
    copyAsked: size === '1024x1024' && op === 'value' && CHEAP.includes(fn) ? 0.9 : undefined,
    nativeAim: wide ? 0.75 : undefined,
    epynnAsked: fn === 'softmax' && op === 'backward' && size === '64x1000' ? 1000 : 1,
  };
}

const POINTWISE_SIZES = [
  [4, 4],
  [32, 16],
  [256, 128],
  [1024, 1024],
];
const ROW_SIZES = [
  [4, 4],
  [32, 10],
  [64, 1000],
];

export const CASES = [
  ...POINTWISE_SIZES.map(([rows, units]) => make('identity', 'value', rows, units)),
  ...['relu', 'lrelu', 'elu', 'sigmoid', 'tanh'].flatMap((fn) =>
    ['value', 'deriv', 'valueAndDeriv', 'backward', 'backwardY'].flatMap((op) =>
      POINTWISE_SIZES.map(([rows, units]) => make(fn, op, rows, units)),
    ),
  ),
  ...['value', 'backward', 'backwardY', 'jacobian'].flatMap((op) =>
    ROW_SIZES.filter(([, units]) => op !== 'jacobian' || units <= 10).map(([rows, units]) => make('softmax', op, rows, units)),
  ),
  make('hadamard', 'product', 256, 128),
  make('hadamard', 'contraction', 64, 10),
];
