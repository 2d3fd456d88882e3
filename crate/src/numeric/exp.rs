//! e^x as 2^k·2^(j/128)·e^r: a table of 128 pairs and a polynomial on |r| ≤ ln 2/256.
//! After Tang, Table-driven implementation of the exponential function, ACM TOMS 15 (1989).

use super::double_double::{DoubleDouble, LN2, pair};
use crate::lanes::{F64x2, Lanes, Table};
use crate::lazy::Lazy;

/// log2 of the number of rows of [`Exp2`].
const EXP2_BITS: u32 = 7;

/// Row j: 2^(j/128).
pub type Exp2 = Table<1, { 1 << EXP2_BITS }>;

static EXP2: Lazy<Exp2> = Lazy::new([[F64x2::ZERO]; 1 << EXP2_BITS], fill);

/// The table, filled at first use: it costs no bytes in the package.
#[inline(always)]
pub fn exp2() -> &'static Exp2 {
    EXP2.get()
}

fn fill(table: &mut Exp2) {
    let mut power = DoubleDouble::from(1.0);
    let step = (LN2 / DoubleDouble::from(128.0)).exp_small();
    for row in table {
        row[0] = pair(power, 0.0);
        power = power * step;
    }
}

/// e^x = (head + tail)·2^exponent; 1 ≤ head < 2, |tail| < head/256; `exponent` is a whole number.
#[derive(Clone, Copy, Debug)]
pub struct ExpParts<L> {
    /// The table's part of the significand.
    pub head: L,
    /// What is to be added to it.
    pub tail: L,
    /// The power of two.
    pub exponent: L,
}

/// Adding it to |v| < 2^50 rounds v to a whole number, which then stands in the low bits.
pub const ROUND: f64 = 1.5 * 4503599627370496.0;

/// ln 2/128 cut to 34 bits, so that n times it is exact for |n| < 2^19.
const STEP_HEAD: f64 = f64::from_bits(0x3f76_2e42_fef8_0000);
/// The rest, to 53 bits.
const STEP_TAIL: f64 = f64::from_bits(0x3d41_cf79_abc9_e3b4);

/// The parts of e^(x + low) for |x| ≤ 2800 and |low| < 2^-20; NaN for NaN. head + tail is good to 2^-61.
#[inline(always)]
pub fn exp_parts<L: Lanes>(table: &Exp2, x: L, low: L) -> ExpParts<L> {
    let shifted = x * L::splat(128.0 / core::f64::consts::LN_2) + L::splat(ROUND);
    let n = shifted - L::splat(ROUND);
    let r = (x - n * L::splat(STEP_HEAD)) - (n * L::splat(STEP_TAIL) - low);
    // e^r - 1 by Taylor's series: the first term left out is below 2^-60.
    let r2 = r * r;
    let p = r + r2 * ((L::splat(0.5) + r * L::splat(1.0 / 6.0)) + r2 * (L::splat(1.0 / 24.0) + r * L::splat(1.0 / 120.0)));
    let (head, low) = shifted.lookup(table, 0);
    ExpParts {
        head,
        tail: low + head * p,
        exponent: (shifted.and_bits(!0 << EXP2_BITS) - L::splat(ROUND)) * L::splat(1.0 / 128.0),
    }
}

/// 2^exponent for one number, from −1022 to 1023.
pub const fn two_to(exponent: i64) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

/// 2^exponent for a whole number from −1022 to 1023.
#[inline(always)]
pub fn power_of_two<L: Lanes>(exponent: L) -> L {
    (exponent + L::splat(ROUND + 1023.0)).shift_left::<52>()
}

/// factor·e^x for x ≤ 0 and any finite factor, at most 1 ulp off, subnormal results too; NaN for NaN.
/// No product over- or underflows before the result does.
// Out of line: only far x come here, and its copies would be 0.3 KB of the download.
#[inline(never)]
pub fn times_exp<L: Lanes>(factor: f64, x: L) -> L {
    // factor = significand·2^power with 1 <= |significand| < 2; a subnormal is scaled first; zero stays zero.
    let scaled = if factor.abs() < f64::MIN_POSITIVE { factor * two_to(54) } else { factor };
    // At most 2045, so that the power that takes it away is a normal number: the largest significands are below 4.
    let field = ((scaled.to_bits() >> 52) & 0x7ff).clamp(1, 2045);
    let significand = scaled * f64::from_bits((2046 - field) << 52);
    let power = field as f64 - 1023.0 - if scaled == factor { 0.0 } else { 54.0 };

    let ExpParts { head, tail, exponent } = exp_parts(exp2(), x.pmax(L::splat(-1500.0)), L::splat(0.0));
    // significand·head without error but for the product of the two low halves.
    let factor_head = f64::from_bits(significand.to_bits() & (!0 << 27));
    let (factor_head, factor_tail) = (L::splat(factor_head), L::splat(significand - factor_head));
    let upper = head.and_bits(!0 << 27);
    let product = factor_head * upper + ((factor_tail * head + factor_head * (head - upper)) + L::splat(significand) * tail);
    // Below 2^-1100 all is zero. Two steps, each a normal power of two: the first is exact, the second rounds.
    let exponent = (exponent + L::splat(power)).pmax(L::splat(-1200.0));
    let half = (exponent * L::splat(0.5) + L::splat(ROUND)) - L::splat(ROUND);
    product * power_of_two(half) * power_of_two(exponent - half)
}
