//! hardTanh(x) = min(max(x, min), max): x, limited to an interval. Exact.

use super::{Exact, Kernel, SlowOnTiny, zero_where};
use crate::lanes::Lanes;

/// f(x) = min for x ≤ min, x up to max, else max; f′(x) = 1 for min < x ≤ max, else 0; NaN for NaN. Any finite min and max: where
/// min > max, f is max everywhere.
#[derive(Clone, Copy, Debug)]
pub struct HardTanh {
    /// The level to the left.
    pub min: f64,
    /// The level to the right.
    pub max: f64,
}

impl Exact for HardTanh {}

/// x limited to an interval.
#[derive(Clone, Copy, Debug)]
pub struct HardTanhKernel {
    /// The level to the left.
    pub min: f64,
    /// The level to the right.
    pub max: f64,
}

impl HardTanh {
    /// The kernel.
    #[inline(always)]
    pub fn kernel(self) -> HardTanhKernel {
        HardTanhKernel { min: self.min, max: self.max }
    }
}

impl Kernel for HardTanhKernel {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        let (min, max) = (L::splat(self.min), L::splat(self.max));
        // pmax would not do: it keeps an x of −0 where min is +0.
        L::select(x.le(min), min, x).pmin(max)
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        let level = L::or(x.le(L::splat(self.min)), L::splat(self.max).lt(x));
        L::select(level, L::splat(0.0), L::select(x.eq(x), L::splat(1.0), x))
    }

    #[inline(always)]
    fn near_backward<L: Lanes>(self, x: L, dy: L) -> L {
        let level = L::or(x.le(L::splat(self.min)), L::splat(self.max).lt(x));
        zero_where(level, x, dy)
    }

    #[inline(always)]
    fn slow_on_tiny(self) -> SlowOnTiny {
        SlowOnTiny::Nothing
    }
}

compact!(HardTanh);
