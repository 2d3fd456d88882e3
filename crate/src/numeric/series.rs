//! Truncated power series in the distance h from a grid point, from which the tables of local polynomials are filled. The first
//! coefficients are double-double, because the head and tail of a table row and a second derivative need that. The others are
//! multiplied by a power of h that makes an error of 2^-53 small.

use super::double_double::DoubleDouble;
use core::ops::{Add, Div, Mul, Neg, Range, Sub};

/// The number of coefficients: those of h^0 to h^9, so that a second derivative still has one of h^7.
pub const COUNT: usize = 10;
/// The number of coefficients that are double-double.
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

    /// Σ value·e^(rate·h), for rates that are powers of two.
    #[inline(never)]
    pub fn exponentials<const N: usize>(mut terms: [(DoubleDouble, f64); N]) -> Self {
        let mut factorial = 1.0;
        Self::each(|k| {
            let sum = if k < EXACT {
                terms.iter().fold(ZERO, |sum, &(term, _)| sum + term) / factorial
            } else {
                DoubleDouble::from(terms.iter().fold(0.0, |sum, (term, _)| sum + term.high) / factorial)
            };
            factorial *= (k + 1) as f64;
            for (term, rate) in &mut terms {
                *term = DoubleDouble { high: term.high * *rate, low: term.low * *rate };
            }
            sum
        })
    }

    /// e^z/(e^z + 1) for `power` = e^z at the grid point and z′ = `slope[0]` + `slope[1]`·h + …, from s′ = s·(1 − s)·z′.
    #[inline(never)]
    pub fn logistic(power: DoubleDouble, slope: &[DoubleDouble]) -> Self {
        let one = DoubleDouble::from(1.0);
        let rest = one / (power + one);
        let value = if power.high > 1.0 { one - rest } else { power * rest };
        let (mut series, mut product) = (Self::constant(value), Self::constant(value * rest));
        // The series of s − s², without subtracting numbers close to each other where s is close to 1.
        let factor = rest - value;
        for k in 1..COUNT {
            let terms = slope.iter().take(k).zip(product.0[..k].iter().rev());
            if k < EXACT {
                let sum = terms.fold(ZERO, |sum, (&slope, &product)| sum + slope * product);
                series.0[k] = divided(sum, k);
                product.0[k] = series.0[k] * factor - convolution(&series, &series, k, 1..k);
            } else {
                let sum = terms.fold(0.0, |sum, (slope, product)| sum + slope.high * product.high);
                series.0[k].high = sum / k as f64;
                product.0[k].high = series.0[k].high * factor.high - convolution(&series, &series, k, 1..k).high;
            }
        }
        series
    }

    /// The series with −h in place of h.
    #[inline(never)]
    pub fn reflected(self) -> Self {
        Self::each(|k| if k % 2 == 0 { self.0[k] } else { -self.0[k] })
    }

    /// The series times g + h.
    #[inline(never)]
    pub fn times_variable(self, point: f64) -> Self {
        Self::each(|k| {
            let [c, before] = [self.0[k], if k == 0 { ZERO } else { self.0[k - 1] }];
            if k < EXACT { before + c * point } else { DoubleDouble::from(before.high + c.high * point) }
        })
    }

    /// The series times a number.
    #[inline(never)]
    pub fn scaled(self, factor: f64) -> Self {
        Self::each(|k| if k < EXACT { self.0[k] * factor } else { DoubleDouble::from(self.0[k].high * factor) })
    }

    /// The series with these coefficients, by their index.
    fn each(mut coefficient: impl FnMut(usize) -> DoubleDouble) -> Self {
        let mut series = Self([ZERO; COUNT]);
        for (k, entry) in series.0.iter_mut().enumerate() {
            *entry = coefficient(k);
        }
        series
    }

    /// The integral over h, with this constant.
    #[inline(never)]
    pub fn integral(self, constant: DoubleDouble) -> Self {
        Self::each(|k| if k == 0 { constant } else { divided(self.0[k - 1], k) })
    }

    /// The value at h, in double-double where the terms are large.
    #[inline(never)]
    pub fn at(&self, h: f64) -> DoubleDouble {
        let high = self.0[EXACT..].iter().rev().fold(0.0, |sum, c| sum * h + c.high);
        let h = DoubleDouble::from(h);
        self.0[..EXACT].iter().rev().fold(DoubleDouble::from(high), |sum, &c| sum * h + c)
    }
}

/// value/k, in double-double if coefficient k of a series is held in that.
#[inline(never)]
pub fn divided(value: DoubleDouble, k: usize) -> DoubleDouble {
    match k {
        1 => value,
        2 => value * 0.5,
        _ if k < EXACT => value / k as f64,
        _ => DoubleDouble::from(value.high / k as f64),
    }
}

/// Σ a(i)·b(k − i) over the given i.
#[inline(never)]
fn convolution(a: &Series, b: &Series, k: usize, terms: Range<usize>) -> DoubleDouble {
    if k < EXACT {
        terms.fold(ZERO, |sum, i| sum + a.0[i] * b.0[k - i])
    } else {
        DoubleDouble::from(terms.fold(0.0, |sum, i| sum + a.0[i].high * b.0[k - i].high))
    }
}

impl Add for Series {
    type Output = Self;
    #[inline(never)]
    fn add(self, other: Self) -> Self {
        Self::each(|k| {
            let [a, b] = [self.0[k], other.0[k]];
            if k < EXACT { a + b } else { DoubleDouble::from(a.high + b.high) }
        })
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
        Self::each(|k| convolution(&self, &other, k, 0..k + 1))
    }
}

impl Div for Series {
    type Output = Self;
    #[inline(never)]
    fn div(self, other: Self) -> Self {
        let mut quotient = Self([ZERO; COUNT]);
        let inverse = DoubleDouble::from(1.0) / other.0[0];
        for k in 0..COUNT {
            // The part of the coefficient that the previous ones do not explain.
            let rest = self.0[k] - convolution(&quotient, &other, k, 0..k);
            quotient.0[k] = if k < EXACT { rest * inverse } else { DoubleDouble::from(rest.high * inverse.high) };
        }
        quotient
    }
}
