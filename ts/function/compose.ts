// One function after another, with the chain rule. If all are functions of the module, they run on its buffers, so that tensors
// are not copied; if one is a caller's own, they run on arrays. A composition of compositions is one composition of all their
// parts.

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
  defaultsOf,
  hasDeriv2,
  isSingle,
  type OwnDefinition,
  type Part,
  type Parts,
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

/** One that has a second derivative. */
export interface ComposableTwice extends Composable {
  readonly deriv2: (x: number) => number;
}

/**
 * `never` for a function that is known to work along rows, because it has an axis among its defaults. The type that `activation`
 * returns does not tell; there, the call refuses such a function.
 */
export type NotAlongRows<F> = F extends { readonly defaults: { readonly axis: unknown } } ? never : unknown;

/** What `compose` returns: with `deriv2` if all functions are known to have one. */
export type Composed<Fs extends readonly unknown[]> = Fs extends readonly ComposableTwice[]
  ? ElementwiseFunction
  : FirstOrderFunction;

type AnyFunction = Composable | ActivationFunction;

/**
 * What the chain rule computes with: numbers, arrays, or buffers by handle. Results go into `into`, which is ignored for numbers.
 */
interface Arithmetic<B> {
  run(part: Part, op: Op, x: B, dy: B, into: B): B;
  /** a·b, into `into`. */
  multiply(a: B, b: B, into: B): B;
  /** c·a + b, where `c` is in `into`, which receives the result. */
  multiplyAdd(a: B, b: B, c: B, into: B): B;
  /** Room for intermediate results, numbered from 0 to 3. */
  room(i: number): B;
}

/**
 * The functions one after the other, and their derivatives. `b` is dy, or receives the derivative beside the value; `out` may be
 * x or b. From the first function on, each takes the value y and the derivatives so far, so that each part is processed only
 * once.
 */
function chain<B>(arithmetic: Arithmetic<B>, parts: Parts, op: Op, x: B, b: B, out: B): B {
  const [first] = parts;
  const last = parts.length - 1;
  if (op === VALUE) {
    let y = arithmetic.run(first, VALUE, x, x, out);
    for (let i = 1; i <= last; i++) y = arithmetic.run(parts[i] as Part, VALUE, y, y, out);
    return y;
  }
  // The first two derivatives are multiplied by `backward`, which keeps digits of a derivative that is subnormal.
  const second = parts[1] as Part;
  if (op === VALUE_AND_DERIV) {
    let y = arithmetic.run(first, VALUE, x, x, arithmetic.room(0));
    arithmetic.run(first, BACKWARD_X, x, arithmetic.run(second, DERIV, y, y, b), b);
    y = arithmetic.run(second, VALUE, y, y, out);
    for (let i = 2; i <= last; i++) {
      arithmetic.run(parts[i] as Part, BACKWARD_X, y, b, b);
      y = arithmetic.run(parts[i] as Part, VALUE, y, y, out);
    }
    return y;
  }
  let y = arithmetic.run(first, VALUE, x, x, arithmetic.room(0));
  let slope = arithmetic.room(1);
  if (op !== DERIV2) {
    const to = op === DERIV ? out : slope;
    slope = arithmetic.run(first, BACKWARD_X, x, arithmetic.run(second, DERIV, y, y, slope), to);
    for (let i = 2; i <= last; i++) {
      y = arithmetic.run(parts[i - 1] as Part, VALUE, y, y, y);
      slope = arithmetic.run(parts[i] as Part, BACKWARD_X, y, slope, to);
    }
    return op === DERIV ? slope : arithmetic.multiply(slope, b, out);
  }
  slope = arithmetic.run(first, DERIV, x, x, slope);
  // x is not needed any more when `out` is written.
  let bend = arithmetic.run(first, DERIV2, x, x, out);
  const [room, other] = [arithmetic.room(2), arithmetic.room(3)];
  for (let i = 1; i <= last; i++) {
    const part = parts[i] as Part;
    const once = arithmetic.multiply(arithmetic.run(part, DERIV2, y, y, room), slope, room);
    const twice = arithmetic.multiply(once, slope, room);
    const own = arithmetic.run(part, DERIV, y, y, other);
    bend = arithmetic.multiplyAdd(own, twice, bend, out);
    if (i === last) break;
    slope = arithmetic.multiply(own, slope, slope);
    y = arithmetic.run(part, VALUE, y, y, y);
  }
  return bend;
}

const onNumbers: Arithmetic<number> = {
  run: ({ definition, defaults }, op, x, dy) => invokeScalar(definition, op, x, dy, defaults.values),
  multiply: (a, b) => a * b,
  multiplyAdd: (a, b, c) => c * a + b,
  room: () => 0,
};

const onArrays = (count: number): Arithmetic<Float64Array> => ({
  run({ definition, defaults }, op, x, dy, into) {
    evaluate(definition, defaults, op, x, dy, { out: into });
    return into;
  },
  multiply: (a, b, out) => hadamard(a, b, { out }),
  multiplyAdd(a, b, c, into) {
    for (let i = 0; i < count; i++) into[i] = (c[i] as number) * (a[i] as number) + (b[i] as number);
    return into;
  },
  room: () => floats(count),
});

const onBuffers = (count: number): Arithmetic<number> => ({
  run({ definition, defaults }, op, x, dy, into) {
    if (definition.form === 'pointwise') runPointwise(definition.kernel, op, x, dy, into, count, defaults.values);
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
  room: (i) => rooms[i]?.handle ?? 0,
});

const firstTwoRooms = /* @__PURE__ */ new Workspace();
/** Used only by the second derivative. */
const lastTwoRooms = /* @__PURE__ */ new Workspace();
const rooms = /* @__PURE__ */ (() => [firstTwoRooms.left, firstTwoRooms.right, lastTwoRooms.left, lastTwoRooms.right])();

function runOnBuffers(parts: Parts, op: Op, x: number, b: number, out: number, count: number): void {
  // All memory is reserved first, so that nothing has been written if there is not enough.
  if (!reserveBoth(firstTwoRooms, count, count) || (op === DERIV2 && !reserveBoth(lastTwoRooms, count, count))) noMemory(count);
  chain(onBuffers(count), parts, op, x, b, out);
  if (count <= BLOCK) return;
  trim(firstTwoRooms);
  if (op === DERIV2) trim(lastTwoRooms);
}

/** The names that messages use for the functions. */
const LABELS = ['f', 'g', 'h'];

/** The parts of an element-wise function: those of a composition, first the one that is applied first, or the function itself. */
function partsOf(label: string, f: unknown): Parts {
  const inside = typeof f === 'function' ? insideOf(f) : undefined;
  const says = 'an element-wise function of nonlin, or one from defineActivation';
  if (inside === undefined) return wrongType('ERR_OPTION', label, says, f);
  const { definition, defaults } = inside;
  if (!isSingle(definition)) {
    return fail(TypeError, 'ERR_OPTION', `"${label}" expected ${says}, got ${definition.name}, which works along rows`);
  }
  return (definition.form !== 'pointwise' && definition.parts) || [{ definition, defaults }];
}

/**
 * One function after another, with the chain rule: compose(f, g)(x) = f(g(x)), so that g comes first; any number of them.
 *
 * Its `deriv` is f′(g(x))·g′(x), its `deriv2` f″(g(x))·g′(x)² + f′(g(x))·g″(x), where all have one; `backward` takes x, and is dy
 * times `deriv`. Every step is rounded once: the error is that of f, and that of g times the slope of f. Tensors are
 * not copied, whatever they pass through, unless one of them is from `defineActivation`. For a `Float32Array` or `Float16Array`
 * everything is computed in float64 and rounded once, at the end; close to the midpoint between two float32 or float16 numbers,
 * that is not always the one nearest to the exact f(g(x)). Takes element-wise functions: of this package, from `defineActivation`
 * or `activation`, or composed themselves. Hyperparameters are set in the parts: `compose(elu.with({ alpha: 0.5 }), tanh)`
 * (default: those of the parts); the composition has none of its own.
 * Special values: those of the parts, one after the other, and of products: 0·∞ is NaN.
 *
 * @param f the function that is applied last.
 * @param g the function that is applied before f.
 * @param more functions that are applied before these: compose(f, g, h)(x) = f(g(h(x))).
 * @returns a function named `f∘g`.
 * @throws `ERR_OPTION` for anything but an element-wise function (softmax and its family are not); in calls, whatever the parts
 *   throw.
 * @example
 * ```ts
 * import { compose, softplus, tanh } from 'nonlin';
 * const f = compose(tanh, softplus);
 * f.name; // → 'tanh∘softplus'
 * f([0, 1]); // → [0.6, 0.8650…]
 * f.deriv(0); // → 0.32
 * ```
 */
export function compose<F extends AnyFunction, G extends AnyFunction, More extends readonly AnyFunction[]>(
  f: F & NotAlongRows<F>,
  g: G & NotAlongRows<G>,
  ...more: { readonly [I in keyof More]: More[I] & NotAlongRows<More[I]> }
): Composed<readonly [F, G, ...More]>;
export function compose<F>(f: unknown, g: unknown, ...more: readonly unknown[]): F {
  const partsOfEach = [f, g, ...more].map((each, i) => partsOf(LABELS[i] ?? `functions[${i}]`, each));
  const parts = partsOfEach.reverse().flat() as unknown as Parts;
  const common = {
    name: [...parts]
      .reverse()
      .map(({ definition }) => definition.name)
      .join('∘'),
    hparams: [],
    hasAxis: false,
    hasShape: true,
    more: undefined,
    takesY: false,
    hasDeriv2: parts.every(({ definition }) => hasDeriv2(definition)),
    scalar: (op: Op, x: number, dy: number) => chain(onNumbers, parts, op, x, dy, x),
    parts,
  };
  const own: OwnDefinition = { ...common, form: 'own', apply: (op, x) => chain(onArrays(x.length), parts, op, x, x, x) };
  const native: ChainDefinition = {
    ...common,
    form: 'chain',
    run: (op, x, b, out, count) => runOnBuffers(parts, op, x, b, out, count),
  };
  const isOwn = parts.some(({ definition }) => definition.form === 'own');
  return surface(isOwn ? own : native, defaultsOf([]));
}
