//! The element-wise activations, one file each: what happens to one vector of lanes. The loops are in `map`.

use crate::lanes::Lanes;

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

    /// f(x), for any x.
    #[inline(always)]
    fn value<L: Lanes>(self, x: L) -> L {
        let kernel = self.kernel();
        L::select(outside(kernel.near().value, x), kernel.far_value(x), Kernel::value(kernel, x))
    }

    /// f′(x), for any x; at a kink that of the branch x ≤ 0; NaN for NaN.
    #[inline(always)]
    fn deriv<L: Lanes>(self, x: L) -> L {
        let kernel = self.kernel();
        L::select(outside(kernel.near().deriv, x), kernel.far_deriv(x), Kernel::deriv(kernel, x))
    }

    /// (f(x), f′(x)), for any x: the bits of the two alone.
    #[inline(always)]
    fn value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let kernel = self.kernel();
        let (value, deriv) = Kernel::value_and_deriv(kernel, x);
        let far = outside(kernel.near().deriv, x);
        (L::select(far, self.value(x), value), L::select(far, self.deriv(x), deriv))
    }

    /// f′ expressed in y = f(x), for callers that kept only y.
    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        Kernel::deriv_from_value(self.kernel(), y)
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
    /// Where `value`, `deriv` and `value_and_deriv` hold; they hold for NaN too.
    #[inline(always)]
    fn near(self) -> Near {
        Near::EVERYWHERE
    }

    /// f(x) for x near.
    fn value<L: Lanes>(self, x: L) -> L;

    /// f′(x) for x near; at a kink that of the branch x ≤ 0; NaN for NaN.
    fn deriv<L: Lanes>(self, x: L) -> L;

    /// f′ expressed in y = f(x).
    fn deriv_from_value<L: Lanes>(self, y: L) -> L;

    /// (f(x), f′(x)) for x near, the bits of the two alone. Override it where they share work.
    #[inline(always)]
    fn value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        (self.value(x), self.deriv(x))
    }

    /// f(x) for x that is not near for the derivative, or for neither.
    #[inline(always)]
    fn far_value<L: Lanes>(self, x: L) -> L {
        self.value(x)
    }

    /// f′(x) for x that is not near.
    #[inline(always)]
    fn far_deriv<L: Lanes>(self, x: L) -> L {
        self.deriv(x)
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

/// Where x lies outside of the interval; NaN does not.
#[inline(always)]
pub(crate) fn outside<L: Lanes>([low, high]: [f64; 2], x: L) -> L::Mask {
    L::or(x.lt(L::splat(low)), L::splat(high).lt(x))
}

/// Makes the wasm export of an activation: `export!(elu, Elu { alpha })`.
macro_rules! export {
    ($name:ident, $activation:ident $({ $($hyperparameter:ident),+ })?) => {
        #[doc = concat!("Operation `op` of [`", stringify!($activation), "`] on `count` elements; see [`crate::map::run`].")]
        #[wasm_bindgen::prelude::wasm_bindgen]
        pub fn $name(op: u32, a: u32, b: u32, out: u32, count: u32 $($(, $hyperparameter: f64)+)?) {
            $crate::map::run($activation $({ $($hyperparameter),+ })?, op, a, b, out, count);
        }
    };
}

mod elu;
mod identity;
mod lrelu;
mod relu;
mod sigmoid;
mod tanh;

pub use elu::Elu;
pub use identity::Identity;
pub use lrelu::Lrelu;
pub use relu::Relu;
pub use sigmoid::Sigmoid;
pub use tanh::Tanh;
