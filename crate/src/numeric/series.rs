//! Truncated power series in the distance h from a grid point: what a table of local polynomials is filled from.
//! The first coefficients are double-double, as a table's head and tail and a second derivative need them; the rest is
//! multiplied by a power of h that makes an error of 2^-53 small.

use super::double_double::DoubleDouble;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// The number of coefficients: those of h^0 to h^9, so that a second derivative still has one of h^7.
pub const COUNT: usize = 10;
/// So many of them are double-double.
const EXACT: usize = 4;

/// Σ `0[k]`·h^k.
#[derive(Clone, Copy, Debug)]
pub struct Series(pub [DoubleDouble; COUNT]);

const ZERO: DoubleDouble = DoubleDouble { high: 0.0, low: 0.0 };

impl Series {
    /// A constant.
    #[inline(never)]
    pub fn constant(value: DoubleDouble) -> Self {
        let mut series = Self([ZERO; COUNT]);
        series.0[0] = value;
        series
    }

    /// 1.
    #[inline(never)]
    pub fn one() -> Self {
        Self::constant(DoubleDouble::from(1.0))
    }

    /// g + h.
    #[inline(never)]
    pub fn variable(point: f64) -> Self {
        let mut series = Self::constant(DoubleDouble::from(point));
        series.0[1] = DoubleDouble::from(1.0);
        series
    }

    /// e^(g + h) for `power` = e^g.
    #[inline(never)]
    pub fn exp(power: DoubleDouble) -> Self {
        let mut series = Self::constant(power);
        for k in 1..COUNT {
            series.0[k] = divided(series.0[k - 1], k);
        }
        series
    }

    /// Each coefficient from its number.
    fn each(coefficient: impl Fn(usize) -> DoubleDouble) -> Self {
        let mut series = Self([ZERO; COUNT]);
        for (k, entry) in series.0.iter_mut().enumerate() {
            *entry = coefficient(k);
        }
        series
    }

    /// Its integral over h, with this constant.
    #[inline(never)]
    pub fn integral(self, constant: DoubleDouble) -> Self {
        Self::each(|k| if k == 0 { constant } else { divided(self.0[k - 1], k) })
    }

    /// Its value at h, double-double where the terms are large.
    #[inline(never)]
    pub fn at(&self, h: f64) -> DoubleDouble {
        let high = self.0[EXACT..].iter().rev().fold(0.0, |sum, c| sum * h + c.high);
        let h = DoubleDouble::from(h);
        self.0[..EXACT].iter().rev().fold(DoubleDouble::from(high), |sum, &c| sum * h + c)
    }
}

/// value/k, a double-double where it is coefficient k of a series that needs one.
#[inline(never)]
pub fn divided(value: DoubleDouble, k: usize) -> DoubleDouble {
    if k < EXACT { value / DoubleDouble::from(k as f64) } else { DoubleDouble::from(value.high / k as f64) }
}

/// Σ a(i)·b(k − i) over i from `from` to k.
#[inline(never)]
fn convolution(a: &Series, b: &Series, k: usize, from: usize) -> DoubleDouble {
    if k < EXACT {
        (from..=k).fold(ZERO, |sum, i| sum + a.0[i] * b.0[k - i])
    } else {
        DoubleDouble::from((from..=k).fold(0.0, |sum, i| sum + a.0[i].high * b.0[k - i].high))
    }
}

impl Add for Series {
    type Output = Self;
    #[inline(never)]
    fn add(self, other: Self) -> Self {
        Self::each(|k| self.0[k] + other.0[k])
    }
}

impl Neg for Series {
    type Output = Self;
    #[inline(never)]
    fn neg(self) -> Self {
        Self::each(|k| -self.0[k])
    }
}

impl Sub for Series {
    type Output = Self;
    #[inline(never)]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Series {
    type Output = Self;
    #[inline(never)]
    fn mul(self, other: Self) -> Self {
        Self::each(|k| convolution(&self, &other, k, 0))
    }
}

impl Div for Series {
    type Output = Self;
    #[inline(never)]
    fn div(self, other: Self) -> Self {
        let mut quotient = Self([ZERO; COUNT]);
        let inverse = DoubleDouble::from(1.0) / other.0[0];
        for k in 0..COUNT {
            // What the coefficients so far give; that of k is still zero.
            let rest = self.0[k] - convolution(&quotient, &other, k, 0);
            quotient.0[k] = if k < EXACT { rest * inverse } else { DoubleDouble::from(rest.high * inverse.high) };
        }
        quotient
    }
}
