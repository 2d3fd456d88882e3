//! The element-wise activations, one file each: what happens to one vector of lanes. The loops are in `map`.

use crate::lanes::Lanes;

/// An activation function; its hyperparameters are the fields of the type that implements it.
pub trait Activation: Copy {
    /// f(x).
    fn value<L: Lanes>(self, x: L) -> L;

    /// f′(x); at a kink that of the branch x ≤ 0; NaN for NaN.
    fn deriv<L: Lanes>(self, x: L) -> L;

    /// f′ expressed in y = f(x), for callers that kept only y.
    fn deriv_from_value<L: Lanes>(self, y: L) -> L;

    /// (f(x), f′(x)), the same bits as the two alone. Override it where they share work.
    #[inline(always)]
    fn value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        (self.value(x), self.deriv(x))
    }
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
