//! celu(x) = x for x > 0, else alpha·(e^(x/alpha) − 1): elu with a slope of 1 at 0.

use super::exponential_unit::{self, ExponentialUnit};
use super::{Elu, Exact, Operations};
use crate::loops::outlined;
use crate::numeric::double_double::DoubleDouble;

/// f(x) = x for x > 0, else alpha·(e^(x/alpha) − 1); f′(x) = 1 for x > 0, else e^(x/alpha); f″(x) = 0 for x > 0, else e^(x/alpha)/alpha.
/// Any finite alpha > 0: below 0 the definition as max(0, x) + min(0, alpha·(e^(x/alpha) − 1)) grows as an exponential to the left.
/// f(±0) = ±0, f′(±0) = 1, f(−∞) = −alpha, f′(−∞) = 0; NaN for NaN. From y, f′ = (y + alpha)/alpha for y ≤ 0.
/// Source: J. Barron, Continuously differentiable exponential linear units, 2017.
#[derive(Clone, Copy, Debug)]
pub struct Celu {
    /// Minus the limit at −∞.
    pub alpha: f64,
}

impl Exact for Celu {
    const KNOWN: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        exponential_unit::exact(order, x, DoubleDouble::from(self.alpha), self.alpha, 1.0)
    }
}

impl Operations for Celu {
    #[inline(always)]
    fn run(self, op: u32, buffers: [u32; 3], count: u32) {
        // The usual alpha, whose quotient is x: the loops of elu need no pairs of numbers.
        if self.alpha == 1.0 {
            Elu { alpha: 1.0 }.run(op, buffers, count);
        } else {
            outlined::run(&ExponentialUnit::of_width(self.alpha), op, buffers, count);
        }
    }

    #[inline(always)]
    fn scalar(self, op: u32, x: f64, dy: f64) -> f64 {
        if self.alpha == 1.0 {
            Elu { alpha: 1.0 }.scalar(op, x, dy)
        } else {
            outlined::scalar(&ExponentialUnit::of_width(self.alpha), op, x, dy)
        }
    }
}
