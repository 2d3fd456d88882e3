//! Real numbers of 400 bits, from the crate astro-float, and the error of a result in ULP.

use astro_float_num::{BigFloat, Consts, RoundingMode};
use core::cell::RefCell;
use core::ops::{Add, Div, Mul, Neg, Sub};
use std::thread_local;

const PRECISION: usize = 400;
const MODE: RoundingMode = RoundingMode::ToEven;

thread_local! {
    static CONSTANTS: RefCell<Consts> = RefCell::new(Consts::new().expect("memory for constants"));
}

/// A number that is not NaN.
#[derive(Clone, Debug)]
pub struct Real(BigFloat);

/// The real number equal to this f64.
pub fn real(value: f64) -> Real {
    if value.is_subnormal() {
        // astro-float 0.9.6 reads their digits wrong.
        return real(value * 2_f64.powi(60)).times_power_of_two(-60);
    }
    Real(BigFloat::from_f64(value, PRECISION))
}

impl Real {
    /// The sum without rounding, however many bits it has.
    pub fn exactly_plus(&self, other: &Self) -> Self {
        match () {
            () if self.is_zero() => other.clone(),
            () if other.is_zero() => self.clone(),
            () => Self(self.0.add_full_prec(&other.0)),
        }
    }

    pub fn exp(&self) -> Self {
        // No test looks at anything smaller.
        if (real(-1e5) - self.clone()).is_positive() {
            return real(0.0);
        }
        CONSTANTS.with_borrow_mut(|constants| Self(self.0.exp(PRECISION, MODE, constants)))
    }

    pub fn ln(&self) -> Self {
        CONSTANTS.with_borrow_mut(|constants| Self(self.0.ln(PRECISION, MODE, constants)))
    }

    /// Sine and cosine.
    pub fn circle(&self) -> [Self; 2] {
        CONSTANTS.with_borrow_mut(|constants| {
            [self.0.sin(PRECISION, MODE, constants), self.0.cos(PRECISION, MODE, constants)].map(Self)
        })
    }

    pub fn sqrt(&self) -> Self {
        Self(self.0.sqrt(PRECISION, MODE))
    }

    pub fn is_positive(&self) -> bool {
        !self.0.is_zero() && self.0.is_positive()
    }

    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// The exponent of the smallest power of two above the number.
    pub fn exponent(&self) -> i32 {
        self.0.exponent().unwrap_or_default()
    }

    fn times_power_of_two(mut self, power: i32) -> Self {
        self.0.set_exponent(self.exponent() + power);
        self
    }

    fn approximate(&self) -> f64 {
        let Some((words, _, sign, exponent, _)) = self.0.as_raw_parts() else { return f64::INFINITY };
        let size = words.last().map_or(0.0, |&word| word as f64 / 18446744073709551616.0) * 2_f64.powi(exponent);
        if sign.is_negative() { -size } else { size }
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl $trait for Real {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(&other.0, PRECISION, MODE))
            }
        }
    };
}
operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

impl Neg for Real {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.neg())
    }
}

/// |got − exact| in units of the last place of `exact`, where a unit is at least `least`, a power of two. Infinite if the sign
/// of a zero or an infinity is wrong.
pub fn error(got: f64, exact: &Real, least: i32) -> f64 {
    if exact.is_zero() {
        return if got == 0.0 { 0.0 } else { f64::INFINITY };
    }
    if got == 0.0 && got.is_sign_positive() != exact.is_positive() {
        return f64::INFINITY;
    }
    if got.is_infinite() {
        // Numbers half a unit beyond the largest number round to infinity.
        let limit = real(f64::MAX) + real(2_f64.powi(970));
        let size = if exact.is_positive() { exact.clone() } else { -exact.clone() };
        let right = exact.is_positive() == (got > 0.0) && !(limit - size).is_positive();
        return if right { 0.0 } else { f64::INFINITY };
    }
    let unit = (exact.exponent() - 53).max(-1074).max(least);
    let difference = real(got) - exact.clone();
    if difference.is_zero() { 0.0 } else { difference.times_power_of_two(-unit).approximate().abs() }
}
