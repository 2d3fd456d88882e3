//! Real numbers in MPFR with a bound of what is not known about them: what a formula gives is then right, or said to be
//! undecided. A bound is a power of two, and every step may lose a bit: at 192 bits there are some hundred to spare.

use crate::formula::Undecided;
use core::cmp::Ordering;
use rug::Float;
use rug::float::Round;

/// The bound of what is exact, as an exponent: far below any other, and far from overflow when a few are added.
const EXACT: i64 = i64::MIN / 8;

/// A number that lies within 2^`error` of `middle`.
#[derive(Clone, Debug)]
pub struct Ball {
    /// The number, nearly.
    pub middle: Float,
    error: i64,
}

/// The exponent of a bound of the sum of two that are bounded by powers of two.
fn together(a: i64, b: i64) -> i64 {
    let (least, most) = (a.min(b), a.max(b));
    if least < EXACT / 2 { most } else { most + 1 }
}

/// |x| < 2^size.
fn size(x: &Float) -> i64 {
    x.get_exp().map_or(EXACT, i64::from)
}

impl Ball {
    /// An f64, exactly.
    pub fn exact(value: f64, precision: u32) -> Self {
        Self { middle: Float::with_val(precision, value), error: EXACT }
    }

    /// A number of any length, exactly.
    pub fn given(middle: Float) -> Self {
        Self { middle, error: EXACT }
    }

    /// What a step of MPFR gave from numbers whose errors make up for 2^`inherited`.
    fn rounded((middle, ordering): (Float, Ordering), inherited: i64) -> Self {
        let rounding = if ordering == Ordering::Equal { EXACT } else { size(&middle) - i64::from(middle.prec()) - 1 };
        Self { error: together(inherited, rounding), middle }
    }

    /// A bound of its error, as an exponent; none where it is exact.
    pub fn error(&self) -> Option<i64> {
        (self.error > EXACT / 2).then_some(self.error)
    }

    /// Whether it is 0 for certain.
    pub fn is_zero(&self) -> bool {
        self.middle.is_zero() && self.error().is_none()
    }

    fn precision(&self) -> u32 {
        self.middle.prec()
    }

    /// Whether it is below 0, or above; equal where it is 0.
    pub fn sign(&self) -> Result<Ordering, Undecided> {
        if self.error().is_some() && size(&self.middle) <= self.error + 1 {
            return Err(Undecided);
        }
        Ok(self.middle.cmp0().unwrap_or(Ordering::Equal))
    }

    /// −x
    pub fn neg(self) -> Self {
        Self { middle: -self.middle, ..self }
    }

    /// x·2^by
    pub fn scaled(mut self, by: i32) -> Self {
        self.middle <<= by;
        self.error += i64::from(by);
        self
    }

    /// x + y
    pub fn add(&self, other: &Self) -> Self {
        let sum = Float::with_val_round(self.precision(), &self.middle + &other.middle, Round::Nearest);
        Self::rounded(sum, together(self.error, other.error))
    }

    /// x − y
    pub fn sub(&self, other: &Self) -> Self {
        let difference = Float::with_val_round(self.precision(), &self.middle - &other.middle, Round::Nearest);
        Self::rounded(difference, together(self.error, other.error))
    }

    /// x·y
    pub fn mul(&self, other: &Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::exact(0.0, self.precision());
        }
        let (a, b) = (size(&self.middle) + other.error, size(&other.middle) + self.error);
        let product = Float::with_val_round(self.precision(), &self.middle * &other.middle, Round::Nearest);
        Self::rounded(product, together(together(a, b), self.error + other.error))
    }

    /// x²
    pub fn square(&self) -> Self {
        self.mul(self)
    }

    /// x/y
    pub fn div(&self, other: &Self) -> Result<Self, Undecided> {
        if self.is_zero() {
            return Ok(Self::exact(0.0, self.precision()));
        }
        // |y| is at least a quarter of 2^size.
        let below = size(&other.middle) - 2;
        if other.middle.is_zero() || other.error > below {
            return Err(Undecided);
        }
        let quotient = Float::with_val_round(self.precision(), &self.middle / &other.middle, Round::Nearest);
        let inherited = together(self.error, size(&quotient.0) + other.error) - below;
        Ok(Self::rounded(quotient, inherited))
    }

    /// e^x and e^x − 1, both to full relative precision, for x ≤ 0, or not much above.
    pub fn exp(&self) -> Result<(Self, Self), Undecided> {
        // The exponent of what is computed has 32 bits. What is below −2^26 is taken for it: e^x is then below 2^(-9·10^7), which
        // is nothing in any result, but has a sign, and so has what is divided by its like.
        const LEAST: f64 = -67_108_864.0;
        if self.error > 0 {
            return Err(Undecided);
        }
        let precision = self.precision();
        if self.middle < LEAST {
            return Self::exact(LEAST, precision).exp();
        }
        // e^x changes by at most 2·2^error times itself.
        if self.middle > -1.0 {
            let result = Float::with_val_round(precision, self.middle.exp_m1_ref(), Round::Nearest);
            // e^x < 2^3 here, as x is below 1.
            let large = if self.middle < 1 { 2 } else { size(&result.0) + 1 };
            let expm1 = Self::rounded(result, self.error + 1 + large);
            Ok((expm1.add(&Self::exact(1.0, precision)), expm1))
        } else {
            let result = Float::with_val_round(precision, self.middle.exp_ref(), Round::Nearest);
            let inherited = self.error + 1 + size(&result.0);
            let exp = Self::rounded(result, inherited);
            let expm1 = exp.sub(&Self::exact(1.0, precision));
            Ok((exp, expm1))
        }
    }

    /// ln(1 + x) for x ≥ 0.
    pub fn ln_1p(&self) -> Self {
        Self::rounded(Float::with_val_round(self.precision(), self.middle.ln_1p_ref(), Round::Nearest), self.error)
    }

    /// √x
    pub fn sqrt(&self) -> Result<Self, Undecided> {
        if self.is_zero() {
            return Ok(self.clone());
        }
        if self.sign()? == Ordering::Less {
            return Err(Undecided);
        }
        let root = Float::with_val_round(self.precision(), self.middle.sqrt_ref(), Round::Nearest);
        // The change of x over the sum of the two roots.
        let inherited = self.error - (size(&root.0) - 1);
        Ok(Self::rounded(root, inherited))
    }

    /// sin x and cos x.
    pub fn circle(&self) -> (Self, Self) {
        let of = |result| Self::rounded(result, self.error);
        let precision = self.precision();
        let sine = of(Float::with_val_round(precision, self.middle.sin_ref(), Round::Nearest));
        (sine, of(Float::with_val_round(precision, self.middle.cos_ref(), Round::Nearest)))
    }

    /// The normal distribution function and its density.
    pub fn normal(&self) -> Result<(Self, Self), Undecided> {
        let precision = self.precision();
        let two_pi = Float::with_val_round(precision, rug::float::Constant::Pi, Round::Nearest);
        let root = Self::rounded(two_pi, EXACT).scaled(1).sqrt()?;
        let (exp, _) = self.square().scaled(-1).neg().exp()?;
        let density = exp.div(&root)?;
        // The tail likewise: from 64 on it is below its exponential, 2^-2954, and nothing.
        if size(&self.middle) > 6 {
            let above = self.sign()? == Ordering::Greater;
            return Ok((if above { Self::exact(1.0, precision).sub(&exp) } else { exp }, density));
        }
        let argument = self.div(&Self::exact(2.0, precision).sqrt()?)?.neg();
        // Near v the slope of erfc is below 4·e^(−v²) where 2|v| times the error is below 1.
        if argument.error + size(&argument.middle).max(0) + 1 > 0 {
            return Err(Undecided);
        }
        let result = Float::with_val_round(precision, argument.middle.erfc_ref(), Round::Nearest);
        Ok((Self::rounded(result, argument.error + 2 + size(&exp.middle)).scaled(-1), density))
    }
}
