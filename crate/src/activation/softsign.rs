//! softsign(x) = x/(1 + |x|): a quotient of exact sums.

use super::{Exact, Kernel, times_deriv};
use crate::lanes::Lanes;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::pairs::{product, quotient, rounded, sum};
use crate::numeric::powers::two_to;

/// f(x) = x/(1 + |x|), f′(x) = 1/(1 + |x|)², f″(x) = −2·sign(x)/(1 + |x|)³, at ±0 that of the branch x ≤ 0: 2.
/// f(±0) = ±0, f(±∞) = ±1, f′(±∞) = 0, f″(±∞) = ∓0; NaN for NaN. From y, f′ = (1 − |y|)².
/// Source: J. Bergstra et al., Quadratic polynomials learn better image features, 2009.
#[derive(Clone, Copy, Debug)]
pub struct Softsign;

impl Exact for Softsign {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        let below = DoubleDouble::from(x.abs()) + 1.0;
        match order {
            0 => DoubleDouble::from(x) / below,
            1 => DoubleDouble::from(1.0) / (below * below),
            _ => DoubleDouble::from(if x > 0.0 { -2.0 } else { 2.0 }) / (below * below * below),
        }
    }
}

/// The limits for everything but gradients: from 2^600 on, f is ±1 and its derivatives are 0.
const VALUES: [f64; 2] = [two_to(600), two_to(-300)];

/// (1 + |x|)·factor, |x|·factor, and the factor. |x| is limited to `most`. The factor is `down` where x is so large that
/// squares would be out of range, else 1.
#[inline(always)]
fn parts<L: Lanes>(x: L, [most, down]: [f64; 2]) -> ([L; 2], L, L) {
    let large = L::splat(two_to(300)).lt(x.abs());
    let factor = L::select(large, L::splat(down), L::splat(1.0));
    let size = x.abs().pmin(L::splat(most)) * factor;
    (sum(size, factor), size, factor)
}

/// The inverse of (1 + |x|)·factor, and the factor.
#[inline(always)]
fn inverse<L: Lanes>(x: L, limits: [f64; 2]) -> ([L; 2], L) {
    let (below, _, factor) = parts(x, limits);
    (quotient([L::splat(1.0), L::splat(0.0)], below), factor)
}

/// dy·f′ for x so large that f′ may be subnormal. For other x it gives the same bits as the plain product.
#[inline(never)]
fn far_product<L: Lanes>(x: L, dy: L) -> L {
    // At infinity, f′ is 0.
    let infinite = x.abs().eq(L::splat(f64::INFINITY));
    let (inverse, factor) = inverse(L::select(infinite, L::splat(0.0), x), [f64::MAX, two_to(-560)]);
    let significand = L::select(infinite, L::splat(0.0), rounded(product(inverse, inverse)));
    times_deriv(dy, significand * factor * factor, significand, factor)
}

/// The formulas.
#[derive(Clone, Copy, Debug)]
pub struct SoftsignKernel;

impl Softsign {
    /// The kernel.
    #[inline(always)]
    pub fn kernel(self) -> SoftsignKernel {
        SoftsignKernel
    }
}

impl Kernel for SoftsignKernel {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        let (below, size, _) = parts(x, VALUES);
        rounded(quotient([size, L::splat(0.0)], below)).or_lanes(x.and_bits(1 << 63))
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        let (inverse, factor) = inverse(x, VALUES);
        rounded(product(inverse, inverse)) * (factor * factor)
    }

    #[inline(always)]
    fn near_backward<L: Lanes>(self, x: L, dy: L) -> L {
        // A rare path: only here can f′ be subnormal.
        if L::any(L::splat(two_to(300)).lt(x.abs())) { far_product(x, dy) } else { dy * self.near_deriv(x) }
    }

    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        let (inverse, factor) = inverse(x, VALUES);
        let size = rounded(product(product(inverse, inverse), inverse)) * L::splat(2.0);
        let size = size * (factor * factor) * factor;
        L::select(L::splat(0.0).lt(x), -size, size)
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        let rest = sum(L::splat(1.0), -y.abs());
        let [square, low] = product(rest, rest);
        // If y is no value of f, the square may overflow.
        L::select(square.lt(L::splat(f64::INFINITY)), square + low, square)
    }
}

compact!(Softsign);
