//! sparsePlus(x) = 0 up to −1, (x + 1)²/4 up to 1, x above: a softplus that is exactly 0.

use super::{Exact, Kernel};
use crate::lanes::Lanes;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::pairs::{product, rounded, sum};

/// f(x) = 0 for x ≤ −1, (x + 1)²/4 up to 1, else x; f′(x) = 0, (x + 1)/2 or 1; f″(x) = 1/2 for −1 < x ≤ 1, else 0.
/// f(±0) = 1/4, f(−∞) = 0, f(∞) = ∞; NaN for NaN. Source: the function sparse_plus of JAX.
#[derive(Clone, Copy, Debug)]
pub struct SparsePlus;

impl Exact for SparsePlus {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        let above = DoubleDouble::from(x) + 1.0;
        match order {
            0 => above * above * 0.25,
            1 => above * 0.5,
            _ => DoubleDouble::UNKNOWN,
        }
    }
}

/// The formulas.
#[derive(Clone, Copy, Debug)]
pub struct SparsePlusKernel;

impl SparsePlus {
    /// The kernel.
    #[inline(always)]
    pub fn kernel(self) -> SparsePlusKernel {
        SparsePlusKernel
    }
}

/// x + 1 between 0 and 2.
#[inline(always)]
fn above<L: Lanes>(x: L) -> [L; 2] {
    sum(x.pmin(L::splat(1.0)).pmax(L::splat(-1.0)), L::splat(1.0))
}

impl Kernel for SparsePlusKernel {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        let above = above(x);
        L::select(L::splat(1.0).lt(x), x, rounded(product(above, above)) * L::splat(0.25))
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        rounded(above(x)) * L::splat(0.5)
    }

    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        let inside = L::select(x.eq(x), L::splat(0.5), x);
        L::select(L::or(x.le(L::splat(-1.0)), L::splat(1.0).lt(x)), L::splat(0.0), inside)
    }
}

outlined!(SparsePlus);
