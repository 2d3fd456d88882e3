//! The element-wise activations, one file each: what happens to one vector of lanes. The loops are in `loops`.
//! The list at the end is the one place that names them all.

use crate::lanes::Lanes;
use crate::loops;
use crate::loops::narrow::{self, NARROW, Single};
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::two_to;
use wasm_bindgen::prelude::wasm_bindgen;

/// An activation function as it is named: its fields are its hyperparameters.
pub trait Activation: Copy {
    /// What computes it.
    type Kernel: Kernel;

    /// The kernel: tables at hand, hyperparameters taken apart, all that need not be done again for every x.
    fn kernel(self) -> Self::Kernel;

    /// Calls `body` with the kernel; an override may choose another with the same bits for these hyperparameters and less work.
    #[inline(always)]
    fn with_kernel(self, body: impl Body) {
        body.call(self.kernel());
    }
}

/// The formulas of an activation.
///
/// The constants they use are best fields of the type: engines build a constant anew each time round a loop (V8 13 does, with
/// three instructions), but keep a field that was loaded before it. 20 to 40 % was measured. Not as an array: LLVM copies it.
///
/// Where the rare far ends of the domain want another formula than the rest, `near` says where the rest is, and the loops
/// decide once for a block of x which one it needs.
pub trait Kernel: Copy {
    /// Where the formulas for near x hold; they hold for NaN too.
    #[inline(always)]
    fn near(self) -> Near {
        Near::EVERYWHERE
    }

    /// f(x) for x near.
    fn near_value<L: Lanes>(self, x: L) -> L;

    /// f′(x) for x near; at a kink that of the branch x ≤ 0; NaN for NaN.
    fn near_deriv<L: Lanes>(self, x: L) -> L;

    /// dy·f′(x) for x near. Override it where f′(x) may be subnormal, and the product is not, or where it is 0 or 1.
    #[inline(always)]
    fn near_backward<L: Lanes>(self, x: L, dy: L) -> L {
        dy * self.near_deriv(x)
    }

    /// dy·f′ with the f′ that y = f(x) tells. Override it where f′ is 0 or 1.
    #[inline(always)]
    fn backward_from_value<L: Lanes>(self, y: L, dy: L) -> L {
        dy * self.deriv_from_value(y)
    }

    /// What the loops do about tiny numbers.
    #[inline(always)]
    fn tiny(self) -> Tiny {
        Tiny::Eased
    }

    /// (f(x), f′(x)) for x near, the bits of the two alone. Override it where they share work.
    #[inline(always)]
    fn near_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        (self.near_value(x), self.near_deriv(x))
    }

    /// f′ expressed in y = f(x), for callers that kept only y; NaN where y does not tell it, and TypeScript does not ask.
    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, _: L) -> L {
        L::splat(f64::NAN)
    }

    /// Where `deriv2` holds; elsewhere it is `far_deriv2`.
    #[inline(always)]
    fn near_deriv2(self) -> [f64; 2] {
        Near::ALL
    }

    /// f″(x); 0 for a function of straight pieces. NaN for NaN.
    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        L::select(x.eq(x), L::splat(0.0), x)
    }

    /// f(x) for x that is not near for the derivative, or for neither.
    #[inline(always)]
    fn far_value<L: Lanes>(self, x: L) -> L {
        self.near_value(x)
    }

    /// f′(x) for x that is not near.
    #[inline(always)]
    fn far_deriv<L: Lanes>(self, x: L) -> L {
        self.near_deriv(x)
    }

    /// f″(x) for x that is not near for it.
    #[inline(always)]
    fn far_deriv2<L: Lanes>(self, x: L) -> L {
        self.far_deriv(x)
    }

    /// dy·f′(x) for x that is not near. Override it where f′(x) may be subnormal, and the product is not.
    #[inline(always)]
    fn far_backward<L: Lanes>(self, x: L, dy: L) -> L {
        dy * self.far_deriv(x)
    }

    /// The same for one number, with the bits that buffers get. Overridden where those come from another kernel, or for a copy that is shared.
    #[inline(always)]
    fn far_backward_of_one(self, x: f64, dy: f64) -> f64 {
        self.far_backward(x, dy)
    }

    /// (f(x), f′(x)) for x that is not near for the derivative, the bits of the two alone.
    #[inline(always)]
    fn far_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        (self.far_value(x), self.far_deriv(x))
    }

    /// From this |x| on far results are those at ±∞, and f′ is 0 even beside a factor of 16.
    #[inline(always)]
    fn reach(self) -> f64 {
        f64::INFINITY
    }

    // For any x both formulas are computed, without a branch: for the loops of others. The element-wise loops sort blocks by kind.

    /// f(x), for any x.
    #[inline(always)]
    fn value<L: Lanes>(self, x: L) -> L {
        L::select(outside(self.near().value, x), self.far_value(x), self.near_value(x))
    }

    /// f′(x), for any x; at a kink that of the branch x ≤ 0; NaN for NaN.
    #[inline(always)]
    fn deriv<L: Lanes>(self, x: L) -> L {
        L::select(outside(self.near().deriv, x), self.far_deriv(x), self.near_deriv(x))
    }

    /// dy·f′(x), for any x.
    #[inline(always)]
    fn backward<L: Lanes>(self, x: L, dy: L) -> L {
        L::select(outside(self.near().deriv, x), self.far_backward(x, dy), self.near_backward(x, dy))
    }

    /// (f(x), f′(x)), for any x: the bits of the two alone.
    #[inline(always)]
    fn value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let (value, deriv) = self.near_value_and_deriv(x);
        let (far_value, far_deriv) = self.far_value_and_deriv(x);
        let far = outside(self.near().deriv, x);
        (L::select(far, far_value, value), L::select(far, far_deriv, deriv))
    }
}

/// A kernel that needs no preparation is its own activation.
impl<K: Kernel> Activation for K {
    type Kernel = Self;

    #[inline(always)]
    fn kernel(self) -> Self {
        self
    }
}

/// What [`Activation::with_kernel`] calls.
pub trait Body {
    /// Runs it with `kernel`.
    fn call(self, kernel: impl Kernel);
}

/// Two intervals of x.
#[derive(Clone, Copy, Debug)]
pub struct Near {
    /// For the value.
    pub value: [f64; 2],
    /// For the derivative, and for both together; inside that for the value.
    pub deriv: [f64; 2],
}

impl Near {
    /// All x.
    pub const ALL: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];
    /// All x, for both.
    pub const EVERYWHERE: Self = Self { value: Self::ALL, deriv: Self::ALL };
}

/// What tiny x and dy mean to an operation. See [`loops`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tiny {
    /// Nothing: no formula multiplies them.
    Harmless,
    /// The product with a tiny dy takes long.
    Gradient,
    /// So do the formulas for a tiny x. Next to 0 none of them turns: one that is the same, or in proportion, at two numbers is so between.
    Eased,
}

/// dy·0 where `level`, else dy: without a product, which takes long for a subnormal dy. NaN where x is that.
#[inline(always)]
#[expect(clippy::eq_op, reason = "NaN for infinity")]
pub(crate) fn zero_where<L: Lanes>(level: L::Mask, x: L, dy: L) -> L {
    // What is taken away from infinity leaves NaN.
    let zero = (dy - dy).or_lanes(dy.and_bits(1 << 63));
    L::select(x.eq(x), L::select(level, zero, dy), x)
}

/// Where x lies outside of the interval; NaN does not.
#[inline(always)]
pub(crate) fn outside<L: Lanes>([low, high]: [f64; 2], x: L) -> L::Mask {
    L::or(x.lt(L::splat(low)), L::splat(high).lt(x))
}

/// dy·f′ where f′ has been computed: `exact` where it is subnormal and has lost digits that the product shows.
#[inline(always)]
pub(crate) fn times_deriv<L: Lanes>(dy: L, deriv: L, exact: L) -> L {
    let product = dy * deriv;
    // An infinite dy times 0 is NaN.
    let finite = L::select(dy.abs().lt(L::splat(f64::INFINITY)), exact, product);
    L::select(deriv.abs().lt(L::splat(f64::MIN_POSITIVE)), finite, product)
}

/// The result with twice the digits: what decides one that lies beside a point halfway between two f32 or f16, for the f64 does not tell on
/// which side. In plain steps, as it is asked for about once in 2^19 elements.
pub trait Exact: Copy {
    /// Whether it is there. Where it is not, the f64 result is exact, or no f32 x has one beside such a point.
    const KNOWN: bool = false;

    /// f, f′ or f″ at a finite x, to 80 bits and more, and next to 0 so that the first term of its series beyond the f64 counts; where the
    /// result is not beside such a point, any number.
    fn exact(self, _order: usize, _x: f64) -> DoubleDouble {
        DoubleDouble::UNKNOWN
    }

    /// How f32 get their results without an f64 between, where those of both are the same.
    const SINGLE: Option<Single> = None;
}

/// x/2 + square·x², for [`Exact`] where f is that next to 0, and so a small f32 x gives a point halfway between two, or nearly. None elsewhere.
fn half_of(order: usize, x: f64, square: f64) -> Option<DoubleDouble> {
    // The next term is less than 2^-30 of the second.
    (order == 0 && x.abs() < two_to(-30)).then_some(DoubleDouble { high: 0.5 * x, low: square * x * x })
}

/// What the exports call: an activation by its kernel, or a smooth one by its tables.
pub trait Operations {
    /// An operation on `count` elements of the buffers a, b and out.
    fn run(self, op: u32, buffers: [u32; 3], count: u32);
    /// The same for one number.
    fn scalar(self, op: u32, x: f64, dy: f64) -> f64;
}

impl<A: Activation> Operations for A {
    #[inline(always)]
    fn run(self, op: u32, buffers: [u32; 3], count: u32) {
        loops::run(self, op, buffers, count);
    }

    #[inline(always)]
    fn scalar(self, op: u32, x: f64, dy: f64) -> f64 {
        loops::scalar(self, op, x, dy)
    }
}

/// The operations of an activation that has a `smooth` method.
macro_rules! smooth {
    ($type:ident) => {
        impl $crate::activation::Operations for $type {
            #[inline(always)]
            fn run(self, op: u32, buffers: [u32; 3], count: u32) {
                $crate::loops::smooth::run(self.smooth(), op, buffers, count);
            }

            #[inline(always)]
            fn scalar(self, op: u32, x: f64, dy: f64) -> f64 {
                $crate::loops::smooth::scalar(self.smooth(), op, x, dy)
            }
        }
    };
}

/// The operations of an activation that has a `kernel` method, by the loops that take the fewest bytes.
macro_rules! compact {
    ($type:ident) => {
        impl $crate::activation::Operations for $type {
            #[inline(always)]
            fn run(self, op: u32, buffers: [u32; 3], count: u32) {
                $crate::loops::compact::run(&self.kernel(), op, buffers, count);
            }

            #[inline(always)]
            fn scalar(self, op: u32, x: f64, dy: f64) -> f64 {
                $crate::loops::compact::scalar(self.kernel(), op, x, dy)
            }
        }
    };
}

/// The operations of an activation that has a `kernel` method, by the loops that call its formulas for each pair.
macro_rules! outlined {
    ($type:ident) => {
        impl $crate::activation::Operations for $type {
            #[inline(always)]
            fn run(self, op: u32, buffers: [u32; 3], count: u32) {
                $crate::loops::outlined::run(&self.kernel(), op, buffers, count);
            }

            #[inline(always)]
            fn scalar(self, op: u32, x: f64, dy: f64) -> f64 {
                $crate::loops::outlined::scalar(&self.kernel(), op, x, dy)
            }
        }
    };
}

/// An activation made from its hyperparameters.
trait Made: Operations + Exact {
    /// With these; those it does not have are left alone.
    fn with(hyperparameters: [f64; 4]) -> Self;
}

/// What the exports call of an activation. By pointers, so that the module can be split into parts (scripts/split-wasm.ts): of one that a page does not
/// use, nothing but this is in it.
struct Entry {
    run: fn(op: u32, a: u32, b: u32, out: u32, count: u32, p0: f64, p1: f64, p2: f64, p3: f64),
    scalar: fn(op: u32, x: f64, dy: f64, p0: f64, p1: f64, p2: f64, p3: f64) -> f64,
    exact: fn(order: usize, x: f64, p0: f64, p1: f64, p2: f64, p3: f64) -> DoubleDouble,
    known: bool,
    single: Option<Single>,
}

impl Entry {
    const fn of<A: Made>() -> Self {
        Self {
            run: |op, a, b, out, count, p0, p1, p2, p3| A::with([p0, p1, p2, p3]).run(op, [a, b, out], count),
            scalar: |op, x, dy, p0, p1, p2, p3| A::with([p0, p1, p2, p3]).scalar(op, x, dy),
            exact: |order, x, p0, p1, p2, p3| A::with([p0, p1, p2, p3]).exact(order, x),
            known: A::KNOWN,
            single: A::SINGLE,
        }
    }
}

/// From the list of activations: their modules, their numbers, and the exports that tell JavaScript the numbers.
macro_rules! activations {
    ($($module:ident $export:literal $type:ident $({ $($hyperparameter:ident),+ })?;)+) => {
        $(
            mod $module;
            pub use $module::$type;
        )+

        /// The activations in the order of the list: their names in JavaScript, and those of their hyperparameters.
        pub const LIST: &[(&str, &[&str])] =
            &[$(($export, &[$($(stringify!($hyperparameter)),+)?])),+];

        /// Their numbers.
        #[repr(u32)]
        enum Number {
            $($type,)+
        }

        $(
            impl Made for $type {
                #[inline(always)]
                fn with(hyperparameters: [f64; 4]) -> Self {
                    let [$($($hyperparameter,)+)? ..] = hyperparameters;
                    $type $({ $($hyperparameter),+ })?
                }
            }
        )+

        /// By number.
        static ENTRIES: [Entry; LIST.len()] = [$(Entry::of::<$type>()),+];

        $(
            #[doc = concat!("The number by which [`run`] and [`scalar`] know [`", stringify!($type), "`]. The arguments are ",
                "there to tell JavaScript how many hyperparameters it has.")]
            #[wasm_bindgen(js_name = $export)]
            pub fn $module($($($hyperparameter: f64),+)?) -> u32 {
                $(let _ = ($($hyperparameter,)+);)?
                Number::$type as u32
            }
        )+
    };
}

mod gelu_tanh;

// An activation's file, its name in JavaScript, its type and its hyperparameters, four at most.
activations! {
    identity "identity" Identity;
    relu "relu" Relu;
    lrelu "lrelu" Lrelu { alpha };
    elu "elu" Elu { alpha };
    sigmoid "sigmoid" Sigmoid;
    tanh "tanh" Tanh;
    silu "silu" Silu { beta };
    quick_gelu "quickGelu" QuickGelu;
    mish "mish" Mish;
    softplus "softplus" Softplus { beta };
    log_sigmoid "logSigmoid" LogSigmoid;
    gelu "gelu" Gelu { approximate };
    tanh_shrink "tanhShrink" TanhShrink;
    selu "selu" Selu;
    celu "celu" Celu { alpha };
    squareplus "squareplus" Squareplus { b };
    snake "snake" Snake { alpha };
    sparse_plus "sparsePlus" SparsePlus;
    hard_tanh "hardTanh" HardTanh { min, max };
    relu6 "relu6" Relu6;
    shrink "shrink" Shrink { lambda, bias };
    hard_shrink "hardShrink" HardShrink { lambda };
    soft_shrink "softShrink" SoftShrink { lambda };
    threshold "threshold" Threshold { threshold, value };
    thresholded_relu "thresholdedRelu" ThresholdedRelu { alpha };
    relu_squared "reluSquared" ReluSquared;
    softsign "softsign" Softsign;
    hard_sigmoid "hardSigmoid" HardSigmoid { alpha, beta };
    hard_swish "hardSwish" HardSwish;
}

/// Operation `op` (see [`crate::loops`]) of activation number `kernel` on `count` elements of buffers by handle: `a` is x
/// (or y), `b` is dy (or receives f′), `out` the result. To f, f′ and f″ [`NARROW`] times 1 for f32 or 2 for f16 is added where the result is to be
/// rounded to such, and four times that for the f′ in `b`: it is then the f64 that gives the right one. `p0` to `p3` are the hyperparameters, 0 where there are fewer.
/// [`narrow::PACKED`] is added for packed f32. Returns 0, or with formats 1 when the working memory cannot be had, or there is no such way: then nothing is written.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "the boundary to JavaScript takes numbers only")]
pub fn run(kernel: u32, op: u32, a: u32, b: u32, out: u32, count: u32, p0: f64, p1: f64, p2: f64, p3: f64) -> u32 {
    let (hyperparameters, buffers) = ([p0, p1, p2, p3], [a, b, out]);
    if op < NARROW {
        run_plain(kernel, hyperparameters, op, buffers, count);
        0
    } else {
        narrow::run(kernel, hyperparameters, op, buffers, count)
    }
}

/// None where there is no activation of this number.
#[inline(always)]
fn entry(kernel: u32) -> Option<&'static Entry> {
    ENTRIES.get(kernel as usize)
}

/// [`run`] without formats.
#[inline(always)]
pub(crate) fn run_plain(kernel: u32, [p0, p1, p2, p3]: [f64; 4], op: u32, [a, b, out]: [u32; 3], count: u32) {
    if let Some(entry) = entry(kernel) {
        (entry.run)(op, a, b, out, count, p0, p1, p2, p3);
    }
}

/// Whether there are exact results of activation number `kernel`.
pub(crate) fn is_known(kernel: u32) -> bool {
    entry(kernel).is_some_and(|entry| entry.known)
}

/// [`Exact::SINGLE`] of activation number `kernel`.
pub(crate) fn single(kernel: u32) -> Option<Single> {
    entry(kernel).and_then(|entry| entry.single)
}

/// [`Exact::exact`] of activation number `kernel`.
pub(crate) fn exact(kernel: u32, [p0, p1, p2, p3]: [f64; 4], order: usize, x: f64) -> DoubleDouble {
    entry(kernel).map_or(DoubleDouble::UNKNOWN, |entry| (entry.exact)(order, x, p0, p1, p2, p3))
}

/// Operation `op` of activation number `kernel` on one number: the bits of [`run`], no buffer touched.
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "the boundary to JavaScript takes numbers only")]
pub fn scalar(kernel: u32, op: u32, x: f64, dy: f64, p0: f64, p1: f64, p2: f64, p3: f64) -> f64 {
    entry(kernel).map_or(f64::NAN, |entry| (entry.scalar)(op, x, dy, p0, p1, p2, p3))
}

#[cfg(test)]
mod tests;
