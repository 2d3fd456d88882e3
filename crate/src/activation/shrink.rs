//! shrink(x): straight to the left and to the right, moved towards 0 by bias, and 0 between. One rounding.

use super::{Exact, Kernel, Tiny, zero_where};
use crate::lanes::Lanes;

/// f(x) = x + bias for x < −lambda, x − bias for x > lambda, else +0; NaN for NaN. Any finite lambda and bias.
/// f′(x) = 1 for x < −lambda and x > lambda, else 0. Where f has a kink at −lambda and no jump, which is for bias = lambda, f′
/// there is 1, that of the branch to the left. Source: the operator Shrink of ONNX.
#[derive(Clone, Copy, Debug)]
pub struct Shrink {
    /// Up to it, on both sides, f is 0.
    pub lambda: f64,
    /// What f is smaller by than x.
    pub bias: f64,
}

impl Exact for Shrink {}

/// A function that is level in the middle: for low < x ≤ high.
#[derive(Clone, Copy, Debug)]
pub struct Middle {
    /// Up to it, x + left; NaN where there is no such branch.
    pub low: f64,
    /// What is added there.
    pub left: f64,
    /// f in the middle.
    pub level: f64,
    /// Above it, x + right.
    pub high: f64,
    /// What is added there: −0 for nothing.
    pub right: f64,
    /// 1 where y tells f′, as no y is both the level and a value of another branch; else NaN.
    pub told: f64,
}

impl Shrink {
    /// The kernel.
    #[inline(always)]
    pub fn kernel(self) -> Middle {
        let Self { lambda, bias } = self;
        // At a jump x = −lambda is in the middle, at a kink it is not.
        let low = if bias == lambda { -lambda } else { (-lambda).next_down() };
        // A bias of −0 is none: f(−0) is +0.
        Middle { low, left: bias + 0.0, level: 0.0, high: lambda, right: -bias, told: f64::NAN }
    }
}

impl Kernel for Middle {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        let below = L::select(x.le(L::splat(self.low)), x + L::splat(self.left), L::splat(self.level));
        // NaN goes to the right.
        L::select(x.le(L::splat(self.high)), below, x + L::splat(self.right))
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        let (zero, one) = (L::splat(0.0), L::splat(1.0));
        let below = L::select(x.le(L::splat(self.low)), one, zero);
        L::select(x.le(L::splat(self.high)), below, L::select(x.eq(x), one, x))
    }

    #[inline(always)]
    fn near_backward<L: Lanes>(self, x: L, dy: L) -> L {
        let below = L::select(x.le(L::splat(self.low)), L::splat(1.0), L::splat(0.0));
        let slope = L::select(x.le(L::splat(self.high)), below, L::splat(1.0));
        zero_where(slope.eq(L::splat(0.0)), x, dy)
    }

    #[inline(always)]
    fn tiny(self) -> Tiny {
        Tiny::Harmless
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        let slope = L::select(y.eq(L::splat(self.level)), L::splat(0.0), L::splat(1.0)) * L::splat(self.told);
        L::select(y.eq(y), slope, y)
    }
}

compact!(Shrink);
