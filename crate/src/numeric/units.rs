//! Products in units of the smallest subnormal. In these units subnormal products are normal numbers, which matters because
//! many processors take at least thirty times as long for a product that is subnormal or that has a subnormal operand. The
//! results have the bits of the plain product.

use crate::lanes::{F64x2, Lanes};
use crate::numeric::exp::{SMALLEST_NORMAL_IN_UNITS, subnormal_from_units};
use crate::numeric::pairs::{exact_product, split};
use crate::numeric::powers::{exponent_bits, two_to};
use core::array::from_fn;

/// A subnormal number in units of the smallest subnormal.
#[inline(always)]
pub fn units_of_subnormal(size: F64x2) -> F64x2 {
    size.or_lanes(F64x2::splat(SMALLEST_NORMAL_IN_UNITS)) - F64x2::splat(SMALLEST_NORMAL_IN_UNITS)
}

/// The number for a size in these units, rounded.
#[inline(always)]
pub fn in_units(whole: F64x2) -> F64x2 {
    F64x2::select(
        whole.lt(F64x2::splat(SMALLEST_NORMAL_IN_UNITS)),
        subnormal_from_units(whole),
        whole.add_bits(F64x2::splat(exponent_bits(-1074))),
    )
}

/// size·factor with the bits of a single rounded product, computed in units of the smallest subnormal, for a size below 2^-50.
#[inline(never)]
pub fn product_in_units(size: F64x2, factor: F64x2) -> F64x2 {
    let above = size.add_bits(F64x2::splat(exponent_bits(1074)));
    let units = F64x2::select(size.lt(F64x2::splat(f64::MIN_POSITIVE)), units_of_subnormal(size), above);
    let high = units * factor;
    let mut rounded = (high + F64x2::splat(SMALLEST_NORMAL_IN_UNITS)) - F64x2::splat(SMALLEST_NORMAL_IN_UNITS);
    let rest = (high - rounded).abs();
    if F64x2::any(rest.eq(F64x2::splat(0.5))) {
        rounded = to_nearest(rounded, high, units, factor);
    }
    // NaN and infinity keep their bits: an exponent cannot be subtracted from them.
    let large = F64x2::select(high.le(F64x2::splat(f64::MAX)), high.add_bits(F64x2::splat(exponent_bits(-1074))), high);
    F64x2::select(high.lt(F64x2::splat(SMALLEST_NORMAL_IN_UNITS)), subnormal_from_units(rounded), large)
}

/// a·b, which is fast also where it or a factor is subnormal.
#[inline(never)]
pub fn easy_product(a: F64x2, b: F64x2) -> F64x2 {
    let one = F64x2::splat(1.0);
    let a_is_smaller = a.abs().lt(b.abs());
    let (small, large) = (F64x2::select(a_is_smaller, a, b), F64x2::select(a_is_smaller, b, a));
    // `less` is NaN for 0, so zeros and NaN are multiplied directly. With these limits, no other product is subnormal or out of
    // range in units.
    let less = small.abs().add_bits(F64x2::splat(f64::from_bits(u64::MAX)));
    let eased = F64x2::select(large.abs().lt(F64x2::splat(two_to(400))), less, one).lt(F64x2::splat(two_to(-460)));
    if !F64x2::any(eased) {
        return a * b;
    }
    let size = F64x2::select(eased, small.abs(), F64x2::ZERO);
    // The product of two such small numbers is 0.
    let factor = F64x2::select(large.abs().lt(F64x2::splat(two_to(-700))), F64x2::ZERO, large.abs());
    let product = product_in_units(size, factor).or_lanes(a.xor_lanes(b).and_bits(1 << 63));
    F64x2::select(eased, product, F64x2::select(eased, one, small) * large)
}

/// Corrects `rounded` where `high` = units·factor lies halfway between two whole numbers: it takes the one that is closer to
/// the exact product.
#[inline(never)]
fn to_nearest(rounded: F64x2, high: F64x2, units: F64x2, factor: F64x2) -> F64x2 {
    let [units, factor] = [units, factor].map(F64x2::to_array);
    // The exact rounding error of the product, which may be as small as 2^-53.
    let low = F64x2::from_array(from_fn(|lane| exact_product(split(units[lane]), factor[lane])[1]));
    let (zero, one, half) = (F64x2::ZERO, F64x2::splat(1.0), F64x2::splat(0.5));
    let rest = high - rounded;
    let up = F64x2::select(rest.eq(half), low, zero);
    let down = F64x2::select(rest.eq(-half), low, zero);
    rounded + F64x2::select(zero.lt(up), one, F64x2::select(down.lt(zero), -one, zero))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: f64 = f64::from_bits(1);

    /// Tests numbers of every size, with long and short significands, so that some products lie halfway between two subnormal
    /// numbers.
    #[test]
    fn an_easy_product_has_the_bits_of_the_product() {
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state ^ state >> 29
        };
        let special =
            [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, LEAST, -LEAST, f64::MIN_POSITIVE, f64::MAX, 0.5, 1.0];
        let mut number = |exponent: u64| {
            let bits = random();
            let short = if bits & 1 == 0 { u64::MAX } else { u64::MAX << (20 + bits % 33) };
            let size = f64::from_bits(exponent.clamp(0, 2046) << 52 | random() >> 12 & short);
            if bits & 2 == 0 { size } else { -size }
        };
        let check = |a: f64, b: f64| {
            let got = easy_product(F64x2::from_array([a, 1.5]), F64x2::from_array([b, a])).to_array();
            for (got, wanted) in got.into_iter().zip([a * b, 1.5 * a]) {
                assert!(
                    got.to_bits() == wanted.to_bits() || got.is_nan() && wanted.is_nan(),
                    "{a:e}·{b:e}: {got:e}, not {wanted:e}"
                );
            }
        };
        for exponent in 0..2047 {
            for other in (0..2047).step_by(13).chain([1023, 1022, 2046]) {
                // Many products around the smallest numbers.
                for other in [other, 1075_u64.saturating_sub(exponent) + other % 60] {
                    check(number(exponent), number(other));
                }
            }
            special.iter().for_each(|&special| check(special, number(exponent)));
        }
        special.iter().for_each(|&a| special.iter().for_each(|&b| check(a, b)));
    }
}
