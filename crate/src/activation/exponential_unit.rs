//! What selu and celu share: right·x for x > 0, else height·(e^(x/width) − 1), for factors of any size, by pairs of numbers.

use super::{Kernel, times_deriv};
use crate::lanes::Lanes;
use crate::numeric::double_double::DoubleDouble;
use crate::numeric::exp::{Exp2, ExpParts, exp_parts, exp2, power_of_two, taken_apart, two_to};
use crate::numeric::pairs::{product, quotient, rounded, sum};

/// The formulas; f′ = height/width·e^(x/width) and f″ = height/width²·e^(x/width) for x ≤ 0.
#[derive(Clone, Copy)]
pub struct ExponentialUnit {
    table: &'static Exp2,
    right: f64,
    /// width = significand·2^exponent, 1/2 ≤ significand < 1 or 1, so that y/2^exponent is in range where y/width is.
    width: f64,
    exponent: f64,
    /// 2^-exponent as two factors, as it can be out of range.
    scale: [f64; 2],
    /// The significands of height, height/width and height/width², with 106 bits; their exponents are `exponent` times 1, 0 and −1.
    factors: [[f64; 2]; 3],
}

impl ExponentialUnit {
    /// With height = width.
    #[inline(never)]
    pub fn of_width(width: f64) -> Self {
        let (significand, exponent) = taken_apart(width);
        let (significand, exponent) = (significand / 2.0, exponent + 1);
        let half = -exponent / 2;
        Self {
            width: significand,
            exponent: exponent as f64,
            scale: [two_to(half), two_to(-exponent - half)],
            factors: [[significand, 0.0], [1.0, 0.0], quotient([1.0, 0.0], [significand, 0.0])],
            ..Self::of_height([1.0, 0.0], 1.0)
        }
    }

    /// With a width of 1.
    #[inline(never)]
    pub fn of_height(height: [f64; 2], right: f64) -> Self {
        Self { table: exp2(), right, width: 1.0, exponent: 0.0, scale: [1.0; 2], factors: [height; 3] }
    }

    /// Of x, the number that stands to `width` as x to the width.
    #[inline(always)]
    fn scaled<L: Lanes>(self, x: L) -> L {
        let [first, second] = self.scale.map(L::splat);
        x * first * second
    }

    /// min(x, 0)/width, but at least −2800, where e to it is 0 and so are its products.
    #[inline(always)]
    fn quotient<L: Lanes>(self, x: L) -> [L; 2] {
        let scaled = self.scaled(x.pmin(L::splat(0.0))).pmax(L::splat(-2800.0 * self.width));
        quotient([scaled, L::splat(0.0)], [L::splat(self.width), L::splat(0.0)])
    }

    /// Factor number `order` times e^(x/width), as a significand and an exponent.
    #[inline(always)]
    fn exp<L: Lanes>(self, order: usize, x: L) -> (L, L) {
        let [u, low] = self.quotient(x);
        let ExpParts { head, tail, exponent, .. } = exp_parts(self.table, u, low);
        let significand = rounded(product([head, tail], self.factors[order].map(L::splat)));
        (significand, exponent + L::splat(self.exponent * (1.0 - order as f64)))
    }
}

/// f, f′ or f″ at x, with height·(e^(x/width) − 1) to the left.
pub fn exact(order: usize, x: f64, height: DoubleDouble, width: f64, right: f64) -> DoubleDouble {
    let u = DoubleDouble::from(x) / width;
    match order {
        0 if x > 0.0 => DoubleDouble::from(right) * x,
        0 => u.expm1() * height,
        _ if x > 0.0 => DoubleDouble::UNKNOWN,
        1 => u.exp() * height / width,
        _ => u.exp() * height / width / width,
    }
}

/// number·2^exponent, in steps of which all but the last are exact: the power may be out of range where the result is not.
#[inline(always)]
fn times_power<L: Lanes>(number: L, exponent: L) -> L {
    let limited = |exponent: L| exponent.pmin(L::splat(1000.0)).pmax(L::splat(-1000.0));
    let first = limited(exponent);
    number * power_of_two(first) * power_of_two(limited(exponent - first))
}

/// e^(u + low) − 1 for −1/16 ≤ u ≤ 0: Taylor's series, of which less than 2^-64 of u is left out.
#[inline(always)]
fn expm1_near<L: Lanes>(u: L, low: L) -> [L; 2] {
    let series = [1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0];
    let rest = series.into_iter().fold(L::splat(1.0 / 39916800.0), |sum, coefficient| sum * u + L::splat(coefficient));
    [u, low + u * u * (L::splat(0.5) + u * rest)]
}

/// The same for u < −1/16.
#[inline(always)]
fn expm1_far<L: Lanes>(table: &Exp2, u: L, low: L) -> [L; 2] {
    // Below −40 it is −1.
    let limit = L::splat(-40.0);
    let ExpParts { head, tail, exponent, .. } = exp_parts(table, u.pmax(limit), L::select(u.lt(limit), L::splat(0.0), low));
    let unit = power_of_two(exponent);
    let [high, error] = sum(L::splat(-1.0), head * unit);
    [high, error + tail * unit]
}

impl Kernel for ExponentialUnit {
    #[inline(always)]
    fn near_value<L: Lanes>(self, x: L) -> L {
        let [u, low] = self.quotient(x);
        let [near, far] = [expm1_near(u, low), expm1_far(self.table, u, low)];
        let is_near = L::splat(-1.0 / 16.0).le(u);
        let expm1 = [L::select(is_near, near[0], far[0]), L::select(is_near, near[1], far[1])];
        let [height, slope, _] = self.factors.map(|factor| factor.map(L::splat));
        let below = times_power(rounded(product(expm1, height)), L::splat(self.exponent));
        // Next to 0 a line, as the square is too small and the quotient may be subnormal; up and down again, where its product would be.
        let tiny = x.abs().lt(L::splat(two_to(-900)));
        let [up, down] = [two_to(64), two_to(-64)].map(|factor| L::select(tiny, L::splat(factor), L::splat(1.0)));
        let line = rounded(product([x * up, L::splat(0.0)], slope)) * down;
        let below = L::select(u.lt(L::splat(-two_to(-60))), below, line.or_lanes(x.and_bits(1 << 63)));
        L::select(L::splat(0.0).lt(x), x * L::splat(self.right), below)
    }

    #[inline(always)]
    fn near_deriv<L: Lanes>(self, x: L) -> L {
        self.near_backward(x, L::splat(1.0))
    }

    #[inline(always)]
    fn near_backward<L: Lanes>(self, x: L, dy: L) -> L {
        let (significand, exponent) = self.exp(1, x);
        let below = times_power(significand, exponent);
        let deriv = L::select(L::splat(0.0).lt(x), L::splat(self.right), below);
        // In this order nothing overflows where f′ is subnormal.
        let half = exponent.pmax(L::splat(-1000.0));
        times_deriv(dy, deriv, dy * power_of_two(half) * significand * times_power(L::splat(1.0), exponent - half))
    }

    #[inline(always)]
    fn deriv2<L: Lanes>(self, x: L) -> L {
        let (significand, exponent) = self.exp(2, x);
        L::select(L::splat(0.0).lt(x), L::splat(0.0), times_power(significand, exponent))
    }

    #[inline(always)]
    fn deriv_from_value<L: Lanes>(self, y: L) -> L {
        let [height, low] = self.factors[0].map(L::splat);
        let [high, error] = sum(self.scaled(y), height);
        let [high, low] = quotient([high, error + low], [L::splat(self.width), L::splat(0.0)]);
        // Of a y that is no value of f the quotient may overflow.
        let below = L::select(high.abs().lt(L::splat(f64::INFINITY)), high + low, high);
        L::select(L::splat(0.0).lt(y), L::splat(self.right), below)
    }
}
