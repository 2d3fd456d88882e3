//! celu(x) = x for x > 0, else alpha·(e^(x/alpha) − 1): elu with a slope of 1 at 0.

use super::elu::{self, Expm1, Factor, Parts};
use super::{Elu, Exact, Kernel, Near, Operations};
use crate::grid::smooth::{inverse, power_of_beta};
use crate::lanes::Lanes;
use crate::loops;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::{EXP_UNDERFLOWS_BELOW, ExpParts, PowerTimesExp, exp_parts, exp2, power_of_two};
use crate::numeric::pairs::{exact_product, split, sum};
use crate::numeric::powers::{significand_and_exponent, two_to};

/// f(x) = x for x > 0, else alpha·(e^(x/alpha) − 1); f′(x) = 1 for x > 0, else e^(x/alpha); f″(x) = 0 for x > 0, else
/// e^(x/alpha)/alpha. Any finite alpha > 0; with a negative alpha, the definition as max(0, x) + min(0,
/// alpha·(e^(x/alpha) − 1)) would grow exponentially to the left. f(±0) = ±0, f′(±0) = 1, f(−∞) = −alpha, f′(−∞) = 0; NaN for
/// NaN. From y, f′ = (y + alpha)/alpha for y ≤ 0.
/// Source: J. Barron, Continuously differentiable exponential linear units, 2017.
#[derive(Clone, Copy, Debug)]
pub struct Celu {
    /// Minus the limit at −∞.
    pub alpha: f64,
}

impl Exact for Celu {
    const HAS_EXACT: bool = true;

    fn exact(self, order: usize, x: f64) -> DoubleDouble {
        elu::exact(order, x, DoubleDouble::from(self.alpha), self.alpha, 1.0)
    }
}

impl Operations for Celu {
    #[inline(always)]
    fn run(self, op: u32, buffers: [u32; 3], count: u32) {
        // With the usual alpha of 1, x/alpha is x, and celu is elu.
        if self.alpha == 1.0 {
            Elu { alpha: 1.0 }.run(op, buffers, count);
        } else {
            loops::run_shared(&self.kernel(), op, buffers, count);
        }
    }

    #[inline(always)]
    fn scalar(self, op: u32, x: f64, dy: f64) -> f64 {
        if self.alpha == 1.0 { Elu { alpha: 1.0 }.scalar(op, x, dy) } else { loops::scalar_shared(&self.kernel(), op, x, dy) }
    }
}

/// The formulas for any alpha = s·2^k. The quotient x/alpha is computed as (x·2^-k)/s, and the product with alpha as the
/// product with s, times 2^k. So no intermediate result is out of range unless the final result is.
#[derive(Clone, Copy)]
struct CeluKernel {
    alpha: f64,
    /// From here up, f(x) is x and f′(x) is 1: all x above 0, and those so close below it that x/alpha is above −2^-60.
    line: f64,
    /// 2^-k with 1/2 ≤ s < 1. If that power is out of the range of f64, `inverse` contains the part that is missing here.
    scale: f64,
    /// 1/s as the sum of three numbers, of which [`split`] makes the first two.
    inverse: [f64; 2],
    inverse_low: f64,
    /// `scale`·alpha.
    width: f64,
    /// The exponent of `scale`.
    exponent: f64,
    factor: Factor,
    series: Expm1,
    exp: PowerTimesExp,
}

impl Celu {
    #[inline(never)]
    fn kernel(self) -> CeluKernel {
        // TypeScript calls this only with alpha > 0. For other alphas this makes sure that buffers and single numbers still
        // agree to the bit.
        let alpha = self.alpha.abs().max(f64::from_bits(1));
        let (significand, exponent) = significand_and_exponent(alpha);
        let power = (-exponent - 1).min(1023);
        let beyond = two_to((-exponent - 1 - 1023).max(0));
        let [high, low] = inverse(significand).map(|part| part * 2.0 * beyond);
        CeluKernel {
            alpha,
            line: -alpha * two_to(-60),
            scale: power_of_beta(power),
            inverse: split(high),
            inverse_low: low,
            width: significand / 2.0 / beyond,
            exponent: power as f64,
            factor: Factor::with_power([significand, 0.0], power_of_beta(exponent)),
            series: Expm1::new(),
            exp: PowerTimesExp::new(0),
        }
    }
}

impl CeluKernel {
    /// x/alpha as the sum of two numbers: limited to at least `least`, and 0 from `line` up.
    #[inline(always)]
    fn quotient<L: Lanes>(self, x: L, least: f64) -> [L; 2] {
        let x = L::select(L::splat(self.line).le(x), L::splat(0.0), x);
        self.over_alpha((x * L::splat(self.scale)).pmax(L::splat(least * self.width)))
    }

    /// x/alpha, from x·`scale`.
    #[inline(always)]
    fn over_alpha<L: Lanes>(self, x: L) -> [L; 2] {
        let [high, low] = exact_product(self.inverse, x);
        [high, low + x * L::splat(self.inverse_low)]
    }

    #[inline(always)]
    fn parts<L: Lanes>(self, x: L) -> Parts<L> {
        self.series.parts_of_sum(self.quotient(x, self.series.limit))
    }

    #[inline(always)]
    fn value_of<L: Lanes>(self, x: L, parts: &Parts<L>) -> L {
        L::select(L::splat(self.line).le(x), x, self.factor.times(parts.expm1(self.series.tables)))
    }

    #[inline(always)]
    fn deriv_of<L: Lanes>(self, parts: &Parts<L>) -> L {
        let (big, small) = parts.exp(self.series.tables);
        big + small
    }
}

/// number·2^exponent, in steps of which all but the last are exact, because the power may be out of range where the result is
/// not.
#[inline(always)]
fn times_power<L: Lanes>(number: L, exponent: L) -> L {
    let limited = |exponent: L| exponent.pmin(L::splat(1000.0)).pmax(L::splat(-1000.0));
    let first = limited(exponent);
    number * power_of_two(first) * power_of_two(limited(exponent - first))
}

impl Kernel for CeluKernel {
    #[inline(always)]
    fn near(self) -> Near {
        // −∞ does not count as near.
        Near { deriv: [(self.series.limit * self.alpha).max(f64::MIN), f64::INFINITY], ..Near::EVERYWHERE }
    }

    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        self.value_of(x, &self.parts(x))
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        self.deriv_of(&self.parts(x))
    }

    #[inline(always)]
    fn near_value_and_deriv<L: Lanes>(self, x: L) -> (L, L) {
        let parts = self.parts(x);
        (self.value_of(x, &parts), self.deriv_of(&parts))
    }

    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        let [u, low] = self.quotient(x, -2800.0);
        let ExpParts { head, tail, exponent, .. } = exp_parts(exp2(), u, low);
        let [upper, lower] = self.inverse.map(L::splat);
        // The first product is exact.
        let significand = upper * head + (lower * head + ((upper + lower) * tail + L::splat(self.inverse_low) * head));
        let below = times_power(significand, exponent + L::splat(self.exponent));
        L::select(L::splat(0.0).lt(x), L::splat(0.0), below)
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        let [high, low] = sum(y * L::splat(self.scale), L::splat(self.width));
        let [quotient, error] = self.over_alpha(high);
        // If y is no value of f, the quotient may overflow.
        let below =
            L::select(quotient.abs().lt(L::splat(f64::INFINITY)), quotient + (error + low * L::splat(self.inverse[0])), quotient);
        L::select(L::splat(0.0).lt(y), L::splat(1.0), below)
    }

    #[inline(always)]
    fn reach(self) -> f64 {
        self.alpha * -EXP_UNDERFLOWS_BELOW
    }

    #[inline(always)]
    fn far_value<L: Lanes>(self, _: L) -> L {
        L::splat(-self.alpha)
    }

    #[inline(always)]
    fn far_deriv<L: Lanes>(self, x: L) -> L {
        let [u, low] = self.quotient(x, self.exp.least);
        self.exp.at_sum(u, low)
    }

    #[inline(always)]
    fn far_backward<L: Lanes>(self, x: L, dy: L) -> L {
        let [u, low] = self.quotient(x, self.exp.least);
        self.exp.times_sum(u, low, dy)
    }
}
