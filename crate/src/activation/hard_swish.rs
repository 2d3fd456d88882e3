//! hardSwish(x) = x·min(max(x + 3, 0), 6)/6. JAX calls it hard_silu as well.

use super::{Exact, Kernel, expansion_at_zero};
use crate::lanes::Lanes;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::pairs::{product, quotient, rounded, sum};

/// f(x) = 0 for x ≤ −3, x·(x + 3)/6 up to 3, else x; f′(x) = 0, (2x + 3)/6, which is 1.5 at 3, or 1; f″(x) = 1/3 for −3 < x ≤ 3,
/// else 0. f(±0) = ±0, f(−∞) = 0, f(∞) = ∞; NaN for NaN. Source: A. Howard et al., Searching for MobileNetV3, ICCV 2019.
#[derive(Clone, Copy, Debug)]
pub struct HardSwish;

/// The formulas, with 1/6 as the sum of two numbers.
#[derive(Clone, Copy, Debug)]
pub struct HardSwishKernel {
    sixth: [f64; 2],
}

impl HardSwish {
    /// The kernel.
    #[inline(never)]
    pub fn kernel(self) -> HardSwishKernel {
        HardSwishKernel { sixth: quotient([1.0, 0.0], [6.0, 0.0]) }
    }
}

impl Exact for HardSwish {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        if let Some(half) = expansion_at_zero(order, x, 1.0 / 6.0) {
            return half;
        }
        let x = DoubleDouble::from(x);
        match order {
            0 => x * (x + 3.0) / 6.0,
            1 => (x * 2.0 + 3.0) / 6.0,
            _ => DoubleDouble::UNKNOWN,
        }
    }
}

/// Chooses one of three numbers by x: the left one up to −3, the middle one up to 3, else the right one. NaN takes the middle
/// one.
#[inline(always)]
fn choose<L: Lanes>(x: L, left: L, middle: L, right: L) -> L {
    L::select(x.le(L::splat(-3.0)), left, L::select(L::splat(3.0).lt(x), right, middle))
}

impl HardSwishKernel {
    /// (x + 3)/6.
    #[inline(always)]
    fn sixth<L: Lanes>(self, x: L) -> [L; 2] {
        product(sum(x, L::splat(3.0)), self.sixth.map(L::splat))
    }
}

impl Kernel for HardSwishKernel {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        let inner = x.pmin(L::splat(3.0)).pmax(L::splat(-3.0));
        // The sum turns −0 into +0, but between −3 and 3 f has the sign of x.
        let middle = rounded(product([inner, L::splat(0.0)], self.sixth(inner))).or_lanes(inner.and_bits(1 << 63));
        choose(x, L::splat(0.0), middle, x)
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        let inner = x.pmin(L::splat(3.0)).pmax(L::splat(-3.0));
        choose(x, L::splat(0.0), rounded(self.sixth(inner + inner)), L::splat(1.0))
    }

    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        let middle = L::select(x.eq(x), L::splat(1.0 / 3.0), x);
        choose(x, L::splat(0.0), middle, L::splat(0.0))
    }
}

compact!(HardSwish);
