//! reluSquared(x) = max(x, 0)². A single rounding.

use super::{Exact, Kernel, SlowOnTiny};
use crate::lanes::Lanes;

/// f(x) = x² for x > 0, else +0; f′(x) = 2x for x > 0, else 0; f″(x) = 2 for x > 0, else 0. f(∞) = ∞; NaN for NaN.
/// f′ is not computed from y, because x² may underflow or overflow where f′ does not.
/// Source: D. So et al., Primer: searching for efficient transformers for language modeling, NeurIPS 2021.
#[derive(Clone, Copy, Debug)]
pub struct ReluSquared;

impl Exact for ReluSquared {}

/// max(x, +0).
#[inline(always)]
fn positive<L: Lanes>(x: L) -> L {
    x.pmax(L::splat(0.0)) + L::splat(0.0)
}

/// The formulas.
#[derive(Clone, Copy, Debug)]
pub struct ReluSquaredKernel;

impl ReluSquared {
    /// The kernel.
    #[inline(always)]
    pub fn kernel(self) -> ReluSquaredKernel {
        ReluSquaredKernel
    }
}

impl Kernel for ReluSquaredKernel {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        let x = positive(x);
        x * x
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        let x = positive(x);
        x + x
    }

    #[inline(always)]
    fn slow_on_tiny(self) -> SlowOnTiny {
        SlowOnTiny::Gradient
    }

    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        L::select(x.le(L::splat(0.0)), L::splat(0.0), L::select(x.eq(x), L::splat(2.0), x))
    }
}

compact!(ReluSquared);
