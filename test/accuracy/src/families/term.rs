//! Exact results with the unit that their errors are counted in: an ulp, or a rounding of all that is added up.

use crate::ball::Ball;
use crate::formula::Undecided;
use crate::score::steps;
use core::cmp::Ordering;
use rug::Float;

/// Sizes are bounds: a few bits are enough.
const BITS: u32 = 64;

/// The least normal number: a step that gives less is off by what a step that gives this is.
fn least() -> Float {
    Float::with_val(BITS, f64::MIN_POSITIVE)
}

/// 2^power·x
fn two_to(power: i32, x: Float) -> Float {
    x << power
}

/// |x|
pub fn size_of(x: &Ball) -> Float {
    Float::with_val(BITS, x.middle.abs_ref())
}

/// A number beside the one it would be if no two of its terms cancelled: what a rounding of each step makes is 2^-53 of that.
#[derive(Clone, Debug)]
pub struct Term {
    /// The number.
    pub value: Ball,
    /// The sum of its terms without their signs.
    pub size: Float,
}

impl Term {
    /// A number that is given.
    pub fn exact(value: f64, precision: u32) -> Self {
        let value = Ball::exact(value, precision);
        Self { size: size_of(&value), value }
    }

    /// What a step gives from numbers that are given.
    pub fn of(value: Ball) -> Self {
        Self { size: size_of(&value).max(&least()), value }
    }

    /// f(u), from f(u) and f′(u): what is lost in u is lost in it, too.
    pub fn at([value, slope]: [Ball; 2], u: &Self) -> Self {
        let inherited = size_of(&slope) * &u.size;
        Self { size: (size_of(&value) + inherited).max(&least()), value }
    }

    /// The same with a size of at least `size`.
    pub fn at_least(self, size: f64) -> Self {
        Self { size: self.size.max(&Float::with_val(BITS, size)), ..self }
    }

    /// −x
    pub fn neg(self) -> Self {
        Self { value: self.value.neg(), ..self }
    }

    /// x + y
    pub fn add(&self, other: &Self) -> Self {
        Self { value: self.value.add(&other.value), size: Float::with_val(BITS, &self.size + &other.size) }
    }

    /// x − y
    pub fn sub(&self, other: &Self) -> Self {
        Self { value: self.value.sub(&other.value), size: Float::with_val(BITS, &self.size + &other.size) }
    }

    /// x·y
    pub fn mul(&self, other: &Self) -> Self {
        let size = Float::with_val(BITS, &self.size * &other.size).max(&least());
        Self { value: self.value.mul(&other.value), size }
    }

    /// x/y, for a y that is given.
    pub fn div(&self, other: &Ball) -> Result<Self, Undecided> {
        let size = Float::with_val(BITS, &self.size / size_of(other)).max(&least());
        Ok(Self { value: self.value.div(other)?, size })
    }

    /// To be counted in roundings.
    pub fn roundings(self) -> Exact {
        Exact { unit: Unit::Rounding(self.size), value: self.value }
    }

    /// To be counted in ulp, of a product: in the spacing of subnormal factors where that makes more.
    pub fn ulps(self) -> Exact {
        let larger = self.size > size_of(&self.value) * 1.0001;
        let least = if larger { two_to(-52, self.size).to_f64() } else { 0.0 };
        Exact { unit: Unit::Ulp(least), value: self.value }
    }
}

/// What an error is counted in.
#[derive(Clone, Debug)]
enum Unit {
    /// The ulp of the exact result, or this where it is more.
    Ulp(f64),
    /// 2^-53 of this.
    Rounding(Float),
}

/// An exact result.
#[derive(Clone, Debug)]
pub struct Exact {
    /// The result.
    pub value: Ball,
    unit: Unit,
}

impl Exact {
    /// A number, to be counted in ulp, but in units of at least `least`.
    pub fn ulp(value: Ball, least: f64) -> Self {
        Self { value, unit: Unit::Ulp(least) }
    }

    /// The unit as a number.
    pub fn unit(&self) -> f64 {
        match &self.unit {
            Unit::Ulp(least) => {
                let exponent = self.value.middle.get_exp().map_or(-1074, |exponent| (exponent - 53).clamp(-1074, 971));
                Float::with_val(BITS, Float::i_exp(1, exponent)).to_f64().max(*least)
            }
            Unit::Rounding(size) => two_to(-53, size.clone().max(&least())).to_f64().max(f64::from_bits(1)),
        }
    }

    /// The error of `got`; none where the exact value is not known well enough.
    pub fn error(&self, got: f64) -> Option<f64> {
        let Unit::Rounding(size) = &self.unit else {
            let Unit::Ulp(least) = self.unit else { return None };
            // The sign of a zero is no matter here.
            let got = if got == 0.0 && self.value.middle.is_sign_negative() { -0.0 } else { got };
            // Far beyond the largest number: no more bits are needed.
            if self.value.middle.get_exp().is_some_and(|exponent| exponent > 1025) {
                return Some(if got == self.value.middle.to_f64() { 0.0 } else { f64::INFINITY });
            }
            return steps(got, &self.value.middle, self.value.error(), least);
        };
        if !got.is_finite() {
            // Right where a term is beyond the largest number.
            return Some(if size.to_f64().is_infinite() { 0.0 } else { f64::INFINITY });
        }
        let unit = two_to(-53, size.clone().max(&least()));
        let known = unit.get_exp().map_or(-1074, i64::from) - 12;
        if self.value.error().is_some_and(|error| error > known) {
            return None;
        }
        let difference = Float::with_val(BITS, &self.value.middle - got).abs();
        Some((difference / unit).to_f64())
    }

    /// Whether the result is 0 for certain.
    pub fn is_zero(&self) -> bool {
        self.value.sign().is_ok_and(|sign| sign == Ordering::Equal)
    }
}
