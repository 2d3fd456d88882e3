//! elu(x) = x for x > 0, else alpha·(e^x − 1): e^(g + h) − 1 around a table of e^g − 1 on an exact grid.

use super::{Activation, Body, Near};
use crate::lanes::Lanes;
use crate::math::exp::{ROUND, times_exp, two_to};
use crate::table::{EXPM1, EXPM1_LIMIT, FINE_STEPS};

/// f(x) = x for x > 0, else alpha·(e^x − 1); f′(x) = 1 for x > 0, else alpha·e^x. Any finite alpha.
/// f(−∞) = −alpha, f′(−∞) = 0; f(−0) has the sign of alpha·(−0), f′(±0) = alpha; NaN for NaN.
#[derive(Clone, Copy, Debug)]
pub struct Elu {
    /// The slope at 0, and minus the limit at −∞.
    pub alpha: f64,
}

/// Added to |x| < 2^46 it leaves round(16·x) in the low bits.
const GRID: f64 = ROUND / FINE_STEPS;

/// (e^h − 1 − h)/h² in powers of h for |h| ≤ 1/32: h times the error is below 2^-56. By scripts/coefficients/fit.py.
const EXPM1_REST: [f64; 6] = [
    0.5000000000000026,
    0.1666666666666675,
    0.04166666664598198,
    0.008333333329350111,
    0.0013889312664976654,
    0.0001984186192675104,
];

/// Next to zero e^x − 1 rounds to x.
const LINEAR: f64 = -two_to(-60);

/// From this |alpha| on, alpha·e^x and all parts of it are normal for x ≥ −38.
const SMALL: f64 = two_to(-900);

/// x = g + h for x ≤ 0, with g on the grid and |h| ≤ 1/32.
struct Parts<L> {
    /// To look g up.
    grid: L,
    h: L,
    /// e^h − 1 − h.
    rest: L,
}

#[inline(always)]
fn parts<L: Lanes>(x: L) -> Parts<L> {
    let x = x.pmin(L::splat(0.0)).pmax(L::splat(-EXPM1_LIMIT));
    let grid = x + L::splat(GRID);
    let h = x - (grid - L::splat(GRID));
    let h2 = h * h;
    let [c0, c1, c2, c3, c4, c5] = EXPM1_REST.map(L::splat);
    let q = (c0 + h * c1) + h2 * ((c2 + h * c3) + h2 * (c4 + h * c5));
    Parts { grid, h, rest: h2 * q }
}

impl<L: Lanes> Parts<L> {
    /// e^x − 1 as a sum: the first part exact, as |e^g − 1| ≤ |g| has no bit below those of |x|; the second small.
    #[inline(always)]
    fn expm1(&self) -> (L, L) {
        let (head, tail) = self.grid.lookup(&EXPM1, 0);
        (head + self.h, (tail + self.rest) + head * (self.h + self.rest))
    }

    /// e^x as a sum; the second part is small.
    #[inline(always)]
    fn exp(&self) -> (L, L) {
        let (head, tail) = self.grid.lookup(&EXPM1, 1);
        (head, tail + head * (self.h + self.rest))
    }
}

/// factor·(big + small) where no part underflows: the product with `big` as the sum of two f64, of which only the second
/// has an error. With factor = 1 it is big + small.
#[inline(always)]
fn product<L: Lanes>(factor: f64, (big, small): (L, L)) -> L {
    let factor_head = f64::from_bits(factor.to_bits() & (!0 << 27));
    let (factor, head, tail) = (L::splat(factor), L::splat(factor_head), L::splat(factor - factor_head));
    let upper = big.and_bits(!0 << 27);
    let high = factor * big;
    let low = (head * upper - high) + (tail * big + head * (big - upper));
    high + (low + factor * small)
}

impl Elu {
    #[inline(always)]
    fn value_of<L: Lanes>(self, x: L, parts: &Parts<L>) -> L {
        // Scaled, so that no part of the product underflows before the result does.
        let (up, down) = if self.alpha.abs() < SMALL { (two_to(400), two_to(-400)) } else { (1.0, 1.0) };
        let below = product(self.alpha * up, parts.expm1()) * L::splat(down);
        // alpha·x next to zero; with alpha = 0 everywhere, so that the zero has the sign of alpha·x.
        let linear = if self.alpha == 0.0 { -f64::MAX } else { LINEAR };
        let below = L::select(L::splat(linear).lt(x), L::splat(self.alpha) * x, below);
        L::select(L::splat(0.0).lt(x), x, below)
    }

    #[inline(always)]
    fn deriv_of<L: Lanes>(self, x: L, parts: &Parts<L>) -> L {
        L::select(L::splat(0.0).lt(x), L::splat(1.0), product(self.alpha, parts.exp()))
    }
}

impl Activation for Elu {
    #[inline(always)]
    fn value<L: Lanes>(self, x: L) -> L {
        self.value_of(x, &parts(x))
    }

    #[inline(always)]
    fn deriv<L: Lanes>(self, x: L) -> L {
        let [low, _] = self.near().deriv;
        let far = times_exp(self.alpha, x.pmin(L::splat(0.0)));
        let far = L::select(L::splat(0.0).lt(x), L::splat(1.0), far);
        L::select(x.lt(L::splat(low)), far, self.near_deriv(x))
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        // With alpha >= 0, which the caller checks, y > 0 exactly where x > 0.
        L::select(L::splat(0.0).lt(y), L::splat(1.0), y + L::splat(self.alpha))
    }

    #[inline(always)]
    fn near(self) -> Near {
        let low = if self.alpha.abs() < SMALL { f64::INFINITY } else { -EXPM1_LIMIT };
        Near { deriv: [low, f64::INFINITY], ..Near::EVERYWHERE }
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        self.deriv_of(x, &parts(x))
    }

    #[inline(always)]
    fn near_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let parts = parts(x);
        (self.value_of(x, &parts), self.deriv_of(x, &parts))
    }

    #[inline(always)]
    fn specialised(self, body: impl Body) {
        if self.alpha == 1.0 { body.call(UnitElu) } else { body.call(self) }
    }
}

/// `Elu` with alpha = 1: the same bits without the product.
#[derive(Clone, Copy)]
struct UnitElu;

impl UnitElu {
    #[inline(always)]
    fn value_of<L: Lanes>(x: L, parts: &Parts<L>) -> L {
        // e^x - 1 >= x: this is x for x > 0, ±0 and NaN.
        let (big, small) = parts.expm1();
        x.pmax(big + small)
    }

    #[inline(always)]
    fn deriv_of<L: Lanes>(parts: &Parts<L>) -> L {
        let (big, small) = parts.exp();
        big + small
    }
}

impl Activation for UnitElu {
    #[inline(always)]
    fn value<L: Lanes>(self, x: L) -> L {
        Self::value_of(x, &parts(x))
    }

    #[inline(always)]
    fn deriv<L: Lanes>(self, x: L) -> L {
        Elu { alpha: 1.0 }.deriv(x)
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        Elu { alpha: 1.0 }.deriv_from_value(y)
    }

    #[inline(always)]
    fn near(self) -> Near {
        Elu { alpha: 1.0 }.near()
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        Self::deriv_of(&parts(x))
    }

    #[inline(always)]
    fn near_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let parts = parts(x);
        (Self::value_of(x, &parts), Self::deriv_of(&parts))
    }
}

export!(elu, Elu { alpha });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_one_has_the_bits_of_any_alpha() {
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        for round in 0..1_000_000 {
            bits = bits.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let x = if round % 2 == 0 { f64::from_bits(bits) } else { (bits >> 11) as f64 * -32.0 / (1u64 << 53) as f64 };
            let (any, unit) = (Elu { alpha: 1.0 }, UnitElu);
            assert!(same(any.value(x), unit.value(x)), "elu({x:e})");
            if x >= -EXPM1_LIMIT {
                assert!(same(any.deriv(x), unit.near_deriv(x)), "elu'({x:e})");
            }
        }
    }
}
