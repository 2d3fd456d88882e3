//! Powers of two, and the exponents of single numbers.

/// 2^exponent for an exponent from −1022 to 1023.
pub const fn two_to(exponent: i64) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

/// The exponent of the power of two of a number; −1023 for 0 and for subnormal numbers.
#[inline(always)]
pub fn exponent(number: f64) -> i64 {
    (number.to_bits() >> 52 & 0x7ff) as i64 - 1023
}

/// A finite number other than 0 as a significand from 1 to 2, with the sign of the number, and the exponent of a power of two.
/// For 0, any finite numbers.
pub fn significand_and_exponent(number: f64) -> (f64, i64) {
    let (normal, shift) = if number.abs() < f64::MIN_POSITIVE { (number * two_to(54), 54) } else { (number, 0) };
    let significand = f64::from_bits(normal.to_bits() & !(0x7ff << 52) | 1.0_f64.to_bits());
    (significand, exponent(normal) - shift)
}

/// The bits of 2^exponent minus those of 1. Adding them to the bits of a number multiplies it by 2^exponent, as long as the
/// result is normal.
pub const fn exponent_bits(exponent: i64) -> f64 {
    f64::from_bits((exponent as u64) << 52)
}
