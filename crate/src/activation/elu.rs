//! elu(x) = x for x > 0, else alpha·(e^x − 1): e^(g + h) − 1 around a table of e^g − 1 on an exact grid.

use super::Activation;
use crate::lanes::Lanes;
use crate::math::exp::{times_exp, two_to};
use crate::table::{EXPM1, EXPM1_LIMIT, FINE_STEPS};

/// f(x) = x for x > 0, else alpha·(e^x − 1); f′(x) = 1 for x > 0, else alpha·e^x. Any finite alpha.
/// f(−∞) = −alpha, f′(−∞) = 0; f(−0) has the sign of alpha·(−0), f′(±0) = alpha; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct Elu {
    /// The slope at 0, and minus the limit at −∞.
    pub alpha: f64,
}

/// Added to |x| < 2^47 it leaves round(16·x) in the low bits.
const GRID: f64 = 1.5 * 4503599627370496.0 / FINE_STEPS;

/// (e^h − 1 − h)/h² in powers of h for |h| ≤ 1/32: h times the error is below 2^-56. By scripts/coefficients/fit.py.
const EXPM1_REST: [f64; 6] = [
    0.5000000000000026,
    0.1666666666666675,
    0.04166666664598198,
    0.008333333329350111,
    0.0013889312664976654,
    0.0001984186192675104,
];

/// e^x − 1 = `big` + `small`: `big` is exact, |small| < |big|/16.
#[inline(always)]
fn expm1_parts<L: Lanes>(x: L) -> (L, L) {
    let shifted = x + L::splat(GRID);
    let h = x - (shifted - L::splat(GRID));
    let h2 = h * h;
    let [c0, c1, c2, c3, c4, c5] = EXPM1_REST.map(L::splat);
    let q = (c0 + h * c1) + h2 * ((c2 + h * c3) + h2 * (c4 + h * c5));
    let p = h2 * q;
    let (head, tail) = shifted.lookup(&EXPM1, 0);
    (head + h, (tail + p) + head * (h + p))
}

impl Activation for Elu {
    #[inline(always)]
    fn value<L: Lanes>(self, x: L) -> L {
        let below = x.pmin(L::splat(0.0)).pmax(L::splat(-EXPM1_LIMIT));
        let (big, small) = expm1_parts(below);
        if self.alpha == 1.0 {
            // e^x - 1 >= x: this is x for x > 0, ±0 and NaN.
            return x.pmax(big + small);
        }
        // Scaled, so that no part of the product is subnormal before the result is.
        let (up, down) = if self.alpha.abs() < two_to(-900) { (two_to(400), two_to(-400)) } else { (1.0, 1.0) };
        let alpha = self.alpha * up;
        let alpha_head = f64::from_bits(alpha.to_bits() & (!0 << 27));
        let (alpha_head, alpha_tail) = (L::splat(alpha_head), L::splat(alpha - alpha_head));
        let upper = big.and_bits(!0 << 27);
        let product = alpha_head * upper + ((alpha_tail * big + alpha_head * (big - upper)) + L::splat(alpha) * small);
        let product = product * L::splat(down);
        // Next to zero e^x - 1 is x; with alpha = 0 the product is a zero with the right sign.
        let linear = if self.alpha == 0.0 { f64::NEG_INFINITY } else { -two_to(-60) };
        let product = L::select(L::splat(linear).lt(below), L::splat(self.alpha) * below, product);
        L::select(L::splat(0.0).lt(x), x, product)
    }

    #[inline(always)]
    fn deriv<L: Lanes>(self, x: L) -> L {
        L::select(L::splat(0.0).lt(x), L::splat(1.0), times_exp(self.alpha, x.pmin(L::splat(0.0))))
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        // With alpha >= 0, which the caller checks, y > 0 exactly where x > 0.
        L::select(L::splat(0.0).lt(y), L::splat(1.0), y + L::splat(self.alpha))
    }
}

export!(elu, Elu { alpha });
