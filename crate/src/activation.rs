//! The element-wise activations, one file each: what happens to one vector of lanes. The loops are in `map`.

use crate::lanes::Lanes;

/// An activation function; its hyperparameters are the fields of the type that implements it.
///
/// Where the rare far ends of the domain take more work, `near` says what is not far, and the `near_` forms leave that work out.
pub trait Activation: Copy {
    /// f(x).
    fn value<L: Lanes>(self, x: L) -> L;

    /// f′(x); at a kink that of the branch x ≤ 0; NaN for NaN.
    fn deriv<L: Lanes>(self, x: L) -> L;

    /// f′ expressed in y = f(x), for callers that kept only y.
    fn deriv_from_value<L: Lanes>(self, y: L) -> L;

    /// Where the `near_` forms hold; they hold for NaN too.
    #[inline(always)]
    fn near(self) -> Near {
        Near::EVERYWHERE
    }

    /// `value` for x near.
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        self.value(x)
    }

    /// `deriv` for x near.
    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        self.deriv(x)
    }

    /// (`value`, `deriv`), the bits of the two alone.
    #[inline(always)]
    fn value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let (value, deriv) = self.near_value_and_deriv(x);
        let choose = |[low, high]: [f64; 2], near, far| {
            let outside = L::or(x.lt(L::splat(low)), L::splat(high).lt(x));
            L::select(outside, far, near)
        };
        (choose(self.near().value, value, self.value(x)), choose(self.near().deriv, deriv, self.deriv(x)))
    }

    /// (`value`, `deriv`) for x near, the bits of the two alone. Override it where they share work.
    #[inline(always)]
    fn near_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        (self.near_value(x), self.near_deriv(x))
    }

    /// Calls `body` with the activation; an override may give it another that has the same bits for these hyperparameters
    /// and does less work.
    #[inline(always)]
    fn specialised(self, body: impl Body) {
        body.call(self);
    }
}

/// What [`Activation::specialised`] calls.
pub trait Body {
    /// Runs it for `activation`.
    fn call<A: Activation>(self, activation: A);
}

/// The intervals of x on which the `near_` forms hold.
#[derive(Clone, Copy, Debug)]
pub struct Near {
    /// For the value.
    pub value: [f64; 2],
    /// For the derivative; inside that for the value.
    pub deriv: [f64; 2],
}

impl Near {
    /// All x.
    pub const ALL: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];
    /// All x, for both.
    pub const EVERYWHERE: Self = Self { value: Self::ALL, deriv: Self::ALL };
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
