//! squareplus(x) = (x + √(x² + b))/2, without cancellation to the left, by arithmetic on pairs of numbers.

use super::{Exact, Kernel, times_deriv};
use crate::lanes::Lanes;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::pairs::{product, quotient, rounded, sum, times};
use crate::numeric::powers::{exponent, two_to};

/// With r = √(x² + b): f(x) = (x + r)/2, f′(x) = (1 + x/r)/2, f″(x) = b/(2r³). Any finite b > 0; with 0 it would be relu.
/// f(±0) = √b/2, f(−∞) = 0, f(∞) = ∞, f′(−∞) = 0, f′(∞) = 1, f″(±∞) = 0; NaN for NaN.
/// Source: J. Barron, Squareplus: a softplus-like algebraic rectifier, 2021.
#[derive(Clone, Copy, Debug)]
pub struct Squareplus {
    /// The width of the bend: √b is the value of x + √(x² + b) at 0.
    pub b: f64,
}

impl Exact for Squareplus {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        let root = (DoubleDouble::from(x) * x + self.b).sqrt();
        // x + root, without cancellation.
        let total = if x < 0.0 { DoubleDouble::from(self.b) / (root - x) } else { root + x };
        match order {
            0 => total / 2.0,
            1 => total / (root * 2.0),
            _ => DoubleDouble::from(self.b) / (root * root * root * 2.0),
        }
    }
}

/// b = 4^exponent·rest with 1 ≤ rest < 4. The formulas work on x/2^exponent and rest.
#[derive(Clone, Copy, Debug)]
pub struct SquareplusKernel {
    rest: f64,
    /// 2^-exponent.
    down: f64,
    /// 2^exponent as a factor ≥ 1 and a factor ≤ 1, so that the products can be formed in an order in which none is out of
    /// range.
    up: [f64; 2],
    /// 2^-exponent as two factors.
    halves: [f64; 2],
    /// From this |x| on, x² + b rounds to x².
    large: f64,
}

/// The roots for x/2^exponent, times a factor that is small where x is large.
struct Parts<L> {
    /// r.
    root: [L; 2],
    /// r + |x|.
    total: [L; 2],
    factor: L,
}

impl Squareplus {
    /// The kernel.
    #[inline(never)]
    pub fn kernel(self) -> SquareplusKernel {
        let normal = if self.b < f64::MIN_POSITIVE { self.b * two_to(54) } else { self.b };
        let shift = if normal == self.b { 0 } else { 54 };
        let exponent = (exponent(normal) - shift).div_euclid(2);
        let down = two_to(-exponent);
        SquareplusKernel {
            rest: self.b * down * down,
            down,
            up: [two_to(exponent.max(0)), two_to(exponent.min(0))],
            halves: [two_to(-exponent / 2), two_to(-exponent - -exponent / 2)],
            large: two_to((60 + exponent).min(1023)),
        }
    }
}

impl SquareplusKernel {
    /// The parts for |x|·factor, limited to `most`, where the factor of a large x is `down`.
    #[inline(always)]
    fn parts<L: Lanes>(self, x: L, most: f64, down: f64) -> Parts<L> {
        let (zero, size) = (L::splat(0.0), x.abs());
        let large = L::splat(self.large).le(size);
        let factor = L::select(large, L::splat(down), L::splat(1.0));
        let size = (size * factor * L::splat(self.down)).pmin(L::splat(most));
        // Beside rest, which is at least 1, the square of a small x is negligible.
        let small = L::select(L::or(large, size.lt(L::splat(two_to(-200)))), zero, size);
        let [square, error] = times(small, small);
        let [high, low] = sum(square, L::splat(self.rest));
        let root = high.sqrt();
        let [product, rest] = times(root, root);
        let correction = (((high - product) - rest) + (low + error)) / (root + root);
        let root = [L::select(large, size, root), L::select(large, zero, correction)];
        let [total, error] = sum(root[0], size);
        Parts { root, total: [total, error + root[1]], factor }
    }

    /// rest/2, divided by the number with these parts.
    #[inline(always)]
    fn over<L: Lanes>(self, below: [L; 2]) -> L {
        rounded(quotient([L::splat(0.5 * self.rest), L::splat(0.0)], below))
    }
}

impl Kernel for SquareplusKernel {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        let Parts { total, factor, .. } = self.parts(x, two_to(1000), two_to(-360));
        let [up, rest] = self.up.map(L::splat);
        // (x + r)/2 = (rest/2)/(r − x).
        let left = self.over(total) * (factor * up) * rest;
        let right = L::select(factor.lt(L::splat(1.0)), x, rounded(total) * (L::splat(0.5) * up) * rest);
        // At −∞ the quotient with a size limited to `most` would not be 0 for a large b.
        let left = L::select(x.lt(L::splat(f64::MIN)), L::splat(0.0), left);
        L::select(x.lt(L::splat(0.0)), left, right)
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        self.near_backward(x, L::splat(1.0))
    }

    #[inline(always)]
    fn near_backward<L: Lanes>(self, x: L, dy: L) -> L {
        // f′ at −|x|. Where x is limited, the product with the largest dy is 0 anyway; at infinity, f′ is set to 0.
        let infinite = x.abs().eq(L::splat(f64::INFINITY));
        let finite = L::select(infinite, L::splat(0.0), x);
        let Parts { root, total, factor } = self.parts(finite, two_to(510), two_to(-540));
        let significand = L::select(infinite, L::splat(0.0), self.over(product(root, total)));
        let left = significand * factor * factor;
        let deriv = L::select(x.lt(L::splat(0.0)), left, L::splat(1.0) - left);
        // A rare path: only here can f′ be subnormal.
        if L::any(factor.lt(L::splat(1.0))) { times_deriv(dy, deriv, significand, factor) } else { dy * deriv }
    }

    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        let Parts { root, factor, .. } = self.parts(x, two_to(330), two_to(-360));
        let [first, second] = self.halves.map(L::splat);
        // The factor three times, and 2^-exponent once.
        self.over(product(product(root, root), root)) * factor * first * factor * (factor * second)
    }
}

outlined!(Squareplus);
