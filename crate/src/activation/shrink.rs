//! shrink(x): x moved towards 0 by bias to the left and to the right, and 0 in between. A single rounding.

use super::{Exact, Kernel, SlowOnTiny, zero_where};
use crate::lanes::Lanes;

/// f(x) = x + bias for x < −lambda, x − bias for x > lambda, else +0; NaN for NaN. Any finite lambda and bias.
/// f′(x) = 1 for x < −lambda and x > lambda, else 0. If bias = lambda, f has a kink at −lambda instead of a jump, and f′ there
/// is 1, the slope of the left branch. Source: the operator Shrink of ONNX.
#[derive(Clone, Copy, Debug)]
pub struct Shrink {
    /// |x| up to which f is 0.
    pub lambda: f64,
    /// How far x is moved towards 0.
    pub bias: f64,
}

impl Exact for Shrink {}

/// The formulas of all functions that are constant in the middle, for low < x ≤ high.
#[derive(Clone, Copy, Debug)]
pub struct ShrinkKernel {
    /// Up to here, f is x + left. NaN if there is no such branch.
    pub low: f64,
    /// What is added to x in the left branch.
    pub left: f64,
    /// f in the middle.
    pub level: f64,
    /// Above this, f is x + right.
    pub high: f64,
    /// What is added to x in the right branch; −0 for nothing.
    pub right: f64,
    /// 1 if y determines f′, because no value of the other branches equals the level; else NaN.
    pub determined: f64,
}

impl Shrink {
    /// The kernel.
    #[inline(always)]
    pub fn kernel(self) -> ShrinkKernel {
        let Self { lambda, bias } = self;
        // At a jump, x = −lambda belongs to the middle; at a kink, to the left branch.
        let low = if bias == lambda { -lambda } else { (-lambda).next_down() };
        // Adding +0 turns a bias of −0 into +0, so that f(−0) is +0.
        ShrinkKernel { low, left: bias + 0.0, level: 0.0, high: lambda, right: -bias, determined: f64::NAN }
    }
}

impl Kernel for ShrinkKernel {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        let below = L::select(x.le(L::splat(self.low)), x + L::splat(self.left), L::splat(self.level));
        // NaN takes the right branch.
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
    fn slow_on_tiny(self) -> SlowOnTiny {
        SlowOnTiny::Nothing
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        let slope = L::select(y.eq(L::splat(self.level)), L::splat(0.0), L::splat(1.0)) * L::splat(self.determined);
        L::select(y.eq(y), slope, y)
    }
}

compact!(Shrink);
