//! quickGelu(x) = x·sigmoid(1.702·x), an approximation of gelu: silu with another steepness.

use super::Exact;
use super::silu::Silu;
use crate::grid::smooth::Smooth;
use crate::numeric::double_double::DoubleDouble;

/// f(x) = x/(1 + e^(−1.702·x)), with 1.702 as the nearest f64. f(±0) = ±0, f(−∞) = −0, f(∞) = ∞; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct QuickGelu;

impl QuickGelu {
    /// The tables and tails that the loops use.
    #[inline(always)]
    pub fn smooth(self) -> Smooth {
        Silu { beta: 1.702 }.smooth()
    }
}

impl Exact for QuickGelu {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        Silu { beta: 1.702 }.exact(order, x)
    }
}

smooth!(QuickGelu);
