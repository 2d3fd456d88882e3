//! lrelu(x) = x for x > 0, else alpha·x: leaky ReLU. Correctly rounded, since it is one product.

use super::{Exact, Kernel, SlowOnTiny};
use crate::lanes::Lanes;
use crate::numeric::double_double::DoubleDouble;

/// f(x) = x for x > 0, else alpha·x; f′(x) = 1 for x > 0, else alpha, at ±0 too; NaN for NaN. Any finite alpha.
#[derive(Clone, Copy, Debug)]
pub struct Lrelu {
    /// The slope for x ≤ 0.
    pub alpha: f64,
}

impl Exact for Lrelu {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        match order {
            0 if x <= 0.0 => DoubleDouble::from(self.alpha) * x,
            _ => DoubleDouble::UNKNOWN,
        }
    }
}

impl Kernel for Lrelu {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        L::select(L::splat(0.0).lt(x), x, L::splat(self.alpha) * x)
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        let slope = L::select(L::splat(0.0).lt(x), L::splat(1.0), L::splat(self.alpha));
        L::select(x.eq(x), slope, x)
    }

    #[inline(always)]
    fn slow_on_tiny(self) -> SlowOnTiny {
        SlowOnTiny::Gradient
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        // If alpha >= 0, which the caller checks, y > 0 exactly where x > 0.
        self.near_deriv(y)
    }
}
