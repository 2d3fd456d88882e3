//! The element-wise activations, one file each: what happens to one vector of lanes. The loops over buffers are in `loops`.
//! The list at the end of this file is the only place that names all of them.

pub use crate::kernel::{Activation, Kernel, KernelVisitor, Near, SlowOnTiny};
use crate::kernel::{times_deriv, zero_where};
use crate::loops;
use crate::loops::packed::Packed;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::powers::two_to;
use wasm_bindgen::prelude::wasm_bindgen;

/// The result with twice the digits. It decides a result that lies next to a tie, a point halfway between two neighbouring f32
/// or f16 numbers, where the f64 alone does not tell on which side of the tie the true result is. It is written plainly rather
/// than fast, because it is needed for only about one element in 2^19.
pub trait Exact: Copy {
    /// Whether the exact result is available. Where it is not, the f64 result is already exact, or no f32 x has a result next
    /// to a tie.
    const HAS_EXACT: bool = false;

    /// f, f′ or f″ at a finite x, to at least 80 bits; close to 0, precisely enough to show the first term of the series that
    /// the f64 leaves out. Where the result is not next to a tie, this may return any number.
    fn exact(self, _order: usize, _x: f64) -> DoubleDouble {
        DoubleDouble::UNKNOWN
    }

    /// The size of the x at which f′ or f″ is 0. Close to it the f64 result is not good enough to decide, because its error is
    /// 2^-60 of the terms that cancel. NaN if there is no such x.
    fn zero(self, _order: usize) -> f64 {
        f64::NAN
    }

    /// How packed f32 get their results directly, without an f64 in between, for functions where both ways give the same
    /// results.
    const PACKED: Option<Packed> = None;
}

/// x/2 + square·x², for an [`Exact`] function that behaves so close to 0, where a small f32 x gives a tie or nearly one. None
/// for other x.
fn expansion_at_zero(order: usize, x: f64, square: f64) -> Option<DoubleDouble> {
    // The next term of the series is less than 2^-30 of the second.
    (order == 0 && x.abs() < two_to(-30)).then_some(DoubleDouble { high: 0.5 * x, low: square * x * x })
}

/// What the exports call. An activation implements it through its kernel, or, if it is smooth, through its tables.
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

/// Implements [`Operations`] for an activation that has a `smooth` method.
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

/// Implements [`Operations`] for an activation that has a `kernel` method, by the loops that take the fewest bytes.
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

/// Implements [`Operations`] for an activation that has a `kernel` method, by the loops that call its formulas for each pair.
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

/// An activation that can be made from its hyperparameters.
trait FromHyperparameters: Operations + Exact {
    /// The activation with these hyperparameters; it ignores those it does not have.
    fn from_hyperparameters(hyperparameters: [f64; 4]) -> Self;
}

/// What the exports call for one activation. These are function pointers so that the module can be split into parts
/// (scripts/split-wasm.ts): for an activation that a page does not use, the module then contains nothing but this entry.
struct Entry {
    run: fn(op: u32, a: u32, b: u32, out: u32, count: u32, p0: f64, p1: f64, p2: f64, p3: f64),
    scalar: fn(op: u32, x: f64, dy: f64, p0: f64, p1: f64, p2: f64, p3: f64) -> f64,
    exact: fn(order: usize, x: f64, p0: f64, p1: f64, p2: f64, p3: f64) -> DoubleDouble,
    zero: fn(order: usize, p0: f64, p1: f64, p2: f64, p3: f64) -> f64,
    has_exact: bool,
    packed: Option<Packed>,
}

impl Entry {
    const fn of<A: FromHyperparameters>() -> Self {
        Self {
            run: |op, a, b, out, count, p0, p1, p2, p3| A::from_hyperparameters([p0, p1, p2, p3]).run(op, [a, b, out], count),
            scalar: |op, x, dy, p0, p1, p2, p3| A::from_hyperparameters([p0, p1, p2, p3]).scalar(op, x, dy),
            exact: |order, x, p0, p1, p2, p3| A::from_hyperparameters([p0, p1, p2, p3]).exact(order, x),
            zero: |order, p0, p1, p2, p3| A::from_hyperparameters([p0, p1, p2, p3]).zero(order),
            has_exact: A::HAS_EXACT,
            packed: A::PACKED,
        }
    }
}

/// Makes everything that follows from the list of activations: their modules, their numbers, and the exports that tell
/// JavaScript the numbers.
macro_rules! activations {
    ($($module:ident $export:literal $type:ident $({ $($hyperparameter:ident),+ })?;)+) => {
        $(
            mod $module;
            pub use $module::$type;
        )+

        /// The activations in the order of the list, as their names in JavaScript and the names of their hyperparameters.
        pub const LIST: &[(&str, &[&str])] =
            &[$(($export, &[$($(stringify!($hyperparameter)),+)?])),+];

        /// The number of each activation.
        #[repr(u32)]
        enum KernelNumber {
            $($type,)+
        }

        $(
            impl FromHyperparameters for $type {
                #[inline(always)]
                fn from_hyperparameters(hyperparameters: [f64; 4]) -> Self {
                    let [$($($hyperparameter,)+)? ..] = hyperparameters;
                    $type $({ $($hyperparameter),+ })?
                }
            }
        )+

        /// The entry of each activation, indexed by its number.
        static ENTRIES: [Entry; LIST.len()] = [$(Entry::of::<$type>()),+];

        $(
            #[doc = concat!("The number by which [`crate::elementwise`] knows [`", stringify!($type), "`]. The arguments are ",
                "there to tell JavaScript how many hyperparameters it has.")]
            #[wasm_bindgen(js_name = $export)]
            pub fn $module($($($hyperparameter: f64),+)?) -> u32 {
                $(let _ = ($($hyperparameter,)+);)?
                KernelNumber::$type as u32
            }
        )+
    };
}

mod gelu_tanh;

// For each activation: its file, its name in JavaScript, its type, and its hyperparameters, at most four.
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

/// The entry of an activation; None if no activation has this number.
#[inline(always)]
fn entry(kernel: u32) -> Option<&'static Entry> {
    ENTRIES.get(kernel as usize)
}

/// Runs operation `op` of activation number `kernel` on `count` elements of the buffers with these handles.
#[inline(always)]
pub(crate) fn run_plain(kernel: u32, [p0, p1, p2, p3]: [f64; 4], op: u32, [a, b, out]: [u32; 3], count: u32) {
    if let Some(entry) = entry(kernel) {
        (entry.run)(op, a, b, out, count, p0, p1, p2, p3);
    }
}

/// The same operation on one number.
#[inline(always)]
pub(crate) fn scalar_plain(kernel: u32, [p0, p1, p2, p3]: [f64; 4], op: u32, x: f64, dy: f64) -> f64 {
    entry(kernel).map_or(f64::NAN, |entry| (entry.scalar)(op, x, dy, p0, p1, p2, p3))
}

/// Whether activation number `kernel` has exact results.
pub(crate) fn has_exact(kernel: u32) -> bool {
    entry(kernel).is_some_and(|entry| entry.has_exact)
}

/// [`Exact::PACKED`] of activation number `kernel`.
pub(crate) fn packed(kernel: u32) -> Option<Packed> {
    entry(kernel).and_then(|entry| entry.packed)
}

/// [`Exact::exact`] of activation number `kernel`.
pub(crate) fn exact(kernel: u32, [p0, p1, p2, p3]: [f64; 4], order: usize, x: f64) -> DoubleDouble {
    entry(kernel).map_or(DoubleDouble::UNKNOWN, |entry| (entry.exact)(order, x, p0, p1, p2, p3))
}

/// [`Exact::zero`] of activation number `kernel`.
pub(crate) fn zero(kernel: u32, [p0, p1, p2, p3]: [f64; 4], order: usize) -> f64 {
    entry(kernel).map_or(f64::NAN, |entry| (entry.zero)(order, p0, p1, p2, p3))
}

#[cfg(test)]
mod tests;
