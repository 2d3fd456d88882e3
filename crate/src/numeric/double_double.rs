//! Numbers as the unevaluated sum of two f64, with about 104 bits. The tables are computed with them, and those results for
//! which an f64 is not precise enough; the kernels never use them. The operators are not inlined: they run rarely, and their
//! copies would be 0.5 KB of the download. The error-free sums and products are those of Knuth, Dekker and Veltkamp (Handbook
//! of Floating-Point Arithmetic, ch. 4 and 14).

use super::powers::two_to;
use crate::lanes::{F64x2, Lanes};
use core::ops::{Add, Div, Mul, Neg, Sub};

/// `high + low`, with |low| at most half an ulp of `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DoubleDouble {
    /// The sum rounded to f64.
    pub high: f64,
    /// The rest.
    pub low: f64,
}

/// ln 2.
pub const LN2: DoubleDouble = DoubleDouble { high: core::f64::consts::LN_2, low: 2.3190468138462996e-17 };

/// a + b, for |a| ≥ |b|.
fn fast_two_sum(a: f64, b: f64) -> DoubleDouble {
    let high = a + b;
    DoubleDouble { high, low: b - (high - a) }
}

fn two_sum(a: f64, b: f64) -> DoubleDouble {
    let high = a + b;
    let part = high - a;
    DoubleDouble { high, low: (a - (high - part)) + (b - part) }
}

fn two_product(a: f64, b: f64) -> DoubleDouble {
    let halves = |value: f64| {
        let shifted = value * 134_217_729.0; // 2^27 + 1
        let head = shifted - (shifted - value);
        (head, value - head)
    };
    let high = a * b;
    let ((a_head, a_tail), (b_head, b_tail)) = (halves(a), halves(b));
    let low = ((a_head * b_head - high) + a_head * b_tail + a_tail * b_head) + a_tail * b_tail;
    DoubleDouble { high, low }
}

impl DoubleDouble {
    /// Stands for a result that is not available.
    pub const UNKNOWN: Self = Self { high: f64::NAN, low: f64::NAN };

    /// e^self by Taylor's series, for |self| ≤ 1/8: the 20th term is below 2^-120.
    #[inline(never)]
    pub fn exp_small(self) -> Self {
        let one = Self::from(1.0);
        (1..=20).rev().fold(one, |sum, k| one + sum * self / Self::from(f64::from(k)))
    }

    /// e^self, for |self| below 700.
    #[inline(never)]
    pub fn exp(self) -> Self {
        if self.high.abs() < two_to(-55) {
            // Not even the low number shows anything of the square.
            return self + 1.0;
        }
        (0..13).fold((self * two_to(-13)).exp_small(), |power, _| power * power)
    }

    /// e^self − 1, with all digits also close to 0.
    #[inline(never)]
    pub fn expm1(self) -> Self {
        if self.high.abs() > 0.125 {
            return self.exp() - 1.0;
        }
        let one = Self::from(1.0);
        (2..=20).rev().fold(one, |sum, k| one + sum * self / f64::from(k)) * self
    }

    /// 1/(1 + e^−self) and 1/(1 + e^self).
    #[inline(never)]
    pub fn logistic(self) -> [Self; 2] {
        let is_left = self.high < 0.0;
        let exp = (if is_left { self } else { -self }).exp();
        let large = Self::from(1.0) / (exp + 1.0);
        let small = exp * large;
        if is_left { [small, large] } else { [large, small] }
    }

    /// √self, for self > 0.
    #[inline(never)]
    pub fn sqrt(self) -> Self {
        let [root, _] = F64x2::splat(self.high).sqrt().to_array();
        let root = Self::from(root);
        root + (self - root * root) / (root * 2.0)
    }
}

impl From<f64> for DoubleDouble {
    fn from(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }
}

impl Add for DoubleDouble {
    type Output = Self;
    #[inline(never)]
    fn add(self, other: Self) -> Self {
        let sum = two_sum(self.high, other.high);
        let tail = two_sum(self.low, other.low);
        let sum = fast_two_sum(sum.high, sum.low + tail.high);
        fast_two_sum(sum.high, sum.low + tail.low)
    }
}

impl Neg for DoubleDouble {
    type Output = Self;
    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

impl Sub for DoubleDouble {
    type Output = Self;
    #[inline(never)]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for DoubleDouble {
    type Output = Self;
    #[inline(never)]
    fn mul(self, other: Self) -> Self {
        let product = two_product(self.high, other.high);
        fast_two_sum(product.high, product.low + (self.high * other.low + self.low * other.high))
    }
}

impl Div for DoubleDouble {
    type Output = Self;
    #[inline(never)]
    fn div(self, other: Self) -> Self {
        // Long division: each quotient digit has 53 bits, and the third corrects the rounding of the second.
        let first = self.high / other.high;
        let rest = self - other * Self::from(first);
        let second = rest.high / other.high;
        let rest = rest - other * Self::from(second);
        fast_two_sum(first, second) + Self::from(rest.high / other.high)
    }
}

macro_rules! with_f64 {
    ($($trait:ident $method:ident)+) => {
        $(impl $trait<f64> for DoubleDouble {
            type Output = Self;
            #[inline(never)]
            fn $method(self, other: f64) -> Self {
                self.$method(Self::from(other))
            }
        })+
    };
}
with_f64!(Add add Sub sub Mul mul Div div);

/// The nearest integer, ties to even. (`f64::round_ties_even` needs std.)
pub fn round(x: f64) -> f64 {
    const WHOLE: f64 = 4503599627370496.0; // 2^52, from which on every f64 is an integer
    let shift = WHOLE.copysign(x);
    if x.abs() < WHOLE { (x + shift) - shift } else { x }
}

/// The value as head and tail. The head is rounded to f64 and to a multiple of `quantum`, which is a power of two or 0 for
/// none. The tail is rounded to 24 bits below the last bit of the f64.
#[inline(never)]
pub fn pair(value: DoubleDouble, quantum: f64) -> F64x2 {
    with_head(value, if quantum == 0.0 { value.high } else { round(value.high / quantum) * quantum })
}

/// The value with the given head, and with a tail like that of [`pair`].
#[inline(never)]
pub fn with_head(value: DoubleDouble, head: f64) -> F64x2 {
    const FINE: f64 = f64::from_bits((1023 - 77) << 52);
    let fine = exponent_of(value.high) * FINE;
    F64x2::from_array([head, round(((value.high - head) + value.low) / fine) * fine])
}

/// The largest power of two that is at most |value|. Zero gives that of 1e-30.
pub fn exponent_of(value: f64) -> f64 {
    f64::from_bits(value.abs().max(1e-30).to_bits() & (0x7ff << 52))
}
