// One function after another, with the chain rule. Functions of the module run on buffers, tensors without copies; where one of the
// two is a caller's own, on arrays.

import {
  BACKWARD_X,
  DERIV,
  DERIV2,
  type Op,
  runMultiplyAdd,
  runPointwise,
  runProduct,
  VALUE,
  VALUE_AND_DERIV,
} from '../engine/kernels.js';
import { BLOCK, reserveBoth, trim, Workspace } from '../engine/memory.js';
import { fail, noMemory, wrongType } from '../errors.js';
import { floats } from '../typed.js';
import { evaluate } from './call.js';
import {
  type ChainDefinition,
  type Defaults,
  defaultsOf,
  hasDeriv2,
  isSingle,
  type OwnDefinition,
  type SingleDefinition,
} from './definition.js';
import { hadamard } from './hadamard.js';
import { invokeScalar } from './invoke.js';
import { insideOf, surface } from './surface.js';
import type { ActivationFunction, ElementwiseFunction, FirstOrderFunction } from './types.js';

/** What `compose` takes: an element-wise function, of this package or from `defineActivation`. */
export interface Composable {
  (x: number): number;
  readonly deriv: (x: number) => number;
  readonly backward: (dy: number, from: { readonly x: number }) => number;
  readonly name: string;
}

/** One that has f″. */
export interface ComposableTwice extends Composable {
  readonly deriv2: (x: number) => number;
}

/**
 * `never` for a function that is known to work along rows, which has an axis among its defaults. The type of what `activation` returns does
 * not tell: there the call refuses it.
 */
export type NotAlongRows<F> = F extends { readonly defaults: { readonly axis: unknown } } ? never : unknown;

/** What `compose` returns: with `deriv2` where both are known to have one. */
export type Composed<F, G> = F extends ComposableTwice
  ? G extends ComposableTwice
    ? ElementwiseFunction
    : FirstOrderFunction
  : FirstOrderFunction;

/** One of the two functions. */
interface Part {
  readonly definition: SingleDefinition;
  readonly defaults: Defaults;
}

/** What the chain rule computes with: numbers, arrays, or buffers by handle. Results go into `into`, which a number has no use for. */
interface Ground<B> {
  run(part: Part, op: Op, x: B, dy: B, into: B): B;
  /** a·b, into `into`. */
  multiply(a: B, b: B, into: B): B;
  /** c·a + b, where `c` is in `into`, into that. */
  multiplyAdd(a: B, b: B, c: B, into: B): B;
}

/** f(g(x)) and its derivatives; `b` is dy, or receives f′; `t` and `u` are room for what is on the way. `out` may be x or b. */
function chain<B>(ground: Ground<B>, [f, g]: readonly [Part, Part], op: Op, x: B, b: B, out: B, t: B, u: B): B {
  const y = ground.run(g, VALUE, x, x, op === VALUE ? out : t);
  switch (op) {
    case VALUE:
      return ground.run(f, VALUE, y, y, out);
    case VALUE_AND_DERIV:
      ground.run(g, BACKWARD_X, x, ground.run(f, DERIV, y, y, b), b);
      return ground.run(f, VALUE, y, y, out);
    case DERIV2: {
      const slope = ground.run(f, DERIV, y, y, u);
      const once = ground.run(g, BACKWARD_X, x, ground.run(f, DERIV2, y, y, t), t);
      const twice = ground.run(g, BACKWARD_X, x, once, t);
      // x has been read for the last time when `out` is written.
      const bend = ground.run(g, DERIV2, x, x, out);
      return ground.multiplyAdd(slope, twice, bend, out);
    }
    default: {
      const slope = ground.run(g, BACKWARD_X, x, ground.run(f, DERIV, y, y, t), op === DERIV ? out : t);
      return op === DERIV ? slope : ground.multiply(slope, b, out);
    }
  }
}

const onNumbers: Ground<number> = {
  run: ({ definition, defaults }, op, x, dy) => invokeScalar(definition, op, x, dy, defaults.values),
  multiply: (a, b) => a * b,
  multiplyAdd: (a, b, c) => c * a + b,
};

const onArrays: Ground<Float64Array> = {
  run({ definition, defaults }, op, x, dy, into) {
    evaluate(definition, defaults, op, x, dy, { out: into });
    return into;
  },
  multiply: (a, b, out) => hadamard(a, b, { out }),
  multiplyAdd: (a, b, _, into) => into.map((c, i) => c * (a[i] ?? 0) + (b[i] ?? 0)),
};

const onBuffers = (count: number): Ground<number> => ({
  run({ definition, defaults }, op, x, dy, into) {
    if (definition.form === 'pointwise') runPointwise(definition.kernel, op, x, dy, into, count, defaults.values);
    else if (definition.form === 'chain') definition.run(op, x, dy, into, count);
    return into;
  },
  multiply(a, b, into) {
    runProduct(a, b, into, count);
    return into;
  },
  multiplyAdd(a, b, _, into) {
    runMultiplyAdd(a, b, into, count);
    return into;
  },
});

/** Room for what is on the way, for a composition, one inside it, and so on. */
const spaces: Workspace[] = [];
let depth = 0;

/** The compositions that are inside each other in a part. */
const heightOf = ({ definition }: Part): number => (definition.form === 'chain' ? definition.height : 0);

function runOnBuffers(
  parts: readonly [Part, Part],
  height: number,
  op: Op,
  x: number,
  b: number,
  out: number,
  count: number,
): void {
  // All of it at first, so that nothing has been written where there is no memory.
  if (depth === 0 && !reserve(height, count)) noMemory(count);
  const { left, right } = spaces[depth] ?? new Workspace();
  depth++;
  try {
    chain(onBuffers(count), parts, op, x, b, out, left.handle, right.handle);
  } finally {
    depth--;
  }
  if (depth === 0 && count > BLOCK) for (const space of spaces) trim(space);
}

function reserve(height: number, count: number): boolean {
  while (spaces.length < height) spaces.push(new Workspace());
  return spaces.slice(0, height).every((space) => reserveBoth(space, count, count));
}

function partOf(label: string, f: unknown): Part {
  const inside = typeof f === 'function' ? insideOf(f) : undefined;
  const says = 'an element-wise function of nonlin, or one from defineActivation';
  if (inside === undefined) return wrongType('ERR_OPTION', label, says, f);
  const { definition, defaults } = inside;
  if (isSingle(definition)) return { definition, defaults };
  return fail(TypeError, 'ERR_OPTION', `"${label}" expected ${says}, got ${definition.name}, which works along rows`);
}

/**
 * One function after another, with the chain rule: compose(f, g)(x) = f(g(x)), so that g comes first.
 *
 * Its `deriv` is f′(g(x))·g′(x), its `deriv2` f″(g(x))·g′(x)² + f′(g(x))·g″(x), where both have one; `backward` takes x, and is dy
 * times `deriv`. Every step is rounded once: the error is that of both functions, and that of g times the slope of f. Tensors are
 * not copied, whatever they pass through, unless one of the two is from `defineActivation`. Of a `Float32Array` or `Float16Array` all is computed in
 * float64 and rounded once, at the end: beside a point halfway between two results that is not always the nearest to the exact f(g(x)).
 * Takes element-wise functions: of this package, from `defineActivation` or `activation`, or composed themselves. Hyperparameters are set in the
 * parts: `compose(elu.with({ alpha: 0.5 }), tanh)` (default: those of the parts); it has none of its own.
 * Special values: as those of the parts, one after the other, and of products: 0·∞ is NaN.
 *
 * @param f what comes last.
 * @param g what comes first.
 * @returns a function named `f∘g`.
 * @throws `ERR_OPTION` for what is no element-wise function, softmax and its family among them; in calls what the parts throw.
 * @example
 * ```ts
 * import { compose, softplus, tanh } from 'nonlin';
 * const f = compose(tanh, softplus);
 * f.name; // → 'tanh∘softplus'
 * f([0, 1]); // → [0.6, 0.8650…]
 * f.deriv(0); // → 0.32
 * ```
 */
export function compose<F extends Composable | ActivationFunction, G extends Composable | ActivationFunction>(
  f: F & NotAlongRows<F>,
  g: G & NotAlongRows<G>,
): Composed<F, G>;
export function compose<F>(f: unknown, g: unknown): F {
  const parts: readonly [Part, Part] = [partOf('f', f), partOf('g', g)];
  const height = 1 + Math.max(...parts.map(heightOf));
  const common = {
    name: `${parts[0].definition.name}∘${parts[1].definition.name}`,
    hparams: [],
    hasAxis: false,
    hasShape: true,
    more: undefined,
    takesY: false,
    hasDeriv2: parts.every(({ definition }) => hasDeriv2(definition)),
    scalar: (op: Op, x: number, dy: number) => chain(onNumbers, parts, op, x, dy, x, x, x),
  };
  const own: OwnDefinition = {
    ...common,
    form: 'own',
    apply: (op, x) => chain(onArrays, parts, op, x, x, x, floats(x.length), floats(x.length)),
  };
  const native: ChainDefinition = {
    ...common,
    form: 'chain',
    height,
    run: (op, x, b, out, count) => runOnBuffers(parts, height, op, x, b, out, count),
  };
  const isOwn = parts.some(({ definition }) => definition.form === 'own');
  return surface(isOwn ? own : native, defaultsOf([]));
}
